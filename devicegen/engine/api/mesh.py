"""The grid as the script sets it, cell by cell positions, and how far the window has moved."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.language.values import Vector
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.language.world import World

_LARGEST_CELL_COUNT = 2**27


class MeshSettings:
    """Grid size, cell size and periodic repeats; complete once the first two are given.

    revision : grows with every change, so that whoever built on the mesh can tell
    shift_m  : how far the window has moved along x and y, see `tracking`
    """

    def __init__(self) -> None:
        self._nodes: tuple[int, int, int] | None = None
        self._cell_m: tuple[float, float, float] | None = None
        self.pbc = (0, 0, 0)
        self.revision = 0
        self.shift_m = [0.0, 0.0]

    @property
    def nodes(self) -> tuple[int, int, int]:
        """Number of cells along x, y, z. Raises ScriptError before the mesh is set."""
        if self._nodes is None or self._cell_m is None:
            raise ScriptError("found a command that needs the mesh, expected SetGridSize and SetCellSize before it")
        return self._nodes

    @property
    def cell_m(self) -> tuple[float, float, float]:
        """Cell size along x, y, z [m]. Raises ScriptError before the mesh is set."""
        if self._nodes is None or self._cell_m is None:
            raise ScriptError("found a command that needs the mesh, expected SetGridSize and SetCellSize before it")
        return self._cell_m

    def set_grid_size(self, nx: int, ny: int, nz: int) -> None:
        """Number of cells. One layer only."""
        if min(nx, ny, nz) < 1:
            raise ScriptError(f"found a grid of {nx} x {ny} x {nz} cells, expected at least 1 along each axis")
        if nz != 1:
            raise ScriptError(f"found a grid with Nz = {nz}, not supported by mx3cpu: it has one layer, Nz = 1")
        if nx * ny > _LARGEST_CELL_COUNT:
            raise ScriptError(f"found a grid of {nx * ny} cells, expected at most {_LARGEST_CELL_COUNT}")
        self._nodes = (nx, ny, nz)
        self.revision += 1

    def set_cell_size(self, cx: float, cy: float, cz: float) -> None:
        """Cell size [m]."""
        if not all(0 < edge < math.inf for edge in (cx, cy, cz)):
            raise ScriptError(
                f"found a cell of {cx:g} x {cy:g} x {cz:g} m, expected edges above 0 in meters (such as 2e-9)"
            )
        self._cell_m = (cx, cy, cz)
        self.revision += 1

    def set_pbc(self, nx: int, ny: int, nz: int) -> None:
        """Number of periodic repeats on each side."""
        if min(nx, ny, nz) < 0:
            raise ScriptError(f"found the repeats {nx}, {ny}, {nz}, expected 0 or more")
        if nz:
            raise ScriptError("found periodic repeats along z, not supported by mx3cpu: it has one layer")
        self.pbc = (nx, ny, nz)
        self.revision += 1

    def set_mesh(
        self, nx: int, ny: int, nz: int, cx: float, cy: float, cz: float, pbc_x: int, pbc_y: int, pbc_z: int
    ) -> None:
        """Grid size, cell size and periodic repeats at once."""
        self.set_grid_size(nx, ny, nz)
        self.set_cell_size(cx, cy, cz)
        self.set_pbc(pbc_x, pbc_y, pbc_z)

    def centre_of(self, ix: int, iy: int, iz: int) -> Vector:
        """Centre of a cell [m]; the origin is the middle of the grid, moved with the window."""
        (nx, ny, nz), (cx, cy, cz) = self.nodes, self.cell_m
        return Vector(
            cx * (ix - 0.5 * (nx - 1)) - self.shift_m[0],
            cy * (iy - 0.5 * (ny - 1)) - self.shift_m[1],
            cz * (iz - 0.5 * (nz - 1)),
        )

    def index_to_coord(self, ix: int, iy: int, iz: int) -> Vector:
        """Centre of a cell [m]."""
        return self.centre_of(ix, iy, iz)

    def coordinates(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Centres of all cells: x (1, nx), y (ny, 1), z (1, 1) [m]."""
        (nx, ny, _), (cx, cy, _) = self.nodes, self.cell_m
        x = cx * (np.arange(nx).astype(np.float64) - 0.5 * (nx - 1)) - self.shift_m[0]
        y = cy * (np.arange(ny).astype(np.float64) - 0.5 * (ny - 1)) - self.shift_m[1]
        return x[None, :], y[:, None], np.zeros((1, 1))

    def check_cell(self, ix: int, iy: int, iz: int) -> None:
        """Raise ScriptError if there is no such cell."""
        nx, ny, nz = self.nodes
        if not (0 <= ix < nx and 0 <= iy < ny and 0 <= iz < nz):
            raise ScriptError(f"found the cell ({ix}, {iy}, {iz}), expected it within {nx} x {ny} x {nz}, from 0")


def declare(world: World, mesh: MeshSettings) -> None:
    """Bind the names about the mesh."""
    world.function("SetGridSize", mesh.set_grid_size)
    world.function("SetCellSize", mesh.set_cell_size)
    world.function("SetPBC", mesh.set_pbc)
    world.function("SetMesh", mesh.set_mesh)
    world.function("Index2Coord", mesh.index_to_coord)
