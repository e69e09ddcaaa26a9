"""Lines of text into cells: the one place that knows quotes, runs of blanks and decimal commas."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable

LONGEST_RECORD = 20
"""Lines. A quoted cell may hold line ends; one that goes on for longer is a quotation mark that was never closed."""
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
POINT_NUMBER = re.compile(_NUMBER)
COMMA_NUMBER = re.compile(r"[+-]?(?:\d*,\d+)(?:[eE][+-]?\d+)?")
_BLANK_CELLS = re.compile(r'"((?:[^"]|"")*)"(?=\s|$)|(\S+)')


def split_lines(lines: list[str], delimiter: str, text: str | None = None) -> list[list[str]]:
    """Stripped cells of lines without quotation marks; `text` is the lines joined, where that is at hand."""
    if delimiter == " ":
        return [line.split() for line in lines]
    text = "\n".join(lines) if text is None else text
    rows = [line.split(delimiter) for line in lines]
    return _stripped(rows, text, delimiter)


def _stripped(rows: list[list[str]], text: str, delimiter: str) -> list[list[str]]:
    """The rows with stripped cells; most texts hold no blank, and there is nothing to do."""
    if (
        " " in text
        or (delimiter != "\t" and "\t" in text)
        or not text.isascii()
        or any(blank in text for blank in "\x0b\x0c\x1c\x1d\x1e\x1f")
    ):
        return [[cell.strip() for cell in row] for row in rows]
    return rows


def split_quoted(
    lines: list[str], delimiter: str, more: Callable[[], str] = lambda: ""
) -> tuple[list[int], list[list[str]]]:
    """Cells of lines with quotation marks, and at which of the lines (from 0) each row starts.

    more : gives the line after the last one, '' at the end of the file; `lines` grows by what is taken from it
    A mark that is not closed, or closed within a cell, is taken as it stands.
    """
    if delimiter == " ":
        rows = [[(quoted or plain).strip() for quoted, plain in _BLANK_CELLS.findall(line)] for line in lines]
        return list(range(len(lines))), rows
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True))
        if len(rows) == len(lines):
            return list(range(len(lines))), _stripped(rows, "".join(lines), delimiter)
    except csv.Error:
        pass
    starts, rows, at = [], [], 0
    own = len(lines)
    while at < own:
        row, used = _record(lines, at, delimiter, more)
        starts.append(at)
        rows.append(row)
        at += used
    return starts, rows


def _record(lines: list[str], at: int, delimiter: str, more: Callable[[], str]) -> tuple[list[str], int]:
    """The row that starts at a line, and how many lines it takes."""
    literal = [cell.strip() for cell in lines[at].split(delimiter)]
    if '"' not in lines[at]:
        return literal, 1
    for used in range(1, LONGEST_RECORD + 1):
        if at + used > len(lines):
            line = more()
            if not line:
                return literal, 1
            lines.append(line.removesuffix("\n"))
        record = [line + "\n" for line in lines[at : at + used]]
        try:
            rows = list(csv.reader(record, delimiter=delimiter, skipinitialspace=True, strict=True))
        except csv.Error as error:
            if "unexpected end" in str(error):
                continue
            return literal, 1
        return ([" ".join(cell.split()) for cell in rows[0]], used) if len(rows) == 1 else (literal, 1)
    return literal, 1


def only_decimal_commas(text: str, delimiter: str) -> bool:
    """Whether all commas of a text stand in numbers, which fill their cells, so that they may become points at once."""
    if delimiter == ",":
        return False
    numbers = re.findall(rf"(?<![^{re.escape(delimiter)}\n])[+-]?\d*,\d+(?![^{re.escape(delimiter)}\neE])", text)
    return len(numbers) == text.count(",")


def with_points(rows: list[list[str]]) -> list[list[str]]:
    """Rows whose numbers have decimal commas, and no points anywhere, written with points."""
    number = COMMA_NUMBER.fullmatch
    return [[cell.replace(",", ".") if "," in cell and number(cell) else cell for cell in row] for row in rows]


def commas_to_points(row: list[str]) -> str | None:
    """Write the numbers of a row with points, in place; returns a number that had one, among commas, if there is any.

    Such a number may be a thousand or a decimal: a person must say. Settings above the table (``Version;1.2``) are
    not meant: more than half of the row's cells must be numbers.
    """
    pointed, numbers = None, 0
    for at, cell in enumerate(row):
        if "," in cell:
            if COMMA_NUMBER.fullmatch(cell):
                row[at] = cell.replace(",", ".")
                numbers += 1
        elif POINT_NUMBER.fullmatch(cell):
            numbers += 1
            if "." in cell:
                pointed = cell
    return pointed if pointed is not None and 2 * numbers > len([cell for cell in row if cell]) else None
