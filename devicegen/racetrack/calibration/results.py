"""What a calibration leaves behind: every candidate as CSV, the best as a block of the configuration, a picture."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from devicegen.errors import ConfigError
from devicegen.files import write_text_whole, written_whole
from devicegen.racetrack.calibration.figure import draw_trials
from devicegen.racetrack.calibration.score import Targets
from devicegen.racetrack.calibration.search import KNOBS, Plan, Search, Trial, block_of
from devicegen.racetrack.config import RacetrackConfig, load_racetrack


def racetrack_block(config: Path, device: str) -> dict[str, Any]:
    """The racetrack's block of a simulated device in a configuration file.

    Raises ConfigError if the file cannot be read or is no configuration, or has no such device.
    """
    try:
        study = yaml.safe_load(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{config}: cannot be read ({error.strerror}).") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{config}: not valid YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(study, Mapping):
        raise ConfigError(f"{config}: found {study!r:.60}, expected keys and values such as 'devices:'.")
    devices = study.get("devices") or {}
    if not isinstance(devices, Mapping):
        raise ConfigError(f"{config}: devices: found {devices!r:.60}, expected a name and a block for each device.")
    block = devices.get(device)
    if not isinstance(block, Mapping) or "racetrack" not in block:
        simulated = [str(name) for name, one in devices.items() if isinstance(one, Mapping) and "racetrack" in one]
        raise ConfigError(
            f"{config}: no simulated device {device!r}, expected one of: {', '.join(simulated) or 'none'}."
        )
    if not isinstance(block["racetrack"], Mapping):
        raise ConfigError(
            f"{config}: devices.{device}.racetrack: found {block['racetrack']!r:.60}, expected a block of settings, at "
            "least preset: quick."
        )
    return dict(block["racetrack"])


def present_values(config: RacetrackConfig) -> dict[str, float | str]:
    """The values that the knobs have in `config`: where a search starts."""
    blocks = config.model_dump()
    return {knob.place: blocks[knob.place.split(".")[0]][knob.place.split(".")[1]] for knob in KNOBS}


def calibrate(
    block: Mapping[str, Any],
    out: Path,
    seed: int,
    workers: int,
    plan: Plan,
    starts: Sequence[Mapping[str, float | str]] = (),
) -> list[Trial]:
    """Search the knobs around the racetrack of `block`; returns the trials of the race, the best first.

    Writes to `out`: ``trials.csv`` (every candidate), ``best.yaml`` (the block of the best), ``calibration.png``; the
    finished events lie in ``out/events`` and are not run again.
    Raises ConfigError for a racetrack of trains: what is searched for are the states of single writes.
    """
    config = load_racetrack(block)
    if config.train is not None:
        raise ConfigError(
            "calibration: the racetrack writes trains of pulses, expected states, whose means and spread are held "
            "against the paper's; choose a device without a block train, e.g. one of preset: almisba2022."
        )
    last = len(config.states) - 1
    states = sorted({0, last // 2, last})
    targets = Targets(tolerance=config.tolerance)
    search = Search(block, states, targets, out / "events", seed, workers, plan)
    race = search.run([present_values(config), *starts])
    write_trials(search.trials, [config.states[s].ku_J_m3 for s in states], out / "trials.csv")
    draw_trials(search.trials, [config.states[s] for s in states], targets, out / "calibration.png")
    best = yaml.safe_dump(block_of(block, race[0].values), sort_keys=False)
    write_text_whole(out / "best.yaml", f"# The best of {len(search.trials)} candidates; see trials.csv.\n{best}")
    for trial in race:
        found = trial.score
        means = ", ".join(f"{m:+.2f} +- {e:.2f}" for m, e in zip(found.mean, found.mean_error, strict=True))
        print(f"score {found.total:.1f} +- {found.total_std:.1f}: means {means}; {trial.values}", file=sys.stderr)
    return race


def write_trials(trials: Sequence[Trial], states: Sequence[float], output: Path) -> None:
    """Every candidate that was tried, as CSV: knobs, racetracks, score and its error, mean and spread of each state."""
    knobs = list(trials[0].values)
    heading = [*knobs, "racetracks", "score", "score_std"]
    heading += [f"{what}_Ku_{ku:g}" for ku in states for what in ("mean", "mean_error", "spread")] + ["success_last"]
    with written_whole(output) as draft, open(draft, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(heading)
        for trial in trials:
            found = trial.score
            numbers = [x for row in zip(found.mean, found.mean_error, found.spread, strict=True) for x in row]
            writer.writerow(
                [*trial.values.values(), trial.racetracks]
                + [f"{x:.4g}" for x in (found.total, found.total_std, *numbers, found.success)]
            )
    print(f"{output}: {len(trials)} candidates", file=sys.stderr)
