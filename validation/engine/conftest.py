"""Shared parts of the engine's validation: recorders of checks and curves, and magnets of the racetrack's material."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pytest
from racetrack_checks import MATERIAL

from devicegen.engine.magnet import Magnet, Mesh
from devicegen.files import write_text_whole

FOLDER = Path(__file__).parents[2] / "results" / "validation"
"""Takes engine.json and engine_curves.json, of which `validation.page` makes the page."""


@dataclass(frozen=True)
class Check:
    """One measured number beside what it should be; and the picture that shows it, a file beside engine.json, or ""."""

    name: str
    value: float
    expected: float
    tolerance: float
    unit: str
    source: str
    picture: str

    @property
    def met(self) -> bool:
        return math.isfinite(self.value) and abs(self.value - self.expected) <= self.tolerance


def _add(path, new):
    """Add rows by their names to a JSON file, beside those of earlier sessions."""
    rows = {row["name"]: row for row in json.loads(path.read_text())} if path.exists() else {}
    rows |= {row["name"]: row for row in new}
    write_text_whole(path, json.dumps(sorted(rows.values(), key=lambda row: row["name"]), indent=1) + "\n")


@pytest.fixture(scope="session")
def checks():
    """The checks of this session, by their names."""
    done: dict[str, Check] = {}
    yield done
    _add(FOLDER / "engine.json", [asdict(check) | {"met": check.met} for check in done.values()])


@pytest.fixture
def keep_curve():
    """Keep the average magnetization (3, n) over time (n,) [s] under the name of the picture that shows it."""

    def keep(picture, time_s, averages):
        curve = {"name": picture, "t_ps": (np.asarray(time_s) * 1e12).round(4).tolist()}
        curve |= {f"m{axis}": values.round(6).tolist() for axis, values in zip("xyz", averages, strict=True)}
        _add(FOLDER / "engine_curves.json", [curve])

    return keep


@pytest.fixture
def record(checks):
    """Note a measured value, and fail if it is farther from the expected one than the tolerance."""

    def check(name, value, expected, tolerance, unit="1", source="", picture=""):
        checks[name] = result = Check(name, float(value), float(expected), float(tolerance), unit, source, picture)
        assert result.met, f"{name}: {value:.6g} {unit}, expected {expected:.6g} ± {tolerance:.2g}"

    return check


@pytest.fixture(scope="session")
def kernels(tmp_path_factory):
    return tmp_path_factory.mktemp("kernels")


@pytest.fixture
def make(kernels):
    """A magnet of the racetrack's material, 1 nm thick; other parameters replace the material's.

    cell : edge of a square cell, or edges along x and y [m]
    """

    def build(nx, ny, cell=2e-9, pbc=(0, 0), demag=True, thickness=1e-9, m=None, **parameters):
        cx, cy = cell if isinstance(cell, tuple) else (cell, cell)
        magnet = Magnet(Mesh(nx, ny, 1, cx, cy, thickness, *pbc), kernels)
        for name, value in (MATERIAL | parameters).items():
            magnet.set_parameter(name, value)
        if m is not None:
            magnet.set_m(np.broadcast_to(np.reshape(m, (3, 1, 1)), (3, ny, nx)))
        magnet.settings.enable_demag = demag
        return magnet

    return build
