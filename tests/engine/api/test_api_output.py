"""Files and lines that scripts leave."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from script_runs import SMALL, run, said

from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.output.ovf import read_ovf


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


def test_a_table_with_nan_is_a_failure_of_the_run(tmp_path: Path):
    with pytest.raises(RunTimeFailure, match="average of x is NaN at t = 0 s"):
        run(tmp_path, 'TableAddVar(0/0, "x", "")\nTableSave()')
