"""Reads that cannot be right beside the others: of other units, an instrument's overflow, saturated."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.cells import CellTable, number, open_cells
from devicegen.measured.description.model import Description
from devicegen.measured.reading.siemens import conductance_of
from devicegen.pulses.record import BoolArray, FloatArray, PulseRecord

_log = logging.getLogger(__name__)

FAR = 100.0
"""A read so many times above or below nearly all others is refused."""
NEARLY_ALL = (0.01, 0.99)
PILE = 0.02
"""Equal reads at an end of the range that are this part of all look like an instrument's limit."""
FEWEST_PILED = 20
MANY_PILED, FEW_PILED = 0.1, 5
"""Where few reads were made, five that are a tenth of all do."""
_MOST_SHOWN = 5
_LOOKED_AT = 100_000


def refuse_strays(record: PulseRecord, folder: Path, description: Description) -> PulseRecord:
    """Refuse a read that is orders of magnitude away from the others; warn of reads that pile up at an end.

    Returns the record without such reads where the description lets bad ones be skipped.
    Raises PulseFileError, naming file, line and column of the first.
    """
    reads = record.g_before_S, record.g_after_S
    low, high = np.quantile(record.g_after_S, NEARLY_ALL)
    least, most = min(float(r.min()) for r in reads), max(float(r.max()) for r in reads)
    if least < low / FAR or most > high * FAR:

        def stray(g: FloatArray) -> BoolArray:
            return (g < low / FAR) | (g > high * FAR)

        if not description.skip_bad:
            place, value = next(_find(folder, description, stray))
            times = value / high if value > high else low / value
            raise PulseFileError(
                f"{place} is {value:.3g} S, {times:.3g} times {'above' if value > high else 'below'} what nearly all "
                f"other reads are ({low:.3g} to {high:.3g} S), expected a read like them: has it other units, or did "
                "the instrument overflow? If it is a bad read, skip_bad: true (--skip-bad) leaves it out and counts it."
            )
        places = list(_find(folder, description, stray))
        shown = "; ".join(place.removeprefix(f"{folder}/") for place, _ in places[:_MOST_SHOWN])
        bad = stray(record.g_before_S) | stray(record.g_after_S)
        why = f"beside {len(places)} reads that are {FAR:g} times away from nearly all others ({shown})"
        record = replace(record.select(~bad), left_out=(*record.left_out, (why, int(bad.sum()))))
        least = min(float(record.g_before_S.min()), float(record.g_after_S.min()))
        most = max(float(record.g_before_S.max()), float(record.g_after_S.max()))
    for end, what in (
        (least, "is the lowest read"),
        (most, "is the highest read"),
        (_commonest(record), "is one read"),
    ):
        n = int(np.count_nonzero(record.g_after_S == end))
        if what == "is one read" and (end in (least, most) or n < MANY_PILED * record.size):
            continue
        if n >= max(PILE * record.size, FEWEST_PILED) or n >= max(MANY_PILED * record.size, FEW_PILED):
            place = next(_find(folder, description, lambda g, end=end: g == end), (str(folder), 0.0))[0]
            _log.warning(
                "%s %s, and %.0f%% of all reads (%d) equal it, expected reads that differ: was the "
                "instrument at its limit? The table takes them as they are",
                place, what, 100 * n / record.size, n,
            )  # fmt: skip
    return record


def _commonest(record: PulseRecord) -> float:
    """The read that comes most often among the first of them [S]."""
    values, counts = np.unique(record.g_after_S[:_LOOKED_AT], return_counts=True)
    return float(values[np.argmax(counts)])


def _find(
    folder: Path, description: Description, wrong: Callable[[FloatArray], BoolArray]
) -> Iterator[tuple[str, float]]:
    """Place and conductance [S] of the reads that are `wrong`, file by file."""
    for name in description.file_names():
        of = description.of_file(name)
        table = open_cells(folder / name, of, wide=of.layout == "one_row_a_trace")
        for block in _cells_of_reads(table, of):
            found = []
            for column, units, lines, cells in block:
                values = conductance_of(np.array([number(cell) for cell in cells]), units, of)
                found += [
                    (lines[int(at)], f"{table.place(lines[int(at)], column)}: {cells[at]} {units}", float(values[at]))
                    for at in np.flatnonzero(wrong(values))
                ]
            for _, place, value in sorted(found):
                yield place, value


def _cells_of_reads(table: CellTable, of: Description) -> Iterator[list[tuple[int, str, list[int], list[str]]]]:
    """Column, units, lines and cells of each column of reads, block by block."""
    columns: list[tuple[int, str]] = []
    if of.layout == "one_column_a_ramp":
        traces = of.ramp_columns
        given = [*traces.set, *traces.reset, *traces.turns] if traces is not None else range(1, table.width + 1)
        given = [place for place in given if isinstance(place, int) or place in table.header]
        columns = [(table.index(place, "ramp_columns"), of.units_of(place)) for place in given]
    elif of.layout == "one_row_a_trace":
        columns = [(at, str(of.ramp_units)) for at in range((of.reads_from or 1) - 1, table.width)]
    elif of.columns is not None:
        named = [c for c in (of.columns.before, of.columns.after) if c is not None]
        columns = [(table.index(c.name, "columns"), str(c.units)) for c in named]
        if of.columns.reads is not None:
            columns += [(table.index(c, "columns"), str(of.columns.reads.units)) for c in of.columns.reads.columns]
    for block in table.blocks():
        each = []
        for column, units in columns:
            filled = [i for i, row in enumerate(block.rows) if column < len(row) and row[column]]
            each.append((column, units, [block.lines[i] for i in filled], [block.rows[i][column] for i in filled]))
        yield each
