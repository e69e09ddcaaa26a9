"""The floating-point baseline of a network, trained beside its devices."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from netsim.config import AnyNetwork, PairNetwork
from netsim.crossbar import empty_layers, empty_neurons
from netsim.synapse.float import train_examples
from netsim.train import Circuit, EpochResult, Study, accuracy


def initial_weights(layers: tuple[int, ...], biased: bool, study: Study) -> tuple[np.ndarray, ...]:
    """Normal weights of standard deviation 1/sqrt(inputs), zero biases; per layer, padded."""
    weights = empty_layers(layers, biased)
    draw = study.generator("weights")
    for w, n_inputs, n_outputs in zip(weights, layers[:-1], layers[1:], strict=True):
        w[:n_inputs, :n_outputs] = draw.normal(0, n_inputs**-0.5, (n_inputs, n_outputs))
    return weights


def train(network: AnyNetwork, study: Study, circuit: Circuit) -> Iterator[EpochResult]:
    """Train in floating point; yields a result after each epoch.

    A pair network has biases, a constant learning rate and its derivative in the error that is propagated back; a
    quantized network has biases on request, neither of the others, and weights within [-1, 1] (Al Misba 2022, eq. 5).
    """
    for result, _ in train_weights(network, study, circuit):
        yield result


def train_weights(
    network: AnyNetwork, study: Study, circuit: Circuit
) -> Iterator[tuple[EpochResult, tuple[np.ndarray, ...]]]:
    """As `train`, with the weights after each epoch."""
    pair = isinstance(network, PairNetwork)
    layers = network.layers
    biased = pair or network.biases
    weights = initial_weights(layers, biased, study)
    neurons, errors = empty_neurons(layers), empty_neurons(layers)
    none = (0,) * len(weights)
    for epoch in range(network.epochs):
        begin = time.process_time()
        eta = network.baseline_eta if pair else network.eta * network.eta_decay**epoch
        right = train_examples(
            weights, neurons, errors, np.array(layers), study.active, study.train_labels, study.order(epoch),
            np.float32(eta), (circuit.activation, circuit.two_valued, np.float32(circuit.floor)), biased, pair,
            np.float32(np.inf if pair else 1),
        )  # fmt: skip
        tested = accuracy(weights, layers, study.test, study.test_labels, circuit)
        seconds = time.process_time() - begin
        yield EpochResult(epoch, right / study.train_labels.size, tested, none, none, seconds), weights
