"""Local fits with a Gaussian kernel, from counts and sums in bins."""

from __future__ import annotations

import numpy as np

from devicegen.pulses.histogram import BINS, centres
from devicegen.table import FloatArray


def gaussian(at: FloatArray, middles: FloatArray, width: FloatArray) -> FloatArray:
    """(n_at, n_bins) weights of the bins at each place, 1 at no distance; `width` (n_at,) standard deviations."""
    return np.exp(-0.5 * ((at[:, None] - middles[None, :]) / width[:, None]) ** 2)


def local_line(weights: FloatArray, at: FloatArray, n: FloatArray, d: FloatArray) -> FloatArray:
    """Local-linear fit of values of which only bin counts and bin sums are known.

    weights : (n_at, BINS) weights of the bins at each place
    at      : (n_at,) the places
    n, d    : (BINS,) or (BINS, k) counts and sums; with k columns, k fits at once
    returns : (n_at,) or (n_at, k)
    The slope is shrunk where the pulses under the kernel lie at nearly one conductance, and so do not tell it.
    """
    x, places = (centres(), at) if n.ndim == 1 else (centres()[:, None], at[:, None])
    s0, s1, s2 = (weights @ (n * x**power) for power in (0, 1, 2))
    t0, t1 = weights @ d, weights @ (d * x)
    centre, mean = s1 / s0, t0 / s0
    variance = np.maximum(s2 / s0 - centre**2, 0.0)
    slope = (t1 / s0 - centre * mean) / (variance + 1.0 / BINS**2)
    reach = np.sqrt(variance)
    return mean + slope * np.clip(places - centre, -2 * reach, 2 * reach)
