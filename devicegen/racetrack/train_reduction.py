"""From trains of pulses on many racetracks to jump-tables: the same estimation as for a measured device."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen.pulses.estimate import conductance_range
from devicegen.pulses.jump_tables import coverage_of, jump_tables
from devicegen.pulses.record import PulseRecord, check_record
from devicegen.pulses.trains import trains_of
from devicegen.racetrack.config import Junction
from devicegen.racetrack.energy import ENERGY_SOURCE, train_energy_J
from devicegen.racetrack.ensemble_file import Ensemble, reduced_from
from devicegen.racetrack.train import Train
from devicegen.racetrack.wall import read_wall
from devicegen.table import OUTCOMES, DeviceTable

FloatArray = npt.NDArray[np.float64]

STAYED_M = 10e-9
"""A wall that moved by less than this has stayed: thermal motion within a notch is of this order."""


@dataclass(frozen=True)
class Walk:
    """Where each wall was before the first pulse and after each.

    polarity : (pulses,) 1 SET, -1 RESET
    position : (walls, pulses + 1) from the left end [m]; NaN unless it was kept
    weight   : (walls, pulses + 1) <mz>; NaN likewise
    outcome  : (walls, pulses + 1) index into `OUTCOMES`
    """

    polarity: npt.NDArray[np.int64]
    position: FloatArray
    weight: FloatArray
    outcome: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class StepSummary:
    """What the pulses of one polarity did to walls that were on the track before and after.

    pulses  : how many there were
    mean_m, standard_error_m, std_m : of the way, to the right positive [m]; the error counts walls, not pulses, as
              those of one wall resemble each other
    stayed  : share that moved by less than `STAYED_M`
    against : share that moved by more than that against the pulse
    """

    polarity: str
    pulses: int
    mean_m: float
    standard_error_m: float
    std_m: float
    stayed: float
    against: float

    def __str__(self) -> str:
        return (
            f"{self.polarity}: {self.pulses} pulses move the wall by {1e9 * self.mean_m:+.1f} +- "
            f"{1e9 * self.standard_error_m:.1f} nm, spread {1e9 * self.std_m:.1f} nm; {100 * self.stayed:.0f} % stay, "
            f"{100 * self.against:.0f} % go back"
        )


def walk(ensemble: Ensemble, train: Train) -> Walk:
    """Read the wall of every train at temperature before the first pulse and after the rest of each.

    Once a wall has left the track, or there are two, the rest of its train tells nothing: it is NaN, with the
    outcome that ended it.
    """
    events = ensemble.events
    polarity = np.array(train.polarities)
    shape = (len(events), polarity.size + 1)
    position, weight = np.full(shape, np.nan), np.full(shape, np.nan)
    outcome = np.full(shape, OUTCOMES.index("failed"), np.uint8)
    first = ensemble.stages.index("thermalised")
    for row in np.flatnonzero(events.completed):
        for read in range(shape[1]):
            reading = read_wall(events.mz_profile[row, first + read], ensemble.x_m)
            outcome[row, read:] = reading.outcome
            if OUTCOMES[reading.outcome] != "kept":
                break
            position[row, read], weight[row, read] = reading.position_m, reading.weight
    return Walk(polarity, position, weight, outcome)


def conductance_S(weight: FloatArray, junction: Junction) -> FloatArray:
    """Conductance of the junction above the track at <mz> = `weight` [S] (Al Misba 2022, eq. 1)."""
    middle, half = (junction.g_max_S + junction.g_min_S) / 2, (junction.g_max_S - junction.g_min_S) / 2
    return middle + half * weight


def pulse_record(found: Walk, junction: Junction) -> PulseRecord:
    """The pulses whose wall was kept before and after, each racetrack a device of its own."""
    reads = conductance_S(found.weight, junction)
    usable = np.isfinite(reads[:, 1:])  # a wall that is kept after a pulse was kept before it
    wall, pulse = np.nonzero(usable)
    return PulseRecord(
        device=wall.astype(np.int32),
        is_set=found.polarity[pulse] > 0,
        g_before_S=reads[wall, pulse],
        g_after_S=reads[wall, pulse + 1],
        starts=pulse == 0,
        device_names=tuple(f"racetrack_{index}" for index in range(reads.shape[0])),
    )


def steps(found: Walk) -> list[StepSummary]:
    """What SET and RESET pulses did, in metres."""
    moved = np.diff(found.position, axis=1)
    summaries = []
    for name, sign in (("SET", 1), ("RESET", -1)):
        of_walls = moved[:, found.polarity == sign]
        way = of_walls[np.isfinite(of_walls)]
        std = float(way.std(ddof=1)) if way.size > 1 else 0.0
        summaries.append(
            StepSummary(
                polarity=name,
                pulses=int(way.size),
                mean_m=float(way.mean()) if way.size else 0.0,
                standard_error_m=_error_of_the_mean(of_walls),
                std_m=std,
                stayed=float(np.mean(np.abs(way) < STAYED_M)) if way.size else 0.0,
                against=float(np.mean(sign * way <= -STAYED_M)) if way.size else 0.0,
            )
        )
    return summaries


def _error_of_the_mean(way: FloatArray) -> float:
    """Standard error of the mean of `way` (walls, pulses) with NaN where there was none; of one wall, by its pulses."""
    known = np.isfinite(way)
    if not known.any():
        return 0.0
    excess = np.where(known, way - way[known].mean(), 0.0)
    walls = int(known.any(axis=1).sum())
    # of a wall over as many average pulses: so its pulses may be tied to each other in any way
    units = excess.sum(axis=1) if walls > 1 else excess[known]
    n = max(walls if walls > 1 else units.size, 2)
    return float(np.sqrt(np.sum(units**2) * n / (n - 1)) / known.sum())


def train_table(ensemble: Ensemble, train: Train, ensemble_path: Path) -> DeviceTable:
    """The device table of an ensemble of trains; its numbers go, as sentences, to stderr.

    The range of conductance is that of the reads: the end stops keep the wall from the ends of the track.
    Raises PulseFileError where there are too few pulses, or SET does not raise the conductance.
    """
    config = ensemble.config
    found = walk(ensemble, train)
    record = pulse_record(found, config.junction)
    check_record(record, str(ensemble_path))
    low_S, high_S = conductance_range(np.concatenate([record.g_before_S, record.g_after_S]))
    made = jump_tables(record, low_S, high_S)
    summaries = steps(found)
    ends = {name: int(np.sum(found.outcome[:, -1] == code)) for code, name in enumerate(OUTCOMES)}
    for summary in summaries:
        print(f"{ensemble.device}: {summary}", file=sys.stderr)
    told = ", ".join(f"{count} {name}" for name, count in ends.items() if count)
    print(f"{ensemble.device}: walls at the end of their train: {told}", file=sys.stderr)
    return DeviceTable(
        device=ensemble.device,
        kind="simulated",
        synthetic=False,
        g_min_S=low_S,
        g_max_S=high_S,
        jump_set=made.jump_set,
        jump_reset=made.jump_reset,
        per_device=tuple(made.per_device.values()),
        trains=trains_of(record, (made.jump_set, made.jump_reset)),
        energy_J=train_energy_J(config, train.voltage_V),
        energy_source=ENERGY_SOURCE,
        coverage=coverage_of(record, low_S, high_S),
        provenance=reduced_from(
            ensemble,
            ensemble_path,
            steps=[asdict(summary) for summary in summaries],
            walls_at_the_end=ends,
            estimation=made.stated(),
        ),
    )
