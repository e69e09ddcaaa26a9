"""What every job has in common: a log file, and errors of the user's that are one sentence."""

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from devicegen.errors import Dev2NetError


class _Tee:
    """A stream that writes to two: what is said on the terminal is also in the log."""

    def __init__(self, *streams):
        self.streams = streams

    def write(self, text: str) -> int:
        for stream in self.streams:
            stream.write(text)
        return len(text)

    def flush(self) -> None:
        for stream in self.streams:
            stream.flush()

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return self.streams[0].fileno()


@contextlib.contextmanager
def job(log: str) -> Iterator[None]:
    """Run a job's body: what it prints goes to its log, its progress (stderr) to the log and the terminal.

    A Dev2NetError ends the job with its one sentence; any other error is a defect and keeps its traceback.
    """
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w", buffering=1, encoding="utf-8") as stream:
        terminal = sys.stderr
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(_Tee(terminal, stream)):
            for package in ("devicegen", "netsim"):  # not the root: Dask has much to say when it closes
                logging.getLogger(package).addHandler(logging.StreamHandler(sys.stderr))
            try:
                yield
            except Dev2NetError as error:
                print(f"\n{type(error).__name__}: {error}\n", file=sys.stderr)
                raise SystemExit(1) from None
