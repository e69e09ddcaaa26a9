"""Kernels of conductance pairs against their plain NumPy twin, and jump-tables against their distribution."""

from dataclasses import replace

import device_tables as tables
import network_twins as twins
import numpy as np
import pair_twin
import pytest

from devicegen.table import Coverage
from netsim.circuit import ACTIVATIONS
from netsim.crossbar import empty_layers, empty_neurons
from netsim.ideal import idealised
from netsim.inputs import ActiveInputs
from netsim.streams import next_normal, next_uniform, stream_states
from netsim.synapse import pair, upkeep
from netsim.synapse.decay import STARTED, TICK, Decay, drift_exponents, make_rows
from netsim.synapse.firing import PURPOSES
from netsim.synapse.jump import (
    BLIND_RESET,
    BLIND_SET,
    CELLS,
    CONDUCTANCES,
    COUNTS,
    CUT,
    RESET,
    SET,
    PulseResponse,
    after_pulse,
)

F = np.float32
WIDTHS = (24, 70, 18, 10)
CROSSBAR = (F(0.4), 1, F(0), True)
FIRING = (F(9.0), F(7.0), 1, F(0), True)


def some_images(n=40, seed=1):
    draw = np.random.default_rng(seed)
    inputs = (draw.uniform(0, 1, (n, WIDTHS[0])) * (draw.uniform(size=(n, WIDTHS[0])) < 0.4)).astype(F)
    inputs[:, :3] = 0  # rows that are never lit
    return inputs, draw.integers(0, 10, n), draw.permutation(n)


def with_ends(table, bounded):
    return idealised(table, () if bounded else {"bounds"})


def two_devices(bounded=True, coverage=None):
    """A response as of two measured devices."""
    table = replace(tables.linear_device(steps=30, noise=0.01, reset_ratio=2), coverage=coverage)
    response = PulseResponse.of(with_ends(table, bounded), True)
    return replace(response, changes=np.concatenate([response.changes, response.changes // 2]))


def pair_state(response, seed=5):
    draw = np.random.default_rng(seed)
    state = {name: [] for name in ("weight", "plus", "minus", "device")}
    for w, n in zip(empty_layers(WIDTHS, True), WIDTHS[1:], strict=True):
        sides = np.zeros((2, *w.shape), F)
        sides[:, :, :n] = draw.uniform(0.2, 0.8, (2, len(w), n))
        state["plus"].append(sides[0])
        state["minus"].append(sides[1])
        state["weight"].append(F(0.7) * (sides[0] - sides[1]))
        state["device"].append(draw.integers(0, len(response.changes), (*w.shape, 2)).astype(np.uint16))
    return state


def fresh_gains():
    shapes = [w.shape for w in empty_layers(WIDTHS, True)]
    return (
        tuple(np.full(shape, 0.5, F) for shape in shapes),
        tuple(np.zeros(shape, np.int8) for shape in shapes),
        (F(0.05), F(0.95), F(0.01)),
    )


def train_kernel(state, response, circuit, opening, firing, streams, pulses, order, gains=None, noise=None, decay=None):
    inputs, labels, _ = some_images()
    kind, two_valued, floor, states = circuit
    listed = ActiveInputs.of(inputs)
    return pair.train_examples(
        tuple(tuple(state[name]) for name in ("weight", "plus", "minus", "device")),
        empty_neurons(WIDTHS), empty_neurons(WIDTHS), np.array(WIDTHS),
        (listed.starts, listed.pixels, listed.values), labels, order,
        (ACTIVATIONS[kind], two_valued, F(floor), states, states), opening, firing, F(0.7), response.in_kernel,
        response.measured, gains, noise, decay, streams, pulses,
    )  # fmt: skip


def twin_streams(streams):
    return {name: twins.Stream(start) for name, start in zip(PURPOSES, streams, strict=True)}


@pytest.mark.parametrize(
    ("circuit", "opening", "firing", "local_gains", "noise", "bounded"),
    [
        (("tanh", False, 0.1, 0), CROSSBAR, FIRING, False, None, True),
        (("tanh", False, 0.1, 256), CROSSBAR, (F(9.0), F(2.0), 3, F(0), True), True, None, True),
        (("pwl", True, 0.1, 32), CROSSBAR, (F(9.0), F(0.0), 1, F(0), True), False, None, False),
        (("tanh", False, 0.0, 0), (F(0.4), 3, F(0.1), True), (F(4), F(9), 2, F(0.1), True), False, None, True),
        (("sigmoid", True, 0.1, 0), (F(0.9), 2, F(0.2), False), (F(9), F(5), 4, F(0), False), True, None, True),
        (("tanh", False, 0.0, 0), (F(1), 0, F(0), True), (F(2), F(2), 4, F(0), True), True, None, True),
        (("tanh", False, 0.0, 256), CROSSBAR, FIRING, False, (F(0.05), F(0.02)), True),
    ],
)  # fmt: skip
def test_pair_training_matches_twin(circuit, opening, firing, local_gains, noise, bounded):
    inputs, labels, order = some_images()
    response = two_devices(bounded)
    found, twin_state = (pair_state(response) for _ in range(2))
    streams = stream_states(3, ("twin",), PURPOSES)
    gains, twin_gains = (fresh_gains() if local_gains else None for _ in range(2))
    twin = pair_twin.PairTwin(
        twin_state, WIDTHS, response.in_kernel, F(0.7), twin_streams(streams), twin_gains, noise
    )  # fmt: skip
    pulses = np.zeros((3, COUNTS), np.int64)
    right = train_kernel(found, response, circuit, opening, firing, streams, pulses, order, gains, noise)
    assert right == twin.train(inputs, labels, order, circuit, opening, firing)
    np.testing.assert_array_equal(pulses, twin.pulses)
    assert pulses[:, SET].min() > 0
    assert (pulses[:, RESET].min() > 0) == (firing[1] > 0)
    assert bounded or not pulses[:, CUT].any()
    for name in ("weight", "plus", "minus"):
        for layer in range(3):
            np.testing.assert_array_equal(found[name][layer], twin_state[name][layer])
    if gains is not None:
        np.testing.assert_array_equal(gains[0][0], twin_gains[0][0])


HALF = Coverage((0.1, 0.5), (0.45, 0.9))
"""Where pulses of a device of 0 to 1 S were measured."""


@pytest.mark.parametrize(
    ("opening", "firing", "local_gains", "bounded"),
    [
        (CROSSBAR, FIRING, False, True),
        ((F(0.4), 3, F(0.1), True), (F(4), F(9), 4, F(0.1), True), True, False),
        ((F(1), 0, F(0), True), (F(2), F(2), 4, F(0), True), False, True),
    ],
)
def test_pulses_fired_where_nobody_measured_are_those_of_the_twin(opening, firing, local_gains, bounded):
    inputs, labels, order = some_images()
    known, unknown = (two_devices(bounded, coverage) for coverage in (HALF, None))
    circuit, found, numbers = ("tanh", False, 0.0, 0), [], []
    for response in (known, unknown):
        state, streams, pulses = pair_state(response), stream_states(3, ("twin",), PURPOSES), np.zeros((3, COUNTS), int)
        gains = fresh_gains() if local_gains else None
        train_kernel(state, response, circuit, opening, firing, streams, pulses, order, gains)
        found.append(pulses)
        numbers.append(state)
    twin = pair_twin.PairTwin(
        pair_state(known), WIDTHS, known.in_kernel, F(0.7), twin_streams(stream_states(3, ("twin",), PURPOSES)),
        fresh_gains() if local_gains else None, measured=HALF.set_S + HALF.reset_S,
    )  # fmt: skip
    twin.train(inputs, labels, order, circuit, opening, firing)
    np.testing.assert_array_equal(found[0], twin.pulses)
    for blind, fired in ((BLIND_SET, SET), (BLIND_RESET, RESET)):
        assert 0 < found[0][:, blind].sum() < found[0][:, fired].sum()
    assert not found[1][:, [BLIND_SET, BLIND_RESET]].any()
    np.testing.assert_array_equal(found[0][:, :BLIND_SET], found[1][:, :BLIND_SET])
    for one, other in zip(numbers[0]["weight"], numbers[1]["weight"], strict=True):
        np.testing.assert_array_equal(one, other)


def test_amplitudes_below_zero_leak_as_those_above():
    """Without bounds a conductance may lie below g_min; bringing amplitudes to the present must keep it."""
    decay = Decay.start([(1, 2)], np.zeros(1), 1.0, False, np.random.default_rng(0))
    plus, minus = (np.array([[0.5, -0.5]], np.float32),), (np.zeros((1, 2), np.float32),)
    decay.advance(21, plus, minus)
    assert plus[0][0, 0] == pytest.approx(0.5 * np.exp(-21), rel=1e-5)
    assert plus[0][0, 1] == -plus[0][0, 0]


@pytest.mark.parametrize(
    ("spread", "leakage_time", "late"),
    [(0.0, None, False), (0.05, None, False), (0.0, 1.2, False), (0.05, 300.0, False), (0.0, 1.2, True),
     (0.05, 20.0, True)],
)  # fmt: skip
def test_lazy_decay_equals_eager_twin(spread, leakage_time, late):
    """Rows made when they are read give the bits of all rows made anew at each tick."""
    inputs, labels, order = some_images()
    response = two_devices(coverage=HALF)
    found, twin_state = (pair_state(response) for _ in range(2))
    streams = stream_states(3, ("twin",), PURPOSES)
    exponents = drift_exponents(0.1, spread)
    shapes = [w.shape for w in empty_layers(WIDTHS, True)]
    decay = Decay.start(shapes, exponents, leakage_time, late, np.random.default_rng(9))
    lost = np.zeros(1)  # what leakage was already taken out of the amplitudes

    def level(now, layer, touched):
        factor = np.exp((lost[0] - now) / (leakage_time or np.inf))
        drifted = max(now, 1) ** -exponents
        leaking, holding = (drifted * factor).astype(F), drifted.astype(F)
        kinds = [decay.kind[layer][:, :, side] for side in (0, 1)]
        return tuple(np.where(touched | (not late), leaking[kind], holding[kind]) for kind in kinds)

    twin = pair_twin.PairTwin(
        twin_state, WIDTHS, response.in_kernel, F(0.7), twin_streams(streams), level=level, measured=response.measured
    )  # fmt: skip
    pulses, right, expected = np.zeros((3, COUNTS), np.int64), 0, 0
    circuit = ("tanh", False, 0.0, 256)
    for start in range(0, order.size, TICK):
        part = order[start : start + TICK]
        right += train_kernel(
            found, response, circuit, CROSSBAR, FIRING, streams, pulses, part, decay=decay.in_kernel
        )  # fmt: skip
        expected += twin.train(inputs, labels, part, circuit, CROSSBAR, FIRING)
        before = decay.leaked_from
        decay.advance(start + TICK, tuple(found["plus"]), tuple(found["minus"]))
        if decay.leaked_from != before:
            for side in ("plus", "minus"):
                for rows, touched in zip(twin_state[side], twin.touched, strict=True):
                    rows[touched | (not late)] *= F(np.exp((before - decay.leaked_from) / leakage_time))
                    rows[rows < F(1e-12)] = 0
            lost[0] = decay.leaked_from
    stale = [np.sum(made < decay.tick - 1) for made in decay.made_at]
    assert stale[0] == 3  # rows that no image lit were left alone
    for layer in range(3):
        every = np.arange(WIDTHS[layer] + 1)
        arrays = (found[name][layer] for name in ("weight", "plus", "minus"))
        make_rows(*arrays, decay.in_kernel, layer, every, F(0.7))
    twin.make_weights()
    assert (right, pulses.tolist()) == (expected, twin.pulses.tolist())
    assert pulses[:, [BLIND_SET, BLIND_RESET]].all()
    for layer in range(3):
        np.testing.assert_array_equal(found["weight"][layer], twin_state["weight"][layer])
    assert (leakage_time == 1.2) == (lost[0] > 0)


def test_drift_follows_its_power_law_from_the_last_reset():
    decay = Decay.start([(1, 16)], drift_exponents(0.1, 0.0), None, False, np.random.default_rng(1))
    decay.advance(100, (), ())
    now = decay.add_round(100)
    decay.advance(1000, (), ())
    np.testing.assert_allclose(decay.levels[0, [STARTED, now]], [1000**-0.1, 900**-0.1], rtol=1e-6)


def test_leakage_is_exponential_also_when_amplitudes_are_renewed():
    decay = Decay.start([(1, 16)], drift_exponents(0.0, 0.0), 100.0, False, np.random.default_rng(1))
    plus, minus, weight = (np.full((1, 16), value, F) for value in (0.8, 0.4, 0.0))
    for now in range(10, 2511, 10):
        decay.advance(now, (plus,), (minus,))
    assert decay.leaked_from > 0
    assert not np.any((0 < plus) & (plus < 1e-12))
    make_rows(weight, plus, minus, decay.in_kernel, 0, np.arange(1), F(2))
    np.testing.assert_allclose(weight, 0.8 * np.exp(-25.1), rtol=1e-4)


def test_what_leaks_from_its_first_pulse_on_holds_until_then():
    decay = Decay.start([(1, 16)], drift_exponents(0.0, 0.0), 100.0, True, np.random.default_rng(1))
    decay.clock[0][0, 8:] = STARTED
    plus, minus, weight = (np.full((1, 16), value, F) for value in (0.8, 0.4, 0.0))
    for now in range(10, 2511, 10):
        decay.advance(now, (plus,), (minus,))
    make_rows(weight, plus, minus, decay.in_kernel, 0, np.arange(1), F(2))
    np.testing.assert_allclose(weight[0, :8], 0.8, rtol=1e-6)
    np.testing.assert_allclose(weight[0, 8:], 0.8 * np.exp(-25.1), rtol=1e-4)


def test_distributed_exponents_have_their_mean_and_are_not_negative():
    exponents = drift_exponents(0.05, 0.01)
    assert exponents.mean() == pytest.approx(0.05)
    assert exponents.std() == pytest.approx(0.01, rel=0.1)
    assert drift_exponents(0.01, 0.05).min() == 0


def test_normal_deviates_have_mean_0_and_variance_1():
    states = stream_states(5, ("test",), ("read",))
    numbers = np.array([next_normal(states, 0) for _ in range(40_000)], float)
    assert abs(numbers.mean()) < 4 / np.sqrt(numbers.size)  # p < 1e-4
    assert abs(numbers.var() - 1) < 4 * np.sqrt(2 / numbers.size)


def changes_from(response, polarity, g, n, seed):
    streams = stream_states(seed, ("jump",), ("pulse",))
    after = [after_pulse(*response.in_kernel, 0, polarity, F(g), next_uniform(streams, 0)) for _ in range(n)]
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


@pytest.mark.parametrize("bounded", [True, False])
def test_pulses_leave_the_range_only_of_devices_without_bounds(bounded):
    response = PulseResponse.of(with_ends(tables.linear_device(steps=3, noise=0.5), bounded), False)
    streams = stream_states(12, ("jump",), ("pulse",))
    reached = []
    for polarity in (SET, RESET):
        g = F(0.5)
        for _ in range(500):
            g = after_pulse(*response.in_kernel, 0, polarity, g, next_uniform(streams, 0))
            reached.append(g)
    assert (0 <= min(reached) <= max(reached) <= 1) == bounded


def reset_some(precise, fullness=None, coverage=None):
    response = PulseResponse.of(replace(tables.abrupt_device(), coverage=coverage), False)
    assert response.abrupt_reset
    full = response.full if fullness is None else fullness
    shape, draw = (60, 16), np.random.default_rng(4)
    plus = draw.uniform(0, 1, shape).astype(F)
    minus = np.clip(plus + draw.uniform(-0.5, 0.5, shape), 0, 1).astype(F)
    weight = plus - minus
    before, top = weight.copy(), np.maximum(plus, minus)
    pulses = np.zeros(COUNTS, np.int64)
    upkeep.reset_full_pairs(
        weight, plus, minus, np.zeros((*shape, 2), np.uint16), None, 0, 0, 16, F(1),
        (F(full), F(0.5 * full), F(0.1), F(precise)), response.in_kernel,
        response.measured, stream_states(1, ("upkeep",), PURPOSES), pulses,
    )  # fmt: skip
    due = (top >= F(full)) & (np.abs(before) <= F(0.5 * full))
    np.testing.assert_array_equal(weight, plus - minus)
    np.testing.assert_array_equal(weight[~due], before[~due])
    return due, before, weight, top, np.maximum(plus, minus), pulses


def test_occasional_reset_empties_full_pairs_and_keeps_their_difference():
    due, before, weight, top, now, pulses = reset_some(0.0)
    assert due.sum() > 50
    assert now[due].mean() < top[due].mean() - 0.2
    assert np.abs(weight - before)[due].mean() < 0.06  # about one SET step
    assert pulses[RESET] >= 2 * due.sum()


def test_occasional_reset_of_low_precision_saves_pulses():
    exact, coarse = reset_some(0.0), reset_some(0.2)
    assert coarse[5][SET] < exact[5][SET]
    errors = [np.abs(weight - before)[due].mean() for due, before, weight, *_ in (exact, coarse)]
    assert errors[1] > errors[0]


def test_occasional_reset_counts_each_pulse_on_one_side_of_where_it_was_measured():
    low, high = (reset_some(0.0, coverage=Coverage(part, part))[5] for part in ((0.0, 0.4), (0.4, 1.0)))
    np.testing.assert_array_equal(low[:CUT], high[:CUT])
    np.testing.assert_array_equal(low[[BLIND_SET, BLIND_RESET]] + high[[BLIND_SET, BLIND_RESET]], low[[SET, RESET]])
    assert low[BLIND_RESET] > high[BLIND_RESET] > 0  # it begins with full devices
    assert high[BLIND_SET] > low[BLIND_SET]  # and writes back with empty ones


def test_occasional_reset_starts_the_clock_of_drift_anew():
    response = PulseResponse.of(tables.abrupt_device(), False)
    decay = Decay.start([(4, 16)], drift_exponents(0.1, 0.0), None, False, np.random.default_rng(1))
    decay.advance(1000, (), ())
    plus, minus, weight = np.full((4, 16), 2.0, F), np.full((4, 16), 1.9, F), np.zeros((4, 16), F)
    now = decay.add_round(1000)  # two amplitudes of 2 are conductances of 1 after 1000 examples
    upkeep.reset_full_pairs(
        weight, plus, minus, np.zeros((4, 16, 2), np.uint16), decay.in_kernel, 0, now, 16, F(1),
        (F(0.8), F(0.4), F(0.1), F(0)), response.in_kernel, None, stream_states(1, ("upkeep",), PURPOSES),
        np.zeros(COUNTS, np.int64),
    )  # fmt: skip
    assert np.all(decay.clock[0] == now)
    assert plus.max() < 0.6
    np.testing.assert_allclose(weight, plus - minus, atol=1e-6)  # of level 1, freshly RESET
