"""Occasional RESET: what keeps devices that are trained by SET pulses only from filling up (Fumarola 2016, I-B)."""

from __future__ import annotations

from numba import njit

from netsim.streams import next_uniform
from netsim.synapse.decay import of_layer, pair_levels
from netsim.synapse.firing import PULSE
from netsim.synapse.jump import BLIND_RESET, BLIND_SET, RESET, SET, after_pulse

MOST_PULSES = 100
"""RESET is repeated until the conductance is low, SET until the difference is back; at most so often each."""


@njit(cache=True)
def _emptied(changes, units, low, high, measured, device, g, empty, streams, pulses):
    for _ in range(MOST_PULSES):
        if measured is not None:
            pulses[BLIND_RESET] += (g < measured[2]) | (g > measured[3])
        g = after_pulse(changes, units, low, high, device, RESET, g, next_uniform(streams, PULSE))
        pulses[RESET] += 1
        if g < empty:
            break
    return g


@njit(cache=True)
def reset_full_pairs(
    weight, plus, minus, device, decay, layer, now, width, scale, limits, response, measured, streams, pulses
):
    """Occasional RESET of one layer: empty full and nearly equal pairs, write their difference back by SET.

    decay  : None, or see `netsim.synapse.decay.Decay.in_kernel`; now: number of this round, set for those reset
    limits : (full, narrow, empty, precise) float32: a pair is RESET when its larger conductance is `full` or more
             (see `netsim.synapse.jump.PulseResponse`) and the two differ by at most `narrow`; RESET ends below `empty`,
             writing back when `precise` is all that is missing of the difference
    measured : see `netsim.synapse.pair.train_examples`
    pulses : (COUNTS,) int64, counted up but for `CUT`
    """
    full, narrow, empty, precise = limits
    changes, units, low, high = response
    if decay is not None:
        levels, clock, kind = of_layer(decay, layer)
    for row in range(weight.shape[0]):
        for column in range(width):
            p, m = plus[row, column], minus[row, column]
            if decay is not None:
                up_level, down_level = pair_levels(levels, clock, kind, row, column)
                p, m = p * up_level, m * down_level
            difference = p - m
            if max(p, m) < full or abs(difference) > narrow:
                continue
            p = _emptied(changes, units, low, high, measured, device[row, column, 0], p, empty, streams, pulses)
            m = _emptied(changes, units, low, high, measured, device[row, column, 1], m, empty, streams, pulses)
            for _ in range(MOST_PULSES):
                if difference > 0:
                    if p - m >= difference - precise:
                        break
                    if measured is not None:
                        pulses[BLIND_SET] += (p < measured[0]) | (p > measured[1])
                    p = after_pulse(
                        changes, units, low, high, device[row, column, 0], SET, p, next_uniform(streams, PULSE)
                    )
                else:
                    if p - m <= difference + precise:
                        break
                    if measured is not None:
                        pulses[BLIND_SET] += (m < measured[0]) | (m > measured[1])
                    m = after_pulse(
                        changes, units, low, high, device[row, column, 1], SET, m, next_uniform(streams, PULSE)
                    )
                pulses[SET] += 1
            if decay is not None:
                clock[row, column] = now
                up_level, down_level = pair_levels(levels, clock, kind, row, column)
                p, m = p / up_level, m / down_level
            plus[row, column], minus[row, column] = p, m
            if decay is not None:
                weight[row, column] = scale * (p * up_level - m * down_level)
            else:
                weight[row, column] = scale * (p - m)
