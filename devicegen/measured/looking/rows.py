"""A proposal for files with one row a pulse: which columns are reads, and which code or sign raises the conductance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.description.units import UNITS, amount, canonical
from devicegen.measured.looking.answers import Answers
from devicegen.measured.looking.draft import Draft, keys, read_units
from devicegen.measured.looking.look import Look
from devicegen.measured.looking.meaning import Meant
from devicegen.measured.looking.polarity import codes_in, propose_polarity

_SIDE_UNITS = {"amplitude": ("V", ("voltage", "current")), "width": ("s", ("time",)), "current": ("A", ("current",))}
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
        propose_polarity(draft, looks[0], meant[0], blocks[0], answers)
    elif (none := answers.get("none")) is not None:
        draft.content["polarity"] = {"none": codes_in(none)}
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
