"""Functions that a script makes and then calls: a curve through the points of a file, the shape of each region."""

from __future__ import annotations

import bisect
import csv
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from devicegen.engine.api.regions import check_region
from devicegen.engine.api.shapes import Shape
from devicegen.engine.language.world import Signature
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from pathlib import Path

    from devicegen.engine.api.regions import Regions
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.language.world import World

_METHODS = ("linear", "nearest", "step")


class Curve:
    """A function of one number, given by points."""

    spoken = "a function of one number"
    call_signature = Signature(("x",), (float,), float)

    def __init__(self, x: list[float], y: list[float], method: str) -> None:
        self._x, self._y, self._method = x, y, method

    def __call__(self, x: float) -> float:
        """The value at x: beyond the ends that of the end, before the first point of a step curve 0."""
        after = bisect.bisect_right(self._x, x)
        if after == 0:
            return 0.0 if self._method == "step" else self._y[0]
        if after == len(self._x) or self._method == "step":
            return self._y[after - 1]
        x0, x1, y0, y1 = self._x[after - 1], self._x[after], self._y[after - 1], self._y[after]
        if self._method == "nearest":
            return y0 if x - x0 < x1 - x else y1
        return y0 + (x - x0) * (y1 - y0) / (x1 - x0)


def read_curve(path: Path, x_column: int, y_column: int, method: str) -> Curve:
    """A curve from two columns of a CSV file; lines that begin with # are left out.

    Raises ScriptError: file, line, found, expected.
    """
    if method not in _METHODS:
        raise ScriptError(f"found the interpolation '{method}', expected one of {', '.join(_METHODS)}")
    x: list[float] = []
    y: list[float] = []
    with open(path, encoding="utf-8-sig", newline="") as stream:
        for number, row in enumerate(csv.reader(stream), start=1):
            if not row or row[0].lstrip().startswith("#"):
                continue
            try:
                if min(x_column, y_column) < 0:
                    raise IndexError
                point = float(row[x_column]), float(row[y_column])
            except (IndexError, ValueError):
                columns = f"columns {x_column} and {y_column} (from 0)"
                raise ScriptError(f"{path}:{number}: found {','.join(row)!r}, expected numbers in {columns}") from None
            if not math.isfinite(point[0]) or (x and point[0] <= x[-1]):
                raise ScriptError(f"{path}:{number}: found x = {point[0]:g}, expected it above the line before")
            x.append(point[0])
            y.append(point[1])
    if not x:
        raise ScriptError(f"{path}: found no numbers, expected at least one line of them")
    return Curve(x, y, method)


class RegionShapes:
    """A function from a region's number to its shape, with the regions as they were when it was made."""

    spoken = "a function from regions to shapes"
    call_signature = Signature(("region",), (int,), Shape)

    def __init__(self, inside: Callable[[int], Shape]) -> None:
        self._inside = inside

    def __call__(self, region: int) -> Shape:
        """The shape of a region."""
        check_region(region)
        return self._inside(region)


def declare(world: World, simulation: Simulation, regions: Regions) -> None:
    """Bind what makes functions."""

    def from_file(file: str, x_column: int, y_column: int, method: str) -> Curve:
        return read_curve(simulation.find_file(file), x_column, y_column, method)

    def all_regions() -> RegionShapes:
        numbers = np.array(simulation.magnet.region)
        return RegionShapes(lambda number: regions.shape_of(numbers, number))

    world.function("FunctionFromDatafile", from_file)
    world.function("ext_AllRegionShapes", all_regions)
