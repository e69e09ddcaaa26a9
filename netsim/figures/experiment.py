"""A network's sweep as its configuration says: one column of the results against a setting or the epoch.

Means over the seeds with bands from lowest to highest, a panel for each value of a setting, floating point in grey,
and the papers' numbers as hollow diamonds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from netsim.config.base import Plot
from netsim.figures.style import BASELINE, COLOURS, figure, spread
from netsim.ledger import Mark
from netsim.results import Curve, same_value

PANEL_INCH = (4.3, 3.1)
_TITLE_INCH, _LEGEND_LINE_INCH = 0.3, 0.2

LINE_STYLES: tuple[Any, ...] = (
    "-", "--", ":", "-.", (0, (7, 1.5, 1, 1.5, 1, 1.5)), (0, (10, 2)), (0, (1, 3)), (0, (3, 1))
)  # fmt: skip

HATCHES = ("", "///", "...", "xxx", "--", "++", "\\\\", "oo")
"""Of bars, in place of the line styles."""

_NAMES = {
    "epoch": "epoch",
    "test_accuracy": "test accuracy [%]",
    "train_accuracy": "training accuracy [%]",
    "pulses": "programming pulses",
}


def axis_name(name: str, total: bool = False) -> str:
    """What an axis is called: the column or setting in words, its unit in brackets where its name ends in one."""
    words = _NAMES.get(name)
    if words is None:
        stem, _, unit = name.rpartition("_")
        words = f"{stem.replace('_', ' ')} [{unit}]" if unit in ("J", "s", "S", "m") else name.replace("_", " ")
    return f"{words}, all epochs" if total else words


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
        words = [value if name == "device" else f"{name.replace('_', ' ')} = {value}" for name, value in self.key]
        return ", ".join([*(["floating point"] if self.baseline else []), *words])


def _key_of(plot: Plot, curve: Curve, several_devices: bool) -> Key:
    device = (("device", curve.device),) if several_devices and not curve.baseline else ()
    inside = (plot.x, plot.panels, *plot.best_of)
    own = [(name, value) for name, value in curve.settings if name not in inside]
    order = {name: place for place, name in enumerate(plot.lines or ())}
    return (*device, *sorted(own, key=lambda setting: order.get(setting[0], len(order))))


def _value_of(plot: Plot, curve: Curve) -> np.ndarray:
    column = curve.column(plot.y)
    return column.sum(axis=1) if plot.total else column[:, -1]


def lines_of(plot: Plot, found: Sequence[Curve], panel: str | None) -> list[Line]:
    """The lines of one panel; where settings are optimised, the curve with the highest mean at each place.

    panel : value of the setting that tells panels apart; a curve without that setting is in every panel
    """
    several = len({curve.device for curve in found if not curve.baseline}) > 1
    here = [curve for curve in found if panel is None or dict(curve.settings).get(plot.panels or "", panel) == panel]
    groups: dict[tuple[bool, Key], dict[str, list[Curve]]] = {}
    for curve in here:
        place = "" if plot.x == "epoch" else dict(curve.settings).get(plot.x, "")
        group = groups.setdefault((curve.baseline, _key_of(plot, curve, several)), {})
        group.setdefault(place, []).append(curve)
    lines = []
    for (baseline, key), places in groups.items():
        best = {at: max(some, key=lambda c: float(_value_of(plot, c).mean())) for at, some in places.items()}
        if plot.x == "epoch":
            curve = best[""]
            x, values = tuple(str(epoch) for epoch in curve.epochs), tuple(curve.column(plot.y).T)
        else:
            x, values = tuple(best), tuple(_value_of(plot, curve) for curve in best.values())
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


def _look(lines: Sequence[Line]) -> dict[Key, tuple[str, Any]]:
    """Colour by the first thing that tells lines apart, style by the others."""
    colours: dict[Any, int] = {}
    styles: dict[Any, int] = {}
    looks = {}
    for line in lines:
        if not line.baseline:
            colour = colours.setdefault(line.key[:1], len(colours))
            style = styles.setdefault(line.key[1:], len(styles))
            looks[line.key] = (COLOURS[colour % len(COLOURS)], LINE_STYLES[style % len(LINE_STYLES)])
    return looks


def _draw_line(axes: Axes, line: Line, axis: Axis, colour: str, style: Any) -> None:
    if line.x == ("",):  # the setting of the axis makes no difference to it: as wide as the axis
        low, high = spread(line.values[0][:, None])
        axes.axhline(float(line.values[0].mean()), color=colour, ls=style)
        axes.axhspan(float(low[0]), float(high[0]), color=colour, alpha=0.15, lw=0)
        return
    order = np.argsort([axis.places[x] for x in line.x])
    x = np.array([axis.places[line.x[k]] for k in order])
    mean = [float(line.values[k].mean()) for k in order]
    axes.plot(x, mean, color=colour, ls=style, marker="o" if x.size < 25 else None, ms=3)
    axes.fill_between(x, [line.values[k].min() for k in order], [line.values[k].max() for k in order],
                      color=colour, alpha=0.18, lw=0)  # fmt: skip


def _draw_bars(axes: Axes, lines: Sequence[Line], axis: Axis, looks: Mapping[Key, tuple[str, Any]]) -> None:
    """Bars side by side, with whiskers from the lowest seed to the highest."""
    grouped = [line for line in lines if not line.baseline]
    width = 0.8 / max(len(grouped), 1)
    for number, line in enumerate(grouped):
        colour, style = looks[line.key]
        x = np.array([axis.places[at] for at in line.x]) + (number - (len(grouped) - 1) / 2) * width
        mean = np.array([value.mean() for value in line.values])
        axes.bar(x, mean, 0.92 * width, color=colour, hatch=HATCHES[LINE_STYLES.index(style)], edgecolor="white", lw=0)
        whiskers = [[m - v.min() for m, v in zip(mean, line.values, strict=True)]]
        whiskers += [[v.max() - m for m, v in zip(mean, line.values, strict=True)]]
        axes.errorbar(x, mean, whiskers, fmt="none", ecolor="black", lw=0.9, capsize=2)


def _bar_offset(lines: Sequence[Line], key: Key | None) -> float:
    grouped = [line.key for line in lines if not line.baseline]
    if key not in grouped:
        return 0.0
    return (grouped.index(key) - (len(grouped) - 1) / 2) * 0.8 / len(grouped)


def _key_of_mark(mark: Mark, lines: Sequence[Line]) -> list[Line]:
    """Lines that a mark belongs to: those that have no other value of a setting than it has."""
    return [
        line
        for line in lines
        if line.baseline == mark.baseline
        and all(same_value(value, mark.settings[name]) for name, value in line.key if name in mark.settings)
    ]


def _draw_marks(
    axes: Axes, plot: Plot, marks: Sequence[Mark], lines: Sequence[Line], axis: Axis, panel: str | None,
    looks: Mapping[Key, tuple[str, Any]],
) -> int:  # fmt: skip
    """Hollow diamonds at the papers' numbers; returns how many."""
    drawn = 0
    for mark in marks:
        in_panel = (
            panel is None or plot.panels not in mark.settings or same_value(panel, mark.settings[plot.panels or ""])
        )
        if mark.measure != plot.y or not in_panel:
            continue
        if plot.x == "epoch":
            x = max(axis.places.values()) if mark.epoch == "last" else axis.find(mark.epoch)
        elif mark.epoch == ("sum" if plot.total else "last"):
            x = axis.find(mark.settings.get(plot.x)) if plot.x in mark.settings else None
            if x is None and mark.baseline:
                x = max(axis.places.values())
        else:
            x = None
        owners = _key_of_mark(mark, lines)
        if x is None or not owners:
            continue
        of = {line.key[:1] for line in owners if line.key}
        colour = BASELINE if mark.baseline else (looks[owners[0].key][0] if len(of) <= 1 and axis.numeric else "black")
        if not axis.numeric:
            x += _bar_offset(lines, owners[0].key if len(owners) == 1 else None)
        axes.plot(x, mark.number, "D", mfc="white", mec=colour, mew=1.6, ms=7, zorder=5, clip_on=False)
        drawn += 1
    return drawn


def _has_bars(plot: Plot, axis: Axis) -> bool:
    return plot.x != "epoch" and not axis.numeric


def _handle(colour: str, style: Any, bar: bool) -> Any:
    if bar:
        return Patch(facecolor=colour, edgecolor="white", lw=0, hatch=HATCHES[LINE_STYLES.index(style)])
    return Line2D([], [], color=colour, ls=style)


def _draw_panel(
    axes: Axes, plot: Plot, lines: Sequence[Line], axis: Axis, looks: Mapping[Key, tuple[str, Any]]
) -> None:
    bars = _has_bars(plot, axis)
    if bars:
        _draw_bars(axes, lines, axis, looks)
        axes.set_xticks(list(axis.places.values()), list(axis.places))
    for line in lines:
        if line.baseline or not bars:
            colour, style = (BASELINE, "-") if line.baseline else looks[line.key]
            _draw_line(axes, line, axis, colour, style)
    if plot.log_x and axis.numeric:
        axes.set_xscale("log")
    if axis.numeric and 1 < len(axis.places) <= 12 and not plot.log_x:
        axes.set_xticks(sorted(axis.places.values()))
    if plot.log_y:
        axes.set_yscale("log")
    axes.set_xlabel(axis_name(plot.x))
    axes.set_ylabel(axis_name(plot.y, plot.total))


def _panel_values(plot: Plot, found: Sequence[Curve]) -> list[str | None]:
    if plot.panels is None:
        return [None]
    return list(dict.fromkeys(value for c in found for name, value in c.settings if name == plot.panels)) or [None]


def _draw_row(part: SubFigure, plot: Plot, found: Sequence[Curve], marks: Sequence[Mark], columns: int) -> None:
    panels = _panel_values(plot, found)
    by_panel = {panel: lines_of(plot, found, panel) for panel in panels}
    everything = [line for lines in by_panel.values() for line in lines]
    axis = Axis.of(list(dict.fromkeys(x for line in everything for x in line.x if x != "")))
    looks = _look(everything)
    drawn = 0
    all_axes = part.subplots(1, columns, sharey=True, squeeze=False)[0]
    for axes, panel in zip(all_axes, panels, strict=False):
        _draw_panel(axes, plot, by_panel[panel], axis, looks)
        drawn += _draw_marks(axes, plot, marks, by_panel[panel], axis, panel, looks)
        if panel is not None:
            axes.set_title(f"{(plot.panels or '').replace('_', ' ')} = {panel}", fontsize=9)
    for axes in all_axes[len(panels) :]:
        axes.set_axis_off()
    handles: list[Any] = [_handle(colour, style, _has_bars(plot, axis)) for colour, style in looks.values()]
    labels = [
        line.label or line_device(found)
        for line in {line.key: line for line in everything if not line.baseline}.values()
    ]
    if any(line.baseline for line in everything):
        handles.append(Line2D([], [], color=BASELINE))
        labels.append("floating point")
    if drawn:
        handles.append(Line2D([], [], ls="", marker="D", mfc="white", mec="black", mew=1.6, ms=7))
        labels.append("the paper")
    part.legend(handles, labels, loc="outside lower center", ncols=_legend_columns(labels, columns), fontsize=7.5)
    if plot.title:
        part.suptitle(plot.title, fontsize=9.5, x=0.01, ha="left")


def line_device(found: Sequence[Curve]) -> str:
    """The only device of a sweep: what its line is called where nothing else tells lines apart."""
    return next((curve.device for curve in found if not curve.baseline), "")


def _legend_columns(labels: Sequence[str], columns: int) -> int:
    widest = max((len(label) for label in labels), default=1) + 8
    return max(1, min(len(labels), int(columns * PANEL_INCH[0] * 15) // widest))


def _legend_lines(plot: Plot, found: Sequence[Curve], columns: int) -> int:
    panels = _panel_values(plot, found)
    keys = {line.key: line.label for panel in panels for line in lines_of(plot, found, panel)}
    labels = [*keys.values(), "floating point", "the paper"]
    return -(-len(labels) // _legend_columns(labels, columns))


def draw_experiment(found: Sequence[Curve], plots: Sequence[Plot], marks: Sequence[Mark], path: Path) -> None:
    """Draw a network's sweep, a row of panels for each plot."""
    columns = max(len(_panel_values(plot, found)) for plot in plots)
    heights = [PANEL_INCH[1] + _TITLE_INCH + _LEGEND_LINE_INCH * _legend_lines(plot, found, columns) for plot in plots]
    with figure(path, max(columns * PANEL_INCH[0], 5.6), sum(heights)) as drawing:
        parts = drawing.subfigures(len(plots), 1, height_ratios=heights, squeeze=False)
        for part, plot in zip(parts[:, 0], plots, strict=True):
            _draw_row(part, plot, found, marks, columns)
        drawing.suptitle(_title(found), fontsize=10, fontweight="bold")


def _title(found: Sequence[Curve]) -> str:
    seeds = max((curve.test.shape[0] for curve in found), default=1)
    device = line_device(found) if len({curve.device for curve in found if not curve.baseline}) == 1 else ""
    text = found[0].network + (f": {device}" if device else "")
    return f"{text}; band: lowest to highest of {seeds} seeds" if seeds > 1 else text
