"""Ex-situ training: a network learns in software, then each device is written and verified (Al Misba 2022, III-B2).

Verified means that pulses are repeated until the device is within alpha of the target of its quantized weight: the
number of pulses is geometric, and the weight that stays is one of the samples within tolerance.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from devicegen.table import DeviceTable, StateDistribution
from netsim.config import ExSituNetwork
from netsim.synapse.quantized import ProgrammedStates
from netsim.train import EpochResult, Study, accuracy
from netsim.train_float import train_weights
from netsim.train_quantized import CIRCUIT, states_of, train_layers

Layers = Sequence[np.ndarray]


def exact_states(n_states: int) -> ProgrammedStates:
    """States of an ideal device, which takes each quantized weight exactly."""
    levels = np.linspace(-1, 1, n_states)
    unknown = np.full((n_states, 1), np.nan)
    ideal = StateDistribution(levels, "level", "1", levels, levels[:, None], unknown, np.zeros((n_states, 1), np.uint8))
    return ProgrammedStates.of(ideal, n_states, 1e-6, "ideal")


def write_verified(
    weights: Layers, layers: tuple[int, ...], states: ProgrammedStates, draw: np.random.Generator
) -> tuple[list[np.ndarray], list[int]]:
    """Write trained weights into fresh devices; returns device weights and the pulses of each layer."""
    edges = np.concatenate(([-np.inf], states.boundaries, [np.inf])).astype(np.float32)
    written, pulses = [], []
    for w, n_outputs in zip(weights, layers[1:], strict=True):
        level = np.searchsorted(states.boundaries, w[:, :n_outputs], side="right")
        device, spent = np.zeros_like(w), 0
        for k, count in enumerate(states.counts):
            fits = (states.low[k, :count] <= edges[k]) & (states.high[k, :count] >= edges[k + 1])
            here = level == k
            device[:, :n_outputs][here] = draw.choice(states.reached[k, :count][fits], int(here.sum()))
            spent += int(draw.geometric(fits.mean(), int(here.sum())).sum())
        written.append(device)
        pulses.append(spent)
    return written, pulses


def _in_software(
    network: ExSituNetwork, states: ProgrammedStates, study: Study
) -> Iterator[tuple[EpochResult, Layers]]:
    """Epochs of the precursor, with the weights to be quantized and written."""
    if network.precursor == "float":
        yield from train_weights(network, study, CIRCUIT)
    else:
        trained_on = states if network.precursor == "stochastic" else exact_states(network.n_states)
        for result, synapses in train_layers(network, trained_on, study):
            none = (0,) * len(result.pulses)
            yield replace(result, pulses=none), synapses.precise


def train(network: ExSituNetwork, table: DeviceTable, study: Study) -> Iterator[EpochResult]:
    """Train in software, then write the weights into fresh devices `trials` times.

    Yields a result after each epoch, with the accuracies of the software and no pulses, then one for each writing,
    with the test accuracy of the devices and the pulses they took.
    """
    states = ProgrammedStates.of(states_of(table), network.n_states, network.alpha, table.device)
    for result, weights in _in_software(network, states, study):
        yield result
        if result.epoch < network.epochs - 1:
            continue
        for trial in range(network.trials):
            begin = time.process_time()
            written, pulses = write_verified(weights, network.layers, states, study.generator("write", trial))
            tested = accuracy(written, network.layers, study.test, study.test_labels, CIRCUIT)
            seconds = time.process_time() - begin
            spent = tuple(pulses)
            yield replace(result, train_accuracy=None, test_accuracy=tested, pulses=spent, trial=trial, seconds=seconds)
