"""Programming events by the hundred: batches of scripts, run, checked, and joined to the raw ensemble.

An event is what one script does: a single write, or a whole train of pulses where the configuration asks for trains.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devicegen.errors import EngineError
from devicegen.files import write_text_whole
from devicegen.mumax3.complete import Expected, verify_output
from devicegen.mumax3.find import Engine, find_engine
from devicegen.mumax3.ovf import read_ovf
from devicegen.mumax3.run import output_folder, run_queue
from devicegen.provenance import provenance
from devicegen.racetrack.checks import cautions
from devicegen.racetrack.config import RacetrackConfig
from devicegen.racetrack.ensemble_file import Ensemble, Events, joined, read_ensemble, write_ensemble
from devicegen.racetrack.geometry import BoolArray, Outline, column_centres_m, outline, write_mask
from devicegen.racetrack.progress import QueueProgress
from devicegen.racetrack.reuse import taken_over
from devicegen.racetrack.script import STAGES, instance_script
from devicegen.racetrack.script_parts import instance_name, mask_name, noise_seed
from devicegen.racetrack.train_script import train_script, train_stages
from devicegen.racetrack.wall import wall_tilt_rad


@dataclass(frozen=True)
class Batch:
    """The events of one job: some racetracks, all written to the same state."""

    index: int
    state: int
    instances: tuple[int, ...]


@dataclass(frozen=True)
class _Event:
    """One script on disk and what is known of it before it runs."""

    instance: int
    script: Path
    script_sha256: str
    outline: Outline
    seed: int


def batches(config: RacetrackConfig) -> tuple[Batch, ...]:
    """All batches of an ensemble, state after state; trains have one anisotropy, the state 0."""
    size = config.instances_per_batch
    slices = [
        (state, tuple(range(first, min(first + size, config.instances))))
        for state in range(len(config.anisotropies_J_m3))
        for first in range(0, config.instances, size)
    ]
    return tuple(Batch(index, state, instances) for index, (state, instances) in enumerate(slices))


def run_batch(
    config: RacetrackConfig,
    device: str,
    batch: int,
    root_seed: int,
    work_dir: Path,
    output: Path,
    engine_choice: str | None = None,
    known: Path | None = None,
) -> None:
    """Run one batch and write its rows to `output`.

    batch         : index in `batches(config)`
    work_dir      : scripts, masks and the engine's output go to its folder ``batch_<index>``; events that
                    are finished there, with the same script and engine, are not run again
    engine_choice : overrides ``config.engine``
    known         : an earlier ensemble, whose finished events with the same scripts are taken over, whichever engine
                    ran them: so an ensemble grows by what it lacks
    Raises EngineError if another job works on the same batch, or if not one event could be completed. Events
    that fail twice are reported on stderr and stay in the rows as not completed.
    """
    chosen = batches(config)[batch]
    engine = find_engine(engine_choice or config.engine)
    folder = work_dir / f"batch_{batch:03d}"
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        _say(f"{device}, batch {batch}: state {chosen.state}, {len(chosen.instances)} events, {engine}")
        for caution in cautions(config):
            _say(f"note: {caution}")
        events = [_prepare(config, device, root_seed, chosen.state, i, folder, engine) for i in chosen.instances]
        old, old_engines = taken_over(known, chosen.state, {e.instance: e.script_sha256 for e in events})
        if len(old):
            _say(f"{device}, batch {batch}: {len(old)} events are in {known} already")
        new = [event for event in events if event.instance not in old.instance]
        if new:
            _run_missing(config, engine, new, folder, f"{device}, batch {batch}")
        ran, wall_time_s = _rows(config, chosen.state, new, engine)
    rows = joined([old, ran])
    order = np.argsort(np.concatenate([old.instance, ran.instance]))
    if not rows.completed.any():
        raise EngineError(
            f"{device}, batch {batch}: none of its {len(rows)} events could be completed with {engine}; "
            f"the reasons are above and in {folder / 'engine.log'}."
        )
    write_ensemble(
        output,
        Ensemble(
            device=device,
            config=config,
            root_seed=root_seed,
            engines=tuple(sorted({*old_engines, *([str(engine)] if new else [])})),
            stages=stages(config),
            x_m=column_centres_m(config),
            events=rows,
            wall_time_s=np.concatenate([np.full(len(old), np.nan), wall_time_s])[order],
            provenance=provenance(),
        ),
    )


def collect(parts: Sequence[Path], output: Path) -> None:
    """Join the batches in `parts` to the raw ensemble at `output`.

    Raises EngineError if they do not belong together, or an event is missing or there twice.
    """
    read = [read_ensemble(Path(part)) for part in parts]
    if not read:
        raise EngineError(f"{output}: no batches to collect.")
    first = read[0]
    for path, other in zip(parts, read, strict=True):
        if (other.device, other.config, other.root_seed) != (first.device, first.config, first.root_seed):
            raise EngineError(
                f"{path}: was made for another device, configuration or seed than {parts[0]}: "
                "delete the batches and run again."
            )
    rows = joined([part.events for part in read])
    found = list(zip(rows.state.tolist(), rows.instance.tolist(), strict=True))
    wanted = [(state, i) for state in range(len(first.config.anisotropies_J_m3)) for i in range(first.config.instances)]
    if found != wanted:
        missing = sorted(set(wanted) - set(found))
        what = (
            f"{len(missing)} events are missing, the first is {instance_name(*missing[0])}"
            if missing
            else ("some events are there twice")
        )
        raise EngineError(f"{output}: the batches hold {len(found)} events, expected {len(wanted)}: {what}.")
    engines = tuple(sorted({name for part in read for name in part.engines}))
    write_ensemble(
        output,
        Ensemble(
            device=first.device,
            config=first.config,
            root_seed=first.root_seed,
            engines=engines,
            stages=first.stages,
            x_m=first.x_m,
            events=rows,
            provenance=provenance(
                config=first.config.model_dump(mode="json"),
                seeds={"root": first.root_seed},
                engines=list(engines),
                cautions=list(cautions(first.config)),
            ),
        ),
    )


def stages(config: RacetrackConfig) -> tuple[str, ...]:
    """The moments at which the magnetization of an event is saved, which are the names of the files, too."""
    return STAGES if config.train is None else train_stages(config.train)


def expected_output(config: RacetrackConfig) -> Expected:
    """What one event must leave in its folder."""
    columns, rows = config.grid
    protocol = config.protocol
    runs = 3 if config.train is None else 1 + 2 * len(config.train.polarities)
    return Expected(
        columns, rows, config.duration_s, protocol.table_period_s, protocol.time_step_s, stages(config), runs
    )


def mz_profile(mz: np.ndarray, mask: BoolArray) -> np.ndarray:
    """(columns,) mean of `mz` (rows, columns) over the magnetic cells of each column."""
    return np.sum(mz * mask, axis=0) / np.sum(mask, axis=0)


# -- one batch, step by step ------------------------------------------------------------------------


def _prepare(
    config: RacetrackConfig, device: str, root_seed: int, state: int, instance: int, folder: Path, engine: Engine
) -> _Event:
    """Write mask and script of one event, unless the same script is there already."""
    track = outline(config, device, root_seed, instance)
    write_mask(folder / mask_name(instance), track.mask)
    if config.train is None:
        text = instance_script(config, device, root_seed, state, instance, track, engine)
    else:
        text = train_script(config, config.train, device, root_seed, instance, track, engine)
    script = folder / f"{instance_name(state, instance)}.mx3"
    if not script.is_file() or script.read_text(encoding="utf-8") != text:
        _record(script).unlink(missing_ok=True)  # before the script, so that no record ever outlives its script
        write_text_whole(script, text)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    return _Event(instance, script, fingerprint, track, noise_seed(root_seed, device, state, instance))


def _run_missing(config: RacetrackConfig, engine: Engine, events: list[_Event], folder: Path, name: str) -> None:
    expected = expected_output(config)
    unfinished = [event for event in events if _record_of(event, engine, expected) is None]
    if len(unfinished) < len(events):
        _say(f"{name}: {len(events) - len(unfinished)} of {len(events)} events are finished already")
    for event in unfinished:
        # The record says what the folder's content will come from. A job that is killed leaves both behind,
        # and those of its events that were done by then still count: so the old content goes first.
        shutil.rmtree(output_folder(event.script), ignore_errors=True)
        _write_record(event, engine)
    with QueueProgress(name, [output_folder(event.script) for event in unfinished], expected.end_s) as progress:
        runs = run_queue(
            engine,
            [event.script for event in unfinished],
            expected,
            cache=folder / "cache",
            log=folder / "engine.log",
            timeout_s=config.timeout_s,
            watch=progress.update,
        )
    for event, run in zip(unfinished, runs, strict=True):
        if run.failure is not None:
            _say(f"{name}: failed twice: {run.failure}")
            continue
        if run.attempts > 1:
            _say(f"{name}: {event.script.name} failed in the queue and was completed alone")
        _write_record(event, engine, wall_time_s=run.wall_time_s)


def _rows(config: RacetrackConfig, state: int, events: list[_Event], engine: Engine) -> tuple[Events, np.ndarray]:
    n, columns, names = len(events), config.grid[0], stages(config)
    completed = np.zeros(n, np.uint8)
    end_s, wall_time_s = np.full(n, np.nan), np.full(n, np.nan)
    mean_m = np.full((n, 3), np.nan)
    profiles = np.full((n, len(names), columns), np.nan, np.float32)
    tilts = np.full((n, len(names)), np.nan)
    x_m = column_centres_m(config)
    expected = expected_output(config)
    for row, event in enumerate(events):
        record = _record_of(event, engine, expected)
        if record is None:
            continue
        mask = event.outline.mask
        for stage, name in enumerate(names):
            field = read_ovf(output_folder(event.script) / f"{name}.ovf")
            profiles[row, stage] = mz_profile(field.values[2, 0], mask)
            tilts[row, stage] = wall_tilt_rad(field.values[2, 0], mask, x_m, config.geometry.cell_y_m)
        mean_m[row] = field.values[:, 0, mask].mean(axis=1)
        end_s[row], wall_time_s[row] = field.time_s, record.get("wall_time_s", np.nan)
        completed[row] = 1
    return Events(
        state=np.full(n, state, np.int64),
        instance=np.array([event.instance for event in events], np.int64),
        noise_seed=np.array([event.seed for event in events], np.int64),
        script_sha256=np.array([event.script_sha256 for event in events], "S64"),
        completed=completed,
        end_s=end_s,
        mean_m=mean_m,
        roughness=np.array([event.outline.roughness_rms_m for event in events]),
        mz_profile=profiles,
        wall_tilt=tilts,
    ), wall_time_s


def _record(script: Path) -> Path:
    return script.with_suffix(".run.json")


def _write_record(event: _Event, engine: Engine, **measured: float) -> None:
    record = {"script_sha256": event.script_sha256, "engine": str(engine), **measured}
    write_text_whole(_record(event.script), json.dumps(record, indent=1) + "\n")


def _record_of(event: _Event, engine: Engine, expected: Expected) -> dict[str, float] | None:
    """The record of a finished event, or None if it is not finished, or not with this script and engine."""
    try:
        record = json.loads(_record(event.script).read_text(encoding="utf-8"))
        verify_output(output_folder(event.script), expected)
    except (OSError, json.JSONDecodeError, EngineError):
        return None
    same = record.get("script_sha256") == event.script_sha256 and record.get("engine") == str(engine)
    return record if same else None


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep a second job out of a batch's folder; the lock ends with the process, however it ends."""
    with open(folder / "lock", "w", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EngineError(
                f"{folder}: another job is working on this batch: wait for it to end, or end it."
            ) from None
        yield


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
