"""Workbooks (.xlsx .xlsm .xlsb .xls .ods) through calamine. Macros are never run, links never followed."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from xml.parsers import expat

import python_calamine as calamine

from devicegen.errors import PulseFileError
from devicegen.measured.files.apart import last_error, run_apart
from devicegen.measured.files.archives import check_archive
from devicegen.measured.files.formulas import (
    Formulas,
    column_letters,
    computes_on_opening,
    formulas_of_ods,
    formulas_of_xlsx,
)
from devicegen.measured.files.kinds import refused
from devicegen.measured.files.sheet import BLOCK_LINES, Block, Sheet, block_of
from devicegen.measured.files.splitting import COMMA_NUMBER, POINT_NUMBER

_TRIAL = """
import python_calamine
with open(sys.argv[1], "rb") as stream:
    book = python_calamine.load_workbook(stream)
for name in book.sheet_names:
    book.get_sheet_by_name(name)
"""


@dataclass(frozen=True, kw_only=True)
class WorkbookSheet(Sheet):
    """A sheet of a workbook; its rows and columns are counted as the workbook's program shows them."""

    kind = "workbook"

    cells: Any  # CalamineSheet
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def blocks(self, first_line: int = 1, block_lines: int = BLOCK_LINES) -> Iterator[Block]:
        """Rows from a line on; see Sheet.blocks. Empty columns in front are given as ''."""
        rows = islice(self._rows(), max(0, first_line - 1), None)
        at = max(1, first_line)
        while part := list(islice(rows, block_lines)):
            if block := block_of(range(at, at + len(part)), part):
                yield block
            at += len(part)

    def _rows(self) -> Iterator[list[str]]:
        """All rows, from the first one of the sheet on; errors stand where the reader leaves cells empty."""
        before = [""] * self.cells.start[1]
        last = max((row for row, _ in self.errors), default=0)
        wrong = {row: [] for row, _ in self.errors}
        for (row, column), text in self.errors.items():
            wrong[row].append((column, text))
        at = 0
        for at, values in enumerate(self.cells.iter_rows(), start=1):
            row = before + [cell_text(cell) for cell in values]
            yield _with_errors(row, wrong[at]) if at in wrong else row
        for below in range(at + 1, last + 1):
            yield _with_errors([], wrong.get(below, []))

    def place(self, line: int, column: int | None = None) -> str:
        """File, sheet, and the cell as C7 or the row."""
        where = f"cell {column_letters(column)}{line}" if column else f"row {line}"
        return f"{self.path}: sheet {self.name!r}, {where}"


def cell_text(cell: Any) -> str:
    """A cell as text: 48 and not 48.0, dates in ISO form, TRUE and FALSE; '' where it is empty."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def _with_errors(row: list[str], errors: list[tuple[int, str]]) -> list[str]:
    for column, text in errors:
        row += [""] * (column - len(row))
        row[column - 1] = row[column - 1] or text
    return row


def open_workbook(path: Path) -> list[Sheet]:
    """The sheets of a workbook that are not empty, hidden ones too.

    Raises PulseFileError for passwords, formulas without their values, zip bombs and damaged files.
    """
    notes: list[str] = []
    formulas: dict[str, Formulas] = {}
    if zipfile.is_zipfile(path):
        check_archive(path)
        notes, formulas = _look_into(path)
    if said := run_apart(path, _TRIAL):
        raise _locked(path) if "PasswordError" in said else _damaged(path, last_error(said))
    sheets = []
    try:
        with open(path, "rb") as stream:
            book = calamine.load_workbook(io.BytesIO(stream.read()))
        for shown in book.sheets_metadata:
            cells = book.get_sheet_by_name(shown.name)
            if cells.start is None:
                continue
            own = list(notes)
            if shown.visible != calamine.SheetVisibleEnum.Visible:
                own.append(f"sheet {shown.name!r} is hidden")
            errors = formulas[shown.name].errors if shown.name in formulas else {}
            own += _remarks(shown.name, cells, errors)
            sheets.append(WorkbookSheet(path=path, name=shown.name, notes=tuple(own), cells=cells, errors=errors))
    except calamine.PasswordError as error:
        raise _locked(path) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    _refuse_uncomputed(path, {sheet.name for sheet in sheets}, formulas)
    if not sheets:
        raise refused(path, "a workbook without a filled cell", "expected a sheet with numbers")
    return sheets


def _look_into(path: Path) -> tuple[list[str], dict[str, Formulas]]:
    """Notes on a zipped workbook, and the formulas of its sheets."""
    notes = []
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if any(name.endswith(("vbaProject.bin", "Basic/script-lc.xml")) for name in names):
                notes.append("the workbook has macros: they are not run")
            if any(name.startswith("xl/externalLinks/") for name in names):
                notes.append("cells link to another workbook: their values are read as they were saved")
            if "META-INF/manifest.xml" in names:
                with archive.open("META-INF/manifest.xml") as stream:
                    if b"encryption-data" in stream.read(1 << 20):
                        raise _locked(path)
            if "xl/workbook.xml" in names:
                formulas = formulas_of_xlsx(archive)
                uncomputed = bool(formulas) and computes_on_opening(archive)
            else:
                formulas = formulas_of_ods(archive) if "content.xml" in names else {}
                uncomputed = False
    except (expat.ExpatError, KeyError, ValueError, OverflowError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise _damaged(path, str(error)) from error
    if uncomputed and all(sheet.zeros for sheet in formulas.values()):
        for sheet in formulas.values():
            sheet.missing = sheet.missing or sheet.first
    return notes, formulas


def _refuse_uncomputed(path: Path, filled: set[str], formulas: dict[str, Formulas]) -> None:
    for name, found in formulas.items():
        if found.missing and (name in filled or not filled):
            raise PulseFileError(
                f"{path}: sheet {name!r}, cell {found.missing} holds a formula without its value; open it in Excel "
                "and save it, or paste the values."
            )


def _remarks(name: str, cells: Any, errors: Mapping[tuple[int, int], str]) -> list[str]:
    """What a user should know of a sheet: numbers stored as text, errors."""
    texts, commas = [], []
    for row, values in enumerate(cells.iter_rows(), start=1):
        for column, value in enumerate(values, start=1 + cells.start[1]):
            if not isinstance(value, str) or not value:
                continue
            text = value.strip()
            if POINT_NUMBER.fullmatch(text):
                texts.append((row, column))
            elif COMMA_NUMBER.fullmatch(text):
                commas.append((row, column))
    said = []
    for places, what in (
        (texts, "stored as text (read as numbers)"),
        (commas, "with decimal commas, stored as text"),
    ):
        if places:
            count = "1 number" if len(places) == 1 else f"{len(places)} numbers"
            said.append(f"sheet {name!r}: {count} {what}, first in cell {_cell(places[0])}")
    if errors:
        count = "1 cell holds an error" if len(errors) == 1 else f"{len(errors)} cells hold errors"
        said.append(f"sheet {name!r}: {count}, first in cell {_cell(min(errors))}")
    return said


def _cell(place: tuple[int, int]) -> str:
    return f"{column_letters(place[1])}{place[0]}"


def _locked(path: Path) -> PulseFileError:
    return refused(path, "a password-protected workbook", "save a copy without a password")


def _damaged(path: Path, why: str) -> PulseFileError:
    return PulseFileError(
        f"{path}: a damaged workbook ({why.splitlines()[0][:200] if why else 'it cannot be read'}): was it copied "
        "whole? Open it, and save it again or as CSV."
    )
