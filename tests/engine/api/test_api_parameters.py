"""Material parameters, regions, excitations and their dependence on time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from script_runs import SMALL, run, said

from devicegen.engine.output.ovf import read_ovf
from devicegen.errors import ScriptError


def test_parameters_by_region(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        DefRegion(3, XRange(0, inf))
        Ku1 = 5e5
        Ku1.setRegion(3, 1e5)
        AnisU.SetRegion(-1, vector(0, 0, 1))
        print(Ku1.GetRegion(0), Ku1.GetRegion(3), Ku1.average(), Ku1.region(3).average(), Ku1.isUniform(), AnisU)
        print(AnisU.getRegion(200), Pol, Lambda.average())
        """,
    )
    assert said(simulation) == ["500000 100000 300000 100000 false 0 0 1", "[0 0 1] 1 1"]


def test_parameters_are_known_before_the_mesh(tmp_path: Path):
    simulation = run(
        tmp_path, "Msat = 1e6\nx := Msat.GetRegion(7)\nprint(x)\nMsat.setRegion(7, 2e5)\nprint(Msat.getRegion(7))", ""
    )
    assert said(simulation) == ["1e+06", "200000"]


def test_live_parameters_follow_time(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        f := 1e9
        B_ext = vector(0, 0, 0.1*cos(2*pi*f*t))
        Ku1.setRegion(1, 1e5*t/1e-12)
        f = 0
        print(B_ext)
        run(0.25e-9)
        print(abs(B_ext.average()[2]) < 1e-6, Ku1.getRegion(1), Ku1.getRegion(0))
        B_ext = vector(0, 0, 0)
        print(B_ext)
        """,
        SMALL,
    )
    printed = said(simulation)
    assert printed[0] == "0 0 0.10000000149011612"
    agrees, live, fixed = printed[1].split()
    assert agrees == "true"
    assert float(live) == pytest.approx(2.5e7, rel=1e-6)
    assert (fixed, printed[2]) == ("0", "0 0 0")


def test_regions(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        DefRegion(1, Rect(32e-9, 32e-9))
        DefRegion(2, YRange(0, inf))
        RedefRegion(1, 5)
        DefRegionCell(9, 0, 0, 0)
        regions.SetCell(1, 0, 0, 8)
        print(regions.GetCell(0, 0, 0), regions.getcell(1, 0, 0), regions.getcell(8, 1, 0), regions.getcell(8, 6, 0))
        m = uniform(0, 1, 0)
        m.setInShape(InRegion(5), uniform(1, 0, 0))
        m.setRegion(2, uniform(0, 0, -1))
        print(m.region(5).average(), m.region(2).average()[2], m.comp(0).region(9).average())
        saveas(regions, "r")
        """,
    )
    assert said(simulation) == ["9 8 5 2", "[1 0 0] -1 0"]
    assert set(np.unique(read_ovf(tmp_path / "r.ovf").values)) == {0, 2, 5, 8, 9}


def test_regions_load_from_a_file(tmp_path: Path):
    run(tmp_path, 'DefRegion(7, XRange(-inf, 0))\nsaveas(regions, "r")')
    simulation = run(tmp_path, f'regions.LoadFile("{tmp_path / "r.ovf"}")\nprint(regions.average())')
    assert said(simulation) == ["3.5"]


def test_field_masks(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        mask := NewVectorMask(4, 2, 1)
        mask.setVector(1, 0, 0, vector(0, 0, 2))
        mask.set(0, 3, 1, 0, 1)
        B_ext = vector(0, 1, 0)
        B_ext.add(mask, 0.5)
        B_ext.add(mask, sin(t))
        print(B_ext, B_ext.comp(2).average(), mask.getVector(1, 0, 0))
        B_ext.removeExtraTerms()
        print(B_ext)
        """,
        SMALL,
    )
    assert said(simulation) == ["0.0625 1 0.125 0.125 [0 0 2]", "0 1 0"]


def test_curves_from_a_file(tmp_path: Path):
    (tmp_path / "curve.csv").write_text("# t, B\n0, 0\n1, -2\n3, 2\n")
    simulation = run(
        tmp_path,
        """
        y := FunctionFromDatafile("curve.csv", 0, 1, "linear")
        print(y(-1), y(0.5), y(2), y(9))
        y = FunctionFromDatafile("curve.csv", 0, 1, "nearest")
        print(y(-1), y(0.4), y(0.6), y(9))
        y = FunctionFromDatafile("curve.csv", 0, 1, "step")
        print(y(-1), y(0.5), y(1), y(9))
        B_ext = vector(0, 0, y(t))
        y = FunctionFromDatafile("curve.csv", 0, 0, "step")
        t = 2
        print(B_ext)
        """,
        SMALL,
    )
    assert said(simulation) == ["0 -1 0 2", "0 0 -2 2", "0 0 -2 2", "0 0 -2"]


@pytest.mark.parametrize(
    ("content", "message"),
    [("0,1\n0,2\n", ":2: found x = 0, expected it above"), ("0,a\n", ":1: found '0,a'"), ("", "found no numbers")],
)
def test_bad_curves_are_named(tmp_path: Path, content: str, message: str):
    (tmp_path / "curve.csv").write_text(content)
    with pytest.raises(ScriptError, match=message):
        run(tmp_path, 'y := FunctionFromDatafile("curve.csv", 0, 1, "linear")', SMALL)
