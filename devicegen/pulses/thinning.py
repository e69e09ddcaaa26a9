"""Distributions of changes at many conductances, on one grid of as few changes as their CDFs need.

Each row is a CDF as a line through its bends. The grid is the shortest on which straight lines follow every row within
a thousandth; the means are kept more closely than that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devicegen.pulses.bounds import keep_in_range
from devicegen.table import FloatArray, JumpTable

MOST_CHANGES = 400
"""Points of a jump-table's grid of changes."""

CDF_ERROR = 1e-3
"""What thinning may move a CDF by, wherever `MOST_CHANGES` points allow it."""

_CANDIDATES = 6000
_SEARCHED = 60_000
_ALLOWED = (3e-4, 5e-4, 7.5e-4)
"""Errors of the CDF that are tried; what is missing to `CDF_ERROR` is for keeping the means and for rounding."""
_FOR_THE_MEAN = 2e-4
_MEAN_ERROR = 1e-3
_LEAST = 1e-3
_ROUNDED_TO = 2.0**-17
"""Probabilities of a thinned table are multiples of it, so that its file is small."""

Curve = tuple[FloatArray, FloatArray]
"""One row's CDF as a line: (n,) changes [S], increasing, and (n,) probabilities of at most these, from 0 to 1."""


@dataclass(frozen=True)
class Rows:
    """What a table is to hold.

    conductance : (n_g,) [S], within `ends` [S]
    curves      : the CDF of each row
    mean, size  : (n_g,) mean change, and how large the changes are [S]
    """

    conductance: FloatArray
    ends: tuple[float, float]
    curves: Sequence[Curve]
    mean: FloatArray
    size: FloatArray

    def at(self, delta: FloatArray) -> FloatArray:
        """(n_g, n_d) the CDFs at some changes, as a table must hold them: none leads out of the range."""
        found = np.array([np.interp(delta, at, climbs, left=0.0, right=1.0) for at, climbs in self.curves])
        return keep_in_range(self.conductance, delta, found, *self.ends)

    def distance(self, delta: FloatArray, cdf: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(n_g,) largest distance of each row from its curve, and (n_g,) its bend [S] where it is farthest off.

        Both are lines, so the distance is largest at a bend of one of them.
        """
        found, bends = np.abs(self.at(delta) - cdf).max(axis=1), np.empty(len(self.curves))
        for row, (at, climbs) in enumerate(self.curves):
            there = np.abs(np.interp(at, delta, cdf[row], left=0.0, right=1.0) - climbs)
            worst = int(np.argmax(there))
            found[row], bends[row] = max(found[row], there[worst]), at[worst]
        return found, bends


@dataclass(frozen=True)
class Thinned:
    """A jump-table, and what was lost in making it.

    cdf_error  : largest distance of a row's CDF from that of the file
    mean_error : largest distance of a row's mean from that of the file, in parts of how large the row's changes are
                 (of a thousandth of those of the row with the largest, where its own are smaller still)
    """

    table: JumpTable
    cdf_error: float
    mean_error: float


def mean_of(curve: Curve, absolute: bool = False) -> float:
    """Mean of a distribution, or of the sizes of its changes [S]."""
    at, climbs = curve
    middles = 0.5 * (at[1:] + at[:-1])
    return float(np.diff(climbs) @ (np.abs(middles) if absolute else middles))


def thinned(rows: Rows) -> Thinned:
    """The table of all rows on one grid of at most `MOST_CHANGES` changes, 0 among them."""
    delta = _candidates(rows.curves)
    cdf = rows.at(delta)
    size = np.maximum(rows.size, _LEAST * rows.size.max() or 1.0)
    if delta.size > MOST_CHANGES:
        delta = _with_bends(rows, delta[_few(delta, cdf, rows.size)])
        cdf = rows.at(delta)
        off = rows.distance(delta, cdf)[0]
        cdf = _with_means(delta, cdf, rows.mean, size, np.where(off < CDF_ERROR, _FOR_THE_MEAN, off))
        cdf = np.round(cdf / _ROUNDED_TO) * _ROUNDED_TO
        cdf = keep_in_range(rows.conductance, delta, cdf, *rows.ends)
    table = JumpTable(rows.conductance, delta, cdf, np.zeros(rows.conductance.size, np.int64))
    mean_off = np.abs(table.mean() - rows.mean) / size
    return Thinned(table, float(rows.distance(delta, cdf)[0].max()), float(mean_off.max()))


def _with_bends(rows: Rows, delta: FloatArray) -> FloatArray:
    """The changes, and more where a row bends unseen between two of them, as many as `MOST_CHANGES` leaves room for."""
    while (room := MOST_CHANGES - delta.size) > 0:
        off, bends = rows.distance(delta, rows.at(delta))
        worst = np.argsort(-off, kind="stable")[: max(4, room // 4)]
        more = np.setdiff1d(bends[worst[off[worst] > _ALLOWED[1]]], delta)[:room]
        if not more.size:
            break
        delta = np.union1d(delta, more)
    return delta


def _candidates(curves: Sequence[Curve]) -> FloatArray:
    """Changes at which some row bends: all of them, or some thousand between which no row climbs far. 0 is there."""
    each = max(16, _SEARCHED // len(curves))
    some = [np.zeros(1)]
    for at, climbs in curves:
        if at.size <= each:
            some.append(at)
            continue
        steep = np.flatnonzero(np.diff(climbs) > 0.5 / each)  # where a change has a probability of its own
        some.append(at[np.unique(np.concatenate([spread_over(climbs, each), steep, steep + 1]))])
    delta = np.unique(np.concatenate(some))
    if delta.size <= _CANDIDATES:
        return delta
    climbed = np.zeros(delta.size - 1)
    for at, climbs in curves:
        np.maximum(climbed, np.diff(np.interp(delta, at, climbs, left=0.0, right=1.0)), out=climbed)
    place = np.concatenate([[0.0], np.cumsum(climbed)])
    cell = place[-1] / _CANDIDATES
    first = np.unique(np.floor(place / cell), return_index=True)[1]
    steep = np.flatnonzero(climbed > 0.5 * cell)
    ends = [0, int(np.searchsorted(delta, 0.0)), delta.size - 1]
    return delta[np.unique(np.concatenate([first, steep, steep + 1, ends]))]


def _few(delta: FloatArray, cdf: FloatArray, scale: FloatArray) -> npt.NDArray[np.int64]:
    """Indices of at most `MOST_CHANGES` changes, between which straight lines follow every row.

    Where too many rows jump at changes of their own, a jump may be smeared over a small part of its row's `scale`
    (n_g,) [S], as small a part as `MOST_CHANGES` allows.
    """
    columns = np.ascontiguousarray(cdf.T)
    for allowed in _ALLOWED:
        few = _longest_steps(delta, columns, allowed, np.zeros_like(scale))
        if few is not None:
            return few
    low, high = 1e-6, float(np.ptp(delta) / scale[scale > 0].min())  # as parts; the second allows any line
    best = _longest_steps(delta, columns, _ALLOWED[-1], 2 * high * scale)
    for _ in range(8):
        part = float(np.sqrt(low * high))
        few = _longest_steps(delta, columns, _ALLOWED[-1], part * scale)
        low, high, best = (part, high, best) if few is None else (low, part, few)
    assert best is not None, "lines over all changes at once are always allowed"
    return best


def _longest_steps(
    delta: FloatArray, columns: FloatArray, allowed: float, smeared_S: FloatArray
) -> npt.NDArray[np.int64] | None:
    """Indices from the first change to the last, each step as long as it may be; None for more than `MOST_CHANGES`.

    columns   : (n_d, n_g) the CDFs
    allowed   : distance of a CDF from a straight line
    smeared_S : (n_g,) distance times length of the line that is allowed too [S]
    """
    zero = int(np.searchsorted(delta, 0.0))

    def follows(i: int, j: int) -> bool:
        if j - i < 2:
            return True
        part = (delta[i + 1 : j] - delta[i]) / (delta[j] - delta[i])
        off = np.abs(columns[i + 1 : j] - columns[i] - part[:, None] * (columns[j] - columns[i])).max(axis=0)
        return bool(np.all(off <= np.maximum(allowed, smeared_S / (delta[j] - delta[i]))))

    chosen, i = [0], 0
    while i < delta.size - 1:
        end = zero if i < zero else delta.size - 1
        good, step = i + 1, 2
        while good < end and follows(i, min(i + step, end)):
            good, step = min(i + step, end), 2 * step
        bad = min(i + step, end + 1)
        while bad - good > 1:
            middle = (good + bad) // 2
            good, bad = (middle, bad) if follows(i, middle) else (good, middle)
        i = good
        chosen.append(i)
        if len(chosen) > MOST_CHANGES:
            return None
    return np.array(chosen)


def _with_means(
    delta: FloatArray, cdf: FloatArray, mean: FloatArray, scale: FloatArray, free: FloatArray
) -> FloatArray:
    """Bend each row by at most `free` (n_g,), so that its mean is as given [S]; what then is still off is moved.

    F + c F (1 - F) rises as F does for any c between -1 and 1, and leaves its zeros and ones alone. A row that jumps
    within one interval has nothing between zeros and ones: a part of it is moved by an interval.
    """

    def excess(rows: FloatArray) -> FloatArray:
        return delta[-1] - np.trapezoid(rows, delta, axis=1) - mean

    bump = cdf * (1 - cdf)
    room, most = np.trapezoid(bump, delta, axis=1), np.minimum(4 * free, 1.0)
    factor = np.clip(np.divide(excess(cdf), room, out=np.zeros_like(room), where=room > 0), -most, most)
    cdf = cdf + factor[:, None] * bump
    left = excess(cdf)
    left[(np.abs(left) < _MEAN_ERROR * scale) | (free <= _FOR_THE_MEAN)] = 0.0  # rows that are right stay sharp
    moved = np.empty_like(cdf)
    moved[:, :-1] = np.where(left[:, None] > 0, cdf[:, 1:], np.pad(cdf[:, :-2], ((0, 0), (1, 0))))
    moved[:, -1] = 1.0
    gained = np.trapezoid(moved - cdf, delta, axis=1)
    part = np.clip(np.divide(left, gained, out=np.zeros_like(left), where=gained != 0), 0.0, 1.0)
    return cdf + part[:, None] * (moved - cdf)


def spread_over(probability: FloatArray, most: int) -> npt.NDArray[np.int64]:
    """Indices of at most `most` probabilities, the first and the last among them: evenly, and more in the tails.

    probability : (n,) rising from 0 or above to 1
    """
    if probability.size <= most:
        return np.arange(probability.size)
    tail = np.log((probability + 1e-7) / (1 + 1e-7 - probability))
    place = 0.75 * probability + 0.25 * (tail - tail[0]) / (tail[-1] - tail[0])
    cell = np.floor(place * (most - 2)).astype(np.int64)
    first = np.unique(cell, return_index=True)[1]
    return np.unique(np.append(first, probability.size - 1))
