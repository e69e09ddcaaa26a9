"""Training of conductance pairs as a whole: what is warned of, what is measured, what faults and ideals do."""

import logging
from dataclasses import replace

import numpy as np
import pytest
from device_tables import abrupt_device, jump, linear_device

from devicegen.errors import TableError
from devicegen.table import Coverage, DeviceTable, JumpTable
from netsim import train_pair
from netsim.config import PairNetwork
from netsim.ideal import idealised
from netsim.inputs import ActiveInputs, grey_crops
from netsim.mnist import load_images
from netsim.pair_device import PairDevice
from netsim.synapse.jump import PulseResponse, uncovered
from netsim.train import Study
from netsim.train_pair import train, without_effect

LAYERS = (528, 16, 10)


@pytest.fixture(scope="module")
def images(image_folder):
    return load_images(image_folder, other_data_set=True)


def trained(images, table, **settings):
    given = {"scheme": "pair", "layers": LAYERS, "images": 200, "epochs": 2, "test_images": 100}
    network = PairNetwork.model_validate(given | settings)
    study = Study.of(images, grey_crops, LAYERS, network.images, 100, (1, ("test",)))
    return list(train(network, table, study))


def test_what_an_epoch_tells(images):
    table = replace(linear_device(50), energy_J={"set_J": 2e-12, "reset_J": 3e-12}, energy_source="test")
    last = trained(images, table, eta=0.1)[-1]
    total, resets = sum(last.pulses), sum(last.reset_pulses)
    assert last.measures["reset_pulses"] == resets > 0
    assert last.measures["energy_J"] == pytest.approx((total - resets) * 2e-12 + resets * 3e-12)
    assert 0 <= last.measures["saturated"] < 0.5
    assert 0 <= last.measures["cut"] < 0.5
    assert "energy_J" not in trained(images, linear_device(50), epochs=1)[-1].measures


def test_rates_that_fire_nothing_are_reported_at_once(images, caplog):
    with caplog.at_level(logging.WARNING):
        found = trained(images, linear_device(), eta=1e-4, rounding="nearest", upstream_probability=1)
    assert "eta 0.0001 fired no pulse in the first 200 examples: nothing is learnt. Raise eta" in caplog.text
    assert sum(found[-1].pulses) == 0
    assert caplog.text.count("fired no pulse") == 1


def test_rates_that_saturate_every_pair_are_reported_with_the_share(images, caplog):
    with caplog.at_level(logging.WARNING):
        found = trained(
            images, linear_device(2, noise=1e-4), eta=50, upstream_probability=1, longest_train=8,
            derivative="two_valued", derivative_floor=0.9,
        )  # fmt: skip
    share = found[-1].measures["saturated"]
    assert share > 0.25
    assert "% of the pairs are saturated, both devices at an end of the range. Lower eta" in caplog.text


def test_rates_that_drive_neurons_to_their_ends_are_reported(images, caplog, monkeypatch):
    monkeypatch.setattr(train_pair, "WATCHED", 100)
    with caplog.at_level(logging.WARNING):
        found = trained(images, linear_device(5), eta=10, upstream_probability=1, weight_range=2)
    assert found[-1].test_accuracy < 0.3
    assert "within the first 200 examples: the neurons are driven to the ends of their range" in caplog.text
    caplog.clear()
    trained(images, linear_device(50), eta=0.1)
    assert not caplog.text


def test_rows_that_leave_out_some_of_the_range_are_reported(images, caplog):
    whole = linear_device(50)
    part = slice(5, 30)

    def cropped(table):
        return JumpTable(table.conductance[part], table.delta, table.cdf[part], table.count[part])

    table = replace(whole, jump_set=cropped(whole.jump_set))
    assert uncovered(table) == pytest.approx((0.4, 0.0))
    with caplog.at_level(logging.WARNING):
        trained(images, table, epochs=1)
    assert "the rows of its SET table leave out 40% of its conductance range" in caplog.text


def test_pulses_beyond_the_range_are_cut_and_counted(images):
    coarse = trained(images, linear_device(5), eta=0.5)[-1]
    fine = trained(images, linear_device(200), eta=0.5)[-1]
    free = trained(images, linear_device(5), eta=0.5, without="bounds")[-1]
    assert coarse.measures["cut"] > fine.measures["cut"]
    assert free.measures["cut"] == 0
    assert coarse.measures["saturated"] > 0
    assert free.measures["saturated"] == 0  # conductances beyond the range are not at an end


def test_shares_are_of_what_was_fired_where_nobody_measured(images):
    found = {}
    for end in (0.4, 1.0, 0.01):  # SET measured below, everywhere, nowhere
        table = replace(linear_device(50), coverage=Coverage((0.0, end), (0.4, 1.0)))
        last = trained(images, table, eta=0.1)[-1]
        found[end] = last.measures
        sets, resets = sum(last.pulses) - sum(last.reset_pulses), sum(last.reset_pulses)
        blind = last.measures["unmeasured_set"] * sets + last.measures["unmeasured_reset"] * resets
        assert last.measures["unmeasured_share"] == pytest.approx(blind / (sets + resets), rel=1e-12)
    assert 0.5 < found[0.4]["unmeasured_set"] < 1  # devices begin in the middle of the range
    assert 0 < found[0.4]["unmeasured_reset"] < 0.5
    assert found[1.0]["unmeasured_set"] == 0
    assert found[0.01]["unmeasured_set"] > 0.9
    assert len({shares["unmeasured_reset"] for shares in found.values()}) == 1


def test_beyond_an_end_that_was_measured_a_device_without_bounds_is_measured_too(images):
    shares = []
    for end in (1.0, 0.99):
        table = replace(linear_device(5), coverage=Coverage((0.0, end), (0.0, 1.0)))
        shares.append(trained(images, table, eta=0.5, without="bounds")[-1].measures["unmeasured_set"])
    assert shares[0] == 0
    assert shares[1] > 0


def test_set_only_training_counts_its_occasional_reset_too(images):
    table = replace(abrupt_device(), coverage=Coverage((0.0, 1.0), (0.0, 0.85)))
    last = trained(images, table, eta=0.3)[-1]
    assert last.measures["reset_pulses"] > 0
    assert 0 < last.measures["unmeasured_reset"] < 1
    assert last.measures["unmeasured_set"] == 0


@pytest.mark.parametrize(("coverage", "without"), [(None, "nothing"), (Coverage((0, 0.4), (0, 1)), "nonlinearity")])
def test_nothing_is_said_where_nobody_knows_or_nothing_rests_on_it(images, coverage, without):
    last = trained(images, replace(linear_device(50), coverage=coverage), epochs=1, without=without)[-1]
    assert not [name for name in last.measures if name.startswith("unmeasured")]


def test_a_range_of_zero_is_refused():
    table = linear_device()
    with pytest.raises(TableError, match="expected 0 <= g_min < g_max"):
        DeviceTable("flat", "artificial", True, 1e-6, 1e-6, {}, table.jump_set, table.jump_reset)


def test_no_ideal_hides_that_set_lowers_the_conductance():
    fall = jump(lambda g: np.full(g.size, -0.01), 0.001)
    table = DeviceTable("down", "artificial", True, 0.0, 1.0, {}, fall, fall)
    with pytest.raises(TableError, match="SET pulses raise the mean conductance in only 0%"):
        PairDevice.of(PairNetwork(scheme="pair", without="everything"), table)


def first_layers(**settings):
    network = PairNetwork.model_validate({"scheme": "pair", "layers": LAYERS} | settings)
    device = PairDevice.of(network, linear_device())
    study = Study(None, None, None, None, (1, ("test",)))  # type: ignore[arg-type]  # only its seed is asked for
    return device, device.layers(study)


def test_dead_and_stuck_devices_have_their_share_and_never_change(images):
    device, layers = first_layers(dead_devices=0.2, stuck_devices=0.3)
    changes = device.response_in_kernel[0]
    faulty = layers.device[0][:, :16] == len(device.response.changes)
    assert not changes[len(device.response.changes)].any()
    n = faulty.size
    assert abs(faulty.mean() - 0.5) < 4 * np.sqrt(0.25 / n)  # p < 1e-4
    both = np.stack([layers.plus[0][:, :16], layers.minus[0][:, :16]], axis=-1)
    dead = faulty & (both == 0)
    assert abs(dead.mean() - 0.2) < 4 * np.sqrt(0.16 / n)
    assert abs(both[faulty & ~dead].mean() - 0.5) < 4 * np.sqrt(1 / 12 / (0.3 * n))
    assert not layers.weight[0][:, 16:].any()


def test_devices_begin_alike_whether_one_table_was_measured_or_several():
    one, other = linear_device(50), linear_device(80)
    several = replace(one, per_device=((one.jump_set, one.jump_reset), (other.jump_set, other.jump_reset)))
    network = PairNetwork(scheme="pair", layers=LAYERS)
    study = Study(ActiveInputs.of(np.zeros((1, 528))), np.zeros(1), np.zeros((1, 528)), np.zeros(1), (1, ("test",)))
    alike, differ = (PairDevice.of(network, table).layers(study) for table in (one, several))
    assert {int(n) for n in np.unique(differ.device[0])} == {0, 1}
    for a, b in zip((*alike.plus, *alike.minus), (*differ.plus, *differ.minus), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_network_of_dead_devices_learns_nothing(images):
    assert trained(images, linear_device(), dead_devices=1.0)[-1].test_accuracy < 0.3
    assert trained(images, linear_device(50), eta=0.1, epochs=4)[-1].test_accuracy > 0.7


def test_local_gains_cut_the_number_of_pulses(images):
    plain = trained(images, linear_device(50), eta=0.1)
    gained = trained(images, linear_device(50), eta=0.1, local_gains=True)
    assert sum(gained[-1].pulses) < 0.7 * sum(plain[-1].pulses)


def test_drift_and_leakage_lower_what_is_learnt(images):
    kept = trained(images, linear_device(50), eta=0.1, epochs=4)[-1].test_accuracy
    leaking = trained(images, linear_device(50), eta=0.1, epochs=4, leakage_time=5)[-1].test_accuracy
    assert leaking < kept - 0.1
    drifting = trained(images, abrupt_device(), epochs=1, drift_exponent=0.5, drift_spread=0.1)
    assert sum(drifting[-1].pulses) > 0


def test_a_device_of_abrupt_reset_is_trained_by_set_alone_until_its_asymmetry_is_gone():
    def of(without, table):
        return PairDevice.of(PairNetwork(scheme="pair", without=without), table)

    abrupt = abrupt_device()
    assert of("nothing", abrupt).set_only
    assert of("coarseness", abrupt).set_only
    assert not of("coarseness", abrupt).response.abrupt_reset  # scaled down with SET
    assert not of("asymmetry", abrupt).set_only
    assert of("bounds", abrupt).response.full <= 0.8  # SET does little from there on
    assert of("bounds+nonlinearity", abrupt).response.full == np.inf
    assert not of("nothing", linear_device()).set_only


def test_scaled_pulses_have_the_step_that_was_asked_for():
    device, _ = first_layers(set_pulses=40)
    assert device.response.set_step == pytest.approx(1 / 40, rel=0.05)


def test_ideal_tables_prepare_as_the_device_does():
    table = linear_device(50, noise=0.004)
    real, same = PulseResponse.of(table, False), PulseResponse.of(idealised(table, ()), False)
    np.testing.assert_array_equal(real.changes, same.changes)


def test_settings_that_make_no_difference_are_trained_once():
    network = PairNetwork(scheme="pair")
    assert "eta_ratio" in without_effect(network, abrupt_device())
    assert {"reset_interval", "reset_precision"} <= without_effect(network, linear_device())
    ideal = network.model_copy(update={"update_rule": "outer_product"})
    assert {"upstream_pulses", "upstream_probability"} <= without_effect(ideal, linear_device())
