"""Devices of the two papers, made from formulas: what the networks are held to the published numbers with."""

import numpy as np
from scipy.stats import norm

from devicegen.table import DeviceTable, JumpTable, StateDistribution


def gaussian_jump(g, mean, deviation):
    """A Gaussian change at each conductance of the grid `g`, kept within its ends."""
    reach = np.abs(mean).max() + 5 * np.max(deviation)
    delta = np.linspace(-reach, reach, 801)
    cdf = norm.cdf((delta - mean[:, None]) / np.broadcast_to(deviation, g.shape)[:, None])
    cdf = np.where(g[:, None] + delta >= g[-1], 1.0, cdf)
    cdf = np.where(g[:, None] + delta < g[0], 0.0, cdf)
    cdf[:, -1] = 1
    return JumpTable(g, delta, np.maximum.accumulate(cdf, axis=1), np.zeros(g.size, np.int64))


def linear(steps, noise=0.0003):
    """Linear, bounded, symmetric: `steps` pulses across the range (Fumarola 2016, Fig. 7)."""
    g = np.linspace(0, 1, 101)
    rise, fall = (gaussian_jump(g, np.full(g.size, sign / steps), noise) for sign in (1, -1))
    return DeviceTable("linear", "artificial", True, 0.0, 1.0, {}, rise, fall)


def pcmo():
    """Linear in the middle, nonlinear in the outer 15 % on each side, RESET 3.5 times SET (Fumarola 2016, Fig. 13)."""
    g, outer = np.linspace(0, 1, 101), 0.15
    near, far = np.clip((outer - g) / outer, 0, 1), np.clip((g - 1 + outer) / outer, 0, 1)
    rise = (1 + 2 * near - 0.9 * far) / 200
    fall = -3.5 * (1 + 2 * far - 0.9 * near) / 200
    return DeviceTable(
        "pcmo", "artificial", True, 0.0, 1.0, {}, gaussian_jump(g, rise, 0.003), gaussian_jump(g, fall, 0.003)
    )


def pcm():
    """SET of 90 nm GST without memory (Nandakumar 2018), RESET to the bottom in one pulse."""
    g = np.linspace(0.1, 12, 120)
    rise = gaussian_jump(g, -0.084 * g + 0.892, 0.09 * g + 0.575)
    fall = gaussian_jump(g, 0.3 - g, 0.2)
    return DeviceTable(
        "pcm", "artificial", True, 0.1e-6, 12e-6, {}, *(
            JumpTable(jump.conductance * 1e-6, jump.delta * 1e-6, jump.cdf, jump.count) for jump in (rise, fall)
        )
    )  # fmt: skip


def linear_set_abrupt_reset():
    """Gentle linear SET of 0.5 % of the range, RESET of high precision (Fumarola 2016, section II)."""
    g = np.linspace(0, 1, 101)
    return DeviceTable("gentle", "artificial", True, 0.0, 1.0, {}, linear(200).jump_set, gaussian_jump(g, -g, 1e-4))


def wall():
    """Five states whose samples sit on the notches, 0.3 wide (Al Misba 2022, Fig. 1d); means as calibration gave."""
    draw = np.random.default_rng(1)
    notches = np.array([-0.8, -0.55, -0.3, -0.05, 0.2, 0.45, 0.7, 1.0])
    targets, means = np.array([-0.833, -0.5, 0.0, 0.5, 1.0]), np.array([-0.75, -0.45, 0.0, 0.4, 0.55])
    chance = np.exp(-0.5 * ((notches - means[:, None]) / 0.3) ** 2)
    chance /= chance.sum(axis=1, keepdims=True)
    mz = np.array([draw.choice(notches, 250, p=p) for p in chance]) + draw.normal(0, 0.03, (5, 250))
    mz = np.clip(mz, -1, 1)
    states = StateDistribution(
        np.array([8, 7.75, 7.5, 7.25, 7]) * 1e5, "anisotropy", "J/m3", targets, mz, np.full(mz.shape, np.nan),
        np.zeros(mz.shape, np.uint8),
    )  # fmt: skip
    return DeviceTable("wall", "artificial", True, 1e-6, 2e-6, {}, states=states)
