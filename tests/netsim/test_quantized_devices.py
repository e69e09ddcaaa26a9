"""From tables to quantized synapses: what is refused, what is derived, and what goes wrong with them."""

from dataclasses import replace

import numpy as np
import pytest
from device_tables import abrupt_device, linear_device, wall
from pydantic import ValidationError
from scipy import stats

from devicegen.errors import ConfigError, TableError
from devicegen.table import Coverage
from netsim import train_ex_situ
from netsim.config import ExSituNetwork, QuantizedNetwork
from netsim.energy import energy_columns, network_energy
from netsim.inputs import ActiveInputs
from netsim.synapse.levels import attempt_energy_J, attempt_unmeasured, states_from_jumps
from netsim.synapse.quantized_faults import after_hops, with_stuck
from netsim.synapse.quantized_states import ProgrammedStates
from netsim.train import Circuit, Study, accuracy
from netsim.train_ex_situ import exact_states, mean_states, write_verified
from netsim.train_quantized import CIRCUIT, device_ranks, programmed_states, states_of, train_layers


def study(n_inputs=20, n=200, seed=0):
    """Random images of few inputs, of which the class can be learnt."""
    draw = np.random.default_rng(seed)
    inputs = (draw.uniform(size=(n, n_inputs)) < 0.4).astype(np.float32)
    labels = (inputs[:, :10] * draw.uniform(0.5, 1, (n, 10))).argmax(axis=1)
    return Study(ActiveInputs.of(inputs), labels, inputs, labels, (5, ("test", seed)))


def small(scheme=QuantizedNetwork, **settings):
    name = "quantized" if scheme is QuantizedNetwork else "ex_situ"
    return scheme(scheme=name, layers=(20, 30, 10), epochs=2, images=200, n_states=3, alpha=0.25, **settings)


def test_tables_without_states_are_refused_unless_levels_are_asked_for():
    with pytest.raises(ConfigError, match="device linear: its table holds no states.*Set `levels`"):
        states_of(linear_device())
    assert states_of(linear_device(steps=20), 3).target.tolist() == [-1, 0, 1]
    with pytest.raises(ValidationError, match="levels is 3, expected at least n_states = 5"):
        QuantizedNetwork(scheme="quantized", levels=3)


def test_more_states_than_the_table_holds_are_refused():
    with pytest.raises(ConfigError, match="6 states asked for, its table holds 5. Set n_states to at most 5"):
        ProgrammedStates.of(wall().states, 6, 0.15, "wall")


def test_tolerance_that_no_sample_meets_is_refused_with_its_probability():
    states = wall().states
    far = states.mz.copy()
    far[4] = np.minimum(far[4], 0.7)
    with pytest.raises(TableError, match=r"target 1 with probability 0 \(60 samples, the nearest 0.3 away\)"):
        ProgrammedStates.of(replace(states, mz=far), 5, 0.15, "wall")


def test_networks_of_other_inputs_than_the_images_are_refused():
    from netsim.inputs import binarized
    from netsim.mnist import ImageSet
    from netsim.train import check_fits

    pictures, labels = np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8)
    images = ImageSet(pictures, labels, pictures, labels, "")
    with pytest.raises(ConfigError, match="layers begins with 20 inputs, the images of this scheme have 784 pixels"):
        check_fits(images, binarized, (20, 30, 10), 3, 3)


def test_written_devices_are_verified_and_pulses_geometric():
    n, alpha = 20_000, 0.15
    states = wall().states
    network = ExSituNetwork(scheme="ex_situ", layers=(n, 10), alpha=alpha, attempts=100_000)
    weights = [np.tile(np.float32([-1, -0.5, 0, 0.5, 1] * 2 + [0] * 6), (n, 1))]
    written = write_verified(network, weights, ProgrammedStates.of(states, 5, alpha, "wall"), study(), 0)
    distance = np.abs(written.weights[0][:, :10] - np.tile(states.target, 2))
    assert distance.max() <= alpha + 1e-6
    assert np.all(written.weights[0][:, 10:] == 0)
    chance = np.array([np.mean(np.abs(states.samples(s) - states.target[s]) <= alpha) for s in range(5)])
    deviation = np.sqrt(2 * n * np.sum((1 - chance) / chance**2))
    assert abs(written.pulses[0] - 2 * np.sum(n / chance)) < 4 * deviation  # p < 1e-4
    assert written.given_up == 0
    assert n <= written.latency <= n * written.most


def test_stuck_devices_are_left_alone_when_weights_are_written():
    states = ProgrammedStates.of(wall().states, 5, 0.15, "wall")
    weights = [np.zeros((4000, 16), np.float32)]
    network = ExSituNetwork(scheme="ex_situ", layers=(4000, 10), alpha=0.15)
    whole = write_verified(network, weights, states, study(), 0)
    faulty = write_verified(network.model_copy(update={"stuck_share": 0.4}), weights, states, study(), 0)
    assert whole.given_up == 0
    assert abs(faulty.given_up / 40_000 - 0.4) < 4 * np.sqrt(0.24 / 40_000)  # p < 1e-4
    assert faulty.most <= whole.most  # the same draws, and no pulse for a device that is stuck
    assert 0.5 * whole.pulses[0] < faulty.pulses[0] < 0.7 * whole.pulses[0]


def test_each_writing_has_other_devices():
    network = ExSituNetwork(scheme="ex_situ", layers=(200, 10), alpha=0.3, device_share=0.9)
    states = programmed_states(network, wall())
    ranks = [device_ranks(network.layers, False, states, study().generator("device", trial))[0] for trial in (0, 0, 1)]
    np.testing.assert_array_equal(ranks[0], ranks[1])
    assert (ranks[0] != ranks[2]).mean() > 0.5
    weights = [np.zeros((200, 16), np.float32)]
    first, again, other = (write_verified(network, weights, states, study(), trial) for trial in (0, 0, 1))
    np.testing.assert_array_equal(first.weights[0], again.weights[0])
    assert (first.weights[0] != other.weights[0]).any()


def test_devices_that_need_too_many_attempts_are_given_up_out_of_tolerance():
    network = ExSituNetwork(scheme="ex_situ", layers=(2000, 10), alpha=0.15, attempts=1)
    states = ProgrammedStates.of(wall().states, 5, 0.15, "wall")
    weights = [np.pad(np.ones((2000, 10), np.float32), ((0, 0), (0, 6)))]
    written = write_verified(network, weights, states, study(), 0)
    far = np.abs(written.weights[0][:, :10] - 1) > 0.15
    assert written.given_up == far.sum() > 0
    assert written.pulses == (20_000,)


@pytest.mark.parametrize("precursor", ["float", "quantized", "stochastic"])
def test_what_no_device_decides_is_learnt_once(monkeypatch, precursor):
    """Software that knows no device is trained once for all of them, and what it writes is what it would have been."""
    trained = []
    train = train_ex_situ._in_software
    monkeypatch.setattr(train_ex_situ, "_learned", {})
    monkeypatch.setattr(train_ex_situ, "_in_software", lambda *given: trained.append(1) or train(*given))
    networks = [
        small(ExSituNetwork, precursor=precursor, trials=2).with_settings({"alpha": alpha, "eta": eta})
        for alpha, eta in ((0.25, 0.1), (0.4, 0.1), (0.25, 0.2))
    ]
    together = [list(train_ex_situ.train(network, wall(), study())) for network in networks]
    assert len(trained) == (3 if precursor == "stochastic" else 2)
    list(train_ex_situ.train(networks[0], wall(), study(seed=1)))
    assert len(trained) == (4 if precursor == "stochastic" else 3)
    for network, found in zip(networks, together, strict=True):
        train_ex_situ._learned.clear()
        alone = list(train_ex_situ.train(network, wall(), study()))
        assert [replace(one, seconds=0) for one in alone] == [replace(one, seconds=0) for one in found]


def test_exact_states_take_the_levels():
    ideal = exact_states(3)
    np.testing.assert_array_equal(ideal.reached[:, 0], [-1, 0, 1])
    np.testing.assert_array_equal(ideal.first[:, 0], [0, 1, 2])
    np.testing.assert_array_equal(ideal.beyond[:, 0], [1, 2, 3])


def test_mean_states_are_what_verified_devices_have_on_average():
    states = ProgrammedStates.of(wall().states, 5, 0.15, "wall")
    network = ExSituNetwork(scheme="ex_situ", layers=(5_000, 10), alpha=0.15)
    weights = [np.tile(np.float32([-1, -0.5, 0, 0.5, 1] * 2 + [0] * 6), (5_000, 1))]
    written = write_verified(network, weights, states, study(), 0).weights[0]
    expected = mean_states(states, 0.15).reached[:, 0]
    for level in range(5):
        spread = written[:, level].std() / np.sqrt(5_000)
        assert written[:, level].mean() == pytest.approx(expected[level], abs=4 * spread + 1e-6)


@pytest.mark.parametrize("biases", [False, True])
def test_training_counts_pulses_of_devices_and_latency(biases):
    network = small(biases=biases)
    *_, (last, synapses) = train_layers(network, programmed_states(network, wall()), study())
    devices = (20 + biases) * 30 + (30 + biases) * 10
    given = sum(int(array.sum()) for array in synapses.given)
    assert last.measures["device_pulses_mean"] == pytest.approx(given / devices)
    assert last.measures["device_pulses_max"] == max(array.max() for array in synapses.given)
    assert 0 < last.measures["latency_pulses"] <= sum(last.pulses)
    assert synapses.precise[0].shape == (20 + biases, 32)


def test_stuck_devices_stay_and_get_no_pulse_after_the_first():
    network = small(stuck_share=0.5, stuck_at="high")
    (_, first), (_, _) = train_layers(network, programmed_states(network, wall()), study())
    target = np.float32(wall().states.target[-1])
    still = (first.device[0][:, :30] == target) & (first.given[0][:, :30] == 1)
    assert 0.4 < still.mean() < 0.65


def test_stuck_share_is_that_of_all_devices():
    states = ProgrammedStates.of(wall().states, 3, 0.25, "wall")
    weights = [np.zeros((400, 112), np.float32)]
    faulty = with_stuck(weights, (400, 100), 0.1, "low", states, np.random.default_rng(1))[0]
    assert stats.binomtest(int(np.sum(faulty[:, :100] != 0)), 40_000, 0.1).pvalue > 1e-4
    assert np.all(faulty[:, 100:] == 0)
    assert set(np.unique(faulty)) == {np.float32(states.targets[0]), np.float32(0)}


def test_hops_spread_walls_as_a_random_walk_and_stay_on_the_track():
    weights = [np.zeros((500, 208), np.float32)]
    aged = after_hops(weights, (500, 200), 3.0, 0.01, np.random.default_rng(2))[0][:, :200]
    assert aged.mean() == pytest.approx(0, abs=4 * 0.01 * np.sqrt(3 / aged.size))
    assert aged.var() == pytest.approx(3 * 0.01**2, rel=0.05)  # variance of a compound Poisson walk: hops x step^2
    assert np.abs(after_hops(weights, (500, 200), 50.0, 0.25, np.random.default_rng(3))[0]).max() == 1


def test_read_noise_of_the_weights_is_noise_of_the_sums():
    """One column: the share of wrong signs is that of a normal sum of variance noise^2 |x|^2."""
    n = 40_000
    weights = [np.zeros((4, 16), np.float32)]
    weights[0][:, 0] = 0.1
    inputs, labels = np.ones((n, 4), np.float32), np.zeros(n, np.int64)
    right = accuracy(weights, (4, 2), inputs, labels, Circuit(0), 0.3, np.random.default_rng(4))
    expected = stats.norm.cdf(0.4 / (0.3 * 2 * np.sqrt(2)))  # the other column is noise alone
    assert stats.binomtest(round(right * n), n, expected).pvalue > 1e-4


@pytest.mark.parametrize("device", [linear_device(steps=20, noise=0.01), abrupt_device()])
def test_levels_of_jump_tables_are_reached_on_average(device):
    states = states_from_jumps(device, 4)
    np.testing.assert_allclose(states.mz.mean(axis=1), states.target, atol=0.12)
    assert states.control[0] == 0
    assert np.all(np.diff(states.control) > 0)
    again = states_from_jumps(device, 4)
    np.testing.assert_array_equal(states.mz, again.mz)


def test_an_attempt_costs_its_pulses():
    """RESET of this device takes a pulse or two, a level its SET pulses; three of five levels are in use."""
    device = abrupt_device()
    assert attempt_energy_J(device, np.array([0.0, 10.0])) is None
    device = replace(device, energy_J={"set_J": 1e-12, "reset_J": 1e-9}, energy_source="test")
    states = states_from_jumps(device, 5)
    used = states.control[[0, 2, 4]]
    energy = attempt_energy_J(device, used)
    resets = (energy - used.mean() * 1e-12) / 1e-9
    assert resets == pytest.approx(round(resets))
    assert 1 <= resets <= 3
    network = QuantizedNetwork(scheme="quantized", levels=5, n_states=3, alpha=0.25)
    assert network_energy(network, device).write == pytest.approx(energy)


def test_attempts_count_the_pulses_fired_where_nobody_measured():
    """Ten equal steps, RESET to the bottom in one: what each pulse of an attempt meets is known without drawing it."""
    steps = linear_device(steps=10, noise=1e-6)
    assert attempt_unmeasured(steps, np.array([0.0, 10.0])) == {}
    device = replace(steps, jump_reset=abrupt_device().jump_reset, coverage=Coverage((0.25, 0.55), (0.0, 0.7)))
    found = attempt_unmeasured(device, np.array([0.0, 2.0, 8.0]))  # the third from 0 to 0.7, five of them outside
    assert found["unmeasured_set"] == pytest.approx((0 + 2 + 5) / (0 + 2 + 8), abs=0.005)
    assert found["unmeasured_reset"] == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / 1000))  # p < 1e-4, one pulse
    assert found["unmeasured_share"] == pytest.approx((7 + 3 * found["unmeasured_reset"]) / (10 + 3), abs=0.005)


def test_more_levels_than_pulses_are_refused():
    with pytest.raises(TableError, match="its 3 SET pulses from the bottom to the top are too few for 8 levels"):
        states_from_jumps(linear_device(steps=3, noise=1e-4), 8)


def test_energy_adds_up_and_writes_cost_what_the_table_says():
    network = QuantizedNetwork(scheme="quantized", n_states=5, alpha=0.15)
    table = replace(wall(), energy_J={"write_J": 2.7e-15, "write_piezo_J": 0.5e-15, "write_sot_J": 2.2e-15})
    energy = network_energy(network, table)
    assert energy.devices == 404_348
    # Horowitz: 3.7 + 0.9 + 5 pJ for each of 404,348 synapses
    assert energy.cmos_inference == pytest.approx(3.88e-6, rel=0.01)
    epoch = {"pulses": [48_000_000], "trial": None, "stress": None}
    columns = energy_columns(network, energy, epoch)
    parts = ("programming_J", "verify_J", "forward_J", "backward_J", "digital_J")
    assert columns["training_J"] == pytest.approx(sum(columns[name] for name in parts))
    # Al Misba 2022, IV-D1: 48 million pulses of 2.7 fJ over 10,000 inferences are 13 pJ
    assert columns["programming_an_inference_J"] == pytest.approx(13e-12, rel=0.01)
    assert energy_columns(network, energy, epoch | {"stress": ["hops", 1.0]}) == {}


def test_energy_of_writing_is_unknown_where_the_table_does_not_say():
    network = QuantizedNetwork(scheme="quantized", n_states=3)
    columns = energy_columns(network, network_energy(network, wall()), {"pulses": [1], "trial": None, "stress": None})
    assert "programming_J" not in columns
    told = network.model_copy(update={"energy": network.energy.model_copy(update={"write_J": 1e-15})})
    columns = energy_columns(told, network_energy(told, wall()), {"pulses": [4], "trial": None, "stress": None})
    assert columns["programming_J"] == pytest.approx(4e-15)


def test_circuit_is_sigmoid():
    assert CIRCUIT == Circuit(0)
