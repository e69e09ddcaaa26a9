"""What one programming pulse leaves behind, as the kernels of quantized synapses take it.

The samples of a device's states, or what stands in for them: a normal distribution of the same mean and width, or the
targets themselves. Devices that differ from one another are put into classes by rank: a device of a high class lands
high in every state, as a wall does whose own edges let it run far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from devicegen.errors import ConfigError, TableError
from devicegen.table import StateDistribution

FloatRows = npt.NDArray[np.float32]

Noise = Literal["device", "gaussian", "none"]

CLASSES = 16
"""Ranks of devices that differ from one another."""
CELLS = 1024
"""Equally likely outcomes of a pulse, for a class of devices or a normal distribution."""
_WITHIN_CLASS = 33


def quantizer_boundaries(n_states: int) -> FloatRows:
    """(n_states - 1,) weights in [-1, 1] from which on the quantizer takes the next level; ties go up.

    Source: Al Misba 2022, eq. 6: level = floor((m + 1)/D + 1/2) with D = 2/(n - 1).
    """
    return (-1 + (np.arange(1, n_states) - 0.5) * 2 / (n_states - 1)).astype(np.float32)


@dataclass(frozen=True)
class ProgrammedStates:
    """What one pulse leaves behind, and for which high-precision weights that will do.

    A reached weight is within tolerance of a run of neighbouring levels: comparing with its ends is all that a device
    needs that may have to be programmed again.

    boundaries : (n_states - 1,) of the quantizer
    targets    : (n_states,) weight that each state stands for
    reached    : (classes * n_states, most samples) device weight after a pulse; the states of a class together
    first, beyond : the same shape, uint8: the device may stay while first <= level < beyond; none: beyond is 0
    counts     : (classes * n_states,) samples of each
    """

    boundaries: FloatRows
    targets: npt.NDArray[np.float64]
    reached: FloatRows
    first: npt.NDArray[np.uint8]
    beyond: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.int64]

    @property
    def n_states(self) -> int:
        """States that are used."""
        return self.targets.size

    @property
    def classes(self) -> int:
        """Classes of devices that differ: 1 where all are alike."""
        return self.counts.size // self.n_states

    @property
    def for_kernel(self) -> tuple[np.ndarray, ...]:
        """Arrays as kernels take them; first where levels begin and end: -inf, `boundaries`, inf."""
        edges = np.concatenate(([-np.inf], self.boundaries, [np.inf])).astype(np.float32)
        return edges, self.reached, self.first, self.beyond, self.counts

    def fitting(self, row: int) -> npt.NDArray[np.bool_]:
        """Which outcomes of a row are within tolerance of its own state's target."""
        count, level = self.counts[row], row % self.n_states
        return (self.first[row, :count] <= level) & (level < self.beyond[row, :count])

    @classmethod
    def of(
        cls,
        states: StateDistribution,
        n_states: int,
        alpha: float,
        device: str,
        noise: Noise = "device",
        device_share: float = 0.0,
    ) -> ProgrammedStates:
        """Take `n_states` evenly spaced states of a distribution, first and last among them.

        noise        : what the pulses' outcomes are drawn from
        device_share : share of the outcomes' variance that belongs to the device, see `by_class`
        Raises: ConfigError when there are not that many states, TableError when no sample of a state is within
        `alpha` of its target, so that its devices would be programmed for ever.
        """
        found = states.control.size
        if n_states > found:
            raise ConfigError(
                f"device {device}: {n_states} states asked for, its table holds {found}. "
                f"Set n_states to at most {found}."
            )
        chosen = evenly(np.arange(found), n_states)
        targets = states.target[chosen]
        samples = [
            # rounded as the kernel has them, so that what is within tolerance here is so there
            outcomes(states.samples(int(state)), target, noise).astype(np.float32).astype(np.float64)
            for state, target in zip(chosen, targets, strict=True)
        ]
        nearest = np.array([np.abs(values - target).min() for target, values in zip(targets, samples, strict=True)])
        if nearest.max() > alpha:
            worst = int(nearest.argmax())
            raise TableError(
                f"device {device}: a pulse lands within alpha = {alpha:g} of the target {targets[worst]:g} with "
                f"probability 0 ({samples[worst].size} samples, the nearest {nearest[worst]:.3g} away): it would be "
                f"programmed for ever. Set alpha above {nearest[worst]:.3g}."
            )
        if device_share > 0:
            samples = by_class(samples, device_share)
        return cls.of_outcomes(targets, samples, alpha)

    @classmethod
    def of_outcomes(
        cls, targets: npt.NDArray[np.float64], samples: Sequence[npt.NDArray[np.float64]], alpha: float
    ) -> ProgrammedStates:
        """States of these targets, from equally likely outcomes of each; a multiple of them for classes of devices."""
        boundaries = quantizer_boundaries(targets.size)
        shape = (len(samples), max(values.size for values in samples))
        reached, first, beyond = np.zeros(shape, np.float32), np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
        for row, values in enumerate(samples):
            reached[row, : values.size] = values
            close = np.abs(reached[row, : values.size, None].astype(np.float64) - targets) <= alpha
            fits = close.any(axis=1)
            first[row, : values.size][fits] = close.argmax(axis=1)[fits]
            beyond[row, : values.size][fits] = targets.size - close[:, ::-1].argmax(axis=1)[fits]
        counts = np.array([values.size for values in samples], np.int64)
        return cls(boundaries, targets, reached, first, beyond, counts)


def evenly(values: npt.NDArray, n: int) -> npt.NDArray:
    """(n,) of the values, evenly spaced, first and last among them."""
    return values[np.round(np.linspace(0, values.size - 1, n)).astype(np.int64)]


def outcomes(samples: npt.NDArray[np.float64], target: float, noise: Noise) -> npt.NDArray[np.float64]:
    """Equally likely weights after a pulse: the device's samples, a normal distribution of their mean and standard
    deviation (cut off at -1 and 1), or the target alone.
    """  # fmt: skip
    if noise == "none":
        return np.array([target])
    if noise == "gaussian":
        quantiles = ndtri((np.arange(CELLS) + 0.5) / CELLS)
        return np.clip(samples.mean() + samples.std() * quantiles, -1, 1)
    return samples


def by_class(samples: Sequence[npt.NDArray[np.float64]], share: float) -> list[npt.NDArray[np.float64]]:
    """Outcomes of each class of devices, the states of a class together.

    A model of devices that differ (Gaussian copula): a device has a rank u of its own, the same in every state, each
    pulse adds its own e, both standard normal, and the pulse lands at the quantile Phi(sqrt(share) u + sqrt(1 - share)
    e) of the state's samples. All devices together land as the samples do, on notches too; two pulses on one device
    correlate by about `share`. A table has one pulse for each wall and state, so that the samples alone cannot tell.

    returns : `CLASSES` times the states, each (CELLS,) equally likely weights
    """
    # ranks u across each class, so that the classes together are the whole population
    inside = (np.arange(CLASSES * _WITHIN_CLASS) + 0.5) / (CLASSES * _WITHIN_CLASS)
    ranks = ndtri(inside).reshape(CLASSES, _WITHIN_CLASS)
    found = []
    for of_class in ranks:
        for values in samples:
            ordered = np.sort(values)
            edge = ndtri(np.arange(1, ordered.size) / ordered.size)
            below = ndtr((edge[:, None] - np.sqrt(share) * of_class) / np.sqrt(1 - share)).mean(axis=1)
            found.append(ordered[np.searchsorted(below, (np.arange(CELLS) + 0.5) / CELLS)])
    return found
