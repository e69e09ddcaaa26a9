"""Quantized domain-wall synapses, programmed in place while the network learns (Al Misba 2022, Algorithm 1).

Beside every device stands a high-precision weight that collects the gradients. After each example every device
that is further than `alpha` from the target of its quantized weight gets one programming pulse: a draw from what
that state leaves behind. There is no second pulse within an example; a device still out of tolerance comes up
again at the next one, also where its gradient is zero.

Not modelled: read noise, and any dependence of a pulse on where the wall stood (the protocol starts anew).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from devicegen.errors import ConfigError, TableError
from devicegen.table import StateDistribution
from netsim.circuit import SIGMOID, activate, derivative
from netsim.crossbar import LANES, lane_dot, lane_slack, read_active, read_dense
from netsim.streams import next_below

FloatRows = npt.NDArray[np.float32]

_0, _1 = np.float32(0), np.float32(1)


def quantizer_boundaries(n_states: int) -> FloatRows:
    """(n_states - 1,) weights in [-1, 1] from which on the quantizer takes the next level; ties go up.

    Source: Al Misba 2022, eq. 6: level = floor((m + 1)/D + 1/2) with D = 2/(n - 1).
    """
    return (-1 + (np.arange(1, n_states) - 0.5) * 2 / (n_states - 1)).astype(np.float32)


@dataclass(frozen=True)
class ProgrammedStates:
    """What one pulse leaves behind, and for which high-precision weights that will do.

    A reached weight is within tolerance of a run of neighbouring levels, so of one interval of the high-precision
    weight: comparing with its ends is all that a device needs that may have to be programmed again.

    boundaries : (n_states - 1,) of the quantizer
    reached    : (n_states, most samples) device weight after a pulse
    low, high  : the same shape: the device may stay while low <= high-precision weight < high
    counts     : (n_states,) samples of each state
    """

    boundaries: FloatRows
    reached: FloatRows
    low: FloatRows
    high: FloatRows
    counts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, states: StateDistribution, n_states: int, alpha: float, device: str) -> ProgrammedStates:
        """Take `n_states` evenly spaced states of a distribution, first and last among them.

        Raises: ConfigError when there are not that many states, TableError when no sample of a state is within
        `alpha` of its target, so that its devices would be programmed for ever.
        """
        found = states.control.size
        if n_states > found:
            raise ConfigError(
                f"device {device}: {n_states} states asked for, its table holds {found}. "
                f"Set n_states to at most {found}."
            )
        chosen = np.round(np.linspace(0, found - 1, n_states)).astype(np.int64)
        samples = [states.samples(int(state)).astype(np.float32) for state in chosen]
        targets = states.target[chosen]
        for target, values in zip(targets, samples, strict=True):
            nearest = np.abs(values.astype(np.float64) - target).min()
            if nearest > alpha:
                raise TableError(
                    f"device {device}: a pulse lands within alpha = {alpha:g} of the target {target:g} with "
                    f"probability 0 ({values.size} samples, the nearest {nearest:.3g} away): it would be programmed "
                    f"for ever. Set alpha above {nearest:.3g}."
                )
        boundaries = quantizer_boundaries(n_states)
        edges = np.concatenate(([-np.inf], boundaries, [np.inf])).astype(np.float32)
        shape = (n_states, max(values.size for values in samples))
        reached = np.zeros(shape, np.float32)
        low, high = np.full(shape, np.inf, np.float32), np.full(shape, -np.inf, np.float32)
        for row, values in enumerate(samples):
            reached[row, : values.size] = values
            for k, value in enumerate(values.astype(np.float64)):
                fits = np.flatnonzero(np.abs(value - targets) <= alpha)
                if fits.size:
                    low[row, k], high[row, k] = edges[fits[0]], edges[fits[-1] + 1]
        counts = np.array([values.size for values in samples], np.int64)
        return cls(boundaries, reached, low, high, counts)


BLOCK = 4 * LANES
"""Neighbouring devices of a row that are compared with their intervals together."""


@dataclass(frozen=True)
class QuantizedLayers:
    """All synapses of a network; every array is per layer (inputs, padded outputs) float32.

    precise   : high-precision weights in [-1, 1]
    device    : device weights, what the crossbar computes with
    low, high : interval of the high-precision weight in which the device needs no pulse
    room      : (inputs, blocks) float64: how far the weights of a block may still move until one of its devices can
                have left its interval; 0 or less: look at them. Most examples then cost most blocks nothing.
    """

    precise: tuple[FloatRows, ...]
    device: tuple[FloatRows, ...]
    low: tuple[FloatRows, ...]
    high: tuple[FloatRows, ...]
    room: tuple[npt.NDArray[np.float64], ...]


@njit(cache=True)
def _pulse(boundaries, reached, low, high, counts, streams, weight):
    """What one programming pulse for `weight` leaves: the device weight and the interval in which it may stay."""
    level = 0
    while level < boundaries.size and weight >= boundaries[level]:
        level += 1
    sample = next_below(streams, 0, counts[level])
    return reached[level, sample], low[level, sample], high[level, sample]


@njit(cache=True)
def program_all(states, streams, synapses, width, pending):
    """One pulse to every device of a layer, before the first example; returns how many failed, now in `pending`."""
    boundaries, reached, lows, highs, counts = states
    precise, device, low, high, _ = synapses
    waiting = 0
    for row in range(precise.shape[0]):
        for column in range(width):
            weight = precise[row, column]
            after = _pulse(boundaries, reached, lows, highs, counts, streams, weight)
            device[row, column], low[row, column], high[row, column] = after
            if not low[row, column] <= weight < high[row, column]:
                pending[0, waiting], pending[1, waiting] = row, column
                waiting += 1
    return waiting


@njit(cache=True)
def _learn_row(precise, row, value, gradient):
    for j in range(gradient.size):
        precise[row, j] = min(max(precise[row, j] - value * gradient[j], -_1), _1)


@njit(cache=True)
def _use_room(room, row, value, largest):
    """Take a step of at most ``value * largest`` from the room of each block; whether a block has none left."""
    exhausted = False
    for block in range(room.shape[1]):
        # the added parts cover the rounding of the step itself, so that no device is missed
        left = room[row, block] - (value * largest[block] * (1 + 2.0**-20) + 2.0**-22)
        room[row, block] = left
        exhausted |= left <= 0
    return exhausted


@njit(cache=True)
def _program_rows(states, streams, synapses, due, pending, waiting):
    """One pulse to each device that is out of tolerance in the rows `due`, in the order of rows and columns.

    returns : pulses, and the devices waiting after those that failed were added to `pending`
    """
    boundaries, reached, lows, highs, counts = states
    precise, device, low, high, room = synapses
    pulses = 0
    for row in due:
        for block in range(room.shape[1]):
            if room[row, block] > 0:
                continue
            start, stop = block * BLOCK, min(block * BLOCK + BLOCK, precise.shape[1])
            slack = lane_slack(precise, low, high, row, start, stop)
            if slack <= _0:
                for column in range(start, stop):
                    weight = precise[row, column]
                    if not low[row, column] <= weight < high[row, column]:
                        after = _pulse(boundaries, reached, lows, highs, counts, streams, weight)
                        device[row, column], low[row, column], high[row, column] = after
                        pulses += 1
                        if not low[row, column] <= weight < high[row, column]:
                            pending[0, waiting], pending[1, waiting] = row, column
                            waiting += 1
                slack = lane_slack(precise, low, high, row, start, stop)
            room[row, block] = slack
    return pulses, waiting


@njit(cache=True)
def _program_waiting(states, streams, synapses, is_active, pending, waiting):
    """One pulse to each waiting device whose input is silent; the others come up with their rows.

    returns : pulses, and the devices that wait on
    """
    boundaries, reached, lows, highs, counts = states
    precise, device, low, high, room = synapses
    pulses = still = 0
    for k in range(waiting):
        row, column = pending[0, k], pending[1, k]
        if not is_active[row]:
            weight = precise[row, column]
            after = _pulse(boundaries, reached, lows, highs, counts, streams, weight)
            device[row, column], low[row, column], high[row, column] = after
            room[row, column // BLOCK] = 0
            pulses += 1
            if not low[row, column] <= weight < high[row, column]:
                pending[0, still], pending[1, still] = row, column
                still += 1
    return pulses, still


@njit(cache=True)
def _column_steps(y, delta, width, eta, largest):
    """Turn outputs `y` into ``eta * delta * y (1 - y)`` in place, the padding into zero; largest size of each block."""
    largest[:] = 0
    for j in range(width):
        y[j] = eta * delta[j] * derivative(SIGMOID, False, _0, y[j])
        largest[j // BLOCK] = max(largest[j // BLOCK], np.float64(abs(y[j])))
    y[width:] = _0


@njit(cache=True)
def train_examples(
    synapses, pending, waiting, neurons, errors, widths, inputs, labels, order, eta, states, streams, pulses
):
    """In-situ training, batch size 1, sigmoid neurons, no biases.

    synapses : per layer the fields of `QuantizedLayers` in their order, updated in place
    pending : (2, devices of the first layer) int32: rows and columns of the devices of the first layer that are out
              of tolerance; kept apart because their input may be silent for long
    waiting : how many
    neurons, errors : per layer (padded outputs) float32, work space
    widths  : (layers + 1,) neurons of each layer, inputs first
    inputs  : (starts, pixels, values) of `netsim.inputs.ActiveInputs`
    eta     : learning rate, float32
    states  : the fields of `ProgrammedStates` in their order
    streams : (1,) state of the stream that pulses draw from
    pulses  : (layers,) int64, counted up
    returns : images whose class was right before their update, and devices waiting after the last
    """
    starts, pixels, values = inputs
    last = len(synapses) - 1
    correct = 0
    is_active, due = np.zeros(widths[0], np.bool_), np.zeros(max(widths), np.int64)
    unused = np.zeros((2, max([layer[0].size for layer in synapses])), np.int32)
    largest = np.zeros(max([layer[4].shape[1] for layer in synapses]))
    for image in order:
        active = pixels[starts[image] : starts[image + 1]]
        shade = values[starts[image] : starts[image + 1]]
        read_active(synapses[0][1], active, shade, neurons[0])
        activate(SIGMOID, 0, neurons[0])
        for layer in range(1, last + 1):
            read_dense(synapses[layer][1], widths[layer], neurons[layer - 1], neurons[layer])
            activate(SIGMOID, 0, neurons[layer])

        y, label = neurons[last], labels[image]
        if np.argmax(y[: widths[last + 1]]) == label:
            correct += 1
        for j in range(widths[last + 1]):
            errors[last][j] = y[j] - (_1 if j == label else _0)

        for layer in range(last, 0, -1):
            step, here = neurons[layer], synapses[layer]
            _column_steps(step, errors[layer], widths[layer + 1], eta, largest)
            precise, device, room = here[0], here[1], here[4]
            below, delta, x = errors[layer - 1], errors[layer], neurons[layer - 1]
            n_due = 0
            for row in range(widths[layer]):
                below[row] = lane_dot(device, row, delta)
                _learn_row(precise, row, x[row], step)
                if _use_room(room, row, x[row], largest):
                    due[n_due] = row
                    n_due += 1
            # every row of a deeper layer comes up in every example: no need to remember who failed
            pulses[layer] += _program_rows(states, streams, here, due[:n_due], unused, 0)[0]

        step, here = neurons[0], synapses[0]
        precise, room = here[0], here[4]
        _column_steps(step, errors[0], widths[1], eta, largest)
        is_active[active] = True
        pulsed, waiting = _program_waiting(states, streams, here, is_active, pending, waiting)
        pulses[0] += pulsed
        is_active[active] = False
        n_due = 0
        for k in range(active.size):
            _learn_row(precise, active[k], shade[k], step)
            if _use_room(room, active[k], shade[k], largest):
                due[n_due] = active[k]
                n_due += 1
        pulsed, waiting = _program_rows(states, streams, here, due[:n_due], pending, waiting)
        pulses[0] += pulsed
    return correct, waiting
