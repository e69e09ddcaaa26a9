"""Files with one row a pulse: columns by meaning, pulses in order, each with its reads before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen.measured.cells import CellTable, open_cells
from devicegen.measured.description.blocks import Column, Columns
from devicegen.measured.description.model import Description
from devicegen.measured.description.units import UNITS
from devicegen.measured.files.sheet import Block
from devicegen.measured.reading.chains import Chains, Growing
from devicegen.measured.reading.chains import Columns as RowColumns
from devicegen.measured.reading.kinds import kinds_of_rows
from devicegen.measured.reading.siemens import to_siemens
from devicegen.measured.reading.sweeps import Sweep
from devicegen.pulses.record import FloatArray, PulseRecord


@dataclass
class _Names:
    """Numbers for names, in order of first sight."""

    numbers: defaultdict = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = defaultdict(lambda: len(self.numbers))

    def codes(self, cells: list) -> npt.NDArray[np.int32]:
        return np.fromiter((self.numbers[cell] for cell in cells), np.int32, len(cells))


def read_rows(folder: Path, description: Description) -> PulseRecord:
    """Pulses of files with one row a pulse, in the order they were applied to each device."""
    assert description.columns is not None
    devices = _Names()
    files = description.files
    parts: list[PulseRecord] = []
    for polarity, names in ((None, files.pulses), (True, files.set), (False, files.reset)):
        for name in names:
            of = description.of_file(name)
            parts += _read_file(open_cells(folder / name, of), of, polarity, devices)
    named = tuple(devices.numbers)
    return joined(parts, named if len(named) > 1 or (named and named[0]) else (description.device,))


def joined(parts: list[PulseRecord], device_names: tuple[str, ...]) -> PulseRecord:
    """Records one after the other, with what was left out of all of them."""
    left_out: dict[str, int] = defaultdict(int)
    for part in parts:
        for why, n in part.left_out:
            left_out[why] += n
    if len(parts) == 1:
        return replace(parts[0], device_names=device_names)
    energies = [part.energy_J for part in parts]
    return PulseRecord(
        device=np.concatenate([part.device for part in parts]),
        is_set=np.concatenate([part.is_set for part in parts]),
        g_before_S=np.concatenate([part.g_before_S for part in parts]),
        g_after_S=np.concatenate([part.g_after_S for part in parts]),
        starts=np.concatenate([part.starts for part in parts]),
        device_names=device_names,
        energy_J=None if any(e is None for e in energies) else np.concatenate([e for e in energies if e is not None]),
        left_out=tuple(left_out.items()),
    )


def _read_file(table: CellTable, of: Description, polarity: bool | None, devices: _Names) -> list[PulseRecord]:
    """One record, or one for each column of reads where those are devices."""
    assert of.columns is not None
    at = columns_of(table, of.columns)
    reads = of.columns.reads
    own = [table.index(place, "columns.reads") for place in reads.columns] if reads is not None else []
    several = reads is not None and reads.are == "devices"
    lanes: list[int | None] = list(own) if several else [None]
    names, sweep = _Names(), Sweep(table, of.pulse, amplitude_unit(of))
    chains = [Chains(table, of.first_read) for _ in lanes]
    growing = [Growing() for _ in lanes]
    changed = _Adding(of.start_S)
    for block in table.blocks():
        common = pulse_columns(table, block, of, at, polarity)
        device = table.cells(block, at["device"]) if "device" in at else [""] * len(block.rows)
        cycle = table.cells(block, at["cycle"]) if "cycle" in at else [""] * len(block.rows)
        common["chosen"] = sweep.chosen(common, common.get("amplitude"), common.get("width"))
        common |= _energies(common, of)
        for spent in ("amplitude", "width", "current"):
            common.pop(spent, None)
        for k, lane in enumerate(lanes):
            rows = dict(common)
            mine = device if lane is None else [_lane_name(name, table, lane) for name in device]
            codes = devices.codes(mine)
            rows["chain"] = names.codes(list(zip([k] * len(codes), codes.tolist(), cycle, strict=True)))
            rows |= _reads(table, block, of, at, own if lane is None else [lane], changed)
            rows["chain"] = _own_numbers(rows["chain"], k, names)
            growing[k].append(chains[k].pulses(rows))
    sweep.refuse_mixtures()
    of_chain = np.array([device for _, device, _ in names.numbers], np.int32)
    lane_of = [np.flatnonzero([lane == k for lane, _, _ in names.numbers]) for k in range(len(lanes))]
    return [
        _record(chain, grown.finish(), of_chain[own_chains])
        for chain, grown, own_chains in zip(chains, growing, lane_of, strict=True)
        if grown.size or len(lanes) == 1
    ]


def _lane_name(device: str, table: CellTable, column: int) -> str:
    own = str(table.key(column))
    return f"{device}/{own}" if device else own


def _own_numbers(chain: npt.NDArray[np.int32], lane: int, names: _Names) -> npt.NDArray[np.int32]:
    """Chains of one column counted among those of that column, in order of first sight."""
    mine = [number for (of_lane, _, _), number in names.numbers.items() if of_lane == lane]
    return np.searchsorted(np.array(mine), chain).astype(np.int32)


def _record(chains: Chains, pulses: RowColumns, device_of: npt.NDArray[np.int32]) -> PulseRecord:
    left_out = chains.finish()
    rank = np.argsort(np.argsort(device_of, kind="stable"))
    if device_of.size > 1 and np.any(np.diff(rank[pulses["chain"]]) < 0):
        order = np.argsort(rank[pulses["chain"]], kind="stable")
        pulses = {name: pulses.pop(name)[order] for name in list(pulses)}
    record = PulseRecord(
        device=device_of[pulses.pop("chain")],
        is_set=pulses["is_set"],
        g_before_S=pulses["before"],
        g_after_S=pulses["after"],
        starts=pulses["starts"],
        device_names=(),
        energy_J=pulses.get("energy"),
        left_out=tuple(left_out.items()),
    )
    if chains.table.skipped is None:
        return record
    whole = np.isfinite(record.g_before_S) & np.isfinite(record.g_after_S)
    if whole.all():
        return record
    return replace(record.select(whole), left_out=(*record.left_out, (chains.table.skipped.said, int((~whole).sum()))))


def sweep_of(folder: Path, description: Description) -> Sweep:
    """The amplitudes and widths that files with one row a pulse hold, without reading anything else of them."""
    assert description.columns is not None
    files = description.files
    sweep: Sweep | None = None
    for polarity, names in ((None, files.pulses), (True, files.set), (False, files.reset)):
        for name in names:
            of = description.of_file(name)
            assert of.columns is not None
            table = open_cells(folder / name, of)
            at = columns_of(table, of.columns)
            sweep = sweep or Sweep(table, description.pulse, amplitude_unit(of))
            for block in table.blocks():
                rows = pulse_columns(table, block, of, at, polarity)
                sweep.chosen(rows, rows.get("amplitude"), rows.get("width"))
    assert sweep is not None
    return sweep


def amplitude_unit(of: Description) -> str:
    """V, or A for pulses of current."""
    column = None if of.columns is None else of.columns.amplitude
    return "A" if column is not None and UNITS[str(column.units)][0] == "current" else "V"


def columns_of(table: CellTable, columns: Columns) -> dict[str, int]:
    """Position of each single column that a description names."""
    return {key: table.index(column.name, f"columns.{key}") for key, column in _given(columns)}


def pulse_columns(
    table: CellTable, block: Block, of: Description, at: dict[str, int], polarity: bool | None
) -> RowColumns:
    """What a block says of its pulses themselves: number, polarity, amplitude, width, current; SI units."""
    rows: RowColumns = {"line": np.asarray(block.lines, np.int64)}
    for key in ("pulse", "amplitude", "width", "current"):
        if key in at:
            column = getattr(of.columns, key)
            factor = 1.0 if column.units is None else UNITS[column.units][1]
            rows[key] = table.numbers(block, at[key]) * factor
    return rows | kinds_of_rows(table, block, of, at.get("polarity"), rows.get("amplitude"), polarity)


@dataclass
class _Adding:
    """Changes by each pulse, added up from the conductance before the first; carried from block to block."""

    last_S: float | None

    def reads(self, changes_S: FloatArray) -> tuple[FloatArray, FloatArray]:
        assert self.last_S is not None
        after = self.last_S + np.cumsum(changes_S)
        before = np.concatenate([[self.last_S], after[:-1]])
        self.last_S = float(after[-1])
        return before, after


def _reads(
    table: CellTable, block: Block, of: Description, at: dict[str, int], columns: list[int], changed: _Adding
) -> RowColumns:
    """Reads of a block [S]."""
    rows: RowColumns = {}
    assert of.columns is not None
    if "change" in at:
        factor = UNITS[str(of.columns.change.units)][1]  # type: ignore[union-attr]  # it is named
        rows["before"], rows["after"] = changed.reads(table.numbers(block, at["change"]) * factor)
        return rows
    for key in ("before", "after"):
        if key in at:
            values = table.numbers(block, at[key], skip=True)
            rows[key] = to_siemens(values, str(getattr(of.columns, key).units), of, table, at[key], block.lines)
    if columns:
        units = str(of.columns.reads.units)  # type: ignore[union-attr]  # it is named
        each = [to_siemens(table.numbers(block, c, skip=True), units, of, table, c, block.lines) for c in columns]
        rows["after"] = np.mean(each, axis=0)
    return rows


def _energies(rows: RowColumns, of: Description) -> RowColumns:
    """Energy of each pulse [J]: current x amplitude x width, where all three are known."""
    if "current" not in rows or amplitude_unit(of) == "A":
        return {}
    known: list[FloatArray] = []
    for key, column in (("amplitude_V", "amplitude"), ("width_s", "width")):
        of_set, of_reset = getattr(of.pulse.set, key), getattr(of.pulse.reset, key)
        if column not in rows and None in (of_set, of_reset):
            return {}
        known.append(rows[column] if column in rows else np.where(rows["is_set"], of_set, of_reset).astype(np.float64))
    return {"energy": np.abs(rows["current"] * known[0]) * known[1]}


def _given(columns: Columns) -> Iterator[tuple[str, Column]]:
    for key in Columns.model_fields:
        column = getattr(columns, key)
        if isinstance(column, Column):
            yield key, column
