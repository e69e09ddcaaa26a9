"""The walls that ship: their ensembles are those of the papers' study, their tables are what the ensembles say now."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from devicegen.racetrack.config import load_racetrack
from devicegen.racetrack.reduction import write_table
from devicegen.racetrack.reuse import fits
from devicegen.table_file import read_table

ROOT = Path(__file__).parents[2]
STUDY = yaml.safe_load((ROOT / "config" / "paper.yaml").read_text(encoding="utf-8"))
WRITES = ["almisba2022", "almisba2022_2nm", "almisba2022_20fs"]
WALLS = [*WRITES, "wall_train", *(f"wall_train_ku{ku}" for ku in (700, 725, 775, 800))]


@pytest.mark.parametrize("device", WALLS)
def test_walls_of_the_study_are_not_simulated_again(device):
    config = load_racetrack(STUDY["devices"][device]["racetrack"])
    assert (config.train is not None) == device.startswith("wall_train")
    assert fits(ROOT / "data" / "raw" / device / "ensemble.h5", device, config, STUDY["seed"])


@pytest.mark.parametrize("device", [*WRITES, "wall_train_ku775"])
def test_the_table_is_what_its_ensemble_says(device, tmp_path):
    """Up to rounding in the last digits, which other versions of NumPy and SciPy may change."""
    write_table(ROOT / "data" / "raw" / device / "ensemble.h5", tmp_path / "made.h5")
    made, shipped = (read_table(path) for path in (tmp_path / "made.h5", ROOT / "data" / "tables" / f"{device}.h5"))
    assert (made.g_min_S, made.g_max_S) == pytest.approx((shipped.g_min_S, shipped.g_max_S), rel=1e-9)
    assert made.energy_J == pytest.approx(shipped.energy_J, rel=1e-9)
    if shipped.states is not None:
        np.testing.assert_allclose(made.states.mz, shipped.states.mz, atol=1e-9)
        np.testing.assert_allclose(made.states.position, shipped.states.position, atol=1e-15)
        np.testing.assert_array_equal(made.states.outcome, shipped.states.outcome)
    else:
        for name in ("jump_set", "jump_reset"):
            found, stored = getattr(made, name), getattr(shipped, name)
            np.testing.assert_array_equal(found.count, stored.count)
            np.testing.assert_allclose(found.cdf, stored.cdf, atol=1e-9)
