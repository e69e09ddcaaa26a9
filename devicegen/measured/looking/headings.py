"""What the headings of a pulse file tell: where they stand, the meaning of each column, and its units."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from devicegen.errors import PulseFileError
from devicegen.measured.delimited import TextTable, open_table
from devicegen.measured.description.units import READ_QUANTITIES, UNITS

_MOST_PREAMBLE = 40

Ask = Callable[[str, str], str]
"""Gives the answer to a question: called with the name of the answer (an option's name) and the question."""

_WORDS = (
    ("before", r"before|initial|\bpre\b|_pre\b"),
    ("after", r"after|final|\bpost\b|_post\b"),
    ("polarity", r"polarity|\bpol\b|direction|operation|\btype\b"),
    ("cycle", r"cycle|\btrain\b|\bloop\b"),
    ("width", r"width|duration"),
    ("amplitude", r"amplitude|\bamp\b|v_?pulse|v_?prog|voltage|^v$"),
    ("current", r"(pulse|prog\w*|write|switching)[_ ]*(current|i\b)|\bi_?(pulse|prog|write)"),
    ("device", r"device|\bchip\b|\bcell\b|\bdut\b"),
    ("pulse", r"pulse|\bn\b|\bno\b|number|index|#"),
    ("after", r"conductance|resistance|current|^g\b|^r\b|^i\b|^g_|^r_|^i_"),
)
"""Words in a heading, and the meaning of its column; the first that fits counts."""


def units_in(heading: str) -> str | None:
    """The units that a heading names, in brackets or after its last underscore or blank: ``G (uS)``, ``before_nS``."""
    for part in re.findall(r"[(\[]\s*([^)\]]+?)\s*[)\]]", heading) + [re.split(r"[_\s/]", heading)[-1]]:
        if part in UNITS and part != "1":
            return part
    return None


def open_under_headings(path: Path, encoding: str) -> TextTable:
    """The table under its headings: without numbers, over lines of as many cells, with numbers; or from the top."""

    def numbers(row: Sequence[str]) -> int:
        return sum(bool(re.fullmatch(r"\s*[+-]?\d*[.,]?\d+([eE][+-]?\d+)?\s*", cell)) for cell in row)

    open_table(path, 0, encoding)  # a file that is missing, or no text, is refused here
    for line in range(_MOST_PREAMBLE):
        try:
            table = open_table(path, line, encoding)
            rows = [row for block in islice(table.blocks(60), 1) for row in block.rows][:5]
        except PulseFileError:
            continue  # lines below are of another width than this one
        even = {len(row) for row in rows} == {table.width}
        if even and all(map(numbers, rows)) and numbers(table.header) == 0:
            return table
    raise PulseFileError(f"{path}: no line of headings over lines of numbers found in the first {_MOST_PREAMBLE}.")


def meanings(table: TextTable) -> dict[str, int]:
    """Column of each meaning that the headings tell."""
    found: dict[str, int] = {}
    for at, heading in enumerate(table.header):
        plain = re.sub(r"[(\[].*?[)\]]", "", heading).strip().casefold()
        meaning = next((name for name, words in _WORDS if re.search(words, plain) and name not in found), None)
        if meaning is not None:
            found[meaning] = at
    return found


def read_units(table: TextTable, column: int, ask: Ask) -> tuple[str, str]:
    """Units of a column of reads, and where they are from."""
    units = units_in(table.title(column).strip("'"))
    if units is not None and UNITS[units][0] in READ_QUANTITIES:
        return units, "named in its heading"
    title = table.title(column)
    answer = ask(
        "units", f"Units of the reads in column {title} (S, uS, nS, ohm, kohm, A, …; 1 for an arbitrary scale)"
    )
    if answer not in UNITS or UNITS[answer][0] not in READ_QUANTITIES:
        raise PulseFileError(
            f"{table.path}: units {answer!r}, expected S, ohm or A with or without a prefix, e.g. uS, or 1."
        )
    return answer, "as answered"


def column_key(table: TextTable, column: int) -> str | int:
    """How a description names a column: its heading, or its number from 1 where there is none."""
    return table.header[column] if table.header else column + 1
