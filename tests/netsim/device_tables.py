"""Small device tables for tests, made from formulas."""

from dataclasses import replace

import numpy as np
from scipy.stats import norm

from devicegen.table import DeviceTable, JumpTable, StateDistribution


def jump(mean, deviation, g_min=0.0, g_max=1.0, n=41):
    """A Gaussian change around ``mean(g)``, kept within the range; `g` counted from 0 to 1."""
    g = np.linspace(0, 1, n)
    centre, width = mean(g), np.full(n, deviation)
    reach = np.abs(centre).max() + 5 * deviation
    delta = np.linspace(-reach, reach, 401)
    cdf = norm.cdf((delta - centre[:, None]) / width[:, None])
    cdf = np.where(g[:, None] + delta >= 1 - 1e-12, 1.0, cdf)
    cdf = np.where(g[:, None] + delta < -1e-12, 0.0, cdf)
    cdf[:, -1] = 1
    span = g_max - g_min
    counts = np.zeros(n, np.int64)
    return JumpTable(g_min + span * g, span * delta, np.maximum.accumulate(cdf, axis=1), counts)


def linear_device(steps=200, noise=0.0005, reset_ratio=1.0, name="linear", g_min=0.0, g_max=1.0):
    """A bounded device of equal steps, `steps` SET pulses across its range."""
    rise = jump(lambda g: np.full(g.size, 1 / steps), noise, g_min, g_max)
    fall = jump(lambda g: np.full(g.size, -reset_ratio / steps), noise, g_min, g_max)
    return DeviceTable(name, "artificial", True, g_min, g_max, {}, rise, fall)


def abrupt_device(name="abrupt"):
    """SET in steps that shrink towards the top, RESET to the bottom in one pulse."""
    rise = jump(lambda g: 0.06 * (1 - g), 0.01)
    fall = jump(lambda g: 0.02 - g, 0.01)
    return DeviceTable(name, "artificial", True, 0.0, 1.0, {}, rise, fall)


def wall(n_instances=60, spread=0.3, name="wall", seed=3):
    """Five states that land on notches around their targets."""
    draw = np.random.default_rng(seed)
    notches = np.array([-0.83, -0.55, -0.3, -0.05, 0.2, 0.45, 0.7, 0.95])
    targets = np.array([-0.833, -0.5, 0.0, 0.5, 1.0])
    mz = np.empty((5, n_instances))
    for state, target in enumerate(targets):
        weight = np.exp(-0.5 * ((notches - 0.8 * target) / spread) ** 2)
        mz[state] = draw.choice(notches, n_instances, p=weight / weight.sum()) + draw.normal(0, 0.02, n_instances)
        mz[state, :2] = target
    mz = np.clip(mz, -1, 1)
    control = np.array([8, 7.75, 7.5, 7.25, 7]) * 1e5
    unknown = np.full(mz.shape, np.nan)
    states = StateDistribution(control, "anisotropy", "J/m3", targets, mz, unknown, np.zeros(mz.shape, np.uint8))
    return DeviceTable(name, "artificial", True, 1e-6, 2e-6, {}, states=states)


def coarse_wall(name="coarse"):
    """States as `wall`, of which the middle one is never reached closer than 0.3."""
    table = wall(name=name)
    assert table.states is not None
    mz = table.states.mz.copy()
    mz[2] = 0.3 + 0.1 * np.abs(mz[2])
    return replace(table, states=replace(table.states, mz=mz))
