"""Real pulse files of other people (skipped where they are not there): added by the command, plausible tables."""

import numpy as np
import pytest
from typer.testing import CliRunner

from devicegen.cli import app
from devicegen.measured.table import measured_table
from devicegen.table import leaving_probability


@pytest.fixture
def real(measured_files, tmp_path):
    """The table of a device that the command added with these answers and no other edit."""

    def make(name, *words):
        words = [str(measured_files / word) if word.endswith((".csv", ".txt")) else word for word in words]
        told = ["--source", "see the README", "--licence", "see there", "--measured", "--out", str(tmp_path / name)]
        result = CliRunner().invoke(app, ["measure", "add", *words, *told])
        assert result.exit_code == 0, result.exception
        return measured_table(tmp_path / name)

    return make


def test_lista_ramps(real):
    found = real("lista", "lista_ramps/set.csv", "--reset", "lista_ramps/reset.csv", "--units", "S")
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
    found = real("gong", "reram_gong2018/gong_et_al.csv", "--units", "1", "--zero-S", "10e-6", "--unit-S", "5e-6")
    assert 3e-6 < found.g_min_S < found.g_max_S < 18e-6
    assert found.jump_set.count.sum() == 999
    noise = found.provenance["estimation"]["read_noise_S"]
    weighted = np.average(found.jump_set.mean(), weights=found.jump_set.count)
    assert 0 < weighted < 0.1 * noise
    assert "times the mean change of a SET pulse" in caplog.text
    assert np.average(found.jump_reset.mean(), weights=found.jump_reset.count) < 0
    assert leaving_probability(found) == 0.0


def test_enode_tables(real):
    found = real("enode", "enode_lut/dG_increasing.txt", "--reset", "enode_lut/dG_decreasing.txt")
    assert (found.g_min_S, found.g_max_S) == pytest.approx((297.72e-6, 978.28e-6))
    assert np.all(found.jump_set.mean()[:40] > 0)
    assert np.all(found.jump_reset.mean()[8:] < 0)
    assert leaving_probability(found) == 0.0


def test_read_noise_can_be_taken_out_of_the_ramps(real, tmp_path):
    """LISTA's noise is a tenth of a step: the table hardly changes, and gets narrower where it does."""
    found = real("lista", "lista_ramps/set.csv", "--reset", "lista_ramps/reset.csv", "--units", "S")
    description = tmp_path / "lista" / "device.yaml"
    description.write_text(description.read_text() + "read_noise: {subtract: true}\n")
    quieter = measured_table(tmp_path / "lista")
    assert quieter.provenance["estimation"]["read_noise_in_table"].startswith("taken out of the spread")
    spread = [np.diff(table.jump_set.quantile([0.16, 0.84])[20:80]).mean() for table in (found, quieter)]
    assert 0.3 * spread[0] < spread[1] < spread[0]
    assert quieter.jump_set.mean()[20:80] == pytest.approx(found.jump_set.mean()[20:80], rel=0.05)
