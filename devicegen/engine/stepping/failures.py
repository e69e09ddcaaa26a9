"""Saying where and when a simulation broke down."""

from __future__ import annotations

import numpy as np

from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.magnet import Magnet


def not_a_number(magnet: Magnet, m: np.ndarray, dt: float) -> RunTimeFailure:
    """The failure to report when the magnetization m (3, ny, nx) holds a NaN."""
    wrong = ~np.isfinite(m).all(axis=0)
    iy, ix = np.argwhere(wrong)[0] if wrong.any() else (0, 0)
    return RunTimeFailure(
        f"the magnetization became NaN at t = {magnet.t:g} s in cell ({ix}, {iy}) and {int(wrong.sum()) - 1} others; "
        f"the step of {dt:g} s is probably too long for these parameters (fields, cell size, temperature): "
        "shorten FixDt, or use an adaptive solver."
    )


def step_too_small(magnet: Magnet, dt: float, worst: tuple[int, int]) -> RunTimeFailure:
    """The failure to report when the solver cannot find a step that keeps its error below MaxErr."""
    return RunTimeFailure(
        f"the time step fell to {dt:g} s at t = {magnet.t:g} s, where cell ({worst[0]}, {worst[1]}) changes fastest; "
        "a parameter is probably out of its sensible range (Msat, Aex, Dind, cell size), or MaxErr is too small."
    )
