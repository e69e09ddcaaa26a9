"""A small world of names to run scripts in, without any magnet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from devicegen.engine.language import mathematics
from devicegen.engine.language.compiler import compile_script
from devicegen.engine.language.values import Condition, Scalar, ScalarFunction, Vector, VectorFunction, method
from devicegen.engine.language.world import World


class Dial(Scalar):
    """A number of the simulation, as E_total is one."""

    spoken = "a dial"

    def __init__(self) -> None:
        self.position = 3.0

    @method
    def get(self) -> float:
        return self.position

    @method
    def turn_to(self, position: float, times: int) -> float:
        self.position = position * times
        return self.position


class Parameter:
    """An assignable object, as Msat is one."""

    spoken = "a parameter"
    input_kind = ScalarFunction

    def __init__(self) -> None:
        self.expression: ScalarFunction | None = None

    def assign(self, expression: ScalarFunction) -> None:
        self.expression = expression


class Stage:
    """What scripts of these tests see, and what they did."""

    def __init__(self) -> None:
        self.time = 0.0
        self.printed: list[tuple[Any, ...]] = []
        self.logged: list[str] = []
        self.dial, self.parameter = Dial(), Parameter()
        self.setting = 1.5
        self.world = World()
        for name, value in {**mathematics.CONSTANTS, "true": True, "false": False}.items():
            self.world.constant(name, value)
        for name, (function, signature) in mathematics.functions().items():
            self.world.function(name, function, signature)
        self.world.time("t", lambda: self.time, lambda value: setattr(self, "time", value))
        self.world.constant("dial", self.dial)
        self.world.constant("Msat", self.parameter)
        self.world.setting("MaxErr", float, self, "setting")
        self.world.function("print", self.print)
        self.world.function("vector", vector)
        self.world.function("whole", whole)
        self.world.function("run", self.run_for)
        self.world.function("live", self.live)
        self.world.function("liveVector", self.live_vector)
        self.world.function("holds", self.holds)
        self.world.refuse("Dbulk", "it has the interfacial one only")

    def print(self, *values: Any) -> None:
        self.printed.append(values)

    def run_for(self, seconds: float) -> Iterator[str]:
        self.time += seconds
        yield f"run {seconds:g}"

    def live(self, expression: ScalarFunction) -> None:
        self.expression = expression

    def live_vector(self, expression: VectorFunction) -> None:
        self.expression = expression

    def holds(self, condition: Condition) -> None:
        self.condition = condition

    def run(self, text: str) -> list[Any]:
        """Run a script to its end; gives the requests that it made."""
        return list(compile_script(text, "a.mx3", self.world).execute(self.logged.append))

    def value(self, expression: str) -> Any:
        """The value of an expression."""
        self.run(f"print({expression})")
        (value,) = self.printed[-1]
        return value


def vector(x: float, y: float, z: float) -> Vector:
    return Vector(x, y, z)


def whole(n: int) -> int:
    return n
