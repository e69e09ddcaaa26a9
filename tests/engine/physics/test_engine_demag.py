import numpy as np
import pytest
from engine_twin import MU0, newell

from devicegen.engine.fields import demag_kernel as module
from devicegen.engine.fields.demag_kernel import demag_kernel

GOLDEN = (-0.15768295526, -0.05676037073, -0.78447151184)
"""MuMax3's mean fields of a uniform 3 x 4 x 1 magnet of 1 x 2 x 0.5 nm cells, along x, y, z."""


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_small_magnet_has_mumax3s_field(make, axis):
    m = np.eye(3)[axis]
    magnet = make(3, 4, (1e-9, 2e-9, 0.5e-9), m=m, Msat=1 / MU0)
    np.testing.assert_allclose(magnet.average("B_demag"), GOLDEN[axis] * m, atol=1e-6)


def test_kernel_approaches_the_exact_integral():
    edges = (2e-9, 3e-9, 1e-9)
    kernel = demag_kernel((6, 5), edges, (0, 0), 6.0, None)
    for y in range(5):
        for x in range(6):
            exact = -np.array(newell(x * 2.0, y * 3.0, 0.0, (2.0, 3.0, 1.0)))
            np.testing.assert_allclose(kernel[:, 4 + y, 5 + x], exact, atol=1e-3)
    fine = demag_kernel((3, 3), edges, (0, 0), 12.0, None)
    rough_error = abs(kernel[2, 4, 5] + newell(0, 0, 0, (2.0, 3.0, 1.0))[2])
    fine_error = abs(fine[2, 2, 2] + newell(0, 0, 0, (2.0, 3.0, 1.0))[2])
    assert fine_error < 0.8 * rough_error


def test_own_factors_add_up_to_one():
    kernel = demag_kernel((1, 1), (4e-9, 4e-9, 1e-9), (0, 0), 6.0, None)
    assert kernel[:3, 0, 0].sum() == pytest.approx(-1, abs=1e-3)
    assert kernel[0, 0, 0] == pytest.approx(kernel[1, 0, 0], abs=1e-9)


def test_periodic_film_has_factor_one_across_and_none_along(make):
    for axis, expected in enumerate((0.0, 0.0, -1.0)):
        magnet = make(64, 2, (1e-9, 1e-9, 0.5e-9), pbc=(0, 32), m=np.eye(3)[axis], Msat=1 / MU0)
        np.testing.assert_allclose(magnet.average("B_demag"), expected * np.eye(3)[axis], atol=2e-2)


def test_periodic_images_equal_a_longer_magnet(make):
    random = np.random.Generator(np.random.PCG64(2))
    m = random.standard_normal((3, 3, 5))
    periodic = make(5, 3, pbc=(2, 0), Msat=1 / MU0)
    periodic.set_m(m)
    # A cell sees the others at displacements up to two periods less one cell, on both sides.
    expected = np.zeros((3, 3, 5))
    open_kernel = demag_kernel((20, 3), (2e-9, 2e-9, 1e-9), (0, 0), 6.0, None)
    unit = periodic.m.astype(float)
    for ix in range(5):
        for jx in range(-20, 20):
            if abs(jx - ix) <= 2 * 5 - 1:
                for iy in range(3):
                    for jy in range(3):
                        xx, yy, zz, xy = open_kernel[:, 2 + iy - jy, 19 + ix - jx]
                        tensor = np.array([[xx, xy, 0], [xy, yy, 0], [0, 0, zz]])
                        expected[:, iy, ix] += tensor @ unit[:, jy, jx % 5]
    np.testing.assert_allclose(periodic.quantity("B_demag"), expected, atol=2e-6)


def test_kernel_is_kept_read_back_and_made_anew_when_damaged(tmp_path, monkeypatch):
    request = ((9, 4), (2e-9, 2e-9, 1e-9), (0, 0), 6.0, tmp_path)
    first = demag_kernel(*request)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()

    def refuse(*_):
        raise AssertionError("computed although it was kept")

    with monkeypatch.context() as patched:
        module._quarter.cache_clear()
        patched.setattr(module, "_compute", refuse)
        np.testing.assert_array_equal(demag_kernel(*request), first)
    for damaged in (whole[:-40], whole[:300] + b"x" + whole[301:], b""):
        path.write_bytes(damaged)
        module._quarter.cache_clear()
        np.testing.assert_array_equal(demag_kernel(*request), first)
        assert path.read_bytes() == whole


def test_a_folder_that_cannot_be_written_does_not_matter(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    kernel = demag_kernel((4, 4), (3e-9, 2e-9, 1e-9), (0, 0), 6.0, blocked)
    assert np.isfinite(kernel).all()


def test_empty_cells_and_fractions_weight_the_sources(make):
    magnet = make(6, 3, m=(0, 0, 1), Msat=1e6)
    whole = magnet.quantity("B_demag")
    fill = np.ones((3, 6))
    fill[:, 3:] = 0
    magnet.set_geometry(fill)
    left = magnet.quantity("B_demag")
    fill[:, 3:] = 0.25
    magnet.set_geometry(fill)
    magnet.set_m(np.broadcast_to(np.reshape([0.0, 0, 1], (3, 1, 1)), (3, 3, 6)))
    np.testing.assert_allclose(magnet.quantity("B_demag"), left + 0.25 * (whole - left), atol=1e-6)
