"""Pictures of what is known of a device beside its jump-tables: responses, trains of pulses, switching energies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from devicegen.evidence import SwitchingEnergy, Trains
from devicegen.table import Coverage, DeviceTable, JumpTable
from netsim.figures.style import BASELINE, COLOURS, figure, siemens_scale, unit_scale

ONE_SIGMA = (0.158655, 0.841345)
SCALED_CELL_M = 25e-9
"""Size that Fumarola 2016 (section III-D) scales the switching energy to."""
MEASURED_CELL_M = 150e-9
"""Size that it scales it from."""

DECADES = 20
"""Energies so many times apart are drawn on logarithmic axes."""

_POLARITIES = (("SET", COLOURS[0]), ("RESET", COLOURS[1]))


def draw_responses(
    device: str, jump_set: JumpTable, jump_reset: JumpTable, path: Path, coverage: Coverage | None = None
) -> None:
    """Median change and its ±1σ at each conductance (Fumarola 2016, Fig. 8a), with the band of the median.

    coverage : where pulses were measured, if it is known; lines are pale and dotted elsewhere
    """
    parts = (None, None) if coverage is None else (coverage.set_S, coverage.reset_S)
    g_factor, g_unit = siemens_scale(max(jump_set.conductance[-1], jump_reset.conductance[-1]))
    largest = max(float(np.abs(j.quantile(ONE_SIGMA)).max()) for j in (jump_set, jump_reset))
    d_factor, d_unit = siemens_scale(largest)
    with figure(path, 5.2, 3.8) as drawing:
        axes = drawing.subplots()
        for (name, colour), jump, part in zip(_POLARITIES, (jump_set, jump_reset), parts, strict=True):
            g = jump.conductance * g_factor
            low, middle, high = (jump.quantile([p])[:, 0] * d_factor for p in (ONE_SIGMA[0], 0.5, ONE_SIGMA[1]))
            seen = _inside(jump.conductance, part)
            axes.plot(g, np.where(seen, middle, np.nan), color=colour, label=f"{name}: median")
            axes.plot(g, np.where(seen, low, np.nan), color=colour, lw=0.9, ls="--", label=f"{name}: ±1σ of a pulse")
            axes.plot(g, np.where(seen, high, np.nan), color=colour, lw=0.9, ls="--")
            if not seen.all():
                guessed = np.where(_beside(~seen), middle, np.nan)
                axes.plot(g, guessed, color=colour, lw=1.2, ls=":", label=f"{name}: never measured, the last mean")
            band = _median_band(jump)
            if band is not None:
                low, high = (edge * d_factor for edge in band)
                label = f"{name}: 90% band of the median"
                axes.fill_between(g, low, high, where=seen.tolist(), color=colour, alpha=0.3, lw=0, label=label)
        axes.axhline(0, color="black", lw=0.6)
        axes.set_xlabel(f"conductance before the pulse, G [{g_unit}]")
        axes.set_ylabel(f"conductance change, ΔG [{d_unit}]")
        axes.set_title(device)
        _legend_of_two(drawing, axes)


def _legend_of_two(drawing: Figure, axes: Axes) -> None:
    """A legend below with SET in its left column and RESET in its right one, also where one has more to say."""
    handles, labels = axes.get_legend_handles_labels()
    columns = [
        [(handle, label) for handle, label in zip(handles, labels, strict=True) if label.startswith(f"{name}:")]
        for name, _ in _POLARITIES
    ]
    rows = max(len(column) for column in columns)
    filled = [entry for column in columns for entry in column + [(Line2D([], [], ls=""), "")] * (rows - len(column))]
    drawing.legend(*zip(*filled, strict=True), loc="outside lower center", ncols=2)


def _inside(conductance: np.ndarray, part_S: tuple[float, float] | None) -> np.ndarray:
    """(n_g,) which conductances lie in the part of the range that was measured; all where nobody knows the part."""
    if part_S is None:
        return np.ones(conductance.size, np.bool_)
    return (part_S[0] <= conductance) & (conductance <= part_S[1])


def _beside(chosen: np.ndarray) -> np.ndarray:
    """(n,) the chosen points and their neighbours, so that two lines meet."""
    return np.convolve(chosen, [1, 1, 1], mode="same") > 0


def _median_band(jump: JumpTable) -> tuple[np.ndarray, np.ndarray] | None:
    """(n_g,) lower and upper edge of the median change [S], where the table states how certain it is."""
    if jump.cdf_low is None or jump.cdf_high is None:
        return None
    edges = []
    for cdf in (jump.cdf_high, jump.cdf_low):  # the higher the CDF, the lower the median
        edges.append(jump.delta[np.argmax(cdf >= 0.5, axis=1)])
    return edges[0], edges[1]


def draw_trains(device: str, trains: tuple[Trains, Trains], path: Path, origin: str = "measured") -> None:
    """Conductance along trains of equal pulses, and from the jump-table; below, what the table misses.

    origin : what the trains were, measured or simulated
    """
    factor, unit = siemens_scale(max(float(max(t.high.max(), t.table_high.max())) for t in trains))
    largest = max(float(np.nanmax(np.abs(t.excess) + 2 * t.excess_error, initial=0.0)) for t in trains)
    e_factor, e_unit = siemens_scale(largest)
    with figure(path, 8.6, 5.2) as drawing:
        grid = drawing.subplots(2, 2, sharey="row", sharex="col", height_ratios=[2, 1])
        for column, (train, (name, colour)) in enumerate(zip(trains, _POLARITIES, strict=True)):
            axes, missed = grid[:, column]
            _draw_train(axes, train, factor, colour, origin)
            axes.set_title(f"{name}: {int(train.count[0]):,} train{'s' if train.count[0] != 1 else ''}")
            value, reach = train.excess * e_factor, 2 * train.excess_error * e_factor
            missed.errorbar(train.pulse, value, yerr=reach, fmt=".", ms=4, lw=0.8, color=colour)
            missed.axhline(0, color="black", lw=0.8)
            missed.set_xlabel(f"{name} pulses since the train's start")
        grid[0, 0].set_ylabel(f"conductance [{unit}]")
        grid[1, 0].set_ylabel(f"change beyond\nthe table's [{e_unit}]")
        drawing.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
        drawing.suptitle(device, fontsize=10, fontweight="bold")


def _draw_train(axes: Axes, train: Trains, factor: float, colour: str, origin: str) -> None:
    marker = "o" if train.pulse.size < 30 else None
    axes.plot(train.pulse, train.median * factor, color=colour, marker=marker, ms=3, label=f"{origin}: median")
    low, high = train.low * factor, train.high * factor
    axes.fill_between(train.pulse, low, high, color=colour, alpha=0.25, lw=0, label=f"{origin}: ±1σ")
    axes.plot(train.pulse, train.table_median * factor, color="black", lw=1.2, label="jump-table: median")
    axes.plot(train.pulse, train.table_low * factor, color="black", lw=0.8, ls="--", label="jump-table: ±1σ")
    axes.plot(train.pulse, train.table_high * factor, color="black", lw=0.8, ls="--")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def draw_energies(device: str, seen: SwitchingEnergy, path: Path) -> None:
    """Energy of a pulse against conductance, and both for each area of the cell (Fumarola 2016, Fig. 16)."""
    with figure(path, 8.6, 3.8) as drawing:
        plain, scaled = drawing.subplots(1, 2)
        area = seen.cell_size**2
        g_factor, g_unit = siemens_scale(float(seen.conductance.max()))
        e_factor, e_unit = unit_scale(float(seen.energy_high.max()), "J")
        _draw_energies(plain, seen, seen.conductance * g_factor, np.full(area.size, e_factor))
        plain.set_xlabel(f"conductance [{g_unit}]")
        plain.set_ylabel(f"energy of a pulse [{e_unit}]")
        plain.set_title("one pulse")
        if np.isfinite(area).any():
            um2 = area * 1e12
            _draw_energies(scaled, seen, seen.conductance * g_factor / um2, e_factor / um2)
            scaled.set_xlabel(f"conductance of an area [{g_unit}/µm²]")
            scaled.set_ylabel(f"energy of an area [{e_unit}/µm²]")
            scaled.set_title(_scaling(seen))
        else:
            scaled.set_axis_off()
            scaled.text(0.5, 0.5, "cell_size_m is not given:\nno energy of an area", ha="center", color=BASELINE)
        drawing.legend(*plain.get_legend_handles_labels(), loc="outside lower center", ncols=4)
        drawing.suptitle(device, fontsize=10, fontweight="bold")


def _draw_energies(axes: Axes, seen: SwitchingEnergy, x: np.ndarray, factor: np.ndarray) -> None:
    markers = "os^Dv<>p*h"
    for index in np.unique(seen.device):
        for (name, colour), is_set in zip(_POLARITIES, (1, 0), strict=True):
            mine = (seen.device == index) & (seen.is_set == is_set) & np.isfinite(x)
            middle = (seen.energy * factor)[mine]
            reach = [middle - (seen.energy_low * factor)[mine], (seen.energy_high * factor)[mine] - middle]
            axes.errorbar(
                x[mine], middle, yerr=reach, fmt=markers[index % len(markers)], ms=4, lw=0.8, color=colour,
                label=f"{name}, device {index + 1}",
            )  # fmt: skip
    if seen.energy.max() > DECADES * seen.energy.min():
        axes.set_xscale("log")
        axes.set_yscale("log")
    else:
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)


def _scaling(seen: SwitchingEnergy) -> str:
    """What the energy of a pulse becomes in a smaller cell, at the energy of an area that was measured."""
    known = np.isfinite(seen.cell_size)
    density = np.average((seen.energy / seen.cell_size**2)[known], weights=seen.count[known])
    factor, unit = unit_scale(density * SCALED_CELL_M**2, "J")
    times = (MEASURED_CELL_M / SCALED_CELL_M) ** 2
    return (
        f"at {1e9 * SCALED_CELL_M:.0f} nm a pulse would take {density * SCALED_CELL_M**2 * factor:.2g} {unit}\n"
        f"({times:.0f} times less than at {1e9 * MEASURED_CELL_M:.0f} nm)"
    )


def draw_measured(table: DeviceTable, folder: Path) -> list[Path]:
    """Draw what a table holds of these into `folder`; returns the pictures."""
    made = []
    if table.jump_set is not None and table.jump_reset is not None:
        made.append(folder / "responses.png")
        draw_responses(table.device, table.jump_set, table.jump_reset, made[-1], table.coverage)
    if table.trains is not None:
        made.append(folder / "trains.png")
        draw_trains(table.device, table.trains, made[-1], table.kind)
    if table.switching_energy is not None:
        made.append(folder / "energies.png")
        draw_energies(table.device, table.switching_energy, made[-1])
    return made
