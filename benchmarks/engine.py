"""Speed of the embedded engine beside a yardstick of the same run: the Fourier transforms of its exact demag field.

A thermal Heun step of a racetrack with all fields is compared with nothing but the transforms that the exact
demagnetizing field of its two stages needs, done by rocket-fft: three components, rows that hold only
padding left out. All times are processor times, the median of alternating runs.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
import scipy.fft
from numba import njit
from rocket_fft import c2c, c2r, r2c

from devicegen.engine.magnet import Magnet, Mesh
from devicegen.engine.stepping import fixed

REPEATS = 7
GRIDS = ((75, 8), (150, 15), (300, 30), (1024, 128))
REFRESH = 16
"""Stages for which the far field is held in the refreshed runs; validated by equipartition and wall positions."""

COMPANY = 16
SMALL_GRIDS = ((16, 4), (32, 8), (75, 8))
"""Grids on which magnets of one command line go side by side, with the exact field; larger ones go alone."""


def racetrack(nx: int, ny: int, refresh: int, seed: int) -> Magnet:
    """A racetrack with rough edges and a wall at 300 K under current, every instance different."""
    magnet = Magnet(Mesh(nx, ny, 1, 2e-9, 2e-9, 1e-9))
    random = np.random.Generator(np.random.PCG64(seed))
    values = {
        "Msat": 1e6,
        "Aex": 2e-11,
        "Dind": 0.6e-3,
        "Ku1": random.uniform(7e5, 8e5),
        "AnisU": (0, 0, 1),
        "alpha": 0.03,
        "Temp": 300,
        "J": (0, 0, 35e10),
        "Pol": 0.1,
        "FixedLayer": (0, 1, 0),
    }
    for name, value in values.items():
        magnet.set_parameter(name, value)
    fill = np.ones((ny, nx))
    fill[0, random.random(nx) < 0.3] = 0
    fill[-1, random.random(nx) < 0.3] = 0
    magnet.set_geometry(fill)
    m = np.zeros((3, ny, nx))
    m[2], m[0] = np.where(np.arange(nx) < nx // 3, 1, -1), 0.1
    magnet.set_m(m)
    settings = magnet.settings
    settings.solver, settings.fix_dt, settings.demag_refresh = 2, 25e-15, refresh
    settings.disable_zhang_li = True
    magnet.thermal_seed(seed)
    return magnet


@njit(cache=True)
def _transforms(rows, spectrum, back, along_x, along_y, n):
    """`n` times the transforms of one evaluation of the demagnetizing field, without padding or kernel."""
    ny = rows.shape[1]
    for _ in range(n):
        r2c(rows, spectrum[:, :ny], along_x, True, 1.0, 1)
        c2c(spectrum, spectrum, along_y, True, 1.0, 1)
        c2c(spectrum, spectrum, along_y, False, 1.0, 1)
        c2r(spectrum[:, :ny], back, along_x, False, 1.0, 1)


def fft_seconds(nx: int, ny: int) -> float:
    """Processor seconds of the transforms that the two stages of one step need."""
    length_x = scipy.fft.next_fast_len(2 * nx - 1, real=True)
    length_y = scipy.fft.next_fast_len(2 * ny - 1, real=False)
    rows = np.random.Generator(np.random.PCG64(0)).standard_normal((3, ny, length_x)).astype(np.float32)
    rows[:, :, nx:] = 0
    spectrum = np.zeros((3, length_y, length_x // 2 + 1), dtype=np.complex64)
    back = np.zeros_like(rows)
    along_x, along_y = np.array([2]), np.array([1])
    n = max(2, int(2e6 / (nx * ny)))
    begin = time.process_time()
    _transforms(rows, spectrum, back, along_x, along_y, 2 * n)
    return (time.process_time() - begin) / n


def step_seconds(magnets: list[Magnet]) -> float:
    """Processor seconds of one step of each of the magnets."""
    n = max(REFRESH, int(2e6 / (magnets[0].mesh.nx * magnets[0].mesh.ny * len(magnets))))
    begin = time.process_time()
    failures = fixed.heun(magnets, n)
    seconds = (time.process_time() - begin) / (n * len(magnets))
    assert failures == [None] * len(magnets)
    return seconds


def compared(name: str, work: Callable[[], float], yardstick: Callable[[], float], reach: float) -> dict[str, object]:
    """Medians of alternating runs; the first of each compiles and is not counted."""
    work(), yardstick()
    times = [(work(), yardstick()) for _ in range(REPEATS)]
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    return {"name": name, "ratio": ours / theirs, "reach": reach, "time_s": ours, "yardstick_s": theirs}


def measure(grids: tuple[tuple[int, int], ...] = GRIDS) -> Iterator[dict[str, object]]:
    """One row for each grid and way to evaluate the far field, and for instances side by side.

    `heun_exact_over_fft` and `heun_refreshed_over_fft` are those of 300 x 30 cells; the others carry their grid.
    The times are those of one step of one instance. `company_over_alone` is that time among sixteen over alone.
    """
    for nx, ny in grids:
        suffix = "" if (nx, ny) == (300, 30) else f"_{nx}x{ny}"
        for kind, refresh, reach in (("exact", 1, 1.5), ("refreshed", REFRESH, 0.5)):
            magnet = racetrack(nx, ny, refresh, seed=1)
            yield compared(
                f"heun_{kind}_over_fft{suffix}",
                lambda magnet=magnet: step_seconds([magnet]),
                lambda nx=nx, ny=ny: fft_seconds(nx, ny),
                reach,
            )
    for nx, ny in SMALL_GRIDS:
        alone = racetrack(nx, ny, 1, seed=1)
        company = [racetrack(nx, ny, 1, seed=s) for s in range(COMPANY)]
        yield compared(
            f"company_over_alone_{nx}x{ny}",
            lambda company=company: step_seconds(company),
            lambda alone=alone: step_seconds([alone]),
            1.0,
        )


if __name__ == "__main__":
    for row in measure():
        print(json.dumps(row), flush=True)
