"""Jump-tables as the field draws them: colour is the cumulative probability over conductance change and conductance,
and what trains of pulses make of a conductance. After Fumarola 2016, Fig. 8 and 13.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh

from devicegen.seeds import generator
from devicegen.table import Coverage, FloatArray, JumpTable
from netsim.figures.style import COLOURS, figure, siemens_scale

ONE_SIGMA = (0.158655, 0.841345)

_DEVICES = 1_000
"""Devices that are sent along a train of pulses."""

_NEARLY = 0.95
"""A train ends where the median has come so much of the way."""

_LONGEST = 1_000


def _draw(
    axes: Axes, jump: JumpTable, name: str, g_factor: float, d_factor: float, measured_S: tuple[float, float] | None
) -> QuadMesh:
    g, d = jump.conductance * g_factor, jump.delta * d_factor
    mesh = axes.pcolormesh(g, d, 100 * jump.cdf.T, cmap="viridis", vmin=0, vmax=100, shading="gouraud", rasterized=True)
    low, middle, high = (jump.quantile([p])[:, 0] * d_factor for p in (ONE_SIGMA[0], 0.5, ONE_SIGMA[1]))
    axes.plot(g, middle, color="white", lw=2.0, label="median")
    axes.plot(g, low, color="white", lw=1.0, ls="--", label="±1σ")
    axes.plot(g, high, color="white", lw=1.0, ls="--")
    axes.axhline(0, color="white", lw=0.5, alpha=0.6)
    edge = jump.quantile([0.002, 0.998]) * d_factor
    span = max(float(np.ptp(edge)), 1e-30)
    axes.set_ylim(
        max(float(edge.min()) - 0.08 * span, float(d[0])),
        min(float(edge.max()) + 0.08 * span, float(d[-1])),
    )
    axes.set_title(f"{name}: {int(jump.count.sum()):,} pulses" if jump.count.any() else name)
    axes.grid(False)
    if measured_S is not None:
        _shade_unmeasured(axes, measured_S, g_factor)
    axes.legend(loc="best", labelcolor="white", frameon=True, facecolor="#333333", edgecolor="none", framealpha=0.7)
    return mesh


def _shade_unmeasured(axes: Axes, part_S: tuple[float, float], g_factor: float) -> None:
    """Hatch the conductances at which no pulse was measured; the rows there hold the last mean."""
    ends = axes.get_xlim()
    least = 1e-3 * (ends[1] - ends[0])
    label = "never measured: the last mean"
    for low, high in ((ends[0], part_S[0] * g_factor), (part_S[1] * g_factor, ends[1])):
        if high - low > least:
            axes.axvspan(
                low, high, facecolor="#bbbbbb", edgecolor="#444444", alpha=0.75, hatch="///", lw=0, label=label
            )
            label = "_"
    axes.set_xlim(ends)


def _draw_counts(axes: Axes, jump: JumpTable, g_factor: float) -> None:
    g = jump.conductance * g_factor
    axes.fill_between(g, jump.count, step="mid", color="#9a9a9a", lw=0)
    axes.set_ylim(bottom=0)
    axes.set_xlim(g[0], g[-1])
    axes.set_yticks([0, int(jump.count.max()) or 1])
    axes.grid(False)


def draw_jump_tables(
    device: str, jump_set: JumpTable, jump_reset: JumpTable, path: Path, coverage: Coverage | None = None
) -> None:
    """SET and RESET side by side, median and ±1 sigma lines over them, the pulses seen, if any, along the edge.

    coverage : where pulses were measured, if it is known; the rest is hatched
    """
    parts = (None, None) if coverage is None else (coverage.set_S, coverage.reset_S)
    g_factor, g_unit = siemens_scale(max(jump_set.conductance[-1], jump_reset.conductance[-1]))
    largest = max(float(np.abs(j.quantile([0.002, 0.998])).max()) for j in (jump_set, jump_reset))
    d_factor, d_unit = siemens_scale(largest)
    counted = bool(jump_set.count.any() or jump_reset.count.any())
    with figure(path, 8.6, 4.2) as drawing:
        ratios = [6, 1] if counted else [1]
        grid = drawing.subplots(len(ratios), 2, sharex="col", height_ratios=ratios, squeeze=False)
        for column, (jump, name) in enumerate(((jump_set, "SET"), (jump_reset, "RESET"))):
            mesh = _draw(grid[0, column], jump, name, g_factor, d_factor, parts[column])
            if counted:
                _draw_counts(grid[1, column], jump, g_factor)
            grid[-1, column].set_xlabel(f"conductance before the pulse, G [{g_unit}]")
        grid[0, 0].set_ylabel(f"conductance change, ΔG [{d_unit}]")
        if counted:
            grid[1, 0].set_ylabel("pulses\nseen")
        drawing.colorbar(mesh, ax=grid[0, :], label="cumulative probability [%]", pad=0.01)
        drawing.suptitle(device, fontsize=10, fontweight="bold")


def train_of(jump: JumpTable, start_S: float, end_S: float) -> FloatArray:
    """(pulses + 1, 3) median and its -1 and +1 sigma along a train of equal pulses from `start_S` on [S].

    It ends where the median is nearly at `end_S`, or has come to rest.
    """
    low_S, high_S = sorted((start_S, end_S))
    changes = jump.quantile((np.arange(_DEVICES) + 0.5) / _DEVICES)
    draw = generator(0, "trains")
    g = np.full(_DEVICES, start_S)
    seen = [np.quantile(g, [0.5, *ONE_SIGMA])]
    while len(seen) <= _LONGEST:
        place = np.interp(g, jump.conductance, np.arange(jump.conductance.size))
        row = np.floor(place + draw.uniform(size=g.size)).astype(int)  # of the two rows beside it, as they are near
        row = np.minimum(row, jump.conductance.size - 1)
        g = np.clip(g + changes[row, draw.integers(0, _DEVICES, g.size)], low_S, high_S)
        seen.append(np.quantile(g, [0.5, *ONE_SIGMA]))
        if abs(seen[-1][0] - start_S) > _NEARLY * abs(end_S - start_S):
            break
    return np.array(seen)


def draw_ramps(
    device: str, jump_set: JumpTable, jump_reset: JumpTable, ends_S: tuple[float, float], path: Path
) -> None:
    """Conductance along SET pulses from the lowest and along RESET pulses from the highest (Fumarola 2016, Fig. 8a)."""
    factor, unit = siemens_scale(ends_S[1])
    with figure(path, 6.4, 3.4) as drawing:
        panels = drawing.subplots(1, 2, sharey=True)
        ramps = (("SET", jump_set, ends_S), ("RESET", jump_reset, ends_S[::-1]))
        for axes, colour, (name, jump, (start_S, end_S)) in zip(panels, COLOURS, ramps, strict=False):
            middle, low, high = factor * train_of(jump, start_S, end_S).T
            pulses = np.arange(middle.size)
            axes.plot(pulses, middle, color=colour, label="median", marker="o" if pulses.size < 30 else None, ms=3)
            axes.fill_between(pulses, low, high, color=colour, alpha=0.2, lw=0, label="±1σ")
            axes.set_xlabel(f"{name} pulses")
            axes.legend(loc="best")
        panels[0].set_ylabel(f"conductance [{unit}]")
        drawing.suptitle(device, fontsize=10, fontweight="bold")
