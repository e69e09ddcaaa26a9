"""Drift of a conductance after its last RESET, on a logarithmic and a linear axis of time (Fumarola 2016, Fig. 9)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from netsim.figures.style import COLOURS, figure
from netsim.synapse.decay import STARTED, Decay, drift_exponents

LONGEST = 1e8
"""Examples since RESET up to which the logarithmic axis goes."""

SHORTEST = 100
"""... and the linear one."""


def conductance_left(examples: npt.ArrayLike, exponent: float) -> npt.NDArray[np.float64]:
    """(n,) conductance at times since RESET, over that one example after it: what networks see of a drifting device."""
    decay = Decay(drift_exponents(exponent, 0.0), np.inf, (), (), ())
    left = []
    for now in np.asarray(examples):
        decay.advance(round(float(now)), (), ())
        left.append(float(decay.levels[0, STARTED]))
    return np.array(left)


def drift_quantities(exponents: Sequence[float]) -> dict[str, float]:
    """What is left of the conductance after a hundred examples, for each exponent nu."""
    return {
        f"conductance left after {SHORTEST} examples at drift {exponent:g}": float(
            conductance_left([SHORTEST], exponent)[0]
        )
        for exponent in exponents
    }


def draw_drift(exponents: Sequence[float], path: Path) -> None:
    """Relative conductance against the time since RESET in examples, a line for each nu."""
    with figure(path, 7.2, 2.9) as drawing:
        linear, logarithmic = drawing.subplots(1, 2, sharey=True)
        for axes, time in ((linear, np.arange(1, SHORTEST + 1)), (logarithmic, np.geomspace(1, LONGEST, 161).round())):
            for colour, exponent in zip(COLOURS, exponents, strict=False):
                axes.plot(time, conductance_left(time, exponent), color=colour, label=f"ν = {exponent:g}")
            axes.set_xlabel("time since RESET [examples]")
        logarithmic.set_xscale("log")
        linear.set_ylim(0, 1.02)
        linear.set_ylabel("relative conductance")
        drawing.suptitle("Fig. 9: drift after a RESET", fontsize=9, fontweight="bold")
        linear.legend(loc="lower left")
