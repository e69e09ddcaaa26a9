"""Accuracy against epoch, each device beside floating point."""

from __future__ import annotations

from pathlib import Path

from netsim.figures.style import BASELINE, COLOURS, figure, spread
from netsim.results import curves, read_epochs


def draw_network(runs: Path, path: Path) -> None:
    """Training and test accuracy of one network's runs: mean over the seeds, band from lowest to highest."""
    found = curves(read_epochs(runs))
    with figure(path, 8.6, 3.6) as drawing:
        panels = drawing.subplots(1, 2, sharey=False)
        number = 0
        for curve in found:
            colour = BASELINE if curve.baseline else COLOURS[number % len(COLOURS)]
            style = "--" if curve.baseline else ("-", "-.", ":")[(number // len(COLOURS)) % 3]
            number += not curve.baseline
            for axes, values in zip(panels, (curve.train, curve.test), strict=True):
                mean, deviation = curve.at_end(values)
                text = f"{curve.label}: {mean:.2f}" + (f" ± {deviation:.2f}" if values.shape[0] > 1 else "") + "%"
                marker = "o" if curve.epochs.size < 25 else None
                axes.plot(curve.epochs, values.mean(axis=0), style, color=colour, marker=marker, ms=3, label=text)
                low, high = spread(values)
                axes.fill_between(curve.epochs, low, high, color=colour, alpha=0.18, lw=0)
        for axes, name in zip(panels, ("training", "test"), strict=True):
            axes.set_xlabel("epoch")
            axes.set_ylabel(f"{name} accuracy [%]")
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17))
        seeds = max(curve.test.shape[0] for curve in found)
        band = f"; band: lowest to highest of {seeds} seeds" if seeds > 1 else ""
        drawing.suptitle(f"{found[0].network}{band}", fontsize=10, fontweight="bold")
