"""What a scorecard says of a device, and the sentences that sum it up."""

from __future__ import annotations

from dataclasses import dataclass

from netsim.config import Setting
from netsim.config.scorecard import ScorecardConfig
from netsim.unmeasured import Range, Unmeasured

CLEAR = 2.0
"""A difference is clear when it is more than so many of its standard errors."""


@dataclass(frozen=True)
class Score:
    """How well a network learnt: means over the seeds, accuracies in percent.

    test_error : standard error of the mean test accuracy
    pulses     : of the whole training;  energy_J: of these pulses, None where the table states no energies
    settings   : at which, where they were tried
    unmeasured : shares of its pulses that were fired where nobody measured them; None where nobody knows
    """

    test: float
    test_error: float
    train: float
    pulses: float
    energy_J: float | None
    settings: dict[str, Setting]
    unmeasured: Unmeasured | None = None


@dataclass(frozen=True)
class FlawCost:
    """What one flaw costs, in percentage points of test accuracy, with standard errors.

    without : the score without it, all other flaws there;  gives_back: how much more that is than with all
    alone   : the score with it, all other flaws gone;  costs_alone: how much less that is than with none
    """

    flaw: str
    without: Score
    gives_back: float
    gives_back_error: float
    alone: Score
    costs_alone: float
    costs_alone_error: float


@dataclass(frozen=True)
class Tried:
    """One point of the sweep over settings of the device as it is."""

    settings: dict[str, Setting]
    test: float


@dataclass(frozen=True)
class PairScore:
    """A device in networks of conductance pairs.

    as_it_is, ideal, floating_point : with all flaws, with none, and without a device
    set_only : whether the device is trained by SET pulses and occasional RESET
    flaws    : each that the device has, the dearest first;  none_of: those that it does not have
    tried    : the sweep that found the settings
    """

    as_it_is: Score
    ideal: Score
    floating_point: Score
    set_only: bool
    flaws: tuple[FlawCost, ...]
    none_of: tuple[str, ...]
    tried: tuple[Tried, ...]


@dataclass(frozen=True)
class QuantizedScore:
    """A device in quantized networks, trained in situ.

    exact   : the score of a device whose pulses land on the states' targets, each of them
    lost    : points from floating point to that, with their standard error: what so few states cost
    spread  : points from there to the device as it is, with their standard error: what its pulses cost
    levels  : write-verify levels that were made of its jump-tables; None for a device that has states
    """

    as_it_is: Score
    exact: Score
    floating_point: Score
    lost: tuple[float, float]
    spread: tuple[float, float]
    n_states: int
    levels: int | None = None


@dataclass(frozen=True)
class Scorecard:
    """All that a scorecard says of a device; what its table has nothing for is None.

    not_quantized : why it was not trained in quantized networks, where it was not
    measured      : in which part of its range pulses were measured; None where its table does not state it
    """

    device: str
    synthetic: bool
    settings: ScorecardConfig
    pair: PairScore | None
    quantized: QuantizedScore | None
    not_quantized: str = ""
    measured: Range | None = None

    @property
    def cautions(self) -> list[str]:
        """A sentence for each scheme and kind of pulse of which many were fired where nobody measured them."""
        scored = (("pair", self.pair), ("quantized", self.quantized))
        return [
            f"{scheme}: {words}"
            for scheme, score in scored
            if self.measured is not None and score is not None and score.as_it_is.unmeasured is not None
            for words in self.measured.warnings(score.as_it_is.unmeasured, 1)
        ]


def verdict(score: PairScore) -> str:
    """Which flaw costs most, in a sentence."""
    lost = score.floating_point.test - score.as_it_is.test
    begin = f"{abs(lost):.1f} points {'below' if lost >= 0 else 'above'} floating point"
    dearest = max(score.flaws, key=lambda cost: cost.gives_back, default=None)
    if dearest is not None and dearest.gives_back > CLEAR * dearest.gives_back_error:
        given = f"{dearest.gives_back:.1f} ± {dearest.gives_back_error:.1f}"
        return f"{begin}; without its {_words(dearest.flaw)} it would gain {given} points, more than without any other."
    alone = max(score.flaws, key=lambda cost: cost.costs_alone, default=None)
    if alone is not None and alone.costs_alone > CLEAR * alone.costs_alone_error:
        cost = f"{alone.costs_alone:.1f} ± {alone.costs_alone_error:.1f}"
        return (
            f"{begin}; no flaw's removal alone helps clearly, and {_words(alone.flaw)} alone would cost {cost} points."
        )
    return f"{begin}; no flaw costs more than the seeds differ."


def _words(flaw: str) -> str:
    return flaw.replace("_", " ")


def quantized_verdict(score: QuantizedScore) -> str:
    """What the number of states costs and what the device's pulses do, in a sentence."""
    below = score.floating_point.test - score.as_it_is.test
    missing = _priced("cost", "gain", score.spread)
    kind = "states" if score.levels is None else "levels"
    return (
        f"{abs(below):.1f} points {'below' if below >= 0 else 'above'} floating point: having {score.n_states} {kind} "
        f"{_priced('costs', 'gains', score.lost)}, pulses that miss their targets {missing}."
    )


def _priced(costs: str, gains: str, points: tuple[float, float]) -> str:
    return f"{costs if points[0] >= 0 else gains} {abs(points[0]):.1f} ± {points[1]:.1f}"
