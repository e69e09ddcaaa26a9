import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devicegen.racetrack.wall import read_wall
from devicegen.table import OUTCOMES

CELL_M = 4e-9
X = (np.arange(150) + 0.5) * CELL_M
LENGTH_M = 600e-9


def profile(walls_m, tilt_m=0.0, shrink=1.0, noise=0.0, seed=0):
    """mz averaged over the width, for walls of 11 nm that alternate from up on the left; tilted, shrunk, noisy."""
    y = np.linspace(-0.5, 0.5, 15)[:, None]
    mz = np.ones((15, X.size))
    for wall in walls_m:
        mz = mz * -np.tanh((X - wall - tilt_m * y) / 11e-9)
    return shrink * mz.mean(axis=0) + noise * np.random.default_rng(seed).standard_normal(X.size)


@given(
    wall_m=st.floats(25e-9, 575e-9),
    tilt_m=st.floats(-40e-9, 40e-9),
    shrink=st.floats(0.85, 1),
    seed=st.integers(0, 10_000),
)
def test_the_position_is_found_through_noise_tilt_and_shrinking(wall_m, tilt_m, shrink, seed):
    reading = read_wall(profile([wall_m], tilt_m, shrink, 0.03, seed), X)
    assert OUTCOMES[reading.outcome] == "kept"
    assert abs(reading.position_m - wall_m) < 2e-9  # half a cell
    assert reading.weight == pytest.approx(2 * reading.position_m / LENGTH_M - 1)


def test_raw_mz_would_be_biased_where_the_position_is_not():
    mz = profile([520e-9], shrink=0.93)
    assert abs(mz.mean() - (2 * 520 / 600 - 1)) > 0.04
    assert read_wall(mz, X).weight == pytest.approx(2 * 520 / 600 - 1, abs=0.005)


def test_without_error_there_is_no_bias():
    found = [
        read_wall(profile([q], noise=0.03, seed=i), X).position_m - q
        for i, q in enumerate(np.linspace(3e-8, 57e-8, 400))
    ]
    assert abs(np.mean(found)) < 5 * np.std(found) / 20  # five standard errors
    assert np.std(found) < 0.5e-9


@pytest.mark.parametrize(("mz", "outcome", "weight"), [(0.95, "expelled", 1.0), (-0.95, "lost", -1.0)])
def test_a_track_without_a_wall(mz, outcome, weight):
    noisy = mz + 0.05 * np.random.default_rng(1).standard_normal(X.size)
    reading = read_wall(noisy, X)
    assert (OUTCOMES[reading.outcome], reading.weight) == (outcome, weight)
    assert np.isnan(reading.position_m)


def test_more_than_one_wall():
    reading = read_wall(profile([150e-9, 300e-9, 450e-9]), X)
    assert OUTCOMES[reading.outcome] == "doubled"
    assert np.isnan(reading.position_m)
    assert reading.weight == pytest.approx(0.0, abs=0.01)


def test_a_domain_that_has_turned_round_is_not_a_kept_wall():
    assert OUTCOMES[read_wall(-profile([300e-9]), X).outcome] == "doubled"
