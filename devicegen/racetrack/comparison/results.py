"""What a comparison of two ensembles leaves behind: its numbers as JSON, tables on the screen, a picture."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from rich.console import Console
from rich.table import Table

from devicegen.figure import figure
from devicegen.files import sha256_of, write_text_whole
from devicegen.racetrack.comparison import two_samples
from devicegen.racetrack.comparison.compare import LEVEL, Comparison, compare
from devicegen.racetrack.ensemble_file import read_ensemble

CERTAIN = 1.96
"""Standard errors of an interval that holds the truth in 95 of 100 cases."""

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def compare_files(first: Path, second: Path, out: Path) -> Comparison:
    """Compare the ensembles in two files; prints tables, and writes ``comparison.json`` and ``.png`` to `out`.

    Raises EngineError for files that are no ensembles, and for ensembles that cannot be compared.
    """
    found = compare(read_ensemble(first), read_ensemble(second))
    out.mkdir(parents=True, exist_ok=True)
    write_text_whole(out / "comparison.json", json.dumps(stated(found, (first, second)), indent=1) + "\n")
    draw_comparison(found, out / "comparison.png")
    show_comparison(found)
    return found


def stated(found: Comparison, files: tuple[Path, Path]) -> dict[str, Any]:
    """The numbers of a comparison, in SI units; null where there is none."""
    numbers = {
        "ensembles": [
            {"device": device, "file": str(path), "sha256": sha256_of(path)}
            for device, path in zip(found.devices, files, strict=True)
        ],
        "settings_that_differ": found.differ,
        "level": LEVEL,
        "power": two_samples.POWER,
        "same_within_error": found.same,
        "p_joint": found.p_joint,
        "shift_m": found.shift_m,
        "shift_error_m": found.shift_error_m,
        "least_mean_m": found.least_mean_m,
        "states": [asdict(state) for state in found.states],
    }
    return _without_nan(numbers)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def verdict(found: Comparison) -> str:
    """In a sentence, whether the two differ, and with what certainty."""
    names = f"{found.devices[0]} and {found.devices[1]}"
    return (
        (f"Nothing tells {names} apart" if found.same else f"{names} differ")
        + f": the smallest adjusted probability is {_smallest(found):.2g}, that of all states together "
        f"{found.p_joint:.2g}. On average of the states the walls of {found.devices[1]} end "
        f"{_nm(found.shift_m, '+')} ± {_nm(found.shift_error_m)} nm further right; {_nm(found.least_mean_m)} nm would "
        "have been detected."
    )


def _smallest(found: Comparison) -> float:
    return min(p for state in found.states for p in (state.adjusted_position, state.adjusted_outcome))


def _nm(value_m: float, sign: str = "") -> str:
    return "none" if math.isnan(value_m) else f"{1e9 * value_m:{sign}.1f}"


def _share(value: float) -> str:
    return "none" if math.isnan(value) else f"{100 * value:.0f} %"


def show_comparison(found: Comparison) -> None:
    """Print the comparison: what differs, how likely by chance, and what would have been seen."""
    console = Console()
    for name, (a, b) in found.differ.items():
        console.print(f"{name}: {a} and {b}", highlight=False)
    rows = Table(title=f"{found.devices[1]} less {found.devices[0]}", title_justify="left", box=None)
    for heading in ("Ku, J/m3", "events", "mean, nm", "spread, nm", "not kept", "p: place", "p: outcome"):
        rows.add_column(heading, justify="right")
    seen = Table(
        title=f"what would have been detected with a probability of {two_samples.POWER:.0%}",
        title_justify="left",
        box=None,
    )
    for heading in ("Ku, J/m3", "all walls shifted, nm", "means apart, nm", "more walls not kept"):
        seen.add_column(heading, justify="right")
    for state in found.states:
        gone = [1 - shares["kept"] for shares in state.outcomes]
        rows.add_row(
            f"{state.ku_J_m3:g}",
            f"{state.events[0]}, {state.events[1]}",
            f"{_nm(state.shift_m, '+')} ± {_nm(state.shift_error_m)}",
            f"{_nm(state.widening_m, '+')} ± {_nm(state.widening_error_m)}",
            f"{_share(gone[0])}, {_share(gone[1])}",
            f"{state.p_position:.2g} ({state.adjusted_position:.2g})",
            f"{state.p_outcome:.2g} ({state.adjusted_outcome:.2g})",
        )
        seen.add_row(f"{state.ku_J_m3:g}", _nm(state.least_shift_m), _nm(state.least_mean_m), _share(state.least_share))
    console.print(rows)
    console.print("p: by chance as different; in brackets adjusted for the number of tests (Holm)", highlight=False)
    console.print(seen)
    console.print(verdict(found), highlight=False)


def draw_comparison(found: Comparison, path: Path) -> None:
    """Cumulative distributions of the positions, and the differences of means and spreads with what is detectable."""
    n = len(found.states)
    with figure(path, 11.0, 4.4) as drawing:
        below, shift, wider = drawing.subplots(1, 3, width_ratios=[2.2, 1, 1])
        length_nm = 1e9 * found.length_m
        for index, (state, pair) in enumerate(zip(found.states, found.positions, strict=True)):
            colour = _COLOURS[index % len(_COLOURS)]
            for values, style in zip(pair, ("-", "--"), strict=True):
                ordered = 1e9 * np.sort(values)
                level = np.arange(ordered.size + 1) / ordered.size
                below.step(
                    np.concatenate([[0.0], ordered, [length_nm]]), np.concatenate([level, [1.0]]), where="post",
                    color=colour, ls=style, lw=1.4, label=f"{state.ku_J_m3:,.6g} J/m³" if style == "-" else None,
                )  # fmt: skip
        for device, style in zip(found.devices, ("-", "--"), strict=True):
            below.plot([], [], color="#555555", ls=style, label=device)
        for notch in found.notches_m:
            below.axvline(1e9 * notch, color="#bbbbbb", lw=0.7, zorder=0)
        below.set_xlim(0, length_nm)
        below.set_ylim(0, 1.02)
        below.set_xlabel("wall position [nm] (grey: notches; a wall that left: at its end)")
        below.set_ylabel("share of events below")
        values = [(state.shift_m, state.shift_error_m, state.least_mean_m) for state in found.states]
        _draw_differences(shift, np.array(values), "difference of the means [nm]")
        values = [(state.widening_m, state.widening_error_m, math.nan) for state in found.states]
        _draw_differences(wider, np.array(values), "difference of the spreads [nm]")
        shift.set_yticks(range(n), [f"{state.ku_J_m3:,.6g}" for state in found.states])
        shift.set_ylabel("Ku [J/m³]")
        wider.set_yticks(range(n), [])
        drawing.legend(*below.get_legend_handles_labels(), loc="outside lower center", ncols=7)
        drawing.suptitle(
            f"{found.devices[1]} less {found.devices[0]}: joint probability {found.p_joint:.2g} "
            "(bars: 95% intervals; shaded: too small to be detected)",
            fontsize=10,
            fontweight="bold",
        )


def _draw_differences(axes: Axes, values: np.ndarray, label: str) -> None:
    """One row a state: (n, 3) difference, standard error and least detectable difference [m], NaN where not known."""
    nm = 1e9 * values
    for row, (difference, error, least) in enumerate(nm):
        colour = _COLOURS[row % len(_COLOURS)]
        axes.errorbar(difference, row, xerr=CERTAIN * error, fmt="o", ms=4, capsize=3, color=colour)
        if not math.isnan(least):
            axes.fill_betweenx([row - 0.35, row + 0.35], -least, least, color="#999999", alpha=0.2, lw=0)
    axes.axvline(0, color="black", lw=0.8)
    axes.set_ylim(len(nm) - 0.5, -0.5)
    axes.set_xlabel(label)
