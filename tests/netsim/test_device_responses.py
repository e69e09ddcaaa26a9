"""From tables to what kernels train with: what is refused, and what is derived."""

import numpy as np
import pytest
from device_tables import abrupt_device, linear_device, wall

from devicegen.errors import ConfigError, TableError
from devicegen.table import DeviceTable
from netsim.config import PairNetwork
from netsim.figures.jump_table import draw_ramps, train_of
from netsim.pair_device import PairDevice
from netsim.synapse.jump import PulseResponse
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
    table = linear_device(steps=200, reset_ratio=3.5)
    assert PairDevice.of(PairNetwork(scheme="pair"), table).learning_rate_ratio == pytest.approx(3.5, rel=0.1)
    assert PairDevice.of(PairNetwork(scheme="pair", eta_ratio=2), table).learning_rate_ratio == 2


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


def test_per_device_tables_are_taken_when_asked_for():
    one, two = linear_device(steps=20), linear_device(steps=40)
    pairs = tuple((table.jump_set, table.jump_reset) for table in (one, two))
    table = DeviceTable("two", "artificial", True, 0.0, 1.0, {}, one.jump_set, one.jump_reset, pairs)
    assert PulseResponse.of(table, True).changes.shape[0] == 2
    assert PulseResponse.of(table, False).changes.shape[0] == 1


def test_coarse_devices_get_a_small_upstream_probability():
    network = PairNetwork(scheme="pair")
    found = [PairDevice.of(network, linear_device(n, 1e-4)).upstream_probability for n in (400, 50, 20)]
    assert found[0] == 1
    assert found == sorted(found, reverse=True)
    assert found[2] == pytest.approx((0.005 / (0.05 * 0.5)) ** 1.5, rel=0.1)  # of a weight range of 0.5
    fixed = PairNetwork(scheme="pair", upstream_probability=0.3)
    assert PairDevice.of(fixed, linear_device(20)).upstream_probability == 0.3


def test_a_train_of_pulses_goes_where_its_jump_table_leads(tmp_path):
    table = linear_device(steps=40, noise=0.002)
    assert table.jump_set is not None
    assert table.jump_reset is not None
    ramp = train_of(table.jump_set, 0.0, 1.0)
    n = np.arange(25)
    np.testing.assert_allclose(ramp[:25, 0], n / 40, atol=0.01)
    wide = 0.002 * np.sqrt(n[1:])
    np.testing.assert_allclose((ramp[1:25, 2] - ramp[1:25, 1]) / 2, wide, rtol=0.25)
    assert 35 <= len(ramp) <= 45
    assert train_of(table.jump_reset, 1.0, 0.0)[-1, 0] < 0.1
    draw_ramps("linear", table.jump_set, table.jump_reset, (0.0, 1.0), tmp_path / "ramps.png")
    assert (tmp_path / "ramps.png").stat().st_size > 5_000
