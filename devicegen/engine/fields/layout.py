"""How fields lie in memory for the kernels: flat padded rows, one instance or sixteen side by side.

A packed field is one flat float32 array for each component after the other. Within a component, rows follow
each other; each starts with a halo of 16 floats, and an empty row lies below the first and above the last.
With one instance a row holds its cells one after the other, padded with zeros to a multiple of 16. With
sixteen instances each cell holds 16 numbers, one an instance. In both cases the neighbours of element i are
i ± lanes and i ± row, and cells outside the magnet or the grid hold zeros, so one kernel serves both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devicegen.engine.fields.simd import LANES

HALO = LANES


@dataclass(frozen=True)
class Layout:
    """The places of the cells of nx × ny grids, one (`lanes` = 1) or sixteen (`lanes` = 16), in a packed field."""

    nx: int
    ny: int
    lanes: int

    def __post_init__(self) -> None:
        if self.lanes not in (1, LANES):
            raise ValueError(f"a packed field holds 1 or {LANES} instances, found {self.lanes}")

    @property
    def width(self) -> int:
        """Floats of a row that the kernels work on: its cells, padded to whole vectors."""
        return -(-self.nx * self.lanes // LANES) * LANES

    @property
    def row(self) -> int:
        """Floats from one row to the next."""
        return HALO + self.width

    @property
    def size(self) -> int:
        """Floats of one component."""
        return (self.ny + 2) * self.row

    @property
    def first(self) -> int:
        """Place of the first cell within a component."""
        return self.row + HALO

    def pack(self, fields: Sequence[np.ndarray]) -> np.ndarray:
        """Pack one plain field (components, ny, nx) an instance; missing instances repeat the first."""
        components = fields[0].shape[0]
        packed = np.zeros((components, self.ny + 2, self.row), dtype=np.float32)
        cells = packed[:, 1:-1, HALO : HALO + self.nx * self.lanes].reshape(components, self.ny, self.nx, self.lanes)
        for lane in range(self.lanes):
            cells[..., lane] = fields[lane] if lane < len(fields) else fields[0]
        packed[:, 1:-1, HALO : HALO + self.nx * self.lanes] = cells.reshape(components, self.ny, -1)
        return packed.reshape(-1)

    def unpack(self, packed: np.ndarray, instances: int) -> list[np.ndarray]:
        """The plain fields (components, ny, nx) of the first `instances` in a packed field."""
        rows = packed.reshape(-1, self.ny + 2, self.row)[:, 1:-1, HALO : HALO + self.nx * self.lanes]
        cells = rows.reshape(rows.shape[0], self.ny, self.nx, self.lanes)
        return [np.ascontiguousarray(cells[..., lane]) for lane in range(instances)]

    def pack_coefficient(self, fields: Sequence[np.ndarray], magnetic: Sequence[np.ndarray]) -> np.ndarray:
        """Pack a coefficient; if it is the same in all magnetic cells of each instance, as one vector a component.

        Kernels read a coefficient of one vector at the same place for every cell, which spares the memory
        traffic of the common case. What it is worth in empty cells does not matter, because m is 0 there.

        fields   : one (components, ny, nx) an instance
        magnetic : one (ny, nx) an instance, which cells are not empty
        """
        components = fields[0].shape[0]
        values = np.zeros((components, LANES), dtype=np.float32)
        for instance in range(min(len(fields), self.lanes)):
            inside = fields[instance][:, magnetic[instance]]
            if inside.shape[1] == 0:
                continue
            if (inside != inside[:, :1]).any():
                return self.pack(fields)
            if instance == 0:
                # The first stands in for lanes without an instance; alone, it has all lanes.
                values[:] = inside[:, :1]
            else:
                values[:, instance] = inside[:, 0]
        return values.reshape(-1)
