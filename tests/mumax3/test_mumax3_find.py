import re
import sys
from pathlib import Path

import pytest

import devicegen
from devicegen.errors import EngineError
from devicegen.mumax3 import find
from devicegen.mumax3.find import Engine, find_engine

FAKE = Path(__file__).with_name("fake_engine.py")


@pytest.fixture
def mumax3(tmp_path, monkeypatch):
    """A `mumax3` that is alone on PATH and behaves as the environment says."""
    program = tmp_path / "bin" / "mumax3"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return program


def test_auto_takes_mumax3_where_it_runs(mumax3):
    assert find_engine("auto") == Engine("mumax3", (str(mumax3),), "3.11.1")


def test_auto_falls_back_on_the_embedded_engine(mumax3, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE_TEST_EXITS", "1")
    assert find_engine("auto").kind == "embedded"
    monkeypatch.setenv("PATH", "")
    assert find_engine("auto").kind == "embedded"


def test_why_auto_leaves_a_broken_mumax3_is_noted_once(mumax3, monkeypatch, capsys):
    monkeypatch.setenv("FAKE_ENGINE_TEST_EXITS", "1")
    monkeypatch.setenv("FAKE_ENGINE_SAYS", "CUDA_ERROR_NO_DEVICE")
    assert [find_engine("auto").kind for _ in range(2)] == ["embedded"] * 2
    reason = f"{mumax3} cannot run here (exit code 1: CUDA_ERROR_NO_DEVICE)"
    assert capsys.readouterr().err == f"note: engine: {reason}; the embedded engine runs instead.\n"
    monkeypatch.setenv("PATH", "")  # none at all is nothing to note
    assert find_engine("auto").kind == "embedded"
    assert capsys.readouterr().err == ""


def test_a_probe_that_never_answers_is_given_up(mumax3, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE_TEST_TAKES_S", "30")
    monkeypatch.setattr(find, "PROBE_TIMEOUT_S", 0.5)
    assert find_engine("auto").kind == "embedded"
    with pytest.raises(EngineError, match=r"cannot run here \(no answer within 0.5 s\)"):
        find_engine("mumax3")


def test_mumax3_by_name_does_not_fall_back(mumax3, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE_TEST_EXITS", "1")
    monkeypatch.setenv("FAKE_ENGINE_SAYS", "CUDA_ERROR_NO_DEVICE")
    with pytest.raises(EngineError, match=r"exit code 1: CUDA_ERROR_NO_DEVICE"):
        find_engine("mumax3")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineError, match="no program of that name is on PATH"):
        find_engine("mumax3")


def test_a_path_is_probed(mumax3, monkeypatch):
    assert find_engine(str(mumax3)).kind == "mumax3"
    monkeypatch.setenv("FAKE_ENGINE_SAYS", "some other program")
    assert find_engine(str(mumax3)) == Engine("custom", (str(mumax3),), "unknown")
    monkeypatch.setenv("FAKE_ENGINE_SAYS", "mx3cpu 0.1.0: embedded CPU engine")
    assert find_engine(str(mumax3)) == Engine("embedded", (str(mumax3),), "0.1.0")
    monkeypatch.setenv("FAKE_ENGINE_TEST_EXITS", "3")
    with pytest.raises(EngineError, match="mumax3 cannot run here .exit code 3: mx3cpu 0.1.0"):
        find_engine(str(mumax3))
    with pytest.raises(EngineError, match="neither auto, mumax3, embedded nor a program"):
        find_engine(str(mumax3) + "_not_there")


def test_the_embedded_engine_has_the_version_of_the_package_and_of_its_sources():
    engine = find_engine("embedded")
    assert re.fullmatch(re.escape(devicegen.__version__) + r"\+[0-9a-f]{8}", engine.version)
    assert str(engine) == f"embedded engine mx3cpu {engine.version}"


@pytest.mark.parametrize(
    ("kind", "version", "seeding"),
    [
        ("mumax3", "3.10", "ThermSeed"),
        ("mumax3", "3.12.0", "ThermSeed"),
        ("mumax3", "3.12.1", "ThermReseed"),
        ("mumax3", "3.13", "ThermReseed"),
        ("mumax3", "unknown", "ThermSeed"),
        ("embedded", "9.9.9", "ThermSeed"),
    ],
)
def test_noise_is_seeded_by_the_name_the_version_knows(kind, version, seeding):
    assert Engine(kind, ("x",), version).seeding == seeding
