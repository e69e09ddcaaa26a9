"""Files with one row a pulse: columns by meaning, pulses in order, each with its reads before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen.errors import PulseFileError
from devicegen.measured.delimited import Block, TextTable, open_table
from devicegen.measured.description.blocks import Column, Columns, Polarity
from devicegen.measured.description.model import Description
from devicegen.measured.description.units import UNITS
from devicegen.measured.reading.chains import Chains, Growing
from devicegen.measured.reading.chains import Columns as RowColumns
from devicegen.measured.reading.siemens import to_siemens
from devicegen.measured.reading.sweeps import Sweep
from devicegen.pulses.record import BoolArray, FloatArray, PulseRecord


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
            table = open_table(folder / name, description.header_line, description.encoding, description.decimal)
            parts.append(_read_file(table, description, polarity, devices))
    names_in_order = tuple(devices.numbers) if description.columns.device is not None else (description.device,)
    left_out: dict[str, int] = defaultdict(int)
    for part in parts:
        for why, n in part.left_out:
            left_out[why] += n
    if len(parts) == 1:
        return replace(parts[0], device_names=names_in_order)
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


def _read_file(table: TextTable, description: Description, polarity: bool | None, devices: _Names) -> PulseRecord:
    assert description.columns is not None
    at = {key: table.index(column.name, f"columns.{key}") for key, column in _given(description.columns)}
    names, chains, sweep = _Names(), Chains(table), Sweep(table, description.pulse)
    growing = Growing()
    for block in table.blocks():
        rows = _columns(table, block, description, at, polarity)
        device = devices.codes(table.cells(block, at["device"]) if "device" in at else [""] * len(block.rows))
        cycle = table.cells(block, at["cycle"]) if "cycle" in at else [""] * len(block.rows)
        rows["chain"] = names.codes(list(zip(device.tolist(), cycle, strict=True)))
        rows["chosen"] = sweep.chosen(rows["is_set"], rows.pop("amplitude", None), rows.pop("width", None))
        growing.append(chains.pulses(rows))
    sweep.refuse_mixtures()
    left_out = chains.finish()
    pulses = growing.finish()
    device_of = np.array([device for device, _ in names.numbers], np.int32)
    rank = np.argsort(np.argsort(device_of, kind="stable"))
    if device_of.size > 1 and np.any(np.diff(rank[pulses["chain"]]) < 0):
        order = np.argsort(rank[pulses["chain"]], kind="stable")
        pulses = {name: pulses.pop(name)[order] for name in list(pulses)}
    return PulseRecord(
        device=device_of[pulses.pop("chain")],
        is_set=pulses["is_set"],
        g_before_S=pulses["before"],
        g_after_S=pulses["after"],
        starts=pulses["starts"],
        device_names=(),
        energy_J=pulses.get("energy"),
        left_out=tuple(left_out.items()),
    )


def sweep_of(folder: Path, description: Description) -> Sweep:
    """The amplitudes and widths that files with one row a pulse hold, without reading anything else of them."""
    assert description.columns is not None
    files = description.files
    sweep: Sweep | None = None
    for polarity, names in ((None, files.pulses), (True, files.set), (False, files.reset)):
        for name in names:
            table = open_table(folder / name, description.header_line, description.encoding, description.decimal)
            at = {key: table.index(column.name, f"columns.{key}") for key, column in _given(description.columns)}
            sweep = sweep or Sweep(table, description.pulse)
            for block in table.blocks():
                rows = _pulse_columns(table, block, description, at, polarity)
                sweep.chosen(rows["is_set"], rows.get("amplitude"), rows.get("width"))
    assert sweep is not None
    return sweep


def _pulse_columns(
    table: TextTable, block: Block, description: Description, at: dict[str, int], polarity: bool | None
) -> RowColumns:
    """What a block says of its pulses themselves: number, polarity, amplitude, width, current; SI units."""
    rows: RowColumns = {}
    for key in ("pulse", "amplitude", "width", "current"):
        if key in at:
            column = getattr(description.columns, key)
            factor = 1.0 if column.units is None else UNITS[column.units][1]
            rows[key] = table.numbers(block, at[key]) * factor
    if polarity is not None:
        rows["is_set"] = np.full(len(block.rows), polarity)
    else:
        rows["is_set"] = _is_set(table, block, description.polarity, at.get("polarity"), rows.get("amplitude"))
    return rows


def _columns(
    table: TextTable, block: Block, description: Description, at: dict[str, int], polarity: bool | None
) -> RowColumns:
    """The columns of one block, SI units; NaN-free."""
    rows = _pulse_columns(table, block, description, at, polarity) | {"line": np.asarray(block.lines, np.int64)}
    for key in ("before", "after"):
        if key in at:
            values = table.numbers(block, at[key])
            units = str(getattr(description.columns, key).units)
            rows[key] = to_siemens(values, units, description, table, at[key], block.lines)
    energy = _energy(rows, description)
    rows.pop("current", None)
    return rows if energy is None else rows | {"energy": energy}


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


def _energy(rows: RowColumns, description: Description) -> FloatArray | None:
    """Energy of each pulse [J]: current x amplitude x width, where all three are known."""
    if "current" not in rows:
        return None
    known: list[FloatArray] = []
    for key, column in (("amplitude_V", "amplitude"), ("width_s", "width")):
        of_set, of_reset = getattr(description.pulse.set, key), getattr(description.pulse.reset, key)
        if column not in rows and None in (of_set, of_reset):
            return None
        known.append(rows[column] if column in rows else np.where(rows["is_set"], of_set, of_reset).astype(np.float64))
    return np.abs(rows["current"] * known[0]) * known[1]
