"""From the raw ensemble to the device table: where each event left the wall, as a weight, state by state.

Ensembles of trains are reduced by `train_reduction`.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen import table_file
from devicegen.racetrack.config import RacetrackConfig
from devicegen.racetrack.energy import ENERGY_SOURCE, write_energy_J
from devicegen.racetrack.ensemble_file import Ensemble, read_ensemble, reduced_from
from devicegen.racetrack.reuse import read_as
from devicegen.racetrack.train_reduction import train_table
from devicegen.racetrack.wall import read_wall
from devicegen.table import OUTCOMES, DeviceTable, StateDistribution

AT_NOTCH_M = 10e-9
"""A wall within this distance of a notch's middle counts as sitting in it."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StateSummary:
    """What the events of one state did, in numbers.

    samples      : events that count as samples of the weight
    mean, std, standard_error : of the weight over the samples; std with n - 1
    outcomes     : share of all events with each outcome; events that the engine could not finish are `failed`
    at_notch     : share of the kept walls that sit in each notch, from the left
    success      : probability of a write to land within the tolerance of the target
    tilt_deg, tilt_spread_deg : mean and standard deviation of the angle of the kept walls against the line across the
                   track, upper end ahead positive [degrees]; None in ensembles that hold no tilts
    """

    ku_J_m3: float
    voltage_V: float | None
    target: float
    samples: int
    mean: float
    std: float
    standard_error: float
    outcomes: dict[str, float]
    at_notch: list[float]
    success: float
    tilt_deg: float | None
    tilt_spread_deg: float | None

    def __str__(self) -> str:
        shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in self.outcomes.items() if share)
        volts = "" if self.voltage_V is None else f", {self.voltage_V:+.4g} V"
        tilt = (
            "" if self.tilt_deg is None else f"; tilt {self.tilt_deg:+.1f} deg, spread {self.tilt_spread_deg:.1f} deg"
        )
        return (
            f"Ku {self.ku_J_m3:.4g} J/m3{volts} (target {self.target:+.3g}): <mz> = {self.mean:+.3f} +- "
            f"{self.standard_error:.3f}, spread {self.std:.3f}, {self.samples} samples; {shares}; "
            f"{100 * sum(self.at_notch):.0f} % of the kept walls at a notch; "
            f"success {100 * self.success:.0f} %{tilt}"
        )


def state_distribution(ensemble: Ensemble) -> StateDistribution:
    """Read the wall of every event at its last stage.

    A wall that was driven out of an end reads +1 or -1, or is dropped (NaN) if the configuration says so;
    an event that the engine could not finish is NaN with the outcome "failed".
    """
    config, events = ensemble.config, ensemble.events
    shape = (len(config.states), config.instances)
    weight, position = np.full(shape, np.nan), np.full(shape, np.nan)
    outcome = np.full(shape, OUTCOMES.index("failed"), np.uint8)
    left_the_track = (OUTCOMES.index("expelled"), OUTCOMES.index("lost"))
    for row in np.flatnonzero(events.completed):
        cell = (events.state[row], events.instance[row])
        reading = read_wall(events.mz_profile[row, -1], ensemble.x_m)
        outcome[cell] = reading.outcome
        position[cell] = reading.position_m
        if reading.outcome not in left_the_track or config.expelled_wall == "sample":
            weight[cell] = reading.weight
    return StateDistribution(
        control=np.array(config.anisotropies_J_m3 if config.voltages_V is None else config.voltages_V),
        control_name="uniaxial anisotropy Ku during the write"
        if config.voltages_V is None
        else "control voltage across the piezoelectric",
        control_units="J/m3" if config.voltages_V is None else "V",
        target=np.array([state.target for state in config.states]),
        mz=weight,
        position=position,
        outcome=outcome,
    )


def summaries(ensemble: Ensemble, states: StateDistribution) -> list[StateSummary]:
    """One summary a state."""
    config, events = ensemble.config, ensemble.events
    notches = np.array(config.notch_positions_m)
    found = []
    for index in range(states.control.size):
        samples = states.samples(index)
        std = float(samples.std(ddof=1)) if samples.size > 1 else 0.0
        outcomes = {name: float(np.mean(states.outcome[index] == code)) for code, name in enumerate(OUTCOMES)}
        q = states.position[index]
        q = q[np.isfinite(q)]
        near = np.abs(q[:, None] - notches) <= AT_NOTCH_M
        tilt = None if events.wall_tilt is None else np.degrees(events.wall_tilt[events.state == index, -1])
        tilt = tilt[np.isfinite(tilt)] if tilt is not None else None
        found.append(
            StateSummary(
                ku_J_m3=config.states[index].ku_J_m3,
                voltage_V=config.states[index].voltage_V,
                target=float(states.target[index]),
                samples=int(samples.size),
                mean=float(samples.mean()),
                std=std,
                standard_error=std / samples.size**0.5,
                outcomes=outcomes,
                at_notch=near.mean(axis=0).tolist() if q.size else [0.0] * notches.size,
                success=float(np.mean(np.abs(samples - states.target[index]) <= config.tolerance)),
                tilt_deg=float(tilt.mean()) if tilt is not None and tilt.size else None,
                tilt_spread_deg=float(tilt.std()) if tilt is not None and tilt.size else None,
            )
        )
    return found


def write_table(ensemble_path: Path, output: Path, config: RacetrackConfig | None = None) -> None:
    """Reduce the raw ensemble at `ensemble_path` to the device table at `output`, as `config` says, or its own.

    The statistics of the states, or of the pulses of trains, go into the table's provenance and, as sentences, to
    stderr. Raises EngineError for an ensemble that cannot be read or is of other walls, TableError for a state without
    any sample, PulseFileError for trains that make no jump-table.
    """
    ensemble = read_ensemble(ensemble_path) if config is None else read_as(ensemble_path, config)
    config = ensemble.config
    if config.train is not None:
        table_file.write_table(output, train_table(ensemble, config.train, ensemble_path))
        return
    states = state_distribution(ensemble)
    found = summaries(ensemble, states)
    for summary in found:
        print(f"{ensemble.device}: {summary}", file=sys.stderr)
    table_file.write_table(
        output,
        DeviceTable(
            device=ensemble.device,
            kind="simulated",
            synthetic=False,  # nobody invented it: it is simulated, as its kind says
            g_min_S=config.junction.g_min_S,
            g_max_S=config.junction.g_max_S,
            states=states,
            energy_J=write_energy_J(config),
            energy_source=ENERGY_SOURCE,
            provenance=reduced_from(ensemble, ensemble_path, states=[asdict(summary) for summary in found]),
        ),
    )
