"""A proposal for files with one row a pulse: which columns are reads, and which code or sign raises the conductance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.cells import number as parsed
from devicegen.measured.description.units import UNITS, amount, canonical
from devicegen.measured.looking.answers import Answers
from devicegen.measured.looking.draft import Draft, keys, read_units
from devicegen.measured.looking.headings import names_polarity
from devicegen.measured.looking.look import Look
from devicegen.measured.looking.meaning import Meant
from devicegen.pulses.record import FloatArray

_SIDE_UNITS = {"amplitude": ("V", ("voltage", "current")), "width": ("s", ("time",)), "current": ("A", ("current",))}
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
_ALIKE = 0.5
_REPEATS_APART = 1.5


def propose_rows(
    draft: Draft,
    looks: Sequence[Look],
    meant: Sequence[list[Meant]],
    polarities: Sequence[bool | None],
    answers: Answers,
) -> None:
    """One row a pulse: columns and units of each file, and what tells the polarity.

    polarities : of each file, None where both are in it
    """
    draft.put("layout", "one_row_a_pulse", "a row for each pulse, and something tells its polarity")
    blocks = []
    for look, of_file, polarity in zip(looks, meant, polarities, strict=True):
        blocks.append(_columns(draft, look, of_file, polarity, answers))
    draft.content["columns"] = blocks[0]
    for look, block in zip(looks[1:], blocks[1:], strict=True):
        if block != blocks[0]:
            draft.content.setdefault("per_file", {}).setdefault(look.path.name, {})["columns"] = block
    if polarities[0] is None:
        _polarity(draft, looks[0], meant[0], blocks[0], answers)
    elif (none := answers.get("none")) is not None:
        draft.content["polarity"] = {"none": _codes(none)}
    first = answers.get("first-read")
    if first is not None:
        if first not in ("before", "after"):
            raise PulseFileError(f"first-read is {first!r}, expected before or after.")
        draft.put("first_read", first, "as answered")


def _columns(draft: Draft, look: Look, meant: list[Meant], polarity: bool | None, answers: Answers) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    used: set[int] = set()
    for key in ("device", "cycle", "pulse", "polarity", "amplitude", "width", "current"):
        mine = [m for m in meant if m.meaning == key]
        if key == "polarity" and polarity is not None and answers.get("none") is None:
            continue
        if not mine:
            continue
        m = _one(look, key, mine)
        used.add(m.at)
        columns[key] = look.key(m.at)
        draft.reasons.append(f"columns.{key}: {m.title}, {m.why}")
        if key in _SIDE_UNITS:
            columns[key] = {"name": look.key(m.at), "units": _side_units(look, key, m, answers)}
    reads = _reads(draft, look, meant, answers, columns)
    used |= reads
    unused = [
        m.title for m in meant if m.at not in used and m.meaning not in ("empty", "read_voltage", "ignore", "units")
    ]
    if unused:
        draft.reasons.append(f"columns: not used: {', '.join(unused[:12])}" + (" …" if len(unused) > 12 else ""))
    return columns


def _one(look: Look, key: str, mine: list[Meant]) -> Meant:
    """The column of a meaning; what the user said wins, then a column with units, then the first."""
    said = [m for m in mine if m.by == "user"]
    if len(said) > 1:
        raise PulseFileError(f"{look.path}: {key} is said to be {' and '.join(m.title for m in said)}, expected one.")
    if said:
        return said[0]
    if key in ("cycle", "pulse"):
        counting = [m for m in mine if m.facts.counter]
        return (counting or mine)[0]
    if key == "amplitude" and len(mine) > 1:
        both = [m for m in mine if (m.facts.known > 0).any() and (m.facts.known < 0).any()]
        changing = [m for m in mine if not m.facts.constant]
        return (both or changing or mine)[0]
    return mine[0]


def _side_units(look: Look, key: str, m: Meant, answers: Answers) -> str:
    unit, quantities = _SIDE_UNITS[key]
    if m.facts.units is not None and UNITS[m.facts.units][0] in quantities:
        return m.facts.units
    answer = answers.ask(
        f"{key}-units", f"Units of column {m.title} ({unit}, m{unit}, …)", f"{look.path}: no heading names the units"
    )
    found = canonical(answer)
    if found is None or UNITS[found][0] not in quantities:
        raise PulseFileError(f"{look.path}: {key}-units is {answer!r}, expected {unit}, m{unit} or the like.")
    return found


def _reads(draft: Draft, look: Look, meant: list[Meant], answers: Answers, columns: dict[str, Any]) -> set[int]:
    """Name the columns of reads in `columns`; returns their positions."""
    sides = {key: [m for m in meant if m.meaning == key] for key in ("before", "after")}
    single = [m for m in meant if m.meaning == "read"]
    changes = [m for m in meant if m.meaning == "change"]
    if not any(sides.values()) and not single and len(changes) == 1:
        columns["change"] = {
            "name": look.key(changes[0].at),
            "units": read_units(look, changes, answers)[changes[0].at],
        }
        draft.content["start_S"] = start_S(look, answers)
        draft.reasons.append(f"columns.change: {changes[0].title} is the change by each pulse")
        return {changes[0].at}
    if any(sides.values()):
        several = len(sides["after"]) > 1 and not sides["before"]
        if not several:
            chosen = {key: _one(look, key, mine) for key, mine in sides.items() if mine}
            units = read_units(look, list(chosen.values()), answers, meant)
            for key, m in chosen.items():
                columns[key] = {"name": look.key(m.at), "units": units[m.at]}
                draft.reasons.append(f"columns.{key}: {m.title}, {m.why}; units {units[m.at]}")
            return {m.at for m in chosen.values()}
        single = sides["after"]
    if not single:
        shown = ", ".join(f"{m.title} ({m.meaning})" for m in meant[:12])
        raise PulseFileError(
            f"{look.path}: none of its columns is a read: {shown}. Name it with --column after=NAME, by its heading "
            "or its number, and --column before=NAME where there is a read before the pulse too."
        )
    units = read_units(look, single, answers, meant)
    if len(single) == 1:
        m = single[0]
        columns["after"] = {"name": look.key(m.at), "units": units[m.at]}
        draft.reasons.append(f"columns.after: {m.title}, {m.why}; units {units[m.at]}")
        return {m.at}
    if pair := _pair(single):
        for key, m in zip(("before", "after"), pair, strict=True):
            columns[key] = {"name": look.key(m.at), "units": units[m.at]}
            draft.reasons.append(f"columns.{key}: {m.title}: the read after a pulse is the one before the next")
        return {m.at for m in pair}
    _several(draft, look, single, units, answers, columns)
    return {m.at for m in single}


def _pair(single: list[Meant]) -> tuple[Meant, Meant] | None:
    """Two columns of which one repeats the other a row later: reads before and after."""
    if len(single) != 2:
        return None
    one, other = single
    for before, after in ((one, other), (other, one)):
        a, b = before.facts.values, after.facts.values
        if a.size == b.size > 5 and np.mean(a[1:] == b[:-1]) > _ALIKE:
            return before, after
    return None


def _several(
    draft: Draft, look: Look, single: list[Meant], units: dict[int, str], answers: Answers, columns: dict[str, Any]
) -> None:
    """Several columns of reads beside the pulses: of a device each, or of one state."""
    titles = ", ".join(m.title for m in single[:6]) + (f" … ({len(single)})" if len(single) > 6 else "")
    answer = answers.ask(
        "columns-are",
        f"What are the {len(single)} columns of reads {titles}: devices (one each), repeats (reads of one state, whose "
        "mean is taken), or is one of them alone the read (--column after=NAME)",
        f"{look.path}: {len(single)} columns could be reads, and nothing tells them apart",
        "repeats" if _repeat(single) else "devices",
    )
    if answer not in ("devices", "repeats"):
        raise PulseFileError(f"{look.path}: columns-are is {answer!r}, expected devices or repeats.")
    if len({UNITS[unit] for unit in units.values()}) > 1:
        raise PulseFileError(
            f"{look.path}: the reads {titles} have unlike units ({', '.join(sorted(set(units.values())))}), expected "
            "one: name the columns that are meant with --column after=NAME."
        )
    if answer == "repeats" and not _near(single):
        raise PulseFileError(
            f"{look.path}: the columns {titles} are said to be reads of one state, but they lie up to "
            f"{_apart(single):.2g} times apart, expected reads alike: are they devices (--columns-are devices)?"
        )
    columns["reads"] = {"columns": keys(look, single), "units": next(iter(units.values())), "are": answer}
    if answer == "repeats":
        draft.notes.append(f"the mean of {len(single)} reads of each state is taken ({titles})")
        draft.reasons.append(f"columns.reads: {len(single)} reads of one state, whose mean is taken: {titles}")
    else:
        draft.reasons.append(f"columns.reads: {len(single)} devices, a column each: {titles}")


def _apart(single: list[Meant]) -> float:
    """How many times the middle of the highest column lies above that of the lowest."""
    middles = np.abs([np.median(m.facts.known) for m in single])
    return float(middles.max() / max(middles.min(), 1e-300))


def _near(single: list[Meant]) -> bool:
    return _apart(single) < _REPEATS_APART


def _repeat(single: list[Meant]) -> bool:
    """Whether columns are near each other beside how far they move: a guess to show, never taken without a word."""
    sizes = {m.facts.values.size for m in single}
    if len(sizes) > 1:
        return False
    values = np.array([m.facts.values for m in single])
    middle = np.median(values, axis=0)
    offsets = np.median(values - middle, axis=1)
    return bool(np.abs(offsets).max() < 0.02 * float(np.ptp(middle)))


def start_S(look: Look, answers: Answers) -> float:
    """Conductance before the first pulse, where a file holds only changes."""
    answer = answers.ask(
        "start",
        "Conductance before the first pulse, with its unit, e.g. 9.3uS",
        f"{look.path}: it holds changes, no reads",
    )
    value = amount(answer, "conductance")
    if value is None or value <= 0:
        raise PulseFileError(f"{look.path}: start is {answer!r}, expected a conductance such as 9.3uS.")
    return value


# -- what tells the polarity -------------------------------------------------------------------------


def _polarity(draft: Draft, look: Look, meant: list[Meant], columns: dict[str, Any], answers: Answers) -> None:
    kinds_given = ("set", "reset", "read", "none")
    given = {kind: _codes(answer) for kind in kinds_given if (answer := answers.get(kind) or answers.asked.get(kind))}
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


def _codes(answer: str) -> list[str]:
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


def amplitude_of(heading: str) -> float | None:
    """The amplitude that a heading names: ``+0.90 V`` above a ramp; None for anything else."""
    found = re.search(r"([+-−]?\d+(?:\.\d+)?)\s*([munµ]?[VA])\b", heading.replace("−", "-"))
    return (
        None if found is None else amount(f"{found[1]}{found[2]}", "voltage" if found[2].endswith("V") else "current")
    )
