"""The first picture of new pulses: what was read, pulse by pulse, and how far each pulse led."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from devicegen.figure import figure
from devicegen.formats.crosssim import read_lookup
from devicegen.measured.description.model import Description, read_description
from devicegen.measured.reading.changes import read_mean_changes
from devicegen.measured.reading.pulses import read_pulses
from devicegen.prefixes import prefix_for
from devicegen.pulses.record import PulseRecord

POLARITIES = (("SET", True, "#0072B2"), ("RESET", False, "#D55E00"))
MOST_READS = 3000
MOST_POINTS = 4000


def draw_first_look(folder: Path, picture: Path) -> None:
    """Read a measured device's files, all of them, and draw a first look at them into `picture` (PNG)."""
    description = read_description(folder)
    with figure(picture, 8.6, 3.6) as drawing:
        if description.layout == "crosssim_tables":
            _draw_tables(drawing.subplots(), folder, description)
        elif description.layout == "mean_changes":
            _draw_mean_changes(drawing.subplots(), folder, description)
        else:
            record = read_pulses(folder, description)
            reads, changes = drawing.subplots(1, 2)
            _draw_reads(reads, record)
            _draw_changes(changes, record)
        origin = "made up, not measured" if description.synthetic else "measured"
        drawing.suptitle(f"{description.device} ({origin}): first look", fontsize=10)


def _draw_reads(axes: Axes, record: PulseRecord) -> None:
    """The first reads, in order, in the colour of the pulse before them; of either polarity where one comes later."""
    shown = np.arange(min(record.size, MOST_READS))
    mixed = 0.01 < record.is_set[shown].mean() < 0.99
    if not mixed:
        first = [np.flatnonzero(record.is_set == is_set)[: MOST_READS // 2] for is_set in (True, False)]
        shown = np.sort(np.concatenate(first))
    factor, prefix = prefix_for(float(record.g_after_S[shown].max()))
    for name, is_set, colour in POLARITIES:
        at = np.flatnonzero(record.is_set[shown] == is_set)
        axes.plot(at, record.g_after_S[shown[at]] / factor, ".", ms=2, color=colour, label=f"after {name}")
    part = f"the first {shown.size:,}" if mixed else f"the first {MOST_READS // 2:,} of either polarity"
    axes.set_xlabel("pulse" if shown.size == record.size else f"pulse ({part} of {record.size:,})")
    axes.set_ylabel(f"conductance [{prefix}S]")
    _legend(axes)


def _draw_changes(axes: Axes, record: PulseRecord) -> None:
    factor, prefix = prefix_for(float(record.g_before_S.max()))
    delta = record.delta_S
    d_factor, d_prefix = prefix_for(float(np.abs(delta).max()))
    for name, is_set, colour in POLARITIES:
        at = np.flatnonzero(record.is_set == is_set)
        some = at[:: -(-at.size // MOST_POINTS)]
        label = f"{name}: {at.size:,} pulses"
        x, y = record.g_before_S[some] / factor, delta[some] / d_factor
        axes.plot(x, y, ".", ms=2, alpha=0.5, color=colour, label=label)
    axes.axhline(0, color="black", lw=0.6)
    axes.set_xlabel(f"conductance before the pulse [{prefix}S]")
    axes.set_ylabel(f"change [{d_prefix}S]")
    _legend(axes)


def _draw_tables(axes: Axes, folder: Path, description: Description) -> None:
    """Median change of finished tables, and where the middle two thirds of the changes lie."""
    pairs = zip(POLARITIES, (description.files.set[0], description.files.reset[0]), strict=True)
    for (name, _, colour), file in pairs:
        lookup = read_lookup(folder / file)
        factor, prefix = prefix_for(float(lookup.conductance[-1]))
        low, middle, high = (
            np.array([np.interp(p, lookup.probability, column) for column in lookup.change.T]) / factor
            for p in (0.1587, 0.5, 0.8413)
        )
        g = lookup.conductance / factor
        axes.plot(g, middle, color=colour, label=f"{name}: median and middle two thirds")
        axes.fill_between(g, low, high, color=colour, alpha=0.25, lw=0)
        axes.set_xlabel(f"conductance before the pulse [{prefix}S]")
        axes.set_ylabel(f"change [{prefix}S]")
    axes.axhline(0, color="black", lw=0.6)
    _legend(axes)


def _draw_mean_changes(axes: Axes, folder: Path, description: Description) -> None:
    """Mean change of a pulse at each conductance; how far single pulses spread is not known."""
    conductance, up, down = read_mean_changes(folder, description)
    factor, prefix = prefix_for(float(conductance[-1]))
    for (name, _, colour), change in zip(POLARITIES, (np.abs(up), -np.abs(down)), strict=True):
        axes.plot(
            conductance / factor, change / factor, "o-", ms=3, color=colour, label=f"{name}: mean, spread not known"
        )
    axes.axhline(0, color="black", lw=0.6)
    axes.set_xlabel(f"conductance before the pulse [{prefix}S]")
    axes.set_ylabel(f"change [{prefix}S]")
    _legend(axes)


def _legend(axes: Axes) -> None:
    axes.legend(frameon=False, markerscale=4, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
