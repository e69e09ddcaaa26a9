"""Where one programming event leaves the synapse, state by state (Al Misba 2022, Fig. 1c, d)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from devicegen.table import OUTCOMES, StateDistribution
from netsim.figures.style import COLOURS, figure

POSITION_KERNEL_NM = 8.0
"""Standard deviation of the kernel that densities of positions are drawn with [nm]: well below a notch's pitch."""

MZ_KERNEL = 2 * POSITION_KERNEL_NM / 600
"""The same of <mz>, for the paper's track of 600 nm."""


def signed(value: float) -> str:
    """Two digits behind the point, with the sign as it is printed: −0.55."""
    return f"{value:+.2f}".replace("-", "−")


def control_text(states: StateDistribution, state: int) -> str:
    """The control of a state with its unit: 800,000 J/m³."""
    units = states.control_units.replace("m^3", "m³").replace("m3", "m³")
    return f"{states.control[state]:,.6g} {units}"


def target_text(states: StateDistribution, state: int) -> str:
    """The weight that a state stands for."""
    return f"{states.target[state]:.3g}".replace("-", "−")


def _described(states: StateDistribution, state: int) -> str:
    values = states.samples(state)
    text = f"{values.size} events, mean {signed(float(values.mean()))}"
    if values.size > 1:
        text += f", standard deviation {values.std(ddof=1):.2f}"
    for code, outcome in enumerate(OUTCOMES[1:], start=1):
        number = int(np.sum(states.outcome[state] == code))
        if number:
            text += f", {number} {outcome}"
    return text


def draw_states(
    device: str,
    states: StateDistribution,
    path: Path,
    notches_m: Sequence[float] = (),
    track_m: float | None = None,
) -> None:
    """One row a state: where the walls are, and <mz>; histogram, density and every single event, the target marked.

    notches_m : places that walls are pinned at, drawn as faint lines where positions are known [m]
    track_m   : length of the track [m]; None: up to where the walls are
    """
    n_states = states.control.size
    known = np.isfinite(states.position)
    with_positions = bool(known.any())
    with figure(path, 10.0 if with_positions else 7.2, 1.1 + 1.15 * n_states) as drawing:
        rows = drawing.subplots(n_states, 1 + with_positions, sharex="col", squeeze=False)
        for state in range(n_states):
            colour = COLOURS[state % len(COLOURS)]
            weights = rows[state, -1]
            _distribution(weights, np.clip(states.samples(state), -1, 1), (-1.0, 1.0), MZ_KERNEL, colour)
            weights.axvline(states.target[state], color="black", lw=1.2, ls=":")
            title = f"{control_text(states, state)} → target {target_text(states, state)}"
            if with_positions:
                walls = rows[state, 0]
                span_nm = (0.0, 1e9 * (float(np.nanmax(states.position)) + 20e-9 if track_m is None else track_m))
                _distribution(walls, 1e9 * states.position[state][known[state]], span_nm, POSITION_KERNEL_NM, colour)
                for notch in notches_m:
                    walls.axvline(1e9 * notch, color="#888888", lw=0.7, zorder=0)
                walls.set_ylabel("events")
                walls.set_title(title, loc="left", fontsize=8.5)
                weights.set_title(_described(states, state), loc="right", fontsize=8.5)
            else:
                weights.set_ylabel("events")
                weights.set_title(f"{title}   ({_described(states, state)})", loc="left", fontsize=8.5)
        rows[-1, -1].set_xlim(-1.03, 1.03)
        rows[-1, -1].set_xlabel("reached weight ⟨mz⟩ (dotted: the state's target)")
        if with_positions:
            rows[-1, 0].set_xlabel("wall position [nm]" + (" (grey: notches)" if len(notches_m) else ""))
        drawing.suptitle(f"{device}, by {states.control_name}", fontsize=10, fontweight="bold")


def _distribution(axes: Axes, values: np.ndarray, span: tuple[float, float], kernel: float, colour: str) -> None:
    """Histogram, a line for the density (Gaussian kernel of `kernel`) in the same units, and a tick for each event."""
    edges = np.linspace(*span, 41)
    axes.hist(values, bins=edges.tolist(), color=colour, alpha=0.45)
    at = np.linspace(*span, 400)
    density = np.exp(-0.5 * ((at[:, None] - values) / kernel) ** 2).sum(axis=1) / (kernel * np.sqrt(2 * np.pi))
    axes.plot(at, density * (edges[1] - edges[0]), color=colour, lw=1.3)
    top = axes.get_ylim()[1]
    axes.plot(values, np.full(values.size, -0.08 * top), "|", color=colour, ms=7, clip_on=False)
    axes.set_ylim(-0.16 * top, 1.1 * top)
    axes.set_xlim(*span)
