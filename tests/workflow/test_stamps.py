"""A device that was edited is made again, also where its files came with the project, without Snakemake's notes."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from workflow.stamps import LONG_AGO, set_stamp

ROOT = Path(__file__).parent.parent.parent
WALL = "almisba2022"


@pytest.fixture
def clone(tmp_path) -> Path:
    """A study of a shipped wall, with the files as they are in a fresh clone."""
    (tmp_path / "raw" / WALL).mkdir(parents=True)
    (tmp_path / "tables").mkdir()
    shutil.copyfile(ROOT / f"data/raw/{WALL}/ensemble.h5", tmp_path / f"raw/{WALL}/ensemble.h5")
    shutil.copyfile(ROOT / f"data/tables/{WALL}.h5", tmp_path / f"tables/{WALL}.h5")
    return tmp_path


def planned(place: Path, **edits) -> set[str]:
    """The rules that Snakemake would run for the wall's table."""
    block = yaml.safe_load((ROOT / "config/paper.yaml").read_text())["devices"][WALL]
    for name, value in edits.items():
        block["racetrack"][name] = block["racetrack"].get(name, {}) | value if isinstance(value, dict) else value
    paths = {name: str(place / name) for name in ("results", "tables", "raw")}
    (place / "study.yaml").write_text(yaml.safe_dump({**paths, "devices": {WALL: block}, "networks": {}}))
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "--cores", "1", "--snakefile", str(ROOT / "Snakefile")]
        + [str(place / f"tables/{WALL}.h5"), "--directory", str(place), "--configfile", str(place / "study.yaml")],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rules = {"simulate_batch", "collect_ensemble", "state_table"}
    return {line.split()[0] for line in done.stdout.splitlines() if line.split() and line.split()[0] in rules}


def test_a_wall_that_is_as_the_study_asks_is_left_alone(clone):
    assert planned(clone) == set()
    assert planned(clone, instances_per_batch=7, timeout_s=60.0) == set()


@pytest.mark.parametrize("edit", [{"material": {"damping": 0.05}}, {"instances": 300}])
def test_a_wall_that_moves_otherwise_is_simulated(clone, edit):
    everything = {"simulate_batch", "collect_ensemble", "state_table"}
    assert planned(clone, **edit) == everything
    assert planned(clone, **edit) == everything, "a plan is not yet a run"
    assert planned(clone) == {"state_table"}, "the edit was taken back: nothing is simulated"


def test_a_wall_that_is_read_otherwise_is_reduced_again(clone):
    assert planned(clone, expelled_wall="dropped") == {"state_table"}


def test_a_table_is_made_again_when_its_code_was_edited(clone):
    assert planned(clone) == set()
    stamp = clone / f"tables/.{WALL}.settings"
    stamp.write_text(re.sub(r'"code": "\w+"', '"code": "older"', stamp.read_text()))
    os.utime(stamp, (LONG_AGO, LONG_AGO))
    assert planned(clone) == {"state_table"}
    assert planned(clone) == {"state_table"}, "a plan is not yet a run"
    (clone / f"tables/{WALL}.h5").touch()
    assert planned(clone) == set()


def test_finished_batches_stay_so_until_the_product_is_made(tmp_path):
    stamp, product = tmp_path / "stamp", tmp_path / "product"
    set_stamp(stamp, {"damping": 0.1}, product, fits=False)
    os.utime(stamp, (2e9, 2e9))
    set_stamp(stamp, {"damping": 0.1}, product, fits=False)
    assert stamp.stat().st_mtime == 2e9
    set_stamp(stamp, {"damping": 0.2}, product, fits=False)
    assert stamp.stat().st_mtime < 2e9
    product.touch()
    set_stamp(stamp, {"damping": 0.2}, product, fits=True)
    assert stamp.stat().st_mtime == LONG_AGO
    set_stamp(stamp, {"damping": 0.2}, product, fits=False)  # another study wrote over it
    assert stamp.stat().st_mtime > LONG_AGO
