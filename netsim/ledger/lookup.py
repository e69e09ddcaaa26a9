"""Ours: the numbers that a claim is compared with, out of sweeps' results, device tables and models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devicegen.table import DeviceTable, StateDistribution
from devicegen.table_file import read_table
from netsim.config.base import Setting
from netsim.ledger.claims import JumpValue, ModelValue, NetworkValue, StatesValue, Value
from netsim.quantities import read_quantities
from netsim.results import Curve, curves, read_epochs, same_value

Samples = np.ndarray
"""(n_seeds,) one number of ours, as often as there are seeds."""


class NotInStudy(Exception):
    """The study does not hold the network, device or model at all: its row is left out."""


class NotRun(Exception):
    """The study holds the network, but not the point that the claim is about; the message says what is missing."""


@dataclass(frozen=True)
class Findings:
    """Where the results of a study lie.

    networks : CSV file of each network;  tables: device table of each device
    models   : file of each model, with the columns `quantity` and `value`
    """

    networks: Mapping[str, Path]
    tables: Mapping[str, Path]
    models: Mapping[str, Path]

    def look_up(self, value: Value, device: str | None) -> list[Samples]:
        """The numbers of a claim, one array over the seeds for each. Raises NotInStudy or NotRun."""
        if isinstance(value, NetworkValue):
            return self._of_network(value, device)
        if isinstance(value, StatesValue | JumpValue):
            return [np.array([self._of_table(value, device)])]
        return [np.array([self._of_model(value)])]

    def _of_network(self, value: NetworkValue, device: str | None) -> list[Samples]:
        if value.network not in self.networks:
            raise NotInStudy
        rows = read_epochs(self.networks[value.network])
        found = [curve for curve in curves(rows) if curve.baseline == value.baseline]
        who = value.device or device
        if not value.baseline:
            found = [c for c in found if c.device == who]
        if not found:
            raise NotInStudy if not value.baseline else NotRun("no floating-point baseline was trained")
        numbers = _numbers(value, found)
        if value.minus is None:
            return numbers
        others = self._of_network(value.minus, device)
        return [_difference(one, other) for one, other in zip(numbers, others, strict=True)]

    def _of_table(self, value: StatesValue | JumpValue, device: str | None) -> float:
        name = value.device or device or ""
        if name not in self.tables:
            raise NotInStudy
        table = read_table(self.tables[name])
        if isinstance(value, JumpValue):
            return jump_size(value, table)
        if table.states is None:
            raise NotRun(f"the table of {name} holds no states")
        return state_number(value, table.states)

    def _of_model(self, value: ModelValue) -> float:
        if value.model not in self.models:
            raise NotInStudy
        numbers = read_quantities(self.models[value.model])
        if value.value not in numbers:
            raise NotRun(f"{self.models[value.model].name} has no {value.value}")
        return numbers[value.value]


def has_settings(curve: Curve, wanted: Mapping[str, Setting]) -> bool:
    """Whether a curve has these settings; one that makes no difference to its device or the baseline is no obstacle."""
    own = dict(curve.settings)
    return all(name not in own or same_value(own[name], value) for name, value in wanted.items())


def _select(value: NetworkValue, found: list[Curve], settings: Mapping[str, Setting]) -> list[Curve]:
    swept = {name for curve in found for name, _ in curve.settings}
    unknown = [name for name in settings if name not in swept]
    if unknown and not value.baseline:
        raise NotRun(f"the study does not sweep {unknown[0]}")
    chosen = [curve for curve in found if has_settings(curve, settings)]
    if "stress" not in settings:
        chosen = [curve for curve in chosen if "stress" not in dict(curve.settings)]
    # a curve that lacks a setting, as floating point does, stands in only where none has it
    chosen = [c for c in chosen if settings.keys() <= dict(c.settings).keys()] or chosen
    if not chosen:
        raise NotRun("the study leaves out " + ", ".join(f"{name}={wanted}" for name, wanted in settings.items()))
    return chosen


def _taken(value: NetworkValue, curve: Curve) -> Samples:
    """(n_seeds,) numbers of a curve at the epoch that the claim is about."""
    column = curve.column(value.measure)
    if value.take == "sum":
        return column.sum(axis=1)
    if value.take == "best":
        return column.max(axis=1)
    if value.take in ("first", "last"):
        return column[:, 0 if value.take == "first" else -1]
    if value.take not in curve.epochs:
        raise NotRun(f"there is no epoch {value.take}")
    return column[:, int(np.flatnonzero(curve.epochs == value.take)[0])]


def _best(value: NetworkValue, found: list[Curve], optimised: tuple[str, ...]) -> Curve:
    """The curve with the highest mean, where the settings that tell them apart may be optimised."""
    kept = {tuple(s for s in curve.settings if s[0] not in optimised) for curve in found}
    if len(kept) > 1:
        raise NotRun("several points fit: " + " | ".join(curve.label for curve in found[:4]))
    return max(found, key=lambda curve: float(_taken(value, curve).mean()))


def _numbers(value: NetworkValue, found: list[Curve]) -> list[Samples]:
    if isinstance(value.along, dict):
        ((name, along),) = value.along.items()
        steps = [{**value.settings, name: at} for at in along]
        return [_taken(value, _best(value, _select(value, found, step), value.best_of)) for step in steps]
    chosen = _select(value, found, value.settings)
    if value.where_best is not None:
        return [_best_place(value, chosen, value.where_best)]
    curve = _best(value, chosen, value.best_of)
    return list(curve.column(value.measure).T) if value.along == "epoch" else [_taken(value, curve)]


def _best_place(value: NetworkValue, found: list[Curve], setting: str) -> Samples:
    """(n_seeds,) value of a setting at which each seed is best."""
    places: dict[float, list[Curve]] = {}
    for curve in found:
        try:
            places.setdefault(float(dict(curve.settings)[setting]), []).append(curve)
        except (KeyError, ValueError):
            continue  # "auto" is no place on an axis
    if not places:
        raise NotRun(f"the study does not sweep {setting}")
    best = [_taken(value, _best(value, here, value.best_of)) for here in places.values()]
    return np.array(list(places))[np.argmax(np.array(best), axis=0)]


def _difference(one: Samples, other: Samples) -> Samples:
    """Seed by seed where both have as many, as they share their random numbers; else to the other's mean."""
    return one - other if one.size == other.size else one - other.mean()


def jump_size(value: JumpValue, table: DeviceTable) -> float:
    """Size of the mean jump that a claim is about [% of the conductance range]."""
    jump = table.jump_set if value.jump == "set" else table.jump_reset
    if jump is None:
        raise NotRun(f"the table of {table.device} holds no jump-tables")
    size = table.g_max_S - table.g_min_S
    return 100 * abs(float(np.interp(table.g_min_S + value.at * size, jump.conductance, jump.mean()))) / size


def state_number(value: StatesValue, states: StateDistribution) -> float:
    """The property of a state that a claim is about, or its average over the states."""
    if value.target is None:
        return float(np.mean([_of_state(value, states, state) for state in range(states.target.size)]))
    return _of_state(value, states, int(np.argmin(np.abs(states.target - value.target))))


def _of_state(value: StatesValue, states: StateDistribution, state: int) -> float:
    samples = states.samples(state)
    if value.states == "mean":
        return float(samples.mean())
    if value.states == "std":
        return float(samples.std(ddof=1))
    if value.states == "within":
        return 100 * float(np.mean(np.abs(samples - states.target[state]) <= value.alpha))
    position = states.position[state]
    known = position[np.isfinite(position)]
    if known.size < 2:
        raise NotRun("the table holds no wall positions")
    return 1e9 * float(known.std(ddof=1))
