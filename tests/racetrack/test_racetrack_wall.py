import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devicegen.racetrack.wall import read_wall, wall_tilt_rad
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


ROWS = np.arange(18)[:, None]
MIDDLE = (ROWS - 8) * CELL_M  # the track fills rows 1 to 15, its middle is row 8


def track(notch_m=None, depth_cells=2):
    """15 rows of 4 nm in a grid of 18; a notch in both edges, five columns wide."""
    mask = np.broadcast_to((ROWS >= 1) & (ROWS <= 15), (18, X.size)).copy()
    if notch_m is not None:
        at = np.abs(X - notch_m) < 10e-9
        mask[:, at] &= (ROWS >= 1 + depth_cells) & (ROWS <= 15 - depth_cells)
    return mask


def tilted(mask, wall_m, tilt_rad, noise=0.0, seed=0):
    """mz of a straight wall of 11 nm, of the given tilt, in a noisy track; nothing outside the mask."""
    mz = -np.tanh((X - wall_m - math.tan(tilt_rad) * MIDDLE) / 11e-9)
    return np.where(mask, 0.95 * mz + noise * np.random.default_rng(seed).standard_normal(mask.shape), 0.0)


@given(
    wall_m=st.floats(60e-9, 540e-9),
    degrees=st.floats(-35, 35),
    notch=st.booleans(),
    seed=st.integers(0, 10_000),
)
def test_the_tilt_is_found_through_noise_and_in_a_notch(wall_m, degrees, notch, seed):
    mask = track(wall_m if notch else None)
    found = wall_tilt_rad(tilted(mask, wall_m, math.radians(degrees), 0.1, seed), mask, X, CELL_M)
    assert math.degrees(found) == pytest.approx(degrees, abs=4)  # over five standard deviations of 0.7


def test_the_tilt_has_no_bias():
    mask = track()
    for degrees in (-20, 0, 30):
        found = [
            math.degrees(wall_tilt_rad(tilted(mask, 300e-9, math.radians(degrees), 0.1, i), mask, X, CELL_M))
            for i in range(100)
        ]
        assert abs(np.mean(found) - degrees) < 5 * np.std(found) / 10 + 0.3  # the cells' own grain


def test_without_one_wall_there_is_no_tilt():
    mask = track()
    assert math.isnan(wall_tilt_rad(np.where(mask, 1.0, 0.0), mask, X, CELL_M))
    two = np.where(mask, np.sign((X - 200e-9) * (X - 400e-9)), 0.0)
    assert math.isnan(wall_tilt_rad(two, mask, X, CELL_M))
