"""Logs with a row for each event: pulses and reads among each other, told apart by a code or by the voltage."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from devicegen.measured.cells import CellTable, open_cells
from devicegen.measured.description.model import Description
from devicegen.measured.reading.kinds import kind_of_code
from devicegen.measured.reading.rows import columns_of
from devicegen.measured.reading.siemens import to_siemens
from devicegen.pulses.record import PulseRecord

SEVERAL = "several pulses between two reads"
_NOTHING, _SET, _RESET, _READ = range(4)
_CODES = {"set": _SET, "reset": _RESET, "read": _READ, "none": _NOTHING}


def read_events(folder: Path, description: Description) -> PulseRecord:
    """Pulses of event logs: each between the last read before it and the first read after it."""
    parts = []
    for name in description.files.pulses:
        of = description.of_file(name)
        parts.append(_read_file(open_cells(folder / name, of), of))
    names = tuple(dict.fromkeys(name for part in parts for name in part.device_names))
    if len(parts) == 1:
        return parts[0]
    return PulseRecord(
        device=np.concatenate([np.array([names.index(n) for n in p.device_names], np.int32)[p.device] for p in parts]),
        is_set=np.concatenate([part.is_set for part in parts]),
        g_before_S=np.concatenate([part.g_before_S for part in parts]),
        g_after_S=np.concatenate([part.g_after_S for part in parts]),
        starts=np.concatenate([part.starts for part in parts]),
        device_names=names,
        left_out=tuple(entry for part in parts for entry in part.left_out),
    )


def _read_file(table: CellTable, of: Description) -> PulseRecord:
    assert of.columns is not None
    assert of.polarity is not None
    at = columns_of(table, of.columns)
    read_at, units = at["after"], str(of.columns.after.units)  # type: ignore[union-attr]  # it is named
    kinds, reads, owners = [], [], []
    for block in table.blocks():
        cells = table.cells(block, at["polarity"])
        meaning = {cell: _CODES[kind_of_code(cell, of.polarity) or "none"] for cell in set(cells)}
        kind = np.array([meaning[cell] for cell in cells], np.int8)
        values = np.full(kind.size, np.nan)
        is_read = np.flatnonzero(kind == _READ)
        lines = [block.lines[int(i)] for i in is_read]
        texts = [block.rows[i][read_at] if read_at < len(block.rows[i]) else "" for i in is_read]
        parsed = table.parse(texts, lines, read_at, skip=True)
        values[is_read] = to_siemens(parsed, units, of, table, read_at, lines)
        kinds.append(kind)
        reads.append(values)
        groups = [at[key] for key in ("device", "cycle") if key in at]
        owners += (
            list(zip(*(table.cells(block, column) for column in groups), strict=True)) if groups else [()] * kind.size
        )
    kind, value = np.concatenate(kinds), np.concatenate(reads)
    whose = {owner: np.flatnonzero([o == owner for o in owners]) for owner in dict.fromkeys(owners)}
    names = [owner[0] if "device" in at else of.device for owner in whose]
    devices = list(dict.fromkeys(names))
    found = [_pulses(kind[rows], value[rows]) for rows in whose.values()]
    sizes = [part[0].size for part in found]
    several = sum(part[4] for part in found)
    return PulseRecord(
        device=np.repeat(np.array([devices.index(name) for name in names], np.int32), sizes),
        is_set=np.concatenate([part[0] for part in found]),
        g_before_S=np.concatenate([part[1] for part in found]),
        g_after_S=np.concatenate([part[2] for part in found]),
        starts=np.concatenate([part[3] for part in found]),
        device_names=tuple(devices),
        left_out=((SEVERAL, several),) if several else (),
    )


def _pulses(kind: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    """SET or not, reads before and after, whether it starts a run, of pulses between two reads; and how many others."""
    happened = kind != _NOTHING
    kind, value = kind[happened], value[happened]
    pulse = np.flatnonzero((kind == _SET) | (kind == _RESET))
    inside = pulse[(pulse > 0) & (pulse < kind.size - 1)]
    single = inside[(kind[inside - 1] == _READ) & (kind[inside + 1] == _READ)]
    single = single[np.isfinite(value[single - 1]) & np.isfinite(value[single + 1])]
    previous = np.concatenate([[-10], single[:-1]])
    return (
        kind[single] == _SET,
        value[single - 1],
        value[single + 1],
        np.array(
            [np.count_nonzero(kind[p + 1 : s] != _READ) > 0 or p < 0 for p, s in zip(previous, single, strict=True)]
        ),
        int(pulse.size - single.size),
    )
