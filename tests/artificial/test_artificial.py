"""Tables from words: the response that was asked for, and nothing outside the range."""

import numpy as np
import pytest
from scipy.stats import norm

from devicegen.artificial.response import (
    A_OF_PMAX,
    NONLINEARITY,
    artificial_table,
    read_response,
    write_artificial_table,
)
from devicegen.errors import ConfigError
from devicegen.table import leaving_probability
from devicegen.table_file import read_table

RANGE = {"g_min_S": 2e-6, "g_max_S": 10e-6}
SPAN = 8e-6
CURVES = {
    "form": "curves",
    "position": [0, 0.5, 1],
    "set_median": [0.03, 0.02, 0.01],
    "set_sigma": [0.004, 0.006, 0.002],
    "reset_median": [-0.01, -0.01, -0.02],
    "reset_sigma": [0.002, 0.002, 0.002],
}


def table(**block):
    return artificial_table("made_up", read_response(RANGE | block))


@pytest.mark.parametrize(
    "block",
    [
        {"form": "linear", "set_pulses": 100, "reset_pulses": 30},
        {"form": "linear", "sigma": 0.02},
        {"form": "soft_bounds", "sigma_of_step": 0.5},
        {"form": "exponential", "set_nonlinearity": 3.68, "reset_nonlinearity": 6.76},
        CURVES,
    ],
    ids=["linear", "noisy", "soft", "exponential", "curves"],
)
def test_nothing_leads_out_of_the_range(block):
    made = table(**block)
    assert leaving_probability(made) == 0.0
    assert made.kind == "artificial"
    assert made.synthetic
    assert made.jump_set.count.sum() == 0


def test_linear_needs_its_number_of_pulses():
    made = table(form="linear", set_pulses=100, reset_pulses=30)
    assert made.jump_set.mean()[:195] == pytest.approx(np.full(195, SPAN / 100), rel=1e-9)
    assert made.jump_reset.mean()[10:] == pytest.approx(np.full(191, -SPAN / 30), rel=1e-9)


def climb(jump, start, n, g_min, g_max):
    """Conductance after each of `n` pulses of mean size."""
    g = [start]
    mean = jump.mean()
    for _ in range(n):
        g.append(float(np.clip(g[-1] + np.interp(g[-1], jump.conductance, mean), g_min, g_max)))
    return np.array(g)


@pytest.mark.parametrize(("label", "a"), list(zip(NONLINEARITY[1:], A_OF_PMAX[1:], strict=True)))
def test_exponential_follows_the_published_form(label, a):
    """G = B(1 - exp(-P/A)) + Gmin with A = a·Pmax, and its mirror image for RESET."""
    made = table(form="exponential", set_pulses=64, reset_pulses=64, set_nonlinearity=label, reset_nonlinearity=label)
    p = np.arange(65)
    expected = SPAN * (1 - np.exp(-p / (64 * a))) / (1 - np.exp(-1 / a))
    # the last rows are bent by the end of the range, so the last twentieth of the way is left out
    inside = expected < 0.95 * SPAN
    up = climb(made.jump_set, 2e-6, 64, 2e-6, 10e-6)
    down = climb(made.jump_reset, 10e-6, 64, 2e-6, 10e-6)
    assert up[inside] == pytest.approx(2e-6 + expected[inside], abs=2e-3 * SPAN)
    assert down[inside] == pytest.approx(10e-6 - expected[inside], abs=2e-3 * SPAN)


def test_nonlinearity_zero_is_linear():
    bent = table(form="exponential", set_pulses=50, reset_pulses=50, set_nonlinearity=0, reset_nonlinearity=0)
    straight = table(form="linear", set_pulses=50, reset_pulses=50)
    np.testing.assert_allclose(bent.jump_set.cdf, straight.jump_set.cdf)


def test_soft_bounds_fall_to_zero():
    mean = table(form="soft_bounds", set_pulses=50).jump_set.mean() / SPAN
    assert mean[:190] == pytest.approx((1 - np.linspace(0, 1, 201)[:190]) / 50, abs=1e-6)


def test_curves_have_their_median_and_sigma():
    """Fig. 8: from the median and its spread at each conductance to the whole distribution."""
    made = table(**CURVES)
    at = np.linspace(0, 1, 201)
    inside = slice(20, 180)
    low, median, high = made.jump_set.quantile(norm.cdf([-1, 0, 1])).T / SPAN
    sigma = np.interp(at, CURVES["position"], CURVES["set_sigma"])
    assert median[inside] == pytest.approx(np.interp(at, CURVES["position"], CURVES["set_median"])[inside], abs=2e-4)
    assert (high - median)[inside] == pytest.approx(sigma[inside], rel=0.02)
    assert (median - low)[inside] == pytest.approx(sigma[inside], rel=0.02)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"form": "linaer"}, "linaer"),
        ({}, "form"),
        ({"form": "linear", "set_pulse": 3}, "set_pulse"),
        ({"form": "linear", "set_pulses": 1}, "set_pulses: found 1"),
        ({"form": "linear", "g_min_S": 1.0}, "not below g_max_S"),
        ({"form": "exponential", "set_nonlinearity": 9}, "set_nonlinearity"),
        (CURVES | {"position": [0, 0.6, 0.5]}, "expected rising numbers from 0 to 1"),
        (CURVES | {"set_sigma": [0.1]}, "set_sigma has 1 values, position has 3"),
        (CURVES | {"set_sigma": [0.1, -0.1, 0.1]}, "a spread is negative"),
        (
            {"form": "linear", "g_min_S": 2, "g_max_S": 1},
            r"^artificial device: form: g_min_S 2 is not below g_max_S 1\.$",
        ),
    ],
)
def test_wrong_blocks_are_one_sentence(block, message):
    with pytest.raises(ConfigError, match=message) as caught:
        read_response(block)
    assert "\n" not in str(caught.value)


def test_response_without_any_change_is_refused():
    with pytest.raises(ConfigError, match="SET response is zero everywhere"):
        table(**(CURVES | {"set_median": [0, 0, 0], "set_sigma": [0, 0, 0]}))


def test_written_table_is_read_back(tmp_path):
    write_artificial_table("line", {"form": "linear"}, tmp_path / "line.h5")
    found = read_table(tmp_path / "line.h5")
    assert found.device == "line"
    assert found.provenance["config"]["set_pulses"] == 200


def made(**block):
    return artificial_table("made", read_response(block))


def test_presets_are_the_published_devices():
    park = made(preset="park2013_pcmo")
    assert 1 / park.g_max_S == pytest.approx(23e6)
    assert park.g_max_S / park.g_min_S == pytest.approx(6.84)
    pcm = made(preset="nandakumar2018_pcm")
    g = pcm.jump_set.conductance
    inside = (g > 3e-6) & (g < 14e-6)  # away from where changes stop at an end
    assert pcm.jump_set.mean()[inside] == pytest.approx(-0.084 * g[inside] + 0.892e-6, rel=0.02, abs=5e-9)
    landed = (g + pcm.jump_reset.mean())[g > 1e-6]
    assert landed == pytest.approx(np.full(landed.size, 0.1e-6), abs=0.05e-6)
    pcmo = made(preset="fumarola2016_pcmo")
    middle = slice(60, 140)
    assert -pcmo.jump_reset.mean()[middle].mean() / pcmo.jump_set.mean()[middle].mean() == pytest.approx(3.5, rel=0.01)


def test_settings_beside_a_preset_win():
    found = read_response({"preset": "park2013_pcmo", "sigma": 0.05})
    assert (found.sigma, found.set_nonlinearity) == (0.05, 3.68)
    assert read_response(found.model_dump(mode="json")) == found, "as the workflow hands it on"


def test_unknown_preset_is_refused():
    with pytest.raises(ConfigError, match="preset 'park' is unknown, expected one of park2013_pcmo, fumarola2016_pcmo"):
        read_response({"preset": "park"})


def test_unbounded_device_comes_to_no_end():
    found = made(form="linear", set_pulses=100, reset_pulses=50, bounded=False)
    assert (found.g_max_S - found.g_min_S) == pytest.approx(10 * 10e-6)
    assert found.jump_set.mean()[:-4] == pytest.approx(np.full(197, 0.1e-6))
    assert found.jump_reset.mean()[4:] == pytest.approx(np.full(197, -0.2e-6))
