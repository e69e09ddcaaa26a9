"""How far a queue of scripts has come, seen from the tables that the engine writes as it goes."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from devicegen.mumax3.table import last_time_s

LINE_EVERY_S = 30.0
"""Time between two lines in a log; a terminal shows a moving bar instead."""


class QueueProgress:
    """A bar on a terminal, or a line now and then in a log; `update` is called as often as one likes.

    name    : what is running
    folders : output folders of the scripts
    end_s   : simulated time at which one script is done [s]
    """

    def __init__(self, name: str, folders: Sequence[Path], end_s: float):
        self._name, self._folders, self._end_s = name, folders, end_s
        self._began = self._spoke = time.monotonic()
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def __enter__(self) -> QueueProgress:
        if sys.stderr.isatty():
            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
            self._bar = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True))
            self._task = self._bar.add_task(self._name, total=1.0)
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        if self._bar is not None:
            self._bar.stop()

    def update(self) -> None:
        """Look at the tables and say how far it is, if it is time to."""
        if self._bar is not None:
            self._bar.update(self._task, completed=self.share_done())
        elif time.monotonic() - self._spoke >= LINE_EVERY_S:
            self._spoke = time.monotonic()
            share, spent_s = self.share_done(), self._spoke - self._began
            left = f", about {spent_s * (1 - share) / share:.0f} s left" if share > 0 else ""
            print(f"{self._name}: {100 * share:.0f} % after {spent_s:.0f} s{left}", file=sys.stderr)

    def share_done(self) -> float:
        """Simulated part of all the scripts' time, from 0 to 1."""
        done_s = sum(min(last_time_s(folder / "table.txt"), self._end_s) for folder in self._folders)
        return done_s / (self._end_s * len(self._folders)) if self._folders else 1.0
