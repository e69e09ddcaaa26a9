"""The scorecard of a device in one picture: which flaw costs what, and how narrow its learning rate is."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes

from netsim.figures.style import BASELINE, COLOURS, figure
from netsim.scorecard_files import write_flaws, write_scorecard
from netsim.scores import PairScore, Scorecard, verdict

_BACK, _ALONE, _REAL = COLOURS[0], COLOURS[1], COLOURS[2]
_BAR = 0.38
_CAUTION = "#8a4b00"
_CAPTION = 150
"""Characters of a line that the picture is wide enough for."""


def _bars(axes: Axes, score: PairScore) -> None:
    names = [cost.flaw.replace("_", " ") for cost in score.flaws]
    places = np.arange(len(names))
    back = [(cost.gives_back, cost.gives_back_error) for cost in score.flaws]
    alone = [(cost.costs_alone, cost.costs_alone_error) for cost in score.flaws]
    groups = (
        (back, -_BAR / 2, _BACK, "given back without it, all others there"),
        (alone, _BAR / 2, _ALONE, "lost with it alone, in an ideal device"),
    )
    for values, shift, colour, label in groups:
        if values:
            heights, errors = zip(*values, strict=True)
            axes.barh(places + shift, heights, _BAR, xerr=errors, color=colour, label=label, ecolor="#333333")
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.axvline(0, color="#333333", lw=0.8)
    axes.set_xlabel("test accuracy [percentage points]; bars: standard error over seeds")
    axes.grid(False, axis="y")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, fontsize=7)
    axes.set_title("What each flaw costs")


def _levels(axes: Axes, score: PairScore) -> None:
    scores = (
        (score.as_it_is, "as it is", _REAL),
        (score.ideal, "ideal device", COLOURS[4]),
        (score.floating_point, "floating point", BASELINE),
    )
    for reached, label, colour in scores:
        axes.axhline(reached.test, color=colour, lw=1.2, ls="--", label=f"{label} {reached.test:.1f} %")
        axes.axhspan(
            reached.test - reached.test_error, reached.test + reached.test_error, color=colour, alpha=0.15, lw=0
        )
    curves: dict[tuple, list[tuple[float, float]]] = {}
    for tried in score.tried:
        key = tuple((name, value) for name, value in tried.settings.items() if name != "eta")
        curves.setdefault(key, []).append((float(tried.settings["eta"]), tried.test))
    best = max(curves, key=lambda key: max(test for _, test in curves[key]))
    others = "other ratios and weight ranges"
    for key, points in curves.items():
        eta, test = zip(*sorted(points), strict=True)
        words = ", ".join(f"{name} {value}" for name, value in key).replace("_", " ")
        axes.plot(
            eta, test, marker="o", ms=3, color=_REAL if key == best else "#bbbbbb", lw=1.6 if key == best else 0.8,
            label=f"tried: {words}".removesuffix(": ") if key == best else others, zorder=3 if key == best else 2,
        )  # fmt: skip
        others = others if key == best else "_"  # one of them stands in the legend for all
    axes.set_xscale("log")
    axes.set_xlabel("learning rate η; what was tried: one seed")
    axes.set_ylabel("test accuracy [%]")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, fontsize=7)
    axes.set_title("How sharp its learning rate is")


def draw_scorecard(card: Scorecard, path: Path) -> None:
    """Costs of the flaws beside accuracy against the learning rate; ValueError for a device without jump-tables."""
    if card.pair is None:
        raise ValueError(f"device {card.device} has no jump-tables: there is no flaw to draw")
    with figure(path, 9.6, 1.9 + max(2.2, 0.42 * len(card.pair.flaws))) as drawing:
        left, right = drawing.subplots(1, 2)
        _bars(left, card.pair)
        _levels(right, card.pair)
        made_up = " (made up: nobody measured it)" if card.synthetic else ""
        drawing.suptitle(f"{card.device}{made_up}: {verdict(card.pair)}", fontsize=9, fontweight="bold", wrap=True)
        if card.measured is not None:
            measured = "; ".join(f"{name}: {inside}" for name, inside in card.measured.facts())
            told = "\n".join(fill(sentence, _CAPTION) for sentence in [measured, *card.cautions])
            drawing.supxlabel(told, fontsize=7, color=_CAUTION if card.cautions else "#333333")


def write_card(card: Scorecard, folder: Path) -> None:
    """Write scorecard.json, and of a device with jump-tables flaws.csv and scorecard.png."""
    write_scorecard(card, folder / "scorecard.json")
    if card.pair is not None:
        write_flaws(card.pair, folder / "flaws.csv")
        draw_scorecard(card, folder / "scorecard.png")
