import hashlib
import json
import subprocess

import numpy
import pytest

from devicegen import provenance as module
from devicegen.provenance import git_state, provenance


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A source tree of its own, in which devicegen seems to lie."""
    package = tmp_path / "tree" / "devicegen"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    monkeypatch.setattr(module.devicegen, "__file__", str(package / "__init__.py"))
    git_state.cache_clear()
    yield package.parent
    git_state.cache_clear()


def git(folder, *arguments):
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    return subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_the_record_is_plain_and_the_same_twice(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "pulses.csv").write_text("1,2\n")
    arguments = {"inputs": ["raw/pulses.csv"], "config": {"a": 1}, "seeds": {"root": 7}, "engine": ("x", "1")}
    record = provenance(**arguments)
    assert record == provenance(**arguments)
    assert json.loads(json.dumps(record)) == record
    assert record["inputs"] == [{"name": "raw/pulses.csv", "sha256": hashlib.sha256(b"1,2\n").hexdigest()}]
    assert record["config"] == {"a": 1}
    assert record["seeds"] == {"root": 7}
    assert record["engine"] == ["x", "1"]
    assert record["libraries"]["numpy"] == numpy.__version__


def test_where_a_file_lies_outside_the_working_folder_stays_private(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "pulses.csv").write_text("")
    monkeypatch.chdir(tmp_path / "here")
    assert provenance([tmp_path / "secret" / "pulses.csv"])["inputs"][0]["name"] == "pulses.csv"
    assert str(tmp_path) not in json.dumps(provenance([tmp_path / "secret" / "pulses.csv"]))


def test_commit_and_dirty_flag(source):
    git(source, "init", "-q")
    git(source, "add", ".")
    git(source, "commit", "-q", "-m", "all")
    assert git_state() == {"commit": git(source, "rev-parse", "HEAD"), "dirty": False}
    (source / "untracked.txt").write_text("")
    git_state.cache_clear()
    assert git_state()["dirty"] is False
    (source / "devicegen" / "__init__.py").write_text("changed = 1\n")
    git_state.cache_clear()
    assert git_state()["dirty"] is True


def test_source_that_git_does_not_track_claims_no_commit(source):
    git(source, "init", "-q")
    (source / "other.txt").write_text("")
    git(source, "add", "other.txt")
    git(source, "commit", "-q", "-m", "somebody else's repository")
    assert git_state() == {"commit": None, "dirty": None}
