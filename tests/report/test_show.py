"""What the command line says of a device's origin and of small amounts."""

import dataclasses

import numpy as np
import pytest

from devicegen.show import engineering, show_table
from devicegen.table import Coverage
from devicegen.table_file import read_table, write_table


@pytest.mark.parametrize(
    ("value", "said"),
    [(2.72e-15, "2.72 fJ"), (5.16e-16, "516 aJ"), (9.9999e-13, "1 pJ"), (0.0, "0 J"), (-4.36e-8, "-43.6 nJ")],
)
def test_amounts_have_a_fitting_prefix(value, said):
    assert engineering(value, "J") == said


def test_long_parts_of_the_provenance_are_counted(tmp_path, table_path, capsys):
    table = read_table(table_path)
    settings = {f"setting_{k}": k for k in range(40)}
    write_table(tmp_path / "t.h5", dataclasses.replace(table, provenance={"config": settings, "python": "3.11"}))
    show_table(tmp_path / "t.h5")
    shown = capsys.readouterr().out
    assert "40 entries" in shown
    assert "setting_1" not in shown
    assert "3.11" in shown


def test_a_made_up_pulse_file_is_not_called_measured(table_path, capsys):
    show_table(table_path)
    shown = capsys.readouterr().out
    assert "pulse file, made up (nobody measured it)" in shown
    assert "real" not in shown
    states = read_table(table_path).states
    assert states is not None
    assert f"{np.std(states.mz[0], ddof=1):.3f}" in shown


def test_the_measured_part_of_the_range_is_shown(table_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    show_table(table_path)
    assert "measured  " not in capsys.readouterr().out  # its table does not state it
    table = dataclasses.replace(read_table(table_path), coverage=Coverage((1e-6, 9e-6), (1e-6, 11e-6)))
    write_table(table_path, table)
    show_table(table_path)
    lines = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("measured  ")]
    assert [" ".join(line.split()) for line in lines] == [
        "measured 1 µS … 9 µS (80% of the range); the rows outside hold the last mean",
        "measured 1 µS … 11 µS (100% of the range)",
    ]
