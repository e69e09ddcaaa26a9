"""Where the numbers of a sheet stand: bodies of alike rows, and the lines of headings above each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devicegen.measured.cells import number
from devicegen.measured.description.units import canonical
from devicegen.measured.files.sheet import Sheet

MOST_ROWS = 20_000
"""Rows that are looked at; a body that goes on there is taken to go on to the end."""
_FEWEST_ROWS = 3
_FEW_ROWS, _OF_THE_ROWS = 16, 0.25
_MOST_HEADINGS = 5
_BAD = {
    "nan",
    "na",
    "n/a",
    "inf",
    "-inf",
    "-",
    "--",
    "---",
    "ovld",
    "overload",
    "overflow",
    "ovf",
    "null",
    "none",
    "error",
}
_BAD |= {
    "#div/0!",
    "#n/a",
    "#value!",
    "#num!",
    "#ref!",
    "err",
    "bad",
    "fail",
    "failed",
    "open",
    "timeout",
    "compliance",
}
_COMMENT = re.compile(r"^\s*(#+|%+|//+|!+|\*+|;+)\s*")

_Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Body:
    """Alike rows of a sheet, and what stands above them.

    header_line : line that names the columns, 0 where none does
    headings    : (width,) name of each column, from all lines of headings, '' where there is none
    units_line  : (width,) what a line of units says, '' where there is none
    title       : a line of a single cell above the headings
    first_line, last_line : of the numbers; no last line where the sheet's end is
    kinds       : (width,) 'n' for numbers, 'w' for words, 'e' for empty
    rows        : how many
    """

    header_line: int
    headings: tuple[str, ...]
    units_line: tuple[str, ...]
    title: str
    first_line: int
    last_line: int | None
    kinds: tuple[str, ...]
    rows: int

    @property
    def width(self) -> int:
        """Columns of the body."""
        return len(self.kinds)


def find_bodies(sheet: Sheet) -> tuple[list[Body], list[str]]:
    """The bodies of a sheet that belong together, in order, and what a user should know of the rest.

    The largest body, and all that have the same columns; nothing where no three rows are alike.
    """
    rows = _rows(sheet)
    kinds = [_kinds(cells) for _, cells in rows]
    segments = [span for span in _segments(rows, kinds) if span[1] - span[0] >= _FEWEST_ROWS]
    if not segments:
        return [], []
    joined = [_joint(kinds[first:last]) for first, last in segments]
    scores = [_score(rows[first:last], joint) for (first, last), joint in zip(segments, joined, strict=True)]
    best = int(np.argmax(scores))
    if scores[best] <= 0:
        return [], []
    chosen = [
        k
        for k, joint in enumerate(joined)
        if scores[k] > 0 and len(joint) == len(joined[best]) and _alike(joint, joined[best])
    ]
    held = sum(segments[k][1] - segments[k][0] for k in chosen)
    if held < _FEW_ROWS and held < _OF_THE_ROWS * len(rows):
        return [], []  # prose, settings: some lines happen to be alike
    bodies = []
    for k in chosen:
        first, last = segments[k]
        above = rows[(segments[k - 1][1] if k else 0) : first]
        to_the_end = last == len(rows)
        end = None if to_the_end else rows[last - 1][0]
        bodies.append(_body(above, rows[first][0], end, joined[k], last - first))
    notes = []
    used = set()
    for k in chosen:
        used |= set(range(segments[k][0], segments[k][1]))
    unused = [rows[i][0] for i in range(len(rows)) if i not in used and sum(kind == "n" for kind in kinds[i]) > 0]
    if unused:
        lines = f"line {unused[0]}" if len(unused) == 1 else f"{len(unused)} lines from {unused[0]} to {unused[-1]}"
        notes.append(f"{lines} with numbers are not used: they are not like the {bodies[0].rows} rows of the table")
    return bodies, notes


def _rows(sheet: Sheet) -> list[_Row]:
    rows: list[_Row] = []
    for block in sheet.blocks(1, MOST_ROWS):
        rows += zip(block.lines, block.rows, strict=True)
        if len(rows) >= MOST_ROWS:
            return rows[:MOST_ROWS]
    return rows


def _is_number(cell: str) -> bool:
    return not np.isnan(number(cell))


def _kinds(cells: Sequence[str]) -> list[str]:
    return ["e" if not cell or cell.casefold() in _BAD else "n" if _is_number(cell) else "w" for cell in cells]


def _joint(kinds: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Kind of each column over several rows: the commoner of numbers and words."""
    width = max(map(len, kinds))
    joint = []
    for column in range(width):
        cells = [row[column] for row in kinds if column < len(row)]
        n, w = cells.count("n"), cells.count("w")
        joint.append("e" if n + w == 0 else "n" if n >= w else "w")
    while joint and joint[-1] == "e":
        joint.pop()
    return tuple(joint)


def _segments(rows: Sequence[_Row], kinds: Sequence[list[str]]) -> list[tuple[int, int]]:
    """Runs of rows, first and one past the last, that have numbers and words in the same columns.

    In a run under way a single cell may be of the wrong kind: a bad read, not a new table.
    """
    found: list[tuple[int, int]] = []
    first = 0
    known: list[str] = []
    for at, row in enumerate([*kinds, []]):
        begins = at == first
        shared = [(a, b) for a, b in zip(known, row, strict=False) if "e" not in (a, b)]
        odd = sum(a != b for a, b in shared)
        numbers = sum(a == b == "n" for a, b in shared)
        continues = bool(row) and numbers > 0 and odd <= (at - first >= _FEWEST_ROWS and numbers > odd)
        if not begins and continues and at < len(rows) and _restarts(rows, first, at):
            continues = False
        if begins or continues:
            known = (
                [a if a != "e" else b for a, b in zip(known, row, strict=False)]
                + list(row[len(known) :])
                + known[len(row) :]
            )
            continue
        found.append((first, at))
        first, known = at, list(row)
    return found


def _restarts(rows: Sequence[_Row], first: int, at: int) -> bool:
    """Whether a blank line stands above a row whose first number begins anew, as the block before it did."""
    if rows[at][0] - rows[at - 1][0] < 2 or at - first < _FEWEST_ROWS:
        return False
    begin, here, last = (number(rows[k][1][0]) for k in (first, at, at - 1))
    return here == begin != last


def _score(rows: Sequence[_Row], kinds: tuple[str, ...]) -> float:
    """How much a run of rows looks like the table that is meant: numbers in it; settings of an instrument are none."""
    numbers = kinds.count("n")
    if kinds[:1] == ("w",) and len(kinds) <= 4 and len(rows) > _FEWEST_ROWS:
        names = [cells[0] for _, cells in rows]
        if len(set(names)) == len(names):
            return 0.01 * numbers * len(rows)
    return float(numbers * len(rows))


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return all(a == b or "e" in (a, b) for a, b in zip(one, other, strict=True))


def _body(above: Sequence[_Row], first_line: int, last_line: int | None, kinds: tuple[str, ...], n: int) -> Body:
    heads, title = _heading_lines(above, first_line, kinds)
    width = len(kinds)
    if not heads:
        return Body(0, ("",) * width, ("",) * width, title, first_line, last_line, kinds, n)
    filled = [sum(bool(cell) for cell in cells) for _, cells in heads]
    names_at = int(np.argmax(filled))
    line, names = heads[names_at]
    if len(names) > width:  # a heading over columns that hold nothing
        kinds = kinds + ("e",) * (len(names) - width)
        width = len(names)
    headings = (names + [""] * width)[:width]
    for _, cells in heads[:names_at]:
        over = _spanning((cells + [""] * width)[:width])
        headings = [f"{a} {b}".strip() for a, b in zip(over, headings, strict=True)]
    units_line = [""] * width
    for _, cells in heads[names_at + 1 :]:
        given = [cell for cell in cells if cell]
        bare = [cell.strip("()[] ") for cell in given]
        if given and sum(canonical(cell) is not None for cell in bare) >= 0.5 * len(bare):
            units_line = ([cell.strip("()[] ") for cell in cells] + [""] * width)[:width]
    return Body(line, tuple(headings), tuple(units_line), title, first_line, last_line, kinds, n)


def _heading_lines(above: Sequence[_Row], first_line: int, kinds: tuple[str, ...]) -> tuple[list[_Row], str]:
    """The lines of headings directly above a body, topmost first, and the title above them."""
    heads: list[_Row] = []
    title = ""
    expected = first_line - 1
    for line, cells in reversed(above):
        if expected - line > (0 if heads else 2) or len(heads) == _MOST_HEADINGS:
            break
        cells, comment = _uncommented(cells, kinds)
        found = _kinds(cells)
        words = found.count("w")
        if words == 0:
            break
        if found.count("n") > 0 and (heads or len(cells) < len(kinds) or comment):
            break  # a line of settings, or a heading of numbers that is not directly above
        if len([cell for cell in cells if cell]) == 1 and len([kind for kind in kinds if kind != "e"]) > 1:
            title = title or next(cell for cell in cells if cell)
            if not comment and heads:
                break
            expected = line - 1
            if not comment:
                break
            continue
        heads.insert(0, (line, cells))
        expected = line - 1
    return heads, title


def _uncommented(cells: list[str], kinds: tuple[str, ...]) -> tuple[list[str], bool]:
    """A line without the mark of a comment, cut into as many cells as there are columns, where it can be."""
    if not cells or not _COMMENT.match(cells[0]) or cells[0] in ("#", "%") and len(cells) == len(kinds):
        return cells, False
    text = _COMMENT.sub("", " ".join(cells))
    for mark in (r"\t", ",", ";", r"\s{2,}", r"\s+"):
        split = [part.strip() for part in re.split(mark, text) if part.strip()]
        if len(split) == len(kinds) and not any(canonical(part.strip("()[]")) for part in split):
            return split, True
    words = re.split(r"[\s,;]+", text)
    named = [word for word in words if canonical(word.strip("()[]")) is None]
    if len(named) == len(kinds) and len(words) - len(named) == 1:
        unit = next(word for word in words if word not in named).strip("()[]")
        return [f"{name} ({unit})" for name in named], True
    return [text], True


def _spanning(cells: list[str]) -> list[str]:
    """A heading over several columns, repeated over each of them."""
    out, last = [], ""
    for cell in cells:
        last = cell or last
        out.append(last)
    return out
