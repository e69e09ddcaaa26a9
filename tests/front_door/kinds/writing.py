"""Writes tables of numbers in the forms that laboratories keep them in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

uS, nS, uA, nA, kohm = 1e-6, 1e-9, 1e-6, 1e-9, 1e3
_LONG_AGO = (2020, 2, 2, 2, 2, 2)


def number(value: Any, digits: int = 7) -> str:
    """A cell: floating-point numbers with seven digits, whole numbers and words as they are."""
    return f"{value:.{digits}g}" if isinstance(value, float | np.floating) else str(value)


def across(*columns: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Lines of columns that are equally long."""
    return list(zip(*columns, strict=True))


def ragged(*columns: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Lines of columns of unlike lengths, blank below the shorter ones."""
    longest = max(map(len, columns))
    return [tuple(column[k] if k < len(column) else "" for column in columns) for k in range(longest)]


def text(header: Sequence[str] | None, lines: Iterable[Sequence[Any]], sep: str = ",", decimal: str = ".") -> str:
    """Lines of cells under a line of headings, if any."""
    found = [] if header is None else [sep.join(header)]
    for line in lines:
        cells = [number(cell).replace(".", decimal) if not isinstance(cell, str) else cell for cell in line]
        found.append(sep.join(cells))
    return "\n".join(found) + "\n"


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    """A zip archive, the same bytes each time."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return raw.getvalue()


class Formula(str):
    """A cell of a workbook that holds a formula whose value was never saved."""


def _column(k: int) -> str:
    return (chr(64 + k // 26) if k >= 26 else "") + chr(65 + k % 26)


def _cell(place: str, value: Any) -> str:
    if isinstance(value, Formula):
        return f'<c r="{place}"><f>{escape(value)}</f></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{number(value, 9)}</v></c>'


def _sheet(rows: Sequence[Sequence[Any]]) -> str:
    lines = []
    for k, row in enumerate(rows, 1):
        cells = [_cell(f"{_column(n)}{k}", value) for n, value in enumerate(row) if value is not None and value != ""]
        lines.append(f'<row r="{k}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Any]]], macros: bool = False, more: Mapping[str, bytes] | None = None
) -> bytes:
    """An Excel workbook (xlsx; xlsm with `macros`), written by hand; None and "" are empty cells.

    more : further members of the archive
    """
    main = "application/vnd.ms-excel.sheet.macroEnabled.main+xml" if macros else f"{_TYPE}.sheet.main+xml"
    kinds = [f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/>']
    names, relations, members = [], [], {}
    for k, (title, rows) in enumerate(sheets.items(), 1):
        names.append(f'<sheet name="{escape(title)}" sheetId="{k}" r:id="rId{k}"/>')
        relations.append(f'<Relationship Id="rId{k}" Type="{_REL}/worksheet" Target="worksheets/sheet{k}.xml"/>')
        kinds.append(f'<Override PartName="/xl/worksheets/sheet{k}.xml" ContentType="{_TYPE}.worksheet+xml"/>')
        members[f"xl/worksheets/sheet{k}.xml"] = _sheet(rows)
    if macros:
        relations.append(
            f'<Relationship Id="rId{len(sheets) + 1}" '
            'Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/>'
        )
        members["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    )
    head = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{defaults}{"".join(kinds)}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{"".join(names)}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(relations)}'
        "</Relationships>",
    }
    declared = {name: '<?xml version="1.0" encoding="UTF-8"?>' + content for name, content in head.items()}
    return zipped({**declared, **members, **(more or {})})


def npy(values: Any) -> bytes:
    """A NumPy array, pickled where it holds objects."""
    raw = io.BytesIO()
    np.save(raw, values, allow_pickle=True)
    return raw.getvalue()


def npz(**arrays: Any) -> bytes:
    """Named NumPy arrays in one archive."""
    return zipped({f"{name}.npy": npy(values) for name, values in arrays.items()})


def mat(**arrays: Any) -> bytes:
    """A MATLAB file of version 5."""
    from scipy.io import savemat

    raw = io.BytesIO()
    savemat(raw, arrays)
    return raw.getvalue()
