"""In-situ training of a network of quantized synapses (Al Misba 2022, Algorithm 1)."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from devicegen.errors import ConfigError
from devicegen.table import DeviceTable, StateDistribution
from netsim.circuit import SIGMOID
from netsim.config import ExSituNetwork, QuantizedNetwork
from netsim.crossbar import empty_layers, empty_neurons
from netsim.streams import stream_states
from netsim.synapse.quantized import BLOCK, ProgrammedStates, QuantizedLayers, program_all, train_examples
from netsim.train import Circuit, EpochResult, Study, accuracy

CIRCUIT = Circuit(SIGMOID)
"""Sigmoid neurons with exact derivatives at every layer, the last one too."""


def states_of(table: DeviceTable) -> StateDistribution:
    """The states of a device; ConfigError if its table has none."""
    if table.states is None:
        raise ConfigError(
            f"device {table.device}: its table holds no states, which quantized training needs. "
            "Leave the device out, or train it with the scheme 'pair'."
        )
    return table.states


def _initial_layers(layers: tuple[int, ...], sigma: float, study: Study) -> QuantizedLayers:
    precise = empty_layers(layers, False)
    draw = study.generator("weights")
    for w, n_inputs, n_outputs in zip(precise, layers[:-1], layers[1:], strict=True):
        w[:, :n_outputs] = np.clip(draw.normal(0, sigma, (n_inputs, n_outputs)), -1, 1)
    return QuantizedLayers(
        precise=precise,
        device=empty_layers(layers, False),
        low=tuple(np.full_like(w, -np.inf) for w in precise),
        high=tuple(np.full_like(w, np.inf) for w in precise),
        room=tuple(np.zeros((w.shape[0], -(-w.shape[1] // BLOCK))) for w in precise),
    )


def train(network: QuantizedNetwork, table: DeviceTable, study: Study) -> Iterator[EpochResult]:
    """Train in place; yields a result after each epoch.

    Before the first example every device gets one pulse for its initial weight; the first epoch counts it.
    Raises: ConfigError or TableError, see `states_of` and `ProgrammedStates.of`.
    """
    states = ProgrammedStates.of(states_of(table), network.n_states, network.alpha, table.device)
    for result, _ in train_layers(network, states, study):
        yield result


def train_layers(
    network: QuantizedNetwork | ExSituNetwork, states: ProgrammedStates, study: Study
) -> Iterator[tuple[EpochResult, QuantizedLayers]]:
    """As `train`, with the synapses after each epoch."""
    layers = network.layers
    synapses = _initial_layers(layers, network.initial_sigma, study)
    arrays = tuple(zip(synapses.precise, synapses.device, synapses.low, synapses.high, synapses.room, strict=True))
    kernel_states = (states.boundaries, states.reached, states.low, states.high, states.counts)
    streams = stream_states(*study.seed, ("pulse",))
    neurons, errors = empty_neurons(layers), empty_neurons(layers)
    pending = np.zeros((2, max(w.size for w in synapses.precise)), np.int32)
    pulses = np.array([n * m for n, m in zip(layers[:-1], layers[1:], strict=True)], np.int64)
    waiting = 0
    for layer in reversed(range(len(arrays))):  # the first layer last: the list of those waiting is its own
        waiting = program_all(kernel_states, streams, arrays[layer], layers[layer + 1], pending)
    for epoch in range(network.epochs):
        begin = time.process_time()
        right, waiting = train_examples(
            arrays, pending, waiting, neurons, errors, np.array(layers), study.active, study.train_labels,
            study.order(epoch), np.float32(network.eta * network.eta_decay**epoch), kernel_states, streams, pulses,
        )  # fmt: skip
        tested = accuracy(synapses.device, layers, study.test, study.test_labels, CIRCUIT)
        seconds = time.process_time() - begin
        counted = tuple(int(n) for n in pulses)
        yield (
            EpochResult(epoch, right / study.train_labels.size, tested, counted, (0,) * len(counted), seconds),
            synapses,
        )
        pulses[:] = 0
