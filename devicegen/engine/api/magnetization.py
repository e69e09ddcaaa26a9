"""m: the magnetization, set by configurations, arrays or cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.api.configurations import Configuration
from devicegen.engine.api.masks import Mask, read_field
from devicegen.engine.api.quantities import VectorField
from devicegen.engine.api.shapes import Shape
from devicegen.engine.language.values import Vector, method
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.language.world import World


class Magnetization(VectorField):
    """The direction of the magnetization in each cell; 0 where there is no material."""

    spoken = "the magnetization"
    input_kind = Configuration

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation, "m", "", 3)

    def values(self) -> npt.NDArray[np.float32]:
        """The magnetization now, (3, ny, nx)."""
        return self.simulation.magnet.m

    def average_values(self) -> Sequence[float]:
        """The average over the magnet, weighted by how far each cell is filled."""
        return self.simulation.magnet.average("m").tolist()

    def assign(self, configuration: Configuration) -> None:
        """Set it everywhere."""
        magnet = self.simulation.magnet
        magnet.set_m(self._rendered(configuration))

    @method
    def set(self, configuration: Configuration) -> None:
        """Set it everywhere."""
        self.assign(configuration)

    @method
    def set_in_shape(self, shape: Shape, configuration: Configuration) -> None:
        """Set it within a shape."""
        inside = shape.inside(*self.simulation.mesh.coordinates())
        self._set_where(np.broadcast_to(inside, self.simulation.magnet.mesh.shape), configuration)

    @method
    def set_region(self, region: int, configuration: Configuration) -> None:
        """Set it within a region."""
        self._set_where(self.simulation.magnet.region == region, configuration)

    @method
    def set_cell(self, ix: int, iy: int, iz: int, direction: Vector) -> None:
        """Set it in one cell."""
        self.simulation.mesh.check_cell(ix, iy, iz)
        if direction.len() == 0:
            raise ScriptError("found a direction of zero length, expected a direction")
        magnet = self.simulation.magnet
        m = magnet.m.copy()
        m[:, iy, ix] = direction
        magnet.set_m(m)

    @method
    def get_cell(self, ix: int, iy: int, iz: int) -> Vector:
        """The direction in one cell."""
        self.simulation.mesh.check_cell(ix, iy, iz)
        x, y, z = self.simulation.magnet.m[:, iy, ix]
        return Vector(float(x), float(y), float(z))

    @method
    def load_file(self, file: str) -> None:
        """Set it from an OVF or dump file."""
        self.set_array(Mask(read_field(self.simulation.find_file(file)).values))

    @method
    def set_array(self, array: Mask) -> None:
        """Set it from an array."""
        magnet = self.simulation.magnet
        magnet.set_m(array.on_grid(magnet.mesh.shape, components=3))

    def _rendered(self, configuration: Configuration) -> npt.NDArray[np.float64]:
        directions = configuration.direction(*self.simulation.mesh.coordinates())
        if not np.isfinite(directions).all():
            raise ScriptError("found a configuration with NaN or Inf, expected finite directions")
        return directions

    def _set_where(self, inside: npt.NDArray[np.bool_], configuration: Configuration) -> None:
        magnet = self.simulation.magnet
        magnet.set_m(np.where(inside, self._rendered(configuration), magnet.m))


def declare(world: World, simulation: Simulation) -> Magnetization:
    """Bind m."""
    m = Magnetization(simulation)
    world.constant("m", m)
    return m
