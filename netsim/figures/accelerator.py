"""Training time and power of large networks in crossbars and on a graphics processor (Fumarola 2016, Fig. 3)."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from netsim.accelerator import Comparison, compare
from netsim.config.accelerator import AcceleratorConfig
from netsim.figures.style import BASELINE, COLOURS, figure
from netsim.ledger import load_claims
from netsim.ledger.claims import ModelValue


def _papers_numbers() -> dict[str, float]:
    """What the paper states of each quantity of the model, by its name there."""
    return {
        value.value: number
        for paper in load_claims()
        for claim in paper.claims
        for value, number in zip(claim.values, claim.paper_numbers, strict=False)
        if isinstance(value, ModelValue) and value.model == "accelerator"
    }


def _bar(axes: Axes, x: float, width: float, height: float, colour: str, factor: float, paper: float | None) -> None:
    """A bar with the factor to the GPU above it, and a hollow diamond where the paper's factor would end it."""
    axes.bar(x, height, width, color=colour)
    top = height
    if paper is not None:
        top = max(height, height * factor / paper)
        axes.plot(x, height * factor / paper, "D", mfc="white", mec="black", mew=1.1, ms=4.5, zorder=5)
    text = f"{factor:.2f}×" if factor < 100 else f"{factor:,.0f}×"
    axes.annotate(text, (x, top), xytext=(0, 5), textcoords="offset points", ha="center", va="bottom", fontsize=6.5,
                  rotation=90)  # fmt: skip


def _draw_circuits(time: Axes, power: Axes, found: list[Comparison], places: dict[str, float], width: float) -> None:
    paper = _papers_numbers()
    for number, name in enumerate(dict.fromkeys(one.circuits for one in found), start=1):
        colour = COLOURS[number - 1]
        for one in (one for one in found if one.circuits == name):
            x = places[one.network] + number * width
            faster, thriftier = (paper.get(f"{of} {name} {one.network}") for of in ("speed_up", "power_advantage"))
            _bar(time, x, width, one.crossbar_s * 1e6, colour, one.speed_up, faster)
            _bar(power, x, width, one.crossbar_W, colour, one.power_advantage, thriftier)


def draw_accelerator(config: AcceleratorConfig, path: Path) -> None:
    """Time and power a training example, a group of bars for each network; the factors to the GPU stand above."""
    found = compare(config)
    places = {name: float(place) for place, name in enumerate(config.networks)}
    names = list(config.circuits)
    width = 0.8 / (1 + len(names))
    with figure(path, 9.6, 4.0) as drawing:
        time, power = drawing.subplots(1, 2)
        gpu = {one.network: one for one in found}.values()
        time.bar([places[one.network] for one in gpu], [one.gpu_s * 1e6 for one in gpu], width, color=BASELINE)
        power.bar([places[one.network] for one in gpu], [one.gpu_W for one in gpu], width, color=BASELINE)
        _draw_circuits(time, power, found, places, width)
        under = [f"{name}\n{net.synapses / 1e6:.3g} M\n{net.layers} layers" for name, net in config.networks.items()]
        for axes in (time, power):
            axes.set_yscale("log")
            axes.set_xticks([place + 0.4 - width / 2 for place in places.values()], under, fontsize=7)
            axes.grid(False, axis="x")
        time.set_ylim(3, 4e3)
        power.set_ylim(1e-3, 1e4)
        time.set_ylabel("time of a training example [µs]")
        power.set_ylabel("power [W]")
        time.set_title("Above: times faster than the GPU")
        power.set_title("Above: times less power than the GPU")
        bars = [Line2D([], [], color=colour, lw=7) for colour in (BASELINE, *COLOURS[: len(names)])]
        mark = Line2D([], [], ls="", marker="D", mfc="white", mec="black", mew=1.1, ms=4.5)
        drawing.legend([*bars, mark], ["GPU", *names, "the paper"], loc="outside lower center", ncols=len(names) + 2,
                       fontsize=7)  # fmt: skip
        drawing.suptitle("Fig. 3: a training example in crossbars of assumed circuits; synapses and layers below each",
                         fontsize=9, fontweight="bold")  # fmt: skip
