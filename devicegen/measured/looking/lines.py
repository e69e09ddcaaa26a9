"""A proposal for files in which each line is a trace: the pulses run along the line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.cells import number
from devicegen.measured.description.units import READ_QUANTITIES, UNITS, canonical
from devicegen.measured.looking.answers import Answers
from devicegen.measured.looking.draft import Draft
from devicegen.measured.looking.facts import Facts, agreement, alternates
from devicegen.measured.looking.headings import names_polarity, units_in
from devicegen.measured.looking.look import Look
from devicegen.measured.looking.meaning import Meant
from devicegen.measured.looking.ramps import refusal_of_endurance
from devicegen.measured.looking.turns import propose_turns
from devicegen.pulses.record import FloatArray

_FEWEST = 8
_CLEARLY = 0.15


@dataclass(frozen=True)
class Line:
    """One trace: its line in the file, and its numbers."""

    line: int
    values: FloatArray


def first_read(look: Look) -> int | None:
    """Column from 0 at which the reads along lines begin; None where the lines are no traces.

    They are, where numbers go on beyond the headings, or where successive numbers of a line go together more than
    successive numbers of a column do.
    """
    numbers = [not column.words and not column.empty for column in look.columns]
    start = len(numbers)
    while start > 0 and (numbers[start - 1] or look.columns[start - 1].empty):
        start -= 1
    width = len(numbers) - start
    if width < _FEWEST:
        return None
    own = look.table.parts[0].header
    if len(look.table.parts) == 1 and own and len(own) < len(numbers) - 2:
        return max(start, len(own) - 1)
    named = [column.heading for column in look.columns[start:]]
    counted = [name for name in named if name and not np.isnan(number(name.strip("pP# ")))]
    if any(named) and len(counted) < 0.9 * len(named):
        return None
    along = [agreement(line.values) for line in _lines(look, start) if line.values.size >= _FEWEST]
    down = [agreement(column.known) for column in look.columns[start:] if column.known.size >= 4]
    if not along:
        return None
    if any(alternates(line.values) for line in _lines(look, start)):
        return start
    if np.median(along) > 0.55 and (not down or np.median(along) > np.median(down) + _CLEARLY):
        return start
    short = len(look.rows) < _FEWEST and np.median(along) > 0.5
    return start if short else None


def _lines(look: Look, start: int) -> list[Line]:
    lines = []
    for at, row in zip(look.lines, look.rows, strict=True):
        cells = list(row[start:])
        while cells and not cells[-1]:
            cells.pop()
        values = np.array([number(cell) for cell in cells])
        values[np.abs(values) > 1e30] = np.nan
        lines.append(Line(at, values))
    return lines


def propose_lines(draft: Draft, look: Look, meant: list[Meant], start: int, answers: Answers) -> None:
    """A line a trace: where the reads begin, whose they are, and the direction of each."""
    if len(look.table.parts) > 1:
        raise PulseFileError(
            f"{look.path}: {len(look.table.parts)} tables of traces along lines: name one with --sheet."
        )
    draft.put("layout", "one_row_a_trace", f"the numbers of each line go together, from column {start + 1} on")
    draft.content["reads_from"] = start + 1
    lines = [line for line in _lines(look, start) if line.values.size > 1]
    for line in lines:
        if alternates(line.values):
            raise PulseFileError(refusal_of_endurance(f"{look.path}: line {line.line}"))
    unit = _unit(look, meant, start, answers)
    draft.put("ramp_units", unit, "as answered or named")
    columns = {m.meaning: look.key(m.at) for m in meant if m.at < start and m.meaning in ("device", "polarity")}
    told = next((m for m in meant if m.meaning == "polarity" and m.at < start), None)
    shapes = {line.line: _shape(line, unit) for line in lines}
    flat = [at for at, shape in shapes.items() if shape == "flat"]
    if flat:
        raise PulseFileError(
            f"{look.path}: line {flat[0]} hardly changes along its numbers: a device that does not switch? Take the "
            "line out."
        )
    turning = [line for line in lines if shapes[line.line] == "turning"]
    if told is not None and not turning:
        draft.content["polarity"] = _codes(look, told, shapes)
    else:
        columns.pop("polarity", None)
        sides = {side: [at for at, shape in shapes.items() if shape == name] for side, name in
                 (("set", "rising"), ("reset", "falling"), ("turns", "turning"))}  # fmt: skip
        draft.content["trace_lines"] = {side: where for side, where in sides.items() if where}
        for side, where in draft.content["trace_lines"].items():
            draft.reasons.append(f"trace_lines.{side}: lines {_spans(where)}")
        if turning:
            named = [(f"line {line.line}", _conductance(line, unit)) for line in turning]
            draft.content["turns"] = propose_turns(draft, str(look.path), named, answers)
    if columns:
        draft.content["columns"] = columns
    sides = set(shapes.values())
    if sides in ({"rising"}, {"falling"}):
        have, lacks = ("SET", "RESET") if sides == {"rising"} else ("RESET", "SET")
        raise PulseFileError(
            f"{look.path}: all {len(lines)} lines are {have} ramps, and there is no {lacks} pulse in the file, "
            f"expected both: measure {lacks} too, or describe an artificial device (kind: artificial)."
        )


def _unit(look: Look, meant: list[Meant], start: int, answers: Answers) -> str:
    units = next((canonical(m.facts.codes[0]) for m in meant if m.meaning == "units"), None)
    own = look.table.parts[0].header
    named = units_in(own[start]) if start < len(own) and own[start] else None
    for unit in (units, named):
        if unit is not None and UNITS[unit][0] in READ_QUANTITIES:
            return unit
    answer = answers.ask("units", "Units of the reads (S, uS, nS, ohm, kohm, A, …; 1 for an arbitrary scale)",
                         f"{look.path}: nothing names the units of the reads")  # fmt: skip
    unit = canonical(answer)
    if unit is None or UNITS[unit][0] not in READ_QUANTITIES:
        raise PulseFileError(f"{look.path}: units {answer!r}, expected S, ohm or A with or without a prefix, e.g. uS.")
    return unit


def _conductance(line: Line, unit: str) -> FloatArray:
    with np.errstate(divide="ignore"):
        return 1 / line.values if UNITS[unit][0] == "resistance" else line.values


def _shape(line: Line, unit: str) -> str:
    return Facts(0, "", None, None, [""] * line.values.size, _conductance(line, unit)).shape


def _codes(look: Look, told: Meant, shapes: dict[int, str]) -> dict[str, list[str]]:
    """Codes of SET and of RESET, by what the lines do; a name that says the opposite is refused."""
    code_of = {at: row[told.at] for at, row in zip(look.lines, look.rows, strict=True)}
    rising: dict[str, list[bool]] = {}
    for at, shape in shapes.items():
        rising.setdefault(code_of[at], []).append(shape == "rising")
    if len(rising) != 2:
        raise PulseFileError(
            f"{look.path}: {told.title} holds {len(rising)} codes ({', '.join(map(repr, list(rising)[:6]))}), "
            "expected one each for SET and RESET."
        )
    order = sorted(rising, key=lambda code: float(np.mean(rising[code])), reverse=True)
    up, down = order
    if names_polarity(up) is False or names_polarity(down) is True:
        raise PulseFileError(
            f"{look.path}: lines called {up!r} raise the conductance and lines called {down!r} lower it, the "
            "opposite of what the names say: is it a resistance (--units), or are the names exchanged?"
        )
    return {"set": [up], "reset": [down]}


def _spans(lines: list[int]) -> str:
    """Numbers with runs joined: 1 to 5, 8."""
    parts: list[list[int]] = []
    for line in lines:
        if parts and line == parts[-1][-1] + 1:
            parts[-1].append(line)
        else:
            parts.append([line])
    return ", ".join(f"{part[0]} to {part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)
