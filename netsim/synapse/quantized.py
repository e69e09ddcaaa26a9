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

from netsim.circuit import SIGMOID, activate, derivative
from netsim.crossbar import LANES, add_row, lane_dot, read_active, read_dense
from netsim.streams import next_below
from netsim.synapse.quantized_lanes import lane_slack
from netsim.synapse.quantized_states import FloatRows

_0, _1 = np.float32(0), np.float32(1)

BLOCK = 4 * LANES
"""Neighbouring devices of a row that are compared with their intervals together."""

_ROUNDING = np.float32(2.0**-20)
"""More than the rounding of where levels meet: a device closer to leaving its levels is looked at."""

WAITING_FIELDS = 5
"""What is known of a waiting device: row, column, its row in `ProgrammedStates`, the column there of the outcome of its
last pulse, and pulses that `QuantizedLayers.given` does not count yet.

Nothing reads a device while its input is silent, so its pulses leave traces in this list alone, which lies in one
place, until its input comes up or it is within tolerance.
"""


@dataclass(frozen=True)
class QuantizedLayers:
    """All synapses of a network; every array is per layer (inputs [+ bias], padded outputs).

    precise : float32, high-precision weights in [-1, 1]
    device  : float32, device weights, what the crossbar computes with
    first, beyond : uint8, the device needs no pulse while the level of its high-precision weight is
              first <= level < beyond
    room    : (inputs, blocks) float64: how far the weights of a block may still move until one of its devices can
              have left these levels; 0 or less: look at them. Most examples then cost most blocks nothing.
    rank    : uint8, class of the device where devices differ, else 0
    given   : int32, pulses that the device has got
    """

    precise: tuple[FloatRows, ...]
    device: tuple[FloatRows, ...]
    first: tuple[npt.NDArray[np.uint8], ...]
    beyond: tuple[npt.NDArray[np.uint8], ...]
    room: tuple[npt.NDArray[np.float64], ...]
    rank: tuple[npt.NDArray[np.uint8], ...]
    given: tuple[npt.NDArray[np.int32], ...]

    @property
    def for_kernel(self) -> tuple[tuple[np.ndarray, ...], ...]:
        """The arrays of each layer in the order in which kernels take them."""
        fields = (self.precise, self.device, self.first, self.beyond, self.room, self.rank, self.given)
        return tuple(zip(*fields, strict=True))


@njit(cache=True)
def _level(edges, weight):
    """Level that the quantizer takes for a high-precision weight."""
    level = 0
    while weight >= edges[level + 1]:
        level += 1
    return level


@njit(cache=True)
def _outcome(edges, counts, streams, rank, level):
    """Where, in what pulses leave behind, one pulse for `level` to a device of class `rank` lands: row and column."""
    k = level + np.int64(rank) * (edges.size - 1)
    return k, next_below(streams, 0, counts[k])


@njit(cache=True)
def _wait(pending, place, row, column, k, n):
    pending[0, place], pending[1, place] = row, column
    pending[2, place], pending[3, place], pending[4, place] = k, n, 0


@njit(cache=True)
def program_all(states, streams, synapses, width, pending):
    """One pulse to every device of a layer, before the first example; returns how many failed, now in `pending`."""
    edges, reached, firsts, beyonds, counts = states
    precise, device, first, beyond, _, rank, given = synapses
    ranked = counts.size > edges.size - 1  # looking a rank up costs a cache miss
    waiting = 0
    for row in range(precise.shape[0]):
        for column in range(width):
            level = _level(edges, precise[row, column])
            k, n = _outcome(edges, counts, streams, rank[row, column] if ranked else 0, level)
            device[row, column], first[row, column], beyond[row, column] = reached[k, n], firsts[k, n], beyonds[k, n]
            given[row, column] += 1
            if not firsts[k, n] <= level < beyonds[k, n]:
                _wait(pending, waiting, row, column, k, n)
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

    returns : pulses, rows with any, and the devices waiting after those that failed were added to `pending`
    """
    edges, reached, firsts, beyonds, counts = states
    precise, device, first, beyond, room, rank, given = synapses
    ranked = counts.size > edges.size - 1  # looking a rank up costs a cache miss
    step = edges[2] - edges[1] if edges.size > 3 else np.float32(2)
    origin = edges[1] - step
    pulses = rows = 0
    for row in due:
        before = pulses
        for block in range(room.shape[1]):
            if room[row, block] > 0:
                continue
            start, stop = block * BLOCK, min(block * BLOCK + BLOCK, precise.shape[1])
            slack = lane_slack(precise, first, beyond, row, start, stop, origin, step)
            if slack <= _ROUNDING:
                slack = np.float32(np.inf)
                for lanes in range(start, stop, LANES):
                    of_lanes = lane_slack(precise, first, beyond, row, lanes, lanes + LANES, origin, step)
                    if of_lanes <= _ROUNDING:
                        for column in range(lanes, lanes + LANES):
                            weight = precise[row, column]
                            if edges[first[row, column]] <= weight < edges[beyond[row, column]]:
                                continue
                            level = _level(edges, weight)
                            k, n = _outcome(edges, counts, streams, rank[row, column] if ranked else 0, level)
                            device[row, column] = reached[k, n]
                            first[row, column], beyond[row, column] = firsts[k, n], beyonds[k, n]
                            given[row, column] += 1
                            pulses += 1
                            if not firsts[k, n] <= level < beyonds[k, n]:
                                _wait(pending, waiting, row, column, k, n)
                                waiting += 1
                        of_lanes = lane_slack(precise, first, beyond, row, lanes, lanes + LANES, origin, step)
                    slack = min(slack, of_lanes)
            room[row, block] = slack - _ROUNDING
        rows += pulses > before
    return pulses, rows, waiting


@njit(cache=True)
def _settle(states, synapses, pending, place):
    """Let a waiting device's last pulse be seen in its layer, and all of its pulses be counted."""
    _, reached, firsts, beyonds, _ = states
    _, device, first, beyond, room, _, given = synapses
    row, column, k, n = pending[0, place], pending[1, place], pending[2, place], pending[3, place]
    device[row, column], first[row, column], beyond[row, column] = reached[k, n], firsts[k, n], beyonds[k, n]
    room[row, column // BLOCK] = 0
    given[row, column] += pending[4, place]
    pending[4, place] = 0


@njit(cache=True)
def _settle_active(states, synapses, is_active, pending, waiting):
    """The same for all waiting devices whose input comes up."""
    for place in range(waiting):
        if is_active[pending[0, place]]:
            _settle(states, synapses, pending, place)


@njit(cache=True)
def _program_waiting(states, streams, synapses, is_active, pending, waiting, last_seen, now):
    """One pulse to each waiting device whose input is silent; the others come up with their rows.

    last_seen : (rows,) when a row last had a pulse;  now: a number that no earlier call had
    returns   : pulses, rows with any, and the devices that wait on
    """
    edges, _, firsts, beyonds, counts = states
    pulses = rows = still = 0
    for place in range(waiting):
        row, k = pending[0, place], pending[2, place]
        if is_active[row]:
            continue
        n = next_below(streams, 0, counts[k])
        pulses += 1
        rows += last_seen[row] != now
        last_seen[row] = now
        pending[0, still], pending[1, still], pending[2, still] = row, pending[1, place], k
        pending[3, still], pending[4, still] = n, pending[4, place] + 1
        if firsts[k, n] <= k % (edges.size - 1) < beyonds[k, n]:
            _settle(states, synapses, pending, still)
        else:
            still += 1
    return pulses, rows, still


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
    synapses, pending, waiting, neurons, errors, widths, inputs, labels, order, eta, states, streams, biased, pulses
):
    """In-situ training, batch size 1, sigmoid neurons.

    synapses : per layer the fields of `QuantizedLayers` in their order, updated in place
    pending : (`WAITING_FIELDS`, devices of the first layer) int32: the devices of the first layer that are out of
              tolerance; kept apart because their input may be silent for long
    waiting : how many
    neurons, errors : per layer (padded outputs) float32, work space
    widths  : (layers + 1,) neurons of each layer, inputs first
    inputs  : (starts, pixels, values) of `netsim.inputs.ActiveInputs`
    eta     : learning rate, float32
    states  : `ProgrammedStates.for_kernel`
    streams : (1,) state of the stream that pulses draw from
    biased  : whether the last row of each layer is that of a bias unit
    pulses  : (layers,) int64, counted up
    returns : images whose class was right before their update, devices waiting after the last, and pulses that follow
              one another when a row's devices are programmed at once, rows one after the other, all layers at once
    """
    starts, pixels, values = inputs
    last = len(synapses) - 1
    correct = slots = 0
    is_active, due = np.zeros(widths[0] + 1, np.bool_), np.zeros(max(widths) + 1, np.int64)
    unused = np.zeros((WAITING_FIELDS, max([layer[0].size for layer in synapses])), np.int32)
    largest = np.zeros(max([layer[4].shape[1] for layer in synapses]))
    last_seen = np.full(widths[0] + 1, -1)
    is_active[widths[0]] = True  # the bias row
    for number, image in enumerate(order):
        active = pixels[starts[image] : starts[image + 1]]
        shade = values[starts[image] : starts[image + 1]]
        is_active[active] = True
        _settle_active(states, synapses[0], is_active, pending, waiting)
        for layer in range(last + 1):
            if layer == 0:
                read_active(synapses[0][1], active, shade, neurons[0])
            else:
                read_dense(synapses[layer][1], widths[layer], neurons[layer - 1], neurons[layer])
            if biased:
                add_row(synapses[layer][1], widths[layer], _1, neurons[layer])
            activate(SIGMOID, 0, neurons[layer])

        y, label = neurons[last], labels[image]
        if np.argmax(y[: widths[last + 1]]) == label:
            correct += 1
        for j in range(widths[last + 1]):
            errors[last][j] = y[j] - (_1 if j == label else _0)

        longest = 0
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
            if biased:
                _learn_row(precise, widths[layer], _1, step)
                if _use_room(room, widths[layer], _1, largest):
                    due[n_due] = widths[layer]
                    n_due += 1
            # every row of a deeper layer comes up in every example: no need to remember who failed
            pulsed, rows, _ = _program_rows(states, streams, here, due[:n_due], unused, 0)
            pulses[layer] += pulsed
            longest = max(longest, rows)

        step, here = neurons[0], synapses[0]
        precise, room = here[0], here[4]
        _column_steps(step, errors[0], widths[1], eta, largest)
        pulsed, rows_before, waiting = _program_waiting(
            states, streams, here, is_active, pending, waiting, last_seen, number
        )
        pulses[0] += pulsed
        is_active[active] = False
        n_due = 0
        for k in range(active.size):
            _learn_row(precise, active[k], shade[k], step)
            if _use_room(room, active[k], shade[k], largest):
                due[n_due] = active[k]
                n_due += 1
        if biased:
            _learn_row(precise, widths[0], _1, step)
            if _use_room(room, widths[0], _1, largest):
                due[n_due] = widths[0]
                n_due += 1
        pulsed, rows, waiting = _program_rows(states, streams, here, due[:n_due], pending, waiting)
        pulses[0] += pulsed
        slots += max(longest, rows_before + rows)
    for place in range(waiting):
        _settle(states, synapses[0], pending, place)
    return correct, waiting, slots
