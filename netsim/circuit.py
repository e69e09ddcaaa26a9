"""Neuron circuits: activation, derivative, and the number of distinct states (Fumarola 2016, Figs. 17 to 21).

Every neuron puts out y in [0, 1], because an upstream neuron can only fire a non-negative number of pulses.
For "tanh" that is y = (1 + tanh s)/2, for "pwl" (piecewise linear) y = (1 + s)/2 within [0, 1], for "sigmoid"
(Al Misba 2022) y = 1/(1 + exp(-s)). The derivative is on the scale of the underlying function: 1 - tanh(s)^2,
1 inside the linear piece, y (1 - y).

The hyperbolic tangent is a ratio of polynomials in float32: only additions, products and divisions, so every
processor, and plain NumPy, gives the same bits. Its error is below 2e-7.
"""

from __future__ import annotations

import numpy as np
from numba import njit

SIGMOID, TANH, PWL = 0, 1, 2
ACTIVATIONS = {"sigmoid": SIGMOID, "tanh": TANH, "pwl": PWL}

_0, _HALF, _1, _2, _4 = (np.float32(v) for v in (0, 0.5, 1, 2, 4))
_LIMIT = np.float32(9.0)
_N0, _N1, _N2 = (np.float32(v) for v in (135135, 17325, 378))
_D1, _D2, _D3 = (np.float32(v) for v in (62370, 3150, 28))


@njit(cache=True)
def tanh32(s):
    """Hyperbolic tangent of a float32: the continued fraction of tanh at s/2, then the doubling formula."""
    h = min(max(s, -_LIMIT), _LIMIT) * _HALF
    q = h * h
    t = h * (_N0 + q * (_N1 + q * (_N2 + q))) / (_N0 + q * (_D1 + q * (_D2 + q * _D3)))
    return (_2 * t) / (_1 + t * t)


@njit(cache=True)
def activate(kind, states, sums):
    """Turn column sums into neuron outputs, in place.

    kind   : SIGMOID, TANH or PWL
    states : distinct outputs between 0 and 1; 0 means no limit
    """
    if kind == SIGMOID:
        for j in range(sums.size):
            sums[j] = _HALF + _HALF * tanh32(_HALF * sums[j])
    elif kind == TANH:
        for j in range(sums.size):
            sums[j] = _HALF + _HALF * tanh32(sums[j])
    else:
        for j in range(sums.size):
            sums[j] = min(max(_HALF + _HALF * sums[j], _0), _1)
    if states > 0:
        steps = np.float32(states - 1)
        for j in range(sums.size):
            sums[j] = np.floor(sums[j] * steps + _HALF) / steps


@njit(cache=True)
def derivative(kind, two_valued, floor, y):
    """Derivative of the activation where the output is `y`.

    two_valued : replace it by 1 where it is at least half its maximum, else `floor` (Fumarola 2016, Fig. 20)
    floor      : the lower of the two values, float32; a piecewise linear activation always has two values
    """
    if kind == PWL:
        return _1 if _0 < y < _1 else floor
    slope = y * (_1 - y)
    if two_valued:
        return _1 if slope >= np.float32(0.125) else floor
    return slope if kind == SIGMOID else _4 * slope


@njit(cache=True)
def limit_errors(states, errors):
    """Round errors in place to `states` equal steps across [-1, 1], zero among them; 0 means no limit."""
    if states > 0:
        step = _2 / np.float32(states)
        for j in range(errors.size):
            errors[j] = min(max(np.floor(errors[j] / step + _HALF) * step, -_1), _1)
