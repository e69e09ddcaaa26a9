"""Files that are broken, dangerous, or cannot be read: a sentence, never a traceback, never a table."""

from __future__ import annotations

import io
import os
import zlib
from typing import Any

import h5py
import numpy as np

from kinds.bench import Bench, Refusal, Say, Truth, kind
from kinds.ramps import both
from kinds.writing import Formula, across, npy, text, uS, workbook, zipped


@kind
def bad_empty(b: Bench) -> Refusal:
    """No byte in it."""
    b.file("empty.csv", b"")
    return Refusal((r"empty|no (lines|rows|numbers|cells)|nothing",))


@kind
def bad_only_headings(b: Bench) -> Refusal:
    """Headings, and nothing below them."""
    b.file("headings.csv", "pulse,LTP (uS),LTD (uS)\n")
    return Refusal((r"no (three )?(lines|rows|numbers|reads|pulses)|empty|nothing|without numbers",))


def _saved(b: Bench, name: str, **how: Any) -> None:
    up, down = both(b, 40, 1 * uS, 9 * uS)
    b.file(name, workbook({"Sheet1": [["LTP (uS)", "LTD (uS)"], *across(up / uS, down / uS)]}, **how))
    b.told(first_read="before")


@kind
def bad_macros(b: Bench) -> Truth:
    """A workbook with macros: they are not run, and the user is told."""
    _saved(b, "macros.xlsm", macros=True)
    return b.truth(Say((r"macro", r"not run|never run|refus")))


@kind
def bad_links(b: Bench) -> Truth:
    """A workbook whose cells are taken from another one: what was saved is read, and the user is told."""
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    _saved(b, "links.xlsx", more={"xl/externalLinks/externalLink1.xml": link})
    return b.truth(Say((r"link", r"saved|another|other")))


@kind
def bad_formulas(b: Bench) -> Refusal:
    """A workbook written by a script: formulas whose values were never saved."""
    up, down = both(b, 40, 1 * uS, 9 * uS)
    rows: list[list] = [["LTP (uS)", "LTD (uS)"]]
    rows += [[p, Formula(f"A{k + 2}*0.5")] for k, p in enumerate(up / uS)]
    b.file("formulas.xlsx", workbook({"Sheet1": rows}))
    b.told(first_read="before")
    return Refusal((r"formula",))


@kind
def bad_zip_bomb_workbook(b: Bench) -> Refusal:
    """A workbook of a few kilobytes that unpacks to hundreds of megabytes."""
    book = workbook({"Sheet1": [["LTP (uS)", "LTD (uS)"], [1.0, 2.0]]}, more={"xl/media/x.xml": _blanks(150)})
    b.file("bomb.xlsx", book)
    return Refusal((r"unpack|times|large|MB|bomb|bytes|few|pulses|lines|reads",))


def _blanks(megabytes: int) -> bytes:
    return b" " * (megabytes << 20)


@kind
def bad_zip_bomb_sheet(b: Bench) -> Refusal:
    """The same, the sheet itself is the bomb."""
    book = workbook({"Sheet1": [["LTP (uS)", "LTD (uS)"]]})
    import zipfile

    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    members["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", b"</sheetData>" + _blanks(150))
    b.file("bomb_sheet.xlsx", zipped(members))
    return Refusal((r"unpack|times|large|MB|bomb|bytes",))


@kind
def bad_zip_bomb_arrays(b: Bench) -> Refusal:
    """An .npz whose array of zeros unpacks to hundreds of megabytes."""
    b.file("bomb.npz", zipped({"G.npy": npy(np.zeros(150 << 17))}))
    return Refusal((r"unpack|times|large|MB|bomb|bytes",))


@kind
def bad_pickle(b: Bench) -> Refusal:
    """A .npy that holds pickled objects, which would run code when it is read."""

    class Runs:
        def __reduce__(self):
            return os.mkdir, ("a_pickle_was_run",)

    b.file("objects.npy", npy(np.array([Runs(), 1.0], dtype=object)))
    return Refusal((r"pickl|objects",))


@kind
def bad_matlab_of_version_7_3(b: Bench) -> Refusal:
    """A MATLAB file of version 7.3, which is HDF5."""
    raw = io.BytesIO()
    with h5py.File(raw, "w", userblock_size=512) as file:
        file["Gp"] = np.linspace(1e-6, 2e-6, 60)[None, :]
    content = bytearray(raw.getvalue())
    content[:124] = b"MATLAB 7.3 MAT-file, made up".ljust(124)
    content[124:128] = b"\x00\x02IM"
    b.file("new.mat", bytes(content))
    return Refusal((r"7\.3", r"HDF5|save|-v7|version"))


@kind
def bad_two_headings_alike(b: Bench) -> Refusal:
    """Two headings are the same, and the user names one of them."""
    up, down = both(b, 40, 1 * uS, 9 * uS)
    b.file("alike.csv", text(["G (uS)", "G (uS)"], across(up / uS, down / uS)))
    b.told(column=["set=G (uS)", "reset=2"], first_read="before")
    return Refusal((r"G \(uS\)", r"twice|two|same|alike|both|number|\b2\b"))


@kind
def bad_one_endless_line(b: Bench) -> Refusal:
    """A text of one line, tens of megabytes long."""
    b.file("endless.csv", b"1.5," * 17_000_000)
    return Refusal((r"line", r"long"))


@kind
def bad_cut_gzip(b: Bench) -> Refusal:
    """A gzip file that was cut in transfer."""
    import gzip

    whole = gzip.compress(text(["LTP (uS)", "LTD (uS)"], [(1.0 + k, 90.0 - k) for k in range(80)]).encode(), mtime=0)
    b.file("cut.csv.gz", whole[: len(whole) // 2])
    return Refusal((r"gzip|compress|cut|damaged|end|truncat|read",))


@kind
def bad_picture(b: Bench) -> Refusal:
    """A picture of the figure instead of its numbers."""
    noise = zlib.compress(bytes(b.rng.integers(0, 256, 3000, dtype=np.uint8)))
    b.file("figure.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + noise)
    return Refusal((r"PNG|picture|image|binary|not (a )?text|cannot|no pulse file|kind of file",))


@kind
def bad_pdf(b: Bench) -> Refusal:
    """The paper itself."""
    b.file("paper.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\n" + bytes(range(256)) * 20)
    return Refusal((r"PDF",))


@kind
def bad_project_of_origin(b: Bench) -> Refusal:
    """Origin's own project file."""
    b.file("figures.opj", b"CPYA 4.3318 201 W64#\n" + bytes(range(256)) * 30)
    return Refusal((r"Origin|opj|binary|not (a )?text|export|cannot",))


@kind
def bad_old_workbook(b: Bench) -> Refusal:
    """A damaged workbook of the nineties."""
    b.file("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000))
    return Refusal((r"xls|workbook|damaged|cannot|Excel",))


@kind
def bad_sheet_that_is_not_there(b: Bench) -> Refusal:
    """The user names a sheet that the workbook does not have."""
    up, down = both(b, 40, 1 * uS, 9 * uS)
    rows = [["LTP (uS)", "LTD (uS)"], *across(up / uS, down / uS)]
    b.file("one.xlsx", workbook({"main": rows, "other": rows}))
    b.told(sheet="mian", first_read="before")
    return Refusal((r"mian", r"main"))


@kind
def bad_column_that_is_not_there(b: Bench) -> Refusal:
    """The user names a column that the file does not have."""
    up, down = both(b, 40, 1 * uS, 9 * uS)
    b.file("ramps.csv", text(["LTP (uS)", "LTD (uS)"], across(up / uS, down / uS)))
    b.told(column=["set=LPT (uS)", "reset=LTD (uS)"], first_read="before")
    return Refusal((r"LPT \(uS\)", r"LTP \(uS\)"))


@kind
def bad_words_among_numbers(b: Bench) -> Refusal:
    """A word in the middle of the reads, with its place to be named."""
    up, down = both(b, 40, 1 * uS, 9 * uS)
    cells: list[float | str] = list(up / uS)
    cells[17] = "compliance"
    b.file("word.csv", text(["LTP (uS)", "LTD (uS)"], across(cells, down / uS)))
    b.told(first_read="before")
    return Refusal((r"compliance", r"line 19|\b19\b"))


@kind
def good_headings_alike_by_number(b: Bench) -> Truth:
    """Two headings alike, and the user names the columns by number."""
    up, down = both(b, 40, 1 * uS, 9 * uS)
    b.file("alike.csv", text(["G (uS)", "G (uS)"], across(up / uS, down / uS)))
    b.told(column=["set=1", "reset=2"], first_read="before")
    return b.truth()
