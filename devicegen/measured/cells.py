"""The cells of a pulse file under their headings: one part of a sheet, or several parts laid side by side."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen.errors import PulseFileError
from devicegen.measured.description.blocks import Part
from devicegen.measured.description.model import Description
from devicegen.measured.files import Dialect, dialect_of, open_sheets
from devicegen.measured.files.sheet import Block, Sheet

MOST_PLACES = 12
"""Bad reads whose places are kept; more are counted."""


@dataclass
class Skipped:
    """Bad reads that are left out, where they are, and what stands there."""

    places: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, place: str, found: str) -> None:
        """Count one, and remember where it is."""
        self.count += 1
        if len(self.places) < MOST_PLACES:
            self.places.append(f"{place}: {found}")

    @property
    def said(self) -> str:
        """How many, and where the first of them are."""
        more = f"; and {self.count - len(self.places)} more" if self.count > len(self.places) else ""
        return f"pulses beside {self.count} bad reads that are skipped ({'; '.join(self.places)}{more})"


@dataclass(frozen=True)
class Placed:
    """A part of a sheet: its headings (empty without any), its first and last line of cells, its width."""

    sheet: Sheet
    header: tuple[str, ...]
    header_line: int
    first_line: int
    last_line: int | None
    width: int

    def rows(self, block_lines: int) -> Iterator[Block]:
        """Blocks of the part, without what stands below it."""
        for block in self.sheet.blocks(self.first_line, block_lines):
            if self.last_line is None or block.lines[-1] <= self.last_line:
                yield block
                continue
            inside = [i for i, line in enumerate(block.lines) if line <= self.last_line]
            if inside:
                yield Block([block.lines[i] for i in inside], [block.rows[i] for i in inside])
            return


@dataclass(frozen=True)
class CellTable:
    """Cells of one or several parts of a file; columns are counted on from part to part.

    skipped : where bad reads are gathered that are to be left out; None where they are refused
    """

    path: Path
    parts: tuple[Placed, ...]
    skipped: Skipped | None = None

    @property
    def header(self) -> tuple[str, ...]:
        """Headings of all columns, '' for a column without one; empty where there is none at all."""
        if not any(part.header for part in self.parts):
            return ()
        return tuple(
            part.header[at] if at < len(part.header) else "" for part in self.parts for at in range(part.width)
        )

    @property
    def width(self) -> int:
        """Number of columns."""
        return sum(part.width for part in self.parts)

    def blocks(self, block_lines: int = 65536) -> Iterator[Block]:
        """The rows, blank ones left out. Of several parts, `lines` counts the rows from 1, see `place`."""
        if len(self.parts) == 1:
            part = self.parts[0]
            for block in part.rows(block_lines):
                self._refuse_wide(part, block)
                yield block
            return
        every = [[row for block in part.rows(block_lines) for row in block.rows] for part in self.parts]
        rows = []
        for together in zip_longest(*every, fillvalue=[]):
            cells = [(row + [""] * part.width)[: part.width] for row, part in zip(together, self.parts, strict=True)]
            rows.append([cell for some in cells for cell in some])
        if rows:
            yield Block(range(1, len(rows) + 1), rows)

    def _refuse_wide(self, part: Placed, block: Block) -> None:
        """A row with more cells than columns is read wrongly, most often for commas of both kinds."""
        width = part.width
        if max(map(len, block.rows)) <= width:
            return
        for line, row in zip(block.lines, block.rows, strict=True):
            if len(row) > width and any(row[width:]):
                raise PulseFileError(
                    f"{self.path}: line {line} has {len(row)} cells, expected {width}: "
                    "are there decimal commas, with commas between the cells too?"
                )

    def index(self, name: str | int, key: str) -> int:
        """Position from 0 of a column given by its header or its number from 1; `key` is its use, for the message."""
        if isinstance(name, int):
            if not 1 <= name <= self.width:
                raise PulseFileError(f"{self.path}: {key} is column {name}, but the file has {self.width} columns.")
            return name - 1
        header = self.header
        found = [i for i, title in enumerate(header) if title == name.strip()]
        if len(found) == 1:
            return found[0]
        if found:
            raise PulseFileError(
                f"{self.path}: column {name!r} ({key}) comes {len(found)} times in the header line, expected once: "
                f"give its number, {' or '.join(str(at + 1) for at in found)}."
            )
        if not header:
            raise PulseFileError(f"{self.path}: column {name!r} ({key}) is given by name, but header_line is 0.")
        near = difflib.get_close_matches(name, header, 1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        shown = ", ".join(map(repr, header[:12])) + (", …" if len(header) > 12 else "")
        raise PulseFileError(
            f"{self.path}: line {self.parts[0].header_line} has no column {name!r} ({key}), found {shown}{hint}"
        )

    def cells(self, block: Block, column: int) -> list[str]:
        """Cells of one column of a block."""
        try:
            return [row[column] for row in block.rows]
        except IndexError:
            at = next(i for i, row in enumerate(block.rows) if len(row) <= column)
            raise PulseFileError(
                f"{self.path}: line {block.lines[at]} has {len(block.rows[at])} cells, expected at least {column + 1}."
            ) from None

    def numbers(self, block: Block, column: int, skip: bool = False) -> npt.NDArray[np.float64]:
        """Numbers of one column of a block; refuses what is not a finite number, or makes it NaN, see `parse`."""
        return self.parse(self.cells(block, column), block.lines, column, skip)

    def parse(
        self, cells: Sequence[str], lines: Sequence[int], column: int, skip: bool = False
    ) -> npt.NDArray[np.float64]:
        """Numbers from cells that stand on the given lines of a column.

        skip : whether what is not a finite number becomes NaN, where bad reads are to be left out
        """
        try:
            values = np.fromiter(map(float, cells), np.float64, len(cells))
        except ValueError:
            values = np.array([number(cell) for cell in cells])
        bad = ~np.isfinite(values)
        if not bad.any():
            return values
        for at in map(int, np.flatnonzero(bad)):
            found = repr(cells[at]) if cells[at] else "an empty cell"
            self.bad(self.place(lines[at], column), found, "a number", skip)
        values[bad] = np.nan
        return values

    def bad(self, place: str, found: str, expected: str, skip: bool = True) -> None:
        """Count a bad read, or refuse it where bad ones are not to be skipped."""
        if skip and self.skipped is not None:
            self.skipped.add(place.removeprefix(f"{self.path}: "), found)
            return
        what = " If it is a bad read, skip_bad: true (--skip-bad) leaves it out and counts it." if skip else ""
        end = "" if expected.endswith("?") else "."
        raise PulseFileError(f"{place}: found {found}, expected {expected}{end}{what}")

    def title(self, column: int) -> str:
        """How messages call a column."""
        header = self.header
        return repr(header[column]) if column < len(header) and header[column] else str(column + 1)

    def place(self, line: int, column: int) -> str:
        """Where a cell is, for messages: file, sheet, line and column."""
        if len(self.parts) > 1:
            at = column
            for part in self.parts:
                if at < part.width:
                    return part.sheet.place(self._line(part, line), at + 1)
                at -= part.width
        sheet = next(part.sheet for part in self.parts)
        if sheet.name:
            return sheet.place(line, column + 1)
        return f"{self.path}: line {line}, column {self.title(column)}"

    @staticmethod
    def _line(part: Placed, row: int) -> int:
        lines = [line for block in part.rows(65536) for line in block.lines]
        return lines[min(row, len(lines)) - 1]

    def key(self, column: int) -> str | int:
        """How a description names a column: by a heading that no other column has, or by its number from 1."""
        header = self.header
        if column < len(header) and header[column] and header.count(header[column]) == 1:
            return header[column]
        return column + 1


def number(text: str) -> float:
    """The number in a cell, NaN for anything else."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def dialect_for(path: Path, encoding: str | None, delimiter: str | None, decimal: str) -> Dialect:
    """How a text file is written: as described, and as found for what is not."""
    if encoding is not None and delimiter is not None and decimal != "auto":
        return Dialect(encoding, delimiter, decimal == "comma")
    found = dialect_of(path)
    return replace(
        found,
        encoding=encoding or found.encoding,
        delimiter=delimiter or found.delimiter,
        decimal_comma=found.decimal_comma if decimal == "auto" else decimal == "comma",
    )


def choose_sheet(path: Path, sheets: list[Sheet], name: str | int | None) -> Sheet:
    """A sheet by its name or its number from 1. Raises PulseFileError that lists what there is."""
    shown = ", ".join(repr(sheet.name) for sheet in sheets)
    if name is None:
        if len(sheets) == 1:
            return sheets[0]
        raise PulseFileError(f"{path}: holds {len(sheets)} sheets or arrays ({shown}): name one with 'sheet'.")
    if isinstance(name, int):
        if not 1 <= name <= len(sheets):
            raise PulseFileError(f"{path}: sheet {name} is asked for, but it holds {len(sheets)}: {shown}.")
        return sheets[name - 1]
    for sheet in sheets:
        if sheet.name.strip() == name.strip():
            return sheet
    near = difflib.get_close_matches(name, [sheet.name for sheet in sheets], 1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise PulseFileError(f"{path}: has no sheet {name!r}, found {shown}{hint}")


def place_part(sheet: Sheet, part: Part, wide: bool = False) -> Placed:
    """Lay a part upon its sheet.

    wide : whether rows may be wider than their headings, as where each row is a trace
    Raises PulseFileError where no rows are.
    """
    header: tuple[str, ...] = ()
    if part.header_line:
        block = next(sheet.blocks(part.header_line, 1), None)
        if block is not None and block.lines[0] == part.header_line:
            header = tuple(cell.strip() for cell in block.rows[0])
    first_line = part.first_line or part.header_line + 1
    some = next(sheet.blocks(first_line, 50), None)
    if some is None:
        where = f"{sheet.path}: sheet {sheet.name!r}" if sheet.name else f"{sheet.path}"
        raise PulseFileError(f"{where}: no rows after line {first_line - 1}, expected one row a pulse or read.")
    found = max(len(row) for row in some.rows)
    while header and not header[-1]:
        header = header[:-1]
    width = max(found, len(header)) if wide or not header else len(header)
    return Placed(sheet, header, part.header_line, first_line, part.last_line, width)


def open_cells(path: Path, of: Description, wide: bool = False) -> CellTable:
    """The cells of one file of a described device; `of` is what holds for this file."""
    if not path.is_file():
        raise PulseFileError(f"{path}: no such pulse file; see the key 'files' of device.yaml.")
    sheets = open_sheets(path)
    if sheets[0].kind == "text":
        dialect = dialect_for(path, of.encoding, of.delimiter, of.decimal)
        sheets = open_sheets(path, dialect)
    parts = of.parts or [Part(sheet=of.sheet, header_line=of.header_line, first_line=of.first_line)]
    placed = tuple(place_part(choose_sheet(path, sheets, part.sheet), part, wide) for part in parts)
    return CellTable(path, placed, Skipped() if of.skip_bad else None)
