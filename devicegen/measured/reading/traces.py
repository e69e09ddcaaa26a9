"""Ramps side by side or one below the other: each the reads between which one pulse was given.

A trace is read from its first pulse to its last. All its pulses have one polarity, or they go up and down by turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.cells import CellTable, open_cells
from devicegen.measured.description.model import Description
from devicegen.measured.description.units import UNITS
from devicegen.measured.reading.siemens import to_siemens
from devicegen.measured.reading.turning import rising_pulses
from devicegen.pulses.record import BoolArray, FloatArray, PulseRecord


@dataclass(frozen=True)
class Trace:
    """Reads of one ramp in the order of time.

    name  : what the file calls it
    reads : (n + 1,) conductance [S], NaN for a bad read that is left out
    is_set : (n,) polarity of the pulse between each two reads
    device : whose they are
    """

    name: str
    reads: FloatArray
    is_set: BoolArray
    device: str


def read_traces(folder: Path, description: Description) -> PulseRecord:
    """Pulses of files with a ramp in each column or on each line, in the order of the file."""
    traces: list[Trace] = []
    bad: list[str] = []
    files = description.files
    for polarity, names in ((None, files.pulses), (True, files.set), (False, files.reset)):
        for name in names:
            of = description.of_file(name)
            table = open_cells(folder / name, of, wide=of.layout == "one_row_a_trace")
            read = _along_lines if of.layout == "one_row_a_trace" else _down_columns
            traces += [trace for trace in read(table, of, polarity) if trace.reads.size > 1]
            bad += [table.skipped.said] if table.skipped is not None and table.skipped.count else []
    if not traces:
        raise PulseFileError(f"{folder}: no ramp holds two reads, expected one column a ramp.")
    return record_of(traces, description.device, bad)


def record_of(traces: Iterable[Trace], device: str, bad: list[str]) -> PulseRecord:
    """Pulses of traces one after the other; a change beside a bad read is left out, and so counted."""
    traces = list(traces)
    names = list(dict.fromkeys(trace.device or device for trace in traces))
    before = np.concatenate([trace.reads[:-1] for trace in traces])
    after = np.concatenate([trace.reads[1:] for trace in traces])
    record = PulseRecord(
        device=np.concatenate(
            [np.full(trace.is_set.size, names.index(trace.device or device), np.int32) for trace in traces]
        ),
        is_set=np.concatenate([trace.is_set for trace in traces]),
        g_before_S=before,
        g_after_S=after,
        starts=np.concatenate([np.arange(trace.is_set.size) == 0 for trace in traces]),
        device_names=tuple(names),
    )
    whole = np.isfinite(before) & np.isfinite(after)
    if whole.all():
        return record
    return replace(record.select(whole), left_out=(("; ".join(bad), int((~whole).sum())),))


# -- a column a ramp ---------------------------------------------------------------------------------


def _down_columns(table: CellTable, of: Description, polarity: bool | None) -> Iterator[Trace]:
    kinds = _kinds_of_columns(table, of, polarity)
    reads = dict(zip(kinds, _columns(table, list(kinds), of), strict=True))
    groups = _groups(table, of)
    for column, (kind, backwards) in kinds.items():
        for device, rows in groups:
            values = reads[column] if rows is None else reads[column][rows[rows < reads[column].size]]
            if of.start_S is not None:
                values = of.start_S + np.concatenate([[0.0], np.cumsum(values)])
            if backwards:
                values = values[::-1]
            name = table.title(column).strip("'")
            own = str(table.key(column)) if of.a_column_is == "a_device" else ""
            yield _trace(name, values, kind, of, "/".join(part for part in (device, own) if part))


def _kinds_of_columns(table: CellTable, of: Description, polarity: bool | None) -> dict[int, tuple[bool | None, bool]]:
    """Polarity of each column of reads, None for one that turns, and whether it is listed backwards; in file order."""
    named = of.ramp_columns
    if named is None:
        return {at: (polarity, False) for at in range(table.width)}
    if polarity is None:
        given = [(True, named.set), (False, named.reset), (None, named.turns)]
    else:
        given = [(polarity, named.set if polarity else named.reset)]
    kinds = {
        table.index(place, "ramp_columns"): (kind, place in named.backwards)
        for kind, places in given
        for place in places
    }
    return dict(sorted(kinds.items()))


def _groups(table: CellTable, of: Description) -> list[tuple[str, np.ndarray | None]]:
    """Rows of each device and cycle that columns name; one group of all rows where none do."""
    if of.columns is None or (of.columns.device is None and of.columns.cycle is None):
        return [("", None)]
    at = [table.index(c.name, "columns") for c in (of.columns.device, of.columns.cycle) if c is not None]
    rows: dict[tuple[str, ...], list[int]] = {}
    k = 0
    for block in table.blocks():
        for codes in zip(*(table.cells(block, column) for column in at), strict=True):
            rows.setdefault(codes, []).append(k)
            k += 1
    named = of.columns.device is not None
    return [(codes[0] if named else "", np.array(where)) for codes, where in rows.items()]


def _columns(table: CellTable, columns: list[int], of: Description) -> list[FloatArray]:
    """The reads of some columns [S]; blanks are accepted below a ramp's end, not within it."""
    parts: list[list[FloatArray]] = [[] for _ in columns]
    ended = [0] * len(columns)
    for block in table.blocks():
        for k, column in enumerate(columns):
            cells = [row[column] if column < len(row) else "" for row in block.rows]
            filled = len(cells)
            while filled and not cells[filled - 1]:
                filled -= 1
            if filled and ended[k] and table.skipped is None:
                raise PulseFileError(
                    f"{table.place(ended[k], column)}: found an empty cell above other reads, expected blanks only "
                    "below the end of a ramp."
                )
            if filled:
                lines = block.lines
                values = table.parse(cells[:filled], lines, column, skip=True)
                units = of.units_of(table.key(column))
                if of.start_S is None:
                    parts[k].append(to_siemens(values, units, of, table, column, lines))
                else:
                    parts[k].append(values * UNITS[units][1])
            if filled < len(cells) and not ended[k]:
                ended[k] = block.lines[filled]
    return [np.concatenate(part) if part else np.empty(0) for part in parts]


# -- a line a trace ----------------------------------------------------------------------------------


def _along_lines(table: CellTable, of: Description, polarity: bool | None) -> Iterator[Trace]:
    first = (of.reads_from or 1) - 1
    told = (
        None if of.columns is None or of.columns.polarity is None else table.index(of.columns.polarity.name, "columns")
    )
    owner = None if of.columns is None or of.columns.device is None else table.index(of.columns.device.name, "columns")
    lines = {} if of.trace_lines is None else _kinds_of_lines(of)
    for block in table.blocks():
        for line, row in zip(block.lines, block.rows, strict=True):
            if told is not None:
                kind, backwards = _of_code(table, of, row[told], line, told), False
            elif polarity is not None:
                kind, backwards = polarity, False
            elif line in lines:
                kind, backwards = lines[line]
            else:
                continue
            cells = row[first:]
            while cells and not cells[-1]:
                cells = cells[:-1]
            at = [line] * len(cells)
            parsed = np.array(
                [table.parse([cell], [line], first + k, skip=True)[0] for k, cell in enumerate(cells)], np.float64
            )
            values = to_siemens(parsed, str(of.ramp_units), of, table, first, at)
            yield _trace(
                f"line {line}", values[::-1] if backwards else values, kind, of, "" if owner is None else row[owner]
            )


def _kinds_of_lines(of: Description) -> dict[int, tuple[bool | None, bool]]:
    assert of.trace_lines is not None
    given = ((True, of.trace_lines.set), (False, of.trace_lines.reset), (None, of.trace_lines.turns))
    return {int(line): (kind, line in of.trace_lines.backwards) for kind, lines in given for line in lines}


def _of_code(table: CellTable, of: Description, code: str, line: int, column: int) -> bool:
    assert of.polarity is not None
    for kind, codes in ((True, of.polarity.set), (False, of.polarity.reset)):
        if code.casefold() in {known.strip().casefold() for known in codes}:
            return kind
    raise PulseFileError(
        f"{table.place(line, column)}: polarity {code!r}, expected "
        f"{' or '.join(map(repr, [*of.polarity.set, *of.polarity.reset]))}; see the key 'polarity'."
    )


def _trace(name: str, reads: FloatArray, kind: bool | None, of: Description, device: str) -> Trace:
    n = max(reads.size - 1, 0)
    if kind is not None:
        return Trace(name, reads, np.full(n, kind), device)
    assert of.turns is not None
    return Trace(name, reads, rising_pulses(reads, of.turns), device)
