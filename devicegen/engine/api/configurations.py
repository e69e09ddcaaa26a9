"""Configurations: a direction of the magnetization for each point of space."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.language.values import Vector, method
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.mesh import MeshSettings
    from devicegen.engine.language.world import World

Array = npt.NDArray[np.float64]
Direction = Callable[[Array, Array, Array], Array]


class Configuration:
    """A field of directions. `direction` takes coordinates [m] that broadcast, and gives (3, ...) numbers."""

    spoken = "a magnetization configuration"

    def __init__(self, direction: Direction) -> None:
        self.direction = direction

    @method
    def transl(self, dx: float, dy: float, dz: float) -> Configuration:
        """Moved by (dx, dy, dz)."""
        return Configuration(lambda x, y, z: self.direction(x - dx, y - dy, z - dz))

    @method
    def scale(self, sx: float, sy: float, sz: float) -> Configuration:
        """Stretched about the origin."""
        return Configuration(lambda x, y, z: self.direction(x / sx, y / sy, z / sz))

    @method
    def rot_z(self, angle: float) -> Configuration:
        """Turned about the z axis, places and directions alike."""
        c, s = math.cos(angle), math.sin(angle)

        def turned(x: Array, y: Array, z: Array) -> Array:
            mx, my, mz = self.direction(x * c + y * s, -x * s + y * c, z)
            return np.stack([mx * c - my * s, mx * s + my * c, mz])

        return Configuration(turned)

    @method
    def add(self, weight: float, other: Configuration) -> Configuration:
        """Sum of this one and `weight` times the other."""
        return Configuration(lambda x, y, z: self.direction(x, y, z) + weight * other.direction(x, y, z))


def _stacked(x: Array, y: Array, z: Array, *components: Array | float) -> Array:
    shape = np.broadcast_shapes(x.shape, y.shape, z.shape)
    return np.stack([np.broadcast_to(np.asarray(one, dtype=float), shape) for one in components])


def uniform(mx: float, my: float, mz: float) -> Configuration:
    """The same direction everywhere."""
    return Configuration(lambda x, y, z: _stacked(x, y, z, mx, my, mz))


def random_mag() -> Configuration:
    """Random directions, the same at each call."""
    return random_mag_seed(0)


def random_mag_seed(seed: int) -> Configuration:
    """Random directions from `seed`. The stream is this engine's own, not that of MuMax3."""
    generator = np.random.Generator(np.random.PCG64(abs(seed)))

    def directions(x: Array, y: Array, z: Array) -> Array:
        shape = np.broadcast_shapes(x.shape, y.shape, z.shape)
        angle = 2 * math.pi * generator.random(shape)
        height = 2 * generator.random(shape) - 1
        radius = np.sqrt(1 - height * height)
        return np.stack([radius * np.cos(angle), radius * np.sin(angle), height])

    return Configuration(directions)


def conical(q: Vector, cone_direction: Vector, cone_angle: float) -> Configuration:
    """Directions that turn on a cone along the wave vector q [rad/m]."""
    length = cone_direction.len()
    if length == 0:
        raise ScriptError("found a cone direction of zero length, expected a direction")
    u = np.asarray(cone_direction) / length
    flat = math.sqrt(max(0.0, 1 - u[2] ** 2))
    if flat == 0:
        first, second = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    else:
        first = np.array([u[0] * u[2], u[1] * u[2], u[2] ** 2 - 1]) / flat
        second = np.array([-u[1], u[0], 0.0]) / flat

    def directions(x: Array, y: Array, z: Array) -> Array:
        phase = q[0] * x + q[1] * y + q[2] * z
        c, s = np.cos(phase), np.sin(phase)
        parts = [math.cos(cone_angle) * u[i] + math.sin(cone_angle) * (c * first[i] + s * second[i]) for i in range(3)]
        return _stacked(x, y, z, *parts)

    return Configuration(directions)


def helical(q: Vector) -> Configuration:
    """A helix along the wave vector q [rad/m]."""
    return conical(q, q, math.pi / 2)


class GridConfigurations:
    """The configurations whose walls and cores are as wide as some cells of the present mesh."""

    def __init__(self, mesh: MeshSettings) -> None:
        self.mesh = mesh

    def two_domain(
        self,
        mx1: float,
        my1: float,
        mz1: float,
        mxwall: float,
        mywall: float,
        mzwall: float,
        mx2: float,
        my2: float,
        mz2: float,
    ) -> Configuration:
        """Two domains left and right of x = 0, with a wall that fades over two cells."""
        width = 2 * self.mesh.cell_m[0]

        def directions(x: Array, y: Array, z: Array) -> Array:
            wall = np.exp(-((x / width) ** 2))
            pairs = ((mx1, mxwall, mx2), (my1, mywall, my2), (mz1, mzwall, mz2))
            parts = [(1 - wall) * np.where(x < 0, left, right) + wall * middle for left, middle, right in pairs]
            return _stacked(x, y, z, *parts)

        return Configuration(directions)

    def _core(self, circulation: int, polarity: int, anti: bool) -> Configuration:
        for value, name in ((circulation, "circulation"), (polarity, "polarization")):
            if value not in (1, -1):
                raise ScriptError(f"found the {name} {value}, expected 1 or -1")
        spread = 2 * self.mesh.cell_m[0] ** 2

        def directions(x: Array, y: Array, z: Array) -> Array:
            r2 = x * x + y * y
            r = np.sqrt(r2)
            safe = np.where(r == 0, 1.0, r)
            across = (-x, y) if anti else (-y, x)
            mz = np.where(r == 0, float(polarity), 1.5 * polarity * np.exp(-r2 / spread))
            return _stacked(x, y, z, across[0] * circulation / safe, across[1] * circulation / safe, mz)

        return Configuration(directions)

    def vortex(self, circulation: int, polarization: int) -> Configuration:
        """Vortex about the z axis."""
        return self._core(circulation, polarization, anti=False)

    def antivortex(self, circulation: int, polarization: int) -> Configuration:
        """Antivortex about the z axis."""
        return self._core(circulation, polarization, anti=True)

    def vortex_wall(self, mleft: float, mright: float, circulation: int, polarization: int) -> Configuration:
        """Domains along +-x with a vortex as wide as the grid is high between them."""
        half = self.mesh.nodes[1] * self.mesh.cell_m[1] / 2
        vortex = self.vortex(circulation, polarization)

        def directions(x: Array, y: Array, z: Array) -> Array:
            core = vortex.direction(x, y, z)
            left, right = _stacked(x, y, z, mleft, 0, 0), _stacked(x, y, z, mright, 0, 0)
            return np.where(x < -half, left, np.where(x > half, right, core))

        return Configuration(directions)

    def _skyrmion(self, charge: int, polarity: int, bloch: bool) -> Configuration:
        width = 8 * self.mesh.cell_m[0]

        def directions(x: Array, y: Array, z: Array) -> Array:
            r2 = x * x + y * y
            r = np.sqrt(r2)
            safe = np.where(r == 0, 1.0, r)
            mz = np.where(r == 0, float(polarity), 2 * polarity * (np.exp(-r2 / width**2) - 0.5))
            flat = charge / safe * (1 - np.abs(mz))
            across = (-y, x) if bloch else (x, y)
            return _stacked(x, y, z, across[0] * flat, across[1] * flat, mz)

        return Configuration(directions)

    def neel_skyrmion(self, charge: int, polarization: int) -> Configuration:
        """Skyrmion that turns outward."""
        return self._skyrmion(charge, polarization, bloch=False)

    def bloch_skyrmion(self, charge: int, polarization: int) -> Configuration:
        """Skyrmion that turns around."""
        return self._skyrmion(charge, polarization, bloch=True)


def declare(world: World, mesh: MeshSettings) -> None:
    """Bind the names of all configurations."""
    on_grid = GridConfigurations(mesh)
    functions: dict[str, Callable[..., Configuration]] = {
        "Uniform": uniform,
        "RandomMag": random_mag,
        "RandomMagSeed": random_mag_seed,
        "TwoDomain": on_grid.two_domain,
        "Vortex": on_grid.vortex,
        "Antivortex": on_grid.antivortex,
        "VortexWall": on_grid.vortex_wall,
        "NeelSkyrmion": on_grid.neel_skyrmion,
        "BlochSkyrmion": on_grid.bloch_skyrmion,
        "Conical": conical,
        "Helical": helical,
    }
    for name, function in functions.items():
        world.function(name, function)
