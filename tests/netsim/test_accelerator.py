import pytest

from netsim.accelerator import compare, quantities, switching_energy
from netsim.config.accelerator import AcceleratorConfig, LargeNetwork, SwitchingConfig
from netsim.figures.accelerator import draw_accelerator
from netsim.figures.drift import draw_drift, drift_quantities
from netsim.figures.switching import draw_switching
from netsim.quantities import read_quantities, write_quantities


def test_time_of_the_gpu_is_six_operations_a_synapse():
    network = {"one": LargeNetwork(synapses=1e6, layers=4, gpu_flops=1e12)}
    found = compare(AcceleratorConfig(networks=network))
    assert {one.circuits for one in found} == {"conservative", "aggressive"}
    assert found[0].gpu_s == pytest.approx(6e-6)


def test_time_in_crossbars_grows_with_layers_and_not_with_size():
    networks = {
        "small": LargeNetwork(synapses=1e6, layers=4, gpu_flops=1e12),
        "large": LargeNetwork(synapses=1e8, layers=4, gpu_flops=1e12),
        "deep": LargeNetwork(synapses=1e6, layers=8, gpu_flops=1e12),
    }
    seconds = {(one.network, one.circuits): one.crossbar_s for one in compare(AcceleratorConfig(networks=networks))}
    assert seconds["small", "conservative"] == seconds["large", "conservative"]
    assert seconds["deep", "conservative"] == pytest.approx(2 * seconds["small", "conservative"])


def test_power_is_energy_of_synapses_and_neurons_over_time():
    network = {"one": LargeNetwork(synapses=4e6, layers=1, gpu_flops=1e12)}
    config = AcceleratorConfig(networks=network, synapse_J=1e-12, neuron_J=1e-9)
    one = compare(config)[0]
    assert one.crossbar_W == pytest.approx((4e-6 + 2 * 2000 * 1e-9) / one.crossbar_s)
    assert one.power_advantage == pytest.approx(250 / one.crossbar_W)


def test_energy_of_switching_falls_with_area_and_time():
    found = quantities(AcceleratorConfig())
    assert found["switching energy ratio of scaled area"] == pytest.approx(36)
    of_150_nm = 4.0**2 / 23e6 * (150 / 200) ** 2 * 10e-3
    assert found["switching energy scaled in area and time fJ"] == pytest.approx(of_150_nm / 36 / 1e6 * 1e15)
    low, high = switching_energy(SwitchingConfig(), 150e-9, 10e-3)
    assert high == pytest.approx(of_150_nm)
    assert high / low == pytest.approx(6.84)


def test_holes_are_scaled_down_not_up():
    with pytest.raises(ValueError, match="expected no more than any of holes_m"):
        SwitchingConfig(scaled_hole_m=1e-6)


def test_quantities_and_pictures_are_written(tmp_path):
    config = AcceleratorConfig()
    write_quantities(quantities(config), tmp_path / "accelerator.csv")
    assert read_quantities(tmp_path / "accelerator.csv") == pytest.approx(quantities(config), rel=1e-5)
    draw_accelerator(config, tmp_path / "accelerator.png")
    draw_drift((0.01, 0.1), tmp_path / "drift.png")
    draw_switching(config.switching, tmp_path / "switching.png")
    names = ("accelerator.png", "drift.png", "switching.png")
    assert min((tmp_path / name).stat().st_size for name in names) > 5_000


def test_what_networks_see_of_a_drifting_device_follows_the_power_law():
    found = drift_quantities((0.0, 0.01, 0.1))
    assert list(found.values()) == pytest.approx([1.0, 100**-0.01, 100**-0.1], rel=1e-6)
    assert "conductance left after 100 examples at drift 0.01" in found
