"""What the command line shows of tables and pulse files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from devicegen.evidence import Trains
from devicegen.prefixes import prefix_for
from devicegen.table import OUTCOMES, DeviceTable, JumpTable, StateDistribution
from devicegen.table_file import read_table


def engineering(value: float, unit: str) -> str:
    """A number with three digits and the prefix that suits it: 4.36e-8 S is 43.6 nS."""
    if value == 0:
        return f"0 {unit}"
    factor, prefix = prefix_for(value)
    return f"{value / factor:.3g} {prefix}{unit}"


def _deviation(values: np.ndarray) -> float:
    """Standard deviation of a sample; NaN for a single value."""
    return float(values.std(ddof=1)) if values.size > 1 else float("nan")


def origin(kind: str, synthetic: bool) -> str:
    """How a device came about, in words: pulse files may be made up too."""
    return "pulse file, made up (nobody measured it)" if kind == "measured" and synthetic else kind


def two_columns(title: str, rows: list[tuple[str, str]]) -> Table:
    """A titled table of names and values, without lines."""
    table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, value in rows:
        table.add_row(name, value)
    return table


_WHOLE = 0.999
"""A part that is at least so much of the range is all of it."""


def _jump_rows(jump: JumpTable, span_S: float, measured_S: tuple[float, float] | None) -> list[tuple[str, str]]:
    """What a jump-table comes to; `measured_S` is the part of the range in which pulses were measured, if known."""
    first, last = (jump.conductance[0], jump.conductance[-1]) if measured_S is None else measured_S
    quarter = 0.25 * (last - first)
    middle = (jump.conductance > first + quarter) & (jump.conductance < last - quarter)
    if not middle.any():  # rows lie where pulses do, and none began there
        middle = np.arange(jump.count.size) == int(np.argmax(jump.count))
    mean = float(jump.mean()[middle].mean())
    across = f" ({abs(span_S / mean):.0f} pulses across)" if mean else ""
    where = "the range" if measured_S is None or last - first > _WHOLE * span_S else "what was measured"
    low, median, high = jump.quantile([0.1587, 0.5, 0.8413])[middle].mean(axis=0)
    seen = int(jump.count.sum())
    measured = []
    if measured_S is not None:
        low_S, high_S = measured_S
        ends = f"{engineering(low_S, 'S')} … {engineering(high_S, 'S')} ({(high_S - low_S) / span_S:.0%} of the range)"
        outside = "; the rows outside hold the last mean" if high_S - low_S < _WHOLE * span_S else ""
        measured = [("measured", ends + outside)]
    return [
        (f"mean change, middle of {where}", f"{engineering(mean, 'S')}{across}"),
        ("median, ±σ there", f"{engineering(median, 'S')}, {engineering(low, 'S')} … {engineering(high, 'S')}"),
        ("grid", f"{jump.conductance.size} conductances x {jump.delta.size} changes"),
        ("pulses seen", f"{seen} in all, {jump.count.min()} in the poorest row" if seen else "none (artificial)"),
        *measured,
    ]


_FIRST = 3
"""Pulses of a train that a device with memory is told by."""


def _train_rows(trains: tuple[Trains, Trains]) -> list[tuple[str, str]]:
    """Where trains of pulses end, and what their first pulses do that the table does not know."""
    rows = []
    for name, seen in zip(("SET", "RESET"), trains, strict=True):
        ends, drawn = engineering(seen.median[-1], "S"), engineering(seen.table_median[-1], "S")
        rows.append((f"{name}, after {seen.pulse[-1]}", f"median {ends}; of trains drawn from the table {drawn}"))
        first = slice(1, 1 + min(_FIRST, seen.pulse[-1]))
        beyond = float(seen.excess[first].mean())
        error = float(np.sqrt(np.sum(seen.excess_error[first] ** 2)) / seen.excess[first].size)
        said = f"{engineering(beyond, 'S')} ± {engineering(error, 'S')} each beyond the table's mean at its conductance"
        rows.append((f"{name}, first {seen.excess[first].size}", said))
    return rows


def _state_table(states: StateDistribution) -> Table:
    table = Table(title=f"states ({states.control_name}, {states.control_units})", title_justify="left", box=None)
    for heading in ("control", "target", "mean mz", "σ", "instances", *OUTCOMES[1:]):
        table.add_column(heading, justify="right")
    for k in range(states.control.size):
        values = states.samples(k)
        others = [str(int((states.outcome[k] == code).sum())) for code in range(1, len(OUTCOMES))]
        table.add_row(
            f"{states.control[k]:g}",
            f"{states.target[k]:+.3f}",
            f"{values.mean():+.3f}",
            f"{_deviation(values):.3f}",
            str(values.size),
            *others,
        )
    return table


def show_table(path: Path) -> None:
    """Print a summary of the device table at `path`."""
    console = Console()
    table = read_table(path)
    console.print(
        two_columns(
            f"{table.device}",
            [
                ("kind", origin(table.kind, table.synthetic)),
                ("range", f"{engineering(table.g_min_S, 'S')} … {engineering(table.g_max_S, 'S')}"),
                *([("devices with tables of their own", str(len(table.per_device)))] if table.per_device else []),
                *(
                    (f"energy, {k.removesuffix('_J').replace('_', ' ')}", engineering(v, "J"))
                    for k, v in table.energy_J.items()
                ),
            ],
        )
    )
    _show_jumps(console, table)
    if table.trains is not None:
        console.print(two_columns("trains of pulses", _train_rows(table.trains)))
    if table.states is not None:
        console.print(_state_table(table.states))
    console.print(two_columns("provenance", _short_provenance(table.provenance)), highlight=False)
    console.print(f"All of it, as JSON: devicegen table show {path} --provenance", highlight=False, soft_wrap=True)


def show_provenance(path: Path) -> None:
    """Print the whole provenance of the device table at `path` as JSON."""
    print(json.dumps(dict(read_table(path).provenance), indent=1, ensure_ascii=False))


def _show_jumps(console: Console, table: DeviceTable) -> None:
    span = table.g_max_S - table.g_min_S
    parts = (None, None) if table.coverage is None else (table.coverage.set_S, table.coverage.reset_S)
    for name, jump, part in zip(("SET", "RESET"), (table.jump_set, table.jump_reset), parts, strict=True):
        if jump is not None:
            console.print(two_columns(name, _jump_rows(jump, span, part)))


_LONG = 30
"""Entries from which on a part of the provenance is only counted."""


def _short_provenance(provenance: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a table was made from, part by part; the long parts are counted, the versions of libraries left out."""
    rows = []
    for part, value in provenance.items():
        if part != "libraries":
            found = _flat(value, part)
            rows += found if len(found) < _LONG else [(part, f"{len(found)} entries")]
    return rows


def _flat(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Nested mappings as dotted names, the long ones cut."""
    if isinstance(value, dict | tuple | list) and not value:
        return []
    if isinstance(value, dict):
        return [row for key, inner in value.items() for row in _flat(inner, f"{name}.{key}" if name else str(key))]
    text = str(value)
    return [(name, text if len(text) <= 100 else f"{text[:97]}...")]
