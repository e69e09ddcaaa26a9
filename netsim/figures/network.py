"""Accuracy against epoch, each device beside floating point."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from netsim.config.base import Plot
from netsim.figures.experiment import draw_experiment
from netsim.figures.experiment_lines import setting_label
from netsim.figures.experiment_panels import LINE_STYLES
from netsim.figures.style import BASELINE, COLOURS, figure, spread
from netsim.ledger import marks_of, spans_of
from netsim.results import Curve, curves, read_epochs

WIDTH_INCH = 8.6
_PANELS_INCH = 3.3
_LEGEND_LINE_INCH = 0.165
_LEGEND_LETTERS = 136
"""Letters of the legend's type that fit side by side in the picture."""
_HANDLE_LETTERS = 12

MARKERS = "osD^vPX*"


@dataclass(frozen=True)
class _Look:
    """How a curve is drawn: its colour, and a number that picks line style and marker."""

    colour: str
    variant: int

    @property
    def line(self) -> Any:
        return LINE_STYLES[self.variant % len(LINE_STYLES)]

    @property
    def marker(self) -> str:
        return MARKERS[self.variant % len(MARKERS)]


def is_written(curve: Curve) -> bool:
    """Whether these are devices that trained weights were written into: one point, and a seed is a writing."""
    return ("weights", "written") in curve.settings


def coinciding(found: Sequence[Curve]) -> list[list[Curve]]:
    """The curves, those of exactly equal accuracies together, in the order of the first of each."""
    groups: list[list[Curve]] = []
    for curve in found:
        for group in groups:
            first = group[0]
            if all(
                np.array_equal(getattr(curve, name), getattr(first, name), equal_nan=True)
                for name in ("epochs", "train", "test")
            ):
                group.append(curve)
                break
        else:
            groups.append([curve])
    return groups


def _chosen(curve: Curve) -> tuple[tuple[str, str], ...]:
    """What tells curves apart by colour and style; trained and written weights share both, line against point."""
    return tuple((name, value) for name, value in curve.settings if name != "weights")


def _colour_keys(found: Sequence[Curve]) -> list[Any]:
    """What a curve's colour stands for: its device, and where there is one only, as many settings as have colours."""
    if len({curve.device for curve in found}) > 1:
        return [curve.device for curve in found]
    keys: list[Any] = [() for _ in found]
    for place in range(max((len(_chosen(curve)) for curve in found), default=0)):
        longer = [_chosen(curve)[: place + 1] for curve in found]
        if len(set(longer)) > len(COLOURS):
            break
        keys = longer
    return keys


def looks(found: Sequence[Curve]) -> list[_Look]:
    """A look for each curve: baselines grey, a colour for each device, a line style for each choice of settings."""
    devices = [curve for curve in found if not curve.baseline]
    keys = iter(_colour_keys(devices))
    colours: dict[Any, int] = {}
    variants: dict[Any, dict[Any, int]] = {}
    out = []
    for curve in found:
        key = "baseline" if curve.baseline else (next(keys),)
        number = 0 if curve.baseline else colours.setdefault(key, len(colours))
        own = variants.setdefault(key, {})
        variant = own.setdefault(_chosen(curve), len(own)) + number // len(COLOURS)
        out.append(_Look(BASELINE if curve.baseline else COLOURS[number % len(COLOURS)], variant))
    return out


def _settings_words(group: Sequence[Curve]) -> str:
    """Settings of coinciding curves of one device: "n = 5 or 3, α = 0.15" for all combinations of them."""
    names = dict.fromkeys(name for curve in group for name, _ in curve.settings)
    values = {n: list(dict.fromkeys(v for c in group for name, v in c.settings if name == n)) for n in names}
    combinations = {tuple(zip(names, choice, strict=True)) for choice in itertools.product(*values.values())}
    if combinations == {curve.settings for curve in group}:
        return ", ".join(setting_label(name, *choice) for name, choice in values.items())
    return " or ".join("; ".join(setting_label(n, v) for n, v in curve.settings) or "no setting" for curve in group)


def legend_text(group: Sequence[Curve]) -> str:
    """What the legend says of coinciding curves: who they are, and where they end."""
    who = []
    for label in dict.fromkeys("floating point" if curve.baseline else curve.device for curve in group):
        members = [c for c in group if ("floating point" if c.baseline else c.device) == label]
        words = _settings_words(members)
        who.append(f"{label}, {words}" if words else label)
    curve = group[0]
    ends = []
    for name, values in (("train", curve.train), ("test", curve.test)):
        if name == "train" and is_written(curve):
            continue
        mean, deviation = curve.at_end(values)
        ends.append(f"{name} {mean:.2f}" + (f" ± {deviation:.2f}" if values.shape[0] > 1 else "") + " %")
    return f"{' and '.join(who)}: {', '.join(ends)}"


def _draw_line(axes: Axes, curve: Curve, values: np.ndarray, look: _Look) -> None:
    marker = "o" if curve.epochs.size < 25 else None
    axes.plot(curve.epochs, values.mean(axis=0), color=look.colour, ls=look.line, marker=marker, ms=3)
    low, high = spread(values)
    axes.fill_between(curve.epochs, low, high, color=look.colour, alpha=0.18, lw=0)


def _draw_point(axes: Axes, place: float, values: np.ndarray, look: _Look) -> None:
    (low,), (high,) = spread(values)
    axes.plot([place, place], [low, high], color=look.colour, lw=1.0)
    axes.plot(place, values.mean(), color=look.colour, marker=look.marker, ms=4.5)


def _title(found: Sequence[Curve]) -> str:
    seeds = max((c.test.shape[0] for c in found if not is_written(c)), default=1)
    writings = max((c.test.shape[0] for c in found if is_written(c)), default=0)
    text = found[0].network
    if seeds > 1:
        text += f"; band: lowest to highest of {seeds} seeds"
    if writings:
        text += "; points: written devices" + (f", lowest to highest of {writings} writings" if writings > 1 else "")
    return text


def draw_network(runs: Path, path: Path, plots: Sequence[Plot] = ()) -> None:
    """Draw one network's runs as its `plots` say, with the papers' numbers marked.

    Without any: training and test accuracy against the epoch, mean over the seeds, band from lowest to highest.
    Colour tells devices apart, line style their settings; devices written ex situ are points right of the epochs.
    """
    found = curves(read_epochs(runs))
    if plots:
        draw_experiment(found, plots, marks_of(found[0].network), path, spans_of(found[0].network))
        return
    found = [curve for curve in found if "stress" not in dict(curve.settings)]
    look_of = dict(zip(map(id, found), looks(found), strict=True))
    groups = coinciding(found)
    entries = [textwrap.fill(legend_text(group), _LEGEND_LETTERS - _HANDLE_LETTERS) for group in groups]
    widest = max(len(line) for entry in entries for line in entry.splitlines())
    columns = max(1, min(len(entries), _LEGEND_LETTERS // (widest + _HANDLE_LETTERS)))
    lines = -(-sum(entry.count("\n") + 1 for entry in entries) // columns)
    with figure(path, WIDTH_INCH, _PANELS_INCH + _LEGEND_LINE_INCH * lines) as drawing:
        panels = drawing.subplots(1, 2, sharey=False)
        handles = []
        points = 0
        for group in groups:
            curve, look = group[0], look_of[id(group[0])]
            if is_written(curve):
                points += 1
                place = float(curve.epochs[-1]) + 0.025 * (points + 1) * max(float(curve.epochs[-1]) - 1, 1.0)
                _draw_point(panels[1], place, curve.test[:, -1:], look)
                handles.append(Line2D([], [], color=look.colour, ls="", marker=look.marker, ms=4.5))
                continue
            for axes, values in zip(panels, (curve.train, curve.test), strict=True):
                _draw_line(axes, curve, values, look)
            handles.append(Line2D([], [], color=look.colour, ls=look.line))
        for axes, name in zip(panels, ("training", "test"), strict=True):
            axes.set_xlabel("epoch")
            axes.set_ylabel(f"{name} accuracy [%]")
            last = max(int(curve.epochs[-1]) for curve in found)
            ticks = MaxNLocator(integer=True, nbins=6, steps=[1, 2, 5, 10]).tick_values(1, last)
            axes.set_xticks([tick for tick in ticks if 1 <= tick <= last])
        drawing.legend(handles, entries, loc="outside lower center", ncols=columns, handlelength=3.2, fontsize=7.5)
        drawing.suptitle(_title(found), fontsize=10, fontweight="bold")
