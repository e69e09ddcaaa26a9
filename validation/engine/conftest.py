"""Shared parts of the engine's validation: a recorder of checks, and magnets of the racetrack's material."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pytest
from racetrack_checks import MATERIAL

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
