"""One engine process with a time limit, whose whole process tree ends with it."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

import psutil

GRACE_S = 3.0
"""How long a process that was asked to end may take before it is killed."""


def run_limited(
    command: Sequence[str],
    folder: Path,
    log: Path,
    timeout_s: float,
    watch: Callable[[], None],
    quiet_s: float = math.inf,
    progress: Callable[[], object] = lambda: None,
) -> str | None:
    """Run `command` in `folder`, its output appended to `log`; None if it exited 0, else what happened.

    timeout_s : wall time after which the process and everything it started is ended
    watch     : called about once a second while it runs
    quiet_s   : wall time without a change of what `progress` gives, after which it is ended as well
    progress  : what the process has left so far, asked about once a second
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "a", encoding="utf-8") as stream:
        stream.write(f"$ {' '.join(command)}\n")
        stream.flush()
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            return f"could not be started ({error})"
    with _terminated_as_exit():
        try:
            return _wait(process, timeout_s, watch, quiet_s, progress)
        finally:
            end_tree(process)


def _wait(
    process: subprocess.Popen[bytes],
    timeout_s: float,
    watch: Callable[[], None],
    quiet_s: float,
    progress: Callable[[], object],
) -> str | None:
    moved_s = time.monotonic()  # when something new was last seen
    deadline_s, seen = moved_s + timeout_s, progress()
    while True:
        left_s = min(deadline_s, moved_s + quiet_s) - time.monotonic()
        try:
            code = process.wait(timeout=max(0.01, min(1.0, left_s)))
        except subprocess.TimeoutExpired:
            watch()
            if (now := progress()) != seen:
                seen, moved_s = now, time.monotonic()
            if time.monotonic() >= deadline_s:
                return f"took longer than its limit of {timeout_s:g} s and was ended"
            if time.monotonic() >= moved_s + quiet_s:
                return f"hung (no new row and no new file in {quiet_s:g} s) and was ended"
            continue
        if code < 0:
            return f"was killed by signal {signal.Signals(-code).name}"
        return f"exited with code {code}" if code else None


def end_tree(process: subprocess.Popen[bytes]) -> None:
    """End `process` and all that it started: its descendants and, should their parents be gone, its session."""
    family = _family(process)
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.terminate()
    _, alive = psutil.wait_procs(family, timeout=GRACE_S)
    stubborn = {*alive, *_family(process)}
    for member in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(stubborn, timeout=GRACE_S)
    process.wait()


def _family(leader: subprocess.Popen[bytes]) -> set[psutil.Process]:
    found: set[psutil.Process] = set()
    if leader.poll() is None:  # once it has ended, its number may be somebody else's
        with contextlib.suppress(psutil.NoSuchProcess):
            top = psutil.Process(leader.pid)
            found |= {top, *top.children(recursive=True)}
    for member in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(member.pid) == leader.pid:
                found.add(member)
    return found


@contextlib.contextmanager
def _terminated_as_exit() -> Iterator[None]:
    """Turn SIGTERM into SystemExit, so that a workflow that ends this job ends the engine as well."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + signum)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
