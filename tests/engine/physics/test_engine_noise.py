import numpy as np
import pytest
import scipy.stats
from numba import njit

from devicegen.engine.fields import noise, simd


@njit
def _threefry(key0, key1, x0, x1, out0, out1):
    a, b = noise.threefry(simd.load(key0, 0), simd.load(key1, 0), simd.load(x0, 0), simd.load(x1, 0))
    simd.store(out0, 0, a)
    simd.store(out1, 0, b)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0), (0, 0), (0x9D1C5EC6, 0x8BD50731)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0xFD36D048, 0x2D17272C)),
        ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), (0xBA3E4725, 0xF27D669E)),
    ],
)
def test_generator_gives_the_published_words(counter, key, expected):
    """Known answers of Random123's Threefry-2x32 with 13 rounds."""
    arrays = [np.full(16, word, dtype=np.uint32) for word in (*key, *counter)]
    out = np.zeros((2, 16), dtype=np.uint32)
    _threefry(*arrays, out[0], out[1])
    np.testing.assert_array_equal(out, np.array(expected, dtype=np.uint32)[:, None].repeat(16, axis=1))


def _sample():
    return np.stack([noise.plain_noise(7, step, (64, 64)) for step in range(60)]) * noise.UNIFORM_SCALE


def test_noise_is_uniform_with_unit_variance():
    sample = _sample().astype(np.float64)
    n = sample.size
    assert abs(sample.mean()) < 4 / np.sqrt(n)
    assert abs(sample.var() - 1) < 4 * np.sqrt(0.8 / n)
    assert abs((sample**3).mean()) < 4 * np.sqrt(27 / 7 / n)
    half = np.sqrt(3)
    for component in range(3):
        p = scipy.stats.kstest(sample[:, component].ravel(), "uniform", args=(-half, 2 * half)).pvalue
        assert p > 1e-4


def test_noise_is_independent_between_components_cells_steps_and_seeds():
    sample = _sample()
    other = np.stack([noise.plain_noise(8, step, (64, 64)) for step in range(60)]) * noise.UNIFORM_SCALE
    pairs = {
        "components": (sample[:, 0], sample[:, 1]),
        "first and third": (sample[:, 0], sample[:, 2]),
        "second and third": (sample[:, 1], sample[:, 2]),
        "cells": (sample[..., 1:], sample[..., :-1]),
        "rows": (sample[..., 1:, :], sample[..., :-1, :]),
        "steps": (sample[1:], sample[:-1]),
        "seeds": (sample, other),
    }
    for name, (a, b) in pairs.items():
        correlation = float((a * b).mean(dtype=np.float64)) * np.sqrt(a.size)
        assert abs(correlation) < 4, name


def test_thermal_field_has_browns_variance(make):
    """Source: Brown 1963; variance 2 kB alpha T / (Ms gamma V dt) a component."""
    magnet = make(64, 64, Msat=1e6, alpha=0.03, Temp=300)
    magnet.settings.fix_dt = 25e-15
    field = magnet.quantity("B_therm").astype(np.float64)
    expected = 2 * 1.380650424e-23 * 0.03 * 300 / (1e6 * 1.7595e11 * 4e-27 * 25e-15)
    assert field.var() == pytest.approx(expected, rel=4 * np.sqrt(0.8 / field.size))
    magnet.relaxing = True
    assert not magnet.quantity("B_therm").any()
