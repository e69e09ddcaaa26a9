"""A device without one of its flaws: jump-tables in which one property is ideal and all others are as they were.

Trained beside the real table they tell what each flaw costs. The functions work on one jump-table, by its distribution
at each conductance; `idealised` applies them to a device.

| flaw | its ideal |
|---|---|
| noise | a pulse changes the conductance by its mean at that conductance, each time |
| nonlinearity | the mean change is the same at each conductance: its average over the range |
| asymmetry | RESET pulses change the conductance as much as SET pulses on average: the coarser ones are scaled down |
| bounds | nothing cuts pulses off; beyond the ends of the range they do what they do at its ends |
| coarseness | all changes are scaled down until `FINE_PULSES` SET pulses cross the range |
| variation | all devices follow the one table of all |
| read_noise, drift | reads are exact; conductances stay (these are settings of the network, not of the table) |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from devicegen.table import Coverage, DeviceTable, FloatArray, JumpTable

OF_THE_TABLE = ("noise", "nonlinearity", "asymmetry", "bounds", "coarseness")
OF_THE_NETWORK = ("variation", "read_noise", "drift")
FLAWS = (*OF_THE_TABLE, *OF_THE_NETWORK)

FINE_PULSES = 200
"""Pulses across the range from which on finer ones gain nothing (Fumarola 2016, Fig. 7)."""

COARSE = 1.1
"""Steps that are larger than the finest useful ones by more than this factor are coarse."""

_CHANGES = 512
"""Equally probable changes that stand for a distribution."""

_STEPS = 1_000
"""Grid of a changed table, from the smallest to the largest change."""

_CUT = 0.99
"""A row is cut off by the end of the range when more than 1 - _CUT of its pulses reach it."""


@dataclass(frozen=True)
class PulseTables:
    """Jump-tables of a device as networks train with them: unlike those of a file they may lead beyond the range.

    bounded : whether the conductance stops at the ends of the range
    coverage : in which part of it pulses were measured; None where nobody knows, or where nothing rests on that as the
               mean change is the same everywhere
    """

    device: str
    g_min_S: float
    g_max_S: float
    jump_set: JumpTable
    jump_reset: JumpTable
    per_device: tuple[tuple[JumpTable, JumpTable], ...] = ()
    bounded: bool = True
    coverage: Coverage | None = None


def flaws_in(words: str) -> frozenset[str]:
    """The flaws that a setting names: some joined by '+', 'nothing', 'everything', or 'all_but_' and one.

    Raises: ValueError for a flaw that there is not.
    """
    if words == "nothing":
        return frozenset()
    if words == "everything":
        return frozenset(FLAWS)
    left = words.removeprefix("all_but_")
    named = frozenset(left.split("+"))
    for flaw in sorted(named - set(FLAWS)):
        raise ValueError(f"there is no flaw {flaw!r}, expected of {', '.join(FLAWS)}, joined by '+'")
    return frozenset(FLAWS) - named if words != left else named


def equally_probable(jump: JumpTable) -> FloatArray:
    """(n_g, changes) changes of equal probability at each conductance [S], rising."""
    return jump.quantile((np.arange(_CHANGES) + 0.5) / _CHANGES)


def with_changes(jump: JumpTable, changes: FloatArray) -> JumpTable:
    """A jump-table with other changes: (n_g, n) equally probable ones at each conductance [S].

    The cumulative distribution is averaged over one step of its grid, so that straight lines between its points have
    exactly the mean of `changes`; a single change becomes as wide as two steps.
    """
    low, high = float(changes.min()), float(changes.max())
    step = max(high - low, 1e-3 * max(abs(low), abs(high))) / _STEPS
    delta = low + step * np.arange(-1, np.ceil((high - low) / step) + 2)
    ordered = np.sort(changes, axis=1)
    total = np.hstack([np.zeros((len(ordered), 1)), np.cumsum(ordered, axis=1)])
    edges = np.append(delta - step / 2, delta[-1] + step / 2)
    cdf = np.empty((len(ordered), delta.size))
    for row, values in enumerate(ordered):
        below = np.searchsorted(values, edges, side="right")
        area = (below * edges - total[row, below]) / values.size  # of the distribution below each edge
        cdf[row] = np.diff(area) / step
    cdf = np.maximum.accumulate(np.clip(cdf, 0.0, 1.0), axis=1)
    cdf[:, -1] = 1.0
    return JumpTable(jump.conductance, delta, cdf, jump.count)


def average(jump: JumpTable) -> float:
    """Mean change of a pulse [S]: of all pulses seen, or over the range where the table was not made from pulses.

    Rows that hardly a pulse was seen at would otherwise count like all others, such as the top of a range that a
    device never reaches by gentle pulses.
    """
    if jump.count.any():
        return float(np.average(jump.mean(), weights=jump.count))
    return float(np.trapezoid(jump.mean(), jump.conductance) / np.ptp(jump.conductance))


def without_noise(jump: JumpTable) -> JumpTable:
    """Each pulse does what it does on average at its conductance."""
    return with_changes(jump, jump.mean()[:, None])


def without_nonlinearity(jump: JumpTable) -> JumpTable:
    """The mean change is its average at each conductance; the deviations from the mean stay where they were."""
    return with_changes(jump, equally_probable(jump) - jump.mean()[:, None] + average(jump))


def scaled(jump: JumpTable, factor: float) -> JumpTable:
    """All changes times `factor`, so that relative deviations stay."""
    return JumpTable(jump.conductance, jump.delta * factor, jump.cdf, jump.count)


def symmetric(jump_set: JumpTable, jump_reset: JumpTable) -> tuple[JumpTable, JumpTable]:
    """Both polarities with the smaller of the two average changes."""
    rise, fall = average(jump_set), -average(jump_reset)
    least = min(rise, fall)
    return scaled(jump_set, least / rise), scaled(jump_reset, least / fall)


def uncut(jump: JumpTable, end_S: float, upwards: bool) -> JumpTable:
    """Rows whose pulses an end of the range cuts off replaced by the nearest that it does not.

    Where the end stops most rows, as of an abrupt RESET, that is what a pulse does: the table stays as it is.
    """
    changes = equally_probable(jump)
    furthest = changes[:, round(_CUT * _CHANGES)] if upwards else changes[:, round((1 - _CUT) * _CHANGES)]
    reached = jump.conductance + furthest
    slack = float(np.diff(jump.delta).max())  # as exactly as the table says where its probability lies
    free = np.flatnonzero(reached < end_S - slack if upwards else reached > end_S + slack)
    if free.size < jump.conductance.size / 2:
        return jump
    rows = np.arange(jump.conductance.size)
    return with_changes(jump, changes[free[np.abs(rows[:, None] - free).argmin(axis=1)]])


def _each(pair: tuple[JumpTable, JumpTable], change: Callable[[JumpTable], JumpTable]) -> tuple[JumpTable, JumpTable]:
    return change(pair[0]), change(pair[1])


def _ideal_pair(
    pair: tuple[JumpTable, JumpTable], flaws: Iterable[str], g_min_S: float, g_max_S: float
) -> tuple[JumpTable, JumpTable]:
    if "bounds" in flaws:
        pair = uncut(pair[0], g_max_S, True), uncut(pair[1], g_min_S, False)
    if "noise" in flaws:
        pair = _each(pair, without_noise)
    if "nonlinearity" in flaws:
        pair = _each(pair, without_nonlinearity)
    if "asymmetry" in flaws:
        pair = symmetric(*pair)
    coarse = average(pair[0]) * FINE_PULSES / (g_max_S - g_min_S)
    if "coarseness" in flaws and coarse > COARSE:
        pair = scaled(pair[0], 1 / coarse), scaled(pair[1], 1 / coarse)
    return pair


def idealised(table: DeviceTable, flaws: Iterable[str], set_pulses: float | None = None) -> PulseTables:
    """A device without some of its flaws; with `set_pulses` all changes are then scaled to so many SET pulses."""
    if table.jump_set is None or table.jump_reset is None:
        raise ValueError(f"device {table.device} has no jump-tables")
    flaws = set(flaws)
    low, high = table.g_min_S, table.g_max_S
    pair = _ideal_pair((table.jump_set, table.jump_reset), flaws, low, high)
    own = [_ideal_pair(pair, flaws, low, high) for pair in table.per_device]
    if set_pulses is not None:
        factor = (high - low) / (set_pulses * average(pair[0]))
        pair = scaled(pair[0], factor), scaled(pair[1], factor)
        own = [(scaled(rise, factor), scaled(fall, factor)) for rise, fall in own]
    coverage = None if "nonlinearity" in flaws else table.coverage
    return PulseTables(table.device, low, high, *pair, tuple(own), "bounds" not in flaws, coverage)
