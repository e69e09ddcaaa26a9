"""Conductance pairs, w = G+ - G-, trained by pulses from jump-tables in a crossbar (Fumarola 2016, Figs. 2, 14).

Crossbar-compatible update: in each example an upstream neuron opens its row with probability c x_i, once for all
columns; a downstream neuron fires a train of pulses whose mean length is eta |delta_j| / (c step), knowing only its
own error; where both meet, devices are programmed. A bidirectional device gets SET pulses on the side that moves
the weight the right way and RESET pulses on the other, with learning rates of their own; a device with an abrupt
RESET gets SET pulses only (see `netsim.synapse.upkeep` for what keeps it from filling up).

The number of columns that move together is set by c: with c = 1 each example moves nearly all columns of the rows
that are lit, by a whole step of the device each; a small c moves fewer rows, more often in the right ratio.

Local gains, read noise, drift and leakage, and where pulses were measured, come as arguments that may be None: then the
compiler leaves them out.

Not modelled: wire resistance, sneak currents, half-selected devices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from netsim.circuit import activate, derivative, limit_errors
from netsim.crossbar import add_row, lane_dot, read_active, read_dense
from netsim.streams import next_normal
from netsim.synapse.decay import make_rows
from netsim.synapse.firing import READ, fire_columns, times_opened
from netsim.synapse.program import program

_0, _1 = np.float32(0), np.float32(1)

FloatRows = npt.NDArray[np.float32]


@dataclass(frozen=True)
class PairLayers:
    """All synapses of a network; every array is per layer (inputs + bias, padded outputs).

    weight      : float32, scale x (plus - minus): what the crossbar computes with
    plus, minus : float32 conductances, 0 to 1 the device's range; amplitudes where they decay (`netsim.synapse.decay`)
    device      : (inputs + bias, padded outputs, 2) uint16 which measured device stands there, for plus and minus
    """

    weight: tuple[FloatRows, ...]
    plus: tuple[FloatRows, ...]
    minus: tuple[FloatRows, ...]
    device: tuple[npt.NDArray[np.uint16], ...]

    @property
    def in_kernel(self) -> tuple:
        """The fields in their order."""
        return self.weight, self.plus, self.minus, self.device


@njit(cache=True)
def _read_noise(deviation, inputs, first_power, sums, width, streams):
    """Add the noise of a read to column sums: independent in each device, so it grows with the inputs' norm."""
    power = first_power
    for x in inputs:
        power += x * x
    deviation *= np.sqrt(power)
    for j in range(width):
        sums[j] += deviation * next_normal(streams, READ)


@njit(cache=True)
def train_examples(
    synapses, neurons, errors, widths, inputs, labels, order, circuit, opening, firing, scale, response, measured,
    gains, noise, decay, streams, pulses,
):  # fmt: skip
    """Training by pulses, batch size 1, one bias row a layer.

    synapses : see `PairLayers.in_kernel`; updated in place
    neurons, errors : per layer (padded outputs) float32, work space
    widths  : (layers + 1,) neurons of each layer, inputs first
    inputs  : (starts, pixels, values) of `netsim.inputs.ActiveInputs`
    circuit : (activation, two-valued derivative, its floor float32, activation states, error states)
    opening : (c float32, time slots, least output that opens a row float32, at random); no time slots: ideal outer
              product
    firing  : (SET and RESET pulses per unit of error float32, longest train, error that must be exceeded float32,
              at random)
    scale   : weight of a whole conductance range, float32
    response : see `netsim.synapse.jump.PulseResponse.in_kernel`
    measured : None, or lowest and highest conductance at which SET was measured, and the same of RESET, float32
    gains   : None, or (gain per layer float32, sign of the last update per layer int8, (rise, decay, floor) float32)
    noise   : None, or the standard deviation of the weight in a forward and in a backward read, float32
    decay   : None, or see `netsim.synapse.decay.Decay.in_kernel`
    streams : state of the streams of `netsim.synapse.firing.PURPOSES`
    pulses  : (layers, COUNTS) int64, counted up: SET and RESET pulses, those that ended at an end of the range, and the
              SET and the RESET pulses that were fired outside `measured`
    returns : images whose class was right before their update
    """
    weight, plus, minus, device = synapses
    starts, pixels, values = inputs
    activation, two_valued, floor, output_states, error_states = circuit
    c, slots, least_output, at_random = opening
    changes, units, low, high = response
    last = len(weight) - 1
    correct = 0
    rows, opened = np.zeros(max(widths) + 1, np.int64), np.zeros(max(widths) + 1, np.int64)
    outputs = np.zeros(max(widths) + 1, np.float32)
    columns = np.zeros(max(widths), np.int64)
    trains = np.zeros((2, max(widths)), np.int64)
    if decay is not None:
        for layer in range(1, last + 1):
            every = np.arange(widths[layer] + 1)
            make_rows(weight[layer], plus[layer], minus[layer], decay, layer, every, scale)
        bias = np.arange(widths[0], widths[0] + 1)
        make_rows(weight[0], plus[0], minus[0], decay, 0, bias, scale)
    for image in order:
        active = pixels[starts[image] : starts[image + 1]]
        shade = values[starts[image] : starts[image + 1]]
        if decay is not None:
            make_rows(weight[0], plus[0], minus[0], decay, 0, active, scale)
        for layer in range(last + 1):
            y = neurons[layer]
            if layer == 0:
                read_active(weight[0], active, shade, y)
            else:
                read_dense(weight[layer], widths[layer], neurons[layer - 1], y)
            add_row(weight[layer], widths[layer], _1, y)
            if noise is not None:
                x = shade if layer == 0 else neurons[layer - 1][: widths[layer]]
                _read_noise(noise[0], x, _1, y, widths[layer + 1], streams)
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
                if noise is not None:
                    _read_noise(noise[1], delta[: widths[layer + 1]], _0, below, widths[layer], streams)

        for layer in range(last + 1):
            width = widths[layer]
            x = shade if layer == 0 else neurons[layer - 1]
            n_inputs = active.size if layer == 0 else width
            n_rows = 0
            for k in range(n_inputs + 1):
                value = _1 if k == n_inputs else x[k]
                if value < least_output:
                    continue
                times = times_opened(value, c, slots, at_random, streams) if slots > 0 else 1
                if times > 0:
                    rows[n_rows] = width if k == n_inputs else (active[k] if layer == 0 else k)
                    opened[n_rows], outputs[n_rows] = times, value
                    n_rows += 1
            alone = 1 if slots == 0 else n_rows  # rows that are programmed together
            for first in range(0, max(n_rows, 1), max(alone, 1)):
                factor = outputs[first] if slots == 0 else _1
                n = fire_columns(errors[layer], widths[layer + 1], factor, firing, streams, columns, trains)
                program(
                    weight[layer], plus[layer], minus[layer], device[layer], gains, decay, layer, scale,
                    changes, units, low, high, measured, rows[first : first + alone], opened[first : first + alone],
                    columns[:n], trains, errors[layer], streams, pulses[layer],
                )  # fmt: skip
    return correct
