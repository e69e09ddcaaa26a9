"""The first picture of new pulses: what was read, pulse by pulse, and how far each pulse led."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from devicegen.files import written_whole
from devicegen.measured.crosssim import read_lookup
from devicegen.measured.description import Description, read_description
from devicegen.measured.readers import read_pulses
from devicegen.measured.record import PulseRecord

SET_COLOUR, RESET_COLOUR = "#0072B2", "#D55E00"
MOST_READS = 3000
MOST_POINTS = 4000


def draw_first_look(folder: Path, picture: Path) -> None:
    """Read a measured device's files, all of them, and draw a first look at them into `picture` (PNG)."""
    description = read_description(folder)
    drawing = Figure(figsize=(8.6, 3.6), layout="constrained")
    if description.layout == "crosssim_tables":
        _draw_tables(drawing.subplots(), folder, description)
    else:
        record = read_pulses(folder, description)
        reads, changes = drawing.subplots(1, 2)
        _draw_reads(reads, record)
        _draw_changes(changes, record)
    origin = "made up, not measured" if description.synthetic else "measured"
    drawing.suptitle(f"{description.device} ({origin}): first look", fontsize=10)
    with written_whole(picture) as draft:
        drawing.savefig(draft, dpi=120, format="png", metadata={"Software": None})


def _draw_reads(axes: Axes, record: PulseRecord) -> None:
    """The first reads, in order, in the colour of the pulse before them."""
    n = min(record.size, MOST_READS)
    for name, mask, colour in (("SET", record.is_set[:n], SET_COLOUR), ("RESET", ~record.is_set[:n], RESET_COLOUR)):
        at = np.flatnonzero(mask)
        axes.plot(at, record.g_after_S[at] * 1e6, ".", ms=2, color=colour, label=f"after {name}")
    axes.set_xlabel("pulse" if n == record.size else f"pulse (the first {n:,} of {record.size:,})")
    axes.set_ylabel("conductance [µS]")
    axes.legend(frameon=False, markerscale=4)


def _draw_changes(axes: Axes, record: PulseRecord) -> None:
    for name, mask, colour in (("SET", record.is_set, SET_COLOUR), ("RESET", ~record.is_set, RESET_COLOUR)):
        at = np.flatnonzero(mask)
        some = at[:: -(-at.size // MOST_POINTS)]
        delta = (record.g_after_S[some] - record.g_before_S[some]) * 1e6
        label = f"{name}: {at.size:,} pulses"
        axes.plot(record.g_before_S[some] * 1e6, delta, ".", ms=2, alpha=0.5, color=colour, label=label)
    axes.axhline(0, color="black", lw=0.6)
    axes.set_xlabel("conductance before the pulse [µS]")
    axes.set_ylabel("change [µS]")
    axes.legend(frameon=False, markerscale=4)


def _draw_tables(axes: Axes, folder: Path, description: Description) -> None:
    """Median change of finished tables, and where the middle two thirds of the changes lie."""
    for name, file, colour in (
        ("SET", description.files.set[0], SET_COLOUR),
        ("RESET", description.files.reset[0], RESET_COLOUR),
    ):
        lookup = read_lookup(folder / file)
        low, middle, high = (
            np.array([np.interp(p, lookup.probability, column) for column in lookup.change.T]) * 1e6
            for p in (0.1587, 0.5, 0.8413)
        )
        g = lookup.conductance * 1e6
        axes.plot(g, middle, color=colour, label=f"{name}: median and middle two thirds")
        axes.fill_between(g, low, high, color=colour, alpha=0.25, lw=0)
    axes.axhline(0, color="black", lw=0.6)
    axes.set_xlabel("conductance before the pulse [µS]")
    axes.set_ylabel("change [µS]")
    axes.legend(frameon=False)
