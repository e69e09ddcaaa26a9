import csv
from pathlib import Path

import pytest

from devicegen.errors import Dev2NetError
from netsim.results import curves, read_epochs
from netsim.summary import read_summary, write_summary


def test_curves_gather_seeds_and_put_the_baseline_first(runs_path):
    base, wall = curves(read_epochs(runs_path))
    assert base.baseline
    assert base.label == "floating point"
    assert wall.label == "wall, alpha = 0.15"
    assert wall.test.shape == (2, 3)
    assert wall.at_end(wall.test)[0] == pytest.approx(100 * (0.95 - 0.1 / 3 + 0.001))


def test_summary_sets_each_device_beside_its_baseline(runs_path, tmp_path):
    base, wall = read_summary([runs_path])
    assert base.loss_points is None
    assert wall.loss_points == pytest.approx(2.0)
    assert wall.pulses == 600
    assert (base.baseline, wall.baseline) == (True, False)
    assert base.train_gain_points == pytest.approx(100 * (0.1 / 2 - 0.1 / 3))
    write_summary([runs_path], tmp_path / "summary.csv")
    with open(tmp_path / "summary.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["device"] for row in rows] == ["floating point", "wall"]
    assert [row["baseline"] for row in rows] == ["1", "0"]
    assert float(rows[1]["loss_points"]) == pytest.approx(2.0, abs=1e-4)


def test_a_missing_column_is_named(tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_text("network,scheme\na,b\n")
    with pytest.raises(Dev2NetError, match="column 'device' is missing"):
        read_epochs(path)
