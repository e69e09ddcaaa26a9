"""The scripts of one command line: checked, run together by the scheduler, and reported."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devicegen import __version__
from devicegen.engine.api.binding import bound_world
from devicegen.engine.api.checks import ExitRequest
from devicegen.engine.api.simulation import Simulation
from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.language.compiler import Program, compile_script
from devicegen.engine.progress import compiling_announced, progress_shown
from devicegen.errors import Dev2NetError, ScriptError

if TYPE_CHECKING:
    from devicegen.engine.cli import Options
    from devicegen.engine.scheduler import Request

_LEFT_BY_RUNS = {".ovf", ".omf", ".txt", ".png", ".jpg", ".jpeg", ".gif", ".part"}


class Job:
    """One script with its simulation and, in the end, its exit code."""

    def __init__(self, script: Path, folder: Path, cache: Path | None, echo: bool) -> None:
        self.script, self.folder = script, folder
        self.simulation = Simulation(script, folder, cache, echo)
        self.code = 0

    def compile(self) -> Program:
        """Check the script. Raises ScriptError."""
        try:
            text = self.script.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise ScriptError(f"{self.script}: found no readable script ({error.strerror})") from None
        except UnicodeDecodeError as error:
            raise ScriptError(f"{self.script}: found bytes that are not UTF-8 text ({error.reason})") from None
        return compile_script(text, str(self.script), bound_world(self.simulation))

    def execute(self, program: Program) -> Generator[Request, None, None]:
        """Run the script as the scheduler's coroutine; ends with all files closed and `code` set."""
        log, table = self.simulation.log, self.simulation.table
        try:
            log.say(f"mx3cpu {__version__} (embedded CPU engine)")
            log.say(f"output directory: {self.folder}/")
            yield from program.execute(log.statement)
        except ExitRequest:
            pass
        except RunTimeFailure as error:
            self._failed(2, str(error))
        except (Dev2NetError, OSError) as error:
            self._failed(1, self._sentence(error))
        except MemoryError:
            self._failed(1, f"{self.script}: found too little memory for this grid")
        finally:
            with contextlib.suppress(OSError):
                table.close()
            log.close()

    def _failed(self, code: int, message: str) -> None:
        self.code = code
        with contextlib.suppress(OSError):
            self.simulation.log.complain(message)

    def _sentence(self, error: Exception) -> str:
        if isinstance(error, OSError):
            return f"{self.script}: cannot write {error.filename or self.folder}: {error.strerror}"
        return str(error)


def prepare_folder(folder: Path, clear: bool) -> None:
    """Make the output folder; with `clear`, remove what an earlier run left in it.

    Raises ScriptError if it cannot be written, or holds scripts, which a run never leaves.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if clear:
            if any(folder.glob("*.mx3")):
                raise ScriptError(f"{folder}: found scripts in the folder to be cleared, expected an output folder")
            for path in folder.iterdir():
                if path.suffix in _LEFT_BY_RUNS and path.is_file():
                    path.unlink()
    except OSError as error:
        raise ScriptError(f"{folder}: cannot be used as output folder: {error.strerror}") from None


def _jobs(options: Options) -> list[Job]:
    alone = len(options.scripts) == 1
    jobs = []
    for script in options.scripts:
        folder = script.with_suffix(".out") if script.name else Path("mx3.out")  # "." is no script: said when read
        if options.folder is not None:
            folder = options.folder if alone else options.folder / folder.name
        jobs.append(Job(script, folder, options.cache, echo=alone))
    return jobs


def check_scripts(options: Options) -> int:
    """Check all scripts; 0 if none has an error."""
    code = 0
    for job in _jobs(options):
        try:
            job.compile()
        except ScriptError as error:
            print(error, file=sys.stderr)
            code = 1
        else:
            print(f"{job.script}: ok")
    return code


def run_jobs(options: Options) -> int:
    """Run all scripts; 0 if all succeeded, 2 if the physics of one failed, 1 for any other failure."""
    jobs = _jobs(options)
    folders = [job.folder.resolve() for job in jobs]
    if len(set(folders)) < len(folders):
        print("mx3cpu: found two scripts with the same output folder, expected different names", file=sys.stderr)
        return 1
    started: list[tuple[Job, Generator[Request, None, Any]]] = []
    begun = time.monotonic()
    for job in jobs:
        try:
            program = job.compile()
            prepare_folder(job.folder, options.clear)
            job.simulation.log.open()
        except ScriptError as error:
            job.code = 1
            print(error, file=sys.stderr)
        else:
            started.append((job, job.execute(program)))
    if not started:
        return 1
    from devicegen.engine.scheduler import run_scripts  # loads the compiled kernels, which a check does not need

    shown = progress_shown(jobs[0].simulation) if len(jobs) == 1 else contextlib.nullcontext()
    try:
        with compiling_announced(), shown:
            outcomes = run_scripts([script for _, script in started])
    except KeyboardInterrupt:
        for _, script in started:
            script.close()
        print("//interrupted: all files are closed", file=sys.stderr)
        return 130
    for outcome in outcomes:
        if outcome.error is not None:
            raise outcome.error
    if len(jobs) > 1:
        for job in jobs:
            print(f"//{job.script}: {'ok' if job.code == 0 else 'failed'}")
        print(f"//{sum(job.code == 0 for job in jobs)} of {len(jobs)} scripts ok in {time.monotonic() - begun:.1f} s")
    return max(job.code for job in jobs)
