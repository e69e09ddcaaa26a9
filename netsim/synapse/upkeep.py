"""What happens to conductance pairs between examples: occasional RESET, drift and leakage (Fumarola 2016, II).

Times are counted in examples. Drift and leakage act on the conductance above g_min.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from netsim.streams import next_uniform
from netsim.synapse.jump import RESET, SET, after_pulse
from netsim.synapse.pair import PULSE

DECAY_INTERVAL = 10
"""Examples between two updates of drift and leakage; within them conductances stand still."""

NARROW = np.float32(0.5)
"""A pair is reset when its larger conductance is `full` or more and the two differ by at most this part of `full`."""

EMPTY = np.float32(0.1)
MOST_PULSES = 50
"""RESET is repeated until the conductance is below EMPTY, SET until the difference is back; at most so often each."""


@njit(cache=True)
def _empty(changes, units, device, g, streams, pulses):
    for _ in range(MOST_PULSES):
        g = after_pulse(changes, units, device, RESET, g, next_uniform(streams, PULSE))
        pulses[RESET] += 1
        if g < EMPTY:
            break
    return g


@njit(cache=True)
def reset_full_pairs(weight, plus, minus, device, clock, now, width, scale, full, changes, units, streams, pulses):
    """Occasional RESET of one layer: empty full and nearly equal pairs, write their difference back by SET.

    clock  : (inputs + bias, padded outputs) int32 round of the last RESET of each pair; set to `now` for those reset
    full   : conductance from which on SET pulses do little, float32 (see `netsim.synapse.jump.PulseResponse`)
    pulses : (2,) int64 SET and RESET pulses, counted up
    """
    for row in range(weight.shape[0]):
        for column in range(width):
            p, m = plus[row, column], minus[row, column]
            if max(p, m) < full or abs(p - m) > NARROW * full:
                continue
            difference = p - m
            p = _empty(changes, units, device[0, row, column], p, streams, pulses)
            m = _empty(changes, units, device[1, row, column], m, streams, pulses)
            for _ in range(MOST_PULSES):
                if difference > 0:
                    if p - m >= difference:
                        break
                    p = after_pulse(changes, units, device[0, row, column], SET, p, next_uniform(streams, PULSE))
                else:
                    if p - m <= difference:
                        break
                    m = after_pulse(changes, units, device[1, row, column], SET, m, next_uniform(streams, PULSE))
                pulses[SET] += 1
            plus[row, column], minus[row, column] = p, m
            weight[row, column] = scale * (p - m)
            clock[row, column] = now


def drift_factors(reset_times: np.ndarray, before: int, after: int, exponent: float) -> np.ndarray:
    """What drift leaves of a conductance from example `before` to `after`, for each time of the last RESET.

    G is proportional to (t/t0)^-exponent since the RESET, t0 one example; SET pulses in between add to it and leave
    the clock. float32.
    """
    old = np.maximum(before - reset_times, 1).astype(np.float64)
    new = np.maximum(after - reset_times, 1).astype(np.float64)
    return ((new / old) ** -exponent).astype(np.float32)


@njit(cache=True)
def decay(weight, plus, minus, clock, factors, scale):
    """Let the conductances of one layer fall to ``factors[clock]`` of themselves."""
    for row in range(weight.shape[0]):
        for column in range(weight.shape[1]):
            factor = factors[clock[row, column]]
            plus[row, column] *= factor
            minus[row, column] *= factor
            weight[row, column] = scale * (plus[row, column] - minus[row, column])
