import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from devicegen.errors import EngineError
from devicegen.mumax3 import run as run_module
from devicegen.mumax3.complete import Expected
from devicegen.mumax3.find import Engine
from devicegen.mumax3.run import run_queue

FAKE = Engine("custom", (sys.executable, str(Path(__file__).with_name("fake_engine.py"))), "1")
EXPECTED = Expected(nx=60, ny=6, end_s=2e-9, table_period_s=1e-10, time_step_s=1e-13, fields=("relaxed", "final"))
SCRIPT = """
SetGridSize(60, 6, 1)
SetCellSize(1e-8, 1e-8, 1e-9)
Ku1 = 7.5e5
SaveAs(m, "relaxed")
ThermSeed({seed})
TableAutoSave(1e-10)
run(2e-9)
SaveAs(m, "final")
"""


def queue(folder: Path, count: int = 3) -> list[Path]:
    scripts = [folder / f"event{i}.mx3" for i in range(count)]
    for seed, script in enumerate(scripts):
        script.write_text(SCRIPT.format(seed=seed))
    return scripts


def run(folder: Path, scripts: list[Path], timeout_s: float = 20.0):
    return run_queue(FAKE, scripts, EXPECTED, folder / "cache", folder / "engine.log", timeout_s)


def alive(pid: int) -> bool:
    """Whether a process lives; one that is dead but not yet missed by whoever adopted it does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def calls(folder: Path) -> list[list[str]]:
    """Scripts of each start of the engine."""
    lines = (folder / "fake_engine.calls").read_text().splitlines()
    return [[word for word in line.split() if word.endswith(".mx3")] for line in lines]


def test_a_queue_is_one_process_with_a_cache_of_its_own(tmp_path):
    scripts = queue(tmp_path)
    runs = run(tmp_path, scripts)
    assert [(r.script, r.failure, r.attempts) for r in runs] == [(s, None, 1) for s in scripts]
    assert calls(tmp_path) == [[s.name for s in scripts]]
    assert f"-http= -f -cache={tmp_path / 'cache'}" in (tmp_path / "fake_engine.calls").read_text()
    assert all(r.wall_time_s > 0 for r in runs)
    assert run_queue(FAKE, [], EXPECTED, tmp_path, tmp_path / "log", 1.0) == []


FAULTS = {
    "crash": "the engine was killed by signal SIGSEGV; ",
    "error": "the engine exited with code 1; .*missing",
    "gpu-memory": "the engine exited with code 1; (.|\n)*CUDA_ERROR_OUT_OF_MEMORY",
    "nothing": "the engine reported success, but .*table.txt: missing",
    "missing": "the engine reported success, but .*final.ovf: missing",
    "cut-off": "the engine reported success, but .*the header promises 1080 values",
    "nan": "the engine reported success, but .*final.ovf: holds values that are not finite",
    "nan-in-table": "the engine reported success, but .*table.txt: row 1 holds a value that is not finite",
    "wrong-grid": "the engine reported success, but .*60 x 5 x 1 cells, expected 3 on 60 x 6 x 1",
    "ends-early": "the engine reported success, but .*ends at 1e-09 s, expected rows up to 2e-09 s",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_script_is_retried_alone_and_named_while_the_others_go_on(tmp_path, monkeypatch, fault):
    monkeypatch.setenv("FAKE_ENGINE_FAULTS", json.dumps({"event1": fault}))
    scripts = queue(tmp_path)
    runs = run(tmp_path, scripts)
    assert runs[0].failure is None
    assert runs[2].failure is None
    assert runs[1].attempts == 2
    assert runs[1].failure is not None
    assert runs[1].failure.startswith("event1.mx3: ")

    assert re.search(FAULTS[fault], runs[1].failure)
    assert "end of" in runs[1].failure
    assert ["event1.mx3"] in calls(tmp_path)


@pytest.mark.parametrize("fault", ["crash", "gpu-memory", "nan"])
def test_a_passing_mishap_is_mended_by_the_second_try(tmp_path, monkeypatch, fault):
    monkeypatch.setenv("FAKE_ENGINE_FAULTS", json.dumps({"event1": f"{fault}-once"}))
    scripts = queue(tmp_path)
    before = scripts[1].read_bytes()
    runs = run(tmp_path, scripts)
    assert [r.failure for r in runs] == [None] * 3
    assert runs[1].attempts == 2
    assert scripts[1].read_bytes() == before  # the same script: the same seed


def test_a_hang_ends_at_the_limit_with_its_whole_tree(tmp_path, monkeypatch):
    monkeypatch.setattr("devicegen.mumax3.process.GRACE_S", 0.3)
    monkeypatch.setenv("FAKE_ENGINE_FAULTS", json.dumps({"event0": "hang"}))
    runs = run(tmp_path, queue(tmp_path, 1), timeout_s=3.0)
    assert runs[0].failure is not None
    assert "took longer than its limit of 3 s and was ended" in runs[0].failure
    pids = [int(pid) for pid in (tmp_path / "hanging.pids").read_text().split()]
    assert len(pids) == 2
    assert [pid for pid in pids if alive(pid)] == []


def test_a_queue_that_hangs_is_ended_after_the_time_of_one_script(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("devicegen.mumax3.process.GRACE_S", 0.3)
    monkeypatch.setenv("FAKE_ENGINE_FAULTS", json.dumps({"event1": "hang-once"}))
    scripts = queue(tmp_path, 5)
    runs = run(tmp_path, scripts, timeout_s=3.0)
    assert [r.failure for r in runs] == [None] * 5
    assert [r.attempts for r in runs] == [1] + [2] * 4
    assert "the engine hung (no new row and no new file in 3 s) and was ended; what is not" in capsys.readouterr().err
    assert runs[0].wall_time_s * 5 < 10  # the time of the whole queue, whose limit is 15 s


def test_an_engine_that_hangs_in_one_script_after_the_other_is_not_asked_for_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr("devicegen.mumax3.process.GRACE_S", 0.3)
    monkeypatch.setenv("FAKE_ENGINE_FAULTS", json.dumps({f"event{i}": "hang" for i in range(5)}))
    with pytest.raises(EngineError, match=r"event0.mx3 and event1.mx3, each alone, got nowhere in 1 s\."):
        run(tmp_path, queue(tmp_path, 5), timeout_s=1.0)
    starts = [line for line in (tmp_path / "engine.log").read_text().splitlines() if line.startswith("$ ")]
    assert [line.count(".mx3") for line in starts] == [5, 1, 1]


def test_scripts_side_by_side_may_wait_for_each_others_rows(tmp_path, monkeypatch):
    """Eight that go side by side, with two rows each, are quiet for the time of four alone."""
    limits = []
    monkeypatch.setattr(run_module, "run_limited", lambda *given: limits.append((given[3], given[5])))
    rare = replace(EXPECTED, table_period_s=1e-9)
    run_queue(FAKE, queue(tmp_path, 8), rare, tmp_path / "cache", tmp_path / "engine.log", 10.0)
    assert limits[0] == pytest.approx((80, 40))
    assert limits[1] == pytest.approx((10, 10))


def test_output_of_an_earlier_run_never_passes_for_a_result(tmp_path, monkeypatch):
    scripts = queue(tmp_path, 1)
    assert run(tmp_path, scripts)[0].failure is None
    monkeypatch.setenv("FAKE_ENGINE_FAULTS", json.dumps({"event0": "error"}))
    failure = run(tmp_path, scripts)[0].failure
    assert failure is not None
    assert "table.txt: missing" in failure


def test_two_jobs_at_once_do_not_meet(tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    results = {}
    for folder in folders:
        folder.mkdir()

    def job(folder: Path) -> None:
        results[folder] = run(folder, queue(folder))

    threads = [threading.Thread(target=job, args=(folder,)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for folder in folders:
        assert [r.failure for r in results[folder]] == [None] * 3
        assert calls(folder) == [["event0.mx3", "event1.mx3", "event2.mx3"]]


def test_an_engine_that_cannot_start_is_a_failure_not_a_crash(tmp_path):
    runs = run_queue(
        Engine("custom", (str(tmp_path / "gone"),), "1"),
        queue(tmp_path, 1),
        EXPECTED,
        tmp_path / "c",
        tmp_path / "l",
        1.0,
    )
    assert runs[0].failure is not None
    assert "could not be started" in runs[0].failure


def test_scripts_of_one_queue_lie_together(tmp_path):
    (tmp_path / "other").mkdir()
    with pytest.raises(ValueError, match="one folder"):
        run(tmp_path, [queue(tmp_path)[0], tmp_path / "other" / "x.mx3"])


def test_ending_the_job_ends_the_engine(tmp_path):
    """A workflow ends its jobs with SIGTERM; the engine must not stay behind."""
    queue(tmp_path, 1)
    job = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); "
        "import test_mumax3_run as t; t.run(Path(sys.argv[2]), [Path(sys.argv[2]) / 'event0.mx3'], 60.0)"
    )
    environment = {**os.environ, "FAKE_ENGINE_FAULTS": json.dumps({"event0": "hang"})}
    process = subprocess.Popen([sys.executable, "-c", job, str(Path(__file__).parent), str(tmp_path)], env=environment)
    pids = tmp_path / "hanging.pids"
    try:
        deadline = time.monotonic() + 20
        while not (pids.exists() and len(pids.read_text().split()) == 2) and time.monotonic() < deadline:
            time.sleep(0.05)
        engine = psutil.Process(int(pids.read_text().split()[0]))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 128 + signal.SIGTERM
        assert not engine.is_running()
    finally:
        process.kill()
        process.wait()
