"""Taking the read noise out of a jump-table.

A measured change is the difference of two reads: its distribution about the mean is the device's own, blurred by
a Gaussian of √2 times the read noise. The distribution is first narrowed to the variance that is left without the
noise, which is all there is to do for a Gaussian; steps of expectation maximisation (Richardson and Lucy) then bring
its shape, blurred again, nearer to what was seen. The mean is moved from the conductance that was read to the one that
the device had. docs/devices/measured.md says how far either works.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, rfft

from devicegen.pulses.histogram import Counted, Grid, centres
from devicegen.pulses.local import gaussian
from devicegen.pulses.noise import NoiseModel
from devicegen.table import FloatArray

STEPS = 30
"""Steps of expectation maximisation: enough for the skewness, too few to turn the noise of few pulses into spikes."""
LEAST_SPREAD = 0.2
"""No row is narrowed to less than this part of the spread that was seen."""

DENSITY_WIDTH = 0.02
"""Least kernel width of the density of the reads, in parts of the range; wider where half the read noise is."""


@dataclass(frozen=True)
class NoiseRemoval:
    """CDFs of the residual before and after, (n_g, levels), and the rows whose spread was hardly more than noise."""

    before: FloatArray
    rows: FloatArray
    buried_rows: npt.NDArray[np.int64]

    @classmethod
    def none(cls, rows: FloatArray) -> NoiseRemoval:
        """Nothing taken out."""
        return cls(rows, rows, np.empty(0, np.int64))

    def observed(self, row: int, residual_S: FloatArray, levels_S: FloatArray) -> FloatArray:
        """Residuals as they were seen that have become `residual_S`: those of the same probability."""
        if self.before is self.rows:
            return residual_S
        probability = np.interp(residual_S, levels_S, self.rows[row])
        rising = np.concatenate([[True], np.diff(self.before[row]) > 1e-12])
        seen = np.interp(probability, self.before[row][rising], levels_S[rising])
        outside = (probability <= 0.0) | (probability >= 1.0)
        return np.where(outside, residual_S, seen)


def remove_noise(rows: FloatArray, levels_S: FloatArray, sigma_S: FloatArray) -> NoiseRemoval:
    """Take Gaussian noise out of distributions.

    rows     : (n_g, levels) CDFs of the residual
    levels_S : (levels,) where they are given, in equal steps
    sigma_S  : (n_g,) standard deviation of the noise of a change, √2 times that of a read
    """
    step = levels_S[1] - levels_S[0]
    chance = np.diff(rows, axis=1, prepend=0.0)
    mean = chance @ levels_S
    variance = np.maximum(chance @ levels_S**2 - mean**2, step**2 / 12)
    left = 1.0 - sigma_S**2 / variance
    narrowing = np.sqrt(np.maximum(left, LEAST_SPREAD**2))
    start = np.array(
        [
            np.interp(centre + (levels_S - centre) / narrow, levels_S, row, left=0.0, right=1.0)
            for row, centre, narrow in zip(rows, mean, narrowing, strict=True)
        ]
    )
    blur = np.sqrt((1.0 - narrowing**2) * variance) / step  # what was taken out, which is what is blurred back
    found = _sharpened(chance, np.diff(start, axis=1, prepend=0.0), blur)
    cdf = np.minimum(np.cumsum(found, axis=1), 1.0)
    cdf[:, -1] = 1.0
    return NoiseRemoval(rows, cdf, np.flatnonzero(left < LEAST_SPREAD**2))


def mean_of_the_device(counted: Counted, mean_S: FloatArray, noise: NoiseModel, grid: Grid) -> FloatArray:
    """Mean change at the device's own conductance, from that at the conductance that was read.

    A read that stands where few reads are is more often wrong towards them, and the change that follows seems to lead
    back. By how much the density p of the reads tells: the device is at G + σ²·d(ln p)/dG on average (Tweedie's
    formula), and the change that was seen contains that step back.

    mean_S  : (BINS,) mean change at the middles of the bins, by the reads [S]
    returns : (BINS,) the same by the device's conductance
    """
    span = grid.g_max_S - grid.g_min_S
    at = centres()
    sigma = noise.change_sigma(grid.g_min_S + span * at) / (np.sqrt(2.0) * span)
    width = np.maximum(counted.widths(at, DENSITY_WIDTH), 0.5 * sigma)
    weights = gaussian(at, at, width)
    n = counted.counts.sum(axis=0)
    score = (weights @ (n * at) / (weights @ n) - at) / width**2
    back = np.clip(sigma**2 * score, -2 * sigma, 2 * sigma)
    device = np.maximum.accumulate(at + back)
    return np.interp(at, device, mean_S - span * back)


def _sharpened(seen: FloatArray, start: FloatArray, sigma: FloatArray) -> FloatArray:
    """Expectation maximisation from `start`, for distributions (n_g, levels) blurred by `sigma` (n_g,) levels."""
    n = seen.shape[1]
    size = 1 << int(n + 8 * sigma.max()).bit_length()  # room for the blur, and fast
    frequency = 2 * np.pi * np.arange(size // 2 + 1) / size
    transfer = np.exp(-0.5 * (frequency[None, :] * sigma[:, None]) ** 2)

    def blurred(values: FloatArray) -> FloatArray:
        # the kernel is symmetric, so that this is its own transpose
        turned = np.asarray(rfft(values, size, axis=1)) * transfer
        return np.maximum(np.asarray(irfft(turned, size, axis=1))[:, :n], 0.0)

    found = start
    for _ in range(STEPS):
        found = found * blurred(seen / np.maximum(blurred(found), 1e-9))
        found /= found.sum(axis=1, keepdims=True)
    return found
