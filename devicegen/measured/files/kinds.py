"""What a file is, told by its bytes; its name helps only where bytes do not tell."""

from __future__ import annotations

import zipfile
from pathlib import Path

from devicegen.errors import PulseFileError
from devicegen.measured.files.streams import open_bytes, read_head

HEAD = 65536
_AS_CSV = "export the numbers as CSV"

_MAGIC: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"%PDF", "a PDF", "give the numbers behind the figure, or click its points off into a CSV"),
    (0, b"\x89PNG\r\n", "a picture (PNG)", "click its points off into a CSV"),
    (0, b"\xff\xd8\xff", "a picture (JPEG)", "click its points off into a CSV"),
    (0, b"GIF8", "a picture (GIF)", "click its points off into a CSV"),
    (0, b"II*\x00", "a picture (TIFF)", "click its points off into a CSV"),
    (0, b"MM\x00*", "a picture (TIFF)", "click its points off into a CSV"),
    (0, b"RIFF", "a picture, sound or film (RIFF)", _AS_CSV),
    (0, b"%!PS", "a PostScript figure", "give the numbers behind the figure"),
    (0, b"{\\rtf", "a rich-text document", "save its numbers as plain text"),
    (0, b"CPYA", "an Origin project", "export the worksheet as CSV"),
    (0, b"CPYUA", "an Origin project", "export the worksheet as CSV"),
    (0, b"SQLite format 3\x00", "an SQLite database", "export the table as CSV"),
    (0, b"PAR1", "a Parquet file", "save it as CSV, for example with pandas' to_csv"),
    (0, b"ARROW1", "an Arrow (Feather) file", "save it as CSV, for example with pandas' to_csv"),
    (0, b"RDX", "an R data file", "save it as CSV with write.csv"),
    (0, b"X\n\x00\x00\x00", "an R data file", "save it as CSV with write.csv"),
    (0, b"TDSm", "a LabVIEW TDMS file", _AS_CSV),
    (0, b"WAVEDESC", "an oscilloscope's waveform file", _AS_CSV),
    (0, b"CDF\x01", "a netCDF file", _AS_CSV),
    (0, b"CDF\x02", "a netCDF file", _AS_CSV),
    (0, b"\x7fELF", "a program", "give the file with the measured numbers"),
    (0, b"MZ\x90\x00", "a program", "give the file with the measured numbers"),
    (0, b"\xcf\xfa\xed\xfe", "a program", "give the file with the measured numbers"),
    (0, b"7z\xbc\xaf'\x1c", "a 7z archive", "unpack it and give the file in it"),
    (0, b"Rar!\x1a\x07", "a RAR archive", "unpack it and give the file in it"),
    (257, b"ustar", "a tar archive", "unpack it and give the file in it"),
)
_SUFFIXES = {
    ".opj": ("an Origin project", "export the worksheet as CSV"),
    ".opju": ("an Origin project", "export the worksheet as CSV"),
    ".ibw": ("an Igor binary wave", "save it in Igor as delimited text"),
    ".pxp": ("an Igor experiment", "save its waves in Igor as delimited text"),
    ".bmp": ("a picture (BMP)", "click its points off into a CSV"),
    ".pkl": ("a Python pickle, which is never opened", "save the numbers with numpy.save or as CSV"),
    ".pickle": ("a Python pickle, which is never opened", "save the numbers with numpy.save or as CSV"),
    ".joblib": ("a Python pickle, which is never opened", "save the numbers with numpy.save or as CSV"),
}
_HDF5 = b"\x89HDF\r\n\x1a\n"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refused(path: Path, what: str, do: str) -> PulseFileError:
    """The error for a file that is understood as something else than pulses."""
    return PulseFileError(f"{path}: {what}; {do}.")


def kind_of(path: Path) -> str:
    """One of ``text npy npz mat workbook``. Raises PulseFileError, with its name, for everything else."""
    head = read_head(path, HEAD)
    if not head:
        raise refused(path, "an empty file", "was it written whole?")
    with open(path, "rb") as raw:
        packed = raw.read(8) != head[:8]
    for offset, magic, what, do in _MAGIC:
        if head.startswith(magic, offset):
            raise refused(path, what, do)
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES:
        raise refused(path, *_SUFFIXES[suffix])
    _refuse_markup(path, head)
    if packed:
        return _unpacked_text(path, head)
    if head.startswith(b"\x93NUMPY"):
        return "npy"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    if head.startswith(_OLE2):
        return _ole2_kind(path)
    if head.startswith(b"MATLAB 7.3") or (suffix == ".mat" and head.startswith(_HDF5)):
        raise refused(path, "a MATLAB 7.3 file (HDF5)", "save it with save('f.mat','-v7')")
    if head.startswith(_HDF5):
        raise refused(path, "an HDF5 file", "save the numbers as CSV or with numpy.save")
    if head.startswith(b"MATLAB 5.0"):
        if suffix == ".fig":
            raise refused(path, "a MATLAB figure", "save the numbers in it with save('f.mat','-v7') or as CSV")
        return "mat"
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise refused(path, *_SUFFIXES[".pkl"])
    if suffix == ".mat" and b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "mat"  # version 4 has no mark of its own
    return "text"


def _unpacked_text(path: Path, head: bytes) -> str:
    """Text may be compressed as it is; containers of numbers are unpacked by the user."""
    if head.startswith((b"\x93NUMPY", b"PK\x03\x04", b"MATLAB", _OLE2, _HDF5)):
        raise refused(path, "a container of numbers inside a compressed file", "unpack it and give the file in it")
    return "text"


def _refuse_markup(path: Path, head: bytes) -> None:
    """Refuse pages and drawings, which are text but no table."""
    start = head[:2048].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<div")):
        raise refused(path, "a web page (HTML)", "open it in Excel and save it as a workbook or CSV")
    if start.startswith((b"<?xml", b"<svg", b"<workbook")):
        what = "a drawing (SVG)" if b"<svg" in start else "an XML file"
        if b"excel" in start or b"<workbook" in start:
            what = "an XML spreadsheet of Excel 2003"
        raise refused(path, what, "save its numbers as a workbook (.xlsx) or CSV")


def _zip_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            mimetype = ""
            if "mimetype" in names:
                with archive.open("mimetype") as stream:
                    mimetype = stream.read(200).decode("ascii", "replace")
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise PulseFileError(f"{path}: a damaged workbook or zip archive ({error}): was it copied whole?") from error
    if any(member.flag_bits & 1 for member in members):
        raise refused(path, "a password-protected archive", "unpack it and give the file in it")
    if names & {"xl/workbook.xml", "xl/workbook.bin"}:
        return "workbook"
    if mimetype.startswith("application/vnd.oasis.opendocument.spreadsheet"):
        return "workbook"
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    if any(name.startswith("word/") for name in names) or "opendocument.text" in mimetype:
        raise refused(path, "a word-processor document", "copy its table to a workbook or a CSV")
    if any(name.startswith("ppt/") for name in names) or "opendocument.presentation" in mimetype:
        raise refused(path, "a presentation (PowerPoint)", "give the numbers behind the figures as a workbook or CSV")
    if any(name.endswith(".iwa") for name in names) or "Index.zip" in names:
        raise refused(path, "an Apple Numbers file", "export it as CSV or as an Excel workbook")
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return "workbook"
    raise refused(path, f"a zip archive of {len(names)} files", "unpack it and give the file in it")


def _ole2_kind(path: Path) -> str:
    """Old Office files are told by the names of the streams in them, which stand there in UTF-16."""
    streams = {
        name: name.encode("utf-16-le")
        for name in ("EncryptedPackage", "WordDocument", "PowerPoint Document", "Workbook", "Book")
    }
    found: set[str] = set()
    with open_bytes(path) as stream:
        tail = b""
        while chunk := stream.read(1 << 20):
            window = tail + chunk
            found |= {name for name, raw in streams.items() if raw in window}
            tail = chunk[-64:]
    if "EncryptedPackage" in found:
        raise refused(path, "a password-protected workbook or document", "save a copy without a password")
    if "WordDocument" in found:
        raise refused(path, "a Word document", "copy its table to a workbook or a CSV")
    if "PowerPoint Document" in found:
        raise refused(path, "a PowerPoint presentation", "give the numbers behind the figures as a workbook or CSV")
    if found & {"Workbook", "Book"}:
        return "workbook"
    raise refused(path, "an old Office file that holds no workbook", "save the numbers as a workbook (.xlsx) or CSV")
