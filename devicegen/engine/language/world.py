"""The names a script can use, and what each stands for."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devicegen.errors import ScriptError


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes and gives. `advances`: it moves time on, so it is a generator of requests."""

    names: tuple[str, ...]
    kinds: tuple[type, ...]
    result: type
    variadic: bool = False
    advances: bool = False


def signature_of(function: Callable[..., Any]) -> Signature:
    """The signature of a Python function from its annotations; ``*args`` makes it variadic."""
    hints = typing.get_type_hints(function)
    names, kinds, variadic = [], [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            variadic = True
        elif parameter.name != "self":
            names.append(parameter.name)
            kinds.append(hints[parameter.name])
    advances = inspect.isgeneratorfunction(function)
    result = type(None) if advances else hints.get("return", type(None))
    return Signature(tuple(names), tuple(kinds), result, variadic, advances)


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that never changes."""

    value: Any


@dataclass(frozen=True, slots=True)
class Variable:
    """A value of type `kind` that is read, and, where `write` is given, assigned. `is_time`: it is t."""

    kind: type
    read: Callable[[], Any]
    write: Callable[[Any], None] | None = None
    is_time: bool = False


@dataclass(slots=True)
class Function:
    """A function; its signature is worked out when the name is first used."""

    call: Callable[..., Any]
    known_signature: Signature | None = None

    @property
    def signature(self) -> Signature:
        """The signature, from the annotations where it was not given."""
        if self.known_signature is None:
            self.known_signature = signature_of(self.call)
        return self.known_signature


@dataclass(frozen=True, slots=True)
class Refused:
    """A name of MuMax3 that this engine does not have."""

    reason: str


Entry = Constant | Variable | Function | Refused


class World:
    """All names known before a script begins, without regard to case."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._spelling: dict[str, str] = {}
        self._own: set[str] = set()

    def declare(self, name: str, entry: Entry) -> None:
        """Give `name` a meaning. A name has one meaning only."""
        key = name.lower()
        if key in self._entries:
            raise ValueError(f"the name {name} is declared twice")
        self._entries[key] = entry
        self._spelling[key] = name

    def constant(self, name: str, value: Any) -> None:
        """Declare a constant, a quantity, or any object with methods."""
        self.declare(name, Constant(value))

    def variable(
        self, name: str, kind: type, read: Callable[[], Any], write: Callable[[Any], None] | None = None
    ) -> None:
        """Declare a variable; read-only where `write` is not given."""
        self.declare(name, Variable(kind, read, write))

    def setting(self, name: str, kind: type, holder: object, attribute: str, own: bool = False) -> None:
        """Declare a variable that is an attribute of `holder`. `own`: MuMax3 has no such name."""
        if own:
            self._own.add(name.lower())
        self.variable(name, kind, lambda: getattr(holder, attribute), lambda value: setattr(holder, attribute, value))

    def time(self, name: str, read: Callable[[], float], write: Callable[[float], None]) -> None:
        """Declare the one variable that expressions of time stay tied to."""
        self.declare(name, Variable(float, read, write, is_time=True))

    def function(self, name: str, call: Callable[..., Any], signature: Signature | None = None) -> None:
        """Declare a function, checked by its annotations or by `signature`."""
        self.declare(name, Function(call, signature))

    def refuse(self, name: str, reason: str) -> None:
        """Declare a name that exists in MuMax3 and not here."""
        self.declare(name, Refused(reason))

    @property
    def own(self) -> tuple[str, ...]:
        """Names that MuMax3 does not have; scripts set them in comments, ``// mx3cpu: name = value``."""
        return tuple(sorted(self._spelling[key] for key in self._own))

    def is_own(self, name: str) -> bool:
        """Whether MuMax3 does not have the name."""
        return name.lower() in self._own

    def find(self, name: str) -> Entry | None:
        """What the name stands for, None where it is unknown."""
        return self._entries.get(name.lower())

    def require(self, name: str, also: list[str]) -> Entry:
        """What the name stands for.

        also   : further names (the script's own) to suggest where `name` looks misspelt
        Raises : ScriptError if the name is unknown, or refused.
        """
        entry = self.find(name)
        if isinstance(entry, Refused):
            raise ScriptError(f"found {self._spelling[name.lower()]}, not supported by mx3cpu: {entry.reason}")
        if entry is None:
            raise ScriptError(f"found the unknown name {name}{self._suggestion(name, also)}")
        return entry

    def _suggestion(self, name: str, also: list[str]) -> str:
        import difflib

        known = {key: shown for key, shown in self._spelling.items() if not isinstance(self._entries[key], Refused)}
        known |= {own.lower(): own for own in also}
        near = difflib.get_close_matches(name.lower(), known, n=2, cutoff=0.7)
        if not near:
            return ", expected a variable, quantity or function (declare a variable with name := value)"
        return f", did you mean {' or '.join(known[key] for key in near)}?"
