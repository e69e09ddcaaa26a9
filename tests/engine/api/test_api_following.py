"""Walls, vortices and skyrmions: found, measured and kept in the middle."""

from __future__ import annotations

from pathlib import Path

import pytest
from script_runs import run, said


def test_shift_moves_everything(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        SetGeom(XRange(-inf, 16e-9))
        DefRegion(2, XRange(-16e-9, -8e-9))
        m = TwoDomain(0,0,1, 1,0,0, 0,0,-1)
        ShiftMagL = vector(0, 1, 0)
        before := m.getCell(6, 3, 0)
        shift(3)
        expectv("moved", m.getCell(9, 3, 0), before, 1e-6)
        expectv("entered", m.getCell(0, 3, 0), vector(0, 1, 0), 1e-6)
        print("now", regions.getCell(7, 0, 0), regions.getCell(4, 0, 0), geom.average(), ext_dwpos, TotalShift)
        shift(-3)
        print("then", geom.average(), regions.getCell(4, 0, 0))
        """,
    )
    printed = said(simulation)
    _, region, old, fill, position, total = printed[-2].split()
    assert (region, old, float(fill)) == ("2", "0", 15 / 16)
    assert float(position) == -float(total) == pytest.approx(-12e-9)
    assert printed[-1] == "then 0.75 2"


def test_a_driven_wall_stays_in_the_middle(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        Ku1 = 8e5
        AnisU = vector(0, 0, 1)
        alpha = 0.3
        m = TwoDomain(0,0,1, 0,1,0, 0,0,-1)
        relax()
        ext_centerWall(2)
        B_ext = vector(0, 0, 0.2)
        tableadd(ext_dwpos)
        tableautosave(1e-11)
        run(0.5e-9)
        print(abs(m.average()[2]) < 0.3, ext_dwpos > 8e-9, ext_dwspeed > 0)
        """,
        "SetGridSize(32, 4, 1)\nSetCellSize(3e-9, 3e-9, 1e-9)\nMsat = 1e6\nAex = 15e-12\n",
    )
    assert said(simulation)[-1] == "true true true"


def test_a_wall_is_followed_in_its_region(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        Ku1 = 8e5
        AnisU = vector(0, 0, 1)
        alpha = 0.3
        DefRegion(1, YRange(0, inf))
        frozenspins.setRegion(0, 1)
        m.setRegion(1, TwoDomain(0,0,1, 0,1,0, 0,0,-1))
        m.setRegion(0, uniform(0, 0, 1))
        ext_ScaleExchange(0, 1, 0)
        ext_centerWallInRegion(1, 2)
        B_ext = vector(0, 0, 0.3)
        run(0.5e-9)
        print(abs(m.comp(2).region(1).average()) < 0.3, ext_dwpos > 5e-9)
        """,
        "SetGridSize(32, 8, 1)\nSetCellSize(3e-9, 3e-9, 1e-9)\nMsat = 1e6\nAex = 15e-12\nEnableDemag = false\n",
    )
    assert said(simulation)[-1] == "true true"


def test_textures(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        m = Vortex(1, 1).transl(6e-9, -6e-9, 0)
        print(abs(ext_corepos.get()[0] - 6e-9) < 0.1e-9, abs(ext_corepos.get()[1] + 6e-9) < 0.1e-9)
        DefRegion(1, XRange(0, inf))
        m.setRegion(0, uniform(1, 0, 0))
        m.setRegion(1, uniform(0, 1, 0))
        print(abs(MaxAngle - pi/2) < 1e-3)
        ext_ScaleExchange(0, 1, 0)
        print(MaxAngle < 1e-3)
        m = uniform(0, 1, 0)
        print(ext_topologicalcharge, ext_phi.average() - pi/2 < 1e-6)
        """,
    )
    assert said(simulation) == ["true true", "true", "true", "0 true"]


def test_a_skyrmion_has_charge_one(tmp_path: Path):
    mesh = "SetGridSize(96, 96, 1)\nSetCellSize(1e-9, 1e-9, 1e-9)\n"
    simulation = run(tmp_path, "m = NeelSkyrmion(1, -1)\nprint(abs(abs(ext_topologicalcharge) - 1) < 0.05)", mesh)
    assert said(simulation) == ["true"]
