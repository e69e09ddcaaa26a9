"""From a folder to its table file."""

import logging

import numpy as np
import pytest
from pulse_folders import HEADER, ROWS, merged, pulse_rows, text

from devicegen.measured.table import measured_table, pulse_files, write_table
from devicegen.table import leaving_probability
from devicegen.table_file import read_table


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
    assert found.jump_set.conductance.size - 1 in found.provenance["estimation"]["set"]["rows_with_few_pulses"]


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
    assert found.switching_energy is not None
    assert set(found.switching_energy.is_set) == {0, 1}
    assert np.isnan(found.switching_energy.cell_size).all()


def test_bands_and_trains_stand_beside_the_table(lab, tmp_path):
    write_table(lab(ROWS, pulses_csv=text(noisy_rows())), tmp_path / "t.h5")
    found = read_table(tmp_path / "t.h5")
    assert found.jump_set.cdf_low is not None
    assert found.per_device[0][0].cdf_low is None, "bands of the pooled table only"
    assert found.trains is not None
    assert found.trains[0].count[0] == 2
    assert found.trains[1].median[0] > found.trains[1].median[-1]
    assert found.switching_energy is None


def noisy_reads(sigma_uS):
    """As `noisy_rows` in trains of 50, each state read once with noise."""
    rng = np.random.default_rng(5)
    rows, g = [], 10.0
    reads = [g]
    for k in range(3000):
        g += (0.1 if (k // 50) % 2 == 0 else -0.1) + rng.normal(0, 0.03)
        reads.append(g + rng.normal(0, sigma_uS))
        polarity = "SET" if (k // 50) % 2 == 0 else "RESET"
        rows.append(["c0", str(k + 1), polarity, f"{reads[-2]:.5f}", f"{reads[-1]:.5f}"])
    return text(rows)


@pytest.mark.parametrize("given", [{}, {"sigma_S": 0.06e-6}])
def test_read_noise_is_taken_out_on_request(lab, given):
    plain = measured_table(lab(ROWS, pulses_csv=noisy_reads(0.06)))
    quiet = measured_table(lab(merged(ROWS, {"read_noise": {"subtract": True} | given})))
    spread = [np.diff(t.jump_set.quantile([0.1587, 0.8413])[30:70]).mean() / 2 for t in (plain, quiet)]
    assert spread[0] == pytest.approx(np.hypot(0.03, np.sqrt(2) * 0.06) * 1e-6, rel=0.06)
    assert spread[1] == pytest.approx(0.03e-6, rel=0.2)
    assert "contained" in plain.provenance["estimation"]["read_noise_in_table"]
    assert "taken out of the spread" in quiet.provenance["estimation"]["read_noise_in_table"]


def test_read_noise_that_the_pulses_do_not_tell_is_not_invented(lab, caplog):
    rows = [[*row[:1], str(3 * int(row[1])), *row[2:]] for row in noisy_rows()]  # gaps: no two pulses follow
    found = measured_table(lab(merged(ROWS, {"read_noise": {"subtract": True}}), pulses_csv=text(rows)))
    assert "give read_noise.sigma_S; the tables contain it" in caplog.text
    assert "contained" in found.provenance["estimation"]["read_noise_in_table"]
