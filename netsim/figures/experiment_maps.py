"""Panels that show several columns of a sweep at once: the parts of a whole as bars, and maps over two settings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from netsim.config.base import Plot
from netsim.figures.experiment_lines import (
    Axis,
    axis_name,
    column_name,
    key_of,
    setting_label,
    setting_of,
    value_of,
)
from netsim.figures.style import COLOURS, unit_scale
from netsim.results import Curve

_SIZES = ((1e9, " G"), (1e6, " M"), (1e3, " k"))

Panels = Sequence[tuple[str | None, Sequence[Curve]]]


def _title(plot: Plot, panel: str | None) -> str:
    if panel is None or plot.panels is None:
        return ""
    return setting_label(plot.panels, panel)


def _axes_of(part: SubFigure, panels: Panels, columns: int, plot: Plot) -> list[Axes]:
    axes = part.subplots(1, columns, sharey=True, squeeze=False)[0]
    for unused in axes[len(panels) :]:
        unused.set_axis_off()
    for each, (panel, _) in zip(axes, panels, strict=False):
        each.set_title(_title(plot, panel), fontsize=9)
    return list(axes[: len(panels)])


def draw_parts(part: SubFigure, plot: Plot, panels: Panels, columns: int) -> None:
    """Bars side by side, one for each column of `parts`, of every curve; means over the seeds."""
    for axes, (_, found) in zip(_axes_of(part, panels, columns, plot), panels, strict=True):
        devices = [curve for curve in found if not curve.baseline]
        several = len({curve.device for curve in devices}) > 1
        labels = [
            "\n".join([setting_of(c, plot.x) or "", *(setting_label(*setting) for setting in key_of(plot, c, several))])
            for c in devices
        ]
        width = 0.84 / len(plot.parts)
        for number, name in enumerate(plot.parts):
            heights = [float(np.nanmean(value_of(plot, curve, name))) for curve in devices]
            x = np.arange(len(devices)) + (number - (len(plot.parts) - 1) / 2) * width
            axes.bar(x, heights, 0.92 * width, color=COLOURS[number % len(COLOURS)], label=column_name(name))
        crowded = len(devices) > 4 and any("\n" in label for label in labels)
        axes.set_xticks(
            np.arange(len(devices)), labels, fontsize=6.5 if crowded else 7.5, rotation=30 if crowded else 0
        )
        axes.set_xlabel(axis_name(plot.x))
        axes.set_yscale("log" if plot.log_y else "linear")
        units = {name.rpartition("_")[2] for name in plot.parts}
        axes.set_ylabel(f"[{units.pop()}]" if len(units) == 1 else "")
    handles, labels = part.axes[0].get_legend_handles_labels()
    part.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 3 * columns), fontsize=7.5)


def _cell_text(plot: Plot, curve: Curve) -> str:
    lines = []
    for name in (plot.y, *plot.cells):
        number = float(np.nanmean(value_of(plot, curve, name)))
        words = name.removesuffix("_J").replace("_", " ")
        if name.endswith("_accuracy"):
            lines.append(f"{number:.2f} %")
        elif name.endswith("_J"):
            factor, unit = unit_scale(number, "J")
            lines.append(f"{words} {number * factor:.3g} {unit}")
        else:
            size, letter = next((some for some in _SIZES if number >= some[0]), (1.0, ""))
            lines.append(f"{number / size:.3g}{letter} {words}")
    return "\n".join(lines)


def draw_map(part: SubFigure, plot: Plot, panels: Panels, columns: int) -> None:
    """Colour is y over x and a second setting, with the columns `cells` written into each cell; means over seeds."""
    second = plot.map or ""
    pictures = []
    all_axes = _axes_of(part, panels, columns, plot)
    for axes, (_, found) in zip(all_axes, panels, strict=True):
        devices = [curve for curve in found if not curve.baseline]
        across = Axis.of(list(dict.fromkeys(setting_of(c, plot.x) or "" for c in devices)))
        up = Axis.of(list(dict.fromkeys(setting_of(c, second) or "" for c in devices)))
        x_order = sorted(across.places, key=lambda value: across.places[value])
        y_order = sorted(up.places, key=lambda value: up.places[value])
        values = np.full((len(y_order), len(x_order)), np.nan)
        for curve in devices:
            row = y_order.index(setting_of(curve, second) or "")
            column = x_order.index(setting_of(curve, plot.x) or "")
            mean = float(value_of(plot, curve).mean())
            if not mean <= values[row, column]:  # of settings told apart by nothing the best
                values[row, column] = mean
                for old in [t for t in axes.texts if t.get_position() == (column, row)]:
                    old.remove()
                axes.text(column, row, _cell_text(plot, curve), ha="center", va="center", fontsize=7)
        pictures.append(axes.imshow(values, origin="lower", aspect="auto", cmap="YlGnBu", alpha=0.6))
        axes.grid(visible=False)
        axes.set_xticks(range(len(x_order)), x_order)
        axes.set_yticks(range(len(y_order)), y_order)
        axes.set_xlabel(axis_name(plot.x))
    limits = [limit for picture in pictures for limit in picture.get_clim()]
    for picture in pictures:
        picture.set_clim(min(limits), max(limits))
    all_axes[0].set_ylabel(axis_name(second))
    part.colorbar(pictures[-1], ax=all_axes, label=axis_name(plot.y, plot.total))
