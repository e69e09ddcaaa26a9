"""From a folder to its table file."""

import logging

import numpy as np
import pytest
from pulse_folders import HEADER, ROWS, merged, pulse_rows, text

from devicegen.measured.table import measured_table, pulse_files, write_table
from devicegen.table import leaving_probability, read_table


def noisy_rows(n=150, devices=2, seed=0):
    """As `pulse_rows`, with a spread of each pulse."""
    rng = np.random.default_rng(seed)
    rows = pulse_rows(n, devices)
    for row in rows:
        row[4] = f"{float(row[4]) + rng.normal(0, 0.02):.5f}"
    return rows


def test_table_of_a_folder(lab, tmp_path):
    folder = lab(ROWS, pulses_csv=text(noisy_rows()))
    write_table(folder, tmp_path / "out" / "lab.h5")
    found = read_table(tmp_path / "out" / "lab.h5")
    assert found.device == "lab"
    assert found.kind == "measured"
    assert found.synthetic
    assert len(found.per_device) == 2
    assert found.jump_set.count.sum() == 300
    assert found.per_device[0][0].count.sum() == 150
    assert leaving_probability(found) == 0.0
    assert [entry["name"] for entry in found.provenance["inputs"]] == ["device.yaml", "pulses.csv"]
    assert found.provenance["estimation"]["set"]["pulses"] == 300
    assert found.energy_J == {}


def test_equal_folders_give_equal_bytes(lab, tmp_path):
    folder = lab(ROWS, pulses_csv=text(noisy_rows()))
    write_table(folder, tmp_path / "a.h5")
    write_table(folder, tmp_path / "b.h5")
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_pulse_files_are_named(lab):
    folder = lab(ROWS, pulses_csv=text(noisy_rows()))
    assert pulse_files(folder) == [folder / "pulses.csv"]


def test_declared_range_is_kept(lab):
    change = {"conductance_range": {"min_S": 5e-6, "max_S": 40e-6}}
    found = measured_table(lab(merged(ROWS, change), pulses_csv=text(noisy_rows())))
    assert (found.g_min_S, found.g_max_S) == (5e-6, 40e-6)
    assert found.provenance["estimation"]["range"] == "device.yaml"


def test_device_with_few_pulses_is_pooled_and_named(lab, caplog):
    rows = noisy_rows(devices=3)
    rows = [row for row in rows if row[0] != "c2" or int(row[1]) <= 20]
    with caplog.at_level(logging.WARNING):
        found = measured_table(lab(ROWS, pulses_csv=text(rows)))
    assert len(found.per_device) == 2
    assert found.provenance["estimation"]["devices_without_own_table"] == ["c2"]
    assert "c2: fewer than 50 pulses of a polarity" in caplog.text


def test_rows_with_few_pulses_are_named(lab, caplog):
    change = {"conductance_range": {"min_S": 1e-6, "max_S": 100e-6}}
    with caplog.at_level(logging.WARNING):
        found = measured_table(lab(merged(ROWS, change), pulses_csv=text(noisy_rows())))
    assert "rows of the SET table" in caplog.text
    assert 100 in found.provenance["estimation"]["set"]["rows_with_few_pulses"]


def test_energy_is_written_where_current_and_voltage_are_known(lab, tmp_path):
    rows = [[*row, "0.5" if row[2] == "SET" else "-0.2"] for row in noisy_rows()]
    change = {
        "columns": {"current": {"name": "I", "units": "mA"}},
        "pulse": {"set": {"amplitude_V": 2, "width_s": 1e-6}, "reset": {"amplitude_V": -3, "width_s": 1e-6}},
    }
    folder = lab(merged(ROWS, change), pulses_csv=text(rows, header=[*HEADER, "I"]))
    write_table(folder, tmp_path / "t.h5")
    found = read_table(tmp_path / "t.h5")
    assert found.energy_J == pytest.approx({"set_J": 1e-9, "reset_J": 0.6e-9})
    assert "current" in found.energy_source
