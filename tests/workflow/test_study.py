"""The configuration is refused, in one sentence, before anything runs."""

from pathlib import Path

import pytest
import yaml

from devicegen.errors import ConfigError
from workflow.foresight import check_networks
from workflow.study import load_study

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def config(monkeypatch) -> dict:
    monkeypatch.chdir(ROOT)
    return yaml.safe_load((ROOT / "config/default.yaml").read_text())


def refusal(config: dict) -> str:
    with pytest.raises(ConfigError) as caught:
        load_study(config, "default.yaml")
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("default.yaml: ")
    return message


@pytest.mark.parametrize("path", sorted((ROOT / "config").glob("*.yaml")), ids=lambda p: p.name)
def test_shipped_configurations_are_valid(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    study = load_study(yaml.safe_load(path.read_text()), str(path))
    assert study.networks
    check_networks(study, str(path))


def test_default_trains_both_papers_networks_on_simulated_and_measured_devices(config):
    study = load_study(config)
    assert "pcmo_fumarola" in study.measured_devices()
    assert set(study.devices_of("conductance_pairs")) >= {"racetrack_quick", "pcmo_fumarola"}
    assert {n.scheme for n in study.networks.values()} == {"quantized", "pair"}


def test_a_misspelt_setting_is_named_with_a_guess(config):
    config["networks"]["conductance_pairs"]["epochz"] = 3
    message = refusal(config)
    assert "networks.conductance_pairs" in message
    assert "epochz" in message
    assert "Did you mean 'epochs'?" in message


def test_a_misspelt_top_level_setting_is_named(config):
    config["sead"] = 3
    assert "sead: no such setting. Did you mean 'seed'?" in refusal(config)


def test_a_misspelt_racetrack_setting_is_named(config):
    config["devices"]["racetrack_quick"]["racetrack"]["instancez"] = 3
    message = refusal(config)
    assert "devices.racetrack_quick" in message
    assert "instancez" in message


def test_an_unknown_device_is_named_with_a_guess(config):
    config["networks"]["domain_wall_insitu"]["devices"] = ["racetrack_quik"]
    message = refusal(config)
    assert "networks.domain_wall_insitu.devices: unknown device 'racetrack_quik'" in message
    assert "Did you mean 'racetrack_quick'?" in message


@pytest.mark.parametrize(
    ("network", "device", "said"),
    [
        ("conductance_pairs", "racetrack_quick", "is no network of the scheme 'quantized'; known: domain_wall_insitu"),
        ("domain_wall_insitu", "racetrack_quik", "evolution.devices: unknown device 'racetrack_quik'"),
    ],
)
def test_a_synapse_of_what_is_not_there_cannot_be_followed(config, network, device, said):
    config["evolution"] = {"network": network, "devices": [device]}
    assert said in refusal(config)


def test_a_measured_device_without_a_description_is_named(config):
    config["measured"] = ["pcmo_fumarola", "pcmo_fumarol"]
    message = refusal(config)
    assert "pcmo_fumarol" in message
    assert "device.yaml" in message


@pytest.mark.parametrize("name", ["../up", "two words", "ünicode", ""])
def test_device_names_that_cannot_be_file_names_are_refused(config, name):
    config["devices"][name] = config["devices"].pop("racetrack_quick")
    assert "cannot name files" in refusal(config)


def test_network_names_that_cannot_be_file_names_are_refused(config):
    config["networks"]["a.b"] = config["networks"].pop("conductance_pairs")
    assert "networks: the name 'a.b' cannot name files" in refusal(config)


@pytest.mark.parametrize("block", [None, "quick", 3, []])
def test_a_racetrack_that_is_no_block_is_refused(config, block):
    config["devices"]["racetrack_quick"]["racetrack"] = block
    message = refusal(config)
    assert "racetrack" in message
    assert "expected" in message


def test_an_engine_that_is_none_is_refused_before_anything_runs(config):
    config["devices"]["racetrack_quick"]["racetrack"]["engine"] = "mumx3"
    assert "engine" in refusal(config)


def test_two_devices_cannot_claim_one_name(config):
    config["devices"]["pcmo_fumarola"] = config["devices"].pop("racetrack_quick")
    assert "claims the same name" in refusal(config)


def test_a_wrong_type_is_shown_with_what_was_found(config):
    config["networks"]["domain_wall_insitu"]["epochs"] = "many"
    message = refusal(config)
    assert "epochs" in message
    assert "'many'" in message


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ({"scheme": "quantized", "n_states": 7}, "device 'wall' has 3 states, n_states is 7: ask for at most 3"),
        ({"scheme": "quantized", "grid": {"n_states": [3, 5]}}, "device 'wall' has 3 states, n_states is 5"),
        ({"scheme": "pair"}, "device 'wall' has states and no jump-tables, which the scheme 'pair' needs"),
        ({"scheme": "quantized", "devices": ["linear"]}, "device 'linear' has jump-tables and no states"),
        ({"scheme": "pair", "layers": [700, 10]}, r"layers: begins with 700 inputs, the images .* have 528 pixels"),
        ({"scheme": "ex_situ", "n_states": 3, "images": 100_000}, "images: found 100000, MNIST has 60,000"),
    ],
)
def test_networks_that_could_not_be_trained_are_refused_before_the_walls_are_simulated(network, said):
    devices = {
        "wall": {"kind": "simulated", "racetrack": {"preset": "quick"}},
        "linear": {"kind": "artificial", "response": {"form": "linear"}},
    }
    study = load_study({"devices": devices, "networks": {"net": {"devices": ["wall"]} | network}})
    with pytest.raises(ConfigError, match=f"^a.yaml: networks.net.*{said}"):
        check_networks(study, "a.yaml")


def test_networks_of_another_data_set_may_have_other_sizes():
    network = {"scheme": "pair", "layers": [700, 10], "images": 100_000}
    check_networks(load_study({"networks": {"net": network}, "other_data_set": True}), "a.yaml")
