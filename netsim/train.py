"""What the schemes have in common: images in order, accuracy on the test set, the record of an epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from devicegen.errors import ConfigError
from devicegen.seeds import generator
from netsim.circuit import activate
from netsim.inputs import ActiveInputs
from netsim.mnist import ImageSet

_EVALUATED_TOGETHER = 2_500


@dataclass(frozen=True)
class Circuit:
    """Neuron circuits of a network, as kernels take them (see `netsim.circuit`)."""

    activation: int
    two_valued: bool = False
    floor: float = 0.0
    states: int = 0


@dataclass(frozen=True)
class EpochResult:
    """One epoch of one trained network.

    train_accuracy : online: part of the training images whose class was right just before their own update; None for
                     devices written ex situ, which see no training image
    test_accuracy  : part of the test images, after the epoch
    pulses, reset_pulses : programming pulses of the epoch in each layer, all and those of RESET; 0 in floating point
    seconds        : processor time of training and evaluation
    trial          : ex situ, the number of the writing that the test accuracy and pulses belong to; None: software
    stress         : name and strength of what went wrong with the devices before this test; None: nothing
    measures       : further numbers of the scheme, each a column of the results
    """

    epoch: int
    train_accuracy: float | None
    test_accuracy: float
    pulses: tuple[int, ...]
    reset_pulses: tuple[int, ...]
    seconds: float
    trial: int | None = None
    stress: tuple[str, float] | None = None
    measures: Mapping[str, float] = field(default_factory=dict)


AsInputs = Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]]
"""Images (n, rows, columns) to inputs (n, inputs): see `netsim.inputs`."""


def check_fits(images: ImageSet, as_inputs: AsInputs, layers: tuple[int, ...], n_train: int, n_test: int) -> None:
    """Raise ConfigError when the network has another number of inputs than the images, or there are too few images."""
    for name, wanted, found in (("images", n_train, images.train_images), ("test_images", n_test, images.test_images)):
        if wanted > len(found):
            raise ConfigError(f"{name} is {wanted}, the data set has {len(found)}: ask for at most that many.")
    pixels = as_inputs(images.train_images[:1]).shape[1]
    if pixels != layers[0]:
        raise ConfigError(
            f"layers begins with {layers[0]} inputs, the images of this scheme have {pixels} pixels: "
            f"set the first layer to {pixels}."
        )


@dataclass(frozen=True)
class Study:
    """Images of one training run, as network inputs.

    train : active inputs of the training images;  test : (n, inputs) float32
    seed  : (root, address) below which all random numbers of the run are drawn
    """

    train: ActiveInputs
    train_labels: npt.NDArray[np.int64]
    test: npt.NDArray[np.float32]
    test_labels: npt.NDArray[np.int64]
    seed: tuple[int, tuple[str | int, ...]]

    @classmethod
    def of(
        cls,
        images: ImageSet,
        as_inputs: AsInputs,
        layers: tuple[int, ...],
        n_train: int,
        n_test: int,
        seed: tuple[int, tuple[str | int, ...]],
    ) -> Study:
        """Turn images into inputs; ConfigError when they do not fit (see `check_fits`)."""
        check_fits(images, as_inputs, layers, n_train, n_test)
        return cls(
            ActiveInputs.of(as_inputs(images.train_images[:n_train])),
            images.train_labels[:n_train].astype(np.int64),
            as_inputs(images.test_images[:n_test]),
            images.test_labels[:n_test].astype(np.int64),
            seed,
        )

    def generator(self, purpose: str, *index: int) -> np.random.Generator:
        """A generator for one purpose of this run."""
        root, address = self.seed
        return generator(root, *address, purpose, *index)

    def order(self, epoch: int) -> npt.NDArray[np.int64]:
        """Training images in the order of one epoch."""
        return self.generator("order", epoch).permutation(self.train_labels.size)

    @property
    def active(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Training inputs as kernels take them."""
        return self.train.starts, self.train.pixels, self.train.values


def accuracy(
    weights: Sequence[npt.NDArray[np.float32]],
    layers: tuple[int, ...],
    inputs: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    circuit: Circuit,
    read_noise: float = 0.0,
    draw: np.random.Generator | None = None,
) -> float:
    """Part of the images whose largest output is that of their class.

    weights    : per layer (inputs [+ 1 bias row], padded outputs)
    read_noise : standard deviation of each weight at each read, normal and new every time: that of a column's sum is
                 as much times the length of the input vector. Drawn from `draw`.
    """
    right = 0
    for start in range(0, len(inputs), _EVALUATED_TOGETHER):
        y = inputs[start : start + _EVALUATED_TOGETHER]
        for w, n_inputs, n_outputs in zip(weights, layers[:-1], layers[1:], strict=True):
            biased = len(w) > n_inputs
            length = np.sqrt((y * y).sum(axis=1, keepdims=True) + biased)
            y = y @ w[:n_inputs, :n_outputs]
            if biased:
                y += w[n_inputs, :n_outputs]
            if draw is not None and read_noise > 0:
                y += np.float32(read_noise) * length * draw.standard_normal(y.shape, np.float32)
            activate(circuit.activation, circuit.states, y.reshape(-1))
        right += int(np.sum(np.argmax(y, axis=1) == labels[start : start + len(y)]))
    return right / len(inputs)
