"""Puts pulse files through the front door, as a user would: `measure add`, `measure check`, the table, `table show`.

    python tests/front_door/run.py --cases CASES --answers ANSWERS.yaml --out RESULTS [--only NAME ...]

CASES holds a folder for each case (case.yaml with its `files`). ANSWERS gives, by name of the case, the options of
`devicegen measure add` (without dashes; a list repeats the option), and may give `files` (their order) and `reset`
(the file of RESET). RESULTS gets <case>.log, all that a user is told, and <case>.h5 where a table came out.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import multiprocessing
import os
import shlex
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import yaml

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from devicegen.cli import main as devicegen
from devicegen.errors import Dev2NetError
from devicegen.measured.table import write_table

MADE_UP = {"source": "made up, no device", "licence": "CC0-1.0", "synthetic": True}
"""What every case may be told besides its own answers."""

WIDTH = "120"
"""Columns of the terminal: tables are cut to it."""

NOT_OPTIONS = ("files",)


@dataclass(frozen=True)
class Outcome:
    """What a user gets.

    command : `measure add` with its options, as typed
    log     : all that was written to the terminal, warnings too; not what was typed, which tells a user nothing
    table   : the table's file, where one was made
    added   : whether `measure add` made a folder
    seconds : what all steps took together [s]
    """

    command: str
    log: str
    table: Path | None
    added: bool
    seconds: float

    @property
    def traceback(self) -> bool:
        """Whether a step ended in a traceback, which no input may bring about."""
        return "Traceback (most recent call last)" in self.log


def arguments(files: Sequence[str], options: Mapping[str, Any]) -> list[str]:
    """Files and options as the arguments of `devicegen measure add`; a value that is None is left out."""
    found = list(files)
    for key, value in options.items():
        if key in NOT_OPTIONS or value is None:
            continue
        if key == "synthetic":
            found.append("--synthetic" if value in (True, "yes") else "--measured")
        elif value is True:
            found.append(f"--{key}")
        elif value is not False:
            for one in value if isinstance(value, list | tuple) else [value]:
                found += [f"--{key}", str(one)]
    return found


def put_through(
    work: Path, files: Sequence[str], options: Mapping[str, Any], name: str = "device", table: bool = True
) -> Outcome:
    """Make the table of pulse files in the folder `work`, where all that is made is left.

    files   : names within `work`, in the order in which a user gives them
    options : of `measure add`, by their names without dashes
    name    : what the device is called
    table   : whether the table is made and shown, which takes seconds, or the pulses are read only
    """
    began, told = time.perf_counter(), io.StringIO()
    folder, output = Path("raw") / name, Path("tables") / f"{name}.h5"
    given = [*arguments(files, {**MADE_UP, **options}), "--out", str(folder)]
    with contextlib.chdir(work), _heard(told):
        added = _step(told, "measure add", lambda: _command("measure", "add", *given))
        if folder.is_dir():  # a folder that a failed `add` left is a device too: the table shows what it is worth
            _step(told, "measure check", lambda: _command("measure", "check", str(folder)))
            if table and _step(told, "table", lambda: _made(folder, output)):
                _step(told, "table show", lambda: _command("table", "show", str(output)))
    path = work / output
    command = "devicegen measure add " + shlex.join(given)
    return Outcome(command, told.getvalue(), path if path.is_file() else None, added, time.perf_counter() - began)


def _made(folder: Path, output: Path) -> None:
    output.parent.mkdir(exist_ok=True)
    try:
        write_table(folder, output)
    except Dev2NetError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from error


def _command(*words: str) -> None:
    with mock.patch.object(sys, "argv", ["devicegen", *words]):
        devicegen()


def _step(told: io.StringIO, title: str, action: Callable[[], None]) -> bool:
    """Do one step; whether it ended well."""
    told.write(f"--- {title}\n")
    try:
        action()
    except SystemExit as end:
        return end.code in (0, None)
    except BaseException:  # a traceback is what is looked for
        told.write(traceback.format_exc())
        return False
    return True


class _ByTurns(logging.Handler):
    """Warnings of the log, among what is printed."""

    def __init__(self, told: io.StringIO) -> None:
        super().__init__(logging.WARNING)
        self.told = told

    def emit(self, record: logging.LogRecord) -> None:
        self.told.write(record.getMessage() + "\n")


@contextlib.contextmanager
def _heard(told: io.StringIO) -> Iterator[None]:
    """All that is printed or logged goes to `told`; nobody sits at the terminal."""
    handler, logger = _ByTurns(told), logging.getLogger("devicegen")
    kept = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        with (
            contextlib.redirect_stdout(told),
            contextlib.redirect_stderr(told),
            mock.patch.object(sys, "stdin", io.StringIO()),
            mock.patch.dict(os.environ, {"COLUMNS": WIDTH, "NO_COLOR": "1", "TERM": "dumb"}),
        ):
            yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = kept


# -- a folder of cases -----------------------------------------------------------------------------


def run_case(case: Path, answers: Mapping[str, Any], results: Path) -> tuple[str, Outcome]:
    """Put one case of a folder through the door; <case>.log and <case>.h5 are left in `results`."""
    stated = yaml.safe_load((case / "case.yaml").read_text(encoding="utf-8"))
    name = stated["case"]
    options = dict(answers)
    files = [str(file) for file in options.pop("files", stated["files"])]
    if options.get("reset") in files:
        files.remove(options["reset"])
    with tempfile.TemporaryDirectory() as work:
        missing = [file for file in stated["files"] if not (case / file).is_file()]
        for file in set(stated["files"]) - set(missing):
            shutil.copyfile(case / file, Path(work) / file)
        outcome = put_through(Path(work), files, options, name)
        if missing:
            return name, outcome
        for old in (results / f"{name}.h5", results / f"{name}.log"):
            old.unlink(missing_ok=True)
        (results / f"{name}.log").write_text(outcome.log, encoding="utf-8")
        if outcome.table is not None:
            shutil.copyfile(outcome.table, results / f"{name}.h5")
    return name, outcome


def run_cases(
    cases: Path, answers: Mapping[str, Any], results: Path, only: Sequence[str] = (), processes: int = 2
) -> Iterator[tuple[str, Outcome]]:
    """Put the cases of a folder through the door, a few at a time."""
    results.mkdir(parents=True, exist_ok=True)
    folders = [path.parent for path in sorted(cases.glob("*/case.yaml"))]
    chosen = [folder for folder in folders if not only or folder.name in only]
    jobs = [(folder.resolve(), answers.get(folder.name) or {}, results.resolve()) for folder in chosen]
    if processes == 1 or len(jobs) < 3:
        yield from (run_case(*job) for job in jobs)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(_case, jobs)


def _case(job: tuple[Path, Mapping[str, Any], Path]) -> tuple[str, Outcome]:
    return run_case(*job)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    answers = {} if asked.answers is None else yaml.safe_load(asked.answers.read_text(encoding="utf-8")) or {}
    for name, outcome in run_cases(asked.cases, answers, asked.out, asked.only, asked.processes):
        what = "traceback" if outcome.traceback else "table" if outcome.table else "no table"
        print(f"{outcome.seconds:6.2f} s  {what:9}  {name}", flush=True)


if __name__ == "__main__":
    main()
