"""From pulses to a jump-table: the distribution of the conductance change at each conductance.

At a conductance G the change of a pulse is taken as mean(G) + residual. The mean is a local-linear fit, the
distribution of the residual a local average over pulses near G, both with a Gaussian kernel in G. Following the
mean keeps its slope from smearing the distribution, and from bending it at the ends of the range, so that
the kernel may be wide enough to hold many pulses. Each of the two widths is the one that predicts left-out
pulses best: by squared error for the mean, by the continuous ranked probability score (the squared
distance between the predicted CDF and the step at what came) for the distribution. Where there are many devices,
they are left out whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devicegen.pulses.bands import bootstrap_band
from devicegen.pulses.bounds import keep_in_range
from devicegen.pulses.deconvolve import NoiseRemoval, mean_of_the_device, remove_noise
from devicegen.pulses.histogram import BINS, FEW_PULSES, FOLDS, GROUP_LEVELS, Counted, Dealt, Grid, Residuals, centres
from devicegen.pulses.local import gaussian, local_line
from devicegen.pulses.noise import NoiseModel
from devicegen.table import FloatArray, JumpTable

N_CONDUCTANCE = 101
N_DELTA = 201

_ENOUGH = 1_000_000
"""Pulses that the extent of a grid is taken from, evenly spread, where there are more."""
_FEW_READS, _FEWEST_LEVELS = 2000, 12
_ALONE = 0.3
"""A read that is further from the next than this part of what all others span stands alone."""
_WIDTHS = np.geomspace(0.005, 0.4, 14)


@dataclass(frozen=True)
class Estimate:
    """A jump-table and how it came about.

    mean_bandwidth_S   : kernel width of the mean change, standard deviation in G [S]
    spread_bandwidth_S : kernel width of the distribution about the mean [S]
    effective_pulses   : (n_g,) pulses that the distribution of each row rests on, (Σw)²/Σw²
    sparse_rows        : rows with fewer than `FEW_PULSES` pulses within the smaller of both widths
    buried_rows        : rows whose spread was no more than the read noise to be taken out of it
    nearest            : whether each row rests on its nearest pulses (`uneven`) instead of one width for all
    devices_whole      : whether devices were left out whole to find the widths, and drawn whole for the bands
    """

    table: JumpTable
    mean_bandwidth_S: float
    spread_bandwidth_S: float
    effective_pulses: FloatArray
    sparse_rows: npt.NDArray[np.int64]
    buried_rows: npt.NDArray[np.int64]
    devices_whole: bool
    nearest: bool = False


def conductance_range(reads_S: FloatArray, whole: bool = False) -> tuple[float, float]:
    """Range of a device from its reads: their 0.1% and 99.9% quantiles, or with `whole` their lowest and highest.

    The order of `reads_S` is not kept.
    """
    low, high = np.quantile(reads_S, (0.0, 1.0) if whole else (0.001, 0.999), overwrite_input=True)
    return float(low), float(high)


def lone_read(*reads_S: FloatArray) -> float | None:
    """The one read, lowest or highest, that stands far from all others; None without one. No range rests on it.

    reads_S : arrays of reads [S]; each perhaps twice, as the read after a pulse and before the next
    """
    if sum(part.size for part in reads_S) > _FEW_READS:
        return None  # the quantiles pass it over
    known = np.unique(np.concatenate(reads_S))
    if known.size < _FEWEST_LEVELS:
        return None
    for lone, next_one, other in ((known[0], known[1], known[-1]), (known[-1], known[-2], known[0])):
        if abs(lone - next_one) > _ALONE * abs(next_one - other):
            return float(lone)
    return None


def make_grid(g_min_S: float, g_max_S: float, delta_S: FloatArray) -> Grid:
    """Grids that hold 99.9% of the changes in `delta_S`, equal steps, with a point at no change.

    delta_S : (n,) conductance changes of one polarity [S]
    """
    span = g_max_S - g_min_S
    some = delta_S[:: delta_S.size // _ENOUGH + 1]
    low, high = np.clip(np.quantile(some, (0.0005, 0.9995)), -span, span)
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    step = max((high - low) / (N_DELTA - 3), span * 1e-6)
    points = np.arange(np.floor(low / step) - 1, np.ceil(high / step) + 2)
    return Grid(g_min_S, g_max_S, np.linspace(g_min_S, g_max_S, N_CONDUCTANCE), step * points)


def estimate_table(
    g_before_S: FloatArray,
    delta_S: FloatArray,
    grid: Grid,
    *,
    noise: NoiseModel | None = None,
    bands: bool = False,
    dealt: Dealt | None = None,
    is_set: bool | None = None,
) -> Estimate:
    """Jump-table of pulses of one polarity.

    Beyond the conductances from which pulses were measured, rows hold the mean and the distribution of the outermost
    measured place; a mean of the wrong sign there counts as none.

    g_before_S, delta_S : (n,) conductance before each pulse and its change [S]
    grid                : where to give the table
    noise               : read noise to take out of the spread, if any
    bands               : whether to add the bootstrap band of the CDF
    dealt               : (n,) which pulses belong together, see `histogram.by_device`
    is_set              : polarity, for the sign; None: of either sign
    """
    counted = Counted.of(g_before_S, delta_S, grid, dealt)
    mean_width = _mean_width(counted)
    weights = gaussian(centres(), centres(), counted.widths(centres(), mean_width))
    mean = local_line(weights, centres(), counted.counts.sum(axis=0), counted.sums.sum(axis=0))
    residuals = Residuals.of(g_before_S, delta_S, mean, grid, dealt)
    spread_width = _spread_width(counted, residuals)
    at, outside = _measured(g_before_S, grid)
    near = gaussian(at, centres(), counted.widths(at, spread_width))
    total = near @ counted.counts.sum(axis=0)
    rows = np.cumsum(near @ residuals.counts, axis=1) / total[:, None]
    removal = NoiseRemoval.none(rows)
    if noise is not None:
        mean = mean_of_the_device(counted, mean, noise, grid)
        removal = remove_noise(rows, residuals.levels, noise.change_sigma(grid.conductance))
    mean_at = np.interp(at, centres(), mean)
    if is_set is not None:
        wrong = outside & ((mean_at < 0) if is_set else (mean_at > 0))
        mean_at[wrong] = 0.0
    cdf = np.empty((at.size, grid.delta.size))
    for row, centre in enumerate(mean_at):
        cdf[row] = np.interp(grid.delta - centre, residuals.levels, removal.rows[row], left=0.0, right=1.0)
    low = high = None
    if bands:
        band = bootstrap_band(counted, residuals, weights, near, mean_at, grid, at, removal)
        low, high = (keep_in_range(grid.conductance, grid.delta, edge, grid.g_min_S, grid.g_max_S) for edge in band)
    cdf = keep_in_range(grid.conductance, grid.delta, cdf, grid.g_min_S, grid.g_max_S)
    if low is not None and high is not None:
        low, high = np.minimum(low, cdf), np.maximum(high, cdf)
    span = grid.g_max_S - grid.g_min_S
    return Estimate(
        table=JumpTable(grid.conductance, grid.delta, cdf, counted.nearest, low, high),
        mean_bandwidth_S=mean_width * span,
        spread_bandwidth_S=spread_width * span,
        effective_pulses=total**2 / (near**2 @ counted.counts.sum(axis=0)),
        sparse_rows=np.flatnonzero(counted.within(grid.position, min(mean_width, spread_width)) < FEW_PULSES),
        buried_rows=removal.buried_rows,
        devices_whole=dealt is not None,
    )


def _measured(g_before_S: FloatArray, grid: Grid) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """(n_g,) position at which each row is estimated: its own where pulses were measured, else the nearest such one.

    Also whether it lies outside.
    """
    low, high = grid.positions(np.array([g_before_S.min(), g_before_S.max()]))
    place = np.clip(grid.position, low, high)
    return place, place != grid.position


def _fold(parts: npt.NDArray[np.float64], fold: int) -> npt.NDArray[np.float64]:
    """Sum over the groups that are left out together."""
    return parts[fold::FOLDS].sum(axis=0)


def _mean_width(counted: Counted) -> float:
    """Kernel width of the mean change with the least squared error of left-out pulses."""
    n, d = counted.counts.sum(axis=0), counted.sums.sum(axis=0)
    errors = []
    for width in _WIDTHS:
        weights = gaussian(centres(), centres(), counted.widths(centres(), width))
        error = 0.0
        for fold in range(FOLDS):
            left_n, left_d = _fold(counted.counts, fold), _fold(counted.sums, fold)
            fit = local_line(weights, centres(), n - left_n, d - left_d)
            error += float(np.sum(left_n * fit**2 - 2 * fit * left_d))
        errors.append(error)
    return float(_WIDTHS[int(np.argmin(errors))])


def _spread_width(counted: Counted, residuals: Residuals) -> float:
    """Kernel width of the distribution with the best ranked probability score of left-out pulses.

    Scored on coarser bins and levels, which changes the scores of all widths alike.
    """
    bins, levels = BINS // 4, GROUP_LEVELS // 2
    at = centres(bins)
    coarse = residuals.groups.reshape(-1, bins, 4, levels, 2).sum(axis=(2, 4), dtype=np.float64)
    cumulative = [np.cumsum(_fold(coarse, fold), axis=1) for fold in range(FOLDS)]
    everything = np.sum(cumulative, axis=0)
    scores = []
    for width in _WIDTHS:
        weights = gaussian(at, at, counted.widths(at, width))
        score = 0.0
        for left_out in cumulative:
            rest = weights @ (everything - left_out)
            cdf = rest / rest[:, -1:]
            n = left_out[:, -1:]
            score += float(np.sum(left_out * (1 - cdf) ** 2 + (n - left_out) * cdf**2))
        scores.append(score)
    return float(_WIDTHS[int(np.argmin(scores))])
