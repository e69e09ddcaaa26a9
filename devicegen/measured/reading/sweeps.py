"""Sweeps of the amplitude or the width in one file: grouped, and never mixed into one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.delimited import TextTable
from devicegen.measured.description.blocks import Pulses
from devicegen.pulses.record import BoolArray, FloatArray

_MOST_SHOWN = 8


@dataclass
class Sweep:
    """Chooses the pulses that the table is made of, block by block, and counts what the file holds.

    seen : pulses of each level, by polarity ("set", "reset"), quantity ("amplitude", "width") and unit
    """

    table: TextTable
    wanted: Pulses
    seen: dict[tuple[str, str, str], Counter[float]] = field(default_factory=dict)

    def chosen(self, is_set: BoolArray, amplitude: FloatArray | None, width: FloatArray | None) -> BoolArray:
        """True for pulses of the wanted amplitude and width; all of them, where none is wanted."""
        chosen = np.ones(is_set.size, np.bool_)
        for name, mine in (("set", is_set), ("reset", ~is_set)):
            for key, unit, values in (("amplitude", "V", amplitude), ("width", "s", width)):
                if values is None or not mine.any():
                    continue
                levels, counts = np.unique(values[mine], return_counts=True)
                self.seen.setdefault((name, key, unit), Counter()).update(dict(zip(levels, counts, strict=True)))
                wanted = self._wanted(name, key, unit)
                if wanted is not None:
                    chosen &= ~mine | (np.abs(values - wanted) <= 1e-6 * np.abs(wanted))
        return chosen

    def _wanted(self, name: str, key: str, unit: str) -> float | None:
        return getattr(getattr(self.wanted, name), f"{key}_{unit}")

    def mixtures(self) -> Iterator[tuple[str, str, str, Counter[float]]]:
        """Polarity, quantity, unit and levels where there are several levels."""
        for (name, key, unit), levels in self.seen.items():
            if max(levels) - min(levels) > 1e-6 * max(map(abs, levels)):
                yield name, key, unit, levels

    def refuse_mixtures(self) -> None:
        """Refuse several levels without a choice among them, and a choice that the file does not hold."""
        for name, key, unit, levels in self.mixtures():
            if self._wanted(name, key, unit) is None:
                raise PulseFileError(
                    f"{self.table.path}: {name.upper()} pulses of {len(levels)} {key}s: {shown(levels, unit)}; they "
                    f"are not mixed in one table: set pulse.{name}.{key}_{unit} to one of them."
                )
        for (name, key, unit), levels in self.seen.items():
            wanted = self._wanted(name, key, unit)
            if wanted is not None and min(abs(level - wanted) for level in levels) > 1e-6 * abs(wanted):
                raise PulseFileError(
                    f"{self.table.path}: pulse.{name}.{key}_{unit} is {wanted:g}, but the {name.upper()} pulses have "
                    f"{', '.join(f'{level:g}' for level in sorted(levels)[:_MOST_SHOWN])} {unit}."
                )


def shown(levels: Counter[float], unit: str) -> str:
    """The levels and how many pulses each has."""
    return ", ".join(f"{level:g} {unit} ({n} pulses)" for level, n in sorted(levels.items())[:_MOST_SHOWN])
