"""Sweeps of the amplitude or the width in one file: grouped, and never mixed into one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from devicegen.errors import PulseFileError
from devicegen.measured.cells import CellTable
from devicegen.measured.description.blocks import Pulses
from devicegen.pulses.record import BoolArray, FloatArray

_MOST_SHOWN = 8


@dataclass
class Sweep:
    """Chooses the pulses that the table is made of, block by block, and counts what the file holds.

    seen  : pulses of each level, by polarity ("set", "reset"), quantity ("amplitude", "width") and unit
    steps : pulses that are stronger, equal or weaker than the one before, by polarity
    """

    table: CellTable
    wanted: Pulses
    amplitude_unit: str = "V"
    seen: dict[tuple[str, str, str], Counter[float]] = field(default_factory=dict)
    steps: Counter[tuple[str, str]] = field(default_factory=Counter)

    def chosen(self, rows: dict[str, npt.NDArray], amplitude: FloatArray | None, width: FloatArray | None) -> BoolArray:
        """True for pulses of the wanted amplitude and width; all of them, where none is wanted.

        rows : ``is_set`` and ``idle`` of each row
        """
        is_set, idle = rows["is_set"], rows["idle"]
        chosen = np.ones(is_set.size, np.bool_)
        for name, mine in (("set", is_set & ~idle), ("reset", ~is_set & ~idle)):
            for key, unit, values in (("amplitude", self.amplitude_unit, amplitude), ("width", "s", width)):
                if values is None or not mine.any():
                    continue
                if key == "amplitude":
                    step = np.diff(np.abs(values[mine]))
                    for way, there in (("up", step > 0), ("down", step < 0)):
                        self.steps[name, way] += int(there.sum())
                levels, counts = np.unique(values[mine], return_counts=True)
                self.seen.setdefault((name, key, unit), Counter()).update(dict(zip(levels, counts, strict=True)))
                wanted = self._wanted(name, key, unit)
                if wanted is not None:
                    chosen &= ~mine | (np.abs(values - wanted) <= 1e-6 * np.abs(wanted))
        return chosen

    def rises(self, name: str) -> bool:
        """Whether the pulses of a polarity grow stronger one after the other, train by train."""
        return self.steps[name, "up"] > 3 * self.steps[name, "down"]

    def _wanted(self, name: str, key: str, unit: str) -> float | None:
        return getattr(getattr(self.wanted, name), f"{key}_{unit}")

    def _all(self, name: str, key: str) -> bool:
        return key == "amplitude" and getattr(self.wanted, name).amplitude == "all"

    def mixtures(self) -> Iterator[tuple[str, str, str, Counter[float]]]:
        """Polarity, quantity, unit and levels where there are several levels."""
        for (name, key, unit), levels in self.seen.items():
            if max(levels) - min(levels) > 1e-6 * max(map(abs, levels)):
                yield name, key, unit, levels

    def refuse_mixtures(self) -> None:
        """Refuse several levels without a choice among them, and a choice that the file does not hold."""
        for name, key, unit, levels in self.mixtures():
            if self._wanted(name, key, unit) is None and not self._all(name, key):
                raise PulseFileError(
                    f"{self.table.path}: {name.upper()} pulses of {len(levels)} {key}s: {shown(levels, unit)}; they "
                    f"are not mixed in one table: set pulse.{name}.{key}_{unit} to one of them"
                    + (
                        f", or pulse.{name}.amplitude to 'all' to take them as one scheme."
                        if key == "amplitude"
                        else "."
                    )
                )
        for (name, key, unit), levels in self.seen.items():
            wanted = self._wanted(name, key, unit)
            if wanted is not None and min(abs(level - wanted) for level in levels) > 1e-6 * abs(wanted):
                raise PulseFileError(
                    f"{self.table.path}: pulse.{name}.{key}_{unit} is {wanted:g}, but the {name.upper()} pulses have "
                    f"{', '.join(f'{level:g}' for level in sorted(levels)[:_MOST_SHOWN])} {unit}."
                )


def shown(levels: Counter[float], unit: str) -> str:
    """The levels and how many pulses each has; the outer ones of many."""
    if len(levels) > _MOST_SHOWN:
        low, high = min(levels), max(levels)
        return (
            f"{low:g} to {high:g} {unit} ({sum(levels.values())} pulses, {sum(levels.values()) / len(levels):.3g} each)"
        )
    return ", ".join(f"{level:g} {unit} ({n} pulses)" for level, n in sorted(levels.items())[:_MOST_SHOWN])
