"""One script's run: its mesh, magnet, output folder and clock. Everything the other modules bind works on this."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from devicegen.engine.api.mesh import MeshSettings
from devicegen.engine.magnet import Magnet, Mesh, SolverSettings
from devicegen.engine.output.log import Log
from devicegen.engine.output.table import Table
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.geometry import Geometry


class Clock:
    """The time t of the script: that of the magnet, or, while a stage of a step is computed, that of the stage."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._stage_s: float | None = None

    def read(self) -> float:
        """Time [s]."""
        return self._simulation.time_s if self._stage_s is None else self._stage_s

    def following(self, value: Callable[[], Any]) -> Callable[[float], Any]:
        """`value`, an expression of the script's t, as a function of time."""

        def at(time_s: float) -> Any:
            self._stage_s = time_s
            try:
                return value()
            finally:
                self._stage_s = None

        return at


class Simulation:
    """The state behind one script.

    script : the file, for paths relative to it
    folder : where output goes
    cache  : where demagnetizing kernels are kept between runs; None keeps none
    """

    def __init__(self, script: Path, folder: Path, cache: Path | None = None, echo: bool = True) -> None:
        self.script, self.folder, self.cache = script, folder, cache
        self.mesh = MeshSettings()
        self.settings = SolverSettings()
        self.log = Log(folder / "log.txt", echo)
        self.table = Table(folder / "table.txt")
        self.clock = Clock(self)
        self.geometry: Geometry | None = None
        self.on_build: list[Callable[[Magnet], None]] = []
        self._magnet: Magnet | None = None
        self._built_for = -1

    @property
    def time_s(self) -> float:
        """Simulated time [s]."""
        return self._magnet.t if self._magnet is not None else 0.0

    def set_time(self, time_s: float) -> None:
        """Set the simulated time [s]."""
        self.magnet.t = time_s

    def set_steps(self, steps: int) -> None:
        """Set the number of steps taken."""
        self.magnet.n_steps = steps

    @property
    def magnet(self) -> Magnet:
        """The magnet on the present mesh, made when first needed and made anew when the mesh has changed."""
        if self._magnet is None or self._built_for != self.mesh.revision:
            self._build()
        assert self._magnet is not None
        return self._magnet

    @property
    def built(self) -> Magnet | None:
        """The magnet if it has been made already."""
        return self._magnet if self._built_for == self.mesh.revision else None

    def _build(self) -> None:
        (nx, ny, nz), (cx, cy, cz) = self.mesh.nodes, self.mesh.cell_m
        before, self._built_for = self._magnet, self.mesh.revision
        mesh = Mesh(nx, ny, nz, cx, cy, cz, self.mesh.pbc[0], self.mesh.pbc[1])
        magnet = Magnet(mesh, self.cache)
        magnet.settings = self.settings
        self._magnet = magnet
        if before is not None:
            magnet.t, magnet.n_steps = before.t, before.n_steps
            if mesh.shape != before.mesh.shape:
                self.log.say("resizing...")
        for action in self.on_build:
            action(magnet)
        if before is not None:
            m = resampled(before.m, mesh.shape)
            magnet.set_m(np.where((m == 0).all(axis=0), magnet.m, m))

    def find_file(self, name: str) -> Path:
        """An input file, looked for in the working directory and then beside the script.

        Raises ScriptError if it is in neither.
        """
        for path in (Path(name), self.script.parent / name):
            if path.is_file():
                return path
        raise ScriptError(
            f"found no file {name}, expected it in {Path.cwd()} or beside the script in {self.script.parent}"
        )

    def output_path(self, name: str) -> Path:
        """A file of the output folder; names that would lead out of it are refused."""
        path = self.folder / name.lstrip("/")
        if ".." in Path(name).parts:
            raise ScriptError(f"found the file name {name}, expected a name within the output folder")
        return path


def resampled(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A field (components, ny, nx) on another grid: each new cell takes the old one at its place."""
    ny, nx = values.shape[-2:]
    rows = np.arange(shape[0]) * ny // shape[0]
    columns = np.arange(shape[1]) * nx // shape[1]
    return values[..., rows[:, None], columns[None, :]]
