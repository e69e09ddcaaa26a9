"""Voronoi grains: random centres, each cell belongs to the nearest one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.api.shapes import Array, Shape
from devicegen.errors import ScriptError
from devicegen.seeds import generator

if TYPE_CHECKING:
    from devicegen.engine.api.regions import Regions
    from devicegen.engine.language.world import World

_TILE_IN_GRAINS = 2
_OFFSET = 1 << 24  # tile numbers are made positive, as seeds must be


class Tesselation:
    """Grains over the whole plane: four on average in each tile of two by two grain sizes.

    Each tile's centres come from a seed of its own, so a window that moves finds the same grains again.
    The grains of a seed differ from those of MuMax3; their statistics are the same.
    """

    def __init__(self, grain_size_m: float, regions: int, seed: int) -> None:
        if not grain_size_m > 0:
            raise ScriptError(f"found the grain size {grain_size_m:g} m, expected it above 0")
        if not 1 <= regions <= 256:
            raise ScriptError(f"found {regions} regions for grains, expected 1 to 256")
        self._tile_m, self._regions, self._seed = _TILE_IN_GRAINS * grain_size_m, regions, abs(seed)

    def _centres(self, tile_x: int, tile_y: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        dice = generator(self._seed, "grains", tile_x + _OFFSET, tile_y + _OFFSET)
        count = int(dice.poisson(_TILE_IN_GRAINS**2))
        places = (dice.random((count, 2)) + (tile_x, tile_y)) * self._tile_m
        return places, dice.integers(0, self._regions, count)

    def region_of(self, x: Array, y: Array) -> npt.NDArray[np.int64]:
        """The region of the grain at each place."""
        from scipy.spatial import KDTree

        x, y = np.broadcast_arrays(x, y)
        first = [int(np.floor(one.min() / self._tile_m)) - 2 for one in (x, y)]
        last = [int(np.floor(one.max() / self._tile_m)) + 2 for one in (x, y)]
        tiles = [
            self._centres(tile_x, tile_y)
            for tile_x in range(first[0], last[0] + 1)
            for tile_y in range(first[1], last[1] + 1)
        ]
        places, numbers = (np.concatenate(parts) for parts in zip(*tiles, strict=True))
        if not numbers.size:
            return np.zeros(x.shape, dtype=np.int64)
        _, nearest = KDTree(places).query(np.stack([x, y], axis=-1))
        return numbers[nearest]


def grain_roughness(grain_size: float, z_min: float, z_max: float, seed: int) -> Shape:
    """A surface whose height differs from grain to grain between `z_min` and `z_max`."""
    grains = Tesselation(grain_size, 256, seed)

    def inside(x: Array, y: Array, z: Array) -> npt.NDArray[np.bool_]:
        height = z_min + (z_max - z_min) * grains.region_of(x, y) / 256
        return (z <= z_min) | ((z < z_max) & (z < height))

    return Shape(inside)


def declare(world: World, regions: Regions) -> None:
    """Bind what makes grains."""

    def make_grains(grain_size: float, number_of_regions: int, seed: int) -> None:
        grains = Tesselation(grain_size, number_of_regions, seed)
        regions.change(lambda x, y, z, now: np.broadcast_to(grains.region_of(x, y), now.shape).copy())

    world.function("ext_makegrains", make_grains)
    world.function("GrainRoughness", grain_roughness)
