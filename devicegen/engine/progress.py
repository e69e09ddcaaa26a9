"""A line on the terminal about how far a run has come, once it takes longer than some seconds."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from devicegen.engine.failure import RunTimeFailure

if TYPE_CHECKING:
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.scheduler import Request

_SILENT_S, _EVERY_S = 5.0, 0.5


class Progress:
    """Shows time and steps on the terminal; does nothing where the output is no terminal."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown and sys.stderr.isatty()
        self._begun = self._last = time.monotonic()
        self._drawn = False

    def watched(self, simulation: Simulation, requests: Generator[Request, Any, None]) -> Generator[Request, Any, None]:
        """The same requests; the line is drawn anew between them."""
        if not self._shown:
            yield from requests
            return
        with contextlib.suppress(StopIteration):
            request = next(requests)
            while True:
                try:
                    yield request
                except RunTimeFailure as failure:
                    request = requests.throw(failure)
                else:
                    self._draw(simulation)
                    request = next(requests)

    def _draw(self, simulation: Simulation) -> None:
        now = time.monotonic()
        if now - self._begun < _SILENT_S or now - self._last < _EVERY_S:
            return
        self._last, self._drawn = now, True
        steps = simulation.magnet.n_steps
        text = f"t = {simulation.time_s:.4e} s, {steps} steps, {now - self._begun:.0f} s"
        print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Clear the line."""
        if self._drawn:
            print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)
