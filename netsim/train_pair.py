"""Training of a network of conductance pairs by pulses from jump-tables (Fumarola 2016)."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence

import numpy as np

from devicegen.table import DeviceTable
from netsim.circuit import ACTIVATIONS
from netsim.config import PairNetwork
from netsim.crossbar import empty_neurons
from netsim.pair_device import PairDevice
from netsim.streams import stream_states
from netsim.synapse.decay import TICK, Decay, make_rows
from netsim.synapse.firing import PURPOSES
from netsim.synapse.jump import BLIND_RESET, BLIND_SET, COUNTS, CUT, RESET, SET, uncovered
from netsim.synapse.pair import PairLayers, train_examples
from netsim.synapse.upkeep import reset_full_pairs
from netsim.train import Circuit, EpochResult, Study, accuracy

_log = logging.getLogger(__name__)

WATCHED = 500
"""Two times so many examples are watched; then a training that cannot come to anything is reported."""

HARDLY_ANY = 0.02
"""Neurons at the end of their range have no error to learn from: pulses that fall off below this part tell it."""

AT_AN_END = 0.01
"""A pair is saturated when both of its devices are within this part of the range of an end."""

MANY_SATURATED = 0.25
MUCH_UNCOVERED = 0.1
"""Shares, of the pairs and of the range, above which a warning is given."""


def circuit_of(network: PairNetwork) -> Circuit:
    """Neuron circuits that the settings ask for."""
    return Circuit(
        ACTIVATIONS[network.activation],
        network.derivative == "two_valued",
        network.derivative_floor,
        network.neuron_states or 0,
    )


_OF_OCCASIONAL_RESET = {"reset_interval", "reset_fullness", "reset_difference", "reset_precision"}


def without_effect(network: PairNetwork, table: DeviceTable) -> set[str]:
    """Settings that make no difference to a device: those that only the other kind of training looks at."""
    device = PairDevice.of(network, table)
    idle = {"eta_ratio"} if device.set_only else _OF_OCCASIONAL_RESET
    if network.update_rule == "outer_product":
        idle |= {"upstream_pulses", "upstream_probability"}
    return idle if table.per_device else idle | {"device_to_device"}


def saturated_share(synapses: PairLayers, layers: tuple[int, ...]) -> float:
    """Share of the pairs whose devices both stand at an end of the range."""
    stuck = total = 0
    for plus, minus, columns in zip(synapses.plus, synapses.minus, layers[1:], strict=True):
        ends = [(g < AT_AN_END) | (g > 1 - AT_AN_END) for g in (plus[:, :columns], minus[:, :columns])]
        stuck += int(np.sum(ends[0] & ends[1]))
        total += ends[0].size
    return stuck / total


def unmeasured_shares(pulses: np.ndarray) -> dict[str, float]:
    """Shares of the SET pulses, of the RESET pulses and of all that were fired where nobody measured what they do.

    pulses : (COUNTS,) numbers of pulses, those of occasional RESET among them; the share of none is 0
    """
    blind = pulses[[BLIND_SET, BLIND_RESET]]
    fired = pulses[[SET, RESET]]
    return {
        "unmeasured_set": float(blind[0] / max(fired[0], 1)),
        "unmeasured_reset": float(blind[1] / max(fired[1], 1)),
        "unmeasured_share": float(blind.sum() / max(fired.sum(), 1)),
    }


def _warn_of_rows(table: DeviceTable) -> None:
    for name, share in zip(("SET", "RESET"), uncovered(table), strict=True):
        if share > MUCH_UNCOVERED:
            _log.warning(
                "device %s: the rows of its %s table leave out %.0f%% of its conductance range; there its outermost "
                "row is used.", table.device, name, 100 * share,
            )  # fmt: skip


def _warn_of_futility(table: DeviceTable, network: PairNetwork, fired: Sequence[int], saturated: float, n: int) -> None:
    if sum(fired) == 0:
        _log.warning(
            "device %s: eta %g fired no pulse in the first %d examples: nothing is learnt. Raise eta, or lower "
            "upstream_threshold and error_threshold.", table.device, network.eta, n,
        )  # fmt: skip
    elif n == 2 * WATCHED and fired[1] < HARDLY_ANY * fired[0]:
        _log.warning(
            "device %s: with eta %g pulses fell to %.1f%% within the first %d examples: the neurons are driven to the "
            "ends of their range, where they learn no more. Lower eta, weight_range or upstream_probability.",
            table.device, network.eta, 100 * fired[1] / fired[0], n,
        )  # fmt: skip
    if saturated > MANY_SATURATED:
        _log.warning(
            "device %s: after %d examples with eta %g %.0f%% of the pairs are saturated, both devices at an end of "
            "the range. Lower eta, or take finer pulses (set_pulses).", table.device, n, network.eta, 100 * saturated,
        )  # fmt: skip


class _Training:
    """State of a network in training, and what happens to it between examples.

    done : examples since the start;  maintained : pulses of occasional RESET since then
    """

    def __init__(self, device: PairDevice, study: Study) -> None:
        network = self.network = device.network
        self.device, self.study = device, study
        self.synapses = device.layers(study)
        self.gains = device.gains()
        self.decay: Decay | None = device.decay(study)
        self.response = device.response_in_kernel
        self.scale = np.float32(network.weight_range)
        self.streams = stream_states(*study.seed, PURPOSES)
        self.neurons, self.errors = empty_neurons(network.layers), empty_neurons(network.layers)
        circuit = circuit_of(network)
        self.circuit = (
            circuit.activation, circuit.two_valued, np.float32(circuit.floor), circuit.states, circuit.states
        )  # fmt: skip
        self.done = self.maintained = 0

    @property
    def _decay_in_kernel(self) -> tuple | None:
        return None if self.decay is None else self.decay.in_kernel

    def _until_due(self) -> int | None:
        """How many examples may follow without upkeep; None: any number."""
        intervals = [self.network.reset_interval] * self.device.set_only + [TICK] * (self.decay is not None)
        return min((interval - self.done % interval for interval in intervals), default=None)

    def train(self, order: np.ndarray, pulses: np.ndarray) -> int:
        """Train the images of `order`, with the upkeep that is due; returns how many were right before."""
        right = 0
        while order.size:
            stop = self._until_due() or order.size
            now, order = order[:stop], order[stop:]
            right += train_examples(
                self.synapses.in_kernel, self.neurons, self.errors, np.array(self.network.layers), self.study.active,
                self.study.train_labels, now, self.circuit, self.device.opening, self.device.firing, self.scale,
                self.response, self.device.response.measured, self.gains, self.device.read_noise,
                self._decay_in_kernel, self.streams, pulses,
            )  # fmt: skip
            self.done += now.size
            self._keep_up(pulses)
        return right

    def _keep_up(self, pulses: np.ndarray) -> None:
        if self.decay is not None and self.done % TICK == 0:
            self.decay.advance(self.done, self.synapses.plus, self.synapses.minus)
        if self.device.set_only and self.done % self.network.reset_interval == 0:
            this = 0 if self.decay is None else self.decay.add_round(self.done)
            before = int(pulses[:, [SET, RESET]].sum())
            weight, plus, minus, device = self.synapses.in_kernel
            for layer, width in enumerate(self.network.layers[1:]):
                reset_full_pairs(
                    weight[layer], plus[layer], minus[layer], device[layer], self._decay_in_kernel, layer, this, width,
                    self.scale, self.device.reset_limits, self.response, self.device.response.measured, self.streams,
                    pulses[layer],
                )  # fmt: skip
            self.maintained += int(pulses[:, [SET, RESET]].sum()) - before

    def saturated(self) -> float:
        """Share of saturated pairs; 0 where conductances leave the ends by themselves, or there is no end."""
        endless = self.decay is not None or not self.device.response.bounded
        return 0.0 if endless else saturated_share(self.synapses, self.network.layers)

    def weights(self) -> tuple[np.ndarray, ...]:
        """Weights of all layers at present."""
        weight, plus, minus, _ = self.synapses.in_kernel
        if self.decay is not None:
            for layer in range(len(weight)):
                every = np.arange(len(weight[layer]))
                make_rows(
                    weight[layer], plus[layer], minus[layer], self.decay.in_kernel, layer, every, self.scale
                )  # fmt: skip
        return weight


def train(network: PairNetwork, table: DeviceTable, study: Study) -> Iterator[EpochResult]:
    """Train by pulses; yields a result after each epoch.

    Warns, in the log, of a training that cannot come to anything: after 2 `WATCHED` examples, not at the end.

    measures : reset_pulses; saturated, see `saturated_share`; cut, the share of the pulses, but for those of occasional
               RESET, after which the device stood at an end of its range; energy_J where the table states the energy
               of both pulses; and where it states in which part of the range they were measured, `unmeasured_set`,
               `unmeasured_reset` and `unmeasured_share`, see `unmeasured_shares`
    Raises   : ConfigError or TableError, see `PulseResponse.of`.
    """
    device = PairDevice.of(network, table)
    _warn_of_rows(table)
    training = _Training(device, study)
    layers = network.layers
    for epoch in range(network.epochs):
        begin = time.process_time()
        order, right, maintained = study.order(epoch), 0, training.maintained
        pulses = np.zeros((len(layers) - 1, COUNTS), np.int64)
        if epoch == 0:
            fired = []
            for part in (order[:WATCHED], order[WATCHED : 2 * WATCHED]):
                right += training.train(part, pulses)
                fired.append(int(pulses[:, [SET, RESET]].sum()) - sum(fired))
            watched, order = order[: 2 * WATCHED].size, order[2 * WATCHED :]
            _warn_of_futility(table, network, fired, training.saturated(), watched)
        right += training.train(order, pulses)
        tested = accuracy(training.weights(), layers, study.test, study.test_labels, circuit_of(network))
        seconds = time.process_time() - begin
        of_training = pulses[:, [SET, RESET]].sum() - (training.maintained - maintained)
        measures = {
            "reset_pulses": float(pulses[:, RESET].sum()),
            "saturated": training.saturated(),
            "cut": float(pulses[:, CUT].sum() / max(of_training, 1)),
        }
        if {"set_J", "reset_J"} <= set(table.energy_J):
            joules = np.array([table.energy_J["set_J"], table.energy_J["reset_J"]])
            measures["energy_J"] = float(pulses[:, [SET, RESET]].sum(axis=0) @ joules)
        if device.response.measured is not None:
            measures |= unmeasured_shares(pulses.sum(axis=0))
        yield EpochResult(
            epoch, right / study.train_labels.size, tested, tuple(int(n) for n in pulses[:, :2].sum(axis=1)),
            tuple(int(n) for n in pulses[:, RESET]), seconds, measures=measures,
        )  # fmt: skip
