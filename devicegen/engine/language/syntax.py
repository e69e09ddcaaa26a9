"""The parsed script: expressions and statements as plain records, each with its line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A literal; `value` is an int for ``12`` and a float for ``1e-9``."""

    line: int
    text: str
    value: int | float


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal."""

    line: int
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, constant, quantity or function."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Paren:
    """An expression within parentheses."""

    line: int
    inner: Expression


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x`` or ``!x``."""

    line: int
    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """``x operator y``."""

    line: int
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Selector:
    """``owner.name``, always followed by a call."""

    line: int
    owner: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """``owner[place]``."""

    line: int
    owner: Expression
    place: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """``function(arguments)`` or ``owner.method(arguments)``."""

    line: int
    function: Expression
    arguments: tuple[Expression, ...]


Expression = Number | Text | Name | Paren | Unary | Binary | Selector | Index | Call


@dataclass(frozen=True, slots=True)
class Assign:
    """``target operator value`` with operator ``:=``, ``=``, ``+=`` or ``-=``."""

    line: int
    target: Expression
    operator: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Step:
    """``target++`` or ``target--``."""

    line: int
    target: Expression
    operator: str


@dataclass(frozen=True, slots=True)
class Evaluate:
    """An expression used as a statement."""

    line: int
    expression: Expression


@dataclass(frozen=True, slots=True)
class Pragma:
    """``// mx3cpu: name = value``, a comment to MuMax3: sets what only this engine has."""

    line: int
    setting: Assign


@dataclass(frozen=True, slots=True)
class Block:
    """``{ statements }``; opens a scope."""

    line: int
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class If:
    """``if condition body else otherwise``."""

    line: int
    condition: Expression
    body: Block
    otherwise: Block | If | None


@dataclass(frozen=True, slots=True)
class For:
    """``for start; condition; post body``; each of the three may be absent."""

    line: int
    start: Statement | None
    condition: Expression | None
    post: Statement | None
    body: Block


Statement = Assign | Step | Evaluate | Pragma | Block | If | For
