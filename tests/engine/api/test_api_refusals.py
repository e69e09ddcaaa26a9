"""What is refused or warned of, and in which words."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from script_runs import MESH, run, said

from devicegen.errors import ScriptError


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


def test_odd_parameters_are_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    simulation = run(
        tmp_path, "Ku1 = 8e5\nDind = 9e-3\nAnisU = vector(0, 0, 1)\nsteps(1)", MESH.replace("16, 8", "17, 8")
    )
    shown = capsys.readouterr().err
    critical = 4 / math.pi * math.sqrt(13e-12 * (8e5 - 2e-7 * math.pi * 8e5**2))
    assert f"Dind = 0.009 J/m2 is above the critical value of {critical:.3g} J/m2" in shown
    assert "17 cells along x (largest prime factor 17): 18 would be faster" in shown
    assert any("above the critical value" in line for line in said(simulation))


def test_names_of_mumax3_are_all_decided(tmp_path: Path):
    for name in ("B1", "Dbulk", "MFM", "AddFieldTerm", "exx", "ext_make3dgrains", "RunShell"):
        with pytest.raises(ScriptError, match=f"a.mx3:1: found {name}, not supported by mx3cpu"):
            run(tmp_path, f"{name}(1)", mesh="")
