"""Pulses into conductance pairs, w = G+ - G-, wherever a row that opens meets a column that fires."""

from __future__ import annotations

import numpy as np
from numba import njit

from netsim.streams import next_uniform
from netsim.synapse.decay import STARTED, UNTOUCHED, of_layer, pair_levels
from netsim.synapse.firing import GAIN, PULSE
from netsim.synapse.jump import BLIND_RESET, BLIND_SET, CUT, RESET, SET, after_pulse

_0, _1 = np.float32(0), np.float32(1)


@njit(cache=True)
def _carried_out(gain, sign, change, row, column, up, streams):
    """Update a local gain; whether the update is carried out, which has the gain as its probability."""
    rise, decay, floor = change
    now = np.int8(1) if up else np.int8(-1)
    g = gain[row, column]
    if sign[row, column] == now:
        g = min(g + rise, _1)
    elif sign[row, column] != 0:
        g = max(g * decay, floor)
    gain[row, column], sign[row, column] = g, now
    return next_uniform(streams, GAIN) < g


@njit(cache=True)
def program(
    weight, plus, minus, device, gains, decay, layer, scale, changes, units, low, high, measured,
    rows, opened, columns, trains, delta, streams, pulses,
):  # fmt: skip
    """Pulses at the crossings, row by row: SET for the side that moves the weight the right way, RESET for the other.

    weight, plus, minus, device, pulses : of this layer; the other arguments as in `netsim.synapse.pair.train_examples`
    opened : (rows,) times that each row opens;  trains : (2, columns) SET and RESET pulses of each column
    """
    # arrays come one by one and the pair is worked on in place: tuples of arrays and further calls in this loop would
    # count references for each pulse, which costs more than the pulse
    if decay is not None:
        levels, clock, kind = of_layer(decay, layer)
    n_set = n_reset = n_cut = blind_sets = blind_resets = 0
    if measured is not None:
        set_low, set_high, reset_low, reset_high = measured
    for r in range(rows.size):
        row, times = rows[r], opened[r]
        for k in range(columns.size):
            column = columns[k]
            up = delta[column] < _0
            if gains is not None:
                if not _carried_out(gains[0][layer], gains[1][layer], gains[2], row, column, up, streams):
                    continue
            p, m = plus[row, column], minus[row, column]
            if decay is not None:
                up_level, down_level = pair_levels(levels, clock, kind, row, column)
                p, m = p * up_level, m * down_level
            rising, falling = (p, m) if up else (m, p)
            raised, lowered = (0, 1) if up else (1, 0)
            sets, resets = times * trains[0, k], times * trains[1, k]
            for _ in range(sets):
                if measured is not None:
                    blind_sets += (rising < set_low) | (rising > set_high)
                deviate = next_uniform(streams, PULSE)
                rising = after_pulse(
                    changes, units, low, high, device[row, column, raised], SET, rising, deviate
                )  # fmt: skip
                n_cut += rising >= high
            for _ in range(resets):
                if measured is not None:
                    blind_resets += (falling < reset_low) | (falling > reset_high)
                deviate = next_uniform(streams, PULSE)
                falling = after_pulse(
                    changes, units, low, high, device[row, column, lowered], RESET, falling, deviate
                )  # fmt: skip
                n_cut += falling <= low
            n_set += sets
            n_reset += resets
            p, m = (rising, falling) if up else (falling, rising)
            if decay is not None:
                if clock[row, column] == UNTOUCHED:
                    clock[row, column] = STARTED
                    up_level, down_level = pair_levels(levels, clock, kind, row, column)
                p, m = p / up_level, m / down_level
                weight[row, column] = scale * (p * up_level - m * down_level)
            else:
                weight[row, column] = scale * (p - m)
            plus[row, column], minus[row, column] = p, m
    pulses[SET] += n_set
    pulses[RESET] += n_reset
    pulses[CUT] += n_cut
    if measured is not None:
        pulses[BLIND_SET] += blind_sets
        pulses[BLIND_RESET] += blind_resets
