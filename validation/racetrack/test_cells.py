"""The shipped ensemble on cells of 4 x 2 nm beside one on square cells of 2 nm: whether the cells matter.

``pytest validation/racetrack`` writes results/validation/cells/comparison.json and .png.
"""

from pathlib import Path

import pytest

from devicegen.racetrack.comparison.results import compare_files

ROOT = Path(__file__).parents[2]
COARSE, FINE = (ROOT / "data" / "raw" / device / "ensemble.h5" for device in ("almisba2022", "almisba2022_2nm"))


@pytest.fixture(scope="module")
def found():
    return compare_files(COARSE, FINE, ROOT / "results" / "validation" / "cells")


def test_cells_are_all_that_differs(found):
    assert set(found.differ) <= {"geometry.cell_x_m", "protocol.time_step_s", "protocol.far_demag_hold_s"}


def test_the_cells_do_not_matter_within_the_error(found):
    assert found.same, "a state has another distribution: see results/validation/cells/comparison.json"


def test_a_difference_that_matters_would_have_been_seen(found):
    """Means apart by 120 nm (0.4 of <mz>) in a state, by 50 nm on average of the states."""
    assert max(state.least_mean_m for state in found.states) < 120e-9
    assert found.least_mean_m < 50e-9
    assert min(min(state.events) for state in found.states) >= 40
