"""The search for what the paper leaves open: scores, knobs, resumption."""

import csv
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from devicegen.cli import app
from devicegen.errors import ConfigError
from devicegen.racetrack import theory
from devicegen.racetrack.calibration import results, search
from devicegen.racetrack.calibration.results import calibrate, present_values, racetrack_block
from devicegen.racetrack.calibration.score import Targets, score
from devicegen.racetrack.calibration.search import KNOBS, Knob, Plan, block_of, candidate
from devicegen.racetrack.config import State, load_racetrack

STATES = [State(ku_J_m3=8e5, target=-0.8), State(ku_J_m3=7.5e5, target=0.0), State(ku_J_m3=7e5, target=1.0)]
SMALL = {"instances": 4, "timeout_s": 20, "engine": "embedded"}


def walls(means, spread=0.3, count=400):
    """Weights whose means and spreads are exact."""
    unit = np.linspace(-1, 1, count)
    return np.array([mean + spread * unit / unit.std() for mean in means])


def test_walls_as_the_paper_has_them_score_nothing():
    found = score(walls([-0.8, 0.0, 0.7]), STATES, Targets(success=0.3 / (2 * 0.3 * 3**0.5)), seed=1)
    assert np.allclose(found.mean, [-0.8, 0.0, 0.7])
    assert np.allclose(found.spread, 0.3)
    assert found.total < 0.01  # the highest state is uniform over 2 sqrt(3) spreads


@pytest.mark.parametrize("means", [[-0.6, 0.0, 0.7], [-0.8, 0.2, 0.7], [-0.8, 0.0, 0.4]])
def test_a_mean_that_is_two_units_off_costs_four(means):
    success = float(np.mean(np.abs(walls(means)[-1] - 1) <= 0.15))
    found = score(walls(means), STATES, Targets(success=success), seed=1)
    assert found.total == pytest.approx(4, abs=1e-6)


def test_the_error_of_a_mean_is_its_standard_error():
    weights = np.random.default_rng(3).normal(0, 0.3, (3, 100))
    found = score(weights, STATES, Targets(), seed=1)
    assert np.allclose(found.mean_error, 0.03, rtol=0.25)


def test_failed_events_do_not_count():
    weights = walls([-0.8, 0.0, 0.7])
    weights[1, ::2] = np.nan
    assert np.isfinite(score(weights, STATES, Targets(), seed=1).total)


@given(st.sampled_from(KNOBS), st.floats(0, 1))
def test_a_knob_stays_in_its_range_and_finds_its_place_again(knob, unit):
    value = knob.value(unit)
    if knob.choices:
        assert value in knob.choices
    else:
        rounding = 0.006 * max(abs(knob.low), abs(knob.high))  # three digits
        assert knob.low - rounding <= float(value) <= knob.high + rounding
        assert abs(knob.unit(value) - unit) <= rounding / (knob.high - knob.low)
    assert 0 <= knob.unit(value) <= 1


def test_a_candidate_takes_the_step_that_was_tested_for_its_material_and_cells():
    config = candidate(SMALL, {"material.exchange_J_m": 1.6e-11})
    assert config is not None
    assert config.protocol.time_step_s == pytest.approx(theory.tested_time_step_s(config), rel=0.05)
    assert candidate(SMALL, {"material.saturation_magnetization_A_m": 1.2e6}) is None  # lies in the plane


def test_a_small_search_finds_writes_and_goes_on_where_it_stood(tmp_path, fake_engine, monkeypatch):
    plan = Plan(explore=3, rounds=1, children=2, few=2, race=2, many=4)
    race = calibrate(SMALL, tmp_path, seed=5, workers=2, plan=plan)
    with open(tmp_path / "trials.csv", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 1 + 3 + 2 + 2  # start, explored, children, raced
    assert (tmp_path / "calibration.png").stat().st_size > 10_000
    best = load_racetrack(yaml.safe_load((tmp_path / "best.yaml").read_text()))
    assert present_values(best) == race[0].values
    assert best.instances == SMALL["instances"]  # the block itself, not what the search made of it

    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("events/*/*.h5")}
    lost = next(iter(before))
    lost.unlink()
    ran = []
    run_batch = search.run_batch
    monkeypatch.setattr(search, "run_batch", lambda *args: ran.append(args) or run_batch(*args))
    monkeypatch.setattr(search, "ProcessPoolExecutor", search_in_this_process())
    assert [trial.values for trial in calibrate(SMALL, tmp_path, seed=5, workers=2, plan=plan)] == [
        trial.values for trial in race
    ]
    assert len(ran) == 1
    assert lost.is_file()


def search_in_this_process():
    from concurrent.futures import ThreadPoolExecutor

    return lambda workers, initializer, initargs: ThreadPoolExecutor(1)


def test_trains_are_refused_before_anything_runs(tmp_path):
    with pytest.raises(ConfigError, match=r"writes trains of pulses, expected states"):
        calibrate({"preset": "wall_train"}, tmp_path / "out", seed=5, workers=1, plan=Plan())
    assert not (tmp_path / "out").exists()


def test_workers_end_with_a_search_that_was_killed(tmp_path):
    code = (
        "import os, sys, time\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from pathlib import Path\n"
        "from devicegen.racetrack.calibration.search import _begin_worker\n"
        "log = Path(sys.argv[1])\n"
        "pool = ProcessPoolExecutor(1, initializer=_begin_worker, initargs=(log, os.getpid()))\n"
        "print(pool.submit(os.getpid).result(), flush=True)\n"
        "os._exit(1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True, timeout=60, check=False
    )  # returns once nobody holds its pipe any more
    worker = int(done.stdout)
    deadline = time.monotonic() + 20
    while psutil.pid_exists(worker) and psutil.Process(worker).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the worker outlives its search"
        time.sleep(0.05)


def test_a_device_that_the_configuration_does_not_have_is_named_with_those_that_it_has(tmp_path):
    file = tmp_path / "study.yaml"
    file.write_text("devices: {walls: {kind: simulated, racetrack: {preset: quick}}}\n")
    assert racetrack_block(file, "walls") == {"preset": "quick"}
    with pytest.raises(ConfigError, match=r"no simulated device 'wals', expected one of: walls\."):
        racetrack_block(file, "wals")


NO_STUDIES = {
    "- a": r"found \['a'\], expected keys and values such as 'devices:'\.",
    "": r"found None, expected keys and values such as 'devices:'\.",
    "a: [1": "not valid YAML: while parsing a flow sequence",
    "devices: [a]": r"devices: found \['a'\], expected a name and a block for each device\.",
    "devices: a": "devices: found 'a', expected a name and a block for each device",
    "devices: {a: null}": r"no simulated device 'a', expected one of: none\.",
    "devices: {a: 1, 2: {racetrack: {}}}": r"no simulated device 'a', expected one of: 2\.",
    "devices: {a: {racetrack: quick}}": "devices.a.racetrack: found 'quick', expected a block of settings, at least",
    "devices: {a: {racetrack: }}": "devices.a.racetrack: found None, expected a block of settings",
}


@pytest.mark.parametrize("text", NO_STUDIES)
def test_a_file_that_is_no_study_is_refused_in_one_sentence(tmp_path, text):
    file = tmp_path / "study.yaml"
    file.write_text(text + "\n")
    with pytest.raises(ConfigError, match=NO_STUDIES[text]) as caught:
        racetrack_block(file, "a")
    assert str(caught.value).startswith(f"{file}: ")
    assert "\n" not in str(caught.value)


def test_a_file_of_other_bytes_is_refused_in_one_sentence(tmp_path):
    file = tmp_path / "study.yaml"
    file.write_bytes(b"a: \xff\n")
    with pytest.raises(ConfigError, match="not valid YAML: 'utf-8' codec can't decode byte 0xff"):
        racetrack_block(file, "a")


@pytest.mark.parametrize(("few", "many"), [(20, 16), (1, 16), (4, 257)])
def test_a_plan_has_no_fewer_racetracks_in_the_race(few, many):
    with pytest.raises(
        ConfigError, match=rf"found few = {few} and many = {many} .* expected 2 <= few <= many <= 256\."
    ):
        Plan(few=few, many=many)


def test_the_command_hands_its_racetracks_on(tmp_path, monkeypatch):
    file = tmp_path / "study.yaml"
    file.write_text("devices: {walls: {kind: simulated, racetrack: {preset: quick}}}\n")
    plans = []
    monkeypatch.setattr(results, "calibrate", lambda block, out, seed, cores, plan: plans.append(plan))
    choice = ["calibrate", "--config", str(file), "--device", "walls", "--out", str(tmp_path), "--few", "8"]
    assert CliRunner().invoke(app, [*choice, "--many", "24"]).exit_code == 0
    assert plans == [Plan(few=8, many=24)]
    assert "expected 2 <= few <= many" in str(CliRunner().invoke(app, [*choice, "--many", "4"]).exception)


def test_knobs_are_places_in_the_block():
    values = {knob.place: knob.value(0.5) for knob in KNOBS}
    assert present_values(load_racetrack(block_of({}, values))) == values
    assert Knob("a.b", choices=("x", "y")).value(1.0) == "y"
