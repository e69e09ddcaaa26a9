"""Running a script in this process, for tests of what its commands do."""

from __future__ import annotations

from pathlib import Path

from devicegen.engine.api.binding import bound_world
from devicegen.engine.api.simulation import Simulation
from devicegen.engine.language.compiler import compile_script
from devicegen.engine.scheduler import Outcome, run_scripts

MESH = "SetGridSize(16, 8, 1)\nSetCellSize(4e-9, 4e-9, 2e-9)\nMsat = 8e5\nAex = 13e-12\nalpha = 1\n"
SMALL = (
    "SetGridSize(4, 2, 1)\nSetCellSize(5e-9, 5e-9, 5e-9)\nMsat = 8e5\nAex = 13e-12\nalpha = 0.5\nEnableDemag = false\n"
)


def run(folder: Path, text: str, mesh: str = MESH) -> Simulation:
    """Run a script to its end; raises what ended it early."""
    simulation = Simulation(folder / "a.mx3", folder, echo=False)
    program = compile_script(mesh + text, "a.mx3", bound_world(simulation))
    simulation.log.open()
    try:
        outcome: Outcome = run_scripts([program.execute(simulation.log.statement)])[0]
    finally:
        simulation.table.close()
        simulation.log.close()
    if outcome.error is not None:
        raise outcome.error
    return simulation


def said(simulation: Simulation) -> list[str]:
    """What the script printed."""
    lines = (simulation.folder / "log.txt").read_text().splitlines()
    return [line.removeprefix("//") for line in lines if line.startswith("//")]
