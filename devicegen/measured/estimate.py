"""From pulses to a jump-table: the distribution of the conductance change at each conductance.

At a conductance G the change of a pulse is taken as mean(G) + residual. The mean is a local-linear fit, the
distribution of the residual a local average over pulses near G, both with a Gaussian kernel in G. Following the
mean keeps its slope from smearing the distribution, and from bending it at the ends of the range, so that
the kernel may be wide enough to hold many pulses. Each of the two widths is the one that predicts left-out
pulses best: by squared error for the mean, by the continuous ranked probability score (the squared
distance between the predicted CDF and the step at what came) for the distribution.

Pulses are first counted into narrow bins of G and of the residual, so the cost after that does not depend on
their number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devicegen.measured.bounds import keep_in_range
from devicegen.table import FloatArray, JumpTable

N_CONDUCTANCE = 101
N_DELTA = 201
FEW_PULSES = 30
"""A kernel is widened until it reaches this many pulses; a row with fewer within its width is called sparse."""

_BINS = 512
_RESIDUAL_BINS = 1024
_FOLDS = 5
_WIDTHS = np.geomspace(0.005, 0.4, 14)


@dataclass(frozen=True)
class Grid:
    """Where a jump-table is given: conductance (n_g,) over the device's range, conductance change (n_d,) with 0."""

    g_min_S: float
    g_max_S: float
    conductance: FloatArray
    delta: FloatArray


@dataclass(frozen=True)
class Estimate:
    """A jump-table and how it came about.

    mean_bandwidth_S   : kernel width of the mean change, standard deviation in G [S]
    spread_bandwidth_S : kernel width of the distribution about the mean [S]
    effective_pulses   : (n_g,) pulses that the distribution of each row rests on, (Σw)²/Σw²
    sparse_rows        : rows with fewer than `FEW_PULSES` pulses within the smaller of both widths
    """

    table: JumpTable
    mean_bandwidth_S: float
    spread_bandwidth_S: float
    effective_pulses: FloatArray
    sparse_rows: npt.NDArray[np.int64]


def conductance_range(reads_S: FloatArray) -> tuple[float, float]:
    """Range of a device from its reads: their 0.1% and 99.9% quantiles, so that a stray read does not set it."""
    low, high = np.quantile(reads_S, (0.001, 0.999))
    return float(low), float(high)


def make_grid(g_min_S: float, g_max_S: float, delta_S: FloatArray) -> Grid:
    """Grids that hold 99.9% of the changes in `delta_S`, equal steps, with a point at no change.

    delta_S : (n,) conductance changes of one polarity [S]
    """
    span = g_max_S - g_min_S
    low, high = np.quantile(np.clip(delta_S, -span, span), (0.0005, 0.9995))
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    step = max((high - low) / (N_DELTA - 3), span * 1e-6)
    points = np.arange(np.floor(low / step) - 1, np.ceil(high / step) + 2)
    return Grid(g_min_S, g_max_S, np.linspace(g_min_S, g_max_S, N_CONDUCTANCE), step * points)


def estimate_table(g_before_S: FloatArray, delta_S: FloatArray, grid: Grid) -> Estimate:
    """Jump-table of pulses of one polarity.

    g_before_S, delta_S : (n,) conductance before each pulse and its change [S]
    grid                : where to give the table
    """
    binned = _Binned.of(g_before_S, grid)
    mean_width, mean = _mean_change(binned, delta_S)
    residual = delta_S - np.interp(binned.position, binned.centres, mean)
    spread_width, rows, levels, effective = _residual_cdf(binned, residual, grid)
    mean_at = np.interp(_unit(grid.conductance, grid), binned.centres, mean)
    cdf = np.empty((grid.conductance.size, grid.delta.size))
    for row, centre in enumerate(mean_at):
        cdf[row] = np.interp(grid.delta - centre, levels, rows[row], left=0.0, right=1.0)
    cdf = keep_in_range(grid.conductance, grid.delta, cdf, grid.g_min_S, grid.g_max_S)
    nearest = np.rint(np.clip(binned.position, 0, 1) * (grid.conductance.size - 1)).astype(np.int64)
    count = np.bincount(nearest, minlength=grid.conductance.size).astype(np.int64)
    span = grid.g_max_S - grid.g_min_S
    at = _unit(grid.conductance, grid)
    near = min(mean_width, spread_width)
    within = np.searchsorted(binned.ordered, at + near) - np.searchsorted(binned.ordered, at - near)
    return Estimate(
        table=JumpTable(grid.conductance, grid.delta, cdf, count),
        mean_bandwidth_S=mean_width * span,
        spread_bandwidth_S=spread_width * span,
        effective_pulses=effective,
        sparse_rows=np.flatnonzero(within < FEW_PULSES),
    )


# -- in units of the range -------------------------------------------------------------------------


def _unit(conductance_S: FloatArray, grid: Grid) -> FloatArray:
    return (conductance_S - grid.g_min_S) / (grid.g_max_S - grid.g_min_S)


@dataclass(frozen=True)
class _Binned:
    """Pulses by conductance: `position` of each in the range (0 to 1), `ordered` positions, bins, centres, counts."""

    position: FloatArray
    ordered: FloatArray
    bin: npt.NDArray[np.int64]
    centres: FloatArray
    counts: FloatArray

    @staticmethod
    def of(g_before_S: FloatArray, grid: Grid) -> _Binned:
        position = np.clip(_unit(g_before_S, grid), 0.0, 1.0)
        index = np.minimum((position * _BINS).astype(np.int64), _BINS - 1)
        counts = np.bincount(index, minlength=_BINS).astype(np.float64)
        return _Binned(position, np.sort(position), index, (np.arange(_BINS) + 0.5) / _BINS, counts)

    def sums(self, values: FloatArray, mask: npt.NDArray[np.bool_] | None = None) -> FloatArray:
        """Sum of `values` over the pulses of each bin."""
        index = self.bin if mask is None else self.bin[mask]
        weights = values if mask is None else values[mask]
        return np.bincount(index, weights=weights, minlength=_BINS).astype(np.float64)

    def widths(self, at: FloatArray, width: float) -> FloatArray:
        """Kernel width at each place: `width`, or what it takes to reach `FEW_PULSES` pulses."""
        ordered = self.ordered
        few = min(FEW_PULSES, ordered.size)
        left = np.searchsorted(ordered, at)
        reach = np.full(at.size, np.inf)
        for below in range(few + 1):
            first = np.clip(left - below, 0, ordered.size - few)
            reach = np.minimum(reach, np.maximum(at - ordered[first], ordered[first + few - 1] - at))
        return np.maximum(width, reach / 2.0)  # two standard deviations hold them


def _kernel(at: FloatArray, centres: FloatArray, width: FloatArray) -> FloatArray:
    """(n_at, n_bins) Gaussian weights, 1 at no distance."""
    return np.exp(-0.5 * ((at[:, None] - centres[None, :]) / width[:, None]) ** 2)


def _fold(size: int) -> npt.NDArray[np.int64]:
    """Which part each pulse is left out in: runs of 100 stay together, so that neighbours share their part."""
    return (np.arange(size) // 100 if size >= 1000 else np.arange(size)) % _FOLDS


def _local_line(weights: FloatArray, at: FloatArray, centres: FloatArray, n: FloatArray, d: FloatArray) -> FloatArray:
    """Local-linear fit at `at` of values with bin counts `n` and bin sums `d`.

    The slope is shrunk where the pulses under the kernel lie at nearly one conductance, and so do not tell it.
    """
    s0, s1, s2 = (weights @ (n * centres**power) for power in (0, 1, 2))
    t0, t1 = weights @ d, weights @ (d * centres)
    centre, mean = s1 / s0, t0 / s0
    variance = np.maximum(s2 / s0 - centre**2, 0.0)
    slope = (t1 / s0 - centre * mean) / (variance + 1.0 / _BINS**2)
    reach = np.sqrt(variance)
    return mean + slope * np.clip(at - centre, -2 * reach, 2 * reach)


def _mean_change(binned: _Binned, delta_S: FloatArray) -> tuple[float, FloatArray]:
    """Kernel width (of the range) and mean change [S] at the bin centres, width chosen by left-out pulses."""
    fold = _fold(delta_S.size)
    parts = [(binned.sums(np.ones_like(delta_S), fold == k), binned.sums(delta_S, fold == k)) for k in range(_FOLDS)]
    total_d = binned.sums(delta_S)
    errors = []
    for width in _WIDTHS:
        weights = _kernel(binned.centres, binned.centres, binned.widths(binned.centres, width))
        error = 0.0
        for n, d in parts:
            fit = _local_line(weights, binned.centres, binned.centres, binned.counts - n, total_d - d)
            error += float(np.sum(n * fit**2 - 2 * fit * d))
        errors.append(error)
    width = float(_WIDTHS[int(np.argmin(errors))])
    weights = _kernel(binned.centres, binned.centres, binned.widths(binned.centres, width))
    return width, _local_line(weights, binned.centres, binned.centres, binned.counts, total_d)


def _residual_cdf(
    binned: _Binned, residual_S: FloatArray, grid: Grid
) -> tuple[float, FloatArray, FloatArray, FloatArray]:
    """Distribution of the residual at each conductance of the grid.

    returns : kernel width (of the range), cdf (n_g, levels), levels (levels,) [S], effective pulses (n_g,)
    """
    reach = grid.delta[-1] - grid.delta[0]
    levels = np.linspace(-reach, reach, _RESIDUAL_BINS)
    # the residual counts at the first level at or above it, so that the sums below are the CDF at the levels
    level = np.searchsorted(levels, np.clip(residual_S, -reach, reach))
    histogram = _counts(binned.bin, level, _RESIDUAL_BINS)
    width = _spread_width(binned, level, residual_S.size)
    at = _unit(grid.conductance, grid)
    weights = _kernel(at, binned.centres, binned.widths(at, width))
    rows = np.cumsum(weights @ histogram, axis=1)
    total = weights @ binned.counts
    effective = total**2 / (weights**2 @ binned.counts)
    return width, rows / total[:, None], levels, effective


def _counts(rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], n_columns: int) -> FloatArray:
    flat = np.bincount(rows * n_columns + columns, minlength=_BINS * n_columns)
    return flat.reshape(_BINS, n_columns).astype(np.float64)


def _spread_width(binned: _Binned, level: npt.NDArray[np.int64], size: int) -> float:
    """Kernel width (of the range) with the best ranked probability score of left-out pulses."""
    coarse = _RESIDUAL_BINS // 8
    merge = _BINS // 4  # scoring on coarser bins changes the scores of all widths alike
    rows = binned.bin * merge // _BINS
    centres = (np.arange(merge) + 0.5) / merge
    fold = _fold(size)
    cumulative = []
    for k in range(_FOLDS):
        mask = fold == k
        flat = np.bincount(rows[mask] * coarse + np.minimum(level[mask] // 8, coarse - 1), minlength=merge * coarse)
        cumulative.append(np.cumsum(flat.reshape(merge, coarse), axis=1).astype(np.float64))
    everything = np.sum(cumulative, axis=0)
    scores = []
    for width in _WIDTHS:
        weights = _kernel(centres, centres, binned.widths(centres, width))
        score = 0.0
        for left_out in cumulative:
            rest = weights @ (everything - left_out)
            cdf = rest / rest[:, -1:]
            n = left_out[:, -1:]
            score += float(np.sum(left_out * (1 - cdf) ** 2 + (n - left_out) * cdf**2))
        scores.append(score)
    return float(_WIDTHS[int(np.argmin(scores))])
