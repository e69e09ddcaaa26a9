"""What is read off the magnetization: angles, topological charge, positions of cores, bubbles and walls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.api.quantities import ComputedScalar, ScalarValue, Values, VectorValue
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.api.tracking import Window
    from devicegen.engine.language.world import World


class Textures:
    """Numbers that describe a magnetization texture."""

    def __init__(self, simulation: Simulation, window: Window) -> None:
        self.simulation, self.window = simulation, window
        self.bubble_mz = 1.0
        self.background_tilt = 0.25
        self._bubble_at: Sequence[float] | None = None
        self._bubble_path_m = 0.0
        self._bubble_seen = (0.0, -1.0)

    def spin_angle(self) -> Values:
        """Largest angle of each spin to a neighbour it is coupled to, (1, ny, nx) [rad]."""
        from devicegen.engine.fields import stencil

        magnet = self.simulation.magnet
        m, region, own = magnet.m.astype(np.float64), magnet.region.astype(np.int64), magnet.get_parameter("Aex")
        sides = stencil.periodic_sides(magnet)
        angle = np.zeros(magnet.mesh.shape)
        for _, axis, step in stencil.FACES:
            other = stencil.neighbour(m, axis, step, sides)
            coupling = magnet.exchange_coupling.between(own, region, stencil.neighbour(region, axis, step, sides))
            is_coupled = (coupling != 0) & (other != 0).any(axis=0) & (m != 0).any(axis=0)
            found = np.arccos(np.clip((m * other).sum(axis=0), -1, 1))
            angle = np.maximum(angle, np.where(is_coupled, found, 0))
        return angle[None].astype(np.float32)

    def max_angle(self) -> float:
        """Largest angle between coupled neighbours [rad]."""
        return float(self.spin_angle().max())

    def azimuth(self) -> Values:
        """Angle of each spin in the plane, from the x axis, (1, ny, nx) [rad]."""
        m = self.simulation.magnet.m
        return np.arctan2(m[1], m[0])[None]

    def polar_angle(self) -> Values:
        """Angle of each spin to the z axis, (1, ny, nx) [rad]."""
        return np.arccos(np.clip(self.simulation.magnet.m[2], -1, 1))[None]

    def charge_density(self) -> Values:
        """Topological charge density m . (dm/dx x dm/dy), (1, ny, nx) [1/m2]."""
        from devicegen.engine.fields import stencil

        magnet = self.simulation.magnet
        m, sides = magnet.m.astype(np.float64), stencil.periodic_sides(magnet)
        slopes = []
        for axis, cell in ((1, magnet.mesh.cx), (0, magnet.mesh.cy)):
            ahead, behind = (stencil.neighbour(m, axis, step, sides) for step in (1, -1))
            has_ahead, has_behind = ((one != 0).any(axis=0) for one in (ahead, behind))
            ahead, behind = np.where(has_ahead, ahead, m), np.where(has_behind, behind, m)
            width = has_ahead.astype(float) + has_behind.astype(float)
            slopes.append((ahead - behind) / (np.maximum(width, 1) * cell))
        density = (m * np.cross(slopes[0], slopes[1], axis=0)).sum(axis=0)
        return density[None].astype(np.float32)

    def charge(self) -> float:
        """Topological charge of the layer."""
        cx, cy, _ = self.simulation.mesh.cell_m
        return float(self.charge_density().sum(dtype=np.float64)) * cx * cy / (4 * math.pi)

    def core_position(self) -> list[float]:
        """Place of the largest |mz| [m], to a fraction of a cell; the grid's outer cells are left out."""
        (nx, ny, _), (cx, cy, _) = self.simulation.mesh.nodes, self.simulation.mesh.cell_m
        if min(nx, ny) < 3:
            raise ScriptError(f"found a grid of {nx} x {ny} cells, expected at least 3 x 3 to find a core")
        size = np.abs(self.simulation.magnet.m[2].astype(np.float64))
        row, column = np.unravel_index(int(np.argmax(size[1:-1, 1:-1])), (ny - 2, nx - 2))
        y, x = int(row) + 1, int(column) + 1
        dx = _peak(size[y, x - 1], size[y, x], size[y, x + 1])
        dy = _peak(size[y - 1, x], size[y, x], size[y + 1, x])
        return [cx * (x + dx - nx / 2 + 0.5) + self.window.position_m(), cy * (y + dy - ny / 2 + 0.5), 0.0]

    def bubble_position(self) -> list[float]:
        """Centre of mass of the part magnetized like a bubble's core [m]."""
        if self.bubble_mz not in (1.0, -1.0):
            raise ScriptError(f"found ext_BubbleMz = {self.bubble_mz:g}, expected 1 or -1")
        (nx, ny, _), (cx, cy, _) = self.simulation.mesh.nodes, self.simulation.mesh.cell_m
        weight = self.simulation.magnet.m[2].astype(np.float64) * self.bubble_mz + 1
        weight[weight < self.background_tilt] = 0
        total = weight.sum()
        if total == 0:
            raise ScriptError("found no cell magnetized like a bubble's core, expected one (see ext_BubbleMz)")
        x = float((weight.sum(axis=0) * np.arange(nx)).sum() / total)
        y = float((weight.sum(axis=1) * np.arange(ny)).sum() / total)
        shift_y = self.simulation.mesh.shift_m[1]
        return [(x - nx // 2) * cx + self.window.position_m(), (y - ny // 2) * cy - shift_y, 0.0]

    def bubble_distance(self) -> float:
        """Length of the bubble's path since this was first asked for [m]."""
        now = self.bubble_position()
        if self._bubble_at is not None:
            (nx, ny, _), (cx, cy, _) = self.simulation.mesh.nodes, self.simulation.mesh.cell_m
            moves = [_around(now[i] - self._bubble_at[i], world) for i, world in enumerate((nx * cx, ny * cy))]
            self._bubble_path_m += math.hypot(*moves)
        self._bubble_at = now
        return self._bubble_path_m

    def bubble_speed(self) -> float:
        """Mean speed of the bubble since this was last asked for [m/s]."""
        (path, since), now, here = self._bubble_seen, self.simulation.time_s, self.bubble_distance()
        self._bubble_seen = (here, now)
        return (here - path) / (now - since) if since >= 0 and now > since else 0.0

    def wall_tilt(self) -> float:
        """Angle of a wall between up and down domains to the y axis [rad], from its places near both edges."""
        mz = self.simulation.magnet.m[2]
        ny = mz.shape[0]
        if ny < 10:
            raise ScriptError(f"found {ny} rows of cells, expected at least 10 to tell a wall's tilt")
        low, high = 4, ny - 5
        return math.atan((_crossing(mz[low]) - _crossing(mz[high])) / (low - high))


def _crossing(row: npt.NDArray[np.float32]) -> int:
    """The last cell before which the sign changes, 0 where it never does."""
    found = np.nonzero(row[:-1] * row[1:] < 0)[0]
    return int(found[-1]) + 1 if found.size else 0


def _peak(before: float, top: float, after: float) -> float:
    """Where a parabola through three equally spaced values is highest, from the middle one."""
    bend = before - 2 * top + after
    return float(0.5 * (before - after) / bend) if bend else 0.0


def _around(move: float, world: float) -> float:
    """A move taken the short way around a periodic world."""
    return move - world * round(move / world)


def declare(world: World, simulation: Simulation, window: Window) -> None:
    """Bind what is read off textures."""
    textures = Textures(simulation, window)
    world.constant("SpinAngle", ComputedScalar(simulation, "spinAngle", "rad", textures.spin_angle))
    world.constant("MaxAngle", ScalarValue(simulation, "MaxAngle", "rad", textures.max_angle))
    density = "ext_topologicalchargedensity"
    world.constant(density, ComputedScalar(simulation, density, "1/m2", textures.charge_density))
    world.constant("ext_topologicalcharge", ScalarValue(simulation, "ext_topologicalcharge", "", textures.charge))
    world.constant("ext_corepos", VectorValue(simulation, "ext_corepos", "m", textures.core_position))
    world.constant("ext_bubblepos", VectorValue(simulation, "ext_bubblepos", "m", textures.bubble_position))
    world.constant("ext_bubbledist", ScalarValue(simulation, "ext_bubbledist", "m", textures.bubble_distance))
    world.constant("ext_bubblespeed", ScalarValue(simulation, "ext_bubblespeed", "m/s", textures.bubble_speed))
    world.constant("ext_dwtilt", ScalarValue(simulation, "ext_dwtilt", "rad", textures.wall_tilt))
    world.setting("ext_BubbleMz", float, textures, "bubble_mz")
    world.setting("ext_BackGroundTilt", float, textures, "background_tilt")

    world.constant("ext_phi", ComputedScalar(simulation, "phi", "rad", textures.azimuth))
    world.constant("ext_theta", ComputedScalar(simulation, "theta", "rad", textures.polar_angle))
