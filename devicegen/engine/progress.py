"""What a run says on the terminal while it works: how far it has come, and why its first start takes long."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devicegen.engine.api.simulation import Simulation

_COMPILING = "//mx3cpu: compiling the kernels (once, about half a minute)"
_SILENT_S, _EVERY_S, _WIDTH = 5.0, 0.5, 60


@contextmanager
def progress_shown(simulation: Simulation) -> Iterator[None]:
    """Draw time and steps on the terminal while the body runs; does nothing where there is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    finished = threading.Event()
    begun = time.monotonic()

    def draw() -> None:
        wait = _SILENT_S
        while not finished.wait(wait):
            wait, magnet = _EVERY_S, simulation.built
            if magnet is not None:
                text = f"t = {magnet.t:.4e} s, {magnet.n_steps} steps, {time.monotonic() - begun:.0f} s"
                print(f"\r{text:<{_WIDTH}}", end="", file=sys.stderr, flush=True)
        if wait == _EVERY_S:
            print("\r" + " " * _WIDTH + "\r", end="", file=sys.stderr, flush=True)

    drawer = threading.Thread(target=draw, daemon=True)
    drawer.start()
    try:
        yield
    finally:
        finished.set()
        drawer.join()


@contextmanager
def compiling_announced() -> Iterator[None]:
    """Say once on stderr, if numba finds a kernel not in its cache while the body runs, that it has to compile."""
    from numba.core import event  # loads numba, which a check of scripts does not need

    class Announcement(event.Listener):
        is_made = False

        def on_start(self, event: object) -> None:
            if not self.is_made:
                self.is_made = True
                print(_COMPILING, file=sys.stderr, flush=True)

        def on_end(self, event: object) -> None:
            """Nothing to say: the run goes on."""

    with event.install_listener("numba:compile", Announcement()):
        yield
