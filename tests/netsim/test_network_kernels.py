"""Each fast kernel against its plain NumPy twin: the same decisions, the same bits."""

import network_twins as twins
import numpy as np
import pytest

from netsim.circuit import ACTIVATIONS, activate, derivative, limit_errors, tanh32
from netsim.crossbar import empty_layers, empty_neurons, lane_dot, read_active, read_dense
from netsim.inputs import ActiveInputs
from netsim.streams import next_below, next_uniform, stream_states
from netsim.synapse import float as floating

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
