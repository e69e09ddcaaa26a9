"""table.txt, OVF files, images and the log, byte for byte."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devicegen.engine.output.dump import read_dump
from devicegen.engine.output.image import scalar_greys, vector_colours, write_image
from devicegen.engine.output.log import Log
from devicegen.engine.output.ovf import Field, read_ovf, write_ovf
from devicegen.engine.output.table import Table
from devicegen.errors import ScriptError


@dataclass
class Column:
    name: str
    unit: str
    values: list[float]

    @property
    def components(self) -> int:
        return len(self.values)

    def average_values(self) -> list[float]:
        return self.values


def test_table(tmp_path: Path):
    table = Table(tmp_path / "table.txt")
    table.add(Column("m", "", [0.1, -1.0, 1 / 3]))
    table.add(Column("E_total", "J", [1e-19]))
    assert not table.path.exists()
    table.save(0.0)
    table.save(1.0000000000000001e-12)
    table.note("by hand")
    with pytest.raises(ScriptError, match="tableAdd of late after the first row"):
        table.add(Column("late", "", [0.0]))
    table.close()
    assert table.path.read_bytes() == (
        b"# t (s)\tmx ()\tmy ()\tmz ()\tE_total (J)\n"
        b"0\t0.1\t-1\t0.33333334\t1e-19\n"
        b"1.0000000000000002e-12\t0.1\t-1\t0.33333334\t1e-19\n"
        b"by hand\n"
    ).replace(b"1.0000000000000002e-12", repr(1.0000000000000001e-12).encode())


def test_table_refuses_nan(tmp_path: Path):
    table = Table(tmp_path / "table.txt")
    table.add(Column("m", "", [float("nan")]))
    with pytest.raises(FloatingPointError, match="average of m is NaN at t = 2e-09 s"):
        table.save(2e-9)


HEADER_2 = """\
# OOMMF OVF 2.0
# Segment count: 1
# Begin: Segment
# Begin: Header
# Title: m
# meshtype: rectangular
# meshunit: m
# xmin: 0
# ymin: 0
# zmin: 0
# xmax: 4e-09
# ymax: 6e-09
# zmax: 1e-09
# valuedim: 3
# valuelabels: m_x m_y m_z
# valueunits: 1 1 1
# Desc: Total simulation time:  2.5e-10  s
# xbase: 1e-09
# ybase: 1.5e-09
# zbase: 5e-10
# xnodes: 2
# ynodes: 2
# znodes: 1
# xstepsize: 2e-09
# ystepsize: 3e-09
# zstepsize: 1e-09
# End: Header
"""


def small_field() -> Field:
    values = np.arange(12, dtype=np.float32).reshape(3, 1, 2, 2) / 8
    return Field("m", "", values, (2e-9, 3e-9, 1e-9), 2.5e-10)


def test_ovf_2_binary_is_exact(tmp_path: Path):
    field, path = small_field(), tmp_path / "m.ovf"
    write_ovf(path, field)
    cells = [field.values[c, 0, y, x] for y in range(2) for x in range(2) for c in range(3)]
    body = np.array([1234567.0, *cells], dtype="<f4").tobytes()
    tail = b"# End: Data Binary 4\n# End: Segment\n"
    assert path.read_bytes() == HEADER_2.encode() + b"# Begin: Data Binary 4\n" + body + tail


def test_ovf_2_text_is_exact(tmp_path: Path):
    path = tmp_path / "m.ovf"
    write_ovf(path, small_field(), text=True)
    rows = "0 0.5 1 \n0.125 0.625 1.125 \n0.25 0.75 1.25 \n0.375 0.875 1.375 \n"
    assert path.read_text() == HEADER_2 + "# Begin: Data Text\n" + rows + "# End: Data Text\n# End: Segment\n"


def test_ovf_1_is_big_endian(tmp_path: Path):
    path = tmp_path / "m.omf"
    write_ovf(path, small_field(), version=1)
    raw = path.read_bytes()
    assert raw.startswith(b"# OOMMF: rectangular mesh v1.0\n# Segment count: 1\n")
    assert b"# Desc: Time (s) : 2.5e-10\n" in raw
    body = raw.split(b"# Begin: Data Binary 4\n")[1]
    assert np.frombuffer(body, dtype=">f4", count=1)[0] == 1234567.0


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("text", [True, False])
def test_ovf_reads_back(tmp_path: Path, version: int, text: bool):
    field, path = small_field(), tmp_path / "m.ovf"
    write_ovf(path, field, version, text)
    found = read_ovf(path)
    np.testing.assert_array_equal(found.values, field.values)
    assert found.cell_m == field.cell_m
    assert found.name == "m"
    if version == 2:
        assert found.time_s == 2.5e-10


def test_scalar_field_has_plain_labels(tmp_path: Path):
    path = tmp_path / "geom.ovf"
    write_ovf(path, Field("geom", "", np.ones((1, 1, 1, 2), dtype=np.float32), (1e-9, 1e-9, 1e-9)))
    text = path.read_bytes().decode("latin1")
    assert "# valuedim: 1\n# valuelabels: geom\n# valueunits: 1\n" in text


def test_double_precision_is_read(tmp_path: Path):
    path = tmp_path / "m8.ovf"
    values = np.array([123456789012345.0, *np.arange(12) / 7], dtype="<f8")
    path.write_bytes(HEADER_2.encode() + b"# Begin: Data Binary 8\n" + values.tobytes() + b"# End: Data Binary 8\n")
    np.testing.assert_array_equal(read_ovf(path).values[0, 0, 0, 1], np.float32(3 / 7))


def test_broken_ovf_files_are_named(tmp_path: Path):
    path = tmp_path / "m.ovf"
    write_ovf(path, small_field())
    whole = path.read_bytes()
    for raw, message in (
        (b"", "found no OVF header"),
        (b"not an ovf file", "found no OVF header"),
        (whole[: whole.find(b"# Begin: Data") + 40], "expected 12 from its header: the file is truncated"),
        (whole.replace(b"# xnodes: 2\n", b""), "found a header without a usable xnodes"),
        (whole.replace(b"# Begin: Data Binary 4", b"# Begin: Data Binary 5"), "found data of the form 'binary 5'"),
        (whole.replace(np.float32(1234567.0).tobytes(), np.float32(7.0).tobytes()), "found the check value 7"),
    ):
        path.write_bytes(raw)
        with pytest.raises(ScriptError) as error:
            read_ovf(path)
        assert str(error.value).startswith(f"{path}: found ")
        assert message in str(error.value)
    with pytest.raises(ScriptError, match="found no readable file"):
        read_ovf(tmp_path / "none.ovf")


def test_dump_files(tmp_path: Path):
    path = tmp_path / "m.dump"
    values = np.arange(24, dtype="<f4").reshape(3, 1, 2, 4)
    header = b"#dump002" + struct.pack("<4q3d", 3, 1, 2, 4, 3e-9, 2e-9, 1e-9)
    header += b"m".ljust(8, b"\0") + struct.pack("<d", 5e-10) + b"s".ljust(8, b"\0") + b"m".ljust(8, b"\0") + b"\0" * 8
    path.write_bytes(header + struct.pack("<q", 4) + values.tobytes() + b"\0" * 8)
    field = read_dump(path)
    np.testing.assert_array_equal(field.values, values[::-1])
    assert (field.name, field.unit, field.cell_m, field.time_s) == ("m", "", (1e-9, 2e-9, 3e-9), 5e-10)
    for raw, message in ((b"#dump001", "found no dump header"), (path.read_bytes()[:130], "expected 24 of 4 bytes")):
        path.write_bytes(raw)
        with pytest.raises(ScriptError, match=message):
            read_dump(path)


def test_colours():
    m = np.array([[[0, 0, 1, 0]], [[0, 0, 0, 0]], [[1, -1, 0, 0]]], dtype=np.float32)
    np.testing.assert_array_equal(vector_colours(m)[0], [[255, 255, 255], [0, 0, 0], [255, 0, 0], [127, 127, 127]])
    greys = scalar_greys(np.array([[0.0, 0.5, 1.0]], dtype=np.float32))
    np.testing.assert_array_equal(greys[0, :, 0], [0, 127, 255])
    np.testing.assert_array_equal(scalar_greys(np.ones((1, 1), dtype=np.float32)), [[[127, 127, 127]]])


def test_images_have_the_lowest_row_at_the_bottom(tmp_path: Path):
    m = np.zeros((3, 2, 3), dtype=np.float32)
    m[2, 0] = 1
    write_image(tmp_path / "m.png", m, "jpg")
    with Image.open(tmp_path / "m.png") as image:
        assert image.size == (3, 2)
        assert image.getpixel((0, 1)) == (255, 255, 255)
        assert image.getpixel((0, 0)) == (127, 127, 127)
    write_image(tmp_path / "n", m, "gif")
    assert (tmp_path / "n.gif").is_file()
    with pytest.raises(ScriptError, match="found the image format 'bmp'"):
        write_image(tmp_path / "m.bmp", m, "jpg")


def test_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    log = Log(tmp_path / "log.txt", echo=True)
    log.open()
    log.statement("run(1e-9)")
    log.say("hello")
    log.complain("careful")
    log.close()
    assert (tmp_path / "log.txt").read_text() == "run(1e-9)\n//hello\n//careful\n"
    shown = capsys.readouterr()
    assert shown.out == "run(1e-9)\n//hello\n"
    assert shown.err == "//careful\n"
    with pytest.raises(ScriptError, match="cannot be written"):
        Log(tmp_path / "none" / "log.txt", echo=False).open()
