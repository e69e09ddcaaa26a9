"""A network's sweep as its configuration says: one column of the results against a setting or the epoch.

Means over the seeds with bands from lowest to highest, a panel for each value of a setting, floating point in grey,
and the papers' numbers as hollow diamonds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from netsim.config.base import Plot
from netsim.figures.experiment_lines import Axis, in_panel, lines_of, setting_label, setting_of, shown
from netsim.figures.experiment_maps import draw_map, draw_parts
from netsim.figures.experiment_panels import draw_marks, draw_panel, draw_spans, has_bars, legend_handle, looks_of
from netsim.figures.style import BASELINE, figure
from netsim.ledger import Mark, Span
from netsim.results import Curve

PANEL_INCH = (4.3, 3.1)
_TITLE_INCH, _LEGEND_LINE_INCH = 0.3, 0.2


def _panel_values(plot: Plot, found: Sequence[Curve]) -> list[str | None]:
    if plot.panels is None:
        return [None]
    values = dict.fromkeys(setting_of(curve, plot.panels) for curve in found)
    return [value for value in values if value is not None] or [None]


def _draw_row(
    part: SubFigure, plot: Plot, found: Sequence[Curve], marks: Sequence[Mark], spans: Sequence[Span], columns: int
) -> None:
    if plot.title:
        part.suptitle(plot.title, fontsize=9.5, x=0.01, ha="left")
    panels = _panel_values(plot, found)
    if plot.parts or plot.map:
        draw = draw_parts if plot.parts else draw_map
        draw(part, plot, [(panel, in_panel(plot, found, panel)) for panel in panels], columns)
        return
    by_panel = {panel: lines_of(plot, found, panel) for panel in panels}
    everything = [line for lines in by_panel.values() for line in lines]
    axis = Axis.of(list(dict.fromkeys(x for line in everything for x in line.x if x != "")))
    looks = looks_of(everything)
    drawn = shaded = 0
    all_axes = part.subplots(1, columns, sharex=True, sharey=True, squeeze=False)[0]
    for axes, panel in zip(all_axes, panels, strict=False):
        draw_panel(axes, plot, by_panel[panel], axis, looks)
        drawn += draw_marks(axes, plot, marks, by_panel[panel], axis, panel, looks)
        shaded += draw_spans(axes, plot, spans, axis)
        if panel is not None:
            above = 22 if has_bars(plot, axis) else None  # points, room for the bars' numbers
            axes.set_title(setting_label(plot.panels or "", panel), fontsize=9, pad=above)
    for axes in all_axes[len(panels) :]:
        axes.set_axis_off()
    handles: list[Any] = [legend_handle(colour, style, has_bars(plot, axis)) for colour, style in looks.values()]
    labels = [
        line.label or line_device(found)
        for line in {line.key: line for line in everything if not line.baseline}.values()
    ]
    if any(line.baseline for line in everything):
        handles.append(Line2D([], [], color=BASELINE))
        labels.append("floating point")
    if drawn:
        level = any(plot.x in mark.best_of for mark in marks)
        handles.append(
            Line2D([], [], color="black", ls="--", lw=0.9)
            if level
            else Line2D([], [], ls="", marker="D", mfc="white", mec="black", mew=1.6, ms=7)
        )
        labels.append("the paper")
    if shaded:
        handles.append(Patch(color="black", alpha=0.10, lw=0))
        labels.append("best in the paper")
    part.legend(handles, labels, loc="outside lower center", ncols=_legend_columns(labels, columns), fontsize=7.5)


def line_device(found: Sequence[Curve]) -> str:
    """The only device of a sweep: what its line is called where nothing else tells lines apart."""
    return next((curve.device for curve in found if not curve.baseline), "")


def _legend_columns(labels: Sequence[str], columns: int) -> int:
    widest = max((len(label) for label in labels), default=1) + 8
    return max(1, min(len(labels), int(columns * PANEL_INCH[0] * 15) // widest))


def _legend_lines(plot: Plot, found: Sequence[Curve], columns: int) -> int:
    panels = _panel_values(plot, found)
    keys = {line.key: line.label for panel in panels for line in lines_of(plot, found, panel)}
    labels = [*keys.values(), "floating point", "the paper", "best in the paper"]
    return -(-len(labels) // _legend_columns(labels, columns))


def draw_experiment(
    found: Sequence[Curve], plots: Sequence[Plot], marks: Sequence[Mark], path: Path, spans: Sequence[Span] = ()
) -> None:
    """Draw a network's sweep, a row of panels for each plot."""
    columns = max(len(_panel_values(plot, found)) for plot in plots)
    heights = [PANEL_INCH[1] + _TITLE_INCH + _LEGEND_LINE_INCH * _legend_lines(plot, found, columns) for plot in plots]
    with figure(path, max(columns * PANEL_INCH[0], 5.6), sum(heights)) as drawing:
        parts = drawing.subfigures(len(plots), 1, height_ratios=heights, squeeze=False)
        for part, plot in zip(parts[:, 0], plots, strict=True):
            _draw_row(part, plot, shown(plot, found), marks, spans, columns)
        drawing.suptitle(_title(found), fontsize=9.5, fontweight="bold", wrap=True)


def _title(found: Sequence[Curve]) -> str:
    seeds = max((curve.test.shape[0] for curve in found), default=1)
    device = line_device(found) if len({curve.device for curve in found if not curve.baseline}) == 1 else ""
    text = found[0].network + (f": {device}" if device else "")
    return f"{text}; band: lowest to highest of {seeds} seeds" if seeds > 1 else text
