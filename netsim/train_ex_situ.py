"""Ex-situ training: a network learns in software, then each device is written and verified (Al Misba 2022, III-B2).

Verified means that pulses are repeated until the device is within alpha of the target of its quantized weight: the
number of pulses is geometric, and the weight that stays is one of the samples within tolerance. A device that needs
more pulses than `attempts` is given up, and stays where the last pulse left it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from devicegen.table import DeviceTable, StateDistribution
from netsim.config.quantized import ExSituNetwork
from netsim.crossbar import empty_layers
from netsim.synapse.quantized_faults import choose_stuck
from netsim.synapse.quantized_states import FloatRows, ProgrammedStates
from netsim.train import EpochResult, Study, accuracy
from netsim.train_float import train_weights
from netsim.train_quantized import (
    CIRCUIT,
    attempts_unmeasured,
    device_ranks,
    programmed_states,
    states_of,
    stress_tests,
    train_layers,
)

Learned = list[tuple[EpochResult, Sequence[FloatRows]]]
"""Each epoch of a precursor; the weights are those after the last."""

_WITHOUT_DEVICE = {
    "float": ExSituNetwork.baseline_settings,
    "quantized": (*ExSituNetwork.baseline_settings, "n_states", "initial_sigma"),
}
"""Precursors that know nothing of a device, and all settings that they depend on."""

_KEPT = 16
_learned: dict[Hashable, Learned] = {}
"""The last few of these that this process has trained: others write the same weights into other devices."""


def exact_states(n_states: int) -> ProgrammedStates:
    """States of an ideal device, which takes each quantized weight exactly."""
    levels = np.linspace(-1, 1, n_states)
    unknown = np.full((n_states, 1), np.nan)
    ideal = StateDistribution(levels, "level", "1", levels, levels[:, None], unknown, np.zeros((n_states, 1), np.uint8))
    return ProgrammedStates.of(ideal, n_states, 1e-6, "ideal")


def mean_states(states: ProgrammedStates, alpha: float) -> ProgrammedStates:
    """States of a device that takes, for each quantized weight, the mean of what verified devices have there."""
    means = []
    for level in range(states.n_states):
        rows = range(level, states.counts.size, states.n_states)
        fitting = [states.reached[row, : states.counts[row]][states.fitting(row)] for row in rows]
        means.append(np.array([np.concatenate(fitting).mean()], np.float64))
    return ProgrammedStates.of_outcomes(states.targets, means, alpha)


@dataclass(frozen=True)
class Written:
    """Devices after writing and verifying.

    weights  : per layer, as kernels take them
    pulses   : of each layer
    latency  : pulses that follow one another when a row's devices are programmed at once, rows one after the other
               and all layers at once
    most     : pulses of the device that got the most
    given_up : devices that are not within tolerance
    """

    weights: list[FloatRows]
    pulses: tuple[int, ...]
    latency: int
    most: int
    given_up: int


def _write_layer(
    weights: FloatRows, rank: np.ndarray, states: ProgrammedStates, attempts: int, draw: np.random.Generator
) -> tuple[FloatRows, np.ndarray, np.ndarray]:
    """Device weights, pulses of each device, and which of them were given up; all (inputs [+ bias], outputs)."""
    level = np.searchsorted(states.boundaries, weights, side="right")
    device, pulses = np.zeros_like(weights), np.zeros(weights.shape, np.int64)
    given_up = np.zeros(weights.shape, np.bool_)
    kind = rank.astype(np.int64) * states.n_states + level
    for row in np.unique(kind):
        here, fits = kind == row, states.fitting(row)
        samples = states.reached[row, : states.counts[row]]
        needed = draw.geometric(max(fits.mean(), 1e-9), int(here.sum()))
        lost = needed > attempts
        reached = np.empty(needed.size, np.float32)
        reached[~lost] = draw.choice(samples[fits], int((~lost).sum())) if fits.any() else 0
        reached[lost] = draw.choice(samples[~fits], int(lost.sum())) if lost.any() else 0
        device[here], pulses[here], given_up[here] = reached, np.minimum(needed, attempts), lost
    return device, pulses, given_up


def write_verified(
    network: ExSituNetwork, weights: Sequence[FloatRows], states: ProgrammedStates, study: Study, trial: int
) -> Written:
    """Write trained weights into fresh devices; the controller leaves alone those that are stuck."""
    draw, of_stuck = study.generator("write", trial), study.generator("stuck", trial)
    layers = network.layers
    written, pulses, slots, most, lost = empty_layers(layers, network.biases), [], [], 0, 0
    ranks = device_ranks(layers, network.biases, states, study.generator("device", trial))
    for w, rank, into, width in zip(weights, ranks, written, layers[1:], strict=True):
        device, given, given_up = _write_layer(w[:, :width], rank[:, :width], states, network.attempts, draw)
        if network.stuck_share > 0:
            stuck, at = choose_stuck(device.shape, network.stuck_share, network.stuck_at, states, of_stuck)
            device, given, given_up = np.where(stuck, at, device), np.where(stuck, 0, given), given_up | stuck
        into[:, :width] = device
        pulses.append(int(given.sum()))
        slots.append(int(given.max(axis=1).sum()))
        most, lost = max(most, int(given.max())), lost + int(given_up.sum())
    return Written(list(written), tuple(pulses), max(slots), most, lost)


def _in_software(network: ExSituNetwork, table: DeviceTable, states: ProgrammedStates, study: Study) -> Learned:
    """Train the precursor, whose weights are to be quantized and written."""
    if network.precursor == "float":
        return list(train_weights(network, study, CIRCUIT))
    in_software = network.model_copy(update={"stuck_share": 0.0})
    trained_on = states
    if network.precursor == "quantized":
        trained_on = exact_states(network.n_states)
    elif network.precursor == "reached":
        trained_on = mean_states(states, network.alpha)
    elif network.precursor == "gaussian":
        distribution = states_of(table, network.levels)
        trained_on = ProgrammedStates.of(distribution, network.n_states, network.alpha, table.device, "gaussian")
    return [
        (replace(result, pulses=(0,) * len(result.pulses), measures={}), synapses.precise)
        for result, synapses in train_layers(in_software, trained_on, study)
    ]


def _learned_once(network: ExSituNetwork, table: DeviceTable, states: ProgrammedStates, study: Study) -> Learned:
    """The precursor, trained once in a process where no device decides what it learns."""
    if network.precursor not in _WITHOUT_DEVICE:
        return _in_software(network, table, states, study)
    settings = tuple(getattr(network, name) for name in _WITHOUT_DEVICE[network.precursor])
    images = hashlib.blake2b()
    for array in (*study.active, study.train_labels, study.test, study.test_labels):
        images.update(array.tobytes())
    key = (network.precursor, settings, study.seed, images.digest())
    if key not in _learned:
        if len(_learned) == _KEPT:
            del _learned[next(iter(_learned))]
        _learned[key] = _in_software(network, table, states, study)
    return _learned[key]


def train(network: ExSituNetwork, table: DeviceTable, study: Study) -> Iterator[EpochResult]:
    """Train in software, then write the weights into fresh devices `trials` times.

    Yields a result after each epoch, with the accuracies of the software and no pulses, then one for each writing,
    with the test accuracy of the devices and the pulses they took, each followed by its tests under stress.
    """
    states, blind = programmed_states(network, table), attempts_unmeasured(network, table)
    for result, weights in _learned_once(network, table, states, study):
        yield result
        if result.epoch < network.epochs - 1:
            continue
        for trial in range(network.trials):
            begin = time.process_time()
            written = write_verified(network, weights, states, study, trial)
            tested = accuracy(written.weights, network.layers, study.test, study.test_labels, CIRCUIT)
            devices = sum(len(w) * width for w, width in zip(weights, network.layers[1:], strict=True))
            measures = {
                "latency_pulses": written.latency,
                "device_pulses_mean": sum(written.pulses) / devices,
                "device_pulses_max": written.most,
                "given_up": written.given_up,
                **blind,
            }
            on_devices = replace(
                result, train_accuracy=None, test_accuracy=tested, pulses=written.pulses, trial=trial,
                seconds=time.process_time() - begin, measures=measures,
            )  # fmt: skip
            yield on_devices
            yield from stress_tests(network, states, written.weights, study, on_devices)
