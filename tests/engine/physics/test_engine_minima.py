import math

import numpy as np
import pytest

from devicegen.engine.stepping import advance

STD4_START = (0.9669684171676636, 0.1252732127904892, 0)
"""MuMax3's relaxed S-state of standard problem 4."""


@pytest.mark.parametrize("find", [advance.relax, advance.minimize])
def test_start_of_standard_problem_4(make, find):
    """Source: MuMax3's test, with its tolerance.

    In double precision the minimum is at (0.966962, 0.125292): single precision stops as far from it as MuMax3 does.
    """
    magnet = make(128, 32, (500e-9 / 128, 125e-9 / 32, 3e-9), m=(1, 0.1, 0), Msat=8e5, Aex=13e-12, alpha=0.02)
    find(magnet)
    np.testing.assert_allclose(magnet.average("m"), STD4_START, atol=1e-5)
    assert magnet.t == 0
    assert magnet.settings.solver == 5
    assert magnet.settings.precess
    assert magnet.torque_now() < 1e-3


def _wall(make, **parameters):
    magnet = make(100, 1, (1e-9, 1e-9, 1e-9), Msat=1e6, Aex=2e-11, AnisU=(0, 0, 1), Ku1=1.6e5, alpha=0.5, **parameters)
    magnet.settings.enable_demag = False
    x = np.arange(100) - 49.5
    m = np.zeros((3, 1, 100))
    m[2, 0], m[0, 0] = -np.tanh(x / 5), 1 / np.cosh(x / 5)
    magnet.set_m(m)
    return magnet


def test_wall_relaxes_to_its_width(make):
    """Source: sqrt(A / Keff) = 11.18 nm for A 2e-11 J/m, Keff 1.6e5 J/m³."""
    magnet = _wall(make)
    advance.relax(magnet)
    x = (np.arange(100) - 49.5) * 1e-9
    middle = np.abs(x) < 15e-9
    slope = np.polyfit(x[middle], -np.arctanh(magnet.m[2, 0, middle].astype(float)), 1)[0]
    assert 1 / slope == pytest.approx(math.sqrt(2e-11 / 1.6e5), rel=5e-3)


@pytest.mark.parametrize("find", [advance.relax, advance.minimize])
def test_edge_cants_by_dmi(make, find):
    """Source: Rohart and Thiaville, PRB 88, 184422 (2013): sin(theta) = D Delta / 2A at a free edge."""
    magnet = make(
        200, 1, (0.5e-9, 0.5e-9, 1e-9), pbc=(0, 1), m=(0, 0, 1), Msat=1e6, Aex=2e-11, Dind=0.6e-3, AnisU=(0, 0, 1)
    )
    magnet.set_parameter("Ku1", 1.6e5)
    magnet.set_parameter("alpha", 0.5)
    magnet.settings.enable_demag = False
    find(magnet)
    width = math.sqrt(2e-11 / 1.6e5)
    edge = math.asin(0.6e-3 * width / (2 * 2e-11))
    # The profile at the centre of the first cell, a quarter of a nanometre inside.
    inside = 2 * math.atan(math.exp(-0.25e-9 / width) * math.tan(edge / 2))
    assert magnet.m[0, 0, -1] == pytest.approx(-math.sin(inside), rel=1e-2)
    assert magnet.m[0, 0, 0] == pytest.approx(math.sin(inside), rel=1e-2)


def test_relaxing_feels_no_heat_and_keeps_the_temperature(make):
    magnet = _wall(make, Temp=300)
    cold = _wall(make)
    advance.relax(magnet)
    advance.relax(cold)
    assert magnet.m.tobytes() == cold.m.tobytes()
    assert magnet.get_parameter("Temp")[0] == 300


def test_relax_stops_below_the_torque_that_was_asked_for(make):
    steps = []
    for threshold in (1e-2, 1e-4, 1e-5):
        magnet = _wall(make)
        magnet.settings.relax_torque_threshold = threshold
        advance.relax(magnet)
        assert magnet.torque_now() < threshold
        assert magnet.settings.max_err == 1e-5
        steps.append(magnet.n_steps)
    assert steps == sorted(set(steps))
