"""One self-contained HTML page of a study."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import yaml

from devicegen.files import sha256_of, write_text_whole
from devicegen.table import OUTCOMES, DeviceTable, JumpTable, StateDistribution
from devicegen.table_file import read_table
from netsim.figures.states import control_text, signed, target_text
from netsim.ledger import read_ledger, tally
from netsim.prefixes import siemens_scale, unit_scale
from netsim.scorecard_files import read_scorecard
from netsim.scores import Scorecard, quantized_verdict, verdict
from netsim.summary import Line
from netsim.unmeasured import Range, Unmeasured, largest_of

FEW_PULSES = 30
"""Rows of a jump-table that rest on fewer pulses are pointed out."""

FEW_INSTANCES = 40
"""States that rest on fewer instances are pointed out."""

TOLERANCES = (0.15, 0.25)
"""Distances from the target that Al Misba 2022 accepts as the state: the values of its alpha."""

STILL_LEARNING_POINTS = 1.0
"""A baseline whose training accuracy rose by more in its last epoch was stopped before it was done."""

MANY_LINES = 8
"""Of a network with more lines than this the page shows the best of each device first."""

_ENERGIES = {
    "write_J": "energy of a write",
    "write_piezo_J": "energy of a write, piezoelectric",
    "write_sot_J": "energy of a write, spin-orbit torque",
    "set_J": "energy of a SET pulse",
    "reset_J": "energy of a RESET pulse",
    "set_piezo_J": "energy of a SET pulse, piezoelectric",
    "set_sot_J": "energy of a SET pulse, spin-orbit torque",
    "reset_piezo_J": "energy of a RESET pulse, piezoelectric",
    "reset_sot_J": "energy of a RESET pulse, spin-orbit torque",
}


@dataclass(frozen=True)
class StateRow:
    """One line of the table of states, as it is printed."""

    control: str
    target: str
    mean: str
    deviation: str
    within: list[str]
    outcomes: str


@dataclass(frozen=True)
class DeviceCard:
    """What the page says of one device."""

    name: str
    kind: str
    made_up: str
    facts: list[tuple[str, str]]
    warnings: list[str]
    pictures: list[str]
    control_name: str
    states: list[StateRow]
    provenance: str


def _picture(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()


def _state_warnings(table: DeviceTable) -> list[str]:
    if table.states is None:
        return []
    found = [f"Mind: {caution}." for caution in table.provenance.get("ensemble", {}).get("cautions", [])]
    for code, outcome in enumerate(OUTCOMES[1:], start=1):
        number = int(np.sum(table.states.outcome == code))
        if number:
            found.append(f"{number} of {table.states.outcome.size} walls: {outcome}.")
    found += _few_instances(table.states)
    return found


def _few_instances(states: StateDistribution) -> list[str]:
    samples = [states.samples(state) for state in range(states.control.size)]
    smallest = min(values.size for values in samples)
    if smallest >= FEW_INSTANCES:
        return []
    if smallest == 1:
        return ["Only one instance in a state: how uncertain its mean is, is unknown."]
    error = max(float(values.std(ddof=1)) / values.size**0.5 for values in samples)
    return [f"Only {smallest} instances in a state: means are uncertain by up to {error:.2g} (standard error)."]


def state_rows(states: StateDistribution) -> list[StateRow]:
    """What the page tabulates of each state; shares are of the instances that gave a result."""
    rows = []
    for state in range(states.control.size):
        values = states.samples(state)
        off = np.abs(values - states.target[state])
        counts = np.bincount(states.outcome[state], minlength=len(OUTCOMES))
        rows.append(
            StateRow(
                control=control_text(states, state),
                target=target_text(states, state),
                mean=signed(float(values.mean())),
                deviation=f"{values.std(ddof=1):.2f}" if values.size > 1 else "",
                within=[f"{100 * float(np.mean(off <= tolerance)):.0f}%" for tolerance in TOLERANCES],
                outcomes=", ".join(f"{n} {name}" for name, n in zip(OUTCOMES, counts, strict=True) if n),
            )
        )
    return rows


def _jump_warnings(table: DeviceTable) -> list[str]:
    measured = Range.of(table)
    found = [] if measured is None else measured.gaps()
    for name, jump in (("SET", table.jump_set), ("RESET", table.jump_reset)):
        if jump is not None and table.kind == "measured":
            few = int(np.sum(jump.count < FEW_PULSES))
            if few:
                found.append(
                    f"{name}: {few} of {jump.count.size} rows rest on fewer than {FEW_PULSES} pulses "
                    "and lean on their neighbours."
                )
    return found


def _mean_step(jump: JumpTable) -> float:
    """Mean change of a pulse [S]: of all pulses seen, or of all rows where the table was not made from pulses."""
    return float(np.average(jump.mean(), weights=jump.count if jump.count.any() else None))


def _amount(value: float, unit: str) -> str:
    factor, prefixed = unit_scale(value, unit)
    return f"{value * factor:.3g} {prefixed}"


def _energy_words(name: str) -> str:
    return _ENERGIES.get(name, f"energy, {name.removesuffix('_J').replace('_', ' ')}")


def _facts(table: DeviceTable, path: Path) -> list[tuple[str, str]]:
    factor, unit = siemens_scale(table.g_max_S)
    facts = [("conductance", f"{table.g_min_S * factor:.3g} to {table.g_max_S * factor:.3g} {unit}")]
    for name, jump in (("SET", table.jump_set), ("RESET", table.jump_reset)):
        if jump is not None:
            step = 100 * _mean_step(jump) / (table.g_max_S - table.g_min_S)
            pulses = f"{int(jump.count.sum()):,} pulses; " if jump.count.any() else ""
            facts.append((f"{name} table", f"{pulses}mean step {step:+.3g}% of the range".replace("-", "−")))
    measured = Range.of(table)
    facts += [] if measured is None else measured.facts()
    if table.states is not None:
        n_states, n_instances = table.states.mz.shape
        facts.append(("states", f"{n_states} states, {n_instances} instances each"))
    facts += [(_energy_words(name), _amount(joules, "J")) for name, joules in table.energy_J.items()]
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


def device_card(path: Path, folders: Sequence[Path]) -> DeviceCard:
    """Card of the device whose table is `path` and whose pictures lie in `folders`."""
    table = read_table(path)
    return DeviceCard(
        name=table.device,
        kind="pulse file" if table.kind == "measured" and table.synthetic else table.kind,
        made_up="made up: nobody measured it" if table.synthetic else "",
        facts=_facts(table, path),
        warnings=_state_warnings(table) + _jump_warnings(table),
        pictures=[_picture(picture) for folder in folders for picture in sorted(folder.glob("*.png"))],
        control_name="" if table.states is None else table.states.control_name,
        states=[] if table.states is None else state_rows(table.states),
        provenance=json.dumps(table.provenance, indent=1, sort_keys=True, ensure_ascii=False),
    )


def still_learning(lines: Sequence[Line]) -> list[str]:
    """Networks whose baseline was stopped while its training accuracy still rose."""
    gains = [(line.network, line.train_gain_points) for line in lines if line.baseline]
    return list(dict.fromkeys(net for net, gain in gains if gain is not None and gain > STILL_LEARNING_POINTS))


def fired_unmeasured(lines: Sequence[Line], ranges: Mapping[str, Range]) -> list[str]:
    """A sentence for each network, device and kind of pulse of which many were fired where nobody measured them.

    ranges : of the devices whose tables state where pulses were measured
    """
    said = []
    for network, device in dict.fromkeys((line.network, line.device) for line in lines):
        found = [
            Unmeasured(line.unmeasured_set, line.unmeasured_reset, line.unmeasured_share)
            for line in lines
            if (line.network, line.device) == (network, device)
            and line.unmeasured_set is not None
            and line.unmeasured_reset is not None
            and line.unmeasured_share is not None
        ]
        if found and device in ranges:
            warnings = ranges[device].warnings(largest_of(found), len(found))
            said += [f"{network}, {device}: {words}" for words in warnings]
    return said


def overview(lines: Sequence[Line]) -> list[Line]:
    """The lines to read first: all, but of a network with many of them only the best of each device.

    Devices written ex situ and the software they were trained in stand apart. A line that stands for several says so.
    """
    shown = []
    for _, of_network in groupby(lines, key=lambda line: line.network):
        listed = list(of_network)
        if len(listed) <= MANY_LINES:
            shown += listed
            continue
        groups: dict[tuple[str, bool], list[Line]] = {}
        for line in listed:
            groups.setdefault((line.device, "weights=written" in line.settings), []).append(line)
        for group in groups.values():
            best = max(group, key=lambda line: line.test_percent)
            shown.append(replace(best, settings=f"best of {len(group)}: {best.settings}") if len(group) > 1 else best)
    return shown


def _scored(path: Path) -> tuple[Scorecard, str, str]:
    """A scorecard, what it comes to in a sentence or two, and its picture ("" where it has none)."""
    card, picture = read_scorecard(path), path.with_name("scorecard.png")
    told = [f"Pairs: {verdict(card.pair)}"] if card.pair is not None else []
    told += [f"Quantized: {quantized_verdict(card.quantized)}"] if card.quantized is not None else []
    return card, " ".join(told), _picture(picture) if card.pair is not None else ""


def _check_pictures(checks: Sequence[Mapping[str, Any]], validation: Path | None) -> list[str]:
    """Pictures that the checks name, which lie beside their file; each once, those that are there."""
    names = dict.fromkeys(check.get("picture", "") for check in checks)
    paths = [] if validation is None else [validation.with_name(name) for name in names if name]
    return [_picture(path) for path in paths if path.is_file()]


def write_report(
    study: Mapping[str, Any],
    lines: Sequence[Line],
    tables: Sequence[Path],
    device_figures: Sequence[Sequence[Path]],
    network_figures: Sequence[Path],
    scorecards: Sequence[Path],
    ledger: Path,
    validation: Path | None,
    output: Path,
) -> None:
    """Write the page of a study to `output`; everything is inside it, so it can be mailed.

    study           : the configuration, as it was checked
    lines           : the summary
    tables          : one device table each
    device_figures  : folders of pictures for each table, in the same order
    scorecards      : scorecard.json of the devices that were scored, each with scorecard.png beside it, if it has one
    network_figures : one picture for each network
    ledger          : the papers' values beside ours
    validation      : what `make validate` found of the embedded engine, if it was run here
    """
    checks = [] if validation is None else json.loads(validation.read_text(encoding="utf-8"))
    rows = read_ledger(ledger)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("netsim.report", "."), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["count"] = readable_count
    ranges = {table.device: measured for table in map(read_table, tables) if (measured := Range.of(table)) is not None}
    page = environment.get_template("page.html").render(
        cards=[device_card(table, folder) for table, folder in zip(tables, device_figures, strict=True)],
        scored=[_scored(path) for path in scorecards],
        networks=[(path.stem, _picture(path)) for path in network_figures],
        lines=lines,
        first_lines=overview(lines),
        ledger=rows,
        tally=tally(rows),
        checks=checks,
        check_pictures=_check_pictures(checks, validation),
        any_unmeasured=any(line.unmeasured_share is not None for line in lines),
        fired_unmeasured=fired_unmeasured(lines, ranges),
        still_learning=still_learning(lines),
        still_learning_points=STILL_LEARNING_POINTS,
        any_written=any("weights=written" in line.settings for line in lines),
        tolerances=TOLERANCES,
        study=yaml.safe_dump(dict(study), sort_keys=False, allow_unicode=True),
    )
    write_text_whole(output, page)
