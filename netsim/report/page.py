"""One self-contained HTML page of a study."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import yaml

from devicegen.files import sha256_of, write_text_whole
from devicegen.table import OUTCOMES, DeviceTable, read_table
from netsim.summary import Line

FEW_PULSES = 30
"""Rows of a jump-table that rest on fewer pulses are pointed out."""


@dataclass(frozen=True)
class DeviceCard:
    """What the page says of one device."""

    name: str
    kind: str
    synthetic: bool
    facts: list[tuple[str, str]]
    warnings: list[str]
    pictures: list[str]
    provenance: str


def _picture(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()


def _state_warnings(table: DeviceTable) -> list[str]:
    if table.states is None:
        return []
    found = [f"Mind: {caution}." for caution in table.provenance.get("ensemble", {}).get("cautions", [])]
    for code, outcome in enumerate(OUTCOMES[1:], start=1):
        share = float(np.mean(table.states.outcome == code))
        if share > 0:
            found.append(f"{100 * share:.0f}% of the walls: {outcome}.")
    smallest = int(np.isfinite(table.states.mz).sum(axis=1).min())
    if smallest < 40:
        found.append(f"Only {smallest} instances a state: means are uncertain by about {0.3 / smallest**0.5:.2f}.")
    return found


def _jump_warnings(table: DeviceTable) -> list[str]:
    found = []
    for name, jump in (("SET", table.jump_set), ("RESET", table.jump_reset)):
        if jump is not None and table.kind == "measured":
            few = int(np.sum(jump.count < FEW_PULSES))
            if few:
                found.append(
                    f"{name}: {few} of {jump.count.size} rows rest on fewer than {FEW_PULSES} pulses "
                    "and lean on their neighbours."
                )
    return found


def _facts(table: DeviceTable, path: Path) -> list[tuple[str, str]]:
    facts = [("conductance", f"{table.g_min_S:.4g} to {table.g_max_S:.4g} S")]
    for name, jump in (("SET", table.jump_set), ("RESET", table.jump_reset)):
        if jump is not None:
            step = 100 * float(jump.mean().mean()) / (table.g_max_S - table.g_min_S)
            facts.append((f"{name} table", f"{int(jump.count.sum()):,} pulses; mean step {step:+.3g}% of the range"))
    if table.states is not None:
        facts.append(("states", f"{table.states.control.size} of {table.states.mz.shape[1]} instances"))
    for name, joules in table.energy_J.items():
        facts.append((f"energy, {name.removesuffix('_J')}", f"{joules:.3g} J"))
    if "engines" in table.provenance:
        facts.append(("engine", ", ".join(table.provenance["engines"])))
    if "source" in table.provenance.get("config", {}):
        facts.append(("source", str(table.provenance["config"]["source"])))
    for given in table.provenance.get("inputs", []):
        facts.append(("made from", f"{given['name']} (SHA-256 {given['sha256'][:12]}…)"))
    facts.append(("table", f"{path} (SHA-256 {sha256_of(path)[:12]}…)"))
    return facts


def readable_count(number: float) -> str:
    """A large count as people say it: 14.4 M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {letter}"
    return f"{number:.0f}"


def device_card(path: Path, pictures: Path) -> DeviceCard:
    """Card of the device whose table is `path` and whose pictures lie in the folder `pictures`."""
    table = read_table(path)
    return DeviceCard(
        name=table.device,
        kind=table.kind,
        synthetic=table.synthetic,
        facts=_facts(table, path),
        warnings=_state_warnings(table) + _jump_warnings(table),
        pictures=[_picture(p) for p in sorted(pictures.glob("*.png"))],
        provenance=json.dumps(table.provenance, indent=1, sort_keys=True, ensure_ascii=False),
    )


def write_report(
    study: Mapping[str, Any],
    lines: Sequence[Line],
    tables: Sequence[Path],
    device_figures: Sequence[Path],
    network_figures: Sequence[Path],
    output: Path,
) -> None:
    """Write the page of a study to `output`; everything is inside it, so it can be mailed.

    study           : the configuration, as it was checked
    lines           : the summary
    tables          : one device table each
    device_figures  : a folder of pictures for each table, in the same order
    network_figures : one picture for each network
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("netsim.report", "."), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["count"] = readable_count
    page = environment.get_template("page.html").render(
        cards=[device_card(table, folder) for table, folder in zip(tables, device_figures, strict=True)],
        networks=[(path.stem, _picture(path)) for path in network_figures],
        lines=lines,
        study=yaml.safe_dump(dict(study), sort_keys=False, allow_unicode=True),
    )
    write_text_whole(output, page)
