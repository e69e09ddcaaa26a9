"""Heat of Heun's method: against the method itself, and its limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devicegen.racetrack import heun

CELL = (4e-9, 2e-9)
WAVES = heun.wave_frequency(CELL, 1.03e6, 2e-11, 0.833e5)


@pytest.mark.parametrize(("angle", "damping"), [(0.1, 0.012), (0.3, 0.012), (0.3, 0.1), (0.8, 0.5)])
def test_an_oscillator_stepped_by_heun_settles_at_this_heat(angle, damping):
    """20,000 oscillators, one step of the method after the other; a noise of kT = 1."""
    rng = np.random.default_rng(1)
    rate = (1j - damping) / (1 + damping**2)
    kick = np.sqrt(-rate.real * angle)  # of each of two components, for <|psi|^2> = 1 as the step goes to 0
    psi = np.zeros(20_000, complex)
    for _ in range(round(5 / (damping * angle))):
        noise = kick * (rng.standard_normal(psi.size) + 1j * rng.standard_normal(psi.size))
        first = rate * angle * psi
        psi = psi + (first + rate * angle * (psi + first + noise)) / 2 + noise
    settled = np.abs(psi) ** 2
    error = settled.std() / np.sqrt(settled.size)
    assert settled.mean() == pytest.approx(float(heun.heat(angle, 1.0, damping)), abs=4 * error)


@given(damping=st.floats(1e-3, 1), share=st.floats(1e-3, 0.999))
def test_below_the_last_stable_step_heat_is_finite_and_above_it_is_not(damping, share):
    stable = heun.stable_step_s(WAVES, damping)
    assert np.all(np.isfinite(heun.heat(WAVES, share * stable, damping)))
    assert not np.all(np.isfinite(heun.heat(WAVES, 1.001 * stable, damping)))


@given(damping=st.floats(1e-3, 0.2))
def test_the_step_of_a_heat_has_it(damping):
    step_s = heun.step_of_heat_s(WAVES, damping, 1.05)
    assert heun.heat(WAVES, step_s, damping).mean() == pytest.approx(1.05, abs=1e-6)
    assert heun.heat(WAVES, 1e-3 * step_s, damping).mean() == pytest.approx(1, abs=1e-3)


def test_the_grid_carries_waves_up_to_its_fastest():
    fastest = 2 * heun.GAMMA / 1.03e6 * (0.833e5 + 2e-11 * 4 * (1 / 16e-18 + 1 / 4e-18))
    assert 0.98 * fastest < WAVES.max() < fastest
    assert WAVES.min() > 2 * heun.GAMMA / 1.03e6 * 0.833e5
