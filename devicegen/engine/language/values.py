"""The values a script computes with, and the types that the checker knows them by.

A type of the language is a Python class: float, int, bool, str, Vector, or any class the engine binds to a
name. A class opens methods to scripts with the decorator `method`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
Requests = Generator[Any, Any, None]
"""What a command that moves time on gives: requests to whoever carries them out, which the language only hands on."""


def method(function: Function) -> Function:
    """Open a method to scripts, under its own name without regard to case or underscores."""
    function.open_to_scripts = True  # type: ignore[attr-defined]
    return function


class Scalar:
    """Anything that can stand where a number is expected; its `get` is called at that moment."""

    def get(self) -> float:
        """The present value."""
        raise NotImplementedError


class Expression:
    """An argument that is handed over unevaluated, so that it can be evaluated again as time goes on."""

    __slots__ = ("_frozen", "_now", "has_time")

    def __init__(self, now: Callable[[], Any], frozen: Callable[[], Callable[[], Any]], has_time: bool) -> None:
        self._now, self._frozen, self.has_time = now, frozen, has_time

    def value(self) -> Any:
        """The value with every variable as it is now."""
        return self._now()

    def frozen(self) -> Callable[[], Any]:
        """The expression as a function of time alone: all other variables keep their present value."""
        return self._frozen()


class ScalarFunction(Expression):
    """An unevaluated expression whose value is a float."""


class VectorFunction(Expression):
    """An unevaluated expression whose value is a Vector."""


class Condition(Expression):
    """An unevaluated expression whose value is a bool."""


class Vector(tuple[float, float, float]):
    """Three numbers."""

    __slots__ = ()

    def __new__(cls, x: float, y: float, z: float) -> Vector:
        """The vector (x, y, z)."""
        return super().__new__(cls, (x, y, z))

    @method
    def x(self) -> float:
        """First component."""
        return self[0]

    @method
    def y(self) -> float:
        """Second component."""
        return self[1]

    @method
    def z(self) -> float:
        """Third component."""
        return self[2]

    @method
    def add(self, other: Vector) -> Vector:
        """Sum."""
        return Vector(self[0] + other[0], self[1] + other[1], self[2] + other[2])

    @method
    def sub(self, other: Vector) -> Vector:
        """Difference."""
        return self.madd(-1.0, other)

    @method
    def mul(self, factor: float) -> Vector:
        """Product with a number."""
        return Vector(factor * self[0], factor * self[1], factor * self[2])

    @method
    def madd(self, factor: float, other: Vector) -> Vector:
        """Sum of this vector and `factor` times the other."""
        return self.add(other.mul(factor))

    @method
    def div(self, divisor: float) -> Vector:
        """Quotient with a number; zero where the number is zero."""
        return self.mul(1 / divisor) if divisor else Vector(0.0, 0.0, 0.0)

    @method
    def dot(self, other: Vector) -> float:
        """Scalar product."""
        return self[0] * other[0] + self[1] * other[1] + self[2] * other[2]

    @method
    def cross(self, other: Vector) -> Vector:
        """Vector product."""
        return Vector(
            self[1] * other[2] - self[2] * other[1],
            self[2] * other[0] - self[0] * other[2],
            self[0] * other[1] - self[1] * other[0],
        )

    @method
    def len(self) -> float:
        """Length."""
        return math.sqrt(self.dot(self))


_SPOKEN = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "a text in quotes",
    Vector: "a vector",
    ScalarFunction: "a number",
    VectorFunction: "a vector",
    Condition: "a condition",
    type(None): "nothing",
}


def spoken(kind: type) -> str:
    """A type as a person would call it in an error message."""
    return _SPOKEN.get(kind) or getattr(kind, "spoken", None) or f"a {kind.__name__}"
