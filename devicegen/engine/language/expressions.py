"""Checked expressions: a type, a way to compute the value now, and a way to freeze all but time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devicegen.engine.language.values import Condition, Scalar, ScalarFunction, Vector, VectorFunction, spoken
from devicegen.engine.language.world import Variable
from devicegen.errors import ScriptError

Thunk = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Code:
    """A checked expression.

    kind     : the type of its value
    run      : computes the value with all variables as they are now
    freeze   : gives a function that computes the value later, with all variables but t as they were
    has_time : whether t occurs in it
    """

    kind: type
    run: Thunk
    freeze: Callable[[], Thunk]
    has_time: bool = False

    @classmethod
    def constant(cls, value: Any) -> Code:
        """An expression that is always `value`."""

        def run() -> Any:
            return value

        return cls(type(value), run, lambda: run)

    @classmethod
    def variable(cls, entry: Variable) -> Code:
        """The value of a variable; frozen at its present value unless it is t."""
        read = entry.read

        def freeze() -> Thunk:
            if entry.is_time:
                return read
            value = read()
            return lambda: value

        return cls(entry.kind, read, freeze, entry.is_time)


def computed(kind: type, operation: Callable[..., Any], *parts: Code) -> Code:
    """`operation` applied to the values of `parts`."""

    def freeze() -> Thunk:
        return _bound(operation, [part.freeze() for part in parts])

    return Code(kind, _bound(operation, [part.run for part in parts]), freeze, any(part.has_time for part in parts))


def _bound(operation: Callable[..., Any], parts: list[Thunk]) -> Thunk:
    if len(parts) == 1:
        (only,) = parts
        return lambda: operation(only())
    if len(parts) == 2:
        first, second = parts
        return lambda: operation(first(), second())
    return lambda: operation(*(part() for part in parts))


def delayed(is_and: bool, left: Code, right: Code) -> Code:
    """``&&`` or ``||``: the right side is computed only where the left one does not decide."""

    def bound(first: Thunk, second: Thunk) -> Thunk:
        return (lambda: first() and second()) if is_and else (lambda: first() or second())

    return Code(
        bool, bound(left.run, right.run), lambda: bound(left.freeze(), right.freeze()), left.has_time or right.has_time
    )


def indexed(owner: Code, place: Code) -> Code:
    """``owner[place]`` of a vector or a list of numbers."""
    if owner.kind not in (Vector, list):
        raise ScriptError(f"found an index on {spoken(owner.kind)}, expected a vector before '['")

    def take(values: Any, at: int) -> float:
        if not 0 <= at < len(values):
            raise ScriptError(f"found the index {at}, expected 0 to {len(values) - 1}")
        return float(values[at])

    return computed(float, take, owner, place)


def converted(code: Code, kind: type) -> Code:
    """The expression as a value of type `kind`.

    Raises ScriptError if the types do not fit; a float is checked to be a whole number when it is computed.
    """
    if code.kind is type(None) and kind is not type(None):
        raise ScriptError(f"found a command that has no value, expected {spoken(kind)}")
    if code.kind is kind or kind is object or (issubclass(code.kind, kind) and code.kind is not bool):
        return code
    if kind is int and (code.kind is float or issubclass(code.kind, Scalar)):
        return computed(int, _whole, converted(code, float))
    if kind is float and code.kind is int:
        return computed(float, float, code)
    if kind is float and issubclass(code.kind, Scalar):
        run = computed(float, lambda scalar: scalar.get(), code).run
        return Code.variable(Variable(float, run))
    for wrapper, inner in ((ScalarFunction, float), (VectorFunction, Vector), (Condition, bool)):
        if kind is wrapper:
            return _unevaluated(converted(code, inner), wrapper)
    raise ScriptError(f"found {spoken(code.kind)}, expected {spoken(kind)}")


def _unevaluated(code: Code, wrapper: type) -> Code:
    return Code.constant(wrapper(code.run, code.freeze, code.has_time))


def _whole(value: float) -> int:
    if value != value or value in (float("inf"), float("-inf")) or int(value) != value:
        raise ScriptError(f"found {value:g}, expected a whole number")
    return int(value)
