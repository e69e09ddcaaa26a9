"""A distribution with many quantiles at many conductances, on one grid of changes that a table can hold.

Between its quantiles a distribution is a straight line, so that its mean between two changes is known exactly. The grid
holds the changes at which straight lines lose least: each row asks for points where its own CDF bends, and the points
that most rows ask for are taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devicegen.table import FloatArray

POINTS = 801
"""Changes that a table holds at most."""
_FINE = 32768
_LARGE, _ROUND = 100_000, 2.0**18
"""So many probabilities are kept to a four-millionth, so that their file packs well."""
_ATOM = 0.01
"""A change that holds so much probability is kept as a step; less comes from the digits of the file."""


@dataclass(frozen=True)
class Thinned:
    """CDFs (n_g, n_d) over a common grid (n_d,) of changes [S], and the largest error of any of them."""

    delta: FloatArray
    cdf: FloatArray
    error: float


def steps_of(probability: FloatArray, changes: FloatArray, narrow: float) -> tuple[FloatArray, FloatArray]:
    """Points of one row's CDF: changes that several probabilities share are climbed within `narrow`.

    probability, changes : (n_p,) rising; what lies below the first probability is taken to be the first change
    returns              : changes, strictly rising, and the CDF there
    """
    values, first, n = np.unique(changes, return_index=True, return_counts=True)
    starts, ends = probability[first].copy(), probability[first + n - 1]
    starts[0] = 0.0
    at = np.column_stack([values - narrow, values]).ravel()
    climbs = np.column_stack([starts, ends]).ravel()
    apart = np.concatenate([[True], np.diff(at) > 0.5 * narrow])
    return at[apart], climbs[apart]


def _without_small_steps(at: FloatArray, cdf: FloatArray, narrow: float) -> tuple[FloatArray, FloatArray]:
    """The same points with steps below `_ATOM` replaced by their middle: they come from the digits of a file."""
    small = (np.diff(at) < 1.5 * narrow) & (np.diff(cdf) <= _ATOM)
    lower, upper = np.append(small, False), np.concatenate([[False], small])
    out = cdf.copy()
    out[upper] = 0.5 * (cdf[upper] + cdf[lower])
    out[-1] = 1.0
    if lower[0]:
        out[1] = 0.0
    return at[~lower], out[~lower]


def thinned(rows: list[tuple[FloatArray, FloatArray]], narrow: float) -> Thinned:
    """One grid for the CDFs of all rows, each given by its points (changes, cdf).

    Where few enough changes are unlike, the grid holds them all and nothing is lost. Otherwise it is refined where the
    rows' straight lines between its points are furthest from their CDFs. `error` is measured at every point of
    every row, so that no CDF is further from its row's than that.
    """
    every = np.unique(np.concatenate([[-narrow, 0.0], *(at for at, _ in rows)]))
    every = every[np.unique(np.floor(every / (0.5 * narrow)), return_index=True)[1]]  # no two within half of `narrow`
    if every.size <= POINTS:
        return _on(every, rows)
    rows = [_without_small_steps(at, cdf, narrow) for at, cdf in rows]
    if every.size > _FINE:
        every = _representatives(every)
    chosen = np.zeros(every.size, np.bool_)
    chosen[[0, -1]] = True
    for value in (-narrow, 0.0):
        chosen[int(np.argmin(np.abs(every - value)))] = True
    exact = np.array([np.interp(every, at, cdf, left=0.0, right=1.0) for at, cdf in rows])
    while chosen.sum() < POINTS:
        at = np.flatnonzero(chosen)
        off = np.zeros(every.size)
        for row in exact:
            np.maximum(off, np.abs(np.interp(every, every[at], row[at]) - row), out=off)
        # the worst place of each of the worst intervals, so that a few dozen rounds are enough
        interval = np.searchsorted(at, np.arange(every.size), side="right") - 1
        worst = np.zeros(at.size)
        np.maximum.at(worst, interval, off)
        room = min(POINTS - at.size, max(at.size // 4, 4))
        found = []
        for k in np.argsort(-worst)[:room]:
            last = at[k + 1] if k + 1 < at.size else every.size
            if worst[k] > 0:
                found.append(at[k] + int(np.argmax(off[at[k] : last])))
        if not found or chosen[found].all():
            break
        chosen[found] = True
    return _on(every[chosen], rows)


def _representatives(every: FloatArray) -> FloatArray:
    """Some thousand of many changes: evenly by rank and evenly by size, with no change and the ends."""
    by_rank = every[np.linspace(0, every.size - 1, _FINE // 2).astype(np.int64)]
    by_size = every[np.searchsorted(every, np.linspace(every[0], every[-1], _FINE // 2)).clip(max=every.size - 1)]
    zero = np.searchsorted(every, 0.0)
    return np.unique(np.concatenate([by_rank, by_size, every[max(zero - 1, 0) : zero + 2]]))


def _on(delta: FloatArray, rows: list[tuple[FloatArray, FloatArray]]) -> Thinned:
    """The rows' CDFs over a grid, and how far straight lines between its points are from them."""
    cdf = np.array([np.interp(delta, at, values, left=0.0, right=1.0) for at, values in rows])
    if cdf.size > _LARGE:
        cdf = np.round(cdf * _ROUND) / _ROUND
    error = 0.0
    for row, (at, values) in zip(cdf, rows, strict=True):
        off = np.abs(np.interp(at, delta, row, left=0.0, right=1.0) - values)
        error = max(error, float(off.max()))
    return Thinned(delta, cdf, error)
