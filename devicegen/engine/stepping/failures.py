"""Saying where and when a simulation broke down."""

from __future__ import annotations

import numpy as np

from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.magnet import Magnet

_LARGEST = 1e15
"""Beyond this length a vector's square no longer fits single precision with room to spare."""


def not_finite(vectors: np.ndarray) -> np.ndarray:
    """Which cells of a field (3, ny, nx) hold NaN or absurdly large numbers."""
    return np.any(~(np.abs(vectors) < _LARGEST), axis=0)


def not_a_number(magnet: Magnet, vectors: np.ndarray, dt: float) -> RunTimeFailure:
    """The failure to report when a field (3, ny, nx) on the way to the next m is not finite."""
    wrong = not_finite(vectors)
    iy, ix = np.argwhere(wrong)[0]
    others = int(wrong.sum()) - 1
    return RunTimeFailure(
        f"the magnetization became NaN at t = {magnet.t:g} s in cell ({ix}, {iy})"
        + (f" and {others} others" if others else "")
        + f"; the step of {dt:g} s is probably too long for these parameters (fields, cell size, temperature), "
        "or one of them is not a number: shorten FixDt, or use an adaptive solver."
    )


def step_too_small(magnet: Magnet, dt: float, worst: tuple[int, int]) -> RunTimeFailure:
    """The failure to report when the solver cannot find a step that keeps its error below MaxErr."""
    return RunTimeFailure(
        f"the time step fell to {dt:g} s at t = {magnet.t:g} s, where cell ({worst[0]}, {worst[1]}) changes fastest; "
        "a parameter is probably out of its sensible range (Msat, Aex, Dind, cell size), or MaxErr is too small."
    )
