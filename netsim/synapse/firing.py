"""Which rows open and which columns fire: pulses that a crossbar's edges can send (Fumarola 2016, section III-C).

An upstream neuron knows its own x only, a downstream neuron its own error only. Each has a few time slots an example.
Upstream neuron i opens its row in each of its N_x slots, once for all columns; downstream neuron j fires a train of
at most N_delta pulses. A device is programmed where both meet: as often as its row opened, times the column's train.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from netsim.streams import next_uniform

UPSTREAM, DOWNSTREAM, PULSE, GAIN, READ = 0, 1, 2, 3, 4
PURPOSES = ("upstream", "downstream", "pulse", "gain", "read")
"""Streams of random numbers, in the order in which the kernels index them."""

_HALF = np.float32(0.5)


@njit(cache=True)
def times_opened(x, opening, slots, at_random, streams):
    """In how many of its slots a row opens: each with probability opening x, or that share of them, rounded."""
    if at_random:
        n = 0
        for _ in range(slots):
            if next_uniform(streams, UPSTREAM) < opening * x:
                n += 1
        return n
    return min(np.int64(np.floor(opening * x * np.float32(slots) + _HALF)), slots)


@njit(cache=True)
def train_length(mean, longest, at_random, streams):
    """Pulses of a train, at most `longest`: `mean` rounded so that it is met on average, or to the nearest number."""
    whole = np.floor(mean)
    if at_random:
        extra = 1 if next_uniform(streams, DOWNSTREAM) < mean - whole else 0
        return min(np.int64(whole) + extra, longest)
    return min(np.int64(np.floor(mean + _HALF)), longest)


@njit(cache=True)
def fire_columns(delta, width, x, firing, streams, columns, trains):
    """List the columns that fire, with the lengths of their SET and RESET trains; returns how many.

    x      : factor of all mean lengths: 1 in a crossbar, the row's own output in the ideal outer product
    firing : see `netsim.synapse.pair.train_examples`
    """
    set_rate, reset_rate, longest, threshold, at_random = firing
    n = 0
    for j in range(width):
        size = abs(delta[j])
        if size > threshold:
            sets = train_length(set_rate * x * size, longest, at_random, streams)
            resets = train_length(reset_rate * x * size, longest, at_random, streams) if reset_rate > 0 else 0
            if sets + resets > 0:
                columns[n], trains[0, n], trains[1, n] = j, sets, resets
                n += 1
    return n
