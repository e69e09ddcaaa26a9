"""What each request of a script does to its magnet."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from devicegen.engine.magnet import Magnet
from devicegen.engine.stepping import fixed, kernels
from devicegen.engine.stepping.rungekutta import Stepper
from devicegen.engine.stepping.tableaus import BOGACKI_SHAMPINE

_RELAX_STEPS = 3
_FINEST_RELAX_ERROR = 1e-9
_RELAX_PATIENCE = 10
"""Rounds of relax steps without a new lowest torque after which the steps are made finer."""

_FIRST_DESCENT = 1e-4


def fixed_steps(magnet: Magnet, n: int) -> None:
    """Take `n` steps of `settings.fix_dt`."""
    if magnet.settings.fix_dt <= 0:
        raise ValueError(f"fixed steps need FixDt above 0, found {magnet.settings.fix_dt:g} s")
    if fixed.can_use_heun_loop(magnet):
        (failure,) = fixed.heun([magnet], n)
        if failure is not None:
            raise failure
        return
    with _stepping(magnet) as stepper:
        for _ in range(n):
            stepper.fixed_step()


def adaptive_until(magnet: Magnet, t_return: float, t_end: float) -> None:
    """Take adaptive steps until t reaches `t_return`; `t_end` is not crossed."""
    with _stepping(magnet) as stepper:
        while magnet.t < t_return:
            stepper.adaptive_step(t_end)


def adaptive_steps(magnet: Magnet, n: int) -> None:
    """Take `n` adaptive steps."""
    with _stepping(magnet) as stepper:
        for _ in range(n):
            stepper.adaptive_step(math.inf)


def relax(magnet: Magnet) -> None:
    """Find the energy minimum downhill, as MuMax3 relaxes; time, solver and settings stay as they were.

    Without precession and noise, Bogacki-Shampine steps go on while the energy falls; then, with ever finer
    steps, while the torque falls; or, if `settings.relax_torque_threshold` is set, until the largest torque is
    below it, with finer steps whenever it falls no more (MuMax3 waits at one fineness for as long as it takes).
    """
    with _downhill(magnet, solver=BOGACKI_SHAMPINE), _stepping(magnet, noisy=False) as stepper:
        settings = magnet.settings

        def steps() -> None:
            t = magnet.t
            for _ in range(_RELAX_STEPS):
                stepper.adaptive_step(math.inf)
            magnet.t = t

        steps()
        before = stepper.energy()
        steps()
        after = stepper.energy()
        while after < before:
            steps()
            before, after = after, stepper.energy()
        threshold = settings.relax_torque_threshold
        if threshold > 0:
            lowest, waited = math.inf, 0
            while (torque := stepper.torque_norm()[0]) > threshold and settings.max_err > _FINEST_RELAX_ERROR:
                lowest, waited = (torque, 0) if torque < lowest else (lowest, waited + 1)
                if waited == _RELAX_PATIENCE:
                    settings.max_err /= math.sqrt(2)
                    waited = 0
                steps()
            return
        after = stepper.torque_norm()[1]
        while settings.max_err > _FINEST_RELAX_ERROR:
            settings.max_err /= math.sqrt(2)
            steps()
            before, after = after, stepper.torque_norm()[1]
            while after < before:
                steps()
                before, after = after, stepper.torque_norm()[1]


def minimize(magnet: Magnet) -> None:
    """Find the energy minimum by steepest descent with Barzilai-Borwein steps, as MuMax3 minimizes.

    Source: Exl et al., J. Appl. Phys. 115, 17D118 (2014). Stops when the largest change of m in each of the
    last `settings.minimizer_samples` steps was below `settings.minimizer_stop`. Near a shallow minimum the torques
    are rounding alone, and the steps judged from them shrink before it is reached, here as in MuMax3.
    """
    with _downhill(magnet), _stepping(magnet, noisy=False) as stepper:
        settings = magnet.settings
        changes: deque[float] = deque(maxlen=settings.minimizer_samples)
        h = _FIRST_DESCENT
        slope = stepper.torque_at(stepper.m).copy()
        one = np.ones(1, dtype=np.float32)
        while len(changes) < settings.minimizer_samples or max(changes) > settings.minimizer_stop:
            kernels.descend(stepper.m, slope, np.float32(h), stepper.trial)
            next_slope = stepper.torque_at(stepper.trial)
            moved = stepper.trial - stepper.m
            turned = slope - next_slope
            changes.append(kernels.longest(moved[None], one))
            along = kernels.dot(moved, turned)
            if magnet.n_steps % 2 == 0:
                above, below = kernels.dot(moved, moved), along
            else:
                above, below = along, kernels.dot(turned, turned)
            h = above / below if below != 0 else _FIRST_DESCENT
            kernels.normalised(stepper.trial, stepper.m)
            slope[:] = next_slope
            magnet.n_steps += 1
            magnet.last_err = max(changes)


@contextmanager
def _stepping(magnet: Magnet, noisy: bool = True) -> Iterator[Stepper]:
    """A stepper whose magnetization returns to the magnet, whatever happens."""
    stepper = Stepper(magnet, noisy)
    try:
        yield stepper
    finally:
        stepper.finish()


@contextmanager
def _downhill(magnet: Magnet, solver: int | None = None) -> Iterator[None]:
    """Switch precession and noise off, and restore time and settings at the end."""
    settings, t = magnet.settings, magnet.t
    magnet.settings = replace(settings, precess=False, fix_dt=0.0, solver=settings.solver if solver is None else solver)
    magnet.relaxing = True
    try:
        yield
    finally:
        settings.dt = magnet.settings.dt
        magnet.settings = settings
        magnet.t = t
        magnet.relaxing = False
