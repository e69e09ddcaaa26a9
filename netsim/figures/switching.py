"""Energy of a programming pulse against the device's conductance, and both by its area (Fumarola 2016, Fig. 16)."""

from __future__ import annotations

from pathlib import Path

from netsim.accelerator import switching_energy
from netsim.config.accelerator import SwitchingConfig
from netsim.figures.style import COLOURS, figure

PAPER_J = (1e-9, 1e-5)
"""What the paper measured lies between: "sub-nJ to tens of uJ", holes of 150 nm to 1 um."""


def draw_switching(config: SwitchingConfig, path: Path) -> None:
    """A line for each hole, from its lowest to its highest conductance, and the smallest scaled down."""
    smallest, on_area = min(config.holes_m), config.on_S / (config.on_hole_m * 1e6) ** 2
    lines = [(f"{hole * 1e9:.4g} nm", hole, config.pulse_s, "-") for hole in config.holes_m]
    lines += [
        (f"scaled to {config.scaled_hole_m * 1e9:.4g} nm", config.scaled_hole_m, config.pulse_s, "--"),
        (f"... and to {config.scaled_pulse_s * 1e9:.4g} ns", config.scaled_hole_m, config.scaled_pulse_s, ":"),
    ]
    with figure(path, 8.6, 3.8) as drawing:
        whole, density = drawing.subplots(1, 2)
        drawn = None
        for number, (label, hole, pulse_s, style) in enumerate(lines):
            colour = COLOURS[number % len(COLOURS)]
            low, high = switching_energy(config, hole, pulse_s)
            on = config.on_S * (hole / config.on_hole_m) ** 2
            g, energy, area = (on / config.on_off_ratio, on), (low, high), (hole * 1e6) ** 2
            whole.plot(g, energy, color=colour, ls=style, marker="o", ms=3.5, label=label)
            if pulse_s != drawn:  # by area devices of all holes are the same
                density.plot(
                    [x / area for x in g], [x / area for x in energy], color=colour, ls=style, marker="o", ms=3.5,
                    label=f"{pulse_s * 1e3:g} ms" if pulse_s >= 1e-3 else f"{pulse_s * 1e9:g} ns",
                )  # fmt: skip
                drawn = pulse_s
        for paper_J in PAPER_J:
            whole.axhline(paper_J, color="black", lw=0.8, ls="-.")
        whole.annotate("measured: sub-nJ ...", (1, PAPER_J[0]), xycoords=("axes fraction", "data"), fontsize=7,
                       ha="right", va="bottom")  # fmt: skip
        whole.annotate("... to tens of µJ", (1, PAPER_J[1]), xycoords=("axes fraction", "data"), fontsize=7,
                       ha="right", va="bottom")  # fmt: skip
        for axes in (whole, density):
            axes.set_xscale("log")
            axes.set_yscale("log")
        whole.set_xlabel("conductance [S]")
        whole.set_ylabel("switching energy [J]")
        density.set_xlabel("conductance by area [S/µm²]")
        density.set_ylabel("switching energy by area [J/µm²]")
        ratio = (smallest / config.scaled_hole_m) ** 2
        density.set_title("All holes alike")
        density.set_xlim(0.5 * on_area / config.on_off_ratio, 2 * on_area)
        density.legend(title="pulse", fontsize=7)
        whole.set_title(f"{smallest * 1e9:.4g} nm to {config.scaled_hole_m * 1e9:.4g} nm: {ratio:.3g} times less")
        drawing.legend(*whole.get_legend_handles_labels(), loc="outside lower center", ncols=len(lines), fontsize=7)
        drawing.suptitle(
            f"Fig. 16: a pulse of {config.voltage_V:g} V and {config.pulse_s * 1e3:g} ms on an ohmic device",
            fontsize=9, fontweight="bold",
        )  # fmt: skip
