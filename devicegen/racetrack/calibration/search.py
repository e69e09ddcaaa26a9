"""Calibration: the values that no paper states, chosen so that the simulated walls do what the paper's did.

A search over the open knobs in three stages, each with few racetracks, then more for what is worth it:

1. explore: a scrambled Sobol sequence over the knobs' ranges, and the values that one starts from;
2. refine: children of the best quarter (the middle of two parents and a step that shrinks);
3. race: the best few with more racetracks.

The search runs on the cells of the device itself: on coarser ones the steps of the edges pin the walls, and what is
best there is not best on finer ones.

Every candidate writes the same racetracks (the same roughness) with the same thermal noise: common random numbers,
so that candidates differ by their values and less by luck. Error bars come from a bootstrap over racetracks.
Every finished event stays on disk: a search that was stopped goes on where it stood.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from scipy.stats import qmc

from devicegen.errors import ConfigError
from devicegen.mumax3.process import GRACE_S
from devicegen.racetrack.calibration.score import Score, Targets, score
from devicegen.racetrack.config import RacetrackConfig, deep_merge, load_racetrack
from devicegen.racetrack.ensemble import batches, run_batch
from devicegen.racetrack.ensemble_file import read_ensemble
from devicegen.racetrack.theory import tested_time_step_s
from devicegen.racetrack.wall import read_wall
from devicegen.seeds import generator

SLICE = 4
"""Racetracks of one engine process."""

MOST_RACETRACKS = 64 * SLICE
"""Racetracks of a candidate in each state, at most."""


@dataclass(frozen=True)
class Knob:
    """A value that is searched for: its place in the racetrack's block, and its range or its choices."""

    place: str
    low: float = 0.0
    high: float = 0.0
    choices: tuple[str, ...] = ()

    def value(self, unit: float) -> float | str:
        """The value at `unit`, from 0 to 1 across the range; three significant digits, as people write them."""
        if self.choices:
            return self.choices[min(int(unit * len(self.choices)), len(self.choices) - 1)]
        return float(f"{self.low + unit * (self.high - self.low):.3g}")

    def unit(self, value: float | str) -> float:
        """The place of `value` in the range, from 0 to 1."""
        if self.choices:
            return (self.choices.index(str(value)) + 0.5) / len(self.choices)
        return min(max((float(value) - self.low) / (self.high - self.low), 0.0), 1.0)


KNOBS = (
    Knob("torque.spin_hall_angle", 0.06, 0.20),
    Knob("torque.field_like_ratio", -1.0, 1.0),
    Knob("notches.depth_m", 2e-9, 10e-9),
    Knob("notches.width_m", 12e-9, 40e-9),
    Knob("notches.shape", choices=("triangular", "rectangular", "elliptic")),
    Knob("material.saturation_magnetization_A_m", 0.9e6, 1.03e6),
    Knob("material.exchange_J_m", 1.5e-11, 2.5e-11),
    Knob("material.damping", 0.01, 0.04),
)
"""What Al Misba 2022 leaves open, each within what is usual for such films."""


@dataclass(frozen=True)
class Plan:
    """How much work the search does; an event on 4 x 2 nm cells takes 10 s of a core.

    explore, rounds, children, race : candidates of the first stage, rounds of refinement, candidates of each, and of
                 the race
    few, many  : racetracks that each candidate writes in a state, before the race and in it; at least 2 for a spread
    """

    explore: int = 32
    rounds: int = 2
    children: int = 16
    few: int = 4
    race: int = 3
    many: int = 16

    def __post_init__(self) -> None:
        if not 2 <= self.few <= self.many <= MOST_RACETRACKS:
            raise ConfigError(
                f"calibration: found few = {self.few} and many = {self.many} racetracks a candidate and state, "
                f"expected 2 <= few <= many <= {MOST_RACETRACKS}."
            )


@dataclass(frozen=True)
class Trial:
    """One candidate and what its walls did: knob values, racetracks a state, score."""

    values: dict[str, float | str]
    racetracks: int
    score: Score


def block_of(base: Mapping[str, Any], values: Mapping[str, float | str]) -> dict[str, Any]:
    """The block `base` with the knobs at `values`."""
    block = dict(base)
    for place, value in values.items():
        outer, inner = place.split(".")
        block = deep_merge(block, {outer: {inner: value}})
    return block


def candidate(base: Mapping[str, Any], values: Mapping[str, float | str]) -> RacetrackConfig | None:
    """The racetrack of a candidate, or None where it cannot be simulated.

    The time step is the one at which thermal equilibrium was tested for its cells and material, the far field is held
    for 16 stages.
    """
    block = block_of(base, values)
    try:
        # any step that passes the checks, then the tested one
        trial = load_racetrack(deep_merge(block, {"protocol": {"time_step_s": 1e-15}}))
        step_s = float(f"{tested_time_step_s(trial):.2g}")
        return load_racetrack(deep_merge(block, {"protocol": {"time_step_s": step_s, "far_demag_hold_s": 8 * step_s}}))
    except ConfigError:
        return None


def _begin_worker(log: Path, search: int) -> None:
    """Send what an engine's run says to a file, as the search has one progress bar of its own; end with the search.

    search : process id of the search. Workers of one that was killed would wait for work for ever.
    """
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(descriptor, 2)
    threading.Thread(target=_end_with, args=(search,), daemon=True).start()


def _end_with(search: int) -> None:
    while os.getppid() == search:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)  # ends the engine, if one is running
    time.sleep(3 * GRACE_S)
    os._exit(1)


class Search:
    """A calibration under way.

    base      : the racetrack's block of the configuration that is searched around
    states    : indices of the states that candidates are tried in
    work_dir  : where finished events are kept
    seed      : root of all random numbers
    workers   : engine processes side by side
    """

    def __init__(
        self,
        base: Mapping[str, Any],
        states: Sequence[int],
        targets: Targets,
        work_dir: Path,
        seed: int,
        workers: int,
        plan: Plan = Plan(),
        knobs: Sequence[Knob] = KNOBS,
    ):
        self._base = {**base, "instances": MOST_RACETRACKS, "instances_per_batch": SLICE}
        self._states, self._targets, self._work_dir = tuple(states), targets, work_dir
        self._seed, self._workers, self._plan, self._knobs = seed, workers, plan, tuple(knobs)
        self.trials: list[Trial] = []

    # -- the three stages ---------------------------------------------------------------------------

    def run(self, starts: Sequence[Mapping[str, float | str]]) -> list[Trial]:
        """Explore, refine and race; the trials of the race, the best first.

        starts : values of the knobs to try beside the Sobol sequence
        """
        plan = self._plan
        self._try_all("exploring", [dict(start) for start in starts] + self._sobol(plan.explore), plan.few)
        for round_ in range(plan.rounds):
            children = self._children(plan.children, 0.2 / (round_ + 1), round_)
            self._try_all(f"refining, round {round_ + 1}", children, plan.few)
        race = self._try_all("racing", [trial.values for trial in self._best(plan.race)], plan.many)
        return sorted(race, key=lambda trial: trial.score.total)

    def _best(self, count: int) -> list[Trial]:
        return sorted(self.trials, key=lambda trial: trial.score.total)[:count]

    def _sobol(self, count: int) -> list[dict[str, float | str]]:
        sequence = qmc.Sobol(len(self._knobs), rng=generator(self._seed, "calibration", "sobol"))
        return self._possible(lambda: sequence.random(1)[0], count)

    def _children(self, count: int, step: float, round_: int) -> list[dict[str, float | str]]:
        random = generator(self._seed, "calibration", "children", round_)
        parents = [trial.values for trial in self._best(max(2, len(self.trials) // 4))]
        units = np.array([[knob.unit(parent[knob.place]) for knob in self._knobs] for parent in parents])

        def child() -> npt.NDArray[np.float64]:
            mother, father = units[random.choice(len(units), 2, replace=False)]
            middle = np.where([bool(knob.choices) for knob in self._knobs], mother, (mother + father) / 2)
            numeric = np.array([not knob.choices for knob in self._knobs])
            return np.clip(middle + step * numeric * random.standard_normal(middle.size), 0, 1)

        return self._possible(child, count)

    def _possible(self, point: Callable[[], npt.NDArray[np.float64]], count: int) -> list[dict[str, float | str]]:
        """The first `count` of what `point` gives that can be simulated."""
        found: list[dict[str, float | str]] = []
        while len(found) < count:
            values = {knob.place: knob.value(float(u)) for knob, u in zip(self._knobs, point(), strict=True)}
            if candidate(self._base, values) is not None:
                found.append(values)
        return found

    # -- trying candidates --------------------------------------------------------------------------

    def _try_all(self, what: str, candidates: Sequence[dict[str, float | str]], racetracks: int) -> list[Trial]:
        """Run what is missing of the candidates' events, and score each."""
        configs = []
        for values in candidates:
            config = candidate(self._base, values)
            if config is None:
                raise ConfigError(f"calibration: the racetrack with {values} cannot be simulated.")
            configs.append(config)
        jobs = [(config, batch) for config in configs for batch in self._wanted(config, racetracks)]
        self._run(what, jobs)
        tried = [
            Trial(values, racetracks, self._score(config, racetracks))
            for values, config in zip(candidates, configs, strict=True)
        ]
        self.trials += tried
        return tried

    def _wanted(self, config: RacetrackConfig, racetracks: int) -> list[int]:
        return [b.index for b in batches(config) if b.state in self._states and b.instances[0] < racetracks]

    def _folder(self, config: RacetrackConfig) -> Path:
        text = json.dumps(config.model_dump(mode="json"), sort_keys=True)
        return self._work_dir / hashlib.sha256(text.encode()).hexdigest()[:12]

    def _run(self, what: str, jobs: Sequence[tuple[RacetrackConfig, int]]) -> None:
        missing = [job for job in jobs if not self._output(*job).is_file()]
        if not missing:
            return
        self._work_dir.mkdir(parents=True, exist_ok=True)
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        log = self._work_dir / "calibration.log"
        with (
            Progress(*columns, console=Console(stderr=True)) as progress,
            ProcessPoolExecutor(self._workers, initializer=_begin_worker, initargs=(log, os.getpid())) as pool,
        ):
            task = progress.add_task(what, total=len(missing))
            running = [
                pool.submit(
                    run_batch,
                    config,
                    "calibration",
                    batch,
                    self._seed,
                    self._folder(config),
                    self._output(config, batch),
                )
                for config, batch in missing
            ]
            try:
                for done in as_completed(running):
                    done.result()
                    progress.advance(task)
            except BaseException:  # an error, or Ctrl-C: what has not begun is left for the next start
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _output(self, config: RacetrackConfig, batch: int) -> Path:
        return self._folder(config) / f"batch_{batch:03d}.h5"

    def _score(self, config: RacetrackConfig, racetracks: int) -> Score:
        weights = np.full((len(self._states), racetracks), np.nan)
        for batch in self._wanted(config, racetracks):
            part = read_ensemble(self._output(config, batch))
            for row in np.flatnonzero(part.events.completed):
                reading = read_wall(part.events.mz_profile[row, -1], part.x_m)
                place = self._states.index(int(part.events.state[row])), int(part.events.instance[row])
                if place[1] < racetracks:
                    weights[place] = reading.weight
        return score(weights, [config.states[s] for s in self._states], self._targets, self._seed)
