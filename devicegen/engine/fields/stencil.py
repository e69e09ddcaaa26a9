"""Field terms that are linear in m and reach no farther than the four neighbours, as coefficients.

Exchange, interfacial DMI with its edge condition, uniaxial anisotropy, and the near part of the
demagnetizing field all have the form

    B(cell) = sum over the faces [ c_face * (m(neighbour) - m(cell)) + DMI of that face ] + T · m(cell)

with per-face, per-component numbers c and a symmetric local tensor T; differences, so that the exchange of a
uniform m is exactly zero. Cells that are empty or beyond the edge hold m = 0. A missing neighbour needs no case
of its own: its c may have any value (here that of the cell itself, which keeps c the same throughout a uniform
magnet), and the -c · m(cell) that it leaves is taken back in T, where also the edge condition goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from devicegen.engine.fields.constants import MU0

if TYPE_CHECKING:
    from devicegen.engine.magnet import Magnet

LEFT, RIGHT, DOWN, UP = range(4)
FACES = ((LEFT, 1, -1), (RIGHT, 1, 1), (DOWN, 0, -1), (UP, 0, 1))
"""Each face with the array axis it lies along (0 is y) and the step to its neighbour."""


@dataclass
class Stencil:
    """Coefficients of the linear short-range terms, in tesla.

    faces   : (4, 4, ny, nx), for left, right, down, up: factors of the differences of mx, my, mz to the neighbour,
              and the DMI strength
    local   : (6, ny, nx), the tensor's xx, yy, zz, xy, xz, yz
    """

    faces: np.ndarray
    local: np.ndarray

    @classmethod
    def zero(cls, shape: tuple[int, int]) -> Stencil:
        """No term at all."""
        return cls(np.zeros((4, 4, *shape)), np.zeros((6, *shape)))

    def __add__(self, other: Stencil) -> Stencil:
        return Stencil(self.faces + other.faces, self.local + other.local)

    def field(self, m: np.ndarray, periodic: tuple[bool, bool]) -> np.ndarray:
        """The field of `m` (3, ny, nx), in double precision; for quantities, where speed does not matter."""
        mx, my, mz = m = m.astype(np.float64)
        xx, yy, zz, xy, xz, yz = self.local
        field = np.stack([xx * mx + xy * my + xz * mz, xy * mx + yy * my + yz * mz, xz * mx + yz * my + zz * mz])
        for face, axis, step in FACES:
            near = neighbour(m, axis, step, periodic)
            field += self.faces[face, :3] * (near - m)
            in_plane, strength = 1 - axis, step * self.faces[face, 3]
            # axis 1 is x: DMI turns the x component; axis 0 is y.
            component = 0 if in_plane == 0 else 1
            field[component] += strength * near[2]
            field[2] -= strength * near[component]
        return field


def neighbour(values: np.ndarray, axis: int, step: int, periodic: tuple[bool, bool]) -> np.ndarray:
    """`values` (…, ny, nx) of the neighbour one step along an axis (0 is y, 1 is x); 0 beyond an open edge."""
    axis_from_end = axis - 2
    moved = np.roll(values, -step, axis=axis_from_end)
    if not periodic[1 - axis]:
        edge = [slice(None)] * values.ndim
        edge[axis_from_end] = slice(-1, None) if step > 0 else slice(0, 1)
        moved[tuple(edge)] = 0
    return moved


def per_saturation(magnet: Magnet) -> np.ndarray:
    """1 / Msat of each cell, (ny, nx); 0 where Msat is 0."""
    saturation = magnet.parameters.get("Msat")[magnet.region]
    return np.divide(1.0, saturation, out=np.zeros_like(saturation), where=saturation != 0)


def periodic_sides(magnet: Magnet) -> tuple[bool, bool]:
    """Whether the grid is periodic along x and y."""
    return magnet.mesh.pbc_x > 0, magnet.mesh.pbc_y > 0


def exchange(magnet: Magnet) -> Stencil:
    """Heisenberg exchange and interfacial DMI (Bogdanov and Rößler 2001), with the edge condition of DMI.

    At a free edge the missing neighbour is extrapolated with the normal derivative that makes the edge
    torque-free; unless `settings.open_bc`, where it is left out. Both leave pure exchange without an edge term.
    """
    shape = magnet.mesh.shape
    stencil = Stencil.zero(shape)
    stiffness, strength = magnet.parameters.get("Aex"), magnet.parameters.get("Dind")
    has_dmi = not magnet.parameters.is_zero("Dind")
    inverse = per_saturation(magnet)
    magnetic = magnet.fill > 0
    own = magnet.region.astype(np.int64)
    sides = periodic_sides(magnet)
    edges = (magnet.mesh.cy, magnet.mesh.cx)
    for face, axis, step in FACES:
        present = magnetic & neighbour(magnetic, axis, step, sides)
        other = np.where(present, neighbour(own, axis, step, sides), own)
        a = magnet.exchange_coupling.between(stiffness, own, other)
        exchange_field = 2.0 * a * inverse / edges[axis] ** 2
        stencil.faces[face, :3] = exchange_field
        stencil.local[:3] += np.where(magnetic & ~present, exchange_field, 0.0)
        if has_dmi:
            d = magnet.dmi_coupling.between(strength, own, other)
            stencil.faces[face, 3] = d * inverse / edges[axis]
            if not magnet.settings.open_bc:
                missing = magnetic & ~present & (a != 0)
                edge_field = np.divide(d * d * inverse, 2.0 * a, out=np.zeros(shape), where=missing)
                stencil.local[1 - axis] += edge_field
                stencil.local[2] += edge_field
    return stencil


def anisotropy(magnet: Magnet) -> Stencil:
    """Uniaxial anisotropy of first order: B = (2 Ku1 / Msat) (m·u) u."""
    stencil = Stencil.zero(magnet.mesh.shape)
    if magnet.parameters.is_zero("Ku1"):
        return stencil
    x, y, z = np.moveaxis(unit_vectors(magnet.parameters.get("AnisU"))[magnet.region], -1, 0)
    strength = 2.0 * magnet.parameters.get("Ku1")[magnet.region] * per_saturation(magnet)
    strength = np.where(magnet.fill > 0, strength, 0.0)
    for i, product in enumerate((x * x, y * y, z * z, x * y, x * z, y * z)):
        stencil.local[i] = strength * product
    return stencil


def near_demag(magnet: Magnet, kernel: np.ndarray) -> Stencil:
    """The part of the demagnetizing field that comes from the cell itself and its four neighbours.

    kernel : as `demag_kernel` gives it
    """
    nx, ny = magnet.mesh.nx, magnet.mesh.ny
    stencil = Stencil.zero(magnet.mesh.shape)
    sources = demag_sources(magnet)
    feels = feels_demag(magnet)
    stencil.local[:3] = sources * kernel[:3, ny - 1, nx - 1, None, None]
    for face, axis, step in FACES:
        iy, ix = (ny - 1, nx - 1 + step) if axis == 1 else (ny - 1 + step, nx - 1)
        if 0 <= iy < 2 * ny - 1 and 0 <= ix < 2 * nx - 1:
            near = np.where(
                neighbour(magnet.fill, axis, step, (False, False)) > 0,
                neighbour(sources, axis, step, (False, False)),
                sources,
            )
            stencil.faces[face, :3] = near * feels * kernel[:3, iy, ix, None, None]
            stencil.local[:3] += stencil.faces[face, :3]
    return stencil


def without_near(kernel: np.ndarray) -> np.ndarray:
    """A copy of the demagnetizing kernel without what `near_demag` takes over."""
    far = kernel.copy()
    ny, nx = (far.shape[1] + 1) // 2, (far.shape[2] + 1) // 2
    for dy, dx in ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)):
        if abs(dy) < ny and abs(dx) < nx:
            far[:, ny - 1 + dy, nx - 1 + dx] = 0
    return far


def demag_sources(magnet: Magnet) -> np.ndarray:
    """µ0·Msat of each cell times its filled fraction [T], (ny, nx)."""
    return MU0 * magnet.parameters.get("Msat")[magnet.region] * magnet.fill * feels_demag(magnet)


def feels_demag(magnet: Magnet) -> np.ndarray:
    """Whether each cell is a source of the demagnetizing field, and feels it, (ny, nx): NoDemagSpins is 0 there."""
    return magnet.parameters.get("NoDemagSpins")[magnet.region] == 0


def unit_vectors(vectors: np.ndarray) -> np.ndarray:
    """Vectors (…, 3) scaled to length 1; zero vectors stay zero."""
    length = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
