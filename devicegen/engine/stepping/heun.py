"""Heun's method with a fixed step: many steps in one compiled call, one instance or sixteen.

The steps, the order of operations and the moment of normalising are MuMax3's: predictor without
normalising, trapezoidal corrector, then normalising. For Stratonovich noise that is constant within a step
this is the stochastic Heun scheme, which converges to the right equilibrium.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from devicegen.engine.fields.convolution import demag_field
from devicegen.engine.fields.layout import HALO
from devicegen.engine.fields.local import (
    cells_of,
    coefficient,
    effective_field,
    spin_torque_field,
    turned,
    wrap_edges,
)
from devicegen.engine.fields.simd import LANES, at_least, load, pointer, root, splat, store

_TINY = np.float32(1e-30)


@njit(forceinline=True)
def _torque(p, m, far, slope, elapsed, i, dense, cell, step, inverse_root_dt):
    """The torque at the sixteen elements from `i` on, in tesla."""
    n = p.size
    mx, my, mz = load(m, i), load(m, i + n), load(m, i + 2 * n)
    bx, by, bz = effective_field(p, m, far, slope, elapsed, i, dense, cell, step, inverse_root_dt)
    if p.has_spin_transfer or p.has_zhang_li:
        sx, sy, sz = spin_torque_field(p, m, i, mx, my, mz)
        bx, by, bz = bx + sx, by + sy, bz + sz
    a, b = coefficient(p.damping, 0, i), coefficient(p.damping, 1, i)
    return turned(mx, my, mz, a * bx, a * by, a * bz, b * bx, b * by, b * bz)


@njit(cache=True)
def _predict(medium, m, far, elapsed, ahead, h, step, inverse_root_dt, broken):
    """Set ahead to m + h · torque(m); `broken` (16 numbers) turns NaN where that is not finite."""
    p, m, ahead = cells_of(medium), pointer(m), pointer(ahead)
    far, slope = pointer(far[0]), pointer(far[1])
    n = p.size
    hv, zero = splat(h), splat(np.float32(0))
    wrong = zero
    for iy in range(p.ny):
        start = (iy + 1) * p.row + HALO
        for k in range(0, p.width, LANES):
            i = start + k
            dense, cell = iy * p.width + k, iy * p.nx + k // p.lanes
            x, y, z = _torque(p, m, far, slope, elapsed, i, dense, cell, step, inverse_root_dt)
            x, y, z = load(m, i) + hv * x, load(m, i + n) + hv * y, load(m, i + 2 * n) + hv * z
            wrong = wrong + zero * (x * x + y * y + z * z)
            store(ahead, i, x)
            store(ahead, i + n, y)
            store(ahead, i + 2 * n, z)
    store(broken, 0, wrong)


@njit(cache=True)
def _correct(medium, m, far, elapsed, ahead, h, step, inverse_root_dt, measured, error, broken):
    """Set m to (m + ahead)/2 + h/2 · torque(ahead), normalised; `broken` (16 numbers) turns NaN where m does.

    If `measured`, `error` (16 numbers) becomes the largest square of h/2 times the difference of the stages' torques.
    """
    p, m, ahead = cells_of(medium), pointer(m), pointer(ahead)
    far, slope = pointer(far[0]), pointer(far[1])
    n = p.size
    half, one, tiny, zero = splat(np.float32(0.5)), splat(np.float32(1)), splat(_TINY), splat(np.float32(0))
    hv = splat(np.float32(0.5) * h)
    wrong = largest = zero
    for iy in range(p.ny):
        start = (iy + 1) * p.row + HALO
        for k in range(0, p.width, LANES):
            i = start + k
            dense, cell = iy * p.width + k, iy * p.nx + k // p.lanes
            x, y, z = _torque(p, ahead, far, slope, elapsed, i, dense, cell, step, inverse_root_dt)
            x, y, z = hv * x, hv * y, hv * z
            mx, my, mz = load(m, i), load(m, i + n), load(m, i + 2 * n)
            ax, ay, az = load(ahead, i), load(ahead, i + n), load(ahead, i + 2 * n)
            if measured:
                dx, dy, dz = x - half * (ax - mx), y - half * (ay - my), z - half * (az - mz)
                largest = at_least(largest, dx * dx + dy * dy + dz * dz)
            x, y, z = half * (mx + ax) + x, half * (my + ay) + y, half * (mz + az) + z
            square = x * x + y * y + z * z
            wrong = wrong + zero * square
            scale = one / root(at_least(square, tiny))
            store(m, i, x * scale)
            store(m, i + n, y * scale)
            store(m, i + 2 * n, z * scale)
    store(error, 0, largest)
    store(broken, 0, wrong)


@njit(cache=True)
def _any_nan(broken):
    for lane in range(LANES):
        if broken[lane] != 0:
            return True
    return False


@njit(cache=True)
def _renew(demag, m, weight, far, period, has_past):
    """Evaluate the far field of m, and how much it changes a step, judged from the one before if there is one."""
    demag_field(demag, m, weight, far[2])
    share = np.float32(1.0 / period)
    for i in range(far.shape[1]):
        far[1, i] = (far[2, i] - far[0, i]) * share if has_past else np.float32(0)
        far[0, i] = far[2, i]


@njit(cache=True)
def heun_steps(p, demag, has_demag, weight, m, ahead, far, n_steps, h, dt, period, age, has_past, errors, broken):
    """Advance m by `n_steps` steps; returns how many were taken, and whether all went well.

    If an instance breaks down in a step, `ahead` holds what it came to: the predictor, with m as before the step,
    or seldom the corrector, with the step counted.

    p, demag    : the medium, and the convolution for the far field
    weight      : packed sources of the demagnetizing field per unit m [T]
    m, ahead    : packed magnetization, advanced in place, and scratch of the same size
    far         : (3, …) the far field, its change a step, and scratch; from an earlier call unless `age` is 0
    h, dt       : step length times gyromagnetic ratio [1/T] and in seconds
    period      : steps after which the far field is evaluated anew, and until when it is extrapolated linearly;
                  0 evaluates the field of both stages of each step
    age         : steps since the far field was evaluated; 0 if it is due
    has_past    : whether `far` holds an earlier field when it is due, from which to judge its change
    errors      : (2, 16) set to the squared half error of the last step and of the worst one (with one instance:
                  spread over all places); the error is the largest difference of the stages' torques times h
    broken      : (16,) on return NaN in the lanes (with one instance: anywhere) that broke down
    """
    inverse_root_dt = np.float32(1.0 / np.sqrt(dt))
    errors[:] = 0
    for k in range(n_steps):
        wrap_edges(p, m)
        if has_demag and period == 0:
            demag_field(demag, m, weight, far[0])
        elif has_demag and age == 0:
            _renew(demag, m, weight, far, period, has_past)
            has_past = True
        _predict(p, m, far, age, ahead, h, k, inverse_root_dt, broken)
        if _any_nan(broken):
            return k, False
        wrap_edges(p, ahead)
        if period == 0:
            if has_demag:
                demag_field(demag, ahead, weight, far[0])
        else:
            age += 1
        measured = period == 0 or age == 1 or k == n_steps - 1
        _correct(p, m, far, age, ahead, h, k, inverse_root_dt, measured, errors[0], broken)
        for lane in range(LANES):
            errors[1, lane] = max(errors[0, lane], errors[1, lane])
        if _any_nan(broken):
            ahead[:] = m
            return k + 1, False
        if age == period:
            age = 0
    return n_steps, True
