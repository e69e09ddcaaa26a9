"""The outline of one racetrack on its grid of cells: a strip, its notches, its rough edges.

The outline depends on the device and the instance only, never on the state: all states are written into
the same racetracks, as in Al Misba 2022, so that differences between states are not differences between
outlines (common random numbers). The thermal noise is drawn anew for each state.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from devicegen.files import written_whole
from devicegen.racetrack.config import Notches, RacetrackConfig, Roughness
from devicegen.seeds import generator

FloatArray = npt.NDArray[np.floating]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Outline:
    """One racetrack, cut to cells.

    mask            : (rows, columns) True where there is material; row 0 is the lowest y
    cell_x_m, cell_y_m : size of a cell [m]
    roughness_rms_m : (2,) root-mean-square deviation of the lower and of the upper edge from a straight
                      line, in the columns without a notch, after the cut to cells [m]
    """

    mask: BoolArray
    cell_x_m: float
    cell_y_m: float
    roughness_rms_m: tuple[float, float]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the cells, row after row from the lowest, whatever the picture file is made of."""
        return hashlib.sha256(repr(self.mask.shape).encode() + np.packbits(self.mask).tobytes()).hexdigest()


def column_centres_m(config: RacetrackConfig) -> FloatArray:
    """(columns,) distance of the middle of each column of cells from the left end [m]."""
    return (np.arange(config.grid[0]) + 0.5) * config.geometry.cell_x_m


def notch_depth_m(x_m: FloatArray, centres_m: tuple[float, ...], notches: Notches) -> FloatArray:
    """Depth of the notches in one edge at each `x_m` [m]; notches that overlap do not add up."""
    away = np.min(np.abs(x_m[:, None] - np.asarray(centres_m)), axis=1) / (notches.width_m / 2)
    inside = away <= 1
    profile = {
        "triangular": lambda: 1 - away,
        "rectangular": lambda: np.ones_like(away),
        "elliptic": lambda: np.sqrt(np.clip(1 - away**2, 0, None)),
    }[notches.shape]()
    return np.where(inside, notches.depth_m * profile, 0.0)


def rough_edge_m(
    x_m: FloatArray, length_m: float, cell_y_m: float, roughness: Roughness, rng: np.random.Generator
) -> FloatArray:
    """Height of one rough edge over its mean line at each `x_m`, outwards positive [m].

    correlated : stationary Gaussian process with correlation exp(-(dx/xi)^2), drawn on a line ten times
                 finer than xi, so that one seed gives the same edge on coarse and on fine cells
    cells      : each column gains or loses one cell with equal chances, as often as the rms asks for
    """
    if roughness.rms_m == 0:
        return np.zeros_like(x_m)
    if roughness.kind == "cells":
        moved = rng.random(x_m.size) < (roughness.rms_m / cell_y_m) ** 2
        return np.where(moved, np.where(rng.random(x_m.size) < 0.5, -cell_y_m, cell_y_m), 0.0)
    fine = roughness.correlation_length_m / 10
    reach = 30  # three correlation lengths: the kernel has fallen below 2e-8
    kernel = np.exp(-2 * (np.arange(-reach, reach + 1) / 10) ** 2)
    kernel *= roughness.rms_m / np.sqrt(np.sum(kernel**2))
    points = int(np.ceil(length_m / fine)) + 1
    height = np.convolve(rng.standard_normal(points + 2 * reach), kernel, mode="valid")
    return np.asarray(np.interp(x_m, np.arange(points) * fine, height), np.float64)


def outline(config: RacetrackConfig, device: str, root_seed: int, instance: int) -> Outline:
    """The racetrack number `instance` of `device`."""
    geometry = config.geometry
    columns, rows = config.grid
    x = column_centres_m(config)
    half = geometry.width_m / 2 - notch_depth_m(x, config.notch_positions_m, config.notches)
    outermost = config.track_rows * geometry.cell_y_m / 2
    edges = []
    for side in ("lower", "upper"):
        rng = generator(root_seed, "racetrack", device, "outline", instance, side)
        rough = rough_edge_m(x, geometry.length_m, geometry.cell_y_m, config.roughness, rng)
        # A neck of two cells always stays, so that no outline falls into pieces.
        edges.append(np.clip(half + rough, geometry.cell_y_m, outermost))
    y = (np.arange(rows) + 0.5) * geometry.cell_y_m - outermost  # 0 is the middle of the track
    slack = 1e-6 * geometry.cell_y_m  # a cell whose middle lies on the edge is material, whatever the rounding
    mask = (y[:, None] >= -edges[0] - slack) & (y[:, None] <= edges[1] + slack)
    return Outline(mask, geometry.cell_x_m, geometry.cell_y_m, _realised_rms_m(config, mask, y, x))


def _realised_rms_m(config: RacetrackConfig, mask: BoolArray, y: FloatArray, x: FloatArray) -> tuple[float, float]:
    smooth = notch_depth_m(x, config.notch_positions_m, config.notches) == 0
    cell = config.geometry.cell_y_m
    lower = (y[:, None] < 0) & mask
    upper = (y[:, None] > 0) & mask
    middle = np.any(np.abs(y) < 0.25 * cell)  # an odd number of rows has one on the centre line
    found = []
    for half in (lower, upper):
        reach = (half.sum(axis=0)[smooth] + (0.5 if middle else 0.0)) * cell
        found.append(float(np.sqrt(np.mean((reach - config.geometry.width_m / 2) ** 2))) if smooth.any() else 0.0)
    return found[0], found[1]


def write_mask(path: Path, mask: BoolArray) -> None:
    """Write `mask` as a picture for MuMax3's ``ImageShape``: black is material, the top row has the largest y."""
    picture = np.where(mask[::-1], 0, 255).astype(np.uint8)
    with written_whole(path) as draft:
        Image.fromarray(picture).save(draft, format="PNG")
