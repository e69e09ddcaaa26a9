"""A proposal for ``device.yaml``, from a look at the pulse files: each value with its reason.

What the files do not tell is asked for, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.description.units import UNITS, canonical
from devicegen.measured.looking.answers import Answers, Said
from devicegen.measured.looking.draft import Draft, ask_for_scales
from devicegen.measured.looking.lines import first_read, propose_lines
from devicegen.measured.looking.look import Look, look_at
from devicegen.measured.looking.meaning import Meant, meanings
from devicegen.measured.looking.rows import propose_rows
from devicegen.measured.looking.tables import is_change_table, is_lookup, propose_lookups, propose_mean_changes
from devicegen.measured.looking.traces import exchanged, propose_ramps
from devicegen.measured.looking.voltages import ask_for_levels, refuse_sweeps

_LAYOUTS = ("pulses", "ramps", "turns", "traces", "events", "tables", "mean_changes")


def propose(
    paths: Sequence[Path], resets: Sequence[Path], name: str, answers: Answers
) -> tuple[Draft, list[Look], list[list[Meant]]]:
    """Content of ``device.yaml`` for pulse files, the reasons for what it says, and what was seen of each file.

    paths   : the pulse files, or those of SET where `resets` are the others
    name    : the device's name
    answers : what the files do not tell
    """
    draft = Draft({"device": name})
    _origin(draft, paths, answers)
    if answers.get("layout") == "tables" or all(is_lookup(path) for path in [*paths, *resets]):
        propose_lookups(draft, paths, resets)
        return draft, [], []
    looks = [look_at(path, answers) for path in [*paths, *resets]]
    _where(draft, looks)
    said = answers.columns()
    _check_files(said, looks)
    meant = [meanings(look, said) for look in looks]
    for look in looks:
        draft.notes += look.notes
    if answers.show is not None:
        answers.show(looks, meant)
    try:
        _layout(draft, looks, meant, len(resets), answers)
    except PulseFileError as error:
        raise NotTold(str(error), looks, meant) from error
    return draft, looks, meant


class NotTold(PulseFileError):
    """What the files do not tell, or tell otherwise, with what was seen of them until then."""

    def __init__(self, message: str, looks: list[Look], meant: list[list[Meant]]) -> None:
        super().__init__(message)
        self.looks, self.meant = looks, meant


def _origin(draft: Draft, paths: Sequence[Path], answers: Answers) -> None:
    where = " and ".join(map(str, paths))
    why = f"{where}: it does not tell"
    draft.content["synthetic"] = answers.yes(
        "synthetic", "Were these pulses made up or simulated rather than measured", why
    )
    draft.content["source"] = answers.ask("source", "Who measured them, where are they described", why)
    draft.content["licence"] = answers.ask("licence", "Licence of the data", why)


def _check_files(said: Sequence[Said], looks: Sequence[Look]) -> None:
    names = [look.path.name for look in looks]
    for one in said:
        if one.file is not None and one.file not in names:
            raise PulseFileError(
                f"--column {one.file}:{one.meaning}={one.name}: no such file among {', '.join(names)}."
            )


def _where(draft: Draft, looks: Sequence[Look]) -> None:
    """Where the cells of each file stand; what differs from the first file is said of that file."""
    draft.content |= {"layout": "", "files": {}}
    draft.content |= looks[0].where
    draft.reasons += looks[0].reasons
    for look in looks[1:]:
        own = {key: value for key, value in look.where.items() if looks[0].where.get(key) != value}
        for key in set(looks[0].where) - set(look.where):
            own[key] = [] if key == "parts" else None
        if own:
            draft.content.setdefault("per_file", {})[look.path.name] = own
            draft.reasons += [f"{look.path.name}: {reason}" for reason in look.reasons]


def _layout(draft: Draft, looks: list[Look], meant: list[list[Meant]], n_resets: int, answers: Answers) -> None:
    wanted = answers.get("layout")
    if wanted is not None and wanted not in _LAYOUTS:
        raise PulseFileError(f"layout is {wanted!r}, expected one of {', '.join(_LAYOUTS)}.")
    files = [look.path.name for look in looks]
    draft.content["files"] = {"pulses": files[0] if len(files) == 1 else files}
    single, of_first = looks[0], meant[0]
    if wanted == "mean_changes" or (wanted is None and len(looks) == 1 and is_change_table(single, of_first)):
        propose_mean_changes(draft, single, of_first, answers)
        _finish(draft, looks, answers)
        return
    starts = [_traces(look, of_file, wanted) for look, of_file in zip(looks, meant, strict=True)]
    if starts[0] is not None:
        if len(looks) > 1:
            raise PulseFileError(f"{looks[1].path}: traces along lines are read from one file, expected one file.")
        propose_lines(draft, single, of_first, starts[0], answers)
        _finish_reads(draft, looks, meant, answers)
        return
    for look, of_file in zip(looks, meant, strict=True):
        refuse_sweeps(look, of_file)
    polarities = _polarities(draft, looks, meant, n_resets, wanted, answers)
    if polarities is not None:
        propose_rows(draft, looks, meant, polarities, answers)
    else:
        if _needs_a_word(looks, meant, wanted):
            shown = "; ".join(_shown(of_file) for of_file in meant)
            raise PulseFileError(
                f"{single.path}: no heading says what its columns are, and they do not look alike ({shown}). Name "
                "them with --column MEANING=NUMBER, once each: device, cycle, pulse, polarity, amplitude, width, "
                "before, after, current, ignore, or set, reset, turns for whole ramps; e.g. --column polarity=2 "
                "--column after=6."
            )
        given = [at < len(looks) - n_resets if n_resets else None for at in range(len(looks))]
        propose_ramps(draft, looks, meant, given, answers)
        sides = [
            tuple(draft.content.get("per_file", {}).get(f, {}).get("ramp_columns", draft.content["ramp_columns"]))
            for f in files
        ]
        _files_of_polarity(draft, files, sides)
    _finish_reads(draft, looks, meant, answers)


def _shown(meant: Sequence[Meant]) -> str:
    parts = []
    for m in meant[:12]:
        known = m.facts.known
        values = f"{known.min():g} to {known.max():g}" if known.size else ", ".join(m.facts.codes[:3])
        parts.append(f"{m.at + 1}: {values}, {m.meaning}")
    return "; ".join(parts)


def _traces(look: Look, meant: list[Meant], wanted: str | None) -> int | None:
    if wanted == "traces":
        return first_read(look) or 0
    if wanted is not None or any(m.by == "user" and m.meaning not in ("device", "polarity", "ignore") for m in meant):
        return None
    return first_read(look)


def _polarities(
    draft: Draft, looks: list[Look], meant: list[list[Meant]], n_resets: int, wanted: str | None, answers: Answers
) -> list[bool | None] | None:
    """Polarity of each file where they hold rows of pulses, None for both; None altogether where they hold ramps."""
    if wanted in ("ramps", "turns"):
        return None
    told = [_tells_polarity(look, of_file, answers) for look, of_file in zip(looks, meant, strict=True)]
    rows = wanted in ("pulses", "events")
    if all(told):
        return [None for _ in looks]
    both_reads = [{"before", "after"} <= {m.meaning for m in of_file} for of_file in meant]
    levels = [any(m.meaning in ("amplitude", "width") and not m.facts.constant for m in of_file) for of_file in meant]
    if len(looks) > 1 and not any(told) and (all(both_reads) or all(levels) or rows):
        up = _which_raises(looks, meant, n_resets, answers)
        _files_of_polarity(draft, [look.path.name for look in looks], [("set",) if one else ("reset",) for one in up])
        return list(up)
    if len(looks) == 1 and both_reads[0]:
        raise PulseFileError(
            f"{looks[0].path}: it has reads before and after each pulse, and nothing tells SET from RESET: name the "
            "column that does with --column polarity=NAME or --column amplitude=NAME."
        )
    if rows:
        raise PulseFileError(
            f"{looks[0].path}: nothing tells SET from RESET; name the column with --column polarity=NAME."
        )
    return None


def _tells_polarity(look: Look, meant: list[Meant], answers: Answers) -> bool:
    """Whether a column tells SET from RESET: by codes, or by the sign of the amplitude."""
    if any(m.meaning == "polarity" for m in meant):
        return True
    if ask_for_levels(look, meant, answers):
        return True
    amplitudes = [m for m in meant if m.meaning == "amplitude"]
    return any(bool((m.facts.known > 0).any() and (m.facts.known < 0).any()) for m in amplitudes)


def _which_raises(looks: list[Look], meant: list[list[Meant]], n_resets: int, answers: Answers) -> list[bool]:
    """Which of the files are of SET: those given as such, unless their reads say the opposite."""
    given = [at < len(looks) - n_resets for at in range(len(looks))] if n_resets else None
    rises = []
    for of_file in meant:
        reads = {m.meaning: m.facts.values for m in of_file if m.meaning in ("before", "after", "read")}
        units = next((m.facts.units for m in of_file if m.meaning in ("before", "after", "read")), None)
        units = units or canonical(answers.get("units") or "")
        if {"before", "after"} <= set(reads) and reads["before"].size == reads["after"].size:
            change = float(np.nanmean(reads["after"] - reads["before"]))
        else:
            values = next(iter(reads.values()))
            change = float(np.nanmedian(np.diff(values)))
        rises.append(-change if units is not None and UNITS[units][0] == "resistance" else change)
    if given is not None:
        if np.mean(np.array(rises)[given]) < np.mean(np.array(rises)[~np.array(given)]):
            raise PulseFileError(exchanged(str(looks[0].path), "it", True))
        return given
    middle = float(np.mean(rises))
    return [rise > middle for rise in rises]


def _files_of_polarity(draft: Draft, files: Sequence[str], sides: Sequence[tuple[str, ...]]) -> None:
    """Files of one polarity each are listed under it."""
    kinds = [tuple(side for side in own if side in ("set", "reset", "turns")) for own in sides]
    if len(files) < 2 or any(kind not in (("set",), ("reset",)) for kind in kinds):
        return
    of_set = [name for name, kind in zip(files, kinds, strict=True) if kind == ("set",)]
    of_reset = [name for name, kind in zip(files, kinds, strict=True) if kind == ("reset",)]
    if not of_set or not of_reset:
        return
    draft.content["files"] = {
        "set": of_set[0] if len(of_set) == 1 else of_set,
        "reset": of_reset[0] if len(of_reset) == 1 else of_reset,
    }
    draft.reasons.append(f"files: the conductance rises in {', '.join(of_set)} and falls in {', '.join(of_reset)}")


def _needs_a_word(looks: list[Look], meant: list[list[Meant]], wanted: str | None) -> bool:
    """Whether columns without headings are of several kinds, so that taking some of them for ramps would be a guess."""
    for look, of_file in zip(looks, meant, strict=True):
        if look.headed or wanted is not None or any(m.by == "user" for m in of_file):
            continue
        odd = [m for m in of_file if m.meaning in ("levels", "constant", "words", "polarity")]
        reads = [m for m in of_file if m.meaning == "read"]
        if odd and reads or any(m.facts.shape == "flat" for m in reads):
            return True
    return False


def _finish_reads(draft: Draft, looks: list[Look], meant: list[list[Meant]], answers: Answers) -> None:
    every = [m for of_file in meant for m in of_file]
    ask_for_scales(draft, _units(draft.content), looks, every, answers)
    _finish(draft, looks, answers)


def _units(content: Any) -> list[str]:
    """All units of reads that a description names, wherever."""
    found: list[str] = []
    for block in (content, *content.get("per_file", {}).values()):
        units = block.get("ramp_units")
        found += list(units.values()) if isinstance(units, dict) else [units] if units else []
        columns = block.get("columns", {})
        found += [columns[key]["units"] for key in ("before", "after", "reads") if key in columns]
    return found


def _finish(draft: Draft, looks: list[Look], answers: Answers) -> None:
    """What holds for any layout: the range, and what becomes of bad reads."""
    if answers.get("skip-bad") is not None:
        draft.put("skip_bad", True, "as answered")
    chosen = answers.get("range")
    if chosen is None or chosen == "inner":
        return
    if chosen == "whole":
        draft.put("conductance_range", "whole", "as answered")
        return
    try:
        low, high = map(float, chosen.split(","))
    except ValueError:
        raise PulseFileError(f"range is {chosen!r}, expected inner, whole, or MIN,MAX in S.") from None
    draft.put("conductance_range", {"min_S": low, "max_S": high}, "as answered")
