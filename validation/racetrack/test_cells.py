"""The shipped ensemble (4 x 2 nm, 40 fs) beside one on square cells of 2 nm, and one with half its step: what matters?

``pytest validation/racetrack`` writes results/validation/<device>/comparison.json and .png.
"""

from pathlib import Path

import pytest

from devicegen.racetrack.comparison.results import compare_files

ROOT = Path(__file__).parents[2]
OTHERS = {
    "almisba2022_2nm": {"geometry.cell_x_m", "protocol.time_step_s", "protocol.far_demag_hold_s"},
    "almisba2022_20fs": {"protocol.time_step_s", "protocol.far_demag_hold_s"},
}


def ensemble(device):
    return ROOT / "data" / "raw" / device / "ensemble.h5"


@pytest.fixture(scope="module", params=OTHERS)
def compared(request):
    out = ROOT / "results" / "validation" / request.param
    return request.param, compare_files(ensemble("almisba2022"), ensemble(request.param), out)


def test_nothing_else_differs(compared):
    other, found = compared
    assert set(found.differ) == OTHERS[other]


def test_it_does_not_matter_within_the_error(compared):
    other, found = compared
    assert found.same, f"a state has another distribution: see results/validation/{other}/comparison.json"


def test_a_difference_that_matters_would_have_been_seen(compared):
    """Means apart by 120 nm (0.4 of <mz>) in a state, by 50 nm on average of the states."""
    _, found = compared
    assert max(state.least_mean_m for state in found.states) < 120e-9
    assert found.least_mean_m < 50e-9
    assert min(min(state.events) for state in found.states) >= 40
