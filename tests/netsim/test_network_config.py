import pytest
from pydantic import TypeAdapter, ValidationError

from netsim.config import ExSituNetwork, NetworkConfig, PairNetwork, QuantizedNetwork

NETWORK = TypeAdapter(NetworkConfig)


def test_scheme_chooses_the_model_and_defaults_are_the_papers():
    quantized = NETWORK.validate_python({"scheme": "quantized"})
    assert isinstance(quantized, QuantizedNetwork)
    assert (quantized.layers, quantized.eta, quantized.eta_decay) == ((784, 392, 196, 98, 10), 0.007, 0.9)
    assert (quantized.images, quantized.epochs, quantized.alpha, quantized.n_states) == (60_000, 10, 0.15, 5)
    pair = NETWORK.validate_python({"scheme": "pair"})
    assert isinstance(pair, PairNetwork)
    assert (pair.layers, pair.images, pair.epochs, pair.neuron_states) == ((528, 250, 125, 10), 5_000, 20, 256)
    assert isinstance(NETWORK.validate_python({"scheme": "ex_situ"}), ExSituNetwork)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"scheme": "analog"}, "scheme"),
        ({"scheme": "pair", "alpha": 0.1}, "alpha"),
        ({"scheme": "quantized", "alpha": 0}, "greater than 0"),
        ({"scheme": "quantized", "layers": [784, 100]}, r"layers is \[784, 100\], expected .* the last 10"),
        ({"scheme": "pair", "upstream_probability": 2}, "less than or equal to 1"),
        ({"scheme": "pair", "grid": {"etta": [1]}}, "grid names 'etta', expected one of"),
        ({"scheme": "pair", "grid": {"seeds": [1]}}, "grid names 'seeds'"),
        ({"scheme": "pair", "grid": {"eta": []}}, "gives no value for 'eta'"),
        ({"scheme": "pair", "grid": {"eta": [0.1, -1]}}, "grid gives eta = -1"),
        ({"scheme": "pair", "eta": float("inf")}, "finite number"),
        (
            {"scheme": "pair", "grid": {"dead_devices": [0, 0.6], "stuck_devices": [0, 0.6]}},
            "grid gives dead_devices = 0.6, stuck_devices = 0.6: ",
        ),
    ],
)
def test_nonsense_is_refused(fields, words):
    with pytest.raises(ValidationError, match=words):
        NETWORK.validate_python(fields)


def test_grid_gives_every_combination_in_order():
    network = PairNetwork(scheme="pair", grid={"eta": [0.1, 0.2], "activation": ["tanh", "pwl"]})
    chosen = list(network.grid_points())
    assert [tuple(point.values()) for point in chosen] == [(0.1, "tanh"), (0.1, "pwl"), (0.2, "tanh"), (0.2, "pwl")]
    resolved = network.with_settings(chosen[3])
    assert (resolved.eta, resolved.activation, resolved.grid) == (0.2, "pwl", {})


def test_settings_of_a_grid_may_be_right_together_alone():
    network = QuantizedNetwork(scheme="quantized", grid={"levels": [3], "n_states": [3]})
    assert [tuple(point.values()) for point in network.grid_points()] == [(3, 3)]


def test_every_setting_is_described():
    for model in (QuantizedNetwork, ExSituNetwork, PairNetwork):
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"


def test_baseline_settings_are_settings():
    for model in (QuantizedNetwork, ExSituNetwork, PairNetwork):
        assert set(model.baseline_settings) <= set(model.model_fields)


def test_configuration_survives_json():
    network = PairNetwork(scheme="pair", layers=(528, 10), grid={"eta": [0.1]}, devices=["pcm"])
    assert NETWORK.validate_json(network.model_dump_json()) == network
