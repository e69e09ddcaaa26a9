"""One racetrack seen through time: an event of an ensemble run once more, with the magnetization saved as it goes.

The ensemble keeps profiles only. The same script with the same seeds gives the same event, so that what is filmed
is an event of the ensemble.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen.errors import EngineError
from devicegen.files import write_text_whole
from devicegen.mumax3.complete import Expected
from devicegen.mumax3.find import Engine, find_engine
from devicegen.mumax3.ovf import read_ovf
from devicegen.mumax3.run import output_folder, run_queue
from devicegen.racetrack.config import RacetrackConfig
from devicegen.racetrack.ensemble_file import Ensemble
from devicegen.racetrack.geometry import BoolArray, outline, write_mask
from devicegen.racetrack.script import STAGES, instance_script
from devicegen.racetrack.script_parts import mask_name, number
from devicegen.racetrack.train_script import train_script
from devicegen.racetrack.wall import read_wall
from devicegen.table import OUTCOMES

PERIOD_S = 0.5e-9
"""Time between two pictures of a film [s]."""


@dataclass(frozen=True)
class Film:
    """A racetrack at rest and, for a single write, through its event.

    mask    : (rows, columns) True where there is material, row 0 the lowest y
    at_rest : (3, rows, columns) magnetization relaxed at 0 K
    times_s : (n,) of the pictures, from the start of the heat bath [s]; empty for a train
    mz      : (n, rows, columns) out-of-plane magnetization of each
    """

    config: RacetrackConfig
    device: str
    state: int
    instance: int
    mask: BoolArray
    at_rest: npt.NDArray[np.floating]
    times_s: npt.NDArray[np.float64]
    mz: npt.NDArray[np.floating]


def typical_event(ensemble: Ensemble) -> tuple[int, int]:
    """State and racetrack of the event whose wall ends nearest to the median of the middle state."""
    events, state = ensemble.events, len(ensemble.config.anisotropies_J_m3) // 2
    rows = np.flatnonzero((events.state == state) & (events.completed == 1))
    readings = [read_wall(events.mz_profile[row, -1], ensemble.x_m) for row in rows]
    kept = [index for index, reading in enumerate(readings) if OUTCOMES[reading.outcome] == "kept"]
    if not kept:
        raise EngineError(f"{ensemble.device}: state {state} has no event whose wall stayed: nothing to film.")
    positions = np.array([readings[index].position_m for index in kept])
    nearest = int(np.argmin(np.abs(positions - np.median(positions))))
    return state, int(events.instance[rows[kept[nearest]]])


def film_event(ensemble: Ensemble, work_dir: Path, engine_choice: str | None = None) -> Film:
    """Run one event of `ensemble` again and keep its pictures; of a train, the racetrack at rest only.

    work_dir      : for script, mask and the engine's output
    engine_choice : overrides the configuration's engine
    Raises EngineError if the engine fails twice.
    """
    config, device = ensemble.config, ensemble.device
    state, instance = (0, 0) if config.train is not None else typical_event(ensemble)
    engine = find_engine(engine_choice or config.engine)
    track = outline(config, device, ensemble.root_seed, instance)
    work_dir.mkdir(parents=True, exist_ok=True)
    write_mask(work_dir / mask_name(instance), track.mask)
    script = work_dir / "film.mx3"
    write_text_whole(script, _script(ensemble, state, instance, engine))
    pictures = [] if config.train is not None else _picture_names(config)
    columns, rows = config.grid
    protocol = config.protocol
    expected = Expected(
        columns,
        rows,
        0.0 if config.train is not None else config.duration_s,
        protocol.table_period_s,
        protocol.time_step_s,
        (STAGES[0],) if config.train is not None else STAGES,
    )
    run = run_queue(engine, [script], expected, work_dir / "cache", work_dir / "engine.log", config.timeout_s)[0]
    if run.failure is not None:
        raise EngineError(f"{device}: the film of state {state}, racetrack {instance}: {run.failure}")
    folder = output_folder(script)
    fields = [read_ovf(folder / f"{name}.ovf") for name in pictures]
    return Film(
        config=config,
        device=device,
        state=state,
        instance=instance,
        mask=track.mask,
        at_rest=read_ovf(folder / f"{STAGES[0]}.ovf").values[:, 0],
        times_s=np.array([field.time_s for field in fields]),
        mz=np.array([field.values[2, 0] for field in fields]),
    )


def _picture_names(config: RacetrackConfig) -> list[str]:
    """MuMax3 numbers the files of an AutoSave; the first is of its start."""
    return [f"m{index:06d}" for index in range(int(config.duration_s / PERIOD_S * (1 + 1e-9)) + 1)]


def _script(ensemble: Ensemble, state: int, instance: int, engine: Engine) -> str:
    config, device, seed = ensemble.config, ensemble.device, ensemble.root_seed
    track = outline(config, device, seed, instance)
    if config.train is not None:
        text = train_script(config, config.train, device, seed, instance, track, engine)
        at_rest = f'SaveAs(m, "{STAGES[0]}")\n'
        return text[: text.index(at_rest)] + at_rest + "TableSave()\n"
    text = instance_script(config, device, seed, state, instance, track, engine)
    return text.replace("TableAutoSave(", f"AutoSave(m, {number(PERIOD_S)})\nTableAutoSave(", 1)
