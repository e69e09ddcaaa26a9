"""The demagnetizing kernel of one layer of cells: the field of one uniformly magnetized cell, averaged over another.

Integrated as MuMax3 does, so that both engines agree to single precision: the surface charges of the source
are replaced by points, the field is averaged over points in the receiving cell, and how many points there are
follows from the distance between the cells and an accuracy (6). On strongly elongated or touching cells this
differs from the exact integral (Newell 1993) by up to 1e-3 of the saturation. Periodic sides add the
kernel's images.
"""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import numpy as np
from numba import njit

from devicegen.files import written_whole

_FORMAT = b"dev2net demagnetizing kernel 1\n"


def demag_kernel(
    cells: tuple[int, int],
    edges_m: tuple[float, float, float],
    repeats: tuple[int, int],
    accuracy: float,
    folder: Path | None,
) -> np.ndarray:
    """Field at each displacement from a cell with unit saturation, in units of µ0·Msat.

    cells   : (nx, ny)
    edges_m : edges of a cell along x, y, z [m]
    repeats : periodic images taken on each side along x and y; 0 for an open side
    folder  : where kernels are kept between runs, or None; a damaged file there is computed and written anew
    returns : (4, 2·ny - 1, 2·nx - 1) float64, read-only: xx, yy, zz and xy, at -(n - 1) … n - 1
    """
    quarter = _quarter(cells, edges_m, repeats, accuracy, folder)
    (nx, ny) = cells
    ix, iy = np.arange(-(nx - 1), nx), np.arange(-(ny - 1), ny)
    kernel = quarter[:, np.abs(iy)][:, :, np.abs(ix)]
    kernel[3] *= np.sign(iy)[:, None] * np.sign(ix)
    return kernel


@lru_cache(maxsize=8)
def _quarter(
    cells: tuple[int, int],
    edges_m: tuple[float, float, float],
    repeats: tuple[int, int],
    accuracy: float,
    folder: Path | None,
) -> np.ndarray:
    """The kernel at displacements 0 … n - 1, from the folder if it is there."""
    if folder is None:
        return _compute(cells, edges_m, repeats, accuracy)
    key = repr((cells, edges_m, repeats, accuracy)).encode() + b"\n"
    path = Path(folder) / f"demag_{hashlib.sha256(key).hexdigest()[:16]}.kernel"
    shape = (4, cells[1], cells[0])
    kept = _read(path, key, shape)
    if kept is not None:
        return kept
    quarter = _compute(cells, edges_m, repeats, accuracy)
    # A folder that cannot be written costs time at the next run, and nothing else.
    with suppress(OSError):
        _write(path, key, quarter)
    return quarter


def _write(path: Path, key: bytes, quarter: np.ndarray) -> None:
    stream = io.BytesIO()
    np.save(stream, quarter, allow_pickle=False)
    content = key + stream.getvalue()
    with written_whole(path) as draft:
        draft.write_bytes(_FORMAT + hashlib.sha256(content).digest() + content)


def _read(path: Path, key: bytes, shape: tuple[int, ...]) -> np.ndarray | None:
    """The kernel in a file, or None if there is none that is whole and meant for `key`."""
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    start = len(_FORMAT) + hashlib.sha256().digest_size
    content = raw[start:]
    if raw[:start] != _FORMAT + hashlib.sha256(content).digest() or not content.startswith(key):
        return None
    quarter = np.load(io.BytesIO(content[len(key) :]), allow_pickle=False)
    return quarter if quarter.shape == shape else None


def _compute(
    cells: tuple[int, int], edges_m: tuple[float, float, float], repeats: tuple[int, int], accuracy: float
) -> np.ndarray:
    """Sum the images of the kernel at displacements 0 … n - 1."""
    (nx, ny) = cells
    edges = np.array(edges_m, dtype=np.float64) / min(edges_m)
    reach_x = nx * max(repeats[0], 1) - 1
    reach_y = ny * max(repeats[1], 1) - 1
    wide = np.zeros((4, reach_y + 1, reach_x + 1))
    _integrate(edges, accuracy, wide)
    quarter = np.zeros((4, ny, nx))
    _fold(wide, quarter, repeats[0] > 0, repeats[1] > 0)
    quarter.setflags(write=False)
    return quarter


@njit(cache=True)
def _fold(wide, quarter, periodic_x, periodic_y):
    """Add up the images that lie a whole number of periods apart, using the kernel's parity."""
    _, ny, nx = quarter.shape
    _, wide_y, wide_x = wide.shape
    y_from = -(wide_y - 1) if periodic_y else 0
    x_from = -(wide_x - 1) if periodic_x else 0
    for y in range(y_from, wide_y):
        for x in range(x_from, wide_x):
            sign = 1.0
            if x < 0:
                sign = -sign
            if y < 0:
                sign = -sign
            for c in range(4):
                value = wide[c, abs(y), abs(x)]
                quarter[c, y % ny, x % nx] += value * sign if c == 3 else value


@njit(cache=True)
def _points(edge, spacing):
    """How many points an edge needs for them to lie no farther apart than about `spacing`."""
    return int(max(edge / spacing, 1.0) + 0.5)


@njit(cache=True)
def _integrate(edges, accuracy, out):
    """Fill out[(xx, yy, zz, xy), y, x] for all displacements x, y >= 0."""
    _, ny, nx = out.shape
    for y in range(ny):
        for x in range(nx):
            gap_x, gap_y = max(x - 1, 0) * edges[0], max(y - 1, 0) * edges[1]
            gap = np.sqrt(gap_x * gap_x + gap_y * gap_y)
            # Cells that touch are treated as one smallest edge apart.
            spacing = (gap if gap > 0 else edges.min()) / accuracy
            for s in range(3):
                bx, by, bz = _pair_field(s, x * edges[0], y * edges[1], edges, spacing)
                if s == 0:
                    out[0, y, x] = bx
                    out[3, y, x] = by
                elif s == 1:
                    out[1, y, x] = by
                else:
                    out[2, y, x] = bz


@njit(cache=True)
def _across(edge, shift, spacing):
    """Distances along one axis between points of the source and of the receiver, and how often each occurs.

    The source is sampled twice as finely as the receiver, so that the two sets of points never coincide. With
    points at (i + 1/2)/2n and (a + 1/2)/n of the edge, only the value of 2a - i counts: a few distances stand
    for all pairs of points.
    """
    n = _points(edge, spacing)
    often = np.zeros(4 * n - 2)
    for a in range(n):
        for i in range(2 * n):
            often[2 * a - i + 2 * n - 1] += 1.0 / (2 * n * n)
    distance = shift + edge * (2 * (np.arange(4 * n - 2) - (2 * n - 1)) + 1) / (4 * n)
    return distance, often


@njit(cache=True)
def _along(edge, shift, spacing):
    """As `_across`, for the axis of the source's magnetization: its charges sit on the two faces, with signs."""
    n = _points(edge, spacing)
    distance, charge = np.empty(2 * n), np.empty(2 * n)
    for a in range(n):
        centre = shift + edge * ((a + 0.5) / n - 0.5)
        distance[a], charge[a] = centre - 0.5 * edge, 1.0 / n
        distance[n + a], charge[n + a] = centre + 0.5 * edge, -1.0 / n
    return distance, charge


@njit(cache=True)
def _pair_field(s, shift_x, shift_y, edges, spacing):
    """Average over a cell at (shift_x, shift_y, 0) of the field of a cell magnetized along axis `s`."""
    xs, x_weights = _along(edges[0], shift_x, spacing) if s == 0 else _across(edges[0], shift_x, spacing)
    ys, y_weights = _along(edges[1], shift_y, spacing) if s == 1 else _across(edges[1], shift_y, spacing)
    zs, z_weights = _along(edges[2], 0.0, spacing) if s == 2 else _across(edges[2], 0.0, spacing)
    bx, by, bz = 0.0, 0.0, 0.0
    for i in range(len(xs)):
        for j in range(len(ys)):
            for k in range(len(zs)):
                square = xs[i] * xs[i] + ys[j] * ys[j] + zs[k] * zs[k]
                weight = x_weights[i] * y_weights[j] * z_weights[k] / (square * np.sqrt(square))
                bx += xs[i] * weight
                by += ys[j] * weight
                bz += zs[k] * weight
    scale = edges[(s + 1) % 3] * edges[(s + 2) % 3] / (4 * np.pi)
    return bx * scale, by * scale, bz * scale
