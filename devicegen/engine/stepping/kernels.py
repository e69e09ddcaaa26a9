"""Compiled pieces of the Runge-Kutta methods and of the minimizer, for one instance."""

from __future__ import annotations

import numpy as np
from numba import njit

from devicegen.engine.fields.convolution import demag_field
from devicegen.engine.fields.layout import HALO
from devicegen.engine.fields.local import (
    cells_of,
    coefficient,
    effective_field,
    higher_field,
    neighbour_field,
    spin_torque_field,
    turned,
    weight_of,
    wrap_edges,
)
from devicegen.engine.fields.simd import LANES, at_least, load, pointer, root, splat, store

_TINY = np.float32(1e-30)


@njit(cache=True)
def torque(medium, demag, has_demag, weight, m, far, step, inverse_root_dt, out):
    """The torque of the packed magnetization m [T], into the packed `out`; see `heun_steps` for the rest."""
    wrap_edges(medium, m)
    if has_demag:
        demag_field(demag, m, weight, far)
    p, m, far, out = cells_of(medium), pointer(m), pointer(far), pointer(out)
    n = p.size
    for iy in range(p.ny):
        start = (iy + 1) * p.row + HALO
        for k in range(0, p.width, LANES):
            i = start + k
            mx, my, mz = load(m, i), load(m, i + n), load(m, i + 2 * n)
            bx, by, bz = effective_field(p, m, far, far, 0, i, iy * p.width + k, iy * p.nx + k, step, inverse_root_dt)
            if p.has_higher:
                ax, ay, az = higher_field(p, i, mx, my, mz)
                bx, by, bz = bx + ax, by + ay, bz + az
            a, b = coefficient(p.damping, 0, i), coefficient(p.damping, 1, i)
            px, py, pz, dx, dy, dz = a * bx, a * by, a * bz, b * bx, b * by, b * bz
            if p.has_spin_transfer or p.has_zhang_li:
                sx, sy, sz = spin_torque_field(p, m, i, mx, my, mz)
                a, b = coefficient(p.damping, 2, i), coefficient(p.damping, 3, i)
                px, py, pz = px + a * sx, py + a * sy, pz + a * sz
                dx, dy, dz = dx + b * sx, dy + b * sy, dz + b * sz
            x, y, z = turned(mx, my, mz, px, py, pz, dx, dy, dz)
            store(out, i, x)
            store(out, i + n, y)
            store(out, i + 2 * n, z)


@njit(cache=True)
def energy_density(medium, demag, has_demag, weight, saturation, m, far, out):
    """Energy density of the packed m [J/m³], into the packed `out`; without thermal field and higher anisotropy.

    saturation : packed Msat times the filled fraction [A/m]
    """
    wrap_edges(medium, m)
    if has_demag:
        demag_field(demag, m, weight, far)
    p, m, far, out, saturation = cells_of(medium), pointer(m), pointer(far), pointer(out), weight_of(saturation)
    n = p.size
    component = p.ny * p.width
    half = splat(np.float32(-0.5))
    for iy in range(p.ny):
        start = (iy + 1) * p.row + HALO
        for k in range(0, p.width, LANES):
            i, dense = start + k, iy * p.width + k
            mx, my, mz = load(m, i), load(m, i + n), load(m, i + 2 * n)
            # The applied field's energy counts whole, that of the magnet's own fields half.
            bx, by, bz = neighbour_field(p, m, i)
            bx = bx + coefficient(p.static, 0, i) + load(far, dense)
            by = by + coefficient(p.static, 1, i) + load(far, dense + component)
            bz = bz + coefficient(p.static, 2, i) + load(far, dense + 2 * component)
            store(out, i, half * coefficient(saturation, 0, i) * (mx * bx + my * by + mz * bz))


@njit(cache=True)
def combine(m0, slopes, weights, h, normalise, out):
    """Set out to m0 + h · sum of weights · slopes, normalised if asked for; zero stays zero.

    The sum comes first, so that only one rounding is of the size of m's.
    """
    n = len(m0) // 3
    one, tiny = splat(np.float32(1)), splat(_TINY)
    start, target = pointer(m0), pointer(out)
    flat = pointer(slopes.reshape(-1))
    for i in range(0, n, LANES):
        x = y = z = splat(np.float32(0))
        for s in range(len(weights)):
            if weights[s] != 0:
                w = splat(h * weights[s])
                k = s * 3 * n + i
                x, y, z = x + w * load(flat, k), y + w * load(flat, k + n), z + w * load(flat, k + 2 * n)
        x, y, z = load(start, i) + x, load(start, i + n) + y, load(start, i + 2 * n) + z
        if normalise:
            scale = one / root(at_least(x * x + y * y + z * z, tiny))
            x, y, z = x * scale, y * scale, z * scale
        store(target, i, x)
        store(target, i + n, y)
        store(target, i + 2 * n, z)


@njit(cache=True)
def normalised(m, out):
    """Set out to m with every vector scaled to length 1; zero stays zero."""
    combine(m, m.reshape(1, -1), np.zeros(1, dtype=np.float32), np.float32(0), True, out)


@njit(cache=True)
def stages(medium, demag, has_demag, weight, m0, m, slopes, far, rows, first, h, normalise, step, inverse_root_dt):
    """Evaluate the slopes of one step from stage `first` on; m is scratch, and holds the last stage's argument."""
    for s in range(first, len(rows)):
        if s == 0:
            m[:] = m0
        else:
            combine(m0, slopes, rows[s, :s], h, normalise, m)
        torque(medium, demag, has_demag, weight, m, far, step, inverse_root_dt, slopes[s])


@njit(forceinline=True)
def _weighted_square(flat, n, weights, i):
    """Squared length of the weighted sum of slopes at the sixteen elements from `i` on."""
    x = y = z = splat(np.float32(0))
    for s in range(len(weights)):
        if weights[s] != 0:
            w = splat(weights[s])
            k = s * 3 * n + i
            x, y, z = x + w * load(flat, k), y + w * load(flat, k + n), z + w * load(flat, k + 2 * n)
    return x * x + y * y + z * z


@njit(cache=True)
def longest(slopes, weights):
    """Length of the longest weighted sum of slopes over all elements; NaN if any is NaN."""
    n = slopes.shape[1] // 3
    flat = pointer(slopes.reshape(-1))
    largest = wrong = zero = splat(np.float32(0))
    for i in range(0, n, LANES):
        square = _weighted_square(flat, n, weights, i)
        largest = at_least(largest, square)
        wrong = wrong + zero * square
    squares = np.empty(LANES, dtype=np.float32)
    store(pointer(squares), 0, largest + wrong)
    result = np.float32(0)
    for lane in range(LANES):
        if not squares[lane] <= result:
            result = squares[lane]
            if result != result:
                break
    return np.sqrt(np.float64(result))


@njit(cache=True)
def place_of_longest(slopes, weights):
    """Place, within a component, of the longest weighted sum of slopes."""
    n = slopes.shape[1] // 3
    squares = np.empty(n, dtype=np.float32)
    for i in range(0, n, LANES):
        store(pointer(squares), i, _weighted_square(pointer(slopes.reshape(-1)), n, weights, i))
    return np.argmax(squares)


@njit(cache=True)
def dot(a, b):
    """Sum of products in double precision."""
    total = 0.0
    for i in range(len(a)):
        total += np.float64(a[i]) * np.float64(b[i])
    return total


@njit(cache=True)
def descend(m0, slope, h, out):
    """One step of steepest descent on the sphere (Exl et al. 2014, eq. 12), by midpoint, so that |m| stays 1."""
    n = len(m0) // 3
    four, hv = splat(np.float32(4)), splat(h)
    start, k, target = pointer(m0), pointer(slope), pointer(out)
    for i in range(0, n, LANES):
        kx, ky, kz = hv * load(k, i), hv * load(k, i + n), hv * load(k, i + 2 * n)
        square = kx * kx + ky * ky + kz * kz
        scale = splat(np.float32(1)) / (four + square)
        keep = four - square
        store(target, i, (keep * load(start, i) + four * kx) * scale)
        store(target, i + n, (keep * load(start, i + n) + four * ky) * scale)
        store(target, i + 2 * n, (keep * load(start, i + 2 * n) + four * kz) * scale)
