"""In-situ training of a network of quantized synapses (Al Misba 2022, Algorithm 1)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from devicegen.errors import ConfigError
from devicegen.table import DeviceTable, StateDistribution
from netsim.circuit import SIGMOID
from netsim.config.quantized import QuantizedBase, QuantizedNetwork
from netsim.crossbar import empty_layers, empty_neurons
from netsim.streams import stream_states
from netsim.synapse.levels import states_from_jumps
from netsim.synapse.quantized import BLOCK, QuantizedLayers, program_all, train_examples
from netsim.synapse.quantized_faults import after_hops, choose_stuck, with_stuck
from netsim.synapse.quantized_states import FloatRows, Noise, ProgrammedStates
from netsim.train import Circuit, EpochResult, Study, accuracy

CIRCUIT = Circuit(SIGMOID)
"""Sigmoid neurons with exact derivatives at every layer, the last one too."""


def states_of(table: DeviceTable, levels: int | None = None) -> StateDistribution:
    """The states of a device, or `levels` of them out of its jump-tables; ConfigError if its table has neither."""
    if table.states is not None:
        return table.states
    if levels is None:
        raise ConfigError(
            f"device {table.device}: its table holds no states, which quantized training needs. "
            "Set `levels` to make them of its jump-tables, leave the device out, or train it with the scheme 'pair'."
        )
    return states_from_jumps(table, levels)


def programmed_states(network: QuantizedBase, table: DeviceTable) -> ProgrammedStates:
    """What pulses leave behind with a network's settings; see `ProgrammedStates.of` for what is refused."""
    noise: Noise = network.noise if isinstance(network, QuantizedNetwork) else "device"
    states = states_of(table, network.levels)
    return ProgrammedStates.of(states, network.n_states, network.alpha, table.device, noise, network.device_share)


def device_ranks(layers: tuple[int, ...], biased: bool, states: ProgrammedStates, study: Study) -> list[np.ndarray]:
    """Class of each device, per layer (inputs [+ bias], padded outputs): drawn, or 0 where all devices are alike."""
    shapes = [w.shape for w in empty_layers(layers, biased)]
    if states.classes == 1:
        return [np.zeros(shape, np.uint8) for shape in shapes]
    draw = study.generator("device")
    return [draw.integers(0, states.classes, shape, np.uint8) for shape in shapes]


def _initial_layers(network: QuantizedBase, states: ProgrammedStates, study: Study) -> QuantizedLayers:
    layers, biased = network.layers, network.biases
    precise = empty_layers(layers, biased)
    draw = study.generator("weights")
    for w, n_outputs in zip(precise, layers[1:], strict=True):
        w[:, :n_outputs] = np.clip(draw.normal(0, network.initial_sigma, (len(w), n_outputs)), -1, 1)
    return QuantizedLayers(
        precise=precise,
        device=empty_layers(layers, biased),
        low=tuple(np.full_like(w, -np.inf) for w in precise),
        high=tuple(np.full_like(w, np.inf) for w in precise),
        room=tuple(np.zeros((w.shape[0], -(-w.shape[1] // BLOCK))) for w in precise),
        rank=tuple(device_ranks(layers, biased, states, study)),
        given=tuple(np.zeros(w.shape, np.int32) for w in precise),
    )


def _fix_stuck(
    network: QuantizedBase, states: ProgrammedStates, synapses: QuantizedLayers, study: Study
) -> list[np.ndarray]:
    """Give stuck devices their weight and an interval that nothing leaves; returns which they are, per layer."""
    draw = study.generator("stuck")
    chosen = []
    for layer, width in enumerate(network.layers[1:]):
        shape = (len(synapses.precise[layer]), width)
        stuck, weights = choose_stuck(shape, network.stuck_share, network.stuck_at, states, draw)
        synapses.device[layer][:, :width][stuck] = weights[stuck]
        synapses.low[layer][:, :width][stuck] = -np.inf
        synapses.high[layer][:, :width][stuck] = np.inf
        chosen.append(stuck)
    return chosen


def train(network: QuantizedNetwork, table: DeviceTable, study: Study) -> Iterator[EpochResult]:
    """Train in place; yields a result after each epoch, then one for each test under stress.

    Before the first example every device gets one pulse for its initial weight; the first epoch counts it.
    Raises: ConfigError or TableError, see `states_of` and `ProgrammedStates.of`.
    """
    states = programmed_states(network, table)
    for result, synapses in train_layers(network, states, study):
        yield result
        if result.epoch == network.epochs - 1:
            yield from stress_tests(network, states, synapses.device, study, result)


def train_layers(
    network: QuantizedBase, states: ProgrammedStates, study: Study
) -> Iterator[tuple[EpochResult, QuantizedLayers]]:
    """As `train`, with the synapses after each epoch.

    Measures of an epoch: `latency_pulses`, pulses that follow one another in it (see `train_examples`), and
    `device_pulses_mean` and `device_pulses_max`, what a device has got since the start.
    """
    layers = network.layers
    synapses = _initial_layers(network, states, study)
    arrays = synapses.for_kernel
    streams = stream_states(*study.seed, ("pulse",))
    neurons, errors = empty_neurons(layers), empty_neurons(layers)
    pending = np.zeros((2, max(w.size for w in synapses.precise)), np.int32)
    pulses = np.array([len(w) * m for w, m in zip(synapses.precise, layers[1:], strict=True)], np.int64)
    devices = int(pulses.sum())
    waiting = 0
    for layer in reversed(range(len(arrays))):  # the first layer last: the list of those waiting is its own
        waiting = program_all(states.for_kernel, streams, arrays[layer], layers[layer + 1], pending)
    if network.stuck_share > 0:
        stuck = _fix_stuck(network, states, synapses, study)[0]
        kept = pending[:, :waiting][:, ~stuck[pending[0, :waiting], pending[1, :waiting]]]
        waiting = kept.shape[1]
        pending[:, :waiting] = kept
    slots = max(len(w) for w in synapses.precise)
    for epoch in range(network.epochs):
        begin = time.process_time()
        right, waiting, more_slots = train_examples(
            arrays, pending, waiting, neurons, errors, np.array(layers), study.active, study.train_labels,
            study.order(epoch), np.float32(network.eta * network.eta_decay**epoch), states.for_kernel, streams,
            network.biases, pulses,
        )  # fmt: skip
        tested = accuracy(synapses.device, layers, study.test, study.test_labels, CIRCUIT)
        seconds = time.process_time() - begin
        counted = tuple(int(n) for n in pulses)
        measures = {
            "latency_pulses": slots + more_slots,
            "device_pulses_mean": sum(int(given.sum()) for given in synapses.given) / devices,
            "device_pulses_max": max(int(given.max()) for given in synapses.given),
        }
        result = EpochResult(
            epoch, right / study.train_labels.size, tested, counted, (0,) * len(counted), seconds, measures=measures
        )
        yield result, synapses
        pulses[:] = slots = 0


def stress_tests(
    network: QuantizedBase, states: ProgrammedStates, weights: Sequence[FloatRows], study: Study, trained: EpochResult
) -> Iterator[EpochResult]:
    """Test trained devices with something gone wrong: one result for each strength, with no pulses."""
    layers, none = network.layers, (0,) * len(weights)
    for number, (kind, strength) in enumerate(network.stress.all()):
        begin = time.process_time()
        draw = study.generator("stress", number, trained.trial or 0)
        found, noise = weights, 0.0
        if kind == "hops":
            found = after_hops(weights, layers, strength, network.stress.hop_weight, draw)
        elif kind == "stuck":
            found = with_stuck(weights, layers, strength, network.stuck_at, states, draw)
        else:
            noise = strength
        tested = accuracy(found, layers, study.test, study.test_labels, CIRCUIT, noise, draw)
        seconds = time.process_time() - begin
        yield replace(
            trained, train_accuracy=None, test_accuracy=tested, pulses=none, reset_pulses=none, seconds=seconds,
            stress=(kind, strength), measures={},
        )  # fmt: skip
