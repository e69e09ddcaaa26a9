"""Real pulse files of other people (skipped where they are not there): plausible tables come out."""

import shutil

import numpy as np
import pytest
from pulse_folders import RAMPS, merged

from devicegen.measured.table import measured_table
from devicegen.table import leaving_probability

LISTA = {"synthetic": False, "licence": "BSD-3-Clause", "ramp_units": "S", "device": "lista"}
GONG = {
    "device": "gong",
    "synthetic": False,
    "licence": "MIT",
    "header_line": 0,
    "files": {"set": None, "reset": None, "pulses": "gong_et_al.csv"},
    "ramp_columns": {"set": 1, "reset": 2},
    "ramp_units": "1",
    "arbitrary_scale": {"zero_S": 10e-6, "unit_S": 5e-6},
}


@pytest.fixture
def real(lab, measured_files, tmp_path):
    def make(description, source, *names):
        folder = lab(description).rename(tmp_path / description["device"])
        for name in names:
            shutil.copy(measured_files / source / name, folder / name)
        return measured_table(folder)

    return make


def test_lista_ramps(real):
    found = real(merged(RAMPS, LISTA), "lista_ramps", "set.csv", "reset.csv")
    assert 1.6e-4 < found.g_min_S < found.g_max_S < 2.5e-4
    span = found.g_max_S - found.g_min_S
    up, down = found.jump_set.mean(), found.jump_reset.mean()
    middle = slice(20, 80)
    assert np.all(up[middle] > 0)
    assert np.all(down[middle] < 0)
    assert 100 < span / up[middle].mean() < 300, "ramps of 185-192 reads cross the range"
    assert 100 < span / -down[middle].mean() < 300, "ramps of 149-153 reads cross the range"
    assert found.jump_set.count.sum() > 7000
    assert leaving_probability(found) == 0.0


def test_gong_normalised_ramps(real, caplog):
    """One ramp each way whose read noise is far above the change of one pulse."""
    found = real(merged(RAMPS, GONG), "reram_gong2018", "gong_et_al.csv")
    assert 3e-6 < found.g_min_S < found.g_max_S < 18e-6
    assert found.jump_set.count.sum() == 999
    noise = found.provenance["estimation"]["read_noise_S"]
    weighted = np.average(found.jump_set.mean(), weights=found.jump_set.count)
    assert 0 < weighted < 0.1 * noise
    assert "times the mean change of a SET pulse" in caplog.text
    assert np.average(found.jump_reset.mean(), weights=found.jump_reset.count) < 0
    assert leaving_probability(found) == 0.0
