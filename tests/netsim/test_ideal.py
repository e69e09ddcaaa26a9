"""Each ideal replaces one property of a jump-table and leaves all others where they were."""

from dataclasses import replace

import device_tables as tables
import numpy as np
import pytest
from numpy.testing import assert_allclose

from devicegen.table import DeviceTable
from netsim.config import PairNetwork
from netsim.ideal import (
    FINE_PULSES,
    FLAWS,
    average,
    equally_probable,
    flaws_in,
    idealised,
    scaled,
    symmetric,
    uncut,
    without_noise,
    without_nonlinearity,
)
from netsim.pair_device import PairDevice


def soft_device(noise=0.004):
    """Steps that shrink towards the end they lead to; RESET three times as coarse; noise that depends on G."""
    rise = tables.jump(lambda g: 0.02 * (1.1 - g), noise)
    fall = tables.jump(lambda g: -0.06 * (0.1 + g), noise)
    return DeviceTable("soft", "artificial", True, 0.0, 1.0, {}, rise, fall)


def deviations(jump):
    changes = equally_probable(jump)
    return changes - changes.mean(axis=1, keepdims=True)


INNER = slice(4, -4)
"""Rows that the ends of the range do not cut off."""


def test_without_noise_only_the_mean_stays():
    jump = soft_device().jump_set
    ideal = without_noise(jump)
    assert_allclose(ideal.mean(), jump.mean(), atol=1e-9)
    assert deviations(ideal).std(axis=1).max() < 1e-4 < 0.003 < deviations(jump)[INNER].std(axis=1).min()
    np.testing.assert_array_equal(ideal.conductance, jump.conductance)


def test_without_nonlinearity_the_mean_is_flat_and_the_deviations_stay():
    jump = soft_device().jump_set
    ideal = without_nonlinearity(jump)
    assert_allclose(ideal.mean(), average(jump), rtol=2e-3)
    assert average(ideal) == pytest.approx(average(jump), rel=2e-3)
    assert_allclose(deviations(ideal)[INNER], deviations(jump)[INNER], atol=2e-4)


def test_symmetric_steps_have_the_finer_average_and_keep_their_shape():
    table = soft_device()
    rise, fall = symmetric(table.jump_set, table.jump_reset)
    assert average(rise) == pytest.approx(-average(fall))
    assert average(rise) == pytest.approx(average(table.jump_set))  # the finer of the two
    np.testing.assert_array_equal(rise.cdf, table.jump_set.cdf)
    ratio = average(fall) / average(table.jump_reset)
    assert ratio < 0.5
    assert_allclose(fall.mean(), ratio * table.jump_reset.mean())
    assert_allclose(equally_probable(fall), ratio * equally_probable(table.jump_reset))


def test_scaling_multiplies_every_change():
    jump = soft_device().jump_reset
    assert_allclose(equally_probable(scaled(jump, 0.25)), 0.25 * equally_probable(jump))


def test_uncut_changes_only_rows_at_the_end():
    jump = tables.linear_device(steps=10, noise=0.01).jump_set
    ideal = uncut(jump, 1.0, upwards=True)
    whole = jump.conductance < 0.85
    assert_allclose(ideal.mean()[whole], jump.mean()[whole], atol=1e-6)
    assert jump.mean()[-1] < 0.01
    assert_allclose(ideal.mean()[~whole], 0.1, rtol=1e-3)
    down = uncut(tables.linear_device(steps=10, noise=0.01).jump_reset, 0.0, upwards=False)
    assert_allclose(down.mean(), -0.1, rtol=1e-3)


def test_a_table_that_is_cut_off_everywhere_is_left_alone():
    fall = tables.jump(lambda g: -g - 0.1, 0.01)
    assert uncut(fall, 0.0, upwards=False) is fall


def test_everything_ideal_is_a_fine_linear_symmetric_device():
    ideal = idealised(soft_device(), flaws_in("everything"))
    assert_allclose(ideal.jump_set.mean(), 1 / FINE_PULSES, rtol=5e-3)
    assert_allclose(ideal.jump_reset.mean(), -1 / FINE_PULSES, rtol=5e-3)
    assert deviations(ideal.jump_set).std(axis=1).max() < 1e-4


def test_fine_devices_are_not_made_coarser():
    table = tables.linear_device(steps=500)
    ideal = idealised(table, {"coarseness"})
    np.testing.assert_array_equal(ideal.jump_set.delta, table.jump_set.delta)


def test_pulses_across_the_range_are_what_was_asked_for():
    table = idealised(soft_device(), (), set_pulses=50)
    assert average(table.jump_set) == pytest.approx(1 / 50)
    assert average(table.jump_reset) / average(table.jump_set) == pytest.approx(
        average(soft_device().jump_reset) / average(soft_device().jump_set)
    )


def test_each_measured_device_is_idealised():
    one, two = tables.linear_device(20), tables.linear_device(40)
    pairs = tuple((t.jump_set, t.jump_reset) for t in (one, two))
    table = DeviceTable("two", "artificial", True, 0.0, 1.0, {}, one.jump_set, one.jump_reset, pairs)
    ideal = idealised(table, {"noise"})
    assert [average(rise) for rise, _ in ideal.per_device] == pytest.approx([1 / 20, 1 / 40], rel=0.05)
    assert all(deviations(jump).std(axis=1).max() < 1e-3 for pair in ideal.per_device for jump in pair)


def test_flaws_are_named_in_words():
    assert flaws_in("nothing") == set()
    assert flaws_in("everything") == set(FLAWS)
    assert flaws_in("noise+bounds") == {"noise", "bounds"}
    assert flaws_in("all_but_noise") == set(FLAWS) - {"noise"}
    with pytest.raises(ValueError, match="no flaw 'nois', expected of noise, nonlinearity"):
        flaws_in("nois")


def test_flaws_of_the_network_are_settings():
    network = PairNetwork(
        scheme="pair", read_noise=0.1, drift_exponent=0.05, leakage_time=100, without="read_noise+drift+variation"
    )
    device = PairDevice.of(network, tables.linear_device())
    assert device.read_noise is None
    assert device.network.drift_exponent == 0
    assert device.network.leakage_time is None
    assert not device.network.device_to_device
    assert PairDevice.of(network.model_copy(update={"without": "noise"}), tables.linear_device()).read_noise


def test_devices_without_bounds_have_no_ends():
    network = PairNetwork(scheme="pair", without="bounds")
    assert PairDevice.of(network, tables.linear_device()).response.ends == (-np.inf, np.inf)


def test_rows_that_no_pulse_was_seen_at_do_not_count():
    """As at the top of a PCM's range, where a gentle pulse lowers the conductance, and which none reaches."""
    jump = tables.jump(lambda g: 0.1 - 0.4 * g, 0.01)
    seen = replace(jump, count=np.where(jump.conductance < 0.2, 10, 0))
    assert average(jump) < 0 < average(seen)
