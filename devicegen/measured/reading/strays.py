"""Reads that cannot be right beside the others: of other units, an instrument's overflow, saturated."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.delimited import Block, TextTable, open_table
from devicegen.measured.description.model import Description
from devicegen.measured.reading.siemens import to_siemens
from devicegen.pulses.record import BoolArray, FloatArray, PulseRecord

_log = logging.getLogger(__name__)

FAR = 100.0
"""A read so many times above or below nearly all others is refused."""
NEARLY_ALL = (0.01, 0.99)
PILE = 0.02
"""Equal reads at an end of the range that are this part of all look like an instrument's limit."""
FEWEST_PILED = 20


def refuse_strays(record: PulseRecord, folder: Path, description: Description) -> None:
    """Refuse a read that is orders of magnitude away from the others; warn of reads that pile up at an end.

    Raises PulseFileError, naming file, line and column of the first.
    """
    reads = record.g_before_S, record.g_after_S
    low, high = np.quantile(record.g_after_S, NEARLY_ALL)
    least, most = min(float(r.min()) for r in reads), max(float(r.max()) for r in reads)
    if least < low / FAR or most > high * FAR:
        place, value = _find(folder, description, lambda g: (g < low / FAR) | (g > high * FAR))
        times = value / high if value > high else low / value
        raise PulseFileError(
            f"{place} is {value:.3g} S, {times:.3g} times {'above' if value > high else 'below'} what nearly all other "
            f"reads are ({low:.3g} to {high:.3g} S), expected a read like them: has it other units, or did the "
            "instrument overflow?"
        )
    for end, what in ((least, "lowest"), (most, "highest")):
        n = int(np.count_nonzero(record.g_after_S == end))
        if n >= max(PILE * record.size, FEWEST_PILED):
            place, _ = _find(folder, description, lambda g, end=end: g == end)
            _log.warning(
                "%s is the %s read, and %.0f%% of all reads (%d) equal it, expected reads that differ: was the "
                "instrument at its limit? The table takes them as they are",
                place, what, 100 * n / record.size, n,
            )  # fmt: skip


@dataclass(frozen=True)
class _Reads:
    """Reads of one column of a block: their lines, cells, and conductances [S]."""

    table: TextTable
    column: int
    units: str
    lines: list[int]
    cells: list[str]
    values: FloatArray

    def place(self, at: int) -> str:
        title = self.table.title(self.column)
        return f"{self.table.path}: line {self.lines[at]}, column {title}: {self.cells[at].strip()} {self.units}"


def _find(folder: Path, description: Description, wrong: Callable[[FloatArray], BoolArray]) -> tuple[str, float]:
    """Place and conductance [S] of the first read that is `wrong`."""
    for columns in _blocks(folder, description):
        found = [(reads, int(np.argmax(bad))) for reads in columns if (bad := wrong(reads.values)).any()]
        if found:
            reads, at = min(found, key=lambda one: one[0].lines[one[1]])
            return reads.place(at), float(reads.values[at])
    raise ValueError("no such read")


def _blocks(folder: Path, description: Description) -> Iterator[list[_Reads]]:
    """All reads of all files, block by block and column by column."""
    for name in description.file_names():
        table = open_table(folder / name, description.header_line, description.encoding, description.decimal)
        if description.columns is not None:
            named = (description.columns.before, description.columns.after)
            columns = [(table.index(c.name, "columns"), str(c.units)) for c in named if c is not None]
        else:
            ramps = description.ramp_columns
            given = range(1, table.width + 1) if ramps is None else [*ramps.set, *ramps.reset]
            columns = [(table.index(c, "ramp_columns"), str(description.ramp_units)) for c in given]
        for block in table.blocks():
            yield [_of_column(table, block, column, units, description) for column, units in columns]


def _of_column(table: TextTable, block: Block, column: int, units: str, description: Description) -> _Reads:
    filled = [i for i, row in enumerate(block.rows) if column < len(row) and row[column].strip()]
    lines, cells = [block.lines[i] for i in filled], [block.rows[i][column] for i in filled]
    values = to_siemens(table.parse(cells, lines, table.title(column)), units, description, table, column, lines)
    return _Reads(table, column, units, lines, cells, values)
