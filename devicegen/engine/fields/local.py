"""The torque on each cell: all that needs no farther than the four neighbours, sixteen cells or instances at once.

Both spin torques have the form of a field and are added as one. With p the fixed layer's direction,
A m × (p × m) + B p × m is the Landau-Lifshitz torque of the field A m × p + B p; with h the derivative of m
along the current, Zhang and Li's torque is that of the field xi h + m × h.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np
from numba import njit

from devicegen.engine.fields.layout import HALO
from devicegen.engine.fields.noise import unit_noise
from devicegen.engine.fields.simd import LANES, load, pointer, splat

Medium = namedtuple(
    "Medium",
    "lanes nx ny row size width periodic_x periodic_y "
    "faces diagonal mixed static damping spin_transfer zhang_li higher noise keys offsets "
    "has_spin_transfer has_zhang_li has_higher has_noise",
)
"""The packed coefficients of one or sixteen instances.

Each coefficient is a flat array of several components, all of one length: 16 if it is the same in all cells,
else that of a packed field.
faces         : 16 components, as `Stencil.faces` [T]
diagonal      : 3 components, the xx, yy, zz of `Stencil.local` [T]; mixed: its xy, xz, yz
static        : 3 components of the applied field [T]
damping       : 4 factors: precession and damping of the effective field, and of the spin torques' field
spin_transfer : 6: px, py, pz and the numbers a, b, c with A = a / (1 + b m·p), B = c [T]
zhang_li      : 3: factors of the differences along x and y [T], and xi
higher        : 13: 4 Ku2/Msat, u, 2 Kc1/Msat, 2 Kc2/Msat, 4 Kc3/Msat, c1, c2
noise         : 1: the thermal field's standard deviation times the square root of the time step [T s^1/2]
keys, offsets : see `unit_noise`
"""


Coefficient = namedtuple("Coefficient", "at length step")
"""A coefficient inside a kernel: its memory, floats from one component to the next, and 0 if all cells share it."""

Cells = namedtuple(
    "Cells",
    "lanes nx ny row size width faces diagonal mixed static damping spin_transfer zhang_li higher noise keys offsets "
    "has_spin_transfer has_zhang_li has_higher has_noise",
)
"""A medium inside a kernel, with pointers in place of arrays."""


@njit(forceinline=True)
def _coefficient(array, components):
    length = len(array) // components
    return Coefficient(pointer(array), length, 1 if length > LANES else 0)


@njit(forceinline=True)
def weight_of(array):
    """A coefficient of one component that is no part of a medium."""
    return _coefficient(array, 1)


@njit(forceinline=True)
def cells_of(p):
    """The medium `p` as the functions below want it."""
    return Cells(
        p.lanes,
        p.nx,
        p.ny,
        p.row,
        p.size,
        p.width,
        _coefficient(p.faces, 16),
        _coefficient(p.diagonal, 3),
        _coefficient(p.mixed, 3),
        _coefficient(p.static, 3),
        _coefficient(p.damping, 4),
        _coefficient(p.spin_transfer, 6),
        _coefficient(p.zhang_li, 3),
        _coefficient(p.higher, 13),
        _coefficient(p.noise, 1),
        pointer(p.keys),
        pointer(p.offsets),
        p.has_spin_transfer,
        p.has_zhang_li,
        p.has_higher,
        p.has_noise,
    )


@njit(forceinline=True)
def _cross(ax, ay, az, bx, by, bz):
    return ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx


@njit(forceinline=True)
def coefficient(c, component, i):
    """One component of a coefficient at the sixteen elements from `i` on."""
    return load(c.at, c.step * i + component * c.length)


@njit(forceinline=True)
def neighbour_field(p, m, i):
    """Applied field and all linear short-range terms at the sixteen elements from `i` on."""
    n = p.size
    mx, my, mz = load(m, i), load(m, i + n), load(m, i + 2 * n)
    xy, xz, yz = coefficient(p.mixed, 0, i), coefficient(p.mixed, 1, i), coefficient(p.mixed, 2, i)
    bx = coefficient(p.static, 0, i) + (coefficient(p.diagonal, 0, i) * mx + xy * my + xz * mz)
    by = coefficient(p.static, 1, i) + (xy * mx + coefficient(p.diagonal, 1, i) * my + yz * mz)
    bz = coefficient(p.static, 2, i) + (xz * mx + yz * my + coefficient(p.diagonal, 2, i) * mz)
    # Left and right: DMI turns x into z.
    k = i - p.lanes
    nx, nz, d = load(m, k), load(m, k + 2 * n), coefficient(p.faces, 3, i)
    bx = bx + (coefficient(p.faces, 0, i) * (nx - mx) - d * nz)
    by = by + coefficient(p.faces, 1, i) * (load(m, k + n) - my)
    bz = bz + (coefficient(p.faces, 2, i) * (nz - mz) + d * nx)
    k = i + p.lanes
    nx, nz, d = load(m, k), load(m, k + 2 * n), coefficient(p.faces, 7, i)
    bx = bx + (coefficient(p.faces, 4, i) * (nx - mx) + d * nz)
    by = by + coefficient(p.faces, 5, i) * (load(m, k + n) - my)
    bz = bz + (coefficient(p.faces, 6, i) * (nz - mz) - d * nx)
    # Down and up: DMI turns y into z.
    k = i - p.row
    ny, nz, d = load(m, k + n), load(m, k + 2 * n), coefficient(p.faces, 11, i)
    bx = bx + coefficient(p.faces, 8, i) * (load(m, k) - mx)
    by = by + (coefficient(p.faces, 9, i) * (ny - my) - d * nz)
    bz = bz + (coefficient(p.faces, 10, i) * (nz - mz) + d * ny)
    k = i + p.row
    ny, nz, d = load(m, k + n), load(m, k + 2 * n), coefficient(p.faces, 15, i)
    bx = bx + coefficient(p.faces, 12, i) * (load(m, k) - mx)
    by = by + (coefficient(p.faces, 13, i) * (ny - my) + d * nz)
    bz = bz + (coefficient(p.faces, 14, i) * (nz - mz) - d * ny)
    return bx, by, bz


@njit(forceinline=True)
def thermal_field(p, i, cell, step, inverse_root_dt):
    """The thermal field of one step at the sixteen elements from `i` on."""
    x, y, z = unit_noise(p.keys, p.offsets, cell, step)
    strength = coefficient(p.noise, 0, i) * splat(inverse_root_dt)
    return strength * x, strength * y, strength * z


@njit(forceinline=True)
def spin_torque_field(p, m, i, mx, my, mz):
    """The field whose torque is that of the currents, at the sixteen elements from `i` on."""
    sx = sy = sz = splat(np.float32(0))
    if p.has_spin_transfer:
        c = p.spin_transfer
        px, py, pz = coefficient(c, 0, i), coefficient(c, 1, i), coefficient(c, 2, i)
        across = splat(np.float32(1)) + coefficient(c, 4, i) * (mx * px + my * py + mz * pz)
        a, b = coefficient(c, 3, i) / across, coefficient(c, 5, i)
        vx, vy, vz = _cross(mx, my, mz, px, py, pz)
        sx, sy, sz = a * vx + b * px, a * vy + b * py, a * vz + b * pz
    if p.has_zhang_li:
        n = p.size
        ux, uy, xi = coefficient(p.zhang_li, 0, i), coefficient(p.zhang_li, 1, i), coefficient(p.zhang_li, 2, i)
        left, right, down, up = i - p.lanes, i + p.lanes, i - p.row, i + p.row
        hx = ux * (load(m, right) - load(m, left)) + uy * (load(m, up) - load(m, down))
        hy = ux * (load(m, right + n) - load(m, left + n)) + uy * (load(m, up + n) - load(m, down + n))
        hz = ux * (load(m, right + 2 * n) - load(m, left + 2 * n)) + uy * (load(m, up + 2 * n) - load(m, down + 2 * n))
        vx, vy, vz = _cross(mx, my, mz, hx, hy, hz)
        sx, sy, sz = sx + (xi * hx + vx), sy + (xi * hy + vy), sz + (xi * hz + vz)
    return sx, sy, sz


@njit(forceinline=True)
def _dot(ax, ay, az, bx, by, bz):
    return ax * bx + ay * by + az * bz


@njit(forceinline=True)
def higher_field(p, i, mx, my, mz):
    """The second-order uniaxial and the cubic anisotropy's field at the sixteen elements from `i` on."""
    c = p.higher
    ux, uy, uz = coefficient(c, 1, i), coefficient(c, 2, i), coefficient(c, 3, i)
    along = _dot(mx, my, mz, ux, uy, uz)
    second = coefficient(c, 0, i) * along * along * along
    ax, ay, az = coefficient(c, 7, i), coefficient(c, 8, i), coefficient(c, 9, i)
    bx, by, bz = coefficient(c, 10, i), coefficient(c, 11, i), coefficient(c, 12, i)
    dx, dy, dz = _cross(ax, ay, az, bx, by, bz)
    first, middle, last = coefficient(c, 4, i), coefficient(c, 5, i), coefficient(c, 6, i)
    a, b, d = _dot(mx, my, mz, ax, ay, az), _dot(mx, my, mz, bx, by, bz), _dot(mx, my, mz, dx, dy, dz)
    a2, b2, d2 = a * a, b * b, d * d
    fa = a * (first * (b2 + d2) + middle * b2 * d2 + last * a2 * (b2 * b2 + d2 * d2))
    fb = b * (first * (a2 + d2) + middle * a2 * d2 + last * b2 * (a2 * a2 + d2 * d2))
    fd = d * (first * (a2 + b2) + middle * a2 * b2 + last * d2 * (a2 * a2 + b2 * b2))
    return (
        second * ux - (fa * ax + fb * bx + fd * dx),
        second * uy - (fa * ay + fb * by + fd * dy),
        second * uz - (fa * az + fb * bz + fd * dz),
    )


@njit(forceinline=True)
def effective_field(p, m, far, slope, elapsed, i, dense, cell, step, inverse_root_dt):
    """All of the effective field but the spin torques', at the sixteen elements from `i` on (`dense` in `far`).

    far, slope : the demagnetizing field that is not in the medium, and its change a step [T]
    elapsed    : steps since `far` was evaluated
    """
    bx, by, bz = neighbour_field(p, m, i)
    component = p.ny * p.width
    fx, fy, fz = load(far, dense), load(far, dense + component), load(far, dense + 2 * component)
    if elapsed > 0:
        e = splat(np.float32(elapsed))
        fx = fx + e * load(slope, dense)
        fy = fy + e * load(slope, dense + component)
        fz = fz + e * load(slope, dense + 2 * component)
    bx, by, bz = bx + fx, by + fy, bz + fz
    if p.has_noise:
        tx, ty, tz = thermal_field(p, i, cell, step, inverse_root_dt)
        bx, by, bz = bx + tx, by + ty, bz + tz
    return bx, by, bz


@njit(forceinline=True)
def turned(mx, my, mz, px, py, pz, dx, dy, dz):
    """The torque -m × (p + m × d) of a precession field p and a damping field d."""
    cx, cy, cz = _cross(mx, my, mz, dx, dy, dz)
    return _cross(px + cx, py + cy, pz + cz, mx, my, mz)


@njit(cache=True)
def wrap_edges(p, m):
    """Put what lies across a periodic side into the halo, so that neighbours are found there."""
    if p.periodic_x:
        for component in range(3):
            for iy in range(p.ny):
                first = component * p.size + (iy + 1) * p.row + HALO
                m[first - 1] = m[first + p.nx - 1]
                m[first + p.nx] = m[first]
    if p.periodic_y:
        for component in range(3):
            start = component * p.size
            for i in range(p.row):
                m[start + i] = m[start + p.ny * p.row + i]
                m[start + (p.ny + 1) * p.row + i] = m[start + p.row + i]
