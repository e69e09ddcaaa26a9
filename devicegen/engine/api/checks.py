"""print, expect and their kin."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devicegen.engine.api.quantities import Quantity
from devicegen.engine.language.values import Vector
from devicegen.engine.output.numbers import go_float, go_sprint, go_sprintf, go_value
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.language.world import World


class ExitRequest(Exception):
    """The script called exit(): end it as a success."""


class Reporting:
    """What the script itself writes."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    def print(self, *values: Any) -> None:
        """Write values to the screen and the log; a quantity gives its average."""
        self.simulation.log.say(_line(values))

    def fprintln(self, file: str, *values: Any) -> None:
        """Append values as a line to a file in the output folder, or at a full path."""
        path = Path(file) if Path(file).is_absolute() else self.simulation.output_path(file)
        with open(path, "a", encoding="utf-8", newline="\n") as stream:
            stream.write(_line(values) + "\n")

    def expect(self, message: str, have: float, want: float, tolerance: float) -> None:
        """End the script as failed unless two numbers agree within a tolerance."""
        if math.isnan(have) or math.isnan(want) or abs(have - want) > tolerance:
            raise ScriptError(f"{message}: found {go_float(have)}, expected {go_float(want)} ± {go_float(tolerance)}")
        self.simulation.log.say(f"{message} : {go_float(have)} OK")

    def expect_v(self, message: str, have: Vector, want: Vector, tolerance: float) -> None:
        """End the script as failed unless two vectors agree within a tolerance in each component."""
        for component in range(3):
            self.expect(f"{message}[{component}]", have[component], want[component], tolerance)


def _line(values: tuple[Any, ...]) -> str:
    return " ".join(str(value) if isinstance(value, Quantity) else go_value(value) for value in values)


def vector(x: float, y: float, z: float) -> Vector:
    """Three numbers as a vector."""
    return Vector(x, y, z)


def sprint(*values: Any) -> str:
    """Values as one text."""
    return go_sprint(tuple(str(value) if isinstance(value, Quantity) else value for value in values))


def sprintf(template: str, *values: Any) -> str:
    """Values in a template, C-style."""
    return go_sprintf(template, tuple(str(value) if isinstance(value, Quantity) else value for value in values))


def leave() -> None:
    """End the script here, as a success."""
    raise ExitRequest


def declare(world: World, simulation: Simulation) -> None:
    """Bind the functions of this module."""
    reporting = Reporting(simulation)
    world.function("Print", reporting.print)
    world.function("Fprintln", reporting.fprintln)
    world.function("Expect", reporting.expect)
    world.function("ExpectV", reporting.expect_v)
    world.function("Vector", vector)
    world.function("sprint", sprint)
    world.function("sprintf", sprintf)
    world.function("Exit", leave)
