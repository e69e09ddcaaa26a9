"""What goes wrong with quantized synapses: devices that are stuck, and walls that hop to the next notch.

Weights come and go per layer as (inputs [+ bias], padded outputs) float32; the padding stays zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from netsim.config.quantized import StuckAt
from netsim.synapse.quantized_states import FloatRows, ProgrammedStates


def choose_stuck(
    shape: tuple[int, int], share: float, where: StuckAt, states: ProgrammedStates, draw: np.random.Generator
) -> tuple[npt.NDArray[np.bool_], FloatRows]:
    """Which devices are stuck, each with probability `share`, and the weight each of them has.

    where : at the lowest or the highest state's target, or where a pulse of any state left it
    """
    stuck = draw.random(shape) < share
    if where == "anywhere":
        row = draw.integers(0, states.counts.size, shape)
        weights = states.reached[row, draw.integers(0, states.counts[row])]
    else:
        weights = np.full(shape, states.targets[0 if where == "low" else -1], np.float32)
    return stuck, weights


def with_stuck(
    weights: Sequence[FloatRows],
    layers: tuple[int, ...],
    share: float,
    where: StuckAt,
    states: ProgrammedStates,
    draw: np.random.Generator,
) -> list[FloatRows]:
    """The weights with a share of all devices stuck."""
    out = []
    for w, width in zip(weights, layers[1:], strict=True):
        faulty = w.copy()
        stuck, at = choose_stuck((len(w), width), share, where, states, draw)
        faulty[:, :width] = np.where(stuck, at, w[:, :width])
        out.append(faulty)
    return out


def after_hops(
    weights: Sequence[FloatRows], layers: tuple[int, ...], hops: float, hop_weight: float, draw: np.random.Generator
) -> list[FloatRows]:
    """The weights after each wall hopped as often as a Poisson process says, to either side alike.

    hops       : mean number for a wall: rate times time
    hop_weight : weight between neighbouring notches; no wall leaves the track
    A net current of hops to one side, as a stray field would drive it, is not modelled.
    """
    out = []
    for w, width in zip(weights, layers[1:], strict=True):
        aged = w.copy()
        number = draw.poisson(hops, (len(w), width))
        net = 2 * draw.binomial(number, 0.5) - number
        aged[:, :width] = np.clip(w[:, :width] + np.float32(hop_weight) * net.astype(np.float32), -1, 1)
        out.append(aged)
    return out
