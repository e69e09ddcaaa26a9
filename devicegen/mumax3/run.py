"""Running a queue of scripts in one engine process, and telling the good results from the bad.

What a queue leaves is judged by its files, not by its exit code. A script whose output is not complete is
run once more, alone and with the same seed (it is the same file); if it fails again it is reported by
name with the end of its log. The others go on, unless the engine hangs in one script after the other.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from devicegen.errors import EngineError
from devicegen.mumax3.complete import Expected, verify_output
from devicegen.mumax3.find import Engine
from devicegen.mumax3.process import run_limited
from devicegen.mumax3.table import last_time_s

LOG_LINES_SHOWN = 12

MOST_HANGS = 2
"""Scripts in a row that may hang alone before the engine, not the script, is taken for what hangs."""


@dataclass(frozen=True)
class Run:
    """What became of one script.

    folder      : its output folder, ``<script>.out``
    wall_time_s : its share of the wall time of its queue [s]
    attempts    : 1, or 2 if it was run again
    failure     : None if the output is complete; else a sentence and the end of the log
    """

    script: Path
    folder: Path
    wall_time_s: float
    attempts: int
    failure: str | None


def output_folder(script: Path) -> Path:
    """Folder that the engine writes to."""
    return script.with_suffix(".out")


def run_queue(
    engine: Engine,
    scripts: Sequence[Path],
    expected: Expected,
    cache: Path,
    log: Path,
    timeout_s: float,
    watch: Callable[[], None] = lambda: None,
) -> list[Run]:
    """Run `scripts`, which lie in one folder, in one process; those that fail once more alone.

    cache     : folder for the demagnetization kernel, of this job alone (MuMax3 writes it non-atomically)
    log       : file that the engine's output is appended to
    timeout_s : wall time of one script alone [s]; n scripts get n times as much, but the engine is ended as soon as
                nothing new comes for the time of one: no row, no field, no script that is done
    watch     : called about once a second while the engine runs
    returns   : one Run a script, in their order
    Raises EngineError if scripts hang one after the other, each alone; what is finished stays.
    """
    if not scripts:
        return []
    runs = _attempt(engine, scripts, expected, cache, log, timeout_s, watch)
    hanging: list[str] = []
    for index, run in enumerate(runs):
        if run.failure is not None:
            again = _attempt(engine, [run.script], expected, cache, log, timeout_s, watch)[0]
            wall_time_s = run.wall_time_s + again.wall_time_s
            runs[index] = Run(run.script, run.folder, wall_time_s, 2, again.failure)
            hung = again.wall_time_s >= timeout_s and last_time_s(again.folder / "table.txt") == 0
            hanging = [*hanging, run.script.name] if hung else []
            if len(hanging) == MOST_HANGS:
                raise EngineError(
                    f"{log}: the engine hangs: {' and '.join(hanging)}, each alone, got nowhere in {timeout_s:g} s. "
                    "What is finished is kept: mend the engine, or raise timeout_s if it is only slow, and run again."
                )
    return runs


def _attempt(
    engine: Engine,
    scripts: Sequence[Path],
    expected: Expected,
    cache: Path,
    log: Path,
    timeout_s: float,
    watch: Callable[[], None],
) -> list[Run]:
    folder = scripts[0].parent
    if any(script.parent != folder for script in scripts):
        raise ValueError("the scripts of one queue lie in one folder: ImageShape looks for masks there")
    for script in scripts:
        if output_folder(script).exists():
            shutil.rmtree(output_folder(script))  # nothing of an earlier run may pass for a result of this one
    cache.mkdir(parents=True, exist_ok=True)
    began_in_log = log.stat().st_size if log.exists() else 0
    options = ["-http=", "-f", f"-cache={cache.resolve()}"]
    began = time.monotonic()
    mishap = run_limited(
        [*engine.command, *options, *(script.name for script in scripts)],
        folder,
        log,
        timeout_s * len(scripts),
        watch,
        timeout_s * max(1.0, _longest_wait(len(scripts), expected)),
        lambda: _left_so_far(scripts),
    )
    share_s = (time.monotonic() - began) / len(scripts)
    if mishap and len(scripts) > 1:
        print(f"{log}: the engine {mishap}; what is not complete runs once more, alone", file=sys.stderr, flush=True)
    runs = []
    for script in scripts:
        out = output_folder(script)
        try:
            verify_output(out, expected)
            failure = None
        except EngineError as error:
            said = f"the engine {mishap}; " if mishap else "the engine reported success, but "
            failure = f"{script.name}: {said}{error}.\n{_end_of_logs(out, log, began_in_log)}"
        runs.append(Run(script, out, share_s, 1, failure))
    return runs


def _longest_wait(scripts: int, expected: Expected) -> float:
    """Time between two rows of a queue whose scripts all go side by side, in times of one script alone."""
    return scripts * expected.table_period_s / expected.end_s if expected.end_s else 0.0


def _left_so_far(scripts: Sequence[Path]) -> tuple[int, int]:
    """Number and bytes of the files in the output folders: grows with every row and every field."""
    files = [path for script in scripts for path in output_folder(script).glob("*")]
    sizes = []
    for path in files:
        with contextlib.suppress(OSError):  # a draft that has just got its name
            sizes.append(path.stat().st_size)
    return len(sizes), sum(sizes)


def _end_of_logs(out: Path, log: Path, began_in_log: int) -> str:
    """Last lines of the script's own log and of what the engine printed in this attempt."""
    parts = []
    own = out / "log.txt"
    if own.is_file():
        parts.append((own, own.read_text(encoding="utf-8", errors="replace")))
    if log.is_file():
        with open(log, "rb") as stream:
            stream.seek(began_in_log)
            parts.append((log, stream.read().decode("utf-8", "replace")))
    shown = []
    for path, text in parts:
        lines = text.rstrip().splitlines()[-LOG_LINES_SHOWN:]
        shown.append("\n".join([f"  end of {path}:", *(f"    {line}" for line in lines)]))
    return "\n".join(shown)
