"""Crop: a rectangular piece of a quantity, saved and tabulated under a name that says which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from devicegen.engine.api.quantities import Quantity, Values
from devicegen.engine.language.values import method
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.language.world import World


class Cropped(Quantity):
    """The cells [x1, x2) x [y1, y2) of a quantity; averages go over these cells."""

    spoken = "a cropped quantity"

    def __init__(self, parent: Quantity, x1: int, x2: int, y1: int, y2: int) -> None:
        nx, ny, _ = parent.simulation.mesh.nodes
        if not (0 <= x1 < x2 <= nx and 0 <= y1 < y2 <= ny):
            raise ScriptError(f"found the crop x {x1} to {x2}, y {y1} to {y2}, expected it within {nx} x {ny} cells")
        name = parent.name + "_"
        if (x1, x2) != (0, nx):
            name += "xrange" + _range_name(x1, x2)
        if (y1, y2) != (0, ny):
            name += "yrange" + _range_name(y1, y2)
        super().__init__(parent.simulation, name, parent.unit, parent.components)
        self.parent, self.rows, self.columns = parent, slice(y1, y2), slice(x1, x2)

    def values(self) -> Values:
        """The values of the piece, (components, y2 - y1, x2 - x1)."""
        return self.parent.values()[:, self.rows, self.columns]

    @method
    def average(self) -> list:
        """The average over all cells of the piece, one number for each component."""
        return list(self.average_values())


def _range_name(first: int, end: int) -> str:
    return f"{first}_" if end == first + 1 else f"{first}-{end}_"


def crop_x(quantity: Quantity, x1: int, x2: int) -> Cropped:
    """The columns [x1, x2)."""
    return Cropped(quantity, x1, x2, 0, quantity.simulation.mesh.nodes[1])


def crop_y(quantity: Quantity, y1: int, y2: int) -> Cropped:
    """The rows [y1, y2)."""
    return Cropped(quantity, 0, quantity.simulation.mesh.nodes[0], y1, y2)


def crop(quantity: Quantity, x1: int, x2: int, y1: int, y2: int, z1: int, z2: int) -> Cropped:
    """The cells [x1, x2) x [y1, y2) of the one layer."""
    if (z1, z2) != (0, 1):
        raise ScriptError(f"found the crop z {z1} to {z2}, expected 0 to 1: there is one layer")
    return Cropped(quantity, x1, x2, y1, y2)


def crop_layer(quantity: Quantity, layer: int) -> Cropped:
    """The one layer."""
    nx, ny, _ = quantity.simulation.mesh.nodes
    return crop(quantity, 0, nx, 0, ny, layer, layer + 1)


def crop_z(quantity: Quantity, z1: int, z2: int) -> Cropped:
    """The one layer."""
    nx, ny, _ = quantity.simulation.mesh.nodes
    return crop(quantity, 0, nx, 0, ny, z1, z2)


def crop_region(quantity: Quantity, region: int) -> Cropped:
    """The smallest rectangle that holds a region."""
    rows, columns = np.nonzero(quantity.simulation.magnet.region == region)
    if not rows.size:
        raise ScriptError(f"found no cell in region {region}, expected a region that DefRegion has filled")
    return Cropped(quantity, int(columns.min()), int(columns.max()) + 1, int(rows.min()), int(rows.max()) + 1)


def declare(world: World) -> None:
    """Bind the crops."""
    world.function("Crop", crop)
    world.function("CropX", crop_x)
    world.function("CropY", crop_y)
    world.function("CropZ", crop_z)
    world.function("CropLayer", crop_layer)
    world.function("CropRegion", crop_region)
