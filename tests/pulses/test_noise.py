"""Read noise is found where it is, and not where it is not."""

import numpy as np
import pytest

from devicegen.pulses.noise import read_noise
from devicegen.pulses.record import PulseRecord


def train(n, sigma, separate, seed, runs=20):
    """Up and down trains of true steps of 1 ± 0.5 nS about 100 nS, read with noise `sigma` [S]."""
    rng = np.random.default_rng(seed)
    is_set = (np.arange(n) // 50) % 2 == 0
    steps = np.where(is_set, 1e-9, -1e-9) + rng.normal(0, 0.5e-9, n)
    true = 100e-9 + np.concatenate([[0], np.cumsum(steps)])
    reads = true + rng.normal(0, sigma, n + 1)
    after = reads[1:]
    before = true[:-1] + rng.normal(0, sigma, n) if separate else reads[:-1]
    starts = np.arange(n) % (n // runs) == 0
    record = PulseRecord(np.zeros(n, np.int32), is_set, before, after, starts, ("a",))
    return record, record.delta_S - np.where(is_set, 1e-9, -1e-9)


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("sigma", [0.2e-9, 0.5e-9, 2e-9])
def test_read_noise_is_found(separate, sigma):
    found = read_noise(*train(20_000, sigma, separate, 1))
    assert abs(found.sigma_S - sigma) < 4 * found.error_S
    assert found.error_S < 0.1 * sigma
    assert ("before and after" in found.how) == separate


def test_stated_error_is_the_spread_of_the_estimate():
    found = [read_noise(*train(2000, 0.5e-9, False, seed)) for seed in range(200)]
    spread = np.std([f.sigma_S for f in found])
    assert np.mean([f.error_S for f in found]) == pytest.approx(spread, rel=0.25)


def test_noise_of_the_pulses_is_not_taken_for_read_noise():
    found = read_noise(*train(20_000, 0.0, False, 2))
    assert found.sigma_S < 0.1e-9


def test_memory_of_the_device_gives_no_negative_noise():
    record, _ = train(2000, 0.0, False, 3)
    assert read_noise(record, np.sin(np.arange(2000) / 20) * 1e-9).sigma_S == 0.0


def test_unconnected_pulses_tell_nothing():
    record, residual = train(2000, 1e-9, False, 4, runs=2000)
    found = read_noise(record, residual)
    assert np.isnan(found.sigma_S)
    assert "not known" in found.how
