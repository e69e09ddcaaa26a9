"""A description that grows while files are looked at, and why it holds what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from devicegen.errors import PulseFileError
from devicegen.measured.description.units import READ_QUANTITIES, UNITS, amount, canonical
from devicegen.measured.looking.answers import Answers
from devicegen.measured.looking.look import Look
from devicegen.measured.looking.meaning import Meant


@dataclass
class Draft:
    """Content of ``device.yaml``, the reasons for it, and what a user should know."""

    content: dict[str, Any] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def put(self, key: str, value: Any, reason: str) -> None:
        """Set a key of the description and say why."""
        self.content[key] = value
        self.reasons.append(f"{key}: {reason}")


def read_units(look: Look, columns: Sequence[Meant], answers: Answers, others: Sequence[Meant] = ()) -> dict[int, str]:
    """Units of columns of reads, each from its heading, a column of units, or the answer.

    others : the other columns of the file
    """
    units: dict[int, str] = {}
    of_lines = next((canonical(m.facts.codes[0]) for m in others if m.meaning == "units"), None)
    for m in columns:
        named = m.facts.units
        if named is not None and UNITS[named][0] in READ_QUANTITIES:
            units[m.at] = named
        elif of_lines is not None:
            units[m.at] = of_lines
    missing = [m for m in columns if m.at not in units]
    if missing:
        shown = ", ".join(m.title for m in missing[:4]) + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
        question = f"Units of the reads in {shown} (S, uS, nS, ohm, kohm, A, uA, …; 1 for an arbitrary scale)"
        answer = answers.ask("units", question, f"{look.path}: no heading names the units of {shown}")
        units |= dict.fromkeys([m.at for m in missing], _checked(look, answer.removesuffix("!")))
    elif (given := answers.get("units")) is not None:
        answer = _checked(look, given.removesuffix("!"))
        other = next((m for m in columns if UNITS[units[m.at]] != UNITS[answer]), None)
        if given.endswith("!"):
            return dict.fromkeys(units, answer)
        if other is not None:
            raise PulseFileError(
                f"{look.path}: the units of {other.title} are {units[other.at]} by the file and {answer} by --units, "
                f"expected one: leave --units out, or overrule the file with --units '{answer}!'."
            )
    return units


def _checked(look: Look, answer: str) -> str:
    unit = canonical(answer)
    if unit is None or UNITS[unit][0] not in READ_QUANTITIES:
        raise PulseFileError(
            f"{look.path}: units {answer!r}, expected S, ohm or A with or without a prefix, e.g. uS, or 1: without the "
            "unit nobody can tell a conductance from a resistance."
        )
    return unit


def ask_for_scales(
    draft: Draft, units: Sequence[str], looks: Sequence[Look], meant: Sequence[Meant], answers: Answers
) -> None:
    """Voltage that currents were read at; conductances that an arbitrary scale stands for."""
    where = " and ".join(str(look.path) for look in looks)
    kinds = {UNITS[unit][0] for unit in units}
    if "current" in kinds:
        draft.content["read_voltage_V"] = _read_voltage(draft, where, looks, meant, answers)
    if "arbitrary" in kinds:
        zero = number("zero-S", "Conductance that 0 of the arbitrary scale stands for, in S", where, answers)
        unit = number("unit-S", "Conductance that 1 of the scale adds to that, in S", where, answers)
        draft.put("arbitrary_scale", {"zero_S": zero, "unit_S": unit}, "as answered")


def _read_voltage(draft: Draft, where: str, looks: Sequence[Look], meant: Sequence[Meant], answers: Answers) -> float:
    reads = [m for m in meant if m.meaning in ("read", "before", "after", "set", "reset", "turns")]
    negative = bool(reads) and all((m.facts.known < 0).mean() > 0.9 for m in reads if m.facts.known.size)
    given = answers.get("read-voltage")
    column = next((m for m in meant if m.meaning == "read_voltage"), None)
    level = _read_level(draft)
    named = {name: value for look in looks for name, value in look.constants.items() if _is_read_voltage(name)}
    if given is not None:
        voltage = number("read-voltage", "Voltage that the currents were read at, in V", where, answers)
        draft.reasons.append("read_voltage_V: as answered")
    elif level is not None:
        voltage = level
        draft.reasons.append(f"read_voltage_V: rows at {level:g} V are the reads")
    elif column is not None:
        voltage = _of_column(column, where)
        draft.reasons.append(f"read_voltage_V: {voltage:g} V stands in {column.title}")
    elif len(named) == 1:
        (name, voltage), *_ = named.items()
        draft.reasons.append(f"read_voltage_V: {name} = {voltage:g} in the file")
    else:
        sign = "; the currents are negative, so it has most likely a sign too: was it negative" if negative else ""
        question = f"Voltage that the currents were read at, in V{sign}"
        voltage = number("read-voltage", question, f"{where}: the reads are currents", answers)
        draft.reasons.append("read_voltage_V: as answered")
    if negative and voltage > 0:
        raise PulseFileError(
            f"{where}: the currents are negative and the read voltage is {voltage:+g} V, which makes every "
            f"conductance negative: if the reads were made at a negative voltage, give --read-voltage -{voltage:g}; "
            "else the currents have another sign than the voltage."
        )
    return voltage


def _read_level(draft: Draft) -> float | None:
    """The voltage of the rows that are reads, where the voltage tells them."""
    columns, codes = draft.content.get("columns", {}), draft.content.get("polarity", {}).get("read", [])
    amplitude = columns.get("amplitude")
    if not codes or amplitude is None or columns.get("polarity") != amplitude["name"]:
        return None
    return amount(codes[0], "voltage")


def _is_read_voltage(name: str) -> bool:
    folded = name.casefold().replace("_", "").replace(" ", "")
    return "read" in folded and ("v" in folded.replace("read", "")) or folded in ("vds", "vd")


def _of_column(column: Meant, where: str) -> float:
    known = column.facts.known
    factor = UNITS[column.facts.units][1] if column.facts.units else 1.0
    middle = float(sorted(known)[known.size // 2])
    if known.size == 0 or (abs(known - middle) > 0.05 * abs(middle)).any():
        raise PulseFileError(
            f"{where}: the read voltage in {column.title} changes from {known.min():g} to {known.max():g}, expected "
            "one voltage for all reads: divide the currents by it and give conductances."
        )
    return middle * factor


def number(name: str, question: str, where: str, answers: Answers) -> float:
    """A number that is answered, with or without its unit. Raises PulseFileError for anything else."""
    answer = answers.ask(name, question, where)
    for quantity in ("voltage", "conductance", "current", "time"):
        if (value := amount(answer, quantity)) is not None:
            return value
    raise PulseFileError(f"{name} is {answer!r}, expected a number: {question}.")


def keys(look: Look, columns: Sequence[Meant]) -> list[str | int]:
    """How a description names columns."""
    return [look.key(m.at) for m in columns]
