"""How far the walls of a racetrack are from what the paper says of its own: one number, with its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devicegen.racetrack.config import State
from devicegen.seeds import generator

FloatArray = npt.NDArray[np.float64]

_DRAWS = 400


@dataclass(frozen=True)
class Targets:
    """What Al Misba 2022 publishes of its distributions, and how far off counts as one unit of the score.

    The means of the states are their targets; but the paper's highest state lands within the tolerance of +1 in 6 %
    of the writes only, so that its mean must lie well below: at least `last_mean` is asked of it.
    """

    last_mean: float = 0.6
    mean_unit: float = 0.1
    spread: float = 0.30
    spread_unit: float = 0.05
    success: float = 0.06
    success_unit: float = 0.05
    tolerance: float = 0.15


@dataclass(frozen=True)
class Score:
    """Sum of squared distances from the targets, in units; the arrays have one entry a state.

    total_std and mean_error are standard errors by a bootstrap over racetracks.
    """

    total: float
    total_std: float
    mean: FloatArray
    mean_error: FloatArray
    spread: FloatArray
    success: float


def score(weights: FloatArray, states: Sequence[State], targets: Targets, seed: int) -> Score:
    """Score of the weights of `weights` (states, racetracks); NaN where an event failed.

    All states of a racetrack are drawn together in the bootstrap, as they share its roughness.
    """
    aims = np.array([state.target for state in states])
    total, mean, spread, success = _distance(weights, aims, targets)
    random = generator(seed, "calibration", "bootstrap")
    drawn = random.integers(0, weights.shape[1], (_DRAWS, weights.shape[1]))
    resampled = [_distance(weights[:, columns], aims, targets) for columns in drawn]
    return Score(
        total=total,
        total_std=float(np.std([one[0] for one in resampled])),
        mean=mean,
        mean_error=np.std([one[1] for one in resampled], axis=0),
        spread=spread,
        success=success,
    )


def _distance(weights: FloatArray, aims: FloatArray, targets: Targets) -> tuple[float, FloatArray, FloatArray, float]:
    mean, spread = np.nanmean(weights, axis=1), np.nanstd(weights, axis=1)
    last = weights[-1][np.isfinite(weights[-1])]
    success = float(np.mean(np.abs(last - aims[-1]) <= targets.tolerance))
    off = (mean - aims) / targets.mean_unit
    off[-1] = min((mean[-1] - targets.last_mean) / targets.mean_unit, 0.0)
    total = (
        float(np.sum(off**2))
        + ((float(spread.mean()) - targets.spread) / targets.spread_unit) ** 2
        + ((success - targets.success) / targets.success_unit) ** 2
    )
    return total, mean, spread, success
