"""table.txt: averages and scalars, one row at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from devicegen.engine.output.numbers import go_float, go_float32
from devicegen.errors import ScriptError


class Column(Protocol):
    """What can be a column, or several, of the table."""

    name: str
    unit: str
    components: int

    def average_values(self) -> Sequence[float]:
        """One number for each component."""
        ...


class Table:
    """The data table of one run; the file appears with the first row.

    Rows go to the file as they come, so that a run that is ended leaves whole rows behind.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.columns: list[Column] = []
        self._stream = None

    def add(self, column: Column) -> None:
        """Append a column. Raises ScriptError once the first row is written."""
        if self._stream is not None:
            raise ScriptError(f"found tableAdd of {column.name} after the first row, expected it before")
        self.columns.append(column)

    def save(self, time_s: float) -> None:
        """Write one row.

        Raises FloatingPointError if an average is not a number: the run has failed.
        """
        cells = [go_float(time_s)]
        for column in self.columns:
            for value in column.average_values():
                if math.isnan(value):
                    raise FloatingPointError(f"the average of {column.name} is NaN at t = {go_float(time_s)} s")
                cells.append(go_float32(value))
        self._write("\t".join(cells))

    def note(self, text: str) -> None:
        """Write a line of the user's own between the rows."""
        self._write(text)

    def close(self) -> None:
        """Close the file, if one was begun."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _write(self, line: str) -> None:
        if self._stream is None:
            self._stream = open(self.path, "w", encoding="utf-8", newline="\n")  # noqa: SIM115
            self._stream.write(self._header() + "\n")
        self._stream.write(line + "\n")
        self._stream.flush()

    def _header(self) -> str:
        cells = ["# t (s)"]
        for column in self.columns:
            names = (
                [column.name] if column.components == 1 else [column.name + "xyz"[c] for c in range(column.components)]
            )
            cells += [f"{name} ({column.unit})" for name in names]
        return "\t".join(cells)
