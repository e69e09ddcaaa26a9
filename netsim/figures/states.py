"""Where one programming event leaves the synapse, state by state (Al Misba 2022, Fig. 1c, d)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from devicegen.table import OUTCOMES, StateDistribution
from netsim.figures.style import COLOURS, figure


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
        share = float(np.mean(states.outcome[state] == code))
        if share > 0:
            text += f", {outcome} {100 * share:.0f}%"
    return text


def draw_states(device: str, states: StateDistribution, path: Path) -> None:
    """One row a state: histogram and every single event of <mz>, the state's target marked."""
    n_states = states.control.size
    edges = np.linspace(-1, 1, 41)
    with figure(path, 7.2, 1.1 + 1.05 * n_states) as drawing:
        rows = np.atleast_1d(drawing.subplots(n_states, 1, sharex=True))
        for state, axes in enumerate(rows):
            colour = COLOURS[state % len(COLOURS)]
            values = np.clip(states.samples(state), -1, 1)
            axes.hist(values, bins=edges, color=colour, alpha=0.55)
            top = axes.get_ylim()[1]
            axes.plot(values, np.full(values.size, -0.08 * top), "|", color=colour, ms=7, clip_on=False)
            axes.axvline(states.target[state], color="black", lw=1.2, ls=":")
            axes.set_ylim(-0.16 * top, 1.25 * top)
            axes.set_ylabel("events")
            axes.set_title(
                f"{control_text(states, state)} → target {target_text(states, state)}   ({_described(states, state)})",
                loc="left",
                fontsize=8.5,
            )
        rows[-1].set_xlim(-1.03, 1.03)
        rows[-1].set_xlabel("reached weight ⟨mz⟩ (dotted: the state's target)")
        drawing.suptitle(f"{device}, by {states.control_name}", fontsize=10, fontweight="bold")
