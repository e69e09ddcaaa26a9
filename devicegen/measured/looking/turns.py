"""A proposal for reads that go up and down by turns: how many pulses each way, or where the turns are found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.description.blocks import Turns
from devicegen.measured.looking.answers import Answers
from devicegen.measured.looking.draft import Draft
from devicegen.measured.reading.turning import regular_turns, rising_pulses, turning_points
from devicegen.pulses.record import FloatArray

_SLACK = 3
"""Pulses by which noise may move a turning point away from where the pulses turned."""


def propose_turns(
    draft: Draft, where: str, reads: Sequence[tuple[str, FloatArray]], answers: Answers
) -> dict[str, Any] | str:
    """Value of the key ``turns``: what is answered, or what the reads themselves tell.

    reads : title and conductance, in any unit, of each column that turns
    """
    given = answers.get("turns")
    longest = max((values for _, values in reads), key=len)
    if given is None:
        found = regular_turns(longest)
        if found is not None and all(_agrees(values, found) for _, values in reads):
            draft.reasons.append(f"turns: {_said(found)}, found in the reads")
            draft.notes.append(f"{_said(found)}, by turns: found in the reads; --turns says it otherwise")
            return found.model_dump()
        draft.reasons.append("turns: found in the reads: the numbers of pulses up and down are not the same each time")
        draft.notes.append(
            f"the pulses turn at {_places(longest)} (found in the reads, after unlike numbers of pulses)"
        )
        return "found"
    if given.strip() == "found":
        draft.reasons.append("turns: found in the reads, as answered")
        draft.notes.append(f"the pulses turn at {_places(longest)} (found in the reads)")
        return "found"
    turns = _counted(where, given, longest, answers)
    for title, values in reads:
        if not _agrees(values, turns):
            raise PulseFileError(
                f"{where}: {title} does not turn after {given.replace(',', ' pulses up and ')} down: its highest and "
                f"lowest reads are at {_places(values)}. Give other --turns, or --turns found."
            )
    draft.reasons.append(f"turns: {_said(turns)}, as answered")
    return turns.model_dump()


def _counted(where: str, given: str, reads: FloatArray, answers: Answers) -> Turns:
    """The counts of an answer such as 60,60, which come first, and whether a read came before all pulses."""
    parts = given.replace(" ", "").split(",")
    if len(parts) == 1:
        parts *= 2
    if len(parts) != 2 or not all(part.isdigit() and int(part) > 0 for part in parts):
        raise PulseFileError(f"{where}: turns is {given!r}, expected pulses up and pulses down, e.g. 60,60, or found.")
    up, down = map(int, parts)
    first = answers.get("first-read")
    if first is not None and first not in ("before", "after"):
        raise PulseFileError(f"{where}: first-read is {first!r}, expected before or after.")
    begins: Literal["up", "down"] = "up"
    best: tuple[float, Turns] | None = None
    points = turning_points(reads)
    if points:
        begins = "up" if reads[points[0]] > reads[0] else "down"
    whole = (up + down) if reads.size % (up + down) == 0 else None
    for when in ("before", "after"):
        if first is not None and when != first:
            continue
        turns = Turns(up=up, down=down, begins=begins, first_read=when)
        signs = np.where(rising_pulses(reads, turns), 1.0, -1.0)
        score = float(signs @ np.nan_to_num(np.diff(reads)))
        exact = (reads.size - 1) % (up + down) == 0 if when == "before" else whole is not None
        score *= 1 + 1e-3 * exact
        if best is None or score > best[0]:
            best = (score, turns)
    assert best is not None
    return best[1]


def _agrees(reads: FloatArray, turns: Turns) -> bool:
    """Whether the reads turn where the counts say, but for noise."""
    signs = rising_pulses(reads, turns)
    expected = np.flatnonzero(np.diff(signs.astype(int)) != 0) + 1
    found = np.array(turning_points(reads))
    slack = max(_SLACK, 0.1 * min(turns.up, turns.down))
    inner = expected[(expected > 2 * slack) & (expected < signs.size - 2 * slack)]
    if found.size == 0:
        return inner.size == 0
    return bool(all(np.abs(found - at).min() <= slack for at in inner)) and bool(
        expected.size == 0
        or all(np.abs(expected - at).min() <= slack for at in found if slack < at < signs.size - slack)
    )


def _said(turns: Turns) -> str:
    first, second = ("up", "down") if turns.begins == "up" else ("down", "up")
    a, b = getattr(turns, first), getattr(turns, second)
    when = "the first read is before any pulse" if turns.first_read == "before" else "each read is after its pulse"
    return f"{a} pulses {first}, {b} {second} ({when})"


def _places(reads: FloatArray) -> str:
    points = turning_points(reads)
    shown = ", ".join(str(at + 1) for at in points[:8])
    return f"read {shown}{' …' if len(points) > 8 else ''}" if points else "no read"
