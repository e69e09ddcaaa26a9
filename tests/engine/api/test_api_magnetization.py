"""Initial states, geometry, and what a new mesh does to them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from script_runs import run, said

from devicegen.engine.output.ovf import read_ovf


def test_configurations(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        m = TwoDomain(0,0,1, 1,0,0, 0,0,-1).transl(8e-9, 0, 0)
        print(m.getCell(0,0,0)[2] > 0.999, m.getCell(15,0,0)[2] < -0.999, m.getCell(9,3,0)[0] > 0.9)
        m = Vortex(1, -1)
        print(m.getCell(15,4,0)[1] > 0.99, m.getCell(0,4,0)[1] < -0.99, m.getCell(8,4,0)[2] < 0)
        m = Uniform(1, 0, 0).add(0.1, Uniform(0, 1, 0)).rotz(pi/2)
        print(m.getCell(3,3,0)[0] < 0, m.average()[1] > 0.99)
        m = RandomMagSeed(3)
        a := m.getCell(5, 5, 0)
        m = RandomMagSeed(3)
        b := m.getCell(5, 5, 0)
        print(a.sub(b).len())
        m.setCell(2, 2, 0, vector(0, 3, 4))
        print(m.getCell(2, 2, 0).sub(vector(0, 0.6, 0.8)).len() < 1e-6)
        m = NeelSkyrmion(1, -1)
        print(m.getCell(15, 4, 0)[2] > 0, m.getCell(8, 4, 0)[2] < 0)
        m = BlochSkyrmion(1, -1)
        m = Antivortex(1, 1)
        m = VortexWall(1, -1, 1, 1)
        print(m.getCell(0,4,0), m.getCell(15,4,0))
        m = Helical(vector(2*pi/32e-9, 0, 0))
        print(m.getCell(0,0,0).dot(m.getCell(4,0,0)) < -0.999999, abs(m.getCell(2,2,0)[0]) < 1e-6)
        """,
    )
    assert said(simulation) == [
        "true true true",
        "true true true",
        "true true",
        "0",
        "true",
        "true true",
        "[1 0 0] [-1 0 0]",
        "true true",
    ]


def test_magnetization_is_kept_on_a_finer_mesh_and_loads_from_files(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        m = TwoDomain(0,0,1, 1,0,0, 0,0,-1)
        saveas(m, "state")
        before := m.average()
        SetGridSize(32, 16, 1)
        SetCellSize(2e-9, 2e-9, 2e-9)
        expectv("kept", m.average(), before, 1e-6)
        m = uniform(0, 1, 0)
        """
        + f'm.loadFile("{tmp_path / "state.ovf"}")\nexpectv("loaded", m.average(), before, 1e-6)\n'
        + f's := LoadFile("{tmp_path / "state.ovf"}")\nprint(s.ncomp(), s.size()[0], s.get(2, 0, 0, 0))',
    )
    assert said(simulation)[-1] == "3 16 1"
    assert simulation.magnet.m.shape == (3, 16, 32)


def test_geometry_is_drawn_anew_on_another_mesh(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        SetGeom(Circle(32e-9))
        x := geom.average()
        SetGridSize(64, 32, 1)
        SetCellSize(1e-9, 1e-9, 2e-9)
        print(x, geom.average())
        """,
    )
    coarse, fine = map(float, said(simulation)[-1].split())
    assert coarse == pytest.approx(math.pi / 8, rel=0.05)
    assert fine == pytest.approx(math.pi / 8, rel=0.015)
    assert not simulation.magnet.m[:, 0, 0].any()


def test_cells_that_a_new_mesh_makes_magnetic_get_a_magnetization(tmp_path: Path):
    simulation = run(tmp_path, "SetGeom(XRange(2e-9, inf))\nm = uniform(1, 0, 0)\nSetCellSize(40e-9, 40e-9, 2e-9)")
    np.testing.assert_allclose(np.linalg.norm(simulation.magnet.m[:, simulation.magnet.fill > 0], axis=0), 1, rtol=1e-6)
    assert (simulation.magnet.fill > 0).sum() == 64


def test_shapes_of_regions(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        DefRegion(4, Rect(24e-9, 16e-9))
        part := ext_AllRegionShapes()
        DefRegion(0, Universe())
        m = uniform(0, 0, 1)
        m.setInShape(part(4), uniform(1, 0, 0))
        print(m, geom.getCell(2, 3, 0))
        """,
    )
    assert said(simulation) == ["0.1875 0 0.8125 1"]


def test_grains(tmp_path: Path):
    mesh = "SetGridSize(200, 200, 1)\nSetCellSize(1e-9, 1e-9, 1e-9)\n"
    simulation = run(
        tmp_path,
        """
        ext_makegrains(20e-9, 255, 4)
        saveas(regions, "r")
        SetGeom(GrainRoughness(10e-9, -1e-9, 1e-9, 2))
        print(geom.average())
        """,
        mesh,
    )
    region = read_ovf(tmp_path / "r.ovf").values[0, 0]
    edges = (region[:, 1:] != region[:, :-1]).mean()
    # A Voronoi tessellation of density n has a mean of 4*sqrt(n)/pi cell walls per unit length of a line.
    assert edges == pytest.approx(4 / math.pi / 20, rel=0.15)
    assert 60 < np.unique(region).size < 140
    assert 0.35 < float(said(simulation)[0]) < 0.65
