"""The moving window: shifting the magnetization along, and commands that keep a wall or bubble in the middle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.api.geometry import filled_fraction
from devicegen.engine.api.quantities import ScalarValue
from devicegen.engine.language.values import Vector
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.geometry import Geometry
    from devicegen.engine.api.regions import Regions
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.api.solver import Solver
    from devicegen.engine.language.world import World

Array = npt.NDArray[np.generic]


class Window:
    """Where the simulated window is, and what comes in at its edges when it moves."""

    def __init__(self, simulation: Simulation, geometry: Geometry, regions: Regions, solver: Solver) -> None:
        self.simulation, self.geometry, self.regions, self.solver = simulation, geometry, regions, solver
        self.left = self.right = self.up = self.down = Vector(0.0, 0.0, 0.0)
        self.moves_m = self.moves_geometry = self.moves_regions = True
        self.carries_edge = False
        self._last_position_m = self._last_time_s = self._last_speed = 0.0

    # -- moving

    def shift(self, cells: int) -> None:
        """Move everything by some cells along x; the window moves the other way."""
        self._shift(cells, axis=1, low=self.left, high=self.right)

    def shift_y(self, cells: int) -> None:
        """Move everything by some cells along y."""
        self._shift(cells, axis=0, low=self.up, high=self.down)

    def _shift(self, cells: int, axis: int, low: Vector, high: Vector) -> None:
        """Move along an axis of (ny, nx) arrays; `low` comes in at index 0, `high` at the other end."""
        magnet, mesh = self.simulation.magnet, self.simulation.mesh
        if cells == 0:
            return
        mesh.shift_m[1 - axis] += cells * mesh.cell_m[1 - axis]
        m = magnet.m.astype(np.float64)
        if self.moves_m:
            edge = low if cells > 0 else high
            entering = None if self.carries_edge else np.asarray(edge)[:, None, None]
            m = _moved(m, cells, axis + 1, entering)
        if self.moves_regions and magnet.region.any():
            magnet.set_regions(self._with_fresh(magnet.region, self.regions.at(*mesh.coordinates()), cells, axis))
        if self.moves_geometry and self.geometry.shape is not None:
            fresh = filled_fraction(self.geometry.shape, mesh, 0)
            magnet.set_geometry(self._with_fresh(magnet.fill, fresh, cells, axis))
        magnet.set_m(m)

    @staticmethod
    def _with_fresh(values: Array, fresh: Array, cells: int, axis: int) -> Array:
        """The moved values, with those at the incoming edge taken from `fresh`."""
        moved = np.roll(values, cells, axis=axis)
        edge: list[slice] = [slice(None), slice(None)]
        edge[axis] = slice(0, cells) if cells > 0 else slice(cells, None)
        moved[tuple(edge)] = fresh[tuple(edge)]
        return moved

    # -- following

    def center_wall(self, component: int) -> None:
        """After each step, move the window so that the average of one component stays near 0."""
        self._follow(component, None)

    def center_wall_in_region(self, region: int, component: int) -> None:
        """After each step, move the window so that a component's average over a region stays near 0."""
        self._follow(component, region)

    def center_wall_in_layer(self, layer: int, component: int) -> None:
        """After each step, move the window so that a component's average over the layer stays near 0."""
        if layer != 0:
            raise ScriptError(f"found layer {layer}, expected 0: there is one layer")
        self._follow(component, None)

    def _follow(self, component: int, region: int | None) -> None:
        if component not in (0, 1, 2):
            raise ScriptError(f"found component {component}, expected 0 (x), 1 (y) or 2 (z)")
        self.solver.after_step.append(lambda: self._center_wall(component, region))

    def _center_wall(self, component: int, region: int | None) -> None:
        magnet = self.simulation.magnet
        m = magnet.m
        counted = m[component] if region is None else m[component][magnet.region == region]
        mean = float(counted.mean(dtype=np.float64)) if counted.size else 0.0
        tolerance = 4 / self.simulation.mesh.nodes[0]
        if not any(self.left) or not any(self.right):
            direction = _border_sign(float(m[component, m.shape[1] // 2, 0]))
            self.left = _replaced(self.left, component, direction)
            self.right = _replaced(self.right, component, -direction)
        direction = _border_sign(self.left[component])
        if mean < -tolerance:
            self.shift(direction)
        elif mean > tolerance:
            self.shift(-direction)

    def center_bubble(self) -> None:
        """After each step, move the window so that the bubble is in the middle."""
        self.solver.after_step.append(self._center_bubble)

    def _center_bubble(self) -> None:
        mz = self.simulation.magnet.m[2].astype(np.float64)
        if not (any(self.left) and any(self.right) and any(self.up) and any(self.down)):
            direction = _border_sign(float(mz[mz.shape[0] // 2, 0]))
            for side in ("left", "right", "up", "down"):
                setattr(self, side, _replaced(getattr(self, side), 2, direction))
        ny, nx = mz.shape
        outside = _border_sign(self.left[2])
        column = int(np.argmax(-outside * mz.sum(axis=0)))
        row = int(np.argmax(-outside * mz.sum(axis=1)))
        self.shift(nx // 2 - column)
        self.shift_y(ny // 2 - row)

    # -- where it is

    def position_m(self) -> float:
        """How far the window has moved along x [m]."""
        return -self.simulation.mesh.shift_m[0]

    def wall_position_m(self) -> float:
        """Position of a wall between domains along x, from the average of mx [m]."""
        mean = float(self.simulation.magnet.m[0].mean(dtype=np.float64))
        return self.position_m() + mean * self.simulation.mesh.cell_m[0] * self.simulation.mesh.nodes[0] / 2

    def speed_m_s(self) -> float:
        """Speed of the window, as of its last move [m/s]."""
        now, position = self.simulation.time_s, self.position_m()
        if position != self._last_position_m:
            passed = now - self._last_time_s
            self._last_speed = (position - self._last_position_m) / passed if passed else math.inf
            self._last_position_m, self._last_time_s = position, now
        return self._last_speed


def _moved(m: npt.NDArray[np.float64], cells: int, axis: int, entering: Array | None) -> npt.NDArray[np.float64]:
    """Magnetization moved along an axis; `entering` fills the gap, the old border where it is None."""
    size = m.shape[axis]
    source = np.arange(size) - cells
    moved = np.take(m, np.clip(source, 0, size - 1), axis=axis)
    if entering is not None:
        outside = (source < 0) | (source >= size)
        moved = np.where(outside if axis == 2 else outside[:, None], entering, moved)
    return moved


def _replaced(vector: Vector, component: int, value: float) -> Vector:
    return Vector(*(float(value) if place == component else one for place, one in enumerate(vector)))


def _border_sign(value: float) -> int:
    if abs(value) <= 0.1:
        raise ScriptError(
            f"found {value:g} as magnetization at the border, expected it to be clear which way to shift: "
            "set ShiftMagL and ShiftMagR"
        )
    return 1 if value > 0 else -1


def declare(world: World, simulation: Simulation, geometry: Geometry, regions: Regions, solver: Solver) -> Window:
    """Bind shifting and following."""
    window = Window(simulation, geometry, regions, solver)
    world.function("Shift", window.shift)
    world.function("YShift", window.shift_y)
    for name, attribute in (("ShiftMagL", "left"), ("ShiftMagR", "right"), ("ShiftMagU", "up"), ("ShiftMagD", "down")):
        world.setting(name, Vector, window, attribute)
    for name, attribute in (
        ("ShiftM", "moves_m"),
        ("ShiftGeom", "moves_geometry"),
        ("ShiftRegions", "moves_regions"),
        ("EdgeCarryShift", "carries_edge"),
        ("FudgeShift", "carries_edge"),
    ):
        world.setting(name, bool, window, attribute)
    world.variable("TotalShift", float, lambda: simulation.mesh.shift_m[0])
    world.function("ext_centerWall", window.center_wall)
    world.function("ext_centerWallInRegion", window.center_wall_in_region)
    world.function("ext_centerWallInLayer", window.center_wall_in_layer)
    world.function("ext_centerBubble", window.center_bubble)
    for name, unit, read in (
        ("ext_dwpos", "m", window.position_m),
        ("ext_dwxpos", "m", window.wall_position_m),
        ("ext_dwspeed", "m/s", window.speed_m_s),
    ):
        world.constant(name, ScalarValue(simulation, name, unit, read))
    return window
