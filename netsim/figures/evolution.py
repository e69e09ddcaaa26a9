"""How one synapse learns: high-precision weight, its quantized target and the device (Al Misba 2022, Fig. 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devicegen.table_file import read_table
from netsim.config.quantized import QuantizedNetwork
from netsim.figures.style import COLOURS, figure
from netsim.inputs import binarized
from netsim.mnist import load_images
from netsim.train import Study
from netsim.train_quantized import InSituRun, programmed_states

LAYER = 2
"""Between the second and the third hidden layer, as in the paper."""


@dataclass(frozen=True)
class Evolution:
    """Weights of one synapse, before the first image and after each.

    precise, target, device : (images + 1,) high-precision weight, target of its quantized level, device weight
    place : row and column of the synapse in its layer
    """

    precise: np.ndarray
    target: np.ndarray
    device: np.ndarray
    place: tuple[int, int]


def follow_synapse(network: QuantizedNetwork, table: Path, study: Study, images: int) -> Evolution:
    """Train on the first images, and return the synapse whose quantized level changes most often."""
    layer = min(LAYER, len(network.layers) - 2)
    states = programmed_states(network, read_table(table))
    run = InSituRun(network, states, study)
    order = study.order(0)[:images]
    width = network.layers[layer + 1]
    precise, device = (np.empty((images + 1, *w[layer][:, :width].shape), np.float32)
                       for w in (run.synapses.precise, run.synapses.device))  # fmt: skip
    precise[0], device[0] = run.synapses.precise[layer][:, :width], run.synapses.device[layer][:, :width]
    for number in range(images):
        run.train(order[number : number + 1], network.eta)
        precise[number + 1] = run.synapses.precise[layer][:, :width]
        device[number + 1] = run.synapses.device[layer][:, :width]
    level = np.searchsorted(states.boundaries, precise, side="right")
    changes = np.sum(level[1:] != level[:-1], axis=0)
    row, column = (int(k) for k in np.unravel_index(int(np.argmax(changes)), changes.shape))
    target = states.targets[level[:, row, column]]
    return Evolution(precise[:, row, column], target, device[:, row, column], (row, column))


def draw_evolution(
    network: QuantizedNetwork,
    table: Path,
    mnist_dir: Path,
    path: Path,
    alphas: Sequence[float] = (0.15, 0.25),
    images: int = 250,
    root_seed: int = 2022,
    other_data_set: bool = False,
) -> None:
    """One panel for each tolerance; the band is the tolerance around the target.

    other_data_set : accept images that are not the published MNIST
    Raises: ConfigError, TableError, MnistError as a sweep does.
    """
    data = load_images(mnist_dir, other_data_set)
    with figure(path, 9.2, 3.4) as drawing:
        panels = drawing.subplots(1, len(alphas), sharey=True, squeeze=False)[0]
        for axes, alpha in zip(panels, alphas, strict=True):
            chosen = network.with_settings({"alpha": alpha})
            study = Study.of(data, binarized, chosen.layers, images, 1, (root_seed, ("evolution",)))
            found = follow_synapse(chosen, table, study, images)
            x = np.arange(images + 1)
            axes.fill_between(
                x, found.target - alpha, found.target + alpha, step="post", color=COLOURS[2], alpha=0.15, lw=0
            )
            axes.step(x, found.target, where="post", color=COLOURS[2], label="quantized target, ± alpha")
            axes.step(x, found.device, where="post", color=COLOURS[1], lw=1.1, label="device")
            axes.plot(x, found.precise, color=COLOURS[0], label="high-precision weight")
            axes.set_title(f"α = {alpha:g}: from neuron {found.place[0]} to {found.place[1]}", fontsize=9)
            axes.set_xlabel("training image")
        panels[0].set_ylabel("weight")
        panels[0].set_ylim(-1.1, 1.1)
        handles, labels = panels[0].get_legend_handles_labels()
        drawing.legend(handles, labels, loc="outside lower center", ncols=3)
        title = f"Fig. 5: a synapse of {table.stem} in its first images, of all the one whose target changes most often"
        drawing.suptitle(title, fontsize=9, fontweight="bold")
