"""Regions: up to 256 parts of the magnet with parameters of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.api.quantities import ScalarField
from devicegen.engine.api.shapes import Array, Shape
from devicegen.engine.language.values import method
from devicegen.engine.output.ovf import read_ovf
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.language.world import World
    from devicegen.engine.magnet import Magnet

Numbers = npt.NDArray[np.int64]
Change = Callable[[Array, Array, Array, Numbers], Numbers]


class Regions(ScalarField):
    """The region number of each cell, and the history of how it came about (needed where the window moves on)."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation, "regions", "", 1)
        self._changes: list[Change] = []
        simulation.on_build.append(self._build)

    def at(self, x: Array, y: Array, z: Array) -> Numbers:
        """Region numbers of any points of space."""
        numbers = np.zeros(np.broadcast_shapes(x.shape, y.shape, z.shape), dtype=np.int64)
        for change in self._changes:
            numbers = change(x, y, z, numbers)
        return numbers

    def _build(self, magnet: Magnet) -> None:
        if self._changes:
            magnet.set_regions(self.at(*self.simulation.mesh.coordinates()))

    def change(self, change: Change) -> None:
        """Change the region numbers, now and whenever they are worked out anew."""
        magnet = self.simulation.magnet
        magnet.set_regions(change(*self.simulation.mesh.coordinates(), magnet.region.astype(np.int64)))
        self._changes.append(change)

    def define(self, number: int, shape: Shape) -> None:
        """Give all cells of a shape a region number."""
        check_region(number)
        self.change(lambda x, y, z, now: np.where(shape.inside(x, y, z), number, now))

    def redefine(self, old: int, new: int) -> None:
        """Give all cells of one region another number."""
        check_region(old)
        check_region(new)
        self.change(lambda x, y, z, now: np.where(now == old, new, now))

    def define_cell(self, number: int, ix: int, iy: int, iz: int) -> None:
        """Give one cell a region number."""
        check_region(number)
        self.simulation.mesh.check_cell(ix, iy, iz)
        region = self.simulation.magnet.region.copy()
        region[iy, ix] = number
        self.simulation.magnet.set_regions(region)

    @method
    def set_cell(self, ix: int, iy: int, iz: int, number: int) -> None:
        """Give one cell a region number."""
        self.define_cell(number, ix, iy, iz)

    @method
    def get_cell(self, ix: int, iy: int, iz: int) -> int:
        """The region number of one cell."""
        self.simulation.mesh.check_cell(ix, iy, iz)
        return int(self.simulation.magnet.region[iy, ix])

    @method
    def load_file(self, file: str) -> None:
        """Take all region numbers from the first component of an OVF file."""
        from devicegen.engine.api.simulation import resampled

        path = self.simulation.find_file(file)
        numbers = resampled(read_ovf(path).values[:1, 0], self.simulation.magnet.mesh.shape)[0]
        if numbers.min() < 0 or numbers.max() > 255:
            raise ScriptError(f"{path}: found region numbers {numbers.min():g} to {numbers.max():g}, expected 0 to 255")
        self.simulation.magnet.set_regions(numbers.astype(np.uint8))

    def in_region(self, number: int) -> Shape:
        """The cells of a region as a shape."""
        check_region(number)
        return self.shape_of(self.simulation.magnet.region, number)

    def shape_of(self, region: npt.NDArray[np.uint8], number: int) -> Shape:
        """The cells with a number in a map (ny, nx) of the present grid, as a shape."""
        ny, nx = region.shape
        cell_m, shift_m = self.simulation.mesh.cell_m, self.simulation.mesh.shift_m

        def inside(x: Array, y: Array, z: Array) -> npt.NDArray[np.bool_]:
            ix = np.floor((x + shift_m[0]) / cell_m[0] + nx / 2).astype(int)
            iy = np.floor((y + shift_m[1]) / cell_m[1] + ny / 2).astype(int)
            ix, iy, _ = np.broadcast_arrays(ix, iy, z)
            within = (ix >= 0) & (ix < nx) & (iy >= 0) & (iy < ny)
            found = np.zeros(within.shape, dtype=bool)
            found[within] = region[iy[within], ix[within]] == number
            return found

        return Shape(inside)

    def values(self) -> npt.NDArray[np.float32]:
        """Region numbers, (1, ny, nx)."""
        return self.simulation.magnet.region[None].astype(np.float32)


def check_region(number: int) -> None:
    """Raise ScriptError if `number` is not a region."""
    if not 0 <= number < 256:
        raise ScriptError(f"found the region {number}, expected 0 to 255")


def declare(world: World, simulation: Simulation) -> Regions:
    """Bind the names about regions."""
    regions = Regions(simulation)
    world.function("DefRegion", regions.define)
    world.function("RedefRegion", regions.redefine)
    world.function("DefRegionCell", regions.define_cell)
    world.function("InRegion", regions.in_region)
    world.constant("regions", regions)
    return regions
