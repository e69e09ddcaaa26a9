"""Pulses counted into narrow bins of conductance and change, so that what follows does not depend on their number.

All conductances are positions in the device's range, 0 to 1. Pulses are counted block by block: memory does not grow
with them either. They are dealt into groups, which serve as the parts that are left out to choose a kernel's width, and
as the units that a bootstrap draws. What belongs together goes into one group: the pulses of a device where there are
many devices, runs of neighbours otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devicegen.table import FloatArray

BINS = 512
"""Bins of conductance across the range."""
LEVELS = 1024
"""Levels of the residual, the change less its mean."""
GROUPS = 50
FOLDS = 5
"""Parts that the groups are left out in."""
DEVICES_IN_A_FOLD = 3
"""With fewer devices in each part, one that is unlike the others decides which width is best, and a bootstrap over so
few is not to be trusted (Cameron, Gelbach and Miller 2008)."""
GROUP_LEVELS = 256
"""Coarser levels of the residual, for each group."""
FEW_PULSES = 30
"""A kernel is widened until it reaches this many pulses; a row with fewer within its width is called sparse."""

_PLACES = 8192
_BLOCK = 1 << 18


@dataclass(frozen=True)
class Grid:
    """Where a jump-table is given: conductance (n_g,) over the device's range, conductance change (n_d,) with 0."""

    g_min_S: float
    g_max_S: float
    conductance: FloatArray
    delta: FloatArray

    @property
    def position(self) -> FloatArray:
        """(n_g,) the conductances, from 0 to 1."""
        return self.positions(self.conductance)

    def positions(self, conductance_S: FloatArray) -> FloatArray:
        """Conductances as positions in the range; what lies outside counts as its end."""
        return np.clip((conductance_S - self.g_min_S) / (self.g_max_S - self.g_min_S), 0.0, 1.0)


def _blocks(grid: Grid, g_before_S: FloatArray, delta_S: FloatArray) -> Iterator[tuple[FloatArray, FloatArray, slice]]:
    for first in range(0, delta_S.size, _BLOCK):
        part = slice(first, first + _BLOCK)
        yield grid.positions(g_before_S[part]), delta_S[part], part


Dealt = npt.NDArray[np.uint8]
"""(n,) group of each pulse."""


def by_device(device: npt.NDArray[np.integer]) -> Dealt | None:
    """Group of each pulse by its device, None where there are fewer than `DEVICES_IN_A_FOLD` for each fold.

    device : (n,) index of the device of each pulse
    A device is left out whole: its pulses resemble each other more than those of another (a wall that sits fast, a cell
    with large steps), so that with some of them in sight the others are predicted too well, by too narrow a kernel.
    """
    present = np.bincount(device) > 0
    if present.sum() < FOLDS * DEVICES_IN_A_FOLD:
        return None
    group = (np.cumsum(present) - 1) % GROUPS
    return group.astype(np.uint8)[device]


def _groups(dealt: Dealt | None, part: slice, size: int) -> npt.NDArray[np.int64]:
    """Group of each pulse of a block; if not dealt, runs of up to 100 neighbours, shorter for few pulses."""
    if dealt is not None:
        return dealt[part].astype(np.int64)
    run = min(max(size // (5 * GROUPS), 1), 100)
    return np.arange(part.start, min(part.stop, size)) // run % GROUPS


def _bin(position: FloatArray, bins: int) -> npt.NDArray[np.int64]:
    return np.minimum((position * bins).astype(np.int64), bins - 1)


@dataclass(frozen=True)
class Counted:
    """Pulses by conductance.

    size    : number of pulses
    counts  : (GROUPS, BINS) pulses of each group in each bin
    sums    : (GROUPS, BINS) sum of their changes [S]
    nearest : (n_g,) pulses nearest to each conductance of the grid
    below   : (_PLACES + 1,) pulses below each of as many places across the range
    """

    size: int
    counts: FloatArray
    sums: FloatArray
    nearest: npt.NDArray[np.int64]
    below: FloatArray

    @classmethod
    def of(cls, g_before_S: FloatArray, delta_S: FloatArray, grid: Grid, dealt: Dealt | None = None) -> Counted:
        """Count pulses of one polarity: (n,) conductance before each, its change [S], and its group."""
        counts, sums = np.zeros(GROUPS * BINS), np.zeros(GROUPS * BINS)
        n_g = grid.conductance.size
        nearest, places = np.zeros(n_g, np.int64), np.zeros(_PLACES)
        for position, delta, part in _blocks(grid, g_before_S, delta_S):
            at = _groups(dealt, part, delta_S.size) * BINS + _bin(position, BINS)
            counts += np.bincount(at, minlength=counts.size)
            sums += np.bincount(at, weights=delta, minlength=sums.size)
            nearest += np.bincount(np.rint(position * (n_g - 1)).astype(np.int64), minlength=n_g)
            places += np.bincount(_bin(position, _PLACES), minlength=_PLACES)
        below = np.concatenate([[0.0], np.cumsum(places)])
        return cls(delta_S.size, counts.reshape(GROUPS, BINS), sums.reshape(GROUPS, BINS), nearest, below)

    def within(self, at: FloatArray, reach: FloatArray | float) -> FloatArray:
        """Pulses no further than `reach` from each position."""
        edges = np.linspace(0.0, 1.0, _PLACES + 1)
        return np.interp(at + reach, edges, self.below) - np.interp(at - reach, edges, self.below)

    def widths(self, at: FloatArray, width: float) -> FloatArray:
        """Kernel width at each position: `width`, or what it takes to reach `FEW_PULSES` pulses."""
        few = min(FEW_PULSES, self.size)
        low, high = np.zeros(at.size), np.ones(at.size)
        for _ in range(16):
            reach = 0.5 * (low + high)
            enough = self.within(at, reach) >= few
            low, high = np.where(enough, low, reach), np.where(enough, reach, high)
        return np.maximum(width, high / 2.0)  # two standard deviations hold them


def centres(bins: int = BINS) -> FloatArray:
    """Positions of the middles of the bins."""
    return (np.arange(bins) + 0.5) / bins


@dataclass(frozen=True)
class Residuals:
    """Pulses by conductance and residual: the change less the mean change at its conductance.

    levels : (LEVELS,) [S]; a residual counts at the first level at or above it, so that sums give the CDF there
    counts : (BINS, LEVELS) pulses
    groups : (GROUPS, BINS, GROUP_LEVELS) pulses of each group at coarser levels
    sums   : (GROUPS, BINS) sum of the residuals of each group [S]
    """

    levels: FloatArray
    counts: FloatArray
    groups: npt.NDArray[np.uint32]
    sums: FloatArray

    @classmethod
    def of(
        cls, g_before_S: FloatArray, delta_S: FloatArray, mean_S: FloatArray, grid: Grid, dealt: Dealt | None = None
    ) -> Residuals:
        """Count the residuals about the mean change `mean_S` (BINS,) at the middles of the bins."""
        reach = grid.delta[-1] - grid.delta[0]
        levels = np.linspace(-reach, reach, LEVELS)
        counts = np.zeros(BINS * LEVELS, np.int64)
        groups = np.zeros(GROUPS * BINS * GROUP_LEVELS, np.uint32)
        sums = np.zeros(GROUPS * BINS)
        for position, delta, part in _blocks(grid, g_before_S, delta_S):
            residual = delta - np.interp(position, centres(), mean_S)
            level = np.searchsorted(levels, np.clip(residual, -reach, reach))
            place = _bin(position, BINS)
            counts += np.bincount(place * LEVELS + level, minlength=counts.size)
            row = _groups(dealt, part, delta_S.size) * BINS + place
            np.add.at(groups, row * GROUP_LEVELS + level // (LEVELS // GROUP_LEVELS), 1)
            sums += np.bincount(row, weights=residual, minlength=sums.size)
        return cls(
            levels=levels,
            counts=counts.reshape(BINS, LEVELS).astype(np.float64),
            groups=groups.reshape(GROUPS, BINS, GROUP_LEVELS),
            sums=sums.reshape(GROUPS, BINS),
        )
