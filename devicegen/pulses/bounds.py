"""The rule that no pulse leads out of the device's conductance range."""

from __future__ import annotations

import numpy as np

from devicegen.table import FloatArray


def keep_in_range(
    conductance: FloatArray, delta: FloatArray, cdf: FloatArray, g_min_S: float, g_max_S: float
) -> FloatArray:
    """Move the probability of leaving [g_min_S, g_max_S] to its ends, and end every row at exactly 1.

    conductance : (n_g,) grid [S], within the range
    delta       : (n_d,) grid [S], reaching from at most 0 to at least 0
    cdf         : (n_g, n_d) probability of a change of at most `delta`
    returns     : (n_g, n_d)
    """
    slack = 1e-9 * (g_max_S - g_min_S)
    reached = conductance[:, None] + delta[None, :]
    bounded = np.clip(cdf, 0.0, 1.0)
    bounded[reached < g_min_S - slack] = 0.0
    bounded[reached >= g_max_S - slack] = 1.0
    bounded[:, -1] = 1.0
    return np.maximum.accumulate(bounded, axis=1)
