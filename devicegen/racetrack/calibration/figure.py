"""The picture of a calibration: where each candidate put the two ends of the range, and the best candidate's states."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from devicegen.figure import figure
from devicegen.racetrack.calibration.score import Targets
from devicegen.racetrack.calibration.search import Trial
from devicegen.racetrack.config import State


def draw_trials(trials: Sequence[Trial], states: Sequence[State], targets: Targets, output: Path) -> None:
    """Draw all `trials`, and the mean and spread of each state of the best one.

    states : those that were tried, in the order of the trials' arrays
    """
    with figure(output, 9.0, 4.2) as drawing:
        left, right = drawing.subplots(1, 2)

        most = max(trial.racetracks for trial in trials)
        for racetracks, marker in {min(trial.racetracks for trial in trials): "o", most: "D"}.items():
            chosen = [trial for trial in trials if trial.racetracks == racetracks]
            points = left.scatter(
                [t.score.mean[0] for t in chosen],
                [t.score.mean[-1] for t in chosen],
                c=[float(t.score.spread.mean()) for t in chosen],
                marker=marker,
                s=28 if racetracks < most else 44,
                cmap="viridis",
                vmin=0,
                vmax=0.6,
                edgecolors="black",
                linewidths=0.5,
                label=f"{racetracks} racetracks",
            )
        drawing.colorbar(points, ax=left, label="spread of ⟨mz⟩, mean of the states")
        left.axvline(states[0].target, color="tab:red", lw=1)
        left.axhspan(targets.last_mean, 1, color="tab:red", alpha=0.15, label="paper")
        left.set_xlabel(f"mean ⟨mz⟩ at Ku = {states[0].ku_J_m3:.3g} J/m³")
        left.set_ylabel(f"mean ⟨mz⟩ at Ku = {states[-1].ku_J_m3:.3g} J/m³")
        left.set_xlim(-1.02, 0.5)
        left.set_ylim(-1.02, 1.02)
        left.legend(fontsize=7.5, loc="lower right")
        left.set_title("every candidate", fontsize=10)

        best = min((trial for trial in trials if trial.racetracks == most), key=lambda trial: trial.score.total)
        place = np.arange(len(states))
        right.errorbar(
            place, best.score.mean, best.score.spread, fmt="none", ecolor="tab:blue", elinewidth=6, alpha=0.3
        )
        right.errorbar(
            place, best.score.mean, best.score.mean_error, fmt="o", color="tab:blue", capsize=3, label="best"
        )
        right.plot(
            place, [state.target for state in states], "_", color="tab:red", ms=26, mew=2, label="target of the state"
        )
        right.set_xticks(place, [f"{state.ku_J_m3:.3g}" for state in states])
        right.set_xlabel("Ku [J/m³]")
        right.set_ylabel("⟨mz⟩: mean ± error, bar: spread")
        right.set_xlim(-0.5, len(states) - 0.5)
        right.set_ylim(-1.05, 1.1)
        right.legend(fontsize=7.5, loc="upper left", markerscale=0.5)
        right.set_title(f"the best, {best.racetracks} racetracks a state", fontsize=10)
