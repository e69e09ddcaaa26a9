"""What the numbers of a column look like, whatever its heading says: a counter, a clock, a constant, a ramp."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from devicegen.measured.reading.turning import turning_points
from devicegen.pulses.record import FloatArray

_EVEN = 0.02
_CLICKED = 0.3
"""Part of a step by which pulse numbers clicked off a figure may be off."""
_FEW = 8


@dataclass(frozen=True)
class Facts:
    """A column as it was seen.

    at      : its position from 0
    heading : what stands above it, all lines together; '' for nothing
    units   : what a line of units, or the heading, says; None for nothing
    meaning : what the heading says it is; None for nothing
    cells   : its cells that are not empty, in order
    values  : (n,) their numbers, NaN for words
    """

    at: int
    heading: str
    units: str | None
    meaning: str | None
    cells: list[str] = field(repr=False)
    values: FloatArray = field(repr=False)

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it."""
        return not self.cells

    @cached_property
    def words(self) -> bool:
        """Whether most of its cells are words."""
        return bool(self.cells) and bool(np.mean(np.isnan(self.values)) > 0.5)

    @cached_property
    def codes(self) -> list[str]:
        """Its different cells, in order of first sight."""
        return list(dict.fromkeys(self.cells))

    @cached_property
    def known(self) -> FloatArray:
        """Its numbers without NaN and without an instrument's overflow."""
        return self.values[np.isfinite(self.values) & (np.abs(self.values) < 1e30)]

    @cached_property
    def levels(self) -> int:
        """How many different numbers it holds."""
        return int(np.unique(self.known).size)

    @cached_property
    def constant(self) -> bool:
        """Whether it holds one number, but for the noise of an instrument that reads it back."""
        known = self.known
        if known.size < 2 or self.words:
            return False
        spread = float(np.quantile(known, 0.98) - np.quantile(known, 0.02))
        return self.levels == 1 or (spread <= 2e-3 * abs(float(np.median(known))) and self.levels < 0.5 * known.size)

    @cached_property
    def counter(self) -> bool:
        """Whether it counts 0, 1, 2, … or by another whole step, perhaps anew in each cycle, or as a click counts."""
        known = self.known
        if known.size < 3 or self.words or known.size < len(self.cells):
            return False
        steps = np.diff(known)
        whole = bool(np.all(known == np.round(known)))
        if whole:
            forward = steps[steps > 0]
            if forward.size < 0.5 * steps.size:
                return False
            step = float(np.median(forward))
            again = steps[steps <= 0]
            anew = bool(np.all(np.isin(known[1:][steps <= 0], [known[0], known[0] - step, 0.0, 1.0]) | (again == 0)))
            return bool(np.all(forward == step)) and anew and step <= 1000
        step = round(float(np.median(steps)))
        if step < 1 or abs(known[0]) > 10000:
            return False
        near = np.round(known / step - known[0] / step)
        off = np.abs((known - known[0]) / step - near)
        return bool(np.all(off < _CLICKED)) and bool(np.all(np.diff(near) == 1))

    @cached_property
    def clock(self) -> bool:
        """Whether its numbers go on by even steps, perhaps anew in each cycle."""
        known = self.known
        if known.size < 5 or self.words or self.levels < 5:
            return False
        steps = np.diff(known)
        step = float(np.median(steps))
        if step == 0:
            return False
        even = np.abs(steps - step) <= _EVEN * abs(step) + 1e-9 * float(np.abs(known).max())
        back = np.sign(steps) == -np.sign(step)
        return bool(np.mean(even) > 0.9) and bool(np.all(even | back)) and bool(np.sum(back) <= 0.1 * steps.size)

    @cached_property
    def rises_always(self) -> bool:
        """Whether each number is above the one before it, as times are."""
        known = self.known
        return known.size >= 5 and not self.words and bool(np.all(np.diff(known) > 0))

    @cached_property
    def spaced_by_factors(self) -> bool:
        """Whether its numbers grow by an even factor, as times of a retention test do."""
        known = self.known
        if known.size < 8 or np.any(known <= 0) or not self.rises_always:
            return False
        factors = np.diff(np.log(known))
        return bool(np.std(factors) < 0.2 * np.mean(factors)) and float(known[-1] / known[0]) > 20

    @cached_property
    def few_levels(self) -> bool:
        """Whether it holds a few numbers again and again, as amplitudes, widths and codes do."""
        return not self.words and self.known.size >= 6 and self.levels <= min(_FEW, self.known.size // 3)

    @cached_property
    def shape(self) -> str:
        """``rising``, ``falling``, ``turning``, ``flat`` or ``alternating``: how its numbers go, down the column."""
        known = self.known
        if known.size < 3:
            return "flat"
        if alternates(known):
            return "alternating"
        steps = np.diff(known)
        noise = 1.4826 * float(np.median(np.abs(steps - np.median(steps))))
        fifth = max(known.size // 5, 1)
        rise = float(np.median(known[-fifth:]) - np.median(known[:fifth]))
        span = float(np.ptp(known))
        turns = [at for at in turning_points(known) if 0.03 * known.size <= at <= 0.97 * known.size]
        if turns and span > 6 * noise and agreement(known) > 0.55:
            return "turning"
        if abs(rise) < 3 * noise or abs(rise) < 0.3 * span:
            return "flat" if not turns or agreement(known) < 0.5 else "turning"
        return "rising" if rise > 0 else "falling"


def agreement(values: FloatArray) -> float:
    """Share of steps that go the way of the step before: near 1 on ramps, a third in noise, 0 where two alternate."""
    steps = np.diff(values)
    steps = steps[steps != 0]
    if steps.size < 3:
        return 0.5
    return float(np.mean(np.sign(steps[1:]) == np.sign(steps[:-1])))


def alternates(values: FloatArray) -> bool:
    """Whether numbers jump to and fro between two levels, as the two states of an endurance test do."""
    if values.size < 6 or agreement(values) > 0.1:
        return False
    even, odd = values[0::2], values[1::2]
    low, high = (even, odd) if np.median(even) < np.median(odd) else (odd, even)
    gap = float(np.quantile(high, 0.1) - np.quantile(low, 0.9))
    return gap > max(float(np.std(low)), float(np.std(high)))
