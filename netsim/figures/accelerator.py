"""Training time and power of large networks in crossbars and on a graphics processor (Fumarola 2016, Fig. 3)."""

from __future__ import annotations

from pathlib import Path

from netsim.accelerator import compare
from netsim.config.accelerator import AcceleratorConfig
from netsim.figures.style import BASELINE, COLOURS, figure


def draw_accelerator(config: AcceleratorConfig, path: Path) -> None:
    """Time and power a training example, a group of bars for each network; the factors to the GPU stand above."""
    found = compare(config)
    places = {name: place for place, name in enumerate(config.networks)}
    width = 0.8 / (1 + len(config.circuits))
    with figure(path, 9.6, 3.6) as drawing:
        time, power = drawing.subplots(1, 2)
        gpu = {one.network: one for one in found}.values()
        time.bar([places[one.network] for one in gpu], [one.gpu_s * 1e6 for one in gpu], width, color=BASELINE,
                 label="GPU")  # fmt: skip
        power.bar([places[one.network] for one in gpu], [one.gpu_W for one in gpu], width, color=BASELINE,
                  label="GPU")  # fmt: skip
        for number, name in enumerate(config.circuits, start=1):
            for one in (one for one in found if one.circuits == name):
                place = places[one.network] + number * width
                label = name if places[one.network] == 0 else None
                time.bar(place, one.crossbar_s * 1e6, width, color=COLOURS[number - 1], label=label)
                power.bar(place, one.crossbar_W, width, color=COLOURS[number - 1], label=label)
                time.text(place, one.crossbar_s * 1.1e6, f"{one.speed_up:.3g}×", ha="center", fontsize=6.5)
                power.text(place, one.crossbar_W * 1.15, f"{one.power_advantage:,.0f}×", ha="center", fontsize=6.5,
                           rotation=90, va="bottom")  # fmt: skip
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
        power.legend(loc="upper right", ncols=3, fontsize=7)
        drawing.supxlabel("network: synapses, layers", fontsize=8)
