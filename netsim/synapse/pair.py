"""Conductance pairs, w = G+ - G-, trained by pulses from jump-tables in a crossbar (Fumarola 2016, Figs. 2, 14).

Crossbar-compatible update: in each example an upstream neuron opens its row with probability c x_i, once for all
columns; a downstream neuron fires a train of pulses whose mean length is eta |delta_j| / (c step), knowing only its
own error; where both meet, devices are programmed. A bidirectional device gets SET pulses on the side that moves
the weight the right way and RESET pulses on the other, with learning rates of their own; a device with an abrupt
RESET gets SET pulses only (see `netsim.synapse.upkeep` for what keeps it from filling up).

The number of columns that move together is set by c: with c = 1 each example moves nearly all columns of the rows
that are lit, by a whole step of the device each; a small c moves fewer rows, more often in the right ratio.

Not modelled: read noise, wire resistance, sneak currents, half-selected devices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from netsim.circuit import activate, derivative, limit_errors
from netsim.crossbar import add_row, lane_dot, read_active, read_dense
from netsim.streams import next_uniform
from netsim.synapse.jump import RESET, SET, after_pulse

UPSTREAM, DOWNSTREAM, PULSE, GAIN = 0, 1, 2, 3
PURPOSES = ("upstream", "downstream", "pulse", "gain")
"""Streams of random numbers, in the order in which the kernel indexes them."""

GAIN_STEP, GAIN_DECAY, GAIN_FLOOR = (np.float32(v) for v in (0.05, 0.95, 0.01))
"""LG-style local gain: + step while successive updates agree in sign, x decay when not, within [floor, 1]."""

_0, _1 = np.float32(0), np.float32(1)

FloatRows = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PairLayers:
    """All synapses of a network; every array is per layer (inputs + bias, padded outputs).

    weight      : float32, scale x (plus - minus): what the crossbar computes with
    plus, minus : float32 conductances in [0, 1] of the device's range
    device      : (2, inputs + bias, padded outputs) uint16 which measured device stands there, for plus and minus
    gain, sign  : float32 local gain and int8 sign of the last update; (1, 1) where local gains are off
    """

    weight: tuple[FloatRows, ...]
    plus: tuple[FloatRows, ...]
    minus: tuple[FloatRows, ...]
    device: tuple[npt.NDArray[np.uint16], ...]
    gain: tuple[FloatRows, ...]
    sign: tuple[npt.NDArray[np.int8], ...]


@njit(cache=True)
def _train_length(mean, longest, streams):
    """Pulses of a train: `mean` rounded up or down at random so that it is met on average, at most `longest`."""
    whole = np.floor(mean)
    extra = 1 if next_uniform(streams, DOWNSTREAM) < mean - whole else 0
    return min(np.int64(whole) + extra, longest)


@njit(cache=True)
def _fire_columns(delta, width, set_rate, reset_rate, longest, streams, columns, trains):
    """List the columns that fire, with the lengths of their SET and RESET trains; returns how many."""
    n = 0
    for j in range(width):
        size = abs(delta[j])
        if size > _0:
            sets = _train_length(set_rate * size, longest, streams)
            resets = _train_length(reset_rate * size, longest, streams) if reset_rate > _0 else 0
            if sets + resets > 0:
                columns[n], trains[0, n], trains[1, n] = j, sets, resets
                n += 1
    return n


@njit(cache=True)
def _agrees(gain, sign, row, column, up, streams):
    """Update a local gain; whether the update is carried out, which has the gain as its probability."""
    now = np.int8(1) if up else np.int8(-1)
    g = gain[row, column]
    if sign[row, column] == now:
        g = min(g + GAIN_STEP, _1)
    elif sign[row, column] != 0:
        g = max(g * GAIN_DECAY, GAIN_FLOOR)
    gain[row, column], sign[row, column] = g, now
    return next_uniform(streams, GAIN) < g


@njit(cache=True)
def _program(
    weight, plus, minus, device, gain, sign, scale, changes, units, rows, columns, trains, delta, streams, pulses
):
    """Pulses wherever a row that is open meets a column that fires; row by row, SET before RESET."""
    with_gains = gain.shape[0] > 1
    for row in rows:
        for k in range(columns.size):
            column = columns[k]
            up = delta[column] < _0
            if with_gains and not _agrees(gain, sign, row, column, up, streams):
                continue
            p, m = plus[row, column], minus[row, column]
            rising, falling = (p, m) if up else (m, p)
            raised, lowered = (0, 1) if up else (1, 0)
            for _ in range(trains[0, k]):
                deviate = next_uniform(streams, PULSE)
                rising = after_pulse(changes, units, device[raised, row, column], SET, rising, deviate)
            for _ in range(trains[1, k]):
                deviate = next_uniform(streams, PULSE)
                falling = after_pulse(changes, units, device[lowered, row, column], RESET, falling, deviate)
            pulses[SET] += trains[0, k]
            pulses[RESET] += trains[1, k]
            p, m = (rising, falling) if up else (falling, rising)
            plus[row, column], minus[row, column] = p, m
            weight[row, column] = scale * (p - m)


@njit(cache=True)
def train_examples(
    synapses, neurons, errors, widths, inputs, labels, order, circuit, firing, scale, changes, units, streams, pulses
):
    """Training by pulses, batch size 1, one bias row a layer.

    synapses : the fields of `PairLayers` in their order, updated in place
    neurons, errors : per layer (padded outputs) float32, work space
    widths  : (layers + 1,) neurons of each layer, inputs first
    inputs  : (starts, pixels, values) of `netsim.inputs.ActiveInputs`
    circuit : (activation, two-valued derivative, its floor float32, activation states, error states)
    firing  : (c float32, SET and RESET pulses per unit of error float32, longest train)
    scale   : weight of a whole conductance range, float32
    changes, units : see `netsim.synapse.jump.PulseResponse`
    streams : state of the streams of `PURPOSES`
    pulses  : (layers, 2) int64 SET and RESET pulses, counted up
    returns : images whose class was right before their update
    """
    weight, plus, minus, device, gain, sign = synapses
    starts, pixels, values = inputs
    activation, two_valued, floor, output_states, error_states = circuit
    opening, set_rate, reset_rate, longest = firing
    last = len(weight) - 1
    correct = 0
    rows = np.zeros(max(widths) + 1, np.int64)
    columns = np.zeros(max(widths), np.int64)
    trains = np.zeros((2, max(widths)), np.int64)
    for image in order:
        active = pixels[starts[image] : starts[image + 1]]
        shade = values[starts[image] : starts[image + 1]]
        for layer in range(last + 1):
            y = neurons[layer]
            if layer == 0:
                read_active(weight[0], active, shade, y)
            else:
                read_dense(weight[layer], widths[layer], neurons[layer - 1], y)
            add_row(weight[layer], widths[layer], _1, y)
            activate(activation, output_states, y)

        y, label = neurons[last], labels[image]
        if np.argmax(y[: widths[last + 1]]) == label:
            correct += 1
        for j in range(widths[last + 1]):
            errors[last][j] = y[j] - (_1 if j == label else _0)
        for layer in range(last, -1, -1):
            y, delta = neurons[layer], errors[layer]
            for j in range(widths[layer + 1]):
                delta[j] *= derivative(activation, two_valued, floor, y[j])
            limit_errors(error_states, delta)
            if layer > 0:
                below = errors[layer - 1]
                for i in range(widths[layer]):
                    below[i] = lane_dot(weight[layer], i, delta)

        for layer in range(last + 1):
            n_rows = 0
            if layer == 0:
                for k in range(active.size):
                    if next_uniform(streams, UPSTREAM) < opening * shade[k]:
                        rows[n_rows] = active[k]
                        n_rows += 1
            else:
                x = neurons[layer - 1]
                for i in range(widths[layer]):
                    if next_uniform(streams, UPSTREAM) < opening * x[i]:
                        rows[n_rows] = i
                        n_rows += 1
            if next_uniform(streams, UPSTREAM) < opening:
                rows[n_rows] = widths[layer]
                n_rows += 1
            n = _fire_columns(errors[layer], widths[layer + 1], set_rate, reset_rate, longest, streams, columns, trains)
            _program(
                weight[layer], plus[layer], minus[layer], device[layer], gain[layer], sign[layer], scale,
                changes, units, rows[:n_rows], columns[:n], trains, errors[layer], streams, pulses[layer],
            )  # fmt: skip
    return correct
