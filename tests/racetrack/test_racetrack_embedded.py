"""Scripts and masks as the embedded engine understands them."""

import numpy as np
import pytest

from devicegen.mumax3.find import find_engine
from devicegen.mumax3.ovf import read_ovf
from devicegen.mumax3.process import run_limited
from devicegen.racetrack.config import load_racetrack
from devicegen.racetrack.ensemble import run_batch
from devicegen.racetrack.ensemble_file import read_ensemble
from devicegen.racetrack.geometry import outline, write_mask
from devicegen.racetrack.wall import read_wall
from devicegen.table import OUTCOMES

COLD_AND_SHORT = {
    "geometry": {"length_m": 320e-9},
    "roughness": {"rms_m": 0},
    "notches": {"depth_m": 0},
    "protocol": {
        "temperature_K": 0,
        "thermalise_s": 1e-12,
        "pulse_s": 0.2e-9,
        "rest_s": 0.1e-9,
        "table_period_s": 5e-12,
    },
    "states": [{"ku_J_m3": 8e5, "target": -0.5}, {"ku_J_m3": 7.5e5, "target": 0.5}],
    "instances": 1,
    "engine": "embedded",
    "timeout_s": 300,
}


@pytest.mark.parametrize("dmi_J_m2", [0.6e-3, -0.6e-3])
def test_the_pulse_drives_the_wall_to_the_right_for_both_chiralities(tmp_path, dmi_J_m2):
    config = load_racetrack({**COLD_AND_SHORT, "material": {"dmi_J_m2": dmi_J_m2}})
    run_batch(config, "dw", 1, 1, tmp_path / "work", tmp_path / "batch.h5")
    batch = read_ensemble(tmp_path / "batch.h5")
    readings = [read_wall(profile, batch.x_m) for profile in batch.events.mz_profile[0]]
    assert [OUTCOMES[reading.outcome] for reading in readings] == ["kept"] * 4
    start, _, pulsed, final = (reading.position_m for reading in readings)
    assert abs(start - 60e-9) < 20e-9  # without a notch, relaxation may move it a little
    # Below its limit of 166 m/s, which a wall takes a nanosecond to reach, 0.2 ns make some ten nanometres.
    assert start + 5e-9 < pulsed < start + 40e-9
    assert final > pulsed  # it coasts on
    assert batch.events.end_s[0] == pytest.approx(config.duration_s, abs=3e-13)


def test_the_engine_sees_the_mask_as_it_was_drawn(tmp_path):
    config = load_racetrack({})
    mask = outline(config, "dw", 1, 0).mask
    assert not np.array_equal(mask, mask[::-1])  # a picture that is upside down would not go unnoticed
    write_mask(tmp_path / "mask.png", mask)
    script = tmp_path / "geom.mx3"
    script.write_text(
        "SetGridSize(150, 35, 1)\nSetCellSize(4e-9, 2e-9, 1e-9)\n"
        'SetGeom(ImageShape("mask.png"))\nSaveAs(geom, "geom")\n'
    )
    command = [*find_engine("embedded").command, "-http=", "-f", script.name]
    assert run_limited(command, tmp_path, tmp_path / "log", 120, lambda: None) is None
    assert np.array_equal(read_ovf(tmp_path / "geom.out" / "geom.ovf").values[0, 0], mask)
