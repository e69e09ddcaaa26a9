"""Speed of the network kernels beside a yardstick of the same run: BLAS training of the same net, batch size 1.

Ratios travel between machines better than seconds do; both times are given. Times are processor times, except those of
a sweep, which are wall times: a sweep is there to shorten the wait.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from scipy.linalg.blas import sgemv, sger
from scipy.stats import norm

from devicegen.table import DeviceTable, JumpTable
from devicegen.table_file import write_table
from netsim.config import AnyNetwork, PairNetwork, QuantizedNetwork
from netsim.inputs import binarized, grey_crops
from netsim.mnist import ImageSet, load_images
from netsim.points import Point, train_point
from netsim.sweep import run_sweep
from validation.netsim.devices import wall

MNIST = Path(__file__).parents[1] / "data" / "raw" / "mnist"
REPEATS = 5
YARDSTICK_EXAMPLES = 1_000

QUANTIZED = QuantizedNetwork(scheme="quantized", images=20_000, epochs=3, test_images=1)
PAIR = PairNetwork(scheme="pair", images=5_000, epochs=5, test_images=1)


def blas_seconds(layers: tuple[int, ...], inputs: np.ndarray, labels: np.ndarray) -> float:
    """Processor seconds an example of plain stochastic gradient descent in float32 BLAS: sgemv, sgemv, sger."""
    draw = np.random.default_rng(0)
    shapes = zip(layers[1:], layers[:-1], strict=True)
    weights = [np.asfortranarray(draw.normal(0, m**-0.5, (n, m)), np.float32) for n, m in shapes]
    examples = list(zip(inputs[:YARDSTICK_EXAMPLES], labels[:YARDSTICK_EXAMPLES], strict=True))
    eta = np.float32(0.01)
    begin = time.process_time()
    for x, label in examples:
        outputs = [x]
        for w in weights:
            outputs.append(1 / (1 + np.exp(-sgemv(1, w, outputs[-1]))))
        error = outputs[-1].copy()
        error[label] -= 1
        for layer in reversed(range(len(weights))):
            y = outputs[layer + 1]
            gradient = error * y * (1 - y)
            if layer:
                error = sgemv(1, weights[layer], error, trans=1)
            weights[layer] = sger(-eta, gradient, outputs[layer], a=weights[layer], overwrite_a=1)
    return (time.process_time() - begin) / len(examples)


def training_seconds(network: AnyNetwork, table: DeviceTable | None, images: ImageSet) -> float:
    """Processor seconds an example, over all epochs from the first weights on, one test image an epoch."""
    epochs = train_point(Point("benchmark", network, table and table.device, {}, 0), table, images, 0)
    return sum(epoch.seconds for epoch in epochs) / (network.images * network.epochs)


def ratio(name: str, work: Callable[[], float], yardstick: Callable[[], float], reach: float) -> dict[str, object]:
    """Medians of alternating runs; the first of `work` compiles and is not counted."""
    work()
    times = [(work(), yardstick()) for _ in range(REPEATS)]
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    return {"name": name, "ratio": ours / theirs, "reach": reach, "time_s": ours, "yardstick_s": theirs}


def gaussian_jump(mean: float, deviation: float) -> JumpTable:
    """The same Gaussian change at every conductance, kept within [0, 1] S."""
    g, delta = np.linspace(0, 1, 101), np.linspace(-0.05, 0.05, 401)
    cdf = np.tile(norm.cdf((delta - mean) / deviation), (g.size, 1))
    cdf = np.where(g[:, None] + delta >= 1, 1.0, np.where(g[:, None] + delta < 0, 0.0, cdf))
    cdf[:, -1] = 1
    return JumpTable(g, delta, np.maximum.accumulate(cdf, axis=1), np.zeros(g.size, np.int64))


def linear_device(n_devices: int = 0) -> DeviceTable:
    """200 equal steps across the range; `n_devices` measured ones whose steps differ by up to 20 %."""
    factors = np.linspace(0.8, 1.2, n_devices)
    pairs = tuple((gaussian_jump(0.005 * f, 0.002), gaussian_jump(-0.005 * f, 0.002)) for f in factors)
    rise, fall = gaussian_jump(0.005, 0.002), gaussian_jump(-0.005, 0.002)
    return DeviceTable("linear", "artificial", True, 0.0, 1.0, {}, rise, fall, pairs)


def sweep_speedup() -> dict[str, object]:
    """32 points of a pair network on one worker and on two, each sweep from nothing to its CSV, workers' start too."""
    network = PAIR.model_copy(update={"epochs": 60, "seeds": 32, "baseline": False})
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "linear.h5"
        write_table(table, linear_device())
        for workers in (1, 2):
            output, points = Path(folder) / f"{workers}.csv", Path(folder) / f"points_{workers}"
            begin = time.perf_counter()
            run_sweep("benchmark", network, {"linear": table}, MNIST, output, points, workers)
            seconds[workers] = time.perf_counter() - begin
    return {
        "name": "sweep_speedup_2_workers", "ratio": seconds[1] / seconds[2], "reach": 1.9,
        "time_s": seconds[2], "yardstick_s": seconds[1],
    }  # fmt: skip


def _one_training(seed: int) -> float:
    """Wall seconds of one training, in a process that has its kernels ready."""
    images, device = load_images(MNIST), linear_device()
    point = Point("benchmark", PAIR, device.device, {}, seed)
    train_point(point, device, images, 0)
    begin = time.perf_counter()
    for _ in range(REPEATS):
        train_point(point, device, images, 0)
    return time.perf_counter() - begin


def two_processes() -> dict[str, object]:
    """The same training in one process and in two at a time, without Dask: what this machine lets a sweep gain."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        alone = pool.submit(_one_training, 0).result()
        together = max(pool.map(_one_training, (0, 1)))
    return {
        "name": "two_processes_without_dask", "ratio": 2 * alone / together, "reach": 1.9,
        "time_s": together, "yardstick_s": alone,
    }  # fmt: skip


def measure() -> Iterator[dict[str, object]]:
    """Each measurement as it is done: name, ratio, the ratio to reach, and the two times behind it [s]."""
    images = load_images(MNIST)
    labels = images.train_labels
    grey = grey_crops(images.train_images[:YARDSTICK_EXAMPLES])
    binary = binarized(images.train_images[:YARDSTICK_EXAMPLES])

    def pair_blas() -> float:
        return blas_seconds(PAIR.layers, grey, labels)

    def large_blas() -> float:
        return blas_seconds(QUANTIZED.layers, binary, labels)

    one, many, states = linear_device(), linear_device(64), wall()
    yield ratio("pair_over_blas", lambda: training_seconds(PAIR, one, images), pair_blas, 1.5)
    yield ratio("float_over_blas", lambda: training_seconds(QUANTIZED, None, images), large_blas, 0.5)
    yield ratio("insitu_over_blas", lambda: training_seconds(QUANTIZED, states, images), large_blas, 1.0)
    yield ratio(
        "device_tables_over_one",
        lambda: training_seconds(PAIR, many, images),
        lambda: training_seconds(PAIR, one, images),
        1.3,
    )
    yield two_processes()
    yield sweep_speedup()


if __name__ == "__main__":
    for result in measure():
        print(json.dumps(result), flush=True)
