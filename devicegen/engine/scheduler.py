"""Carries out what scripts ask for, and lets scripts that ask for the same advance go side by side.

A script is a generator. It yields a request, is resumed when the request has been carried out, and returns
when it has nothing more to ask. A failure of the physics is raised inside the script that asked, so that it
can still close its files.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.fields.simd import LANES
from devicegen.engine.magnet import Magnet
from devicegen.engine.stepping import advance, fixed


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
    """Run every script to its end; the outcomes come in the order of `scripts`.

    Scripts whose magnets can take the same fixed steps wait for each other and go side by side; the result of
    each has the same bytes as when it runs alone.
    """
    outcomes: list[Outcome] = [Outcome()] * len(scripts)
    pending: dict[int, Request] = {}
    for i, script in enumerate(scripts):
        _resume(script, i, None, pending, outcomes)
    while pending:
        alone, companies = _sorted_out(pending)
        for i in alone:
            _resume(scripts[i], i, _attempt(pending[i]), pending, outcomes)
        for company in companies:
            _go_together(company, scripts, pending, outcomes)
    return outcomes


def _sorted_out(pending: dict[int, Request]) -> tuple[list[int], list[list[int]]]:
    """Which scripts go next: those that go alone, and groups that go side by side.

    As long as there are scripts whose request is none that can be shared, only these go on: what they ask for
    next may fill a group. Then go the groups that are large enough; if there are none, all scripts go alone.
    """
    groups: dict[Hashable, list[int]] = {}
    for i, request in pending.items():
        key = fixed.company_key(request.magnet) if isinstance(request, FixedSteps) else None
        groups.setdefault(key, []).append(i)
    if None in groups:
        return groups[None], []
    companies = [group[k : k + LANES] for group in groups.values() for k in range(0, len(group), LANES)]
    companies = [company for company in companies if len(company) >= fixed.SMALLEST_COMPANY]
    return ([] if companies else list(pending)), companies


def _go_together(
    company: list[int], scripts: Sequence[Script], pending: dict[int, Request], outcomes: list[Outcome]
) -> None:
    """Advance a company by as many steps as all of them want, and let those go on that want no more."""
    requests = {i: request for i in company if isinstance(request := pending[i], FixedSteps)}
    n = min(request.n for request in requests.values())
    failures = fixed.heun([request.magnet for request in requests.values()], n)
    for (i, request), failure in zip(requests.items(), failures, strict=True):
        if failure is not None or request.n == n:
            _resume(scripts[i], i, failure, pending, outcomes)
        else:
            pending[i] = FixedSteps(request.magnet, request.n - n)


def _attempt(request: Request) -> RunTimeFailure | None:
    try:
        carry_out(request)
    except RunTimeFailure as failure:
        return failure
    return None


def carry_out(request: Request) -> None:
    """Carry out one request alone."""
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
