"""Shapes: which points of space belong to a geometry or a region."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.language.values import method
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.mesh import MeshSettings
    from devicegen.engine.language.world import World

Array = npt.NDArray[np.float64]
Inside = Callable[[Array, Array, Array], npt.NDArray[np.bool_]]


class Shape:
    """A part of space. `inside` takes coordinates [m] that broadcast, and gives one bool for each point."""

    spoken = "a shape"

    def __init__(self, inside: Inside) -> None:
        self.inside = inside

    @method
    def transl(self, dx: float, dy: float, dz: float) -> Shape:
        """Moved by (dx, dy, dz)."""
        return Shape(lambda x, y, z: self.inside(x - dx, y - dy, z - dz))

    @method
    def scale(self, sx: float, sy: float, sz: float) -> Shape:
        """Stretched about the origin."""
        return Shape(lambda x, y, z: self.inside(x / sx, y / sy, z / sz))

    @method
    def rot_z(self, angle: float) -> Shape:
        """Turned about the z axis."""
        c, s = math.cos(angle), math.sin(angle)
        return Shape(lambda x, y, z: self.inside(x * c + y * s, -x * s + y * c, z))

    @method
    def rot_y(self, angle: float) -> Shape:
        """Turned about the y axis."""
        c, s = math.cos(angle), math.sin(angle)
        return Shape(lambda x, y, z: self.inside(x * c - z * s, y, x * s + z * c))

    @method
    def rot_x(self, angle: float) -> Shape:
        """Turned about the x axis."""
        c, s = math.cos(angle), math.sin(angle)
        return Shape(lambda x, y, z: self.inside(x, y * c + z * s, -y * s + z * c))

    @method
    def repeat(self, period_x: float, period_y: float, period_z: float) -> Shape:
        """Repeated without end; a period of 0 or infinity means no repetition along that axis."""
        return Shape(lambda x, y, z: self.inside(_wrap(x, period_x), _wrap(y, period_y), _wrap(z, period_z)))

    @method
    def add(self, other: Shape) -> Shape:
        """Points in either."""
        return Shape(lambda x, y, z: self.inside(x, y, z) | other.inside(x, y, z))

    @method
    def sub(self, other: Shape) -> Shape:
        """Points in this one and not in the other."""
        return Shape(lambda x, y, z: self.inside(x, y, z) & ~other.inside(x, y, z))

    @method
    def intersect(self, other: Shape) -> Shape:
        """Points in both."""
        return Shape(lambda x, y, z: self.inside(x, y, z) & other.inside(x, y, z))

    @method
    def xor(self, other: Shape) -> Shape:
        """Points in one and not in both."""
        return Shape(lambda x, y, z: self.inside(x, y, z) ^ other.inside(x, y, z))

    @method
    def inverse(self) -> Shape:
        """Points outside."""
        return Shape(lambda x, y, z: ~self.inside(x, y, z))


def _wrap(values: Array, period: float) -> Array:
    """Coordinates brought to within half a period of the origin, each side by its own sign."""
    if period == 0 or period == math.inf:
        return values
    wrapped = np.sign(values) * (np.fmod(np.abs(values + period / 2), period) - period / 2)
    return np.where(np.abs(values) > period / 2, wrapped, values)


def universe() -> Shape:
    """All space."""
    return Shape(lambda x, y, z: np.ones(np.broadcast_shapes(x.shape, y.shape, z.shape), dtype=bool))


def ellipsoid(diameter_x: float, diameter_y: float, diameter_z: float) -> Shape:
    """Ellipsoid about the origin."""
    return Shape(lambda x, y, z: (x / diameter_x) ** 2 + (y / diameter_y) ** 2 + (z / diameter_z) ** 2 <= 0.25)


def ellipse(diameter_x: float, diameter_y: float) -> Shape:
    """Elliptic cylinder without end along z."""
    return ellipsoid(diameter_x, diameter_y, math.inf)


def cone(diameter: float, height: float) -> Shape:
    """Cone on the plane z = 0."""
    return Shape(
        lambda x, y, z: (z >= 0) & ((x / diameter) ** 2 + (y / diameter) ** 2 + 0.25 * (z / height) ** 2 <= 0.25)
    )


def cylinder(diameter: float, height: float) -> Shape:
    """Cylinder along z about the origin."""
    return Shape(lambda x, y, z: (np.abs(z) <= height / 2) & ((x / diameter) ** 2 + (y / diameter) ** 2 <= 0.25))


def circle(diameter: float) -> Shape:
    """Cylinder without end along z."""
    return cylinder(diameter, math.inf)


def cuboid(side_x: float, side_y: float, side_z: float) -> Shape:
    """Box about the origin, its faces not included."""
    return Shape(lambda x, y, z: (np.abs(x) < side_x / 2) & (np.abs(y) < side_y / 2) & (np.abs(z) < side_z / 2))


def rect(side_x: float, side_y: float) -> Shape:
    """Box without end along z."""
    return cuboid(side_x, side_y, math.inf)


def square(side: float) -> Shape:
    """Square box without end along z."""
    return rect(side, side)


def triangle(side: float) -> Shape:
    """Equilateral triangle about its centre, one corner up."""
    c = math.sqrt(3)
    return Shape(
        lambda x, y, z: (y > -side / (2 * c)) & (y < x * c + side / c) & (y < -x * c + side / c) & np.isfinite(z)
    )


def hexagon(side: float) -> Shape:
    """Regular hexagon about the origin, corners on the x axis."""
    edge = side * math.sqrt(3)
    return rect(2 * side, edge).intersect(
        Shape(lambda x, y, z: (np.abs(math.sqrt(3) * x) + np.abs(y) < edge) & np.isfinite(z))
    )


def superball(diameter: float, exponent: float) -> Shape:
    """Between an octahedron (exponent 0.5), a ball (1) and a cube (infinite)."""
    power = 2 * exponent
    return Shape(
        lambda x, y, z: (
            np.abs(2 * x / diameter) ** power + np.abs(2 * y / diameter) ** power + np.abs(2 * z / diameter) ** power
            <= 1
        )
    )


def x_range(start: float, end: float) -> Shape:
    """From `start` (included) to `end` along x."""
    return Shape(lambda x, y, z: (x >= start) & (x < end) & np.isfinite(y + z))


def y_range(start: float, end: float) -> Shape:
    """From `start` (included) to `end` along y."""
    return Shape(lambda x, y, z: (y >= start) & (y < end) & np.isfinite(x + z))


def z_range(start: float, end: float) -> Shape:
    """From `start` (included) to `end` along z."""
    return Shape(lambda x, y, z: (z >= start) & (z < end) & np.isfinite(x + y))


class GridShapes:
    """The shapes that are given in cells or pixels of the present mesh."""

    def __init__(self, mesh: MeshSettings, find_file: Callable[[str], Path]) -> None:
        self.mesh, self.find_file = mesh, find_file

    def layers(self, first: int, end: int) -> Shape:
        """Cell layers from `first` (included) to `end`."""
        nz, cz = self.mesh.nodes[2], self.mesh.cell_m[2]
        if not 0 <= first <= end or first > nz:
            raise ScriptError(f"found the layers {first} to {end}, expected them within 0 to {nz}")
        return z_range(cz * (first - nz / 2), cz * (end - nz / 2))

    def layer(self, index: int) -> Shape:
        """One cell layer."""
        return self.layers(index, index + 1)

    def cell(self, ix: int, iy: int, iz: int) -> Shape:
        """One cell."""
        centre, size = self.mesh.centre_of(ix, iy, iz), self.mesh.cell_m
        return cuboid(size[0], size[1], size[2]).transl(centre[0], centre[1], centre[2])

    def image_shape(self, file: str) -> Shape:
        """The dark, opaque pixels of an image that is stretched over the grid."""
        inside = _dark_pixels(self.find_file(file))
        height, width = inside.shape
        (nx, ny, _), (cx, cy, _) = self.mesh.nodes, self.mesh.cell_m

        def contains(x: Array, y: Array, z: Array) -> npt.NDArray[np.bool_]:
            column = np.trunc((width / nx) * (x / cx) + 0.5 * width)
            row = np.trunc((height / ny) * (y / cy) + 0.5 * height)
            column, row, _ = np.broadcast_arrays(column, row, z)
            within = (column >= 0) & (column < width) & (row >= 0) & (row < height)
            found = np.zeros(within.shape, dtype=bool)
            found[within] = inside[row[within].astype(int), column[within].astype(int)]
            return found

        return Shape(contains)


def _dark_pixels(path: Path) -> npt.NDArray[np.bool_]:
    """Which pixels are material, lowest row first."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGBA"), dtype=np.int64)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ScriptError(f"found {path} that is no readable image ({error}), expected a black-on-white PNG") from None
    alpha = pixels[..., 3]
    brightness = (pixels[..., :3] * 257 * alpha[..., None] // 255).sum(axis=-1)
    return ((alpha * 257 > 128) & (brightness < 0xFFFF * 3 // 2))[::-1]


def declare(world: World, mesh: MeshSettings, find_file: Callable[[str], Path]) -> None:
    """Bind the names of all shapes."""
    plain: dict[str, Callable[..., Shape]] = {
        "Ellipsoid": ellipsoid,
        "Ellipse": ellipse,
        "Cone": cone,
        "Cylinder": cylinder,
        "Circle": circle,
        "Cuboid": cuboid,
        "Rect": rect,
        "Triangle": triangle,
        "Square": square,
        "Hexagon": hexagon,
        "SuperBall": superball,
        "XRange": x_range,
        "YRange": y_range,
        "ZRange": z_range,
        "Universe": universe,
    }
    for name, function in plain.items():
        world.function(name, function)
    on_grid = GridShapes(mesh, find_file)
    world.function("Layers", on_grid.layers)
    world.function("Layer", on_grid.layer)
    world.function("Cell", on_grid.cell)
    world.function("ImageShape", on_grid.image_shape)
