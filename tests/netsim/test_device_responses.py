"""From tables to what kernels train with: what is refused, and what is derived."""

import numpy as np
import pytest
from device_tables import abrupt_device, linear_device, wall

from devicegen.errors import ConfigError, TableError
from devicegen.table import DeviceTable
from netsim.config import PairNetwork
from netsim.synapse.jump import PulseResponse
from netsim.synapse.quantized import ProgrammedStates
from netsim.train_ex_situ import exact_states, write_verified
from netsim.train_pair import learning_rate_ratio, upstream_probability
from netsim.train_quantized import states_of


def test_steps_are_parts_of_the_range():
    response = PulseResponse.of(linear_device(steps=50, noise=0.004, g_min=1e-6, g_max=5e-6), False)
    assert response.set_step == pytest.approx(1 / 50, rel=0.05)
    assert response.set_rms == pytest.approx(np.hypot(1 / 50, 0.004), rel=0.05)
    assert response.full == pytest.approx(0.8)
    assert not response.abrupt_reset


def test_abrupt_reset_and_fullness_are_found():
    response = PulseResponse.of(abrupt_device(), False)
    assert response.abrupt_reset
    assert 0.6 < response.full < 0.8  # steps of 0.06 (1 - g) are halved from their mean of 0.03 at 0.75


def test_learning_rates_even_out_unequal_pulses_unless_they_are_given():
    response = PulseResponse.of(linear_device(steps=200, reset_ratio=3.5), False)
    assert learning_rate_ratio(PairNetwork(scheme="pair"), response) == pytest.approx(3.5, rel=0.1)
    assert learning_rate_ratio(PairNetwork(scheme="pair", eta_ratio=2), response) == 2


def test_exchanged_polarities_are_refused():
    right = linear_device()
    exchanged = DeviceTable("swapped", "artificial", True, 0.0, 1.0, {}, right.jump_reset, right.jump_set)
    with pytest.raises(TableError, match=r"device swapped: SET pulses raise the mean conductance in only 0%"):
        PulseResponse.of(exchanged, False)
    both_up = DeviceTable("up", "artificial", True, 0.0, 1.0, {}, right.jump_set, right.jump_set)
    with pytest.raises(TableError, match=r"device up: RESET pulses change the conductance by \+"):
        PulseResponse.of(both_up, False)


def test_schemes_refuse_tables_without_what_they_need():
    with pytest.raises(ConfigError, match="device wall: its table holds no jump-tables"):
        PulseResponse.of(wall(), False)
    with pytest.raises(ConfigError, match="device linear: its table holds no states"):
        states_of(linear_device())


def test_more_states_than_the_table_holds_are_refused():
    with pytest.raises(ConfigError, match="6 states asked for, its table holds 5. Set n_states to at most 5"):
        ProgrammedStates.of(wall().states, 6, 0.15, "wall")


def test_tolerance_that_no_sample_meets_is_refused_with_its_probability():
    states = wall().states
    far = states.mz.copy()
    far[4] = np.minimum(far[4], 0.7)
    moved = type(states)(
        states.control, "c", "1", states.target, far, states.position, states.outcome
    )  # fmt: skip
    with pytest.raises(TableError, match=r"target 1 with probability 0 \(60 samples, the nearest 0.3 away\)"):
        ProgrammedStates.of(moved, 5, 0.15, "wall")


@pytest.mark.parametrize(("n_states", "alpha"), [(5, 0.15), (3, 0.25), (5, 0.6)])
def test_interval_of_a_sample_holds_exactly_the_weights_it_may_stand_for(n_states, alpha):
    states = wall().states
    programmed = ProgrammedStates.of(states, n_states, alpha, "wall")
    targets = states.target[np.round(np.linspace(0, 4, n_states)).astype(int)]
    weights = np.linspace(-1, 1, 401).astype(np.float32)
    level = np.floor((weights.astype(float) + 1) / 2 * (n_states - 1) + 0.5).astype(int)
    for state in range(n_states):
        for sample in range(programmed.counts[state]):
            reached = float(programmed.reached[state, sample])
            fits = np.abs(reached - targets[level]) <= alpha
            low, high = programmed.low[state, sample], programmed.high[state, sample]
            np.testing.assert_array_equal((low <= weights) & (weights < high), fits)


def test_per_device_tables_are_taken_when_asked_for():
    one, two = linear_device(steps=20), linear_device(steps=40)
    pairs = tuple((table.jump_set, table.jump_reset) for table in (one, two))
    table = DeviceTable("two", "artificial", True, 0.0, 1.0, {}, one.jump_set, one.jump_reset, pairs)
    assert PulseResponse.of(table, True).changes.shape[0] == 2
    assert PulseResponse.of(table, False).changes.shape[0] == 1


def test_coarse_devices_get_a_small_upstream_probability():
    network = PairNetwork(scheme="pair")
    found = [upstream_probability(network, PulseResponse.of(linear_device(n, 1e-4), False)) for n in (400, 50, 20)]
    assert found[0] == 1
    assert found == sorted(found, reverse=True)
    assert found[2] == pytest.approx((0.005 / (0.05 * 0.5)) ** 1.5, rel=0.1)  # of a weight range of 0.5
    fixed = PairNetwork(scheme="pair", upstream_probability=0.3)
    assert upstream_probability(fixed, PulseResponse.of(linear_device(20), False)) == 0.3


def test_written_devices_are_verified_and_pulses_geometric():
    states, alpha, n = wall().states, 0.15, 20_000
    programmed = ProgrammedStates.of(states, 5, alpha, "wall")
    weights = [np.tile(np.float32([-1, -0.5, 0, 0.5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), (n, 1))]
    written, pulses = write_verified(weights, (n, 5), programmed, np.random.default_rng(1))
    distance = np.abs(written[0][:, :5] - states.target)
    assert distance.max() <= alpha + 1e-6
    assert np.all(written[0][:, 5:] == 0)
    chance = np.array([np.mean(np.abs(states.samples(s) - states.target[s]) <= alpha) for s in range(5)])
    deviation = np.sqrt(n * np.sum((1 - chance) / chance**2))
    assert abs(pulses[0] - np.sum(n / chance)) < 4 * deviation  # p < 1e-4


def test_exact_states_take_the_levels():
    ideal = exact_states(3)
    np.testing.assert_array_equal(ideal.reached[:, 0], [-1, 0, 1])
    np.testing.assert_array_equal(ideal.low[:, 0], [-np.inf, -0.5, 0.5])
