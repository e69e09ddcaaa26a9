import math

import pytest
import yaml
from pydantic import BaseModel

from devicegen.errors import ConfigError
from devicegen.racetrack import checks, theory
from devicegen.racetrack.config import RacetrackConfig, deep_merge, load_racetrack
from devicegen.racetrack.presets import PRESETS

COARSE = {
    "geometry": {"cell_x_m": 4e-9, "cell_y_m": 4e-9},
    "protocol": {"time_step_s": 100e-15},
    "material": {"saturation_magnetization_A_m": 1e6},
    "notches": {"depth_m": 7e-9, "width_m": 20e-9},
}
"""A racetrack of round numbers, whatever the presets are."""


def coarse(**block):
    return load_racetrack(deep_merge(COARSE, block))


def test_a_preset_and_what_differs_from_it():
    config = load_racetrack({"preset": "almisba2022", "torque": {"spin_hall_angle": 0.1}, "instances": 10})
    assert config.torque.spin_hall_angle == 0.1
    assert config.torque.current_density_A_m2 == 35e10  # the rest of the block stays
    assert config.instances == 10
    assert [state.ku_J_m3 for state in config.states] == [8e5, 7.75e5, 7.5e5, 7.25e5, 7e5]
    assert [state.target for state in config.states] == [-0.833, -0.5, 0, 0.5, 1]


def test_a_list_is_replaced_not_merged():
    states = [{"ku_J_m3": 8e5, "target": -0.8}, {"ku_J_m3": 7e5, "target": 0.8}]
    assert len(load_racetrack({"preset": "almisba2022", "states": states}).states) == 2


def test_a_dumped_configuration_loads_as_itself():
    for name in PRESETS:
        config = load_racetrack({"preset": name, "material": {"damping": 0.05}})
        assert load_racetrack(config.model_dump(mode="json")) == config


def test_numbers_as_yaml_reads_them():
    """YAML takes 600e-9 for a string, as it has no dot."""
    block = yaml.safe_load("geometry: {length_m: 600e-9}")
    assert load_racetrack(block).geometry.length_m == 600e-9


def test_the_grids_of_the_presets():
    """15 and 30 rows of track, two rms of roughness on each side, and rows up to a number that transforms well."""
    quick, paper = load_racetrack({"preset": "quick"}), load_racetrack({"preset": "almisba2022"})
    assert (coarse().track_rows, coarse().grid) == (17, (150, 18))
    assert (quick.track_rows, quick.grid) == (34, (150, 35))
    assert (paper.track_rows, paper.grid) == (34, (300, 35))


def test_notches_of_the_paper():
    """Al Misba 2022: walls sit at mz = -0.8, -0.55, -0.3, -0.05, 0.2, 0.45, 0.7."""
    config = load_racetrack({})
    weights = [2 * q / config.geometry.length_m - 1 for q in config.notch_positions_m]
    assert weights == pytest.approx([-0.8, -0.55, -0.3, -0.05, 0.2, 0.45, 0.7])


def test_presets_are_tested_time_steps():
    for name in PRESETS:
        config = load_racetrack({"preset": name})
        assert 0.9 <= config.protocol.time_step_s / theory.tested_time_step_s(config) <= 1 + 1e-9


def test_the_paper_preset_has_nothing_to_be_cautious_about():
    assert checks.cautions(load_racetrack({"preset": "almisba2022"})) == ()
    assert len(checks.cautions(load_racetrack({"preset": "quick"}))) == 1
    hot = load_racetrack({"preset": "almisba2022", "protocol": {"time_step_s": 25e-15}})
    assert checks.cautions(hot)[0] == (
        "a time step of 25 fs is above 20.55 fs, up to which thermal equilibrium holds: the grid's waves carry more "
        "heat than they should, 10 % more on average, those below 350 GHz, a wall's among them, 0.1 %"
    )


def test_cells_above_a_third_of_the_walls_width_are_noted():
    """Between a third and a half; above a half they are refused."""
    assert checks.cautions(coarse())[0].startswith(
        "cells of 4 nm are larger than a third of the wall's width (10.79 nm)"
    )


DUBIOUS = [
    ({"notches": {"width_m": 70e-9, "pitch_m": 100e-9}}, "notches of 70 nm are wider than the track of 60 nm"),
    ({"notches": {"depth_m": 1e-9}}, "a notch's depth of 1 nm is less than a cell of 2 nm"),
    ({"notches": {"width_m": 1e-9}}, "a notch's width of 1 nm is less than a cell of 2 nm"),
    ({"notches": {"depth_m": 27e-9}}, "is 6 nm wide at a notch, and its edges are rough by 2 nm each"),
    (
        {"notches": {"pitch_m": 700e-9}},
        "a pitch of 700 nm leaves one notch, at 60 nm, on a track of 600 nm: a wall that has left it",
    ),
    ({"geometry": {"thickness_m": 6e-9}}, "a layer of 6 nm is thicker than the exchange length of 5.478 nm"),
    ({"protocol": {"far_demag_hold_s": 0.3e-12}}, "is held for 300 fs, longer than the 160 fs (8 steps)"),
]


@pytest.mark.parametrize(("block", "caution"), DUBIOUS)
def test_what_runs_but_is_dubious_is_said(block, caution):
    found = checks.cautions(load_racetrack({"preset": "almisba2022", **block}))
    assert len(found) == 1
    assert caution in found[0]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (4e-9, "m", "4 nm"),
        (25e-15, "s", "25 fs"),
        (1.25e-8, "s", "12.5 ns"),
        (0, "m", "0 m"),
        (-9.9996e-10, "s", "-1 ns"),
    ],
)
def test_quantities_are_written_as_people_write_them(value, unit, text):
    assert checks.readable(value, unit) == text


def test_wall_width_of_an_infinite_film():
    config = coarse()
    keff = 7.5e5 - 0.5 * 4e-7 * math.pi * 1e12
    assert theory.wall_width_m(config, 7.5e5) == pytest.approx(math.sqrt(2e-11 / keff))


BAD = [
    ({"preset": "paper"}, r"racetrack.preset: found 'paper'; input should be 'quick', 'almisba2022' or 'wall_train'$"),
    ({"preset": ["quick"]}, "racetrack.preset: found"),
    ({"notch": {}}, "racetrack.notch: no such setting. Did you mean 'notches'"),
    ({"instances": 0}, "racetrack.instances: found 0; input should be greater than or equal to 1"),
    ({"protocol": {"rest_s": -1e-9}}, "racetrack.protocol.rest_s: found -1e-09; input should be greater than 0"),
    ({"protocol": {"pulse_s": 1e-14}}, "pulse_s = 10 fs is shorter than one time step of 100 fs"),
    ({"protocol": {"table_period_s": 1e-6}}, "longer than the event"),
    ({"protocol": {"rest_s": 12}}, r"of 12 s takes 1.2e\+14 steps of 100 fs, expected .* protocol in seconds[?]"),
    ({"protocol": {"time_step_s": 3e-13}}, "is unstable on these cells: with a damping of 0.0"),
    ({"protocol": {"temperature_K": float("nan")}}, "racetrack.protocol.temperature_K"),
    ({"notches": {"depth_m": 25e-9}}, "leaves 10 nm of a track of 60 nm: expected at least 3 cells"),
    ({"notches": {"depth_m": 31e-9}}, "depth_m = 31 nm on both sides leaves 0 m of a track of 60 nm"),
    ({"notches": {"pitch_m": 30e-9}}, r"leaves no room for the wall: .* = 20 nm \+ 16.7 nm"),
    (
        {"notches": {"width_m": 700e-9, "pitch_m": 900e-9}},
        "notches.width_m = 700 nm: a notch takes, with the wall's width of 16.7 nm on each side, 733.4 nm of a track "
        "of geometry.length_m = 600 nm: expected less than the track$",
    ),
    ({"end_stops": {"length_m": 300e-9}}, "end_stops.length_m = 300 nm: both take, .* 633.4 nm of a track"),
    ({"notches": {"first_m": 10e-9}}, "is off the track or too near to an end"),
    ({"notches": {"first_m": 700e-9}}, "is off the track or too near to an end"),
    (
        {"geometry": {"cell_x_m": 6e-9}},
        "cells of 6 nm are larger than half the wall's width of 10.79 nm: .* at most 5.397 nm",
    ),
    ({"geometry": {"length_m": 602e-9}}, "geometry.length_m = 602 nm is 150.5 cells of 4 nm"),
    ({"geometry": {"length_m": 604e-9}, "roughness": {"rms_m": 0}}, "151 x 15 cells, an odd number"),
    ({"roughness": {"kind": "cells", "rms_m": 5e-9}}, "cannot be made of single cells"),
    ({"roughness": {"rms_m": 15e-9}}, "cuts a track of 60 nm in two"),
    ({"material": {"saturation_magnetization_A_m": 1.1e6}}, "not above the shape anisotropy .* = 7.603e[+]05 J/m3"),
    (
        {"states": [{"voltage_V": 0.1, "target": 0}, {"voltage_V": 0.5, "target": 1}]},
        r"Ku = 541667 J/m3 \(at 0.5 V\) is not above the shape anisotropy .* = 6.283e[+]05 J/m3",
    ),
    ({"material": {"dmi_J_m2": 2e-3}}, "not below the critical 0.00152 J/m2"),
    ({"material": {"dmi_J_m2": 0}}, "without DMI"),
    ({"states": [{"ku_J_m3": 7e5, "target": 1}, {"ku_J_m3": 8e5, "target": -1}]}, "do not increase"),
    ({"states": [{"ku_J_m3": 7e5, "target": 1}]}, "states: found 1, expected at least 2"),
    ({"states": [{"ku_J_m3": 7e5, "target": 0}, {"ku_J_m3": 7e5, "target": 1}]}, "Ku = 700000 J/m3 comes twice"),
    ({"geometry": {"length_m": 600}}, r"150000000000 x 18 cells, .*: are geometry.length_m = 600 m, .* in metres[?]"),
    (
        {"protocol": {"ku_after_pulse": "restored", "restored_ku_J_m3": 6e5}},
        "Ku = 600000 J/m3 is not above the shape anisotropy",
    ),
]


@pytest.mark.parametrize(("block", "complaint"), BAD)
def test_nonsense_is_refused_in_one_sentence(block, complaint):
    with pytest.raises(ConfigError, match=complaint) as caught:
        coarse(**block)
    assert "\n" not in str(caught.value)
    assert "Value error" not in str(caught.value)


def fields_of(model: type[BaseModel], path: str = ""):
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from fields_of(annotation, f"{path}{name}.")
        else:
            yield f"{path}{name}", field


def test_every_value_says_what_it_is():
    undescribed = [path for path, field in fields_of(RacetrackConfig) if not field.description]
    assert undescribed == []


def test_values_the_paper_does_not_give_say_assumed():
    """The knobs of the calibration, and all that Al Misba 2022 leaves open."""
    fields = dict(fields_of(RacetrackConfig))
    for path in (
        "geometry.cell_x_m",
        "notches.depth_m",
        "notches.width_m",
        "notches.shape",
        "roughness.correlation_length_m",
        "material.saturation_magnetization_A_m",
        "material.exchange_J_m",
        "material.dmi_J_m2",
        "material.damping",
        "torque.spin_hall_angle",
        "protocol.thermalise_s",
        "protocol.rest_s",
        "protocol.ku_after_pulse",
        "junction.g_max_S",
        "expelled_wall",
    ):
        assert "assumed" in (fields[path].description or ""), path
