"""States and trains given by a control voltage, and the energy that it costs."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from devicegen.errors import ConfigError
from devicegen.mumax3.find import Engine
from devicegen.racetrack import ensemble
from devicegen.racetrack.config import RacetrackConfig, load_racetrack
from devicegen.racetrack.energy import write_energy_J
from devicegen.racetrack.ensemble import batches, collect, run_batch
from devicegen.racetrack.reduction import write_table
from devicegen.table_file import read_table

FAKE = Path(__file__).parents[1] / "mumax3" / "fake_engine.py"
STATES = [{"voltage_V": v, "target": t} for v, t in ((-0.12, -0.833), (0.0, 0.0), (0.12, 0.5))]


def test_the_paper_says_which_stress_a_change_of_the_anisotropy_takes():
    """Al Misba 2022, section IV D: 0.5e5 J/m3 by 133 MPa; 3/2 lambda stress = 0.5e5, strain = stress / 200 GPa."""
    piezo = load_racetrack({}).piezoelectric
    stress_Pa = 0.5e5 / (1.5 * 250e-6)
    assert stress_Pa == pytest.approx(133e6, rel=0.01)
    volts = stress_Pa / 200e9 / (1e-3 / 3e6) * 60e-9
    assert volts == pytest.approx(0.12)
    assert piezo.anisotropy_J_m3(volts, 60e-9) == pytest.approx(7e5)


def test_a_voltage_stands_for_its_anisotropy():
    by_voltage = load_racetrack({"states": STATES})
    assert by_voltage.anisotropies_J_m3 == pytest.approx([8e5, 7.5e5, 7e5])
    assert by_voltage.voltages_V == (-0.12, 0.0, 0.12)
    assert load_racetrack({}).voltages_V is None
    mixed = [STATES[0], {"ku_J_m3": 7e5, "target": 0.5}]
    assert load_racetrack({"states": mixed}).voltages_V is None
    thicker = {"states": STATES, "write_circuit": {"piezo_thickness_m": 120e-9}}
    assert load_racetrack(thicker).anisotropies_J_m3 == pytest.approx([7.75e5, 7.5e5, 7.25e5])


def test_a_dumped_configuration_with_voltages_loads_as_itself():
    config = load_racetrack({"states": STATES, "piezoelectric": {"magnetostriction": 200e-6}})
    assert load_racetrack(json.loads(json.dumps(config.model_dump(mode="json")))) == config


def test_a_train_takes_a_voltage_over_the_presets_anisotropy():
    train = load_racetrack({"preset": "wall_train", "train": {"voltage_V": 0.06}}).train
    assert train is not None
    assert (train.ku_J_m3, train.voltage_V) == (pytest.approx(7.25e5), 0.06)


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        (
            {"states": [{**STATES[0], "ku_J_m3": 7e5}, STATES[2]]},
            r"states.0.voltage_V = -0.12 V sets Ku to 800000 J/m3",
        ),
        ({"states": [{"target": 0}, STATES[2]]}, "racetrack.states.0.ku_J_m3: found"),
        ({"states": [{"voltage_V": "high", "target": 0}, STATES[2]]}, "racetrack.states.0"),
        ({"states": [{"voltage_V": 1.5, "target": 0}, STATES[2]]}, "Ku = 125000 J/m3 .* is not above the shape"),
        ({"states": [{"voltage_V": 3, "target": 0}, STATES[2]]}, "racetrack.states.0.ku_J_m3: found -500000"),
        (
            {"states": STATES, "piezoelectric": {"magnetostriction": 0}},
            "racetrack.piezoelectric.magnetostriction: found 0",
        ),
        ({"states": STATES, "train": {"ku_J_m3": 7.5e5}}, "states and train exclude each other"),
        ({"preset": "wall_train", "train": None}, "states: found 0, expected at least 2"),
        ({"preset": "wall_train", "train": {"pulses": 0}}, "racetrack.train.pulses: found 0"),
        ({"preset": "wall_train", "protocol": {"ku_after_pulse": "restored"}}, "a train keeps its anisotropy"),
        ({"preset": "wall_train", "end_stops": {"ku_J_m3": 7e5}}, "end_stops.ku_J_m3 = 700000 J/m3 stops no wall"),
        ({"preset": "wall_train", "end_stops": {"length_m": 60e-9}}, "notches.first_m = 60 nm, .* too near to an end"),
    ],
)
def test_voltages_and_trains_that_make_no_sense(block, complaint):
    with pytest.raises(ConfigError, match=complaint) as caught:
        load_racetrack(block)
    assert "\n" not in str(caught.value)


def test_the_schema_takes_either():
    schema = RacetrackConfig.model_json_schema()["$defs"]["State"]
    assert schema["required"] == ["target"]
    assert schema["anyOf"] == [{"required": ["ku_J_m3"]}, {"required": ["voltage_V"]}]


def test_each_write_is_charged_its_own_voltage():
    """C = 15.9 fF: two electrodes at 0.12 V take 0.23 fJ, at 0 V nothing; the current takes 2.2 fJ in every state."""
    own = write_energy_J(load_racetrack({"states": STATES}))
    capacitance_F = 8.854e-12 * 3000 * 600e-9 * 60e-9 / 60e-9
    assert own["write_state_1_J"] == pytest.approx(own["write_sot_J"])
    assert own["write_state_0_J"] - own["write_sot_J"] == pytest.approx(capacitance_F * 0.12**2, rel=1e-3)
    assert own["write_J"] == pytest.approx(np.mean([own[f"write_state_{k}_J"] for k in range(3)]))
    unknown = write_energy_J(load_racetrack({}))
    assert set(unknown) == {"write_J", "write_piezo_J", "write_sot_J"}
    assert unknown["write_piezo_J"] == pytest.approx(capacitance_F * 0.18**2, rel=1e-3)


def test_the_table_carries_the_voltages(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(ensemble, "find_engine", lambda choice: Engine("custom", (sys.executable, str(FAKE)), "1"))
    config = load_racetrack({"states": STATES, "instances": 2, "instances_per_batch": 2, "timeout_s": 20})
    parts = [tmp_path / f"{batch.index}.h5" for batch in batches(config)]
    for index, part in enumerate(parts):
        run_batch(config, "dw", index, 1, tmp_path / "work", part)
    collect(parts, tmp_path / "e.h5")
    write_table(tmp_path / "e.h5", tmp_path / "t.h5")
    table = read_table(tmp_path / "t.h5")
    assert table.states is not None
    assert table.states.control.tolist() == [-0.12, 0, 0.12]
    assert (table.states.control_units, table.states.control_name) == ("V", "control voltage across the piezoelectric")
    assert "write_state_2_J" in table.energy_J
    told = table.provenance["states"][0]
    assert (told["ku_J_m3"], told["voltage_V"]) == (pytest.approx(8e5), -0.12)
    assert abs(told["tilt_deg"]) < 0.1  # the fake engine's walls stand straight
    assert "Ku 8e+05 J/m3, -0.12 V (target -0.833)" in capsys.readouterr().err
