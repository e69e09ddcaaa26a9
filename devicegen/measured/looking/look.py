"""A pulse file laid open: its cells, what each column looks like, and how a description says where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.cells import CellTable, Placed, Skipped, choose_sheet, number
from devicegen.measured.description.units import canonical
from devicegen.measured.files import Dialect, dialect_of, open_sheets
from devicegen.measured.files.sheet import Sheet
from devicegen.measured.looking.answers import Answers
from devicegen.measured.looking.facts import Facts
from devicegen.measured.looking.headings import meaning_of, units_in
from devicegen.measured.looking.structure import MOST_ROWS, Body, find_bodies


@dataclass(frozen=True)
class Look:
    """A file as it was found.

    table     : its cells
    columns   : what each column looks like, over the first 20,000 rows
    where     : keys of the description that say where the cells stand
    reasons   : why
    notes     : what a user should know
    constants : numbers that the file names, such as a read voltage
    lines     : line of each row that was looked at
    """

    path: Path
    table: CellTable
    columns: tuple[Facts, ...]
    where: dict[str, Any]
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    constants: dict[str, float]
    lines: tuple[int, ...]
    body: Body
    rows: tuple[tuple[str, ...], ...] = field(repr=False)

    @property
    def headed(self) -> bool:
        """Whether any column has a heading."""
        return any(column.heading for column in self.columns)

    def key(self, at: int) -> str | int:
        """How a description names a column."""
        return self.table.key(at)


def look_at(path: Path, answers: Answers) -> Look:
    """Lay a file open; asks for the sheet where there are several. Raises PulseFileError for one without numbers."""
    sheets = open_sheets(path)
    dialect = None
    if sheets[0].kind == "text":
        dialect = dialect_of(path)
        sheets = open_sheets(path, dialect)
    chosen = _choose(path, sheets, answers)
    header = answers.get("header")
    bodies: list[tuple[Sheet, Body]] = []
    notes: list[str] = []
    for sheet in chosen:
        found, said = find_bodies(sheet)
        if header is not None:
            found = _under(sheet, found, header)
        bodies += [(sheet, body) for body in found]
        notes += [*sheet.notes, *(f"{path}: {text}" for text in said)]
    if not bodies:
        raise PulseFileError(
            f"{path}: no three lines of numbers under each other were found, expected pulses or reads: is this the "
            "right file, or sheet?"
        )
    bodies = _of_one_kind(bodies, notes, path)
    placed = tuple(
        Placed(sheet, _own_heading(sheet, body), body.header_line, body.first_line, body.last_line, body.width)
        for sheet, body in bodies
    )
    table = CellTable(path, placed, Skipped())
    rows, lines = _first_rows(table)
    columns = _facts(bodies, rows, len(sheets) > 1)
    where, reasons = _where(bodies, dialect, len(sheets), notes)
    constants: dict[str, float] = {}
    for sheet in chosen:
        constants |= dict(sheet.constants)
    return Look(path, table, columns, where, tuple(reasons), tuple(notes), constants, lines, bodies[0][1], rows)


def _choose(path: Path, sheets: list[Sheet], answers: Answers) -> list[Sheet]:
    """The sheet that is meant: the only one with numbers, those that belong together, or the one that is asked for."""
    given = answers.get("sheet")
    if given is not None:
        names = [sheet.name.strip() for sheet in sheets]
        if given.strip() in names:
            return [choose_sheet(path, sheets, given)]
        return [choose_sheet(path, sheets, int(part) if part.strip().isdigit() else part) for part in given.split(",")]
    if len(sheets) == 1:
        return sheets
    full = [(sheet, bodies) for sheet in sheets if (bodies := find_bodies(sheet)[0])]
    if len(full) <= 1:
        return [sheet for sheet, _ in full] or sheets[:1]
    arrays = sheets[0].kind != "workbook"
    kinds = {bodies[0].kinds for _, bodies in full}
    if arrays and len(kinds) == 1:
        return [sheet for sheet, _ in full]
    shown = "; ".join(f"{sheet.name!r} ({bodies[0].rows} rows of {bodies[0].width})" for sheet, bodies in full)
    what = "sheets" if sheets[0].kind == "workbook" else "arrays"
    answer = answers.ask(
        "sheet", f"Which of the {what} {shown}", f"{path}: holds numbers in {len(full)} {what}", full[0][0].name
    )
    return [choose_sheet(path, sheets, answer)]


def _under(sheet: Sheet, found: list[Body], header: str) -> list[Body]:
    """The body under the line of headings that a user names; 0 for none."""
    if not header.strip().isdigit():
        raise PulseFileError(f"{sheet.path}: --header is {header!r}, expected the number of a line, 0 for no headings.")
    line = int(header)
    first = next(sheet.blocks(line + 1, MOST_ROWS), None)
    if first is None:
        raise PulseFileError(f"{sheet.path}: --header {line}: no lines come after it.")
    names: tuple[str, ...] = ()
    if line:
        block = next(sheet.blocks(line, 1))
        names = tuple(block.rows[0]) if block.lines[0] == line else ()
    width = max(len(names), max(len(row) for row in first.rows[:50]))
    known = next((body for body in found if body.first_line > line), found[0] if found else None)
    first_line = known.first_line if known is not None and known.first_line > line else line + 1
    kinds = ((known.kinds if known is not None else ()) + ("n",) * width)[:width]
    blank = ("",) * width
    return [Body(line, (names + blank)[:width], blank, "", first_line, None, kinds, len(first.rows))]


def _of_one_kind(bodies: list[tuple[Sheet, Body]], notes: list[str], path: Path) -> list[tuple[Sheet, Body]]:
    """Bodies that stand one above the other, unless words tell the pulses apart: those go on below each other."""
    if len(bodies) == 1 or all("w" not in body.kinds for _, body in bodies):
        return bodies
    sheet, largest = max(bodies, key=lambda one: one[1].rows)
    lost = sum(body.rows for _, body in bodies) - largest.rows
    notes.append(
        f"{path}: {len(bodies)} tables stand below each other; only the largest is used, {lost} rows of the others are "
        "left out: give each table a file of its own to use them"
    )
    return [(sheet, largest)]


def _own_heading(sheet: Sheet, body: Body) -> tuple[str, ...]:
    """What the line of headings itself holds: by this a description names columns."""
    if not body.header_line:
        return ()
    block = next(sheet.blocks(body.header_line, 1))
    return tuple(cell.strip() for cell in block.rows[0])


def _first_rows(table: CellTable) -> tuple[tuple[tuple[str, ...], ...], tuple[int, ...]]:
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    for block in table.blocks(MOST_ROWS):
        rows += map(tuple, block.rows)
        lines += block.lines
        if len(rows) >= MOST_ROWS:
            break
    return tuple(rows[:MOST_ROWS]), tuple(lines[:MOST_ROWS])


def _facts(bodies: list[tuple[Sheet, Body]], rows: tuple[tuple[str, ...], ...], named: bool) -> tuple[Facts, ...]:
    facts: list[Facts] = []
    at = 0
    for sheet, body in bodies:
        for k in range(body.width):
            heading = body.headings[k]
            if len(bodies) > 1:
                before = sheet.name if named else body.title
                heading = f"{before} {heading}".strip() if before else heading
            cells = [row[at] for row in rows if at < len(row) and row[at]]
            values = np.array([number(cell) for cell in cells], np.float64)
            unit = body.units_line[k]
            units = (canonical(unit) if unit else None) or units_in(body.headings[k])
            if unit and units is None:
                heading = f"{heading} ({unit})"
            facts.append(Facts(at, heading, units, meaning_of(heading) if heading else None, cells, values))
            at += 1
    return tuple(facts)


def _where(
    bodies: list[tuple[Sheet, Body]], dialect: Dialect | None, n_sheets: int, notes: list[str]
) -> tuple[dict[str, Any], list[str]]:
    """Keys of the description that find these cells again, and their reasons."""
    where: dict[str, Any] = {}
    reasons: list[str] = []
    if len(bodies) == 1:
        sheet, body = bodies[0]
        if n_sheets > 1 or sheet.kind == "workbook":
            where["sheet"] = sheet.name
            reasons.append(f"sheet: {sheet.name!r}")
        where["header_line"] = body.header_line
        why = f"line {body.header_line} names the columns" if body.header_line else "numbers from the top"
        reasons.append(f"header_line: {why}")
        if body.first_line != body.header_line + 1:
            where["first_line"] = body.first_line
            reasons.append(f"first_line: the numbers begin in line {body.first_line}")
        if body.last_line is not None:
            where["parts"] = [_part(sheet, body, n_sheets)]
            for key in ("sheet", "header_line", "first_line"):
                where.pop(key, None)
            reasons.append(f"parts: the numbers end in line {body.last_line}")
    else:
        where["parts"] = [_part(sheet, body, n_sheets) for sheet, body in bodies]
        reasons.append(f"parts: {len(bodies)} tables, laid side by side; columns are counted on from one to the next")
    if dialect is not None:
        where |= {"encoding": dialect.encoding, "delimiter": dialect.delimiter}
        where["decimal"] = "comma" if dialect.decimal_comma else "point"
        if dialect.encoding.replace("-", "").casefold() not in ("utf8", "utf8sig", "ascii"):
            shown = ", ".join(heading for heading in bodies[0][1].headings if heading)
            reasons.append(f"encoding: {dialect.encoding}, not UTF-8. Do these read right: {shown[:80]}?")
        if dialect.decimal_comma:
            reasons.append("decimal: commas stand in the numbers")
    return where, reasons


def _part(sheet: Sheet, body: Body, n_sheets: int) -> dict[str, Any]:
    part: dict[str, Any] = {"sheet": sheet.name} if n_sheets > 1 or sheet.kind == "workbook" else {}
    part |= {"header_line": body.header_line, "first_line": body.first_line}
    return part | ({} if body.last_line is None else {"last_line": body.last_line})
