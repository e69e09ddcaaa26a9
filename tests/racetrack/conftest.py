import sys
from pathlib import Path

import pytest

from devicegen.mumax3.find import Engine
from devicegen.racetrack import ensemble
from devicegen.racetrack.config import load_racetrack

FAKE_ENGINE = Path(__file__).parents[1] / "mumax3" / "fake_engine.py"


@pytest.fixture
def fake_engine(monkeypatch):
    """The engine that every batch of the test runs with."""
    engine = Engine("custom", (sys.executable, str(FAKE_ENGINE)), "1")
    monkeypatch.setattr(ensemble, "find_engine", lambda choice: engine)
    return engine


@pytest.fixture(scope="session")
def small():
    """Three states of five racetracks, in batches of two."""
    return load_racetrack({"instances": 5, "instances_per_batch": 2, "timeout_s": 20})
