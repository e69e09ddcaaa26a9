import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mask_pictures import read_mask
from scipy import ndimage, stats

from devicegen.errors import ConfigError
from devicegen.racetrack.config import Roughness, load_racetrack
from devicegen.racetrack.geometry import column_centres_m, outline, rough_edge_m, write_mask

SMOOTH = {"roughness": {"rms_m": 0}}


def test_a_smooth_track_without_notches_is_a_rectangle():
    track = outline(load_racetrack({**SMOOTH, "notches": {"depth_m": 0}}), "d", 1, 0)
    assert track.mask.shape == (30, 150)
    assert track.mask.all()
    assert track.roughness_rms_m == pytest.approx((0, 0), abs=1e-20)


@pytest.mark.parametrize(("shape", "area_of_box"), [("rectangular", 1.0), ("triangular", 0.5), ("elliptic", np.pi / 4)])
def test_notches_take_away_the_area_of_their_shape(shape, area_of_box):
    block = {"preset": "almisba2022", **SMOOTH, "geometry": {"cell_x_m": 0.5e-9, "cell_y_m": 0.5e-9}}
    notches = {"depth_m": 9e-9, "width_m": 30e-9, "shape": shape}
    config = load_racetrack({**block, "notches": notches, "protocol": {"time_step_s": 1e-15}})
    mask = outline(config, "d", 1, 0).mask
    missing_m2 = np.sum(~mask) * 0.5e-9**2
    assert missing_m2 == pytest.approx(14 * 30e-9 * 9e-9 * area_of_box, rel=0.06)
    assert np.array_equal(mask, mask[::-1])  # the two edges mirror each other
    narrowest = column_centres_m(config)[np.argsort(mask.sum(axis=0), kind="stable")[:2]]
    assert np.min(np.abs(narrowest[:, None] - np.array(config.notch_positions_m))) < 15e-9


def test_one_instance_is_the_same_racetrack_for_ever_and_others_differ():
    config = load_racetrack({})
    again = outline(config, "d", 2022, 3)
    assert np.array_equal(outline(config, "d", 2022, 3).mask, again.mask)
    for other in (("d", 2022, 4), ("e", 2022, 3), ("d", 2023, 3)):
        assert not np.array_equal(outline(config, *other).mask, again.mask)


def test_finer_cells_show_the_same_edge():
    coarse, fine = (
        outline(load_racetrack({"geometry": {"cell_x_m": cell}, "protocol": {"time_step_s": 1e-14}}), "d", 1, 0).mask
        for cell in (4e-9, 2e-9)
    )
    assert np.mean(coarse == fine[:, ::2]) > 0.98
    assert np.mean(coarse == fine[:, 1::2]) > 0.98


def test_edges_are_gaussian_with_the_rms_and_the_correlation_asked_for():
    """Heights 30 correlation lengths apart are independent: their distribution is tested, not their mean alone."""
    roughness = Roughness(rms_m=2e-9, correlation_length_m=15e-9)
    x = np.arange(0, 100_000e-9, 3e-9)
    height = rough_edge_m(x, float(x[-1]), 1e-9, roughness, np.random.default_rng(11))
    apart = height[::150]
    assert stats.kstest(apart / 2e-9, "norm").pvalue > 1e-4
    # The estimate of a correlation from this stretch has a standard error of about 0.015.
    for lag in (1, 3, 5, 10):
        found = np.mean(height[:-lag] * height[lag:]) / 4e-18
        assert found == pytest.approx(np.exp(-((lag * 3 / 15) ** 2)), abs=0.06)


def test_cells_gained_and_lost_have_the_rms_asked_for():
    roughness = Roughness(kind="cells", rms_m=2e-9)
    x = np.arange(20_000) * 4e-9
    height = rough_edge_m(x, float(x[-1]), 4e-9, roughness, np.random.default_rng(5))
    assert set(np.unique(height)) == {-4e-9, 0.0, 4e-9}
    moved = int(np.sum(height != 0))
    assert stats.binomtest(moved, x.size, 0.25).pvalue > 1e-4
    assert stats.binomtest(int(np.sum(height > 0)), moved, 0.5).pvalue > 1e-4


def test_the_realised_roughness_is_near_the_one_asked_for():
    config = load_racetrack({"preset": "almisba2022"})
    found = np.array([outline(config, "d", 1, i).roughness_rms_m for i in range(60)])
    assert np.sqrt(np.mean(found**2)) == pytest.approx(2e-9, rel=0.05)


def test_the_picture_has_the_largest_y_on_top(tmp_path):
    mask = np.zeros((4, 6), bool)
    mask[0] = True  # lowest y
    mask[1, 2] = True
    path = tmp_path / "mask.png"
    write_mask(path, mask)
    from PIL import Image

    with Image.open(path) as picture:
        pixels = np.asarray(picture)
    assert (pixels[-1] == 0).all()  # the bottom row of the picture is black: material
    assert (pixels[0] == 255).all()
    assert np.array_equal(read_mask(path), mask)


@given(
    cell_nm=st.sampled_from([2.0, 3.0, 4.0, 5.0]),
    rms_nm=st.floats(0, 6),
    correlation_nm=st.floats(1, 80),
    depth_nm=st.floats(0, 25),
    width_nm=st.floats(4, 50),
    shape=st.sampled_from(["triangular", "rectangular", "elliptic"]),
    kind=st.sampled_from(["correlated", "cells"]),
    instance=st.integers(0, 1000),
)
@settings(max_examples=150, deadline=None)
def test_every_accepted_track_is_one_piece_from_end_to_end(
    cell_nm, rms_nm, correlation_nm, depth_nm, width_nm, shape, kind, instance
):
    block = {
        "geometry": {"cell_x_m": cell_nm * 1e-9, "cell_y_m": cell_nm * 1e-9},
        "roughness": {"kind": kind, "rms_m": rms_nm * 1e-9, "correlation_length_m": correlation_nm * 1e-9},
        "notches": {"depth_m": depth_nm * 1e-9, "width_m": width_nm * 1e-9, "shape": shape},
        "protocol": {"time_step_s": 1e-15},
    }
    try:
        config = load_racetrack(block)
    except ConfigError:
        return
    track = outline(config, "d", 1, instance)
    assert track.mask.shape == config.grid[::-1]
    assert ndimage.label(track.mask)[1] == 1
    assert track.mask.any(axis=0).all()
    assert all(0 <= rms < config.geometry.width_m for rms in track.roughness_rms_m)
