"""Training of a network of conductance pairs by pulses from jump-tables (Fumarola 2016)."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from devicegen.table import DeviceTable
from netsim.circuit import ACTIVATIONS
from netsim.config import PairNetwork
from netsim.crossbar import empty_layers, empty_neurons
from netsim.streams import stream_states
from netsim.synapse.jump import PulseResponse
from netsim.synapse.pair import PURPOSES, PairLayers, train_examples
from netsim.synapse.upkeep import DECAY_INTERVAL, decay, drift_factors, reset_full_pairs
from netsim.train import Circuit, EpochResult, Study, accuracy

FINE_STEP, STEP_EXPONENT = 0.005, 1.5
"""With 'auto', an upstream neuron opens its row with probability (FINE_STEP / rms step)^STEP_EXPONENT x: the best
value found by scans of linear devices of 20 to 200 steps, and of PCM (see docs/networks.md)."""

CENTRE = {True: 0.2, False: 0.5}
"""Middle of the initial conductances, in parts of the range: low for devices trained by SET pulses only."""


def circuit_of(network: PairNetwork) -> Circuit:
    """Neuron circuits that the settings ask for."""
    return Circuit(
        ACTIVATIONS[network.activation],
        network.derivative == "two_valued",
        network.derivative_floor,
        network.neuron_states or 0,
    )


def upstream_probability(network: PairNetwork, response: PulseResponse) -> float:
    """The factor c of the configuration, or the one that suits the device's step."""
    if network.upstream_probability != "auto":
        return network.upstream_probability
    return min(1.0, (FINE_STEP / (response.set_rms * network.weight_range)) ** STEP_EXPONENT)


def learning_rate_ratio(network: PairNetwork, response: PulseResponse) -> float:
    """The learning rate of SET over that of RESET of the configuration, or the one that evens out the pulses."""
    return response.reset_step / response.set_step if network.eta_ratio == "auto" else network.eta_ratio


def by_set_only(network: PairNetwork, response: PulseResponse) -> bool:
    """Whether the device is trained by SET pulses alone, and kept from filling up by occasional RESETs."""
    return network.update == "set_only" or (network.update == "auto" and response.abrupt_reset)


def without_effect(network: PairNetwork, table: DeviceTable) -> set[str]:
    """Settings that change nothing for this device, so that sweeping them would train the same network again."""
    idle = {"eta_ratio"} if by_set_only(network, PulseResponse.of(table, False)) else {"reset_interval"}
    return idle if table.per_device else idle | {"device_to_device"}


def _initial_layers(network: PairNetwork, response: PulseResponse, set_only: bool, study: Study) -> PairLayers:
    shapes = [w.shape for w in empty_layers(network.layers, True)]
    draw = study.generator("weights")
    scale = np.float32(network.weight_range)
    plus, minus, weight, device = [], [], [], []
    for shape, n_outputs in zip(shapes, network.layers[1:], strict=True):
        sides = np.zeros((2, *shape), np.float32)
        spread = network.initial_spread * draw.uniform(-1, 1, (2, shape[0], n_outputs))
        sides[:, :, :n_outputs] = np.clip(CENTRE[set_only] + spread, 0, 1)
        plus.append(sides[0])
        minus.append(sides[1])
        weight.append(scale * (sides[0] - sides[1]))
        device.append(draw.integers(0, len(response.changes), (2, *shape)).astype(np.uint16))
    gained = shapes if network.local_gains else [(1, 1)] * len(shapes)
    return PairLayers(
        weight=tuple(weight),
        plus=tuple(plus),
        minus=tuple(minus),
        device=tuple(device),
        gain=tuple(np.ones(shape, np.float32) for shape in gained),
        sign=tuple(np.zeros(shape, np.int8) for shape in gained),
    )


class _Upkeep:
    """Occasional RESET, drift and leakage between examples; counts examples since the start."""

    def __init__(self, network: PairNetwork, response: PulseResponse, set_only: bool, synapses: PairLayers) -> None:
        self.network, self.response, self.set_only, self.synapses = network, response, set_only, synapses
        self.clock = tuple(np.zeros(w.shape, np.int32) for w in synapses.weight)
        self.scale = np.float32(network.weight_range)
        self.reset_times = [0]
        self.decayed_at = 0
        self.decays = network.drift_exponent > 0 or network.leakage_time is not None

    def examples_until_due(self, done: int) -> int | None:
        """How many examples may follow without upkeep; None: any number."""
        intervals = [self.network.reset_interval] * self.set_only + [DECAY_INTERVAL] * self.decays
        return min((interval - done % interval for interval in intervals), default=None)

    def _decay(self, done: int) -> None:
        factors = drift_factors(np.array(self.reset_times), self.decayed_at, done, self.network.drift_exponent)
        if self.network.leakage_time is not None:
            factors *= np.float32(np.exp((self.decayed_at - done) / self.network.leakage_time))
        for layer, clock in enumerate(self.clock):
            synapses = self.synapses
            decay(synapses.weight[layer], synapses.plus[layer], synapses.minus[layer], clock, factors, self.scale)
        self.decayed_at = done

    def after(self, done: int, streams: np.ndarray, pulses: np.ndarray) -> None:
        """Carry out what is due when `done` examples have been trained."""
        if self.decays and done % DECAY_INTERVAL == 0:
            self._decay(done)
        if self.set_only and done % self.network.reset_interval == 0:
            self.reset_times.append(done)
            synapses = self.synapses
            for layer, clock in enumerate(self.clock):
                reset_full_pairs(
                    synapses.weight[layer], synapses.plus[layer], synapses.minus[layer], synapses.device[layer], clock,
                    len(self.reset_times) - 1, self.network.layers[layer + 1], self.scale,
                    np.float32(self.response.full), self.response.changes, self.response.units, streams, pulses[layer],
                )  # fmt: skip


def train(network: PairNetwork, table: DeviceTable, study: Study) -> Iterator[EpochResult]:
    """Train by pulses; yields a result after each epoch.

    Raises: ConfigError or TableError, see `PulseResponse.of`.
    """
    response = PulseResponse.of(table, network.device_to_device)
    set_only = by_set_only(network, response)
    synapses = _initial_layers(network, response, set_only, study)
    upkeep = _Upkeep(network, response, set_only, synapses)
    circuit, layers = circuit_of(network), network.layers
    opening = upstream_probability(network, response)
    set_rate = network.eta / (opening * response.set_step * network.weight_range)
    if not set_only:
        set_rate /= 2  # a bidirectional device moves both sides
    reset_rate = 0.0 if set_only else set_rate / learning_rate_ratio(network, response)
    firing = (np.float32(opening), np.float32(set_rate), np.float32(reset_rate), network.longest_train)
    kernel_circuit = (
        circuit.activation, circuit.two_valued, np.float32(circuit.floor), circuit.states, circuit.states
    )  # fmt: skip
    arrays = (synapses.weight, synapses.plus, synapses.minus, synapses.device, synapses.gain, synapses.sign)
    streams = stream_states(*study.seed, PURPOSES)
    neurons, errors = empty_neurons(layers), empty_neurons(layers)
    done = 0
    for epoch in range(network.epochs):
        begin = time.process_time()
        order, right = study.order(epoch), 0
        pulses = np.zeros((len(layers) - 1, 2), np.int64)
        while order.size:
            stop = upkeep.examples_until_due(done) or order.size
            now, order = order[:stop], order[stop:]
            right += train_examples(
                arrays, neurons, errors, np.array(layers), study.active, study.train_labels, now, kernel_circuit,
                firing, upkeep.scale, response.changes, response.units, streams, pulses,
            )  # fmt: skip
            done += now.size
            upkeep.after(done, streams, pulses)
        tested = accuracy(synapses.weight, layers, study.test, study.test_labels, circuit)
        seconds = time.process_time() - begin
        yield EpochResult(
            epoch, right / study.train_labels.size, tested, tuple(int(n) for n in pulses.sum(axis=1)),
            tuple(int(n) for n in pulses[:, 1]), seconds,
        )  # fmt: skip
