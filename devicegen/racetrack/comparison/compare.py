"""Two ensembles state by state: mean, spread, outcomes and distribution of where their walls end.

The unit is the racetrack: its states share one outline, so that permutations and bootstraps move it whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from devicegen.errors import EngineError
from devicegen.racetrack.comparison import two_samples
from devicegen.racetrack.ensemble_file import Ensemble
from devicegen.racetrack.reduction import state_distribution
from devicegen.racetrack.reuse import motion
from devicegen.seeds import generator
from devicegen.table import OUTCOMES

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.05
"""Probability with which two ensembles that are alike are called different: half by one of their states, half by all
together."""
FEWEST = 8
"""Racetracks a state without which no distribution is compared."""
PERMUTATIONS = 4000

_DRAWS = 2000


@dataclass(frozen=True)
class StateComparison:
    """What one state's walls do in the first ensemble and in the second; differences are second less first.

    A wall that left the track counts as at the end by which it left, as in the table of the device.

    events                       : that the engine finished
    mean_m, spread_m             : of the position; spread with n - 1 [m]
    shift_m, shift_error_m       : difference of the means and its standard error [m]
    widening_m, widening_error_m : difference of the spreads, likewise, its error by a bootstrap [m]
    outcomes                     : share of the events with each outcome
    distance                     : of Anderson and Darling, between the two distributions of the position
    p_position, p_outcome        : that chance makes them as different, in position and in the share of walls kept
    adjusted_position, adjusted_outcome : the same among all tests of the comparison
    least_shift_m                : smallest shift of all walls that would have been detected; NaN: none on the track
    least_mean_m                 : smallest difference of the means that would have been
    least_share                  : smallest increase in the share of walls that are not kept that would have been
    """

    ku_J_m3: float
    events: tuple[int, int]
    mean_m: tuple[float, float]
    spread_m: tuple[float, float]
    shift_m: float
    shift_error_m: float
    widening_m: float
    widening_error_m: float
    outcomes: tuple[dict[str, float], dict[str, float]]
    distance: float
    p_position: float
    p_outcome: float
    adjusted_position: float
    adjusted_outcome: float
    least_shift_m: float
    least_mean_m: float
    least_share: float


@dataclass(frozen=True)
class Comparison:
    """Two ensembles beside each other.

    devices   : their names
    differ    : settings that differ, as the first and the second have them
    states    : the states that both have
    positions : for each state, positions of the walls in either [m]
    p_joint   : that chance makes all states together as different; permutations move whole racetracks
    shift_m, shift_error_m : by how much the second's walls end further right, mean of the states; standard error
    least_mean_m           : smallest such difference that would have been detected
    """

    devices: tuple[str, str]
    differ: dict[str, tuple[Any, Any]]
    length_m: float
    notches_m: tuple[float, ...]
    states: tuple[StateComparison, ...]
    positions: tuple[tuple[FloatArray, FloatArray], ...]
    p_joint: float
    shift_m: float
    shift_error_m: float
    least_mean_m: float

    @property
    def same(self) -> bool:
        """Whether nothing tells the two apart: no adjusted probability, nor the joint one, is below half of `LEVEL`."""
        found = [p for state in self.states for p in (state.adjusted_position, state.adjusted_outcome)]
        return min([*found, self.p_joint]) >= LEVEL / 2


def compare(first: Ensemble, second: Ensemble, permutations: int = PERMUTATIONS) -> Comparison:
    """Compare where two ensembles of single writes leave their walls; their sizes may differ.

    Where both have the same racetracks (one device, on one grid) the probabilities are larger than they need be.
    Raises EngineError for trains, tracks of different lengths, no common state, or too few racetracks.
    """
    _check(first, second)
    common = [ku for ku in first.config.anisotropies_J_m3 if ku in second.config.anisotropies_J_m3]
    parts = [_read(ensemble, common) for ensemble in (first, second)]
    position = np.concatenate([part[0] for part in parts], axis=1)
    in_first = np.arange(position.shape[1]) < parts[0][0].shape[1]
    for row, ku in zip(position, common, strict=True):
        for ensemble, mine in ((first, in_first), (second, ~in_first)):
            if (finished := int(np.isfinite(row[mine]).sum())) < FEWEST:
                raise EngineError(
                    f"{ensemble.device}: {finished} finished events at Ku = {ku:g} J/m3, expected at least {FEWEST} to "
                    "compare their distribution."
                )
    random = generator(first.root_seed, "comparison", "permutations")
    found, permuted = distances(position, in_first, permutations, random)
    p_position = two_samples.share_of_larger(found, permuted)
    p_joint = two_samples.share_of_larger(found.sum(keepdims=True), permuted.sum(axis=1, keepdims=True))
    level = LEVEL / 2 / (2 * len(common))  # of the first of Holm's steps
    length_m = first.config.geometry.length_m
    states, positions, p_values = [], [], []
    for index, ku in enumerate(common):
        a, b = (part[0][index][np.isfinite(part[0][index])] for part in parts)
        exact = two_samples.fisher(a.size, b.size)
        outcomes = tuple(_shares(part[1][index]) for part in parts)
        gone = [round((1 - shares["kept"]) * size) for shares, size in zip(outcomes, (a.size, b.size), strict=True)]
        shift_m, error = _difference(a, b)
        draws = generator(first.root_seed, "comparison", "draws", index)
        least = two_samples.least_shift(
            np.concatenate([a, b]),
            (a.size, b.size),
            float(np.quantile(permuted[:, index], 1 - level)),
            np.geomspace(0.5e-9, length_m, 60),
            length_m,
            draws,
        )
        states.append(
            StateComparison(
                ku_J_m3=ku,
                events=(a.size, b.size),
                mean_m=(float(a.mean()), float(b.mean())),
                spread_m=(float(a.std(ddof=1)), float(b.std(ddof=1))),
                shift_m=shift_m,
                shift_error_m=error,
                widening_m=float(b.std(ddof=1) - a.std(ddof=1)),
                widening_error_m=float(np.hypot(_spread_error(a, draws), _spread_error(b, draws))),
                outcomes=(outcomes[0], outcomes[1]),
                distance=float(found[index]),
                p_position=float(p_position[index]),
                p_outcome=float(exact[gone[0], gone[1]]),
                adjusted_position=float("nan"),
                adjusted_outcome=float("nan"),
                least_shift_m=least,
                least_mean_m=two_samples.least_mean_difference(error, level),
                least_share=two_samples.least_share(exact, gone[0] / a.size, level),
            )
        )
        positions.append((a, b))
        p_values += [states[-1].p_position, states[-1].p_outcome]
    adjusted = two_samples.holm(p_values)
    some = np.isfinite(position).any(axis=0)
    each = np.nanmean(position[:, some], axis=0)  # mean of the states of a racetrack, which resemble each other
    shift_m, shift_error_m = _difference(each[in_first[some]], each[~in_first[some]])
    return Comparison(
        devices=(first.device, second.device),
        differ=_differing(motion(first.config), motion(second.config)),
        length_m=length_m,
        notches_m=first.config.notch_positions_m,
        states=tuple(
            replace(state, adjusted_position=adjusted[2 * k], adjusted_outcome=adjusted[2 * k + 1])
            for k, state in enumerate(states)
        ),
        positions=tuple(positions),
        p_joint=float(p_joint[0]),
        shift_m=shift_m,
        shift_error_m=shift_error_m,
        least_mean_m=two_samples.least_mean_difference(shift_error_m, LEVEL / 2),
    )


def _check(first: Ensemble, second: Ensemble) -> None:
    for ensemble in (first, second):
        if ensemble.config.train is not None:
            raise EngineError(f"{ensemble.device}: holds trains of pulses, expected single writes to compare.")
    lengths = [ensemble.config.geometry.length_m for ensemble in (first, second)]
    if not np.isclose(*lengths, rtol=1e-6):
        raise EngineError(
            f"{second.device}: its track of {lengths[1]:g} m is not as long as that of {first.device}, "
            f"{lengths[0]:g} m: positions along them cannot be compared."
        )
    if not set(first.config.anisotropies_J_m3) & set(second.config.anisotropies_J_m3):
        raise EngineError(f"{first.device} and {second.device} have no state (no Ku) in common: nothing to compare.")


def _read(ensemble: Ensemble, common: list[float]) -> tuple[FloatArray, npt.NDArray[np.uint8]]:
    """(states, racetracks) position of the wall [m], NaN where the engine failed, and its outcome."""
    config = ensemble.config.model_copy(update={"expelled_wall": "sample"})
    states = state_distribution(replace(ensemble, config=config))
    rows = [config.anisotropies_J_m3.index(ku) for ku in common]
    return 0.5 * config.geometry.length_m * (1 + states.mz[rows]), states.outcome[rows]


def distances(
    position: FloatArray, in_first: npt.NDArray[np.bool_], permutations: int, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Distance of the two ensembles in each state, (states,), and of as many permutations, (permutations, states).

    position : (states, racetracks) of the walls of both, NaN where there is none
    in_first : (racetracks,) True for those of the first ensemble
    """
    dealt = np.concatenate([in_first[None], random.permuted(np.tile(in_first, (permutations, 1)), axis=1)])
    there = np.isfinite(position)
    rows = zip(position, there, strict=True)
    all_of_them = np.stack([two_samples.anderson_darling(row[known], dealt[:, known]) for row, known in rows], axis=1)
    return all_of_them[0], all_of_them[1:]


def _shares(outcome: npt.NDArray[np.uint8]) -> dict[str, float]:
    """Share of the events that the engine finished with each outcome."""
    finished = outcome[outcome != OUTCOMES.index("failed")]
    return {name: float(np.mean(finished == k)) for k, name in enumerate(OUTCOMES) if name != "failed"}


def _difference(a: FloatArray, b: FloatArray) -> tuple[float, float]:
    """Difference of two means, second less first, and its standard error."""
    return float(b.mean() - a.mean()), float(np.sqrt(a.var(ddof=1) / a.size + b.var(ddof=1) / b.size))


def _spread_error(values: FloatArray, random: np.random.Generator) -> float:
    drawn = values[random.integers(0, values.size, (_DRAWS, values.size))]
    return float(drawn.std(axis=1, ddof=1).std())


def _differing(first: Any, second: Any, place: str = "") -> dict[str, tuple[Any, Any]]:
    """Settings that differ between two blocks, by their dotted names."""
    if isinstance(first, dict) and isinstance(second, dict):
        found: dict[str, tuple[Any, Any]] = {}
        for key in [*first, *(key for key in second if key not in first)]:
            found |= _differing(first.get(key), second.get(key), f"{place}.{key}" if place else key)
        return found
    return {} if first == second else {place: (first, second)}
