"""Jump-tables of devices whose pulses crowd in a small part of the range, with a kernel as wide as pulses are near.

A filamentary device breaks with its first RESET pulse and then goes on gradually, a thousand times more finely. One
kernel width, one even grid of conductances and one of changes cannot hold both. Here every row rests on its nearest
pulses, as many as predict left-out ones best; clusters of pulses that a wide gap parts know nothing of each other; rows
lie where pulses do, and the grid of changes is fine where the distributions are (`thinning`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devicegen.pulses.bands import BAND, REPLICATES
from devicegen.pulses.bounds import keep_in_range
from devicegen.pulses.histogram import FEW_PULSES, GROUPS
from devicegen.pulses.thinning import Curve, Rows, thinned
from devicegen.seeds import generator
from devicegen.table import FloatArray, JumpTable

CROWDED = 0.15
"""Nine in ten pulses begin within this part of the range: an even grid has too few rows for them."""
GAP = 0.4
"""No pulse begins within this part of the range, between others: what lies beyond is another kind of pulse."""

ROWS = 60
"""Rows of a cluster of pulses that has so many; half by their number, half by their conductance."""
_NEAREST = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024)
_MOST, _PARTS = 4000, 12
"""A distribution rests on a twelfth of a cluster's pulses, or on twice the fewest where that is more."""
_LEFT_OUT = 400
_SEED = 1979


@dataclass(frozen=True)
class Uneven:
    """A jump-table, and what each of its rows rests on.

    pulses      : (n_g,) pulses under the kernel of the mean
    bandwidth_S : (n_g,) conductance that they span [S]
    sparse_rows : rows that rest on fewer than `FEW_PULSES`, or lie where no pulse began
    """

    table: JumpTable
    pulses: npt.NDArray[np.int64]
    bandwidth_S: FloatArray
    sparse_rows: npt.NDArray[np.int64]


def is_uneven(g_before_S: FloatArray, g_min_S: float, g_max_S: float) -> bool:
    """Whether pulses of one polarity crowd so that an even grid over the range cannot resolve them.

    g_before_S : (n,) conductance before each pulse [S]
    """
    g = np.sort(g_before_S)
    span, most = g_max_S - g_min_S, int(np.ceil(0.9 * g.size))
    narrowest = float((g[most - 1 :] - g[: g.size - most + 1]).min())
    return narrowest < CROWDED * span or float(np.diff(g).max(initial=0.0)) > GAP * span


def uneven_table(g_before_S: FloatArray, delta_S: FloatArray, g_min_S: float, g_max_S: float, is_set: bool) -> Uneven:
    """Jump-table of pulses of one polarity, with the bands of its CDF.

    g_before_S, delta_S : (n,) conductance before each pulse and its change [S], in the order of time
    g_min_S, g_max_S    : range of the conductance [S]
    Where no pulse began, rows hold the mean and the distribution of the nearest place where one did; a mean of the
    wrong sign there counts as none.
    """
    order = np.argsort(g_before_S, kind="stable")
    g, delta = g_before_S[order], delta_S[order]
    clusters = _clusters(g, g_max_S - g_min_S)
    conductance, place, of = _rows(g, clusters, g_min_S, g_max_S)
    group = order // max(order.size // (5 * GROUPS), 1) % GROUPS  # runs of neighbours in time
    draws = generator(_SEED, "bands").exponential(size=(REPLICATES, GROUPS))  # Rubin 1981
    rows: list[tuple[FloatArray, FloatArray]] = []
    bands: list[tuple[FloatArray, FloatArray]] = []
    pulses, width = np.zeros(conductance.size, np.int64), np.zeros(conductance.size)
    fits = [_Cluster.of(g[part], delta[part]) for part in clusters]
    known: dict[tuple[int, float], tuple[FloatArray, FloatArray, FloatArray]] = {}
    for row, (at, cluster) in enumerate(zip(place, of, strict=True)):
        fit = fits[cluster]
        window = fit.nearest(at)
        pulses[row], width[row] = window.stop - window.start, fit.g[window.stop - 1] - fit.g[window.start]
        outside = at != conductance[row]
        if (cluster, at) not in known:
            known[cluster, at] = fit.distribution(at, draws, group[clusters[cluster]])
        values, cdf, replicates = known[cluster, at]
        middle = float(np.sum(np.diff(cdf, prepend=0.0) * values))
        if outside and (middle < 0 if is_set else middle > 0):
            values = values - middle
        rows.append((values, cdf))
        bands.append((values, replicates))
    curves = [_line(values, cdf, 1e-9 * (g_max_S - g_min_S)) for values, cdf in rows]
    mean = np.array([np.diff(cdf, prepend=0.0) @ values for values, cdf in rows])
    size = np.array([np.diff(cdf, prepend=0.0) @ np.abs(values) for values, cdf in rows])
    thin = thinned(Rows(conductance, (g_min_S, g_max_S), curves, mean, size)).table
    delta_grid, cdf = thin.delta, thin.cdf
    low, high = (keep_in_range(conductance, delta_grid, edge, g_min_S, g_max_S) for edge in _edges(delta_grid, bands))
    inside = np.clip(g_before_S, g_min_S, g_max_S)
    count = np.bincount(_nearest_row(conductance, inside), minlength=conductance.size)
    table = JumpTable(conductance, delta_grid, cdf, count, np.minimum(low, cdf), np.maximum(high, cdf))
    return Uneven(table, pulses, width, np.flatnonzero((pulses < FEW_PULSES) | (place != conductance)))


def _line(values: FloatArray, cdf: FloatArray, narrow: float) -> Curve:
    """A CDF of single changes as a line through its bends: it climbs from one change to the next."""
    if values.size == 1:
        return np.array([values[0] - narrow, values[0]]), np.array([0.0, 1.0])
    return np.append(values[0] - (values[1] - values[0]), values), np.append(0.0, cdf)


def _clusters(g: FloatArray, span: float) -> list[slice]:
    """Parts of the sorted conductances that wide gaps keep apart."""
    ends = [0, *(np.flatnonzero(np.diff(g) > GAP * span) + 1).tolist(), g.size]
    return [slice(first, last) for first, last in zip(ends[:-1], ends[1:], strict=True)]


def _rows(
    g: FloatArray, clusters: list[slice], g_min_S: float, g_max_S: float
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int64]]:
    """(n_g,) conductances of the rows, where each is estimated, and the cluster it belongs to."""
    places: list[FloatArray] = [np.array([g_min_S, g_max_S])]
    for part in clusters:
        own = np.clip(g[part], g_min_S, g_max_S)
        n = min(ROWS, own.size)
        by_number = np.quantile(own, np.linspace(0, 1, n))
        low = max(float(own[0]), 1e-3 * float(own[-1]), 1e-300)
        places += [by_number, np.geomspace(low, float(own[-1]), n), np.linspace(own[0], own[-1], n // 2 + 1)]
    for left, right in zip(clusters[:-1], clusters[1:], strict=True):
        middle = 0.5 * (g[left.stop - 1] + g[right.start])
        places.append(np.array([middle * (1 - 1e-6), middle * (1 + 1e-6)]))
    conductance = np.unique(np.concatenate(places))
    conductance = conductance[(conductance >= g_min_S) & (conductance <= g_max_S)]
    apart = np.diff(conductance, prepend=-np.inf) > 1e-7 * (g_max_S - g_min_S)
    apart[-1], conductance[-1] = True, g_max_S
    conductance = conductance[apart]
    ends = np.array([(g[part.start], g[part.stop - 1]) for part in clusters])
    clipped = np.clip(conductance[:, None], ends[None, :, 0], ends[None, :, 1])
    nearest = np.abs(clipped - conductance[:, None]).argmin(axis=1)
    return conductance, clipped[np.arange(conductance.size), nearest], nearest


def _nearest_row(conductance: FloatArray, g: FloatArray) -> npt.NDArray[np.int64]:
    middles = 0.5 * (conductance[1:] + conductance[:-1])
    return np.searchsorted(middles, g)


@dataclass(frozen=True)
class _Cluster:
    """Pulses between two gaps, sorted by conductance: how many of the nearest predict best, and what they leave over.

    k        : pulses of a local fit
    residual : (n,) change of each pulse less the local fit there [S]
    scale    : (n,) local root mean square of the residuals [S]
    """

    g: FloatArray
    delta: FloatArray
    k: int
    residual: FloatArray
    scale: FloatArray

    @classmethod
    def of(cls, g: FloatArray, delta: FloatArray) -> _Cluster:
        n = g.size
        sample = np.unique(np.linspace(0, n - 1, min(n, _LEFT_OUT)).astype(np.int64))
        scores = []
        sizes = [k for k in _NEAREST if k <= max(n // 3, 4)] or [n]
        for k in sizes:
            off = np.array([delta[i] - _fit(g, delta, float(g[i]), k, i) for i in sample])
            scores.append(off)
        spread = np.median(np.abs(scores), axis=0) + 1e-300  # so that small changes count as much as large ones
        best = int(np.argmin([np.mean(np.minimum(np.abs(off / spread), 5.0) ** 2) for off in scores]))
        k = sizes[best] if n > 4 else n
        at = g[sample]
        middle = np.array([_fit(g, delta, float(x), k) for x in at])
        residual = delta - np.interp(g, *_once(at, middle))
        window = min(max(2 * FEW_PULSES, k), n)
        squares = np.concatenate([[0.0], np.cumsum(residual**2)])
        first = np.clip(np.arange(n) - window // 2, 0, n - window)
        scale = np.sqrt((squares[first + window] - squares[first]) / window)
        return cls(g, delta, k, residual, scale)

    def nearest(self, at: float) -> slice:
        """The pulses of the local fit at a conductance."""
        return _window(self.g, at, self.k)

    def distribution(
        self, at: float, draws: FloatArray, group: npt.NDArray[np.int64]
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Changes (m,) at a conductance, rising, their CDF (m,), and that of each replicate (replicates, m).

        draws : (replicates, groups) weight of each group of pulses in each replicate
        group : (n,) group of each pulse
        """
        many = max(2 * FEW_PULSES, self.k, self.g.size // _PARTS)
        window = _window(self.g, at, min(many, self.g.size, _MOST))
        weight = _weights(self.g[window], at)
        own = float(np.interp(at, *_once(self.g, self.scale)))
        scale = np.maximum(self.scale[window], 1e-300)
        rest = self.residual[window] * (own / scale)
        rest = rest - np.sum(weight * rest) / weight.sum()
        values = _fit(self.g, self.delta, at, self.k) + rest
        order = np.argsort(values)
        drawn = draws[:, group[window][order]] * weight[order]
        cdf, replicates = np.cumsum(weight[order]), np.cumsum(drawn, axis=1)
        values, last = values[order], np.append(np.diff(values[order]) > 0, True)
        cdf, replicates = cdf[last] / cdf[-1], replicates[:, last] / replicates[:, -1:]
        return values[last], cdf, replicates


def _window(g: FloatArray, at: float, k: int) -> slice:
    """The `k` conductances nearest to a place, of sorted ones."""
    first = int(np.searchsorted(g, at))
    low, high = max(first - k, 0), min(first + k, g.size)
    while high - low > k:
        if abs(g[low] - at) > abs(g[high - 1] - at):
            low += 1
        else:
            high -= 1
    return slice(low, high)


def _weights(g: FloatArray, at: float) -> FloatArray:
    """Weights of the nearest pulses: falling to a tenth at the furthest of them."""
    reach = float(np.abs(g - at).max())
    return np.exp(-2.3 * ((g - at) / reach) ** 2) if reach > 0 else np.ones(g.size)


def _fit(g: FloatArray, delta: FloatArray, at: float, k: int, without: int = -1) -> float:
    """Local line through the `k` nearest pulses, at a place; `without` one of them, where it is left out."""
    window = _window(g, at, k + (without >= 0))
    x, y = g[window] - at, delta[window]
    weight = _weights(g[window], at)
    if window.start <= without < window.stop:
        weight[without - window.start] = 0.0
    total = weight.sum()
    if total <= 0:
        return float(y.mean())
    centre, mean = weight @ x / total, weight @ y / total
    variance = weight @ (x - centre) ** 2 / total
    slope = (weight @ ((x - centre) * (y - mean)) / total) / variance if variance > 0 and x.size > 3 else 0.0
    return float(mean - slope * np.clip(centre, -2 * np.sqrt(variance), 2 * np.sqrt(variance)))


def _once(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Each place once, with the mean of what is given there."""
    places, inverse = np.unique(x, return_inverse=True)
    return places, np.bincount(inverse, y) / np.bincount(inverse)


def _edges(delta: FloatArray, bands: list[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    """Lower and upper edge (n_g, n_d) of the CDFs of the replicates."""
    low, high = np.empty((len(bands), delta.size)), np.empty((len(bands), delta.size))
    for row, (values, replicates) in enumerate(bands):
        drawn = np.array([np.interp(delta, values, one, left=0.0, right=1.0) for one in replicates])
        low[row], high[row] = np.quantile(drawn, BAND, axis=0)
    return low, high
