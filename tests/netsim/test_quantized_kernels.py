"""In-situ training against its plain NumPy twin, and what pulses leave behind."""

import device_tables as tables
import network_twins
import numpy as np
import pytest
import quantized_twin as twins
from scipy import stats

from netsim.crossbar import empty_layers, empty_neurons
from netsim.inputs import ActiveInputs
from netsim.streams import stream_states
from netsim.synapse import quantized
from netsim.synapse.quantized_states import CLASSES, ProgrammedStates, by_class, outcomes, quantizer_boundaries

F = np.float32
WIDTHS = (24, 70, 18, 10)


def images(n=120, seed=1):
    draw = np.random.default_rng(seed)
    inputs = (draw.uniform(size=(n, WIDTHS[0])) < 0.4).astype(F)
    return inputs, draw.integers(0, 10, n), draw.permutation(n)


def random_weights(biased, seed=2):
    draw = np.random.default_rng(seed)
    weights = empty_layers(WIDTHS, biased)
    for w, n in zip(weights, WIDTHS[1:], strict=True):
        w[:, :n] = np.clip(draw.normal(0, 0.4, (len(w), n)), -1, 1)
    return weights


def fresh(states, biased):
    """Synapses of a network, with random ranks where devices differ."""
    precise, draw = random_weights(biased), np.random.default_rng(6)
    return quantized.QuantizedLayers(
        precise=precise,
        device=empty_layers(WIDTHS, biased),
        first=tuple(np.zeros(w.shape, np.uint8) for w in precise),
        beyond=tuple(np.full(w.shape, states.n_states, np.uint8) for w in precise),
        room=tuple(np.zeros((len(w), -(-w.shape[1] // quantized.BLOCK))) for w in precise),
        rank=tuple(draw.integers(0, states.classes, w.shape, np.uint8) for w in precise),
        given=tuple(np.zeros(w.shape, np.int32) for w in precise),
    )


@pytest.mark.parametrize(
    ("n_states", "alpha", "biased", "share"), [(5, 0.15, False, 0.0), (3, 0.25, True, 0.4), (2, 0.3, False, 0.0)]
)
def test_training_matches_algorithm_1(n_states, alpha, biased, share):
    """The ledger of the kernel must not miss a device that a look at every device would program."""
    inputs, labels, order = images()
    states = ProgrammedStates.of(tables.wall().states, n_states, alpha, "wall", device_share=share)
    synapses, streams = fresh(states, biased), stream_states(1, ("twin",), ("pulse",))
    arrays = synapses.for_kernel
    rows = [states.reached[row, :count] for row, count in enumerate(states.counts)]
    samples = [rows[k : k + n_states] for k in range(0, len(rows), n_states)]
    twin = twins.Quantized(
        list(random_weights(biased)), WIDTHS, samples, states.targets, alpha, network_twins.Stream(streams[0]),
        biased, synapses.rank,
    )  # fmt: skip
    pending, waiting = np.zeros((quantized.WAITING_FIELDS, synapses.precise[0].size), np.int32), 0
    big = np.zeros((quantized.WAITING_FIELDS, max(w.size for w in synapses.precise)), np.int32)
    for layer in reversed(range(3)):
        list_of = pending if layer == 0 else big
        waiting = quantized.program_all(states.for_kernel, streams, arrays[layer], WIDTHS[layer + 1], list_of)
    pulses = np.array([len(w) * m for w, m in zip(synapses.precise, WIDTHS[1:], strict=True)])
    listed = ActiveInputs.of(inputs)
    for eta in (0.5, 0.05, 0.0):
        right, waiting, slots = quantized.train_examples(
            arrays, pending, waiting, empty_neurons(WIDTHS), empty_neurons(WIDTHS), np.array(WIDTHS),
            (listed.starts, listed.pixels, listed.values), labels, order, F(eta), states.for_kernel, streams, biased,
            pulses,
        )  # fmt: skip
        twin.slots = 0
        assert right == twin.train(inputs, labels, order, eta)
        np.testing.assert_array_equal(pulses, twin.pulses)
        assert slots == twin.slots
        for layer in range(3):
            np.testing.assert_array_equal(synapses.precise[layer], twin.precise[layer])
            np.testing.assert_array_equal(synapses.device[layer], twin.device[layer])
            np.testing.assert_array_equal(synapses.given[layer], twin.given[layer])
        assert sorted(twin.waiting) == sorted(zip(*pending[:2, :waiting].tolist(), strict=True))
    assert pulses.sum() > 3 * sum(w.size for w in synapses.precise) // 2


def test_nothing_is_programmed_when_nothing_is_out_of_tolerance():
    """With alpha as wide as the range a device never needs a second pulse."""
    states = ProgrammedStates.of(tables.wall().states, 3, 2.0, "wall")
    assert np.all(states.first[:, 0] == 0)
    assert np.all(states.beyond[:, 0] == 3)


def test_quantizer_takes_ties_up():
    np.testing.assert_array_equal(quantizer_boundaries(5), [-0.75, -0.25, 0.25, 0.75])
    np.testing.assert_array_equal(quantizer_boundaries(2), [0])


def test_intervals_are_where_a_weight_is_within_tolerance_of_its_levels_target():
    states = ProgrammedStates.of(tables.wall().states, 5, 0.3, "wall")
    for weight in np.linspace(-1, 1, 41).astype(F):
        level = int(np.sum(weight >= states.boundaries))
        fits = np.abs(states.reached.astype(float) - states.targets[level]) <= 0.3
        np.testing.assert_array_equal((states.first <= level) & (level < states.beyond), fits)


def test_gaussian_outcomes_have_the_devices_mean_and_width():
    samples = np.random.default_rng(1).choice([-0.3, -0.05, 0.2], 250)
    normal = outcomes(samples, 0.0, "gaussian")
    assert normal.mean() == pytest.approx(samples.mean(), abs=1e-3)
    assert normal.std() == pytest.approx(samples.std(), rel=0.01)
    assert stats.kstest(normal, stats.norm(samples.mean(), samples.std()).cdf).pvalue > 0.99
    np.testing.assert_array_equal(outcomes(samples, 0.25, "none"), [0.25])


@pytest.mark.parametrize("share", [0.1, 0.35, 0.8])
def test_classes_of_devices_together_are_the_samples_and_each_keeps_its_share(share):
    """The population is unchanged; two pulses on one device correlate by the share that is the device's own."""
    draw = np.random.default_rng(2)
    samples = [draw.normal(0, 0.2, 250).clip(-1, 1), draw.normal(0.1, 0.2, 250).clip(-1, 1)]
    of_class = by_class(samples, share)
    assert len(of_class) == 2 * CLASSES
    for state, values in enumerate(samples):
        found = np.array(of_class[state::2])
        assert set(found.ravel()) <= set(values)
        pooled = stats.ks_2samp(found.ravel(), values).statistic
        assert pooled < 0.01
        assert found.mean(axis=1).var() / found.var() == pytest.approx(share, abs=0.03)


def test_kernels_draw_a_class_from_its_own_samples():
    states = ProgrammedStates.of(tables.wall().states, 3, 0.3, "wall", device_share=0.9)
    synapses = fresh(states, False)
    streams, big = (
        stream_states(2, ("rank",), ("pulse",)),
        np.zeros((quantized.WAITING_FIELDS, synapses.precise[1].size), np.int32),
    )
    quantized.program_all(states.for_kernel, streams, synapses.for_kernel[1], WIDTHS[2], big)
    device, rank = (array[1][:, : WIDTHS[2]] for array in (synapses.device, synapses.rank))
    middle = np.abs(synapses.precise[1][:, : WIDTHS[2]]) < 0.5
    top, bottom = (device[middle & (rank == k)].mean() for k in (CLASSES - 1, 0))
    assert top > bottom + 0.3
