"""Each fast kernel against its plain NumPy twin: the same decisions, the same bits."""

from dataclasses import replace

import device_tables as tables
import network_twins as twins
import numpy as np
import pytest

from netsim.circuit import ACTIVATIONS, activate, derivative, limit_errors, tanh32
from netsim.crossbar import empty_layers, empty_neurons, lane_dot, read_active, read_dense
from netsim.inputs import ActiveInputs
from netsim.streams import next_below, next_uniform, stream_states
from netsim.synapse import float as floating
from netsim.synapse import pair, quantized, upkeep
from netsim.synapse.jump import CELLS, CONDUCTANCES, RESET, SET, PulseResponse, after_pulse

F = np.float32
WIDTHS = (24, 70, 18, 10)


def some_images(n=40, seed=1, binary=False):
    draw = np.random.default_rng(seed)
    inputs = draw.uniform(0, 1, (n, WIDTHS[0])) * (draw.uniform(size=(n, WIDTHS[0])) < 0.4)
    inputs = (inputs > 0).astype(F) if binary else inputs.astype(F)
    return inputs, draw.integers(0, 10, n), draw.permutation(n)


def random_weights(sigma, biased, seed=2):
    draw = np.random.default_rng(seed)
    weights = empty_layers(WIDTHS, biased)
    for w, n in zip(weights, WIDTHS[1:], strict=True):
        w[:, :n] = np.clip(draw.normal(0, sigma, (len(w), n)), -1, 1)
    return weights


def test_stream_is_splitmix64():
    states = np.array([1234567], np.uint64)
    # reference values of Steele, Lea and Flood's generator for this seed
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    twin = twins.Stream(1234567)
    assert [twin.bits() for _ in range(3)] == expected
    numbers = [next_uniform(states, 0) for _ in range(3)]
    assert numbers == [F(value >> 40) * F(2.0**-24) for value in expected]
    twin = twins.Stream(states[0])
    assert [next_below(states, 0, 250) for _ in range(100)] == [twin.below(250) for _ in range(100)]


def test_streams_of_different_purposes_and_addresses_differ():
    starts = [stream_states(7, address, ("a", "b")) for address in (("x", 0), ("x", 1), ("y", 0))]
    assert len({int(start) for states in starts for start in states}) == 6


def test_uniform_deviates_are_uniform():
    states = stream_states(5, ("test",), ("uniform",))
    numbers = np.array([next_uniform(states, 0) for _ in range(100_000)])
    assert 0 <= numbers.min()
    assert numbers.max() < 1
    assert abs(numbers.mean() - 0.5) < 4 / np.sqrt(12 * numbers.size)  # p < 1e-4
    pairs = np.corrcoef(numbers[:-1], numbers[1:])[0, 1]
    assert abs(pairs) < 4 / np.sqrt(numbers.size)


@pytest.mark.parametrize("columns", [16, 80, 400])
def test_backward_read_matches_twin_and_exact_sum(columns):
    draw = np.random.default_rng(columns)
    row, vector = draw.normal(size=columns).astype(F), draw.normal(size=columns).astype(F)
    weights = row[None]
    found = read_backward(weights, vector)
    assert found == twins.dot(row, vector)
    assert found == pytest.approx(float(row.astype(float) @ vector.astype(float)), abs=1e-4)


def read_backward(weights, vector):
    from numba import njit

    @njit
    def call(weights, vector):
        return lane_dot(weights, 0, vector)

    return call(weights, vector)


@pytest.mark.parametrize("rows", [1, 4, 7, 24])
def test_forward_reads_match_twin(rows):
    draw = np.random.default_rng(rows)
    weights, x = draw.normal(size=(rows, 32)).astype(F), draw.uniform(size=rows).astype(F)
    x[::3] = 0
    dense, active = np.empty(32, F), np.empty(32, F)
    read_dense(weights, rows, x, dense)
    listed = ActiveInputs.of(x[None])
    read_active(weights, listed.pixels, listed.values, active)
    np.testing.assert_array_equal(dense, twins.forward(weights, x))
    np.testing.assert_array_equal(active, dense)


def test_hyperbolic_tangent_is_accurate():
    s = np.linspace(-12, 12, 20_001).astype(F)
    found = np.array([tanh32(v) for v in s])
    np.testing.assert_array_equal(found, twins.tanh(s))
    assert np.abs(found - np.tanh(s.astype(float))).max() < 2e-7


@pytest.mark.parametrize("kind", ["sigmoid", "tanh", "pwl"])
@pytest.mark.parametrize("states", [0, 8, 256])
def test_neurons_match_twin(kind, states):
    s = np.linspace(-4, 4, 161).astype(F)
    y = s.copy()
    activate(ACTIVATIONS[kind], states, y)
    np.testing.assert_array_equal(y, twins.activate(kind, states, s))
    if states:
        assert np.unique(y).size <= states
    for two_valued in (False, True):
        slopes = [derivative(ACTIVATIONS[kind], two_valued, F(0.1), v) for v in y]
        np.testing.assert_array_equal(slopes, twins.derivative(kind, two_valued, 0.1, y))
    errors = s / 4
    limited = errors.copy()
    limit_errors(states, limited)
    np.testing.assert_array_equal(limited, twins.limit_errors(states, errors))


def test_error_states_hold_zero():
    errors = np.array([-1e-3, 0, 1e-3], F)
    limit_errors(32, errors)
    np.testing.assert_array_equal(errors, 0)


@pytest.mark.parametrize(
    ("kind", "biased", "sloped", "limit"),
    [("sigmoid", False, False, 1.0), ("tanh", True, True, np.inf), ("pwl", True, True, np.inf)],
)
def test_floating_point_training_matches_twin(kind, biased, sloped, limit):
    inputs, labels, order = some_images()
    weights, twin = random_weights(0.4, biased), random_weights(0.4, biased)
    listed = ActiveInputs.of(inputs)
    right = floating.train_examples(
        weights, empty_neurons(WIDTHS), empty_neurons(WIDTHS), np.array(WIDTHS),
        (listed.starts, listed.pixels, listed.values), labels, order, F(0.3), (ACTIVATIONS[kind], False, F(0.1)),
        biased, sloped, F(limit),
    )  # fmt: skip
    expected = twins.train_float(
        twin, WIDTHS, inputs, labels, order, 0.3, kind, False, 0.1, biased, sloped, limit
    )  # fmt: skip
    assert right == expected
    for found, wanted, start in zip(weights, twin, random_weights(0.4, biased), strict=True):
        np.testing.assert_array_equal(found, wanted)
        assert not np.array_equal(found, start)


@pytest.mark.parametrize(("n_states", "alpha"), [(5, 0.15), (3, 0.25), (2, 0.3)])
def test_quantized_training_matches_algorithm_1(n_states, alpha):
    """The ledger of the kernel must not miss a device that a look at every device would program."""
    inputs, labels, order = some_images(n=120, binary=True)
    states = quantized.ProgrammedStates.of(tables.wall().states, n_states, alpha, "wall")
    kernel_states = (states.boundaries, states.reached, states.low, states.high, states.counts)
    precise = random_weights(0.4, False)
    device = empty_layers(WIDTHS, False)
    low, high = (tuple(np.full_like(w, value) for w in precise) for value in (-np.inf, np.inf))
    room = tuple(np.zeros((len(w), -(-w.shape[1] // quantized.BLOCK))) for w in precise)
    arrays = tuple(zip(precise, device, low, high, room, strict=True))
    streams = stream_states(1, ("twin",), ("pulse",))
    chosen = np.round(np.linspace(0, 4, n_states)).astype(int)
    samples = [tables.wall().states.samples(s).astype(F) for s in chosen]
    twin = twins.Quantized(
        list(random_weights(0.4, False)), WIDTHS, samples, tables.wall().states.target[chosen], alpha,
        twins.Stream(streams[0]),
    )  # fmt: skip
    pending, waiting = np.zeros((2, precise[0].size), np.int32), 0
    big = np.zeros((2, max(w.size for w in precise)), np.int32)
    for layer in reversed(range(3)):
        list_of = pending if layer == 0 else big
        waiting = quantized.program_all(kernel_states, streams, arrays[layer], WIDTHS[layer + 1], list_of)
    pulses = np.array([n * m for n, m in zip(WIDTHS[:-1], WIDTHS[1:], strict=True)])
    listed = ActiveInputs.of(inputs)
    for eta in (0.5, 0.05, 0.0):
        right, waiting = quantized.train_examples(
            arrays, pending, waiting, empty_neurons(WIDTHS), empty_neurons(WIDTHS), np.array(WIDTHS),
            (listed.starts, listed.pixels, listed.values), labels, order, F(eta), kernel_states, streams, pulses,
        )  # fmt: skip
        assert right == twin.train(inputs, labels, order, eta)
        np.testing.assert_array_equal(pulses, twin.pulses)
        for layer in range(3):
            np.testing.assert_array_equal(precise[layer], twin.precise[layer])
            np.testing.assert_array_equal(device[layer], twin.device[layer])
        assert sorted(twin.waiting) == sorted(zip(*pending[:, :waiting].tolist(), strict=True))
    assert pulses.sum() > 3 * sum(w.size for w in precise) // 2


def test_nothing_is_programmed_when_nothing_is_out_of_tolerance():
    """With alpha as wide as the range a device never needs a second pulse."""
    states = quantized.ProgrammedStates.of(tables.wall().states, 3, 2.0, "wall")
    assert np.all(states.low[:, 0] == -np.inf)
    assert np.all(states.high[:, 0] == np.inf)


def test_quantizer_takes_ties_up():
    np.testing.assert_array_equal(quantized.quantizer_boundaries(5), [-0.75, -0.25, 0.25, 0.75])
    np.testing.assert_array_equal(quantized.quantizer_boundaries(2), [0])


def pair_state(response, local_gains, seed=5):
    draw = np.random.default_rng(seed)
    state = {name: [] for name in ("weight", "plus", "minus", "device", "gain", "sign")}
    for w, n in zip(empty_layers(WIDTHS, True), WIDTHS[1:], strict=True):
        sides = np.zeros((2, *w.shape), F)
        sides[:, :, :n] = draw.uniform(0.2, 0.8, (2, len(w), n))
        state["plus"].append(sides[0])
        state["minus"].append(sides[1])
        state["weight"].append(F(0.7) * (sides[0] - sides[1]))
        state["device"].append(draw.integers(0, len(response.changes), sides.shape).astype(np.uint16))
        shape = w.shape if local_gains else (1, 1)
        state["gain"].append(np.ones(shape, F))
        state["sign"].append(np.zeros(shape, np.int8))
    return state


@pytest.mark.parametrize(
    ("kind", "two_valued", "states", "reset_rate", "longest", "local_gains"),
    [
        ("tanh", False, 0, 7.0, 1, False),
        ("tanh", False, 256, 2.0, 3, True),
        ("pwl", True, 32, 0.0, 1, False),
        ("sigmoid", True, 0, 5.0, 1, True),
    ],
)
def test_pair_training_matches_twin(kind, two_valued, states, reset_rate, longest, local_gains):
    inputs, labels, order = some_images()
    response = PulseResponse.of(tables.linear_device(steps=30, noise=0.01, reset_ratio=2), True)
    both = np.concatenate([response.changes, response.changes // 2])  # as of two measured devices
    response = replace(response, changes=both)
    found, twin = (pair_state(response, local_gains) for _ in range(2))
    streams = stream_states(3, ("twin",), pair.PURPOSES)
    twin_streams = [twins.Stream(start) for start in streams]
    if not local_gains:
        twin["gain"] = None
    firing, pulses = (F(0.4), F(9.0), F(reset_rate), longest), np.zeros((3, 2), np.int64)
    listed = ActiveInputs.of(inputs)
    right = pair.train_examples(
        tuple(tuple(found[name]) for name in ("weight", "plus", "minus", "device", "gain", "sign")),
        empty_neurons(WIDTHS), empty_neurons(WIDTHS), np.array(WIDTHS),
        (listed.starts, listed.pixels, listed.values), labels, order,
        (ACTIVATIONS[kind], two_valued, F(0.1), states, states), firing, F(0.7), both, response.units, streams, pulses,
    )  # fmt: skip
    expected = twins.train_pair(
        twin,
        WIDTHS,
        inputs,
        labels,
        order,
        (kind, two_valued, 0.1, states),
        firing,
        F(0.7),
        both,
        response.units,
        twin_streams,
    )
    assert (right, pulses.tolist()) == (expected[0], expected[1].tolist())
    assert pulses[:, SET].min() > 0
    assert (pulses[:, RESET].min() > 0) == (reset_rate > 0)
    for name in ("weight", "plus", "minus"):
        for layer in range(3):
            np.testing.assert_array_equal(found[name][layer], twin[name][layer])
    if local_gains:
        np.testing.assert_array_equal(found["gain"][0], twin["gain"][0])


def changes_from(response, polarity, g, n, seed):
    streams = stream_states(seed, ("jump",), ("pulse",))
    after = [
        after_pulse(response.changes, response.units, 0, polarity, F(g), next_uniform(streams, 0)) for _ in range(n)
    ]
    return np.array(after, float) - F(g)


@pytest.mark.parametrize("g", [0.25, 0.503, 0.75])
@pytest.mark.parametrize("polarity", [SET, RESET])
def test_pulses_follow_the_jump_table(polarity, g):
    """Drawn changes have the table's distribution: Kolmogorov-Smirnov, mean and variance at p = 1e-4."""
    table = tables.linear_device(steps=20, noise=0.01, g_min=2e-6, g_max=8e-6)
    jump, n = (table.jump_set, table.jump_reset)[polarity], 20_000
    draws = np.sort(changes_from(PulseResponse.of(table, False), polarity, g, n, 11))
    row = np.array([np.interp(2e-6 + 6e-6 * g, jump.conductance, column) for column in jump.cdf.T])
    expected = np.interp(6e-6 * draws, jump.delta, row)
    assert np.abs(expected - (np.arange(n) + 0.5) / n).max() < 2.23 / np.sqrt(n) + 0.5 / CELLS
    assert abs(draws.mean() - (0.05, -0.05)[polarity]) < 4 * 0.01 / np.sqrt(n)
    assert abs(draws.var() / 1e-4 - 1) < 4 * np.sqrt(2 / n) + 0.01


def test_conductances_between_rows_mix_their_distributions():
    """The mean change is linear between the rows of the grid, where the device's is."""
    rise = tables.jump(lambda g: 0.05 * (1 - g), 0.002)
    table = replace(tables.linear_device(), jump_set=rise)
    response = PulseResponse.of(table, False)
    for g in (0.3, (20 + 0.5) / (CONDUCTANCES - 1), 0.6):
        assert abs(changes_from(response, SET, g, 20_000, 13).mean() - 0.05 * (1 - g)) < 4 * 0.002 / np.sqrt(20_000)


def test_pulses_never_leave_the_range():
    response = PulseResponse.of(tables.linear_device(steps=3, noise=0.5), False)
    streams = stream_states(12, ("jump",), ("pulse",))
    for polarity in (SET, RESET):
        g = F(0.5)
        for _ in range(500):
            g = after_pulse(response.changes, response.units, 0, polarity, g, next_uniform(streams, 0))
            assert 0 <= g <= 1


def test_occasional_reset_empties_full_pairs_and_keeps_their_difference():
    response = PulseResponse.of(tables.abrupt_device(), False)
    assert response.abrupt_reset
    shape, draw = (60, 16), np.random.default_rng(4)
    plus = draw.uniform(0, 1, shape).astype(F)
    minus = np.clip(plus + draw.uniform(-0.5, 0.5, shape), 0, 1).astype(F)
    weight, clock = plus - minus, np.zeros(shape, np.int32)
    before, top = weight.copy(), np.maximum(plus, minus)
    pulses = np.zeros(2, np.int64)
    upkeep.reset_full_pairs(
        weight, plus, minus, np.zeros((2, *shape), np.uint16), clock, 3, 16, F(1), F(response.full),
        response.changes, response.units, stream_states(1, ("upkeep",), pair.PURPOSES), pulses,
    )  # fmt: skip
    due = (top >= response.full) & (np.abs(before) <= 0.5 * response.full)
    np.testing.assert_array_equal(clock == 3, due)
    np.testing.assert_array_equal(weight[~due], before[~due])
    np.testing.assert_array_equal(weight, plus - minus)
    assert due.sum() > 50
    assert np.maximum(plus, minus)[due].mean() < top[due].mean() - 0.2
    assert np.abs(weight - before)[due].mean() < 0.06  # about one SET step
    assert pulses[RESET] >= 2 * due.sum()


def test_drift_follows_its_power_law_whatever_the_steps():
    times = np.array([0, 100])
    steps = np.prod([upkeep.drift_factors(times, t, t + 10, 0.1) for t in range(200, 1000, 10)], axis=0)
    np.testing.assert_allclose(steps, [(1000 / 200) ** -0.1, (900 / 100) ** -0.1], rtol=1e-5)


def test_decay_acts_on_both_sides_by_the_clock_of_the_pair():
    plus, minus = np.full((2, 16), 0.8, F), np.full((2, 16), 0.4, F)
    clock, weight = np.zeros((2, 16), np.int32), np.zeros((2, 16), F)
    clock[1] = 1
    upkeep.decay(weight, plus, minus, clock, np.array([0.5, 0.25], F), F(2))
    np.testing.assert_allclose(plus[:, 0], [0.4, 0.2])
    np.testing.assert_allclose(weight[:, 0], [0.4, 0.2])
