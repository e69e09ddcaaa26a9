"""What tells SET from RESET in a file with one row a pulse, and which code or sign raises the conductance."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.cells import number as parsed
from devicegen.measured.description.units import UNITS
from devicegen.measured.looking.answers import Answers
from devicegen.measured.looking.draft import Draft
from devicegen.measured.looking.headings import names_polarity
from devicegen.measured.looking.look import Look
from devicegen.measured.looking.meaning import Meant
from devicegen.pulses.record import FloatArray

_NONE = {
    "none",
    "no pulse",
    "nopulse",
    "initial",
    "init",
    "start",
    "fresh",
    "pristine",
    "rest",
    "idle",
    "wait",
    "delay",
}
_READ = {"read", "verify", "measure", "measurement", "rd", "sense", "meas"}


def propose_polarity(draft: Draft, look: Look, meant: list[Meant], columns: dict[str, Any], answers: Answers) -> None:
    """Polarity by codes of a column, by the sign of the amplitude, or by levels of the voltage."""
    kinds_given = ("set", "reset", "read", "none")
    given = {kind: codes_in(answer) for kind in kinds_given if (answer := answers.get(kind) or answers.asked.get(kind))}
    by_codes = "polarity" in columns
    if not by_codes and given and "amplitude" in columns:  # codes of the voltage itself
        columns["polarity"] = columns["amplitude"]["name"]
        by_codes = True
    if not by_codes:
        _by_sign(draft, look, meant, columns, answers)
        return
    column = next(m for m in meant if look.key(m.at) == columns["polarity"])
    counts = Counter(column.facts.cells)
    known = {code: kind for kind, codes in given.items() for code in codes}
    kinds: dict[str, str] = {}
    for code in counts:
        told = next((kind for name, kind in known.items() if _same(name, code)), None)
        if told is None and code.strip().casefold() in _NONE:
            told = "none"
        if told is None and parsed(code) == 0:
            told = "none"
        if told is None and code.strip().casefold() in _READ:
            told = "read"
        if told is not None:
            kinds[code] = told
    rest = [code for code in counts if code not in kinds]
    have = set(kinds.values())
    if rest and {"set", "reset"} <= have:
        if "read" not in have:
            raise PulseFileError(
                f"{look.path}: {column.title} holds {', '.join(map(repr, rest[:6]))} too, expected each code under "
                "--set, --reset, --read (rows that are reads) or --none (rows without a pulse)."
            )
        kinds |= dict.fromkeys(rest, "none")
        rest = []
    if len(rest) + len(have & {"set", "reset"}) != 2:
        shown = ", ".join(f"{code!r} ({n} rows)" for code, n in counts.most_common(6))
        one = len(rest) + len(have & {"set", "reset"}) < 2
        hint = (
            "only one polarity is in it, and there is no pulse of the other, of RESET or of SET: measure the other "
            "one, or make an artificial device of it (kind: artificial)"
            if one
            else "say which is which with --set, --reset, --read (rows that are reads), --none (rows without a pulse)"
        )
        raise PulseFileError(
            f"{look.path}: {column.title} holds {len(counts)} codes of the polarity ({shown}), expected one each for "
            f"SET and RESET: {hint}."
        )
    if rest:
        kinds |= _by_rise(draft, look, meant, column, columns, rest, kinds, "read" in have)
    block = {kind: [code for code, mine in kinds.items() if mine == kind] for kind in ("set", "reset", "none", "read")}
    draft.content["polarity"] = {kind: codes for kind, codes in block.items() if codes}
    for kind, codes in draft.content["polarity"].items():
        if codes and (kind in ("none", "read") or kind in given):
            draft.reasons.append(f"polarity.{kind}: rows of {', '.join(map(repr, codes))}")


def codes_in(answer: str) -> list[str]:
    """Codes of an answer, commas between."""
    return [code.strip() for code in answer.split(",") if code.strip()]


def _same(one: str, other: str) -> bool:
    a, b = parsed(one), parsed(other)
    if np.isfinite(a) and np.isfinite(b):
        return abs(a - b) <= 0.02 * max(abs(a), abs(b))
    return one.strip().casefold() == other.strip().casefold()


def rises(look: Look, meant: list[Meant], columns: dict[str, Any]) -> FloatArray:
    """(rows,) rise of the conductance, in any unit, with the pulse of each row looked at; NaN where none is known."""
    position = {look.key(m.at): m for m in meant}
    reads: dict[str, FloatArray] = {}
    for key in ("before", "after", "change"):
        if key in columns:
            m = position[columns[key]["name"]]
            reads[key] = _in_rows(look, m, columns[key]["units"])
    if "reads" in columns:
        each = [_in_rows(look, position[name], columns["reads"]["units"]) for name in columns["reads"]["columns"]]
        reads["after"] = np.nanmean(each, axis=0)
    if "change" in reads:
        return reads["change"]
    if len(reads) == 2:
        return reads["after"] - reads["before"]
    values = reads.get("after", reads.get("before"))
    assert values is not None
    groups = [position[columns[key]].at for key in ("device", "cycle") if key in columns]
    owner = [tuple(row[at] if at < len(row) else "" for at in groups) for row in look.rows]
    numbers = {one: k for k, one in enumerate(dict.fromkeys(owner))}
    whose = np.array([numbers[one] for one in owner])
    order = np.argsort(whose, kind="stable")
    step, new = np.diff(values[order], prepend=np.nan), np.diff(whose[order], prepend=-1) != 0
    step[new] = np.nan
    if "after" not in reads:  # a read before a pulse: its rise is that to the next read of the same device
        step = np.append(step[1:], np.nan)
    rise = np.empty(step.size)
    rise[order] = step
    return rise


def _in_rows(look: Look, m: Meant, units: str) -> FloatArray:
    values = np.array([parsed(row[m.at]) if m.at < len(row) else np.nan for row in look.rows])
    values[np.abs(values) > 1e30] = np.nan
    if UNITS[units][0] == "resistance":
        with np.errstate(divide="ignore"):
            return 1 / values
    return np.abs(values) if UNITS[units][0] == "current" else values


def _by_rise(
    draft: Draft, look: Look, meant: list[Meant], column: Meant, columns: dict[str, Any], rest: list[str],
    known: dict[str, str], events: bool,
) -> dict[str, str]:  # fmt: skip
    """Which of the codes that are left raises the conductance, by what their pulses do; refuses words that say else."""
    cells = [row[column.at] if column.at < len(row) else "" for row in look.rows]
    if events:
        is_read = np.array([known.get(cell) == "read" for cell in cells])
        values = _in_rows(look, *_the_read(look, meant, columns))
        typical = {code: _event_rise(np.array([c == code for c in cells]), is_read, values) for code in rest}
    else:
        rise = rises(look, meant, columns)
        typical = {code: _middle(rise[np.array([c == code for c in cells])]) for code in rest}
    order = sorted(rest, key=lambda code: typical[code], reverse=True)
    missing = [kind for kind in ("set", "reset") if kind not in known.values()]
    if len(order) == 1:
        return {order[0]: missing[0]}
    raising, lowering = order
    if (
        names_polarity(raising) is False
        and names_polarity(lowering) is True
        and typical[raising] > 0 > typical[lowering]
    ):
        reads = ", ".join(str(columns[k]["name"]) for k in ("before", "after") if k in columns)
        raise PulseFileError(
            f"{look.path}: pulses called {lowering!r} lower what {reads!r} says is a conductance, and pulses called "
            f"{raising!r} raise it, the opposite of what the names say: is it a resistance (--units 'kohm!'), or are "
            f"the names exchanged (--set {raising} --reset {lowering})? The file does not tell."
        )
    draft.reasons.append(f"polarity: pulses of {raising!r} raise the conductance, pulses of {lowering!r} lower it")
    return {raising: "set", lowering: "reset"}


def _middle(values: FloatArray) -> float:
    """Median of what is known; NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _the_read(look: Look, meant: list[Meant], columns: dict[str, Any]) -> tuple[Meant, str]:
    name = columns["after"]["name"]
    return next(m for m in meant if look.key(m.at) == name), columns["after"]["units"]


def _event_rise(mine: np.ndarray, is_read: np.ndarray, values: FloatArray) -> float:
    at = np.flatnonzero(mine)
    at = at[(at > 0) & (at < mine.size - 1)]
    at = at[is_read[at - 1] & is_read[at + 1]]
    return float(np.median(values[at + 1] - values[at - 1])) if at.size else float("nan")


def _by_sign(draft: Draft, look: Look, meant: list[Meant], columns: dict[str, Any], answers: Answers) -> None:
    """Polarity by the sign of the amplitude."""
    m = next(m for m in meant if look.key(m.at) == columns["amplitude"]["name"])
    amplitude = np.array([parsed(row[m.at]) if m.at < len(row) else np.nan for row in look.rows])
    rise = rises(look, meant, columns)
    first, second = (_middle(rise[side]) for side in (amplitude > 0, amplitude < 0))
    is_set, is_reset = ("positive", "negative") if first > second else ("negative", "positive")
    draft.content["polarity"] = {"set_sign": is_set}
    draft.reasons.append(
        f"polarity: pulses of {is_set} amplitude raise the conductance, pulses of {is_reset} amplitude lower it"
    )
