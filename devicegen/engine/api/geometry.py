"""SetGeom: which cells are magnetic, and how far each is filled."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.api.quantities import ScalarField
from devicegen.engine.api.shapes import Shape
from devicegen.engine.language.values import method
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.mesh import MeshSettings
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.language.world import World
    from devicegen.engine.magnet import Magnet


def filled_fraction(shape: Shape, mesh: MeshSettings, samples: int) -> npt.NDArray[np.float32]:
    """Filled fraction of each cell, (ny, nx).

    samples : 0 or 1 decides by the cell's centre; n samples n x n x n points in each cell that the shape cuts,
              which is one whose centre and corners are not all on the same side
    """
    x, y, z = mesh.coordinates()
    (cx, cy, cz), (nx, ny, _) = mesh.cell_m, mesh.nodes
    centre = np.broadcast_to(shape.inside(x, y, z), (ny, nx))
    fill = centre.astype(np.float32)
    if samples == 0:
        return fill
    all_in, any_in = centre.copy(), centre.copy()
    for sx, sy, sz in itertools.product((-0.5, 0.5), repeat=3):
        corner = np.broadcast_to(shape.inside(x + sx * cx, y + sy * cy, z + sz * cz), (ny, nx))
        all_in &= corner
        any_in |= corner
    rows, columns = np.nonzero(any_in & ~all_in)
    if rows.size:
        offsets = (np.arange(samples) + 0.5) / samples - 0.5
        x_cut, y_cut = x[0, columns], y[rows, 0]
        count = np.zeros(rows.size)
        for dx, dy, dz in itertools.product(offsets, repeat=3):
            count += shape.inside(x_cut + dx * cx, y_cut + dy * cy, np.full(rows.size, dz * cz))
        fill[rows, columns] = count / samples**3
    return fill


class Geometry(ScalarField):
    """The filled fraction of each cell; saved and averaged under the name geom."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation, "geom", "", 1)
        self.shape: Shape | None = None
        self.edge_smooth = 0
        simulation.on_build.append(self._apply)

    def set(self, shape: Shape) -> None:
        """Set the geometry to a shape."""
        self.shape = shape
        self.simulation.mesh.cell_m  # noqa: B018  the mesh must be set by now
        magnet = self.simulation.built
        if magnet is None:
            self.simulation.magnet  # noqa: B018  building applies the shape
        else:
            self._apply(magnet)

    def _apply(self, magnet: Magnet) -> None:
        if self.shape is None:
            return
        fill = filled_fraction(self.shape, self.simulation.mesh, self.edge_smooth)
        if not fill.any():
            raise ScriptError(
                "found a geometry without a single magnetic cell, expected at least one (are sizes in meters?)"
            )
        magnet.set_geometry(fill)

    def values(self) -> npt.NDArray[np.float32]:
        """Filled fractions, (1, ny, nx)."""
        return self.simulation.magnet.fill[None]

    @method
    def get_cell(self, ix: int, iy: int, iz: int) -> float:
        """The filled fraction of one cell."""
        self.simulation.mesh.check_cell(ix, iy, iz)
        return float(self.simulation.magnet.fill[iy, ix])


def declare(world: World, simulation: Simulation) -> Geometry:
    """Bind SetGeom, EdgeSmooth and geom."""
    geometry = Geometry(simulation)
    world.function("SetGeom", geometry.set)
    world.setting("EdgeSmooth", int, geometry, "edge_smooth")
    world.constant("geom", geometry)
    return geometry
