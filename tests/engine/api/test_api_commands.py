"""What the commands of a script do to the magnet and leave in the output folder."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from script_runs import MESH, run, said

from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.output.ovf import read_ovf
from devicegen.errors import ScriptError

SMALL = (
    "SetGridSize(4, 2, 1)\nSetCellSize(5e-9, 5e-9, 5e-9)\nMsat = 8e5\nAex = 13e-12\nalpha = 0.5\nEnableDemag = false\n"
)


# -- parameters and regions


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


# -- magnetization


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


# -- running and output


def test_table_rows_come_at_the_first_step_past_each_period(tmp_path: Path):
    simulation = run(tmp_path, "SetSolver(2)\nFixDt = 3e-14\nTableAutoSave(1e-13)\nrun(4e-13)\n", SMALL)
    rows, saved, time, steps = [0.0], 0, 0.0, 0
    while time < 4e-13:
        time, steps = time + 3e-14, steps + 1
        if time - saved * 1e-13 >= 1e-13:
            rows, saved = [*rows, time], saved + 1
    np.testing.assert_array_equal(np.loadtxt(tmp_path / "table.txt")[:, 0], rows)
    assert simulation.magnet.n_steps == steps
    assert len(rows) == 5


def test_adaptive_runs_end_exactly(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        TableAutoSave(1e-12)
        run(7.3e-12)
        print(t)
        n := step
        steps(3)
        print(step - n, NEval() > 18, NEval.get() == NEval)
        """,
        SMALL,
    )
    assert said(simulation) == ["7.3e-12", "3 true true"]
    rows = np.loadtxt(tmp_path / "table.txt")[:, 0]
    within = rows[rows <= 7.3e-12]
    assert len(within) == 8
    assert (within >= np.arange(8) * 1e-12).all()


def test_output_does_not_change_the_run(tmp_path: Path):
    body = 'SetSolver(2)\nFixDt = 2e-14\nTemp = 100\nThermSeed(5)\nm = uniform(1, 1, 0)\n{}run(5e-13)\nsaveas(m, "end")'
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    run(tmp_path / "a", body.format(""), SMALL)
    run(tmp_path / "b", body.format("TableAutoSave(3e-14)\nAutoSave(m, 1e-13)\n"), SMALL)
    assert (tmp_path / "a" / "end.ovf").read_bytes() == (tmp_path / "b" / "end.ovf").read_bytes()
    assert sorted(path.name for path in (tmp_path / "b").glob("m*.ovf")) == [f"m{i:06d}.ovf" for i in range(6)]


def test_run_while_goes_step_by_step(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        m = uniform(1, 0, 0.01)
        B_ext = vector(0, 0, 1)
        RunWhile(m.comp(2).average() < 0.5)
        print(m.comp(2).average())
        """,
        SMALL,
    )
    assert 0.5 <= float(said(simulation)[0]) < 0.7


@pytest.mark.parametrize("command", ["relax", "minimize"])
def test_minima_are_found_and_the_time_is_kept(tmp_path: Path, command: str):
    text = f"B_ext = vector(0, 0.1, 0)\nm = uniform(1, 0.2, 0)\n{command}()\nprint(t, m.average()[1] > 0.9999)"
    assert said(run(tmp_path, text, SMALL)) == ["0 true"]


def test_saved_names_and_formats(tmp_path: Path):
    run(
        tmp_path,
        """
        m = uniform(1, 0, 0)
        save(m); save(m); save(m.comp(1)); save(m.comp(1)); saveas(B_ext, "field"); saveas(m.region(0), "in/deep.omf")
        FilenameFormat = "%s_%03d"
        OutputFormat = OVF2_TEXT
        save(m)
        OutputFormat = OVF1_BINARY
        saveas(m, "one")
        SnapshotFormat = "png"
        snapshot(m)
        snapshotas(m, "picture.gif")
        c := CropX(m, 2, 5)
        save(c)
        tableadd(c)
        tableadd(Crop(m.comp(0), 0, 16, 1, 2, 0, 1))
        tablesave()
        """,
    )
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {
        "m000000.ovf", "m000001.ovf", "m_y000000.ovf", "m_y000001.ovf", "field.ovf", "in/deep.omf", "m_002.ovf",
        "one.ovf", "m_003.png",
        "picture.gif", "m_xrange2-5__000.ovf", "table.txt", "log.txt",
    }  # fmt: skip
    assert (tmp_path / "m_002.ovf").read_bytes().count(b"# Begin: Data Text") == 1
    assert (tmp_path / "one.ovf").read_bytes().startswith(b"# OOMMF: rectangular mesh v1.0")
    assert read_ovf(tmp_path / "m_xrange2-5__000.ovf").values.shape == (3, 1, 8, 3)
    with Image.open(tmp_path / "m_003.png") as image:
        assert image.getpixel((0, 0)) == (255, 0, 0)
    header = (tmp_path / "table.txt").read_text().splitlines()[0]
    assert header == (
        "# t (s)\tmx ()\tmy ()\tmz ()\tm_xrange2-5_x ()\tm_xrange2-5_y ()\tm_xrange2-5_z ()\tm_x_yrange1_ ()"
    )


def test_table_variables_and_energies(tmp_path: Path):
    run(
        tmp_path,
        """
        x := 2
        TableAddVar(x*t, "xt", "s")
        TableAdd(E_total); TableAdd(maxTorque); TableAdd(dt); TableAdd(B_ext.comp(2))
        B_ext = vector(0, 0, 0.25)
        m = uniform(0, 0, 1)
        TableSave()
        x = 3
        TablePrint("note", 1.5)
        t = 2e-9
        TableSave()
        """,
        SMALL,
    )
    lines = (tmp_path / "table.txt").read_text().splitlines()
    assert lines[0].endswith("\txt (s)\tE_total (J)\tmaxTorque (T)\tdt (s)\tB_ext_z (T)")
    zeeman = -8e5 * 0.25 * 8 * 125e-27
    cells = lines[1].split("\t")
    assert float(cells[5]) == pytest.approx(zeeman, rel=1e-6)
    assert cells[8] == "0.25"
    assert lines[2] == "note 1.5"
    assert lines[3].split("\t")[4] == "6e-09"


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


def test_energies_and_fields_agree(tmp_path: Path):
    run(
        tmp_path,
        """
        m = vortex(1, 1)
        volume := 16*8*4e-9*4e-9*2e-9
        expect("exchange", Edens_exch.average()*volume/E_exch, 1, 1e-5)
        expect("demag", -0.5*Dot(m_full, B_demag).average()*volume/E_demag, 1, 1e-4)
        expect("sum", Madd(B_exch, B_demag, 1, 2).average()[0], B_exch.average()[0] + 2*B_demag.average()[0], 1e-7)
        expect("total", (E_exch + E_demag + E_anis + E_Zeeman)/E_total, 1, 1e-6)
        """,
    )


def test_algebra_of_quantities(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        m = uniform(0, 0, 1)
        a := ConstVector(1, 2, 3)
        print(Dot(a, m), Cross(a, m), Mul(Const(2), a), Div(a, Const(2)), Normalized(Mul(m, Const(4))))
        print(MulMV(a, a, m, a), Sum(Masked(Const(1), XRange(0, inf))), Sum(Shifted(Const(1), 2, -1, 0)))
        """,
        SMALL,
    )
    assert said(simulation) == ["3 2 -1 0 2 4 6 0.5 1 1.5 0 0 1", "14 14 3 4 2"]


def test_what_averages_go_over(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        SetGeom(XRange(0, inf))
        m = uniform(0, 0, 1)
        B_ext = vector(0, 0, 2)
        print(m.comp(2).average(), B_ext.comp(2).average(), geom.average(), m_full.average()[2], Dot(m, m).average())
        EnableDemag = false
        print(B_ext, B_ext.region(0))
        """,
    )
    assert said(simulation) == ["1 2 0.5 400000 1", "0 0 2 0 0 2"]


# -- following


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


# -- what is refused, and how


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('expect("mx", 1, 2, 0.5)', "a.mx3:6: mx: found 1, expected 2 ± 0.5"),
        ('expectv("m", vector(1, 0, 0), vector(1, 0, 3), 0.1)', "m[2]: found 0, expected 3"),
        ("SetGeom(Circle(1e-12).transl(1, 0, 0))", "without a single magnetic cell"),
        ('SetGeom(ImageShape("none.png"))', "found no file none.png"),
        ("Temp = -1", "found -1.0 for Temp, expected 0 or more"),
        ("Msat = 0/0", "expected a finite number"),
        ("Msat.setRegion(256, 1)", "found the region 256, expected 0 to 255"),
        ("SetSolver(7)", "found SetSolver(7), expected 1 to 6"),
        ("SetSolver(-1)", "not supported by mx3cpu"),
        ('saveas(m, "../out")', "expected a name within the output folder"),
        ("m.setCell(16, 0, 0, vector(1, 0, 0))", "found the cell (16, 0, 0)"),
        ("m = Vortex(2, 1)", "found the circulation 2, expected 1 or -1"),
        ("print(m.comp(3))", "found component 3"),
        ("print(m.region(7))", "found no cell in region 7"),
        ("TableSave()\nTableAdd(E_total)", "after the first row"),
        ("TableAutoSave(-1)", "found the period -1"),
        ("run(1/0)", "expected a finite time"),
        ("Msat = 0\nTemp = 300\nrun(1e-12)", "thermal noise needs a magnet"),
        ("CropX(m, 3, 30)", "found the crop x 3 to 30"),
        ("OutputFormat = OVF1_TEXT\nsave(Msat)", "to be saved as OVF 1"),
        ('SnapshotFormat = "bmp"\nsnapshot(m)', "found the image format 'bmp'"),
        ("B_ext.add(NewScalarMask(2, 2, 1), 1)", "found an array of 1 components, expected 3"),
        ("FixDt = -1\nrun(1e-12)", "expected 0 or more"),
        ("m = uniform(1, 0, 0)\next_centerWall(2)\nrun(1e-13)", "expected it to be clear which way to shift"),
    ],
)
def test_mistakes_end_the_script_in_one_sentence(tmp_path: Path, text: str, message: str):
    with pytest.raises(ScriptError) as error:
        run(tmp_path, text)
    assert message in str(error.value)
    assert str(error.value).startswith("a.mx3:")


def test_commands_before_the_mesh(tmp_path: Path):
    with pytest.raises(ScriptError, match="a.mx3:1: found a command that needs the mesh, expected SetGridSize"):
        run(tmp_path, "m = uniform(1, 0, 0)", mesh="")


def test_a_table_with_nan_is_a_failure_of_the_run(tmp_path: Path):
    with pytest.raises(RunTimeFailure, match="average of x is NaN at t = 0 s"):
        run(tmp_path, 'TableAddVar(0/0, "x", "")\nTableSave()')


def test_odd_parameters_are_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    simulation = run(
        tmp_path, "Ku1 = 8e5\nDind = 9e-3\nAnisU = vector(0, 0, 1)\nsteps(1)", MESH.replace("16, 8", "17, 8")
    )
    shown = capsys.readouterr().err
    critical = 4 / math.pi * math.sqrt(13e-12 * (8e5 - 2e-7 * math.pi * 8e5**2))
    assert f"Dind = 0.009 J/m2 is above the critical value of {critical:.3g} J/m2" in shown
    assert "17 cells along x (largest prime factor 17): 18 would be faster" in shown
    assert any("above the critical value" in line for line in said(simulation))


def test_print_and_files(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        print("a", 1, 2.5, true, vector(1, 2, 3))
        fprintln("notes.txt", "x", 1e-9)
        fprintln("notes.txt", sprint(1, 2, "a"), sprintf("%.2f", 2.0))
        print(isNaN(0/0), sprint("a", 1))
        """,
    )
    assert said(simulation) == ["a 1 2.5 true [1 2 3]", "true a1"]
    assert (tmp_path / "notes.txt").read_text() == "x 1e-09\n1 2a 2.00\n"


def test_names_of_mumax3_are_all_decided(tmp_path: Path):
    for name in ("B1", "Dbulk", "MFM", "AddFieldTerm", "exx", "ext_make3dgrains", "RunShell"):
        with pytest.raises(ScriptError, match=f"a.mx3:1: found {name}, not supported by mx3cpu"):
            run(tmp_path, f"{name}(1)", mesh="")
