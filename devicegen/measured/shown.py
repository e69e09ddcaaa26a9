"""What the command line shows of pulse files: what each column was taken for, and what the pulses hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from devicegen.formats.crosssim import read_lookup
from devicegen.measured.description.model import Description, read_description
from devicegen.measured.looking.look import Look
from devicegen.measured.looking.meaning import Meant
from devicegen.measured.reading.pulses import read_pulses
from devicegen.pulses.findings import findings
from devicegen.show import engineering, origin, two_columns

_FIRST = 3
_MOST_COLUMNS = 14


def show_columns(looks: Sequence[Look], meant: Sequence[Sequence[Meant]], stderr: bool = False) -> None:
    """Print, for each file, its columns: heading, first cells, what it is taken for, units, and why."""
    console = Console(stderr=stderr)
    for look, of_file in zip(looks, meant, strict=True):
        table = Table(
            title=f"{look.path.name}: {len(look.columns)} columns", title_justify="left", box=None, padding=(0, 2, 0, 0)
        )
        for heading in ("", "heading", "first cells", "taken for", "units", "because"):
            table.add_column(heading)
        for m in of_file[:_MOST_COLUMNS]:
            cells = ", ".join(m.facts.cells[:_FIRST])
            table.add_row(str(m.at + 1), m.facts.heading, cells[:34], m.meaning, m.facts.units or "", m.why)
        console.print(table)
        if len(of_file) > _MOST_COLUMNS:
            console.print(f"  … and {len(of_file) - _MOST_COLUMNS} more")


def show_pulses(folder: Path) -> None:
    """Read the measured device in `folder` and print what its files hold, and what is seen in its pulses."""
    description = read_description(folder)
    said: list[str] = []
    if description.layout == "crosssim_tables":
        rows = _lookup_rows(folder, description)
    elif description.layout == "mean_changes":
        rows = _change_rows(folder, description)
    else:
        rows, said = _pulse_rows(folder, description)
    console = Console()
    console.print(two_columns(f"{description.device}: {origin('measured', description.synthetic)}", rows))
    for sentence in said:
        console.print(f"- {sentence}", highlight=False, soft_wrap=True)


def _lookup_rows(folder: Path, description: Description) -> list[tuple[str, str]]:
    rows = []
    for name, files in (("SET", description.files.set), ("RESET", description.files.reset)):
        for file in files:
            lookup = read_lookup(folder / file)
            ends = f"{engineering(lookup.conductance[0], 'S')} … {engineering(lookup.conductance[-1], 'S')}"
            rows.append((f"{name} table, {file}", f"{lookup.conductance.size} conductances, {ends}"))
    return rows


def _change_rows(folder: Path, description: Description) -> list[tuple[str, str]]:
    from devicegen.measured.reading.changes import read_mean_changes

    conductance, up, down = read_mean_changes(folder, description)
    ends = f"{engineering(conductance[0], 'S')} … {engineering(conductance[-1], 'S')}"
    return [
        ("mean changes", f"at {conductance.size} conductances, {ends}"),
        ("SET", f"{engineering(up.min(), 'S')} … {engineering(up.max(), 'S')} a pulse"),
        ("RESET", f"{engineering(down.min(), 'S')} … {engineering(down.max(), 'S')} a pulse"),
    ]


def _pulse_rows(folder: Path, description: Description) -> tuple[list[tuple[str, str]], list[str]]:
    record = read_pulses(folder, description)
    reads = np.concatenate([record.g_before_S, record.g_after_S])
    low, typical, high = (float(q) for q in np.quantile(reads, (0.0, 0.5, 1.0)))
    delta = record.delta_S
    names = ", ".join(record.device_names[:8]) + (", …" if len(record.device_names) > 8 else "")
    rows = [
        ("files", ", ".join(description.file_names())),
        ("devices", f"{len(record.device_names)}: {names}" if len(record.device_names) > 1 else names),
        ("reads", f"{engineering(low, 'S')} … {engineering(high, 'S')}, median {engineering(typical, 'S')}"),
    ]
    for name, mask in (("SET", record.is_set), ("RESET", ~record.is_set)):
        mean, spread = float(delta[mask].mean()), float(delta[mask].std(ddof=1))
        before = record.g_before_S[mask]
        measured = f"from {engineering(before.min(), 'S')} to {engineering(before.max(), 'S')}"
        each = f"{engineering(mean, 'S')} ± {engineering(spread, 'S')} each"
        rows.append((name, f"{int(mask.sum())} pulses, {each}, measured {measured}"))
    left_out = [
        f"left out: {n} {why if why.startswith('pulses') else f'rows or pulses: {why}'}" for why, n in record.left_out
    ]
    return rows, [*left_out, *findings(record)]
