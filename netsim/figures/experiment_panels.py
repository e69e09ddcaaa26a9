"""One panel of a network's sweep: lines with bands, or bars with whiskers, and the papers' numbers as diamonds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from netsim.config.base import Plot
from netsim.figures.experiment_lines import Axis, Key, Line, axis_name
from netsim.figures.style import BASELINE, COLOURS, spread
from netsim.ledger import Mark, Span
from netsim.results import same_value

LINE_STYLES: tuple[Any, ...] = (
    "-", "--", ":", "-.", (0, (7, 1.5, 1, 1.5, 1, 1.5)), (0, (10, 2)), (0, (1, 3)), (0, (3, 1))
)  # fmt: skip

HATCHES = ("", "///", "...", "xxx", "--", "++", "\\\\", "oo")
"""Of bars, in place of the line styles."""


def looks_of(lines: Sequence[Line]) -> dict[Key, tuple[str, Any]]:
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
        for place, value in zip(x, mean, strict=True):  # above the panel, where no mark hides them
            axes.annotate(
                f"{value:.3g}", (place, 1), (0, 3), xycoords=axes.get_xaxis_transform(), textcoords="offset points",
                ha="center", fontsize=6, rotation=90,
            )  # fmt: skip


def _bar_offset(lines: Sequence[Line], key: Key) -> float:
    grouped = [line.key for line in lines if not line.baseline]
    return (grouped.index(key) - (len(grouped) - 1) / 2) * 0.8 / len(grouped)


def _key_of_mark(mark: Mark, lines: Sequence[Line]) -> list[Line]:
    """Lines that a mark belongs to: those that have no other value of a setting than it has."""
    return [
        line
        for line in lines
        if line.baseline == mark.baseline
        and all(same_value(value, mark.settings[name]) for name, value in line.key if name in mark.settings)
    ]


def draw_marks(
    axes: Axes, plot: Plot, marks: Sequence[Mark], lines: Sequence[Line], axis: Axis, panel: str | None,
    looks: Mapping[Key, tuple[str, Any]],
) -> int:  # fmt: skip
    """Hollow diamonds at the papers' numbers, dashed lines at those of the best x; returns how many."""
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
        hidden = plot.floor is not None and mark.number < plot.floor
        if plot.x in mark.best_of and owners and not hidden:
            axes.axhline(mark.number, color="black", ls="--", lw=0.9)
            drawn += 1
            continue
        if x is None or hidden or not owners:
            continue
        of = {line.key[:1] for line in owners if line.key}
        colour = BASELINE if mark.baseline else (looks[owners[0].key][0] if len(of) <= 1 and axis.numeric else "black")
        bars = [] if axis.numeric or mark.baseline else [_bar_offset(lines, owner.key) for owner in owners]
        for offset in bars or [0.0]:
            axes.plot(
                x + offset, mark.number, "D", mfc="white", mec=colour, mew=1.6, ms=5 if bars else 7, zorder=5,
                clip_on=False,
            )  # fmt: skip
        drawn += 1
    return drawn


def draw_spans(axes: Axes, plot: Plot, spans: Sequence[Span], axis: Axis) -> int:
    """Shade where a paper says that x is best; returns how many."""
    here = [span for span in spans if span.setting == plot.x and axis.numeric]
    for span in here:
        axes.axvspan(span.low, span.high, color="black", alpha=0.10, lw=0)
    return len(here)


def has_bars(plot: Plot, axis: Axis) -> bool:
    """Whether x is no number: bars are drawn."""
    return plot.x != "epoch" and not axis.numeric


def legend_handle(colour: str, style: Any, bar: bool) -> Any:
    """What stands beside a line's or bar's name in the legend."""
    if bar:
        return Patch(facecolor=colour, edgecolor="white", lw=0, hatch=HATCHES[LINE_STYLES.index(style)])
    return Line2D([], [], color=colour, ls=style)


def draw_panel(axes: Axes, plot: Plot, lines: Sequence[Line], axis: Axis, looks: Mapping[Key, tuple[str, Any]]) -> None:
    """Lines or bars of one panel, its axes named and scaled."""
    bars = has_bars(plot, axis)
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
    elif plot.x == "epoch":
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if plot.log_y:
        axes.set_yscale("log")
    if plot.floor is not None:
        axes.set_ylim(bottom=plot.floor)
    axes.set_xlabel(axis_name(plot.x))
    axes.set_ylabel(axis_name(plot.y, plot.total))
