"""Where the wall is: from the profile of mz along the track to a position, and to what became of the wall.

Raw <mz> is not the position: at 300 K spin waves shrink |mz| of the domains by some per cent, and a wall
that is tilted or bent has no sharp edge. So the profile is divided by the height of its own plateaus,
smoothed over about a wall's width, and its crossing from up to down is located.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from devicegen.table import OUTCOMES

FloatArray = npt.NDArray[np.floating]
BoolArray = npt.NDArray[np.bool_]

SMOOTHING_M = 8e-9
"""Width (standard deviation) of the smoothing along the track, somewhat less than a wall's."""

CERTAIN = 0.5
"""|mz|, as a share of the plateau, from which on a stretch of the track counts as up or as down."""


@dataclass(frozen=True)
class WallReading:
    """What one profile says.

    outcome    : index into `devicegen.table.OUTCOMES`
    position_m : position of the wall from the left end [m]; NaN unless it was kept
    weight     : 2q/L - 1 of a kept wall; +1 expelled, -1 lost; (up - down)/L with several walls
    """

    outcome: int
    position_m: float
    weight: float


def read_wall(mz: FloatArray, x_m: FloatArray) -> WallReading:
    """Read one profile.

    mz  : (columns,) mz averaged over the magnetic cells of a column
    x_m : (columns,) middle of each column, evenly spaced [m]
    """
    cell_m = float(x_m[1] - x_m[0])
    length_m = cell_m * x_m.size
    smooth = gaussian_filter1d(np.asarray(mz, np.float64), SMOOTHING_M / cell_m, mode="nearest")
    level = smooth / max(plateau(smooth), 1e-12)
    signs, crossings = _domains(level, x_m)
    if len(signs) == 1:
        expelled = signs[0] > 0
        outcome = OUTCOMES.index("expelled" if expelled else "lost")
        return WallReading(outcome, float("nan"), 1.0 if expelled else -1.0)
    bounds = np.array([0.0, *crossings, length_m])
    weight = float(np.clip(np.sum(signs * np.diff(bounds)) / length_m, -1, 1))
    if signs == [1, -1]:
        return WallReading(OUTCOMES.index("kept"), crossings[0], weight)
    return WallReading(OUTCOMES.index("doubled"), float("nan"), weight)


def wall_tilt_rad(mz: FloatArray, mask: BoolArray, x_m: FloatArray, cell_y_m: float) -> float:
    """Angle of the wall against the straight line across the track, positive if its upper end is ahead (to +x).

    mz       : (rows, columns) out-of-plane magnetization, row 0 the lowest y
    mask     : (rows, columns) True where there is material
    x_m      : (columns,) middle of each column, evenly spaced [m]
    cell_y_m : size of a cell along y [m]
    returns  : angle [rad]; NaN unless each outer third of the track holds exactly one up|down wall
    Source   : the slope through the wall's places in the lower and the upper third of the height, after Bartlett
               (Biometrics 5, 207, 1949); how far apart the thirds are is measured where the wall is, as notches
               bring them nearer.
    """
    cells, so_far = mask.sum(axis=0), np.cumsum(mask, axis=0)  # in each column, and up to each of its cells
    lower, upper = mask & (so_far <= np.maximum(cells // 3, 1)), mask & (so_far > cells - np.maximum(cells // 3, 1))
    readings = [read_wall(np.sum(mz * third, axis=0) / third.sum(axis=0), x_m) for third in (lower, upper)]
    if any(OUTCOMES[reading.outcome] != "kept" for reading in readings):
        return float("nan")
    ahead_m = readings[1].position_m - readings[0].position_m
    near = np.abs(x_m - (readings[0].position_m + ahead_m / 2)) <= abs(ahead_m) / 2 + SMOOTHING_M
    low_row, high_row = (float(np.mean(np.nonzero(third[:, near])[0])) for third in (lower, upper))
    return math.atan2(ahead_m, (high_row - low_row) * cell_y_m)


def plateau(smooth: FloatArray) -> float:
    """Height of the domains' |mz|: the median over the half of the track where |mz| is largest."""
    return float(np.quantile(np.abs(smooth), 0.75))


def _domains(level: FloatArray, x_m: FloatArray) -> tuple[list[int], list[float]]:
    """Signs of the domains from left to right, and the crossings between them [m].

    A new domain begins only where `level` is beyond CERTAIN on its side: noise that touches zero inside a
    wall makes no domain. The crossing lies where a straight line through the stretch in between is zero.
    """
    certain = np.flatnonzero(np.abs(level) >= CERTAIN)
    signs, crossings = [int(np.sign(level[certain[0]]))], []
    for left, right in zip(certain, certain[1:], strict=False):
        if np.sign(level[left]) != np.sign(level[right]):
            stretch = slice(left, right + 1)
            slope, offset = np.polyfit(x_m[stretch] - x_m[left], level[stretch], 1)
            crossings.append(float(x_m[left] - offset / slope))
            signs.append(int(np.sign(level[right])))
    return signs, crossings
