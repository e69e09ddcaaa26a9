"""Reads up and down by turns in one list: which pulse raised, and where the turns are."""

from __future__ import annotations

from typing import Literal

import numpy as np

from devicegen.measured.description.blocks import Turns
from devicegen.pulses.record import BoolArray, FloatArray

_OF_THE_RANGE = 0.25
"""A turn is one where the reads go back by this part of what they span."""
_OF_A_STEP = 0.5
"""Noise moves the highest read away from the turn where pulses do little, not by more than this part of a pulse."""


def rising_pulses(reads_S: FloatArray, turns: Turns | Literal["found"]) -> BoolArray:
    """(n,) True where the pulse between two of the (n + 1,) reads is SET."""
    changes = max(reads_S.size - 1, 0)
    if turns != "found":
        return _counted(changes, turns)
    is_set = np.empty(changes, np.bool_)
    edges = [0, *turning_points(reads_S), changes]
    for first, last in zip(edges[:-1], edges[1:], strict=True):
        is_set[first:last] = reads_S[last] > reads_S[first]
    return is_set


def _counted(changes: int, turns: Turns) -> BoolArray:
    """Where a read came before all pulses, the first change is that of pulse 0, else that of pulse 1."""
    pulse = np.arange(changes) + (turns.first_read == "after")
    first, of_first = (turns.up, True) if turns.begins == "up" else (turns.down, False)
    return (pulse % (turns.up + turns.down) < first) == of_first


def turning_points(reads_S: FloatArray) -> list[int]:
    """Indices of the reads at which the conductance turns: highest and lowest reads by turns.

    A read is a turn once the reads after it have gone back by a quarter of what all reads span, so that noise turns
    nothing. NaN reads are passed over.
    """
    known = np.flatnonzero(np.isfinite(reads_S))
    if known.size < 3:
        return []
    enough = _OF_THE_RANGE * float(np.ptp(reads_S[known]))
    found: list[int] = []
    high = low = int(known[0])
    going = 0  # 1 up, -1 down, 0 not yet known
    for at in known[1:]:
        value = reads_S[at]
        if value > reads_S[high]:
            high = int(at)
        if value < reads_S[low]:
            low = int(at)
        if going >= 0 and reads_S[high] - value > enough:
            found += [high] if going > 0 or high > known[0] else []
            going, low = -1, int(at)
        elif going <= 0 and value - reads_S[low] > enough:
            found += [low] if going < 0 or low > known[0] else []
            going, high = 1, int(at)
    return found + _last_turn(reads_S, known, found, high if going > 0 else low, going)


def _last_turn(reads_S: FloatArray, known: np.ndarray, found: list[int], end: int, going: int) -> list[int]:
    """A turn shortly before the end: where the last ramp came as far as the others did, and all reads since go back."""
    same = found[-2::-2]
    after = reads_S[known[known >= end]]
    if not same or after.size < 3 or going == 0:
        return []
    level = float(np.median(reads_S[same]))
    near = abs(reads_S[end] - level) <= 0.1 * float(np.ptp(reads_S[known]))
    back = np.diff(after) * going < 0
    return [end] if near and bool(back.all()) else []


def regular_turns(reads_S: FloatArray) -> Turns | None:
    """The counts of pulses up and down that explain all reads, None where the turns come after unlike numbers.

    Noise moves the highest and the lowest read a little away from the turn, so counts within two of each other are
    taken for equal; of those near, the ones are chosen that go best with the direction of every change.
    """
    points = turning_points(reads_S)
    if not points:
        return None
    changes = reads_S.size - 1
    edges = [0, *points, changes]
    lengths = np.diff(edges)
    begins: Literal["up", "down"] = "up" if reads_S[points[0]] > reads_S[0] else "down"
    # the last ramp may have been stopped early, and the first may lack a pulse
    first = (
        [int(np.median(lengths[k : len(lengths) - (len(lengths) > 2) : 2])) for k in (0, 1)] if len(lengths) > 1 else []
    )
    if len(first) < 2 or len(lengths) < 2:
        return None
    delta = np.nan_to_num(np.diff(reads_S))
    best: tuple[float, int, int, Literal["before", "after"]] | None = None
    for a in range(max(first[0] - 2, 1), first[0] + 4):
        for b in range(max(first[1] - 2, 1), first[1] + 4):
            for when in ("before", "after"):
                up, down = (a, b) if begins == "up" else (b, a)
                signs = np.where(_counted(changes, Turns(up=up, down=down, begins=begins, first_read=when)), 1, -1)
                score = float(signs @ delta)
                if best is None or score > best[0] * (1 + 1e-9):
                    best = (score, a, b, when)
    assert best is not None
    _, a, b, when = best
    expected = np.cumsum([a, b] * len(points))[: len(points)] - (when == "after")
    if np.abs(expected - np.array(points)).max() > 2 or expected[-1] > changes:
        return None
    typical = float(np.nanmedian(np.abs(delta)))
    moved = np.abs(reads_S[expected] - reads_S[points])
    if not np.all(moved <= _OF_A_STEP * typical):
        return None  # where the pulses turned a whole step is missing: the counts are not the same each time
    up, down = (a, b) if begins == "up" else (b, a)
    return Turns(up=up, down=down, begins=begins, first_read=when)
