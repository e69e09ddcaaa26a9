"""The command mx3cpu: options, exit codes, output folders, one-line errors."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numba
import pytest

from devicegen.engine import cli
from devicegen.engine.output.ovf import read_ovf
from devicegen.engine.progress import compiling_announced

QUICK = (
    "SetGridSize(4, 2, 1)\nSetCellSize(5e-9, 5e-9, 5e-9)\nMsat = 8e5\nAex = 13e-12\nalpha = 1\nEnableDemag = false\n"
)


def command(*arguments: str | Path, **options) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    words = [sys.executable, "-m", "devicegen.engine.cli", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, **options)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# -- options


def test_options_as_go_reads_them():
    options = cli.read_options(
        ["-f", "-o=out", "--cache", "c d", '-http=""', "-gpu", "1", "-i=false", "a.mx3", "b.mx3"]
    )
    assert options.clear
    assert options.folder == Path("out")
    assert options.cache == Path("c d")
    assert options.scripts == [Path("a.mx3"), Path("b.mx3")]
    assert options.ignored == ["gpu"]
    assert not cli.read_options(["-f=false"]).clear
    assert cli.read_options(["--", "-f"]).scripts == [Path("-f")]


@pytest.mark.parametrize(
    ("words", "message"),
    [(["-frob"], "unknown option -frob"), (["-o"], "-o without a value"), (["-f=maybe"], "-f=maybe, expected true or")],
)
def test_wrong_options(words: list[str], message: str, capsys: pytest.CaptureFixture[str]):
    assert cli.run(words) == 1
    assert message in capsys.readouterr().err


def test_help_version_and_test(capsys: pytest.CaptureFixture[str]):
    for words, expected in (
        (["--help"], "examples:"),
        (["-h"], "exit codes:"),
        (["-version"], "mx3cpu 0."),
        (["-v"], "mx3cpu 0."),
        (["-v", "-test"], "embedded CPU engine"),
    ):
        assert cli.run(words) == 0
        assert expected in capsys.readouterr().out
    assert cli.run([]) == 1
    assert "found no script" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["-i"], ["-http=:35367"], ["-gpu", "1"], ["-failfast", "-test"], ["-s", "-vet"]])
def test_options_without_effect_are_named(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    script = written(tmp_path, "a.mx3", QUICK)
    assert cli.run([*words, str(script)]) == 0
    name = words[0].partition("=")[0]
    assert capsys.readouterr().err == f"//mx3cpu: {name} has no effect on this engine\n"


# -- what is left behind


def test_a_run_leaves_its_folder_beside_the_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    script = written(tmp_path, "a.mx3", QUICK + "m = uniform(1, 0, 0)\nTableSave()\nsave(m)\nprint(1)\n")
    assert cli.run([str(script)]) == 0
    assert {path.name for path in (tmp_path / "a.out").iterdir()} == {"log.txt", "table.txt", "m000000.ovf"}
    log = (tmp_path / "a.out" / "log.txt").read_text().splitlines()
    assert log[0].startswith("//mx3cpu ")
    assert log[1] == f"//output directory: {tmp_path / 'a.out'}/"
    assert log[2:] == [*QUICK.splitlines(), "m = uniform(1, 0, 0)", "TableSave()", "save(m)", "print(1)", "//1"]
    assert capsys.readouterr().out.splitlines() == log


def test_f_clears_what_runs_leave_and_nothing_else(tmp_path: Path):
    script = written(tmp_path, "a.mx3", QUICK)
    out = tmp_path / "out"
    out.mkdir()
    for name in ("m000007.ovf", "table.txt", "old.png", "notes.md"):
        (out / name).write_text("old")
    assert cli.run(["-o", str(out), str(script)]) == 0
    assert (out / "m000007.ovf").exists()
    assert cli.run(["-f", "-o", str(out), str(script)]) == 0
    assert {path.name for path in out.iterdir()} == {"log.txt", "notes.md"}
    assert cli.run(["-f", "-o", str(tmp_path), str(script)]) == 1
    assert script.exists()


def test_a_script_with_an_error_runs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    script = written(tmp_path, "a.mx3", "print(1)\nMsatt = 3\n")
    assert cli.run([str(script)]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == f"{script}:2: found the unknown name Msatt, did you mean Msat?\n"
    assert not (tmp_path / "a.out").exists()


def test_vet_checks_and_runs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    good, bad = written(tmp_path, "a.mx3", QUICK + "run(1)"), written(tmp_path, "b.mx3", "run(1\n")
    assert cli.run(["-vet", str(good)]) == 0
    assert cli.run(["-vet", str(good), str(bad)]) == 1
    shown = capsys.readouterr()
    assert f"{good}: ok" in shown.out
    assert f"{bad}:1: found the end of the line" in shown.err
    assert not (tmp_path / "a.out").exists()


def test_failures_are_one_sentence_and_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    script = written(tmp_path, "a.mx3", QUICK + 'TableSave()\nexpect("mx", 1, 2, 0.5)\nprint("never")\n')
    assert cli.run([str(script)]) == 1
    shown = capsys.readouterr()
    assert shown.err == f"//{script}:8: mx: found 1, expected 2 ± 0.5\n"
    assert "never" not in shown.out
    assert (tmp_path / "a.out" / "log.txt").read_text().endswith(shown.err)
    assert len((tmp_path / "a.out" / "table.txt").read_text().splitlines()) == 2


def test_exit_ends_as_a_success(tmp_path: Path):
    script = written(tmp_path, "a.mx3", QUICK + 'exit()\nexpect("no", 1, 2, 0)\n')
    assert cli.run([str(script)]) == 0


def test_a_queue_goes_on_after_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    scripts = [
        written(tmp_path, "a.mx3", QUICK + "m = uniform(1, 0, 0)\nsteps(2)\nTableSave()"),
        written(tmp_path, "b.mx3", QUICK + 'steps(1)\nexpect("x", 0, 1, 0)'),
        written(tmp_path, "c.mx3", "oops"),
        written(tmp_path, "d.mx3", QUICK + "SetSolver(2)\nFixDt = 1e-14\nsteps(3)\nprint(step)"),
    ]
    assert cli.run(["-o", str(tmp_path / "runs"), *map(str, scripts)]) == 1
    shown = capsys.readouterr()
    assert [line.split(": ")[-1] for line in shown.out.splitlines()[:4]] == ["ok", "failed", "failed", "ok"]
    assert "2 of 4 scripts ok" in shown.out
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {"a.out", "b.out", "d.out"}
    assert (tmp_path / "runs" / "d.out" / "log.txt").read_text().endswith("//3\n")


def test_a_queue_gives_the_same_bytes_as_each_script_alone(tmp_path: Path):
    text = QUICK + (
        "Temp = 300\nSetSolver(2)\nFixDt = 2e-14\nm = uniform(1, 0, 0)\nThermSeed({})\n"
        "TableAutoSave(1e-13)\nrun(1e-12)\nsave(m)\n"
    )
    scripts = [written(tmp_path, f"s{seed}.mx3", text.format(seed)) for seed in range(3)]
    assert cli.run(["-o", str(tmp_path / "together"), *map(str, scripts)]) == 0
    tables = set()
    for script in scripts:
        assert cli.run([str(script)]) == 0
        for name in ("table.txt", "m000000.ovf"):
            alone = (script.with_suffix(".out") / name).read_bytes()
            assert (tmp_path / "together" / script.with_suffix(".out").name / name).read_bytes() == alone
        tables.add((script.with_suffix(".out") / "table.txt").read_bytes())
    assert len(tables) == 3


def test_two_scripts_cannot_share_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "x").mkdir()
    scripts = [written(tmp_path, "a.mx3", QUICK), written(tmp_path / "x", "a.mx3", QUICK)]
    assert cli.run(["-o", str(tmp_path / "runs"), *map(str, scripts)]) == 1
    assert "same output folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [("none.mx3", None, "found no readable script"), ("bad.mx3", b"\xff\xfe\x00", "found bytes that are not UTF-8")],
)
def test_unreadable_scripts(tmp_path: Path, name: str, content: bytes | None, message: str, capsys):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert cli.run([str(tmp_path / name)]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", [".", ""])
def test_a_folder_is_no_script(name: str, capsys: pytest.CaptureFixture[str]):
    assert cli.run([name]) == 1
    assert "found no readable script" in capsys.readouterr().err


def test_an_unusable_output_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    script = written(tmp_path, "a.mx3", QUICK)
    assert cli.run(["-o", str(script / "out"), str(script)]) == 1
    assert "cannot be used as output folder" in capsys.readouterr().err


# -- as a process of its own


def test_exit_codes(tmp_path: Path):
    good = written(tmp_path, "good.mx3", QUICK + "m = uniform(1, 0, 0)\nsteps(1)\n")
    nan = written(tmp_path, "nan.mx3", QUICK + 'TableAddVar(0/0, "x", "")\nTableSave()\n')
    assert command("-f", "-http", "", good).returncode == 0
    failed = command("-f", nan)
    assert failed.returncode == 2
    assert failed.stderr.count("\n") == 1
    assert "Traceback" not in failed.stderr


def test_a_full_disk_is_one_sentence(tmp_path: Path):
    script = written(tmp_path, "a.mx3", "SetGridSize(64, 64, 1)\nSetCellSize(5e-9, 5e-9, 5e-9)\nsave(m)\n")

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = command("-f", script, preexec_fn=small_files)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot write" in done.stderr
    assert not list((tmp_path / "a.out").glob("*.ovf"))


def test_interrupted_runs_leave_whole_files(tmp_path: Path):
    text = (
        QUICK + "m = uniform(1, 0, 0)\nSetSolver(2)\nFixDt = 1e-15\nTableAutoSave(1e-14)\nAutoSave(m, 1e-13)\nrun(1)\n"
    )
    script = written(tmp_path, "a.mx3", text)
    words = [sys.executable, "-m", "devicegen.engine.cli", "-f", str(script)]
    process = subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # a shell's background jobs ignore the signal, and hand that down to all that they start
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        deadline = time.monotonic() + 120
        while not (tmp_path / "a.out" / "m000003.ovf").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert errors == "//interrupted: all files are closed\n"
    table = (tmp_path / "a.out" / "table.txt").read_text()
    assert table.endswith("\n")
    assert all(line.count("\t") == 3 for line in table.splitlines())
    assert all(read_ovf(path).values.shape == (3, 1, 2, 4) for path in (tmp_path / "a.out").glob("m*.ovf"))
    assert not list((tmp_path / "a.out").glob(".*.part"))


# -- the first start


def test_compiling_is_announced_once_and_only_if_it_happens(capsys: pytest.CaptureFixture[str]):
    @numba.njit
    def twice(x):
        return 2 * x

    with compiling_announced():
        assert twice(1) == 2
        assert twice(1.5) == 3.0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "//mx3cpu: compiling the kernels (once, about half a minute)\n"
    with compiling_announced():
        assert twice(2) == 4
    assert capsys.readouterr().err == ""
    assert twice(2j) == 4j
    assert capsys.readouterr().err == ""
