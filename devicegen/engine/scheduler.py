"""Carries out what scripts ask for, and lets scripts that ask for the same advance go side by side.

A script is a generator. It yields a request, is resumed when the request has been carried out, and returns
when it has nothing more to ask. A failure of the physics is raised inside the script that asked, so that it
can still close its files.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.magnet import Magnet


@dataclass(frozen=True)
class FixedSteps:
    """`n` steps of the fixed length `settings.fix_dt` with the present solver."""

    magnet: Magnet
    n: int


@dataclass(frozen=True)
class AdaptiveUntil:
    """Adaptive steps until t >= `t_return`; only `t_end` clips a step."""

    magnet: Magnet
    t_return: float
    t_end: float


@dataclass(frozen=True)
class AdaptiveSteps:
    """`n` accepted steps of the adaptive solver."""

    magnet: Magnet
    n: int


@dataclass(frozen=True)
class Relax:
    """MuMax3's relax(): down in energy, then down in torque; time and settings stay."""

    magnet: Magnet


@dataclass(frozen=True)
class Minimize:
    """MuMax3's minimize(): steepest descent with Barzilai-Borwein steps; time and settings stay."""

    magnet: Magnet


Request = FixedSteps | AdaptiveUntil | AdaptiveSteps | Relax | Minimize
Script = Generator[Request, None, Any]


@dataclass(frozen=True)
class Outcome:
    """How one script ended: the value it returned, or the exception that ended it."""

    value: Any = None
    error: BaseException | None = None


def run_scripts(scripts: Sequence[Script]) -> list[Outcome]:
    """Run every script to its end; the outcomes come in the order of `scripts`."""
    outcomes: list[Outcome] = [Outcome()] * len(scripts)
    pending: dict[int, Request] = {}
    for i, script in enumerate(scripts):
        _resume(script, i, None, pending, outcomes)
    while pending:
        for i in list(pending):
            failure = None
            try:
                carry_out(pending[i])
            except RunTimeFailure as error:
                failure = error
            _resume(scripts[i], i, failure, pending, outcomes)
    return outcomes


def carry_out(request: Request) -> None:
    """Carry out one request alone."""
    from devicegen.engine.stepping import advance

    match request:
        case FixedSteps(magnet, n):
            advance.fixed_steps(magnet, n)
        case AdaptiveUntil(magnet, t_return, t_end):
            advance.adaptive_until(magnet, t_return, t_end)
        case AdaptiveSteps(magnet, n):
            advance.adaptive_steps(magnet, n)
        case Relax(magnet):
            advance.relax(magnet)
        case Minimize(magnet):
            advance.minimize(magnet)


def _resume(
    script: Script,
    index: int,
    failure: RunTimeFailure | None,
    pending: dict[int, Request],
    outcomes: list[Outcome],
) -> None:
    """Let one script go on to its next request, or note how it ended."""
    pending.pop(index, None)
    try:
        pending[index] = next(script) if failure is None else script.throw(failure)
    except StopIteration as stop:
        outcomes[index] = Outcome(value=stop.value)
    except Exception as error:
        outcomes[index] = Outcome(error=error)
