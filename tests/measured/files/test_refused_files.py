import gzip
import io
import os
import resource
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from opened import rows, the_sheet, write
from scipy.io import savemat
from workbook_maker import write_xlsx

from devicegen.errors import PulseFileError
from devicegen.measured.files import dialect_of, open_sheets, unchanged

NAMED = {
    "a.pdf": (b"%PDF-1.7\n1 2\n", "a PDF"),
    "a.png": (b"\x89PNG\r\n\x1a\n\0\0", "a picture"),
    "a.jpg": (b"\xff\xd8\xff\xe0\0", "a picture"),
    "a.tif": (b"II*\0\x08\0", "a picture"),
    "a.opj": (b"CPYA 4.2673 552#\n", "an Origin project; export the worksheet as CSV"),
    "a.opju": (b"CPYUA 4.3380\n", "an Origin project"),
    "a.ibw": (b"\x05\0\0\0", "Igor"),
    "a.pxp": (b"\0\0\0\0", "an Igor experiment"),
    "a.fig": (b"MATLAB 5.0 MAT-file, Platform" + b" " * 100, "a MATLAB figure"),
    "a.mat": (b"MATLAB 7.3 MAT-file, Platform" + b"\0" * 500, r"MATLAB 7.3 file \(HDF5\); save it with save"),
    "a.db": (b"SQLite format 3\0" + b"\0" * 84, "an SQLite database"),
    "a.parquet": (b"PAR1\x15\0", "a Parquet file"),
    "a.exe": (b"MZ\x90\0\x03\0", "a program"),
    "a.so": (b"\x7fELF\x02\x01", "a program"),
    "a.7z": (b"7z\xbc\xaf'\x1c\0\x04", "a 7z archive"),
    "a.tdms": (b"TDSm\x0e\0\0\0", "TDMS"),
    "a.xls": (b"<html><table><tr><td>1</td></tr></table></html>", "a web page"),
    "b.xls": (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "Excel 2003"),
    "a.svg": (b'<?xml version="1.0"?><svg/>', "a drawing"),
    "a.csv": (b"", "an empty file"),
    "b.csv": (b" \n\n \r\n", "an empty file"),
    "c.csv": (b"1,2\n3,\x00\n", "a binary file"),
    "d.csv": (b"\x01\x02\x03\x04\x05" * 40, "a binary file"),
    "e.csv": (b"\xff\xfe1\0,\0\x00", "not utf-16 text"),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_file_that_is_no_table_is_named(tmp_path: Path, name: str) -> None:
    content, what = NAMED[name]
    with pytest.raises(PulseFileError, match=what) as caught:
        open_sheets(write(tmp_path / name, content))
    assert str(caught.value).startswith(str(tmp_path / name))
    assert len(str(caught.value)) < 300 + len(str(tmp_path))


def test_other_archives_are_named(tmp_path: Path) -> None:
    for members, what in (
        (["word/document.xml", "[Content_Types].xml"], "a word-processor document"),
        (["ppt/presentation.xml", "[Content_Types].xml"], "PowerPoint"),
        (["Index/Document.iwa"], "an Apple Numbers file"),
        (["a.csv", "b.csv"], "a zip archive of 2 files; unpack it"),
    ):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for member in members:
                archive.writestr(member, "x")
        with pytest.raises(PulseFileError, match=what):
            open_sheets(tmp_path / "a.zip")
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("x"), io.BytesIO())
    with pytest.raises(PulseFileError, match="a tar archive"):
        open_sheets(tmp_path / "a.tgz")
    write(tmp_path / "a.npy.gz", gzip.compress(b"\x93NUMPY\x01\x00"))
    with pytest.raises(PulseFileError, match="inside a compressed file"):
        open_sheets(tmp_path / "a.npy.gz")


def test_hdf5_folders_and_missing_files_are_named(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["g"] = [1.0, 2.0]
    (tmp_path / "b.mat").write_bytes((tmp_path / "a.h5").read_bytes())
    for name, what in (("a.h5", "an HDF5 file"), ("b.mat", "a MATLAB 7.3 file"), (".", "a folder"), ("no", "no such")):
        with pytest.raises(PulseFileError, match=what):
            open_sheets(tmp_path / name)
    with pytest.raises(PulseFileError, match="no ordinary file"):
        open_sheets(Path(os.devnull))
    with pytest.raises(PulseFileError, match="only text has separators"):
        dialect_of(write_xlsx(tmp_path / "a.xlsx", {"s": {"A1": 1}}))


def _zeros(path: Path, member: str, megabytes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(member, "w") as stream:
        for _ in range(megabytes):
            stream.write(bytes(1 << 20))
    return path


def test_zip_bombs_are_refused(tmp_path: Path) -> None:
    for name, member in (("a.npz", "g.npy"), ("a.xlsx", "xl/workbook.xml")):
        with pytest.raises(PulseFileError, match="a zip bomb"):
            open_sheets(_zeros(tmp_path / name, member, 60))


def test_a_directory_that_lies_is_found(tmp_path: Path) -> None:
    path = _zeros(tmp_path / "a.npz", "g.npy", 60)
    raw = path.read_bytes()
    at = raw.rindex(b"PK\x01\x02")
    forged = raw[: at + 24] + struct.pack("<I", 1000) + raw[at + 28 :]
    with pytest.raises(PulseFileError, match="a zip bomb"):
        open_sheets(write(path, forged))
    path = tmp_path / "b.npz"
    np.savez_compressed(path, g=np.arange(1000.0))
    raw = path.read_bytes()
    at = raw.rindex(b"PK\x01\x02")
    forged = raw[: at + 24] + struct.pack("<I", 100) + raw[at + 28 :]
    with pytest.raises(PulseFileError, match="its directory promises 100 bytes"):
        open_sheets(write(path, forged))


def test_a_changed_byte_in_an_archive_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, g=np.arange(1000.0))
    raw = bytearray(path.read_bytes())
    raw[3000] ^= 1
    with pytest.raises(PulseFileError, match="checksum"):
        open_sheets(write(path, bytes(raw)))


def test_a_matlab_bomb_is_refused(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"g": np.zeros(8 << 20)}, do_compression=True)
    with pytest.raises(PulseFileError, match="needs more memory than it should"):
        open_sheets(tmp_path / "a.mat")


ONE_LINE = """
import resource, sys
from pathlib import Path
from devicegen.errors import PulseFileError
from devicegen.measured.files import open_sheets
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    open_sheets(Path(sys.argv[1]))
except PulseFileError as error:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, error)
"""


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_of_a_gigabyte_is_refused_without_reading_it(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / ("bomb.csv.gz" if packed else "bomb.csv")
    with gzip.open(path, "wb", 1) if packed else open(path, "wb") as stream:
        for _ in range(80 if packed else 1):
            stream.write(b"1.5," * (1 << 18))
        if not packed:
            stream.truncate(1 << 30)  # the rest is a hole of zeros, which nobody must reach
            stream.seek(0)
            for _ in range(80):
                stream.write(b"1.5," * (1 << 18))
    done = subprocess.run([sys.executable, "-c", ONE_LINE, str(path)], capture_output=True, text=True, check=True)
    assert "a line is longer than 64 MB" in done.stdout
    assert int(done.stdout.split()[0]) < 100_000  # kB


def test_a_packed_file_of_any_length_needs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv.gz"
    with gzip.open(path, "wb", 1) as stream:
        for _ in range(30):
            stream.write(b"1.5,2.5\n" * (1 << 17))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = sum(len(block.rows) for block in the_sheet(path).blocks())
    assert count == 30 << 17
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


def test_a_file_that_grows_while_it_is_read_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "1,2.5\n")
    with unchanged([path]):
        rows(the_sheet(path))
    grown = r"changed while it was read \(size 6 -> 12\): is the measurement still running\? Copy it and give the copy"
    with pytest.raises(PulseFileError, match=grown), unchanged([path]):
        path.write_text("1,2.5\n2,3.5\n")
    with pytest.raises(PulseFileError, match="changed while it was read"), unchanged([path]):
        os.utime(path, ns=(1, 1))
    with pytest.raises(PulseFileError, match="was removed while"), unchanged([path]):
        path.unlink()


def test_what_else_is_wrong_comes_after_that_a_file_grows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "1,2.5\n")
    with pytest.raises(PulseFileError, match="changed while"), unchanged([path]):
        open_sheets(write(path, b"\0"))
    with pytest.raises(PulseFileError, match="a binary file"), unchanged([path]):
        open_sheets(path)
