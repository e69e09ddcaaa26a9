"""Shared parts of the engine's validation: a recorder, and the racetrack of the reference values."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pytest

from devicegen.engine.magnet import Magnet, Mesh
from devicegen.files import write_text_whole

RESULT = Path(__file__).parents[2] / "results" / "validation" / "engine.json"


@dataclass(frozen=True)
class Check:
    """One measured number beside what it should be."""

    name: str
    value: float
    expected: float
    tolerance: float
    unit: str
    source: str

    @property
    def met(self) -> bool:
        return math.isfinite(self.value) and abs(self.value - self.expected) <= self.tolerance


@pytest.fixture(scope="session")
def checks():
    """The checks of this session; written to results/validation/engine.json beside those of earlier sessions."""
    done: dict[str, Check] = {}
    yield done
    kept = {row["name"]: row for row in json.loads(RESULT.read_text())} if RESULT.exists() else {}
    kept |= {name: asdict(check) | {"met": check.met} for name, check in done.items()}
    write_text_whole(RESULT, json.dumps(sorted(kept.values(), key=lambda row: row["name"]), indent=1) + "\n")


@pytest.fixture
def record(checks):
    """Note a measured value, and fail if it is farther from the expected one than the tolerance."""

    def check(name, value, expected, tolerance, unit="1", source=""):
        checks[name] = result = Check(name, float(value), float(expected), float(tolerance), unit, source)
        assert result.met, f"{name}: {value:.6g} {unit}, expected {expected:.6g} ± {tolerance:.2g}"

    return check


@pytest.fixture(scope="session")
def kernels(tmp_path_factory):
    return tmp_path_factory.mktemp("kernels")


MATERIAL = {"Msat": 1e6, "Aex": 2e-11, "Dind": 0.6e-3, "Ku1": 7.5e5, "AnisU": (0, 0, 1), "alpha": 0.03}
K_EFF = 1.6e5
"""Effective anisotropy of the racetrack [J/m³]; stands in for Ku1 where the demagnetizing field is left out."""

WALL_WIDTH = math.sqrt(2e-11 / K_EFF)


@pytest.fixture
def make(kernels):
    """A magnet of the racetrack's material, 1 nm thick; other parameters replace the material's."""

    def build(nx, ny, cell=2e-9, pbc=(0, 0), demag=True, thickness=1e-9, m=None, **parameters):
        magnet = Magnet(Mesh(nx, ny, 1, cell, cell, thickness, *pbc), kernels)
        for name, value in (MATERIAL | parameters).items():
            magnet.set_parameter(name, value)
        if m is not None:
            magnet.set_m(np.broadcast_to(np.reshape(m, (3, 1, 1)), (3, ny, nx)))
        magnet.settings.enable_demag = demag
        return magnet

    return build


def set_wall(magnet, position_m, width_m=WALL_WIDTH):
    """An up|down Néel wall at a distance from the left edge, turned as positive DMI wants it."""
    nx, ny = magnet.mesh.nx, magnet.mesh.ny
    x = ((np.arange(nx) + 0.5) * magnet.mesh.cx - position_m) / width_m
    m = np.zeros((3, ny, nx))
    m[2], m[0] = -np.tanh(x), -1 / np.cosh(x)
    magnet.set_m(m)


def wall_position(magnet):
    """Distance of an up|down wall from the left edge, from the mean mz [m]."""
    length = magnet.mesh.nx * magnet.mesh.cx
    mz = magnet.average("m")[2]
    scale = np.abs(magnet.m[2]).mean()
    return 0.5 * length * (1 + mz / scale)
