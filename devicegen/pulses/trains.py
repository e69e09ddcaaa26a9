"""Trains of equal pulses: the conductances they led through, and what the jump-table makes of the same.

A table knows nothing but the conductance. Where a device remembers more (its pulses since RESET, say), or where reads
are noisy, trains drawn from the table run apart from the measured ones: that is what is to be seen here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from devicegen.evidence import Trains
from devicegen.pulses.record import BoolArray, FloatArray, PulseRecord
from devicegen.seeds import generator
from devicegen.table import JumpTable

MOST_TRAINS = 1000
MOST_PULSES = 1000
STILL_GOING = 0.9
"""Trains are shown as far as this part of them goes: those that go on after most have ended are not like the rest."""
WALKERS = 2000

_ONE_SIGMA = (0.158655, 0.5, 0.841345)
_CHANGES = 512
_SEED = 2016


def trains_of(record: PulseRecord, tables: tuple[JumpTable, JumpTable]) -> tuple[Trains, Trains]:
    """SET and RESET trains of a record, beside those of its jump-tables; every device counts."""
    of_set, of_reset = (_of_polarity(record, jump, is_set) for jump, is_set in zip(tables, (True, False), strict=True))
    return of_set, of_reset


def _of_polarity(record: PulseRecord, jump: JumpTable, is_set: bool) -> Trains:
    reads = _reads(record, is_set)
    count = np.isfinite(reads).sum(axis=0)
    count = count[count >= STILL_GOING * count[0]]
    reads = reads[:, : count.size]
    seen = np.nanquantile(reads, _ONE_SIGMA, axis=0)
    excess = np.diff(reads, axis=1) - np.interp(reads[:, :-1], jump.conductance, jump.mean())
    unknown = np.full(1, np.nan)
    drawn = np.quantile(walk(jump, reads[:, 0], count.size - 1), _ONE_SIGMA, axis=0)
    return Trains(
        pulse=np.arange(count.size, dtype=np.int64),
        count=count.astype(np.int64),
        low=seen[0],
        median=seen[1],
        high=seen[2],
        table_low=drawn[0],
        table_median=drawn[1],
        table_high=drawn[2],
        excess=np.concatenate([unknown, np.nanmean(excess, axis=0)]),
        excess_error=np.concatenate([unknown, np.nanstd(excess, axis=0) / np.sqrt(count[1:])]),
    )


def _reads(record: PulseRecord, is_set: bool) -> FloatArray:
    """(trains, pulses + 1) reads along trains of one polarity [S], NaN after their end."""
    new: BoolArray = record.starts.copy()
    new[1:] |= (record.is_set[1:] != record.is_set[:-1]) | (record.device[1:] != record.device[:-1])
    first = np.flatnonzero(new)
    length = np.diff(first, append=record.size)
    mine = np.flatnonzero(record.is_set[first] == is_set)
    mine = mine[:: -(-mine.size // MOST_TRAINS)]
    first, length = first[mine], np.minimum(length[mine], MOST_PULSES)
    reads = np.full((mine.size, int(length.max()) + 1), np.nan)
    for row, at, n in zip(reads, first, length, strict=True):
        row[0] = record.g_before_S[at]
        row[1 : n + 1] = record.g_after_S[at : at + n]
    return reads


def walk(jump: JumpTable, starts_S: FloatArray, pulses: int) -> FloatArray:
    """(WALKERS, pulses + 1) conductances [S] of devices that start like those given and follow the table."""
    rng = generator(_SEED, "trains")
    inverse = jump.quantile((np.arange(_CHANGES) + 0.5) / _CHANGES)
    low, high = jump.conductance[0], jump.conductance[-1]
    rows = np.arange(jump.conductance.size, dtype=np.float64)
    path = np.empty((WALKERS, pulses + 1))
    path[:, 0] = np.clip(np.resize(starts_S, WALKERS), low, high)
    for k in range(pulses):
        place = np.interp(path[:, k], jump.conductance, rows) + rng.random(WALKERS)
        row: npt.NDArray[np.int64] = np.minimum(place.astype(np.int64), rows.size - 1)
        path[:, k + 1] = np.clip(path[:, k] + inverse[row, rng.integers(_CHANGES, size=WALKERS)], low, high)
    return path
