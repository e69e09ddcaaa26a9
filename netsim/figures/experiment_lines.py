"""Which numbers of a sweep a plot shows: its panels, its lines, and where their points stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from netsim.config.base import Plot
from netsim.results import Curve

_NAMES = {
    "epoch": "epoch",
    "test_accuracy": "test accuracy [%]",
    "train_accuracy": "training accuracy [%]",
    "pulses": "programming pulses",
    "eta": "learning rate η",
    "eta_ratio": "learning rate of SET over that of RESET",
    "upstream_probability": "c: probability that a row of full input opens",
    "set_pulses": "SET pulses across the range",
    "leakage_time": "RC over the time of an example",
    "drift_exponent": "drift exponent ν",
    "drift_spread": "spread of the drift exponent ν",
    "neuron_states": "neuron and error states",
    "derivative_floor": "low value of the derivative",
    "dead_devices": "share of dead devices",
    "upstream_pulses": "time slots of a row",
    "n_states": "number of states n",
    "alpha": "tolerance α",
    "stuck_share": "share of stuck devices",
    "device_share": "share of a device's own part in its spread",
}
_SHORT = {
    "alpha": "α",
    "drift_exponent": "ν",
    "drift_spread": "spread of ν",
    "eta": "η",
    "leakage_time": "RC",
    "n_states": "n",
    "upstream_probability": "c",
    "upstream_pulses": "slots",
}
_SWITCHED = {"True": "on", "False": "off"}
_UNITS = ("J", "s", "S", "m")


def column_name(name: str) -> str:
    """A column or setting in words, without its unit."""
    if name in _NAMES:
        return _NAMES[name].partition(" [")[0]
    stem, _, unit = name.rpartition("_")
    return (stem if unit in _UNITS else name).replace("_", " ")


def axis_name(name: str, total: bool = False) -> str:
    """What an axis is called: the column or setting in words, its unit in brackets where its name ends in one."""
    unit = name.rpartition("_")[2]
    words = _NAMES.get(name, f"{column_name(name)} [{unit}]" if unit in _UNITS else column_name(name))
    return f"{words}, all epochs" if total and not name.endswith("_accuracy") else words


def setting_label(name: str, *values: str) -> str:
    """A setting and its values as legends and panels name them; of a device or a kind of weights the value says all."""
    said = " or ".join(_SWITCHED.get(value, value) for value in values)
    return said if name in ("device", "weights") else f"{_SHORT.get(name, name.replace('_', ' '))} = {said}"


Key = tuple[tuple[str, str], ...]
"""What tells a line apart: the device (where there are several) and settings."""


@dataclass(frozen=True)
class Line:
    """One line of a panel: at each place the values of all seeds."""

    baseline: bool
    key: Key
    x: tuple[str, ...]
    values: tuple[np.ndarray, ...]

    @property
    def label(self) -> str:
        """How the legend names the line."""
        words = [setting_label(name, value) for name, value in self.key]
        return ", ".join([*(["floating point"] if self.baseline else []), *words])


def setting_of(curve: Curve, name: str) -> str | None:
    """Value of a setting that a curve was made with, or of the column `device`; None where it makes no difference."""
    if name == "device":
        return None if curve.baseline else curve.device
    if name == "strength" and not curve.baseline:  # of a test under stress; devices as they were trained have none
        return dict(curve.settings).get(name, "0")
    return dict(curve.settings).get(name)


def shown(plot: Plot, found: Sequence[Curve]) -> list[Curve]:
    """The curves that a plot is about: tests under stress only where it says so."""
    if "stress" in plot.named:
        return list(found)
    return [curve for curve in found if "stress" not in dict(curve.settings)]


def key_of(plot: Plot, curve: Curve, several_devices: bool) -> Key:
    """What tells a curve's line apart from the others of its panel."""
    inside = (plot.x, plot.panels, plot.map, *plot.best_of)
    several_devices = several_devices and "device" not in inside
    device = (("device", curve.device),) if several_devices and not curve.baseline else ()
    own = [(name, value) for name, value in curve.settings if name not in inside]
    order = {name: place for place, name in enumerate(plot.lines or ())}
    return (*device, *sorted(own, key=lambda setting: order.get(setting[0], len(order))))


def value_of(plot: Plot, curve: Curve, column: str | None = None) -> np.ndarray:
    """(n_seeds,) what a plot shows of a curve: a column (y unless another is named), of the last epoch or summed."""
    name = plot.y if column is None else column
    values = curve.column(name)
    return values.sum(axis=1) if plot.total and not name.endswith("_accuracy") else values[:, -1]


def in_panel(plot: Plot, found: Sequence[Curve], panel: str | None) -> list[Curve]:
    """Curves of one panel; one on which the panels' setting makes no difference is in every panel."""
    return [c for c in found if panel is None or setting_of(c, plot.panels or "") in (panel, None)]


def lines_of(plot: Plot, found: Sequence[Curve], panel: str | None) -> list[Line]:
    """The lines of one panel; where settings are optimised, the curve with the highest mean at each place.

    panel : value of the setting that tells panels apart; a curve without that setting is in every panel
    """
    several = len({curve.device for curve in found if not curve.baseline}) > 1
    here = in_panel(plot, found, panel)
    groups: dict[tuple[bool, Key], dict[str, list[Curve]]] = {}
    for curve in here:
        place = "" if plot.x == "epoch" else setting_of(curve, plot.x) or ""
        group = groups.setdefault((curve.baseline, key_of(plot, curve, several)), {})
        group.setdefault(place, []).append(curve)
    lines = []
    for (baseline, key), places in groups.items():
        best = {at: max(some, key=lambda c: float(value_of(plot, c).mean())) for at, some in places.items()}
        if plot.x == "epoch":
            curve = best[""]
            x, values = tuple(str(epoch) for epoch in curve.epochs), tuple(curve.column(plot.y).T)
        else:
            x, values = tuple(best), tuple(value_of(plot, curve) for curve in best.values())
        if not (baseline and all(np.all(value == 0) for value in values)):  # floating point gives no pulses
            lines.append(Line(baseline, key, x, values))
    return lines


@dataclass(frozen=True)
class Axis:
    """Where values of x stand: numbers where all are, else one place after the other."""

    places: Mapping[str, float]
    numeric: bool

    @classmethod
    def of(cls, values: Sequence[str]) -> Axis:
        """An axis for these values of a setting or epochs."""
        try:
            return cls({value: float(value) for value in values}, True)
        except ValueError:
            return cls({value: float(place) for place, value in enumerate(values)}, False)

    def find(self, value: object) -> float | None:
        """Place of a value, which may be written otherwise (1 or 1.0); None where it is none of the axis."""
        if str(value) in self.places:
            return self.places[str(value)]
        if self.numeric and not isinstance(value, str | bool):
            place = float(value)  # type: ignore[arg-type]
            return place if min(self.places.values()) <= place <= max(self.places.values()) else None
        return None
