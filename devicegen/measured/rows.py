"""Files with one row a pulse: columns by meaning, pulses in order, each with its reads before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from devicegen.errors import PulseFileError
from devicegen.measured.delimited import Block, TextTable, open_table
from devicegen.measured.description import Column, Columns, Description, Polarity, Pulse
from devicegen.measured.record import BoolArray, FloatArray, PulseRecord
from devicegen.measured.siemens import to_siemens
from devicegen.measured.units import UNITS


@dataclass
class _Names:
    """Numbers for names, in order of first sight."""

    numbers: defaultdict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = defaultdict(lambda: len(self.numbers))

    def codes(self, cells: list[str]) -> npt.NDArray[np.int32]:
        return np.fromiter((self.numbers[cell] for cell in cells), np.int32, len(cells))


@dataclass(frozen=True)
class _Rows:
    """Raw columns of all rows of one file, SI units; NaN-free."""

    line: npt.NDArray[np.int64]
    device: npt.NDArray[np.int32]
    cycle: npt.NDArray[np.int32]
    pulse: FloatArray | None
    is_set: BoolArray
    amplitude: FloatArray | None
    width: FloatArray | None
    before: FloatArray | None
    after: FloatArray | None
    current: FloatArray | None


def read_rows(folder: Path, description: Description) -> PulseRecord:
    """Pulses of files with one row a pulse, in the order they were applied to each device."""
    columns = description.columns
    assert columns is not None
    devices, cycles = _Names(), _Names()
    files = description.files
    parts: list[PulseRecord] = []
    for polarity, names in ((None, files.pulses), (True, files.set), (False, files.reset)):
        for name in names:
            table = open_table(folder / name, description.header_line, description.encoding, description.decimal)
            rows = _read_file(table, columns, description, polarity, devices, cycles)
            parts.append(_pulses(table, rows, description))
    names_in_order = tuple(devices.numbers) if columns.device is not None else (description.device,)
    left_out: dict[str, int] = defaultdict(int)
    for part in parts:
        for why, n in part.left_out:
            left_out[why] += n
    energies = [part.energy_J for part in parts]
    return PulseRecord(
        device=np.concatenate([part.device for part in parts]),
        is_set=np.concatenate([part.is_set for part in parts]),
        g_before_S=np.concatenate([part.g_before_S for part in parts]),
        g_after_S=np.concatenate([part.g_after_S for part in parts]),
        starts=np.concatenate([part.starts for part in parts]),
        device_names=names_in_order,
        energy_J=None if any(e is None for e in energies) else np.concatenate([e for e in energies if e is not None]),
        left_out=tuple(left_out.items()),
    )


def _read_file(
    table: TextTable,
    columns: Columns,
    description: Description,
    polarity: bool | None,
    devices: _Names,
    cycles: _Names,
) -> _Rows:
    at = {key: table.index(column.name, f"columns.{key}") for key, column in _given(columns)}
    parts: dict[str, list[npt.NDArray[Any]]] = defaultdict(list)
    for block in table.blocks():
        n = len(block.rows)
        parts["line"].append(np.asarray(block.lines, np.int64))
        for key, names in (("device", devices), ("cycle", cycles)):
            cells = table.cells(block, at[key]) if key in at else [""] * n
            parts[key].append(names.codes(cells))
        for key in ("pulse", "amplitude", "width", "current"):
            if key in at:
                column = getattr(columns, key)
                factor = 1.0 if column.units is None else UNITS[column.units][1]
                parts[key].append(table.numbers(block, at[key]) * factor)
        for key in ("before", "after"):
            if key in at:
                values = table.numbers(block, at[key])
                units = str(getattr(columns, key).units)
                parts[key].append(to_siemens(values, units, description, table, at[key], block.lines))
        if polarity is not None:
            parts["is_set"].append(np.full(n, polarity))
        else:
            amplitude = parts["amplitude"][-1] if "amplitude" in at else None
            parts["is_set"].append(_is_set(table, block, description.polarity, at.get("polarity"), amplitude))
    joined = {key: np.concatenate(parts.pop(key)) for key in list(parts)}  # one at a time, for the memory
    optional = ("pulse", "amplitude", "width", "before", "after", "current")
    return _Rows(
        line=joined["line"],
        device=joined["device"],
        cycle=joined["cycle"],
        is_set=joined["is_set"],
        **{key: joined.get(key) for key in optional},
    )


def _given(columns: Columns) -> Iterator[tuple[str, Column]]:
    for key in Columns.model_fields:
        column = getattr(columns, key)
        if column is not None:
            yield key, column


def _plain(code: str) -> str:
    """A polarity code in a form where SET and set, -4 and -4.0 are the same."""
    try:
        return f"{float(code.replace(',', '.')):.9g}"
    except ValueError:
        return code.strip().casefold()


def _is_set(
    table: TextTable, block: Block, polarity: Polarity | None, column: int | None, amplitude: FloatArray | None
) -> BoolArray:
    assert polarity is not None
    if polarity.set_sign is not None:
        assert amplitude is not None
        if np.any(amplitude == 0):
            line = block.lines[int(np.argmax(amplitude == 0))]
            raise PulseFileError(f"{table.path}: line {line}: an amplitude of 0 V is neither SET nor RESET.")
        return (amplitude > 0) == (polarity.set_sign == "positive")
    assert column is not None
    known = {_plain(code): True for code in polarity.set} | {_plain(code): False for code in polarity.reset}
    cells = table.cells(block, column)
    meaning = {cell: known.get(_plain(cell)) for cell in set(cells)}
    if None in meaning.values():
        at = next(i for i, cell in enumerate(cells) if meaning[cell] is None)
        raise PulseFileError(
            f"{table.path}: line {block.lines[at]}, column {table.title(column)}: polarity {cells[at]!r}, expected "
            f"{' or '.join(map(repr, [*polarity.set, *polarity.reset]))}; see the key 'polarity'."
        )
    return np.fromiter((bool(meaning[cell]) for cell in cells), np.bool_, len(cells))


def _pulses(table: TextTable, rows: _Rows, description: Description) -> PulseRecord:
    """Pair each pulse with its reads, and keep those of the one amplitude and width that the table is made of."""
    order = np.lexsort((rows.cycle, rows.device)) if rows.device.any() or rows.cycle.any() else slice(None)
    device, cycle = rows.device[order], rows.cycle[order]
    starts = np.ones(device.size, np.bool_)
    starts[1:] = (np.diff(device) != 0) | (np.diff(cycle) != 0)
    if rows.pulse is not None:
        starts |= _gaps(table, rows.pulse[order], rows.line[order], starts)
    before, after, whole = _paired(rows, order, starts)
    chosen = _chosen(table, rows, description)[order]
    keep = whole & chosen
    left_out = (
        ("no read before or after the pulse", int((~whole).sum())),
        ("another amplitude or width than the table is made of", int((whole & ~chosen).sum())),
    )
    energy = _energy(rows, description)
    record = PulseRecord(
        device=device,
        is_set=rows.is_set[order],
        g_before_S=before,
        g_after_S=after,
        starts=starts,
        device_names=(),
        energy_J=None if energy is None else energy[order],
        left_out=tuple((why, n) for why, n in left_out if n),
    )
    return record if keep.all() else record.select(keep)


def _gaps(table: TextTable, pulse: FloatArray, line: npt.NDArray[np.int64], starts: BoolArray) -> BoolArray:
    """True where pulse numbers leave a gap; refuses numbers that repeat or run backward within a device."""
    step = np.diff(pulse)
    wrong = (step <= 0) & ~starts[1:]
    if wrong.any():
        at = int(np.argmax(wrong))
        what = "comes twice" if step[at] == 0 else f"comes after {pulse[at]:g} (line {line[at]})"
        raise PulseFileError(
            f"{table.path}: line {line[at + 1]}: pulse number {pulse[at + 1]:g} {what}, expected numbers that rise "
            "within a device; if they start anew in each cycle, name that column as columns.cycle."
        )
    return np.concatenate([[False], step > 1])


def _paired(
    rows: _Rows, order: slice | npt.NDArray[np.intp], starts: BoolArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Reads before and after each pulse, and whether both are known.

    With one read a pulse, the read after the pulse before is the read before this one.
    """
    if rows.before is not None and rows.after is not None:
        return rows.before[order], rows.after[order], np.ones(starts.size, np.bool_)
    if rows.after is not None:
        after = rows.after[order]
        return np.concatenate([after[:1], after[:-1]]), after, ~starts
    assert rows.before is not None
    before = rows.before[order]
    followed = np.concatenate([~starts[1:], [False]])
    return before, np.concatenate([before[1:], before[-1:]]), followed


def _chosen(table: TextTable, rows: _Rows, description: Description) -> BoolArray:
    """True for pulses of the amplitude and width that the table is made of; several of them are never mixed."""
    chosen = np.ones(rows.is_set.size, np.bool_)
    for name, is_set, pulse in (("set", True, description.pulse.set), ("reset", False, description.pulse.reset)):
        of_polarity = rows.is_set == is_set
        for key, unit, values in (("amplitude", "V", rows.amplitude), ("width", "s", rows.width)):
            if values is None or not of_polarity.any():
                continue
            chosen &= ~of_polarity | _same(table, values, of_polarity, pulse, name, key, unit)
    return chosen


def _same(
    table: TextTable, values: FloatArray, of_polarity: BoolArray, pulse: Pulse, name: str, key: str, unit: str
) -> BoolArray:
    wanted: float | None = getattr(pulse, f"{key}_{unit}")
    levels, counts = np.unique(values[of_polarity], return_counts=True)
    tolerance = 1e-6 * float(np.abs(levels).max())
    if wanted is None and levels[-1] - levels[0] > tolerance:
        found = ", ".join(f"{level:g} {unit} ({n} pulses)" for level, n in list(zip(levels, counts, strict=True))[:8])
        raise PulseFileError(
            f"{table.path}: {name.upper()} pulses of {levels.size} {key}s: {found}; they are not mixed in one table: "
            f"set pulse.{name}.{key}_{unit} to one of them."
        )
    same = np.abs(values - (levels[0] if wanted is None else wanted)) <= tolerance
    if not np.any(same & of_polarity):
        raise PulseFileError(
            f"{table.path}: pulse.{name}.{key}_{unit} is {wanted:g}, but the {name.upper()} pulses have "
            f"{', '.join(f'{level:g}' for level in levels[:8])} {unit}."
        )
    return same


def _energy(rows: _Rows, description: Description) -> FloatArray | None:
    """Energy of each pulse [J]: current x amplitude x width, where all three are known."""
    if rows.current is None:
        return None
    known: list[FloatArray] = []
    for key, values in (("amplitude_V", rows.amplitude), ("width_s", rows.width)):
        of_set, of_reset = getattr(description.pulse.set, key), getattr(description.pulse.reset, key)
        if values is None and None in (of_set, of_reset):
            return None
        known.append(np.where(rows.is_set, of_set, of_reset).astype(np.float64) if values is None else values)
    return np.abs(rows.current * known[0]) * known[1]
