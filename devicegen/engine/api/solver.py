"""Commands that move time on, and the settings of the solver."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from devicegen.engine.api.quantities import ScalarValue
from devicegen.engine.language.values import Condition, Requests
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.saving import Saving
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.language.world import World
    from devicegen.engine.magnet import Magnet
    from devicegen.engine.scheduler import Request

_SOLVERS = (1, 2, 3, 4, 5, 6)
_CELL_STEPS_AT_ONCE = 20_000_000  # a second or so of work, so that an interruption is heard soon


def _requests() -> ModuleType:
    """The scheduler's module, loaded when time first moves on: its compiled kernels take half a second to load."""
    from devicegen.engine import scheduler

    return scheduler


@dataclass(frozen=True)
class FixedLayerSide:
    """On which side of the layer the fixed layer lies."""

    spoken = "FIXEDLAYER_TOP or FIXEDLAYER_BOTTOM"
    is_top: bool


class Solver:
    """Advances time with output on the way.

    Between two outputs the steps are asked for at once, so that the scheduler can carry them out without
    coming back, and side by side with other scripts.
    """

    def __init__(self, simulation: Simulation, saving: Saving) -> None:
        self.simulation, self.saving = simulation, saving
        self.after_step: list[Callable[[], None]] = []
        self._warned = False

    # -- commands

    def run(self, seconds: float) -> Requests:
        """Advance by a time; with fixed steps the last one may pass the end."""
        if not math.isfinite(seconds):
            raise ScriptError(f"found run({seconds}), expected a finite time in seconds")
        magnet = self._ready()
        end = magnet.t + seconds
        self._output()
        while magnet.t < end:
            yield self._next_request(magnet, end, math.inf)
            self._stepped()

    def steps(self, count: int) -> Requests:
        """Advance by a number of steps."""
        magnet = self._ready()
        last = magnet.n_steps + count
        self._output()
        while magnet.n_steps < last:
            yield self._next_request(magnet, math.inf, last - magnet.n_steps)
            self._stepped()

    def run_while(self, condition: Condition) -> Requests:
        """Advance step by step as long as the condition holds."""
        magnet = self._ready()
        self._output()
        while condition.value():
            is_fixed = self.simulation.settings.fix_dt
            yield _requests().FixedSteps(magnet, 1) if is_fixed else _requests().AdaptiveSteps(magnet, 1)
            self._stepped()

    def relax(self) -> Requests:
        """Go to the energy minimum by damped motion; the time stays."""
        yield _requests().Relax(self._ready())

    def minimize(self) -> Requests:
        """Go to the energy minimum by steepest descent; the time stays."""
        yield _requests().Minimize(self._ready())

    def set_solver(self, number: int) -> None:
        """Choose the solver: 1 Euler, 2 Heun, 3 Bogacki-Shampine, 4 RK4, 5 Dormand-Prince, 6 Fehlberg."""
        if number == -1:
            raise ScriptError("found SetSolver(-1) (backward Euler), not supported by mx3cpu: use 1 to 6")
        if number not in _SOLVERS:
            raise ScriptError(f"found SetSolver({number}), expected 1 to 6")
        self.simulation.settings.solver = number

    # -- how far to go at once

    def _next_request(self, magnet: Magnet, end_s: float, most: float) -> Request:
        """As many steps as can be taken before something has to be looked at.

        end_s : time at which to stop; most : number of steps after which to stop
        """
        fixed = self.simulation.settings.fix_dt
        if self.after_step:
            most = 1
        if fixed:
            most = min(most, max(1, _CELL_STEPS_AT_ONCE // (magnet.mesh.nx * magnet.mesh.ny)))
            return _requests().FixedSteps(magnet, self._fixed_count(magnet.t, fixed, end_s, most))
        if math.isfinite(most):
            return _requests().AdaptiveSteps(magnet, 1) if end_s == math.inf else self._one_adaptive(magnet, end_s)
        target = min(self.saving.next_due(magnet.t), end_s)
        return _requests().AdaptiveUntil(magnet, max(target, math.nextafter(magnet.t, math.inf)), end_s)

    @staticmethod
    def _one_adaptive(magnet: Magnet, end_s: float) -> Request:
        return _requests().AdaptiveUntil(magnet, math.nextafter(magnet.t, math.inf), end_s)

    def _fixed_count(self, time_s: float, dt_s: float, end_s: float, most: float) -> int:
        """Number of steps to the end or the next output, adding up the time as the solver does."""
        due = min(self.saving.next_due(time_s), end_s)
        count, now = 0, time_s
        safely_before = due - abs(due) * 1e-9
        while count < most:
            now += dt_s
            count += 1
            if now >= safely_before and (now >= end_s or self.saving.is_due(now)):
                break
        return count

    # -- around each stop

    def _output(self) -> None:
        self.saving.save_what_is_due()

    def _stepped(self) -> None:
        for action in self.after_step:
            action()
        self._output()

    def _ready(self) -> Magnet:
        """The magnet, after a look at whether the parameters make sense."""
        magnet = self.simulation.magnet
        if not self._warned:
            self._warned = True
            for note in notes(magnet):
                self.simulation.log.complain(note)
        if self.simulation.settings.fix_dt < 0:
            raise ScriptError(f"found FixDt = {self.simulation.settings.fix_dt:g}, expected 0 or more")
        if self.simulation.settings.demag_refresh < 1:
            raise ScriptError(f"found DemagRefresh = {self.simulation.settings.demag_refresh}, expected 1 or more")
        if magnet.get_parameter("Temp").any() and not magnet.get_parameter("Msat").any():
            raise ScriptError("found Temp above 0 and Msat = 0, expected Msat (A/m): thermal noise needs a magnet")
        return magnet


def notes(magnet: Magnet) -> list[str]:
    """What a user should know about odd parameters before the first step."""
    found = []
    own = {name: magnet.get_parameter(name)[magnet.region] for name in ("Msat", "Aex", "Ku1", "Dind", "alpha")}
    own = {name: values[magnet.fill > 0] for name, values in own.items()}
    found += [f"Note: {name} = 0" for name in ("Msat", "Aex") if not own[name].any()]
    stiffness = own["Ku1"] - 2e-7 * math.pi * own["Msat"] ** 2
    critical = 4 / math.pi * (own["Aex"] * stiffness.clip(min=0)) ** 0.5
    over = (abs(own["Dind"]) > critical) & (critical > 0)
    if over.any():
        found.append(
            f"Note: Dind = {abs(own['Dind'][over]).max():g} J/m2 is above the critical value of "
            f"{critical[over].min():.3g} J/m2 for this film: domain walls have negative energy and spirals form"
        )
    for axis, nodes in (("x", magnet.mesh.nx), ("y", magnet.mesh.ny)):
        if nodes > 16 and _largest_prime(nodes) > 7:
            found.append(
                f"Note: {nodes} cells along {axis} (largest prime factor {_largest_prime(nodes)}): "
                f"{_next_smooth(nodes)} would be faster"
            )
    return found


def _largest_prime(number: int) -> int:
    largest, divisor = 1, 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            largest, number = divisor, number // divisor
        divisor += 1
    return max(largest, number)


def _next_smooth(number: int) -> int:
    while _largest_prime(number) > 7:
        number += 1
    return number


def declare(world: World, simulation: Simulation, saving: Saving) -> Solver:
    """Bind the commands and settings of the solver."""
    solver = Solver(simulation, saving)
    world.function("Run", solver.run)
    world.function("Steps", solver.steps)
    world.function("RunWhile", solver.run_while)
    world.function("Relax", solver.relax)
    world.function("Minimize", solver.minimize)
    world.function("SetSolver", solver.set_solver)
    world.time("t", simulation.clock.read, simulation.set_time)
    world.variable("step", int, lambda: simulation.magnet.n_steps, simulation.set_steps)
    settings = simulation.settings
    for name, kind, attribute in (
        ("FixDt", float, "fix_dt"),
        ("MaxDt", float, "max_dt"),
        ("MinDt", float, "min_dt"),
        ("MaxErr", float, "max_err"),
        ("Headroom", float, "headroom"),
        ("DemagAccuracy", float, "demag_accuracy"),
        ("DoPrecess", bool, "precess"),
        ("EnableDemag", bool, "enable_demag"),
        ("OpenBC", bool, "open_bc"),
        ("DisableZhangLiTorque", bool, "disable_zhang_li"),
        ("DisableSlonczewskiTorque", bool, "disable_slonczewski"),
        ("GammaLL", float, "gamma_ll"),
        ("MinimizerStop", float, "minimizer_stop"),
        ("MinimizerSamples", int, "minimizer_samples"),
        ("RelaxTorqueThreshold", float, "relax_torque_threshold"),
    ):
        world.setting(name, kind, settings, attribute)
    world.setting("DemagRefresh", int, settings, "demag_refresh", own=True)

    world.constant("FIXEDLAYER_TOP", FixedLayerSide(True))
    world.constant("FIXEDLAYER_BOTTOM", FixedLayerSide(False))
    world.variable(
        "FixedLayerPosition",
        FixedLayerSide,
        lambda: FixedLayerSide(settings.fixed_layer_on_top),
        lambda side: setattr(settings, "fixed_layer_on_top", side.is_top),
    )

    def seed(number: int) -> None:
        simulation.on_build.append(lambda magnet: magnet.thermal_seed(number))
        if simulation.built is not None:
            simulation.built.thermal_seed(number)

    world.function("ThermSeed", seed)
    world.function("ThermReseed", seed)
    for name, unit, read in (
        ("dt", "s", lambda: settings.dt),
        ("LastErr", "", lambda: simulation.magnet.last_err),
        ("PeakErr", "", lambda: simulation.magnet.peak_err),
        ("NEval", "", lambda: float(simulation.magnet.n_evaluations)),
        ("maxTorque", "T", lambda: simulation.magnet.torque_now()),
    ):
        world.constant(name, ScalarValue(simulation, name, unit, read))
    return solver
