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
from netsim.synapse.levels import attempt_unmeasured, states_from_jumps
from netsim.synapse.quantized import BLOCK, WAITING_FIELDS, QuantizedLayers, program_all, train_examples
from netsim.synapse.quantized_faults import after_hops, choose_stuck, with_stuck
from netsim.synapse.quantized_states import FloatRows, Noise, ProgrammedStates, evenly
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


def attempts_unmeasured(network: QuantizedBase, table: DeviceTable) -> dict[str, float]:
    """See `netsim.synapse.levels.attempt_unmeasured`; nothing for a device that has states of its own or is ideal."""
    ideal = isinstance(network, QuantizedNetwork) and network.noise == "none"
    if table.states is not None or network.levels is None or ideal:
        return {}
    return attempt_unmeasured(table, evenly(states_of(table, network.levels).control, network.n_states))


def device_ranks(
    layers: tuple[int, ...], biased: bool, states: ProgrammedStates, draw: np.random.Generator
) -> list[np.ndarray]:
    """Class of each device, per layer (inputs [+ bias], padded outputs): drawn, or 0 where all devices are alike."""
    shapes = [w.shape for w in empty_layers(layers, biased)]
    if states.classes == 1:
        return [np.zeros(shape, np.uint8) for shape in shapes]
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
        first=tuple(np.zeros(w.shape, np.uint8) for w in precise),
        beyond=tuple(np.full(w.shape, states.n_states, np.uint8) for w in precise),
        room=tuple(np.zeros((w.shape[0], -(-w.shape[1] // BLOCK))) for w in precise),
        rank=tuple(device_ranks(layers, biased, states, study.generator("device"))),
        given=tuple(np.zeros(w.shape, np.int32) for w in precise),
    )


def _fix_stuck(
    network: QuantizedBase, states: ProgrammedStates, synapses: QuantizedLayers, study: Study
) -> list[np.ndarray]:
    """Give stuck devices their weight and levels that nothing leaves; returns which they are, per layer."""
    draw = study.generator("stuck")
    chosen = []
    for layer, width in enumerate(network.layers[1:]):
        shape = (len(synapses.precise[layer]), width)
        stuck, weights = choose_stuck(shape, network.stuck_share, network.stuck_at, states, draw)
        synapses.device[layer][:, :width][stuck] = weights[stuck]
        synapses.first[layer][:, :width][stuck] = 0
        synapses.beyond[layer][:, :width][stuck] = states.n_states
        chosen.append(stuck)
    return chosen


def train(network: QuantizedNetwork, table: DeviceTable, study: Study) -> Iterator[EpochResult]:
    """Train in place; yields a result after each epoch, then one for each test under stress.

    Before the first example every device gets one pulse for its initial weight; the first epoch counts it.
    Raises: ConfigError or TableError, see `states_of` and `ProgrammedStates.of`.
    """
    states, blind = programmed_states(network, table), attempts_unmeasured(network, table)
    for result, synapses in train_layers(network, states, study):
        yield replace(result, measures={**result.measures, **blind})
        if result.epoch == network.epochs - 1:
            yield from stress_tests(network, states, synapses.device, study, result)


class InSituRun:
    """A network in training: its synapses, and what its kernel keeps from one call to the next.

    synapses : the devices and their high-precision weights
    pulses   : (layers,) given since the caller last set them to 0; at first one to each device
    slots    : pulses that follow one another since then, see `train_examples`
    """

    def __init__(self, network: QuantizedBase, states: ProgrammedStates, study: Study) -> None:
        layers = network.layers
        self._network, self._states, self._study = network, states, study
        self.synapses = _initial_layers(network, states, study)
        self._arrays = self.synapses.for_kernel
        self._streams = stream_states(*study.seed, ("pulse",))
        self._work = empty_neurons(layers), empty_neurons(layers)
        precise = self.synapses.precise
        self._pending = np.zeros((WAITING_FIELDS, max(w.size for w in precise)), np.int32)
        self.pulses = np.array([len(w) * width for w, width in zip(precise, layers[1:], strict=True)], np.int64)
        self.devices = int(self.pulses.sum())
        self.slots = max(len(w) for w in precise)
        self._waiting = 0
        for layer in reversed(range(len(precise))):  # the first layer last: the list of those waiting is its own
            self._waiting = program_all(
                states.for_kernel, self._streams, self._arrays[layer], layers[layer + 1], self._pending
            )
        if network.stuck_share > 0:
            self._stop_waiting_for(_fix_stuck(network, states, self.synapses, study)[0])

    def _stop_waiting_for(self, stuck: np.ndarray) -> None:
        kept = self._pending[:, : self._waiting]
        kept = kept[:, ~stuck[kept[0], kept[1]]]
        self._waiting = kept.shape[1]
        self._pending[:, : self._waiting] = kept

    def train(self, order: np.ndarray, eta: float) -> int:
        """Train on images in this order; returns how many were right before their own update."""
        right, self._waiting, slots = train_examples(
            self._arrays, self._pending, self._waiting, *self._work, np.array(self._network.layers),
            self._study.active, self._study.train_labels, order, np.float32(eta), self._states.for_kernel,
            self._streams, self._network.biases, self.pulses,
        )  # fmt: skip
        self.slots += slots
        return right


def train_layers(
    network: QuantizedBase, states: ProgrammedStates, study: Study
) -> Iterator[tuple[EpochResult, QuantizedLayers]]:
    """As `train`, with the synapses after each epoch.

    Measures of an epoch: `latency_pulses`, pulses that follow one another in it (see `train_examples`), and
    `device_pulses_mean` and `device_pulses_max`, what a device has got since the start.
    """
    run = InSituRun(network, states, study)
    for epoch in range(network.epochs):
        begin = time.process_time()
        right = run.train(study.order(epoch), network.eta * network.eta_decay**epoch)
        tested = accuracy(run.synapses.device, network.layers, study.test, study.test_labels, CIRCUIT)
        seconds = time.process_time() - begin
        counted = tuple(int(n) for n in run.pulses)
        measures = {
            "latency_pulses": run.slots,
            "device_pulses_mean": sum(int(given.sum()) for given in run.synapses.given) / run.devices,
            "device_pulses_max": max(int(given.max()) for given in run.synapses.given),
        }
        result = EpochResult(
            epoch, right / study.train_labels.size, tested, counted, (0,) * len(counted), seconds, measures=measures
        )
        yield result, run.synapses
        run.pulses[:] = run.slots = 0


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
