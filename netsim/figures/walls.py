"""How often one write lands near its target: cumulative probability of the reached weight (Al Misba 2022, Fig. 7)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from devicegen.table import StateDistribution
from netsim.figures.states import control_text, target_text
from netsim.figures.style import COLOURS, figure
from netsim.ledger import success_of

MARGINS = (0.15, 0.25)
"""Distances from the target that Al Misba 2022 takes for the state: its values of alpha."""


def success(states: StateDistribution, state: int, margin: float) -> float:
    """Share of the writes to `state` that end within `margin` of its target."""
    return float(np.mean(np.abs(states.samples(state) - states.target[state]) <= margin))


def draw_cumulative(device: str, states: StateDistribution, path: Path) -> None:
    """Share of events below each weight, one step line a state; its target, and how many end near it."""
    n_states = states.control.size
    with figure(path, 8.6, 4.0) as drawing:
        axes = drawing.subplots()
        for state in range(n_states):
            colour, target = COLOURS[state % len(COLOURS)], states.target[state]
            values = np.sort(np.clip(states.samples(state), -1, 1))
            levels = np.arange(values.size + 1) / values.size
            axes.axvspan(target - MARGINS[0], target + MARGINS[0], color=colour, alpha=0.10, lw=0)
            axes.step(
                np.concatenate([[-1.1], values, [1.1]]),
                np.concatenate([levels, [1.0]]),
                where="post",
                color=colour,
                label=f"{control_text(states, state)} → {target_text(states, state)}",
            )
            axes.axvline(target, color=colour, lw=1.2, ls=":")
            near, wide = (100 * success(states, state, margin) for margin in MARGINS)
            papers = success_of(device, float(target), MARGINS[0])
            axes.annotate(
                f"{near:.0f}%\n({wide:.0f}%)" if papers is None else f"{near:.0f}%, paper {papers:.0f}%\n({wide:.0f}%)",
                (np.clip(target, -0.97, 0.97), 1.03),
                ha="center",
                va="bottom",
                fontsize=8,
                color=colour,
                annotation_clip=False,
            )
        axes.set_xlim(-1.05, 1.05)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel(f"reached weight ⟨mz⟩ (dotted: targets; shaded: within {MARGINS[0]} of them)")
        axes.set_ylabel("share of events below")
        drawing.legend(loc="outside right center")
        drawing.suptitle(
            f"{device}: share of writes within {MARGINS[0]} ({MARGINS[1]}) of the target",
            fontsize=10,
            fontweight="bold",
        )
