"""A proposal for files of ramps: a column each, or a line each, up, down or up and down by turns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.looking.answers import Answers, positions
from devicegen.measured.looking.draft import Draft, read_units
from devicegen.measured.looking.headings import amplitude_of, names_polarity
from devicegen.measured.looking.look import Look
from devicegen.measured.looking.meaning import Meant
from devicegen.measured.looking.ramps import Ramp, quoted, ramp_of, refuse_what_is_no_ramp
from devicegen.measured.looking.rows import start_S
from devicegen.measured.looking.turns import propose_turns

_SIDES = ("set", "reset", "turns")
_AVERAGE = re.compile(r"\b(avg|mean|averaged?)\b", re.IGNORECASE)


def propose_ramps(
    draft: Draft,
    looks: Sequence[Look],
    meant: Sequence[list[Meant]],
    polarities: Sequence[bool | None],
    answers: Answers,
) -> None:
    """A column a ramp, of one file or several."""
    draft.put(
        "layout", "one_column_a_ramp", "columns of reads, and nothing beside them tells the polarity of each pulse"
    )
    ramps: list[list[Ramp]] = []
    for look, of_file in zip(looks, meant, strict=True):
        reads = [m for m in of_file if m.meaning in ("read", "before", "after", *_SIDES)]
        reads = reads or [m for m in of_file if m.meaning == "change"]
        if not reads:
            shown = ", ".join(f"{m.title} ({m.meaning})" for m in of_file[:12])
            raise PulseFileError(
                f"{look.path}: none of its columns is a read: {shown}. Name one with --column set=NAME, reset=NAME or "
                "turns=NAME, by its heading or its number."
            )
        _ask_whether_pulses(look, of_file, answers)
        units = read_units(look, reads, answers, of_file)
        if reads[0].meaning == "change":
            draft.put(
                "start_S", start_S(look, answers), "as answered; the column holds changes, which are added up from it"
            )
        ramps.append([ramp_of(look, m, units[m.at], draft.content.get("start_S")) for m in reads])
    ramps = [_of_amplitudes(draft, of_file, answers) for of_file in ramps]
    every = [ramp for of_file in ramps for ramp in of_file]
    refuse_what_is_no_ramp(every, answers)
    for look, of_file, mine, polarity in zip(looks, meant, ramps, polarities, strict=True):
        _traces_of_file(draft, look, of_file, mine, polarity, answers, first=look is looks[0])
    _one_polarity(draft, every, polarities)
    _note_unused(draft, meant)


def _ask_whether_pulses(look: Look, meant: list[Meant], answers: Answers) -> None:
    """Lines that are moments in time need not be pulses."""
    times = [m for m in meant if m.meaning == "time" or (m.meaning == "pulse" and m.facts.spaced_by_factors)]
    counted = any(m.meaning == "pulse" and m.facts.counter for m in meant)
    if not times or counted or answers.get("turns") is not None:
        return
    at = times[0].title
    why = (
        f"{look.path}: its lines are moments in time ({at}), and nothing says that a pulse was given between them: a "
        "retention or drift test looks the same"
    )
    if not answers.yes("pulse-between-lines", "Was one pulse given between each two lines", why):
        raise PulseFileError(
            f"{look.path}: its lines are moments in time ({at}) and no pulse was given between them, as in a "
            "retention test: a jump-table is made of pulses, expected reads before and after each."
        )


def _of_amplitudes(draft: Draft, ramps: list[Ramp], answers: Answers) -> list[Ramp]:
    """Where headings name amplitudes, the ramps of those that are asked for."""
    amplitudes = {
        ramp.meant.at: amplitude_of(ramp.meant.facts.heading) for ramp in ramps if ramp.meant.facts.heading[:1]
    }
    named = [
        ramp
        for ramp in ramps
        if amplitudes.get(ramp.meant.at) is not None and ramp.meant.facts.heading[0] in "+-−.0123456789"
    ]
    if len(named) < len(ramps) or len({amplitudes[ramp.meant.at] for ramp in ramps}) < 2:
        return ramps
    chosen: list[Ramp] = []
    for side, shape in (("set", "rising"), ("reset", "falling")):
        mine = [ramp for ramp in ramps if ramp.shape == shape]
        levels = {f"{amplitudes[ramp.meant.at]:g}" for ramp in mine}
        if len(levels) < 2:
            chosen += mine
            continue
        shown = ", ".join(ramp.title for ramp in mine)
        where = str(ramps[0].look.path)
        answer = answers.ask(
            f"{side}-amplitude",
            f"{side.upper()} ramps of {len(levels)} amplitudes ({shown}): which one",
            f"{where}: headings name amplitudes, which are not mixed in one table",
        )
        found = [ramp for ramp in mine if answer == "all" or _same_number(answer, amplitudes[ramp.meant.at])]
        if not found:
            raise PulseFileError(f"{where}: {side}-amplitude is {answer}, expected one of {shown}.")
        chosen += found
        draft.reasons.append(f"ramp_columns.{side}: of the amplitudes {shown}, {answer} as answered")
    return sorted(chosen, key=lambda ramp: ramp.meant.at)


def _same_number(answer: str, value: float | None) -> bool:
    try:
        return value is not None and abs(float(answer) - value) <= 1e-6 * abs(value)
    except ValueError:
        return False


def _traces_of_file(
    draft: Draft,
    look: Look,
    meant: list[Meant],
    ramps: list[Ramp],
    polarity: bool | None,
    answers: Answers,
    *,
    first: bool,
) -> None:
    """Columns of one file: set, reset, turns, and those that are listed backwards."""
    backwards = _backwards(look, ramps, answers)
    places: dict[str, list[str | int]] = {side: [] for side in _SIDES}
    for ramp in ramps:
        side = _side(ramp, polarity, ramp.meant.at in backwards)
        places[side].append(look.key(ramp.meant.at))
    columns: dict[str, Any] = {side: names for side, names in places.items() if names}
    if backwards:
        columns["backwards"] = [look.key(at) for at in backwards]
        draft.notes.append(
            f"{', '.join(ramp.title for ramp in ramps if ramp.meant.at in backwards)}: read from the last line to "
            "the first"
        )
    units = {look.key(ramp.meant.at): ramp.units for ramp in ramps}
    same = len(set(units.values())) == 1
    content: dict[str, Any] = {"ramp_columns": columns, "ramp_units": next(iter(units.values())) if same else units}
    if places["turns"]:
        turning = [ramp for ramp in ramps if look.key(ramp.meant.at) in places["turns"]]
        content["turns"] = propose_turns(draft, str(look.path), [(r.title, r.conductance) for r in turning], answers)
    if first:
        draft.content |= content
        draft.reasons.append(f"ramp_units: {', '.join(sorted(set(units.values())))}")
        for side, what in (("set", "rises"), ("reset", "falls"), ("turns", "goes up and down by turns")):
            if places[side]:
                shown = ", ".join(map(str, places[side][:8])) + (" …" if len(places[side]) > 8 else "")
                draft.reasons.append(f"ramp_columns.{side}: the conductance {what} in {shown}")
    else:
        own = {key: value for key, value in content.items() if draft.content.get(key) != value}
        if own:
            draft.content.setdefault("per_file", {}).setdefault(look.path.name, {}).update(own)
    groups = {m.meaning: m for m in meant if m.meaning in ("device", "cycle")}
    if groups and first:
        draft.content["columns"] = {key: look.key(m.at) for key, m in groups.items()}
    _whose(draft, look, ramps, places, answers)


def _backwards(look: Look, ramps: list[Ramp], answers: Answers) -> list[int]:
    given = answers.get("backwards")
    if given is None:
        return []
    headings = [column.heading for column in look.columns]
    mine = {ramp.meant.at for ramp in ramps}
    if not given.isdigit() and given not in headings and "," not in given:
        near = [ramp.meant.at for ramp in ramps if ramp.meant.facts.heading.casefold().startswith(given.casefold())]
        if near:
            return near
    return [at for at in positions(given, headings, f"{look.path}: --backwards") if at in mine]


def _side(ramp: Ramp, polarity: bool | None, backwards: bool) -> str:
    """SET, RESET or turns, as the user says or as the conductance goes in time; refuses names that say the opposite."""
    if ramp.meant.meaning in _SIDES:
        return ramp.meant.meaning
    if ramp.shape == "turning":
        return "turns"
    rises = (ramp.shape == "rising") != backwards
    if ramp.shape == "flat":
        fifth = max(ramp.conductance.size // 5, 1)
        rises = (np.nanmedian(ramp.conductance[-fifth:]) > np.nanmedian(ramp.conductance[:fifth])) != backwards
    named = names_polarity(ramp.meant.facts.heading)
    if named is not None and named != rises:
        says, does = ("potentiation", "falls") if named else ("depression", "rises")
        raise PulseFileError(
            f"{ramp.look.path}: {ramp.title} is called {says}, but the conductance {does} down the column: is it "
            f"listed against the time (--backwards {quoted(ramp)}), is it a resistance (--units 'kohm!'), or are "
            f"the names exchanged (--column {'reset' if named else 'set'}={quoted(ramp)})?"
        )
    if polarity is not None and polarity != rises:
        raise PulseFileError(exchanged(str(ramp.look.path), ramp.title, polarity))
    return "set" if rises else "reset"


def exchanged(path: str, title: str, of_set: bool) -> str:
    """What is wrong with a file that was given as that of one polarity and does the opposite."""
    given, does = ("SET", "falls") if of_set else ("RESET", "rises")
    return (
        f"{path}: was given as the file of {given}, but the conductance {does} in {title}: are the files exchanged, "
        "or is it a resistance (--units 'kohm!')?"
    )


def _whose(draft: Draft, look: Look, ramps: list[Ramp], places: dict[str, list[str | int]], answers: Answers) -> None:
    """Several columns that turn are devices, or cycles of one device."""
    given = answers.get("columns-are")
    if given is None and len(places["turns"]) < 2:
        return
    titles = ", ".join(ramp.title for ramp in ramps[:6])
    answer = given or answers.ask(
        "columns-are",
        f"What are the {len(ramps)} columns {titles}: devices (one each), or ramps (one after the other on one device)",
        f"{look.path}: {len(ramps)} columns of reads go up and down by turns",
        "devices",
    )
    if answer not in ("devices", "ramps", "repeats"):
        raise PulseFileError(f"{look.path}: columns-are is {answer!r}, expected devices, repeats or ramps.")
    if answer == "repeats":
        raise PulseFileError(
            f"{look.path}: columns-are is repeats, but nothing tells the pulses; name a polarity column with "
            "--column polarity=."
        )
    if answer == "devices":
        draft.content["a_column_is"] = "a_device"
        draft.reasons.append(f"a_column_is: {len(ramps)} devices, a column each")


def _one_polarity(draft: Draft, ramps: list[Ramp], polarities: Sequence[bool | None]) -> None:
    """Refuse ramps of one polarity only."""
    blocks = [draft.content, *draft.content.get("per_file", {}).values()]
    sides = {side for block in blocks for side in block.get("ramp_columns", {}) if block["ramp_columns"][side]}
    if "turns" in sides or {"set", "reset"} <= sides:
        return
    have, lacks = ("SET", "RESET") if "set" in sides else ("RESET", "SET")
    titles = ", ".join(ramp.title for ramp in ramps[:6])
    raise PulseFileError(
        f"{ramps[0].look.path}: only {have} was measured: the conductance {'rises' if have == 'SET' else 'falls'} in "
        f"{titles}, and there is no {lacks} pulse in the file. A table needs both polarities: measure {lacks} too "
        "and give its file with --reset, or describe a whole artificial device (kind: artificial in the "
        "configuration; docs/devices/measured.md)."
    )


def _note_unused(draft: Draft, meant: Sequence[list[Meant]]) -> None:
    unused: list[str] = []
    for of_file in meant:
        for m in of_file:
            if m.meaning in ("read", *_SIDES) and re.search(
                r"\b(avg|mean|average|averaged)\b", m.facts.heading.casefold()
            ):
                draft.notes.append(
                    f"{m.title} holds averages by its heading: how single pulses spread is no longer in it, so that "
                    "the table spreads less than the device does"
                )
            if m.meaning == "ignore":
                still = m.facts.shape == "flat"
                draft.notes.append(f"{m.title} is left out, as answered" + ("; it hardly changes" if still else ""))
            elif m.meaning in ("fit", "error"):
                what = "a model's curve" if m.meaning == "fit" else "an error"
                draft.notes.append(
                    f"{m.title} is not used: its heading says {'fit' if m.meaning == 'fit' else 'error'}, {what}, no "
                    "read"
                )
            elif m.meaning not in (
                "empty",
                "read",
                "before",
                "after",
                "device",
                "cycle",
                "units",
                "read_voltage",
                *_SIDES,
            ):
                unused.append(f"{m.title} ({m.meaning}: {m.why})")
    if unused:
        draft.reasons.append(f"not used: {', '.join(unused[:12])}" + (" …" if len(unused) > 12 else ""))
