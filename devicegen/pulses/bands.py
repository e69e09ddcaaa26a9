"""How certain an estimated table is: the band within which its CDF comes out when the pulses are drawn again.

A bootstrap over groups of pulses. Neighbours lie in the same group, so that what ties them together (read noise that
two changes share, a slow wander of the device) does not make the band too narrow. Each group gets a random weight with
an exponential distribution (Rubin 1981) instead of being drawn or not, so that no row is ever without pulses.
The kernel widths stay as they are: their own bias and uncertainty are not in the band.
"""

from __future__ import annotations

import numpy as np

from devicegen.pulses.deconvolve import NoiseRemoval
from devicegen.pulses.histogram import GROUP_LEVELS, GROUPS, LEVELS, Counted, Grid, Residuals, centres
from devicegen.pulses.local import local_line
from devicegen.seeds import generator
from devicegen.table import FloatArray

BAND = (0.05, 0.95)
"""Quantiles of the band: at each point of the table, nine in ten replicates lie within it."""
REPLICATES = 100

_SEED = 1979


def bootstrap_band(
    counted: Counted,
    residuals: Residuals,
    weights: FloatArray,
    near: FloatArray,
    mean_S: FloatArray,
    grid: Grid,
    at: FloatArray,
    removal: NoiseRemoval,
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper edge (n_g, n_d) of the CDF's band.

    weights : (BINS, BINS) kernel of the mean change
    near    : (n_g, BINS) kernel of the distribution at each conductance of the grid
    mean_S  : (n_g,) mean change at each conductance of the grid [S]
    at      : (n_g,) position at which each row of the grid is estimated
    removal : what was taken out of the estimate; the band is deformed as the estimate was
    """
    draws = generator(_SEED, "bands").exponential(size=(REPLICATES, GROUPS))
    share = draws / draws.sum(axis=1, keepdims=True)
    n = share @ counted.counts  # (replicates, BINS)
    shift = _shift(weights, near, n, share @ residuals.sums, at)
    parts = np.cumsum([near @ group for group in residuals.groups], axis=2)  # (groups, n_g, levels)
    rows = (share @ parts.reshape(GROUPS, -1)).reshape(REPLICATES, near.shape[0], GROUP_LEVELS)
    rows /= rows[:, :, -1:]
    levels = residuals.levels[LEVELS // GROUP_LEVELS - 1 :: LEVELS // GROUP_LEVELS]
    replicates = np.empty((REPLICATES, near.shape[0], grid.delta.size))
    for row, centre in enumerate(mean_S):
        at = removal.observed(row, grid.delta - centre, residuals.levels)
        for replicate in range(REPLICATES):
            x = at - shift[replicate, row]
            replicates[replicate, row] = np.interp(x, levels, rows[replicate, row], left=0.0, right=1.0)
    low, high = np.quantile(replicates, BAND, axis=0, overwrite_input=True)
    return low, high


def _shift(weights: FloatArray, near: FloatArray, n: FloatArray, sums: FloatArray, at: FloatArray) -> FloatArray:
    """(replicates, n_g) by how much each replicate moves the distribution [S].

    A replicate has a mean of its own. Its residuals are counted from it, at the conductances where they arose, and put
    back onto it at the grid's: what remains is the difference of the two, to first order.
    """
    moved = local_line(weights, centres(), n.T, sums.T)  # (BINS, replicates)
    at_grid = np.array([np.interp(at, centres(), column) for column in moved.T])
    borrowed = (near @ (n.T * moved)) / (near @ n.T)
    return at_grid - borrowed.T
