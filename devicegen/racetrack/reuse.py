"""Raw ensembles that are there already: whether they are what a study asks for, and reading them its way.

Simulating takes hours, reducing seconds. So an ensemble answers every study whose walls move in the same way: only
what is read from the walls (targets, tolerance, junction, circuits, outcomes that count) may differ. One with more
racetracks than asked for serves by its first ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from devicegen.errors import ConfigError, EngineError
from devicegen.racetrack.config import RacetrackConfig, load_racetrack
from devicegen.racetrack.ensemble_file import FORMAT, Ensemble, Events, read_ensemble

_READING = {
    "preset", "engine", "timeout_s", "instances", "instances_per_batch", "expelled_wall", "tolerance", "junction",
    "write_circuit", "piezoelectric",
}  # fmt: skip
"""Settings that no wall feels; a voltage acts through its Ku, which is kept."""


def motion(config: RacetrackConfig) -> dict[str, Any]:
    """What decides how the walls of `config` move."""
    block = config.model_dump(mode="json", exclude=_READING)
    block["states"] = [state["ku_J_m3"] for state in block["states"]]
    if block.get("train"):
        block["train"].pop("voltage_V", None)
    return block


def fits(path: Path, device: str, config: RacetrackConfig, root_seed: int) -> bool:
    """Whether the file at `path` is the raw ensemble of `device` that `config` and `root_seed` lead to.

    Looks at what the file says of itself; whether its content is whole is checked when it is read.
    """
    try:
        with h5py.File(path, "r") as file:
            attrs: dict[str, Any] = dict(file.attrs)
        if attrs.get("format") != FORMAT or (attrs["device"], int(attrs["root_seed"])) != (device, root_seed):
            return False
        there = load_racetrack(json.loads(attrs["config"]))
        return there.instances >= config.instances and motion(there) == motion(config)
    except (OSError, KeyError, ValueError, ConfigError):
        return False


def read_as(path: Path, config: RacetrackConfig) -> Ensemble:
    """The ensemble at `path`, to be reduced as `config` says.

    Raises EngineError if it cannot be read, or was simulated for walls that move in another way.
    """
    ensemble = read_ensemble(path)
    there, asked = motion(ensemble.config), motion(config)
    other = [name for name in asked if there.get(name) != asked[name]]
    if ensemble.config.instances < config.instances:
        other.append("number of instances")
    if other:
        raise EngineError(
            f"{path}: was simulated with another {other[0]} than the configuration has: rename the device, or delete "
            "the file."
        )
    first = ensemble.events.chosen(np.flatnonzero(ensemble.events.instance < config.instances))
    return replace(ensemble, config=config, events=first)


def taken_over(known: Path | None, state: int, scripts: Mapping[int, str]) -> tuple[Events, tuple[str, ...]]:
    """Finished events of the ensemble at `known` that come from the same scripts, and the engines that ran them.

    scripts : SHA-256 of the script of each racetrack that is wanted in `state`
    No rows where there is no such file.
    """
    if known is None or not known.is_file():
        return Events.none(), ()
    ensemble = read_ensemble(known)
    found = ensemble.events
    same = [
        row
        for row in np.flatnonzero((found.state == state) & (found.completed == 1))
        if scripts.get(int(found.instance[row]), "").encode() == found.script_sha256[row]
    ]
    return found.chosen(np.array(same, np.int64)), ensemble.engines if same else ()
