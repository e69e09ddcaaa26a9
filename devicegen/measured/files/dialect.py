"""How a text file is written: what stands between its cells, and whether numbers have decimal commas.

Each way of splitting is tried on the first lines; the one under which the lines fall into numbers wins.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from devicegen.errors import PulseFileError
from devicegen.measured.files.sheet import Dialect
from devicegen.measured.files.splitting import COMMA_NUMBER, POINT_NUMBER, split_lines, split_quoted

SAMPLE_LINES = 2000
_CANDIDATES = tuple((delimiter, comma) for delimiter in "\t;|, " for comma in (False, True))
"""First the ones that stand in a file for one purpose only; equal scores are decided by this order."""


def find_dialect(path: Path, encoding: str, sample: list[str]) -> tuple[Dialect, tuple[str, ...]]:
    """The dialect of a file from its first lines, and what a user should know of the choice.

    Raises PulseFileError where commas stand both between the cells and in the numbers.
    """
    lines = [line for line in sample if line.strip(" \t\r\n,;|")]
    best, dialect = 0.0, Dialect(encoding, ",")
    text = "".join(lines)
    for delimiter, comma in _CANDIDATES:
        if (delimiter not in text and not (delimiter == " " and "\t" in text)) or (comma and "," not in text):
            continue
        score = _score(_rows(lines, delimiter), comma)
        # a file with tabs, semicolons or bars has its blanks within cells, unless they explain clearly more
        if score > best * (1.2 if delimiter == " " else 1 + 1e-9):
            best, dialect = score, Dialect(encoding, delimiter, comma)
    if dialect == Dialect(encoding, ",") and "," in text:
        return _commas(path, encoding, lines)
    return dialect, ()


def _rows(lines: list[str], delimiter: str) -> list[list[str]]:
    if any('"' in line for line in lines):
        return split_quoted(list(lines), delimiter)[1]
    return split_lines(lines, delimiter)


def _score(rows: list[list[str]], comma: bool) -> float:
    """How well rows fall into numbers: the share of each row's characters that stand in numbers, squared and summed.

    Rows of one cell do not count, and rows as wide as most others count twice: texts above a table have unlike
    widths. One number with a point and a comma in it ("1,234.5") speaks against decimal commas.
    """
    shares = []
    for row in rows:
        inside = whole = count = 0
        for cell in row:
            size = len(cell) - cell.count(" ")
            whole += size
            if POINT_NUMBER.fullmatch(cell) or (comma and COMMA_NUMBER.fullmatch(cell)):
                inside += size
                count += 1
        shares.append((inside / whole) ** 2 if len(row) > 1 and count and whole else 0.0)
    widths = Counter(len(row) for row, share in zip(rows, shares, strict=True) if share)
    if not widths:
        return 0.0
    usual = max(widths, key=lambda width: widths[width])
    return sum(share * (2 if len(row) == usual else 1) for row, share in zip(rows, shares, strict=True))


def _commas(path: Path, encoding: str, lines: list[str]) -> tuple[Dialect, tuple[str, ...]]:
    """Decide what commas mean where nothing else stands between numbers.

    "1,5" is two whole numbers, or one with a decimal comma. It is one where the heading is one cell, or where
    second cells begin with zeros ("1,05") or "0,25"-like numbers fill the column; else commas stand between cells.
    """
    points = Dialect(encoding, ",")
    rows = [_without_last_empty(row) for row in _rows(lines, ",")]
    body = [row for row in rows if sum(bool(POINT_NUMBER.fullmatch(cell)) for cell in row) > len(row) / 2]
    if not body or any("." in cell for row in body for cell in row):
        return points, ()
    width = Counter(map(len, body)).most_common(1)[0][0]
    first = next(i for i, row in enumerate(rows) if row in body)
    heading = [cell for cell in rows[first - 1] if cell] if first else []
    named = bool(heading) and not any(POINT_NUMBER.fullmatch(cell) for cell in heading)
    if width == 2 and all(len(row) <= 2 for row in body):
        pairs = [row for row in body if len(row) == 2]
        zeros = any(len(row[1]) > 1 and row[1].startswith("0") for row in pairs)
        counted = all(int(b) - int(a) == 1 for a, b in _neighbours(pairs))
        if zeros or (named and len(heading) == 1 and not counted):
            return Dialect(encoding, ";", True), ("read as one column of numbers with decimal commas",)
        if not named:
            return points, ("commas are taken as separators of two columns, not as decimal commas",)
    if named and 2 <= len(heading) < width <= 2 * len(heading) and all(len(cell) for cell in heading):
        raise PulseFileError(
            f"{path}: rows have {width} cells under {len(heading)} headings: are there decimal commas, with commas "
            "between the cells too? Save it with semicolons between the cells."
        )
    return points, ()


def _without_last_empty(row: list[str]) -> list[str]:
    """A row without the empty cell that a comma at the end of its line makes."""
    return row[:-1] if len(row) > 1 and not row[-1] else row


def _neighbours(pairs: list[list[str]]) -> list[tuple[str, str]]:
    firsts = [row[0] for row in pairs if row[0].lstrip("+-").isdigit()]
    return list(zip(firsts, firsts[1:], strict=False))
