"""Arrays that a script loads or fills itself: masks for added fields, magnetization states."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.api.simulation import resampled
from devicegen.engine.language.values import Vector, method
from devicegen.engine.output.dump import read_dump
from devicegen.engine.output.ovf import Field, read_ovf
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.language.world import World


class Mask:
    """An array of (components, nz, ny, nx) numbers."""

    spoken = "an array of numbers"

    def __init__(self, values: npt.NDArray[np.float32]) -> None:
        self.array = values

    @method
    def set(self, component: int, ix: int, iy: int, iz: int, value: float) -> None:
        """Set one number."""
        self._check(component, ix, iy, iz)
        self.array[component, iz, iy, ix] = value

    @method
    def get(self, component: int, ix: int, iy: int, iz: int) -> float:
        """One number."""
        self._check(component, ix, iy, iz)
        return float(self.array[component, iz, iy, ix])

    @method
    def set_scalar(self, ix: int, iy: int, iz: int, value: float) -> None:
        """Set one number of an array of numbers."""
        self.set(0, ix, iy, iz, value)

    @method
    def set_vector(self, ix: int, iy: int, iz: int, value: Vector) -> None:
        """Set one vector of an array of vectors."""
        for component in range(3):
            self.set(component, ix, iy, iz, value[component])

    @method
    def get_vector(self, ix: int, iy: int, iz: int) -> Vector:
        """One vector of an array of vectors."""
        return Vector(self.get(0, ix, iy, iz), self.get(1, ix, iy, iz), self.get(2, ix, iy, iz))

    @method
    def n_comp(self) -> int:
        """Number of components."""
        return self.array.shape[0]

    @method
    def size(self) -> list:
        """Number of cells along x, y, z."""
        return list(self.array.shape[:0:-1])

    def __str__(self) -> str:
        return str(self.array.tolist())

    def on_grid(self, shape: tuple[int, int], components: int) -> npt.NDArray[np.float64]:
        """The array on a grid of (ny, nx) cells, (components, ny, nx)."""
        found, layers = self.array.shape[:2]
        if found != components:
            raise ScriptError(f"found an array of {found} components, expected {components}")
        if layers != 1:
            raise ScriptError(f"found an array of {layers} layers, expected 1")
        values = resampled(self.array[:, 0].astype(np.float64), shape)
        if not np.isfinite(values).all():
            raise ScriptError("found NaN or Inf in an array, expected finite numbers")
        return values

    def _check(self, component: int, ix: int, iy: int, iz: int) -> None:
        components, nz, ny, nx = self.array.shape
        if not (0 <= component < components and 0 <= ix < nx and 0 <= iy < ny and 0 <= iz < nz):
            raise ScriptError(
                f"found component {component} of cell ({ix}, {iy}, {iz}), "
                f"expected it within {components} components of {nx} x {ny} x {nz} cells"
            )


def read_field(path: Path) -> Field:
    """A field from an OVF or dump file, by the file's ending."""
    return read_dump(path) if path.suffix == ".dump" else read_ovf(path)


def _new(components: int, nx: int, ny: int, nz: int) -> Mask:
    if min(components, nx, ny, nz) < 1:
        raise ScriptError(f"found an array of {components} x {nx} x {ny} x {nz}, expected at least 1 along each axis")
    return Mask(np.zeros((components, nz, ny, nx), dtype=np.float32))


def new_slice(components: int, nx: int, ny: int, nz: int) -> Mask:
    """An array of zeros."""
    return _new(components, nx, ny, nz)


def new_vector_mask(nx: int, ny: int, nz: int) -> Mask:
    """An array of zero vectors."""
    return _new(3, nx, ny, nz)


def new_scalar_mask(nx: int, ny: int, nz: int) -> Mask:
    """An array of zeros, one in each cell."""
    return _new(1, nx, ny, nz)


def declare(world: World, simulation: Simulation) -> None:
    """Bind the functions that make arrays."""

    def load_file(file: str) -> Mask:
        return Mask(read_field(simulation.find_file(file)).values.copy())

    world.function("NewSlice", new_slice)
    world.function("NewVectorMask", new_vector_mask)
    world.function("NewScalarMask", new_scalar_mask)
    world.function("LoadFile", load_file)
