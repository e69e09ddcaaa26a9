"""Read noise: how large it is, from how the changes of successive pulses are related."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devicegen.pulses.record import BoolArray, PulseRecord
from devicegen.table import FloatArray

_BLOCK = 1 << 18


@dataclass(frozen=True)
class NoiseModel:
    """Standard deviation of one read: `sigma_S` [S], and `sigma_of_G` of the conductance more."""

    sigma_S: float
    sigma_of_G: float = 0.0

    def change_sigma(self, conductance_S: FloatArray) -> FloatArray:
        """What two reads add to the spread of a change at each conductance [S]."""
        return np.sqrt(2.0) * (self.sigma_S + self.sigma_of_G * conductance_S)


@dataclass(frozen=True)
class ReadNoise:
    """Standard deviation of one read [S], and its standard error; `how` says what it was taken from."""

    sigma_S: float
    error_S: float
    how: str


def read_noise(record: PulseRecord, residual_S: FloatArray) -> ReadNoise:
    """Read noise of a record.

    residual_S : (n,) change of each pulse less the mean change at its conductance [S]

    Where each pulse has its own reads before and after, the read after a pulse and the read before the next
    are two reads of one state: half the variance of their difference, about a straight line over the conductance, as
    what a device loses by itself between the two is no noise. Where they are one read, its error
    raises one change and lowers the next by as much: minus the covariance of successive residuals.
    Real memory of the device from pulse to pulse would show in the same covariance, and a slow wander hides it: then it
    comes out as zero.
    """
    follows = ~record.starts[1:]
    n = int(follows.sum())
    if n < 2:
        return ReadNoise(float("nan"), float("nan"), "not known: no two pulses follow each other")
    gap = record.g_before_S[1:] - record.g_after_S[:-1]
    if np.count_nonzero((gap != 0) & follows) > n // 2:
        slope = _take_out_relaxation(gap, record.g_after_S[:-1], follows)
        gap *= gap / (1 + (1 + slope) ** 2)  # what remains is one read's noise, and (1 + slope) times the other's
        values, how = gap, "reads of one state before and after"
    else:
        del gap
        values, how = -residual_S[1:] * residual_S[:-1], "covariance of successive changes"
    variance = float(values.mean(where=follows))
    sigma = float(np.sqrt(max(variance, 0.0)))
    values -= variance
    values *= values
    of_variance = float(np.sqrt(values.mean(where=follows) / n))
    return ReadNoise(sigma, of_variance / (2 * sigma) if sigma > 0 else float(np.sqrt(of_variance)), how)


def _take_out_relaxation(gap: FloatArray, g_S: FloatArray, follows: BoolArray) -> float:
    """Subtract from `gap`, in place and block by block, its straight line over the conductance `g_S`; its slope."""
    sums = np.zeros(5)
    for first in range(0, gap.size, _BLOCK):
        part = slice(first, first + _BLOCK)
        x, y = g_S[part][follows[part]], gap[part][follows[part]]
        sums += np.array([x.size, x.sum(), y.sum(), x @ x, x @ y])
    n, sx, sy, sxx, sxy = sums
    variance = sxx / n - (sx / n) ** 2
    slope = (sxy / n - sx * sy / n**2) / variance if variance > 0 else 0.0
    for first in range(0, gap.size, _BLOCK):
        part = slice(first, first + _BLOCK)
        gap[part] -= sy / n + slope * (g_S[part] - sx / n)
    return float(slope)
