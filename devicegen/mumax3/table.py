"""Reader of ``table.txt``, MuMax3's table of averages over time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen.errors import EngineError


@dataclass(frozen=True)
class Table:
    """The rows of a ``table.txt``.

    names  : names of the columns, e.g. ``t``, ``mx``
    units  : their units, e.g. ``s``, an empty string where there is none
    values : (rows, columns)
    """

    names: tuple[str, ...]
    units: tuple[str, ...]
    values: npt.NDArray[np.float64]

    def column(self, name: str) -> npt.NDArray[np.float64]:
        """(rows,) the values of the column `name`; raises KeyError if there is none."""
        if name not in self.names:
            raise KeyError(f"no column {name!r}, found {', '.join(self.names)}")
        return self.values[:, self.names.index(name)]


def read_table(path: Path) -> Table:
    """Read a ``table.txt``.

    Raises EngineError for a file without a header, without rows, or with a row that is cut off.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].startswith("# "):
        found = repr(lines[0][:40]) if lines else "an empty file"
        raise EngineError(f"{path}: line 1: found {found}, expected a header such as '# t (s)\\tmx ()'.")
    heads = [re.fullmatch(r"\s*(.+?)\s*\((.*)\)\s*", head) for head in lines[0][2:].split("\t")]
    if not all(heads):
        raise EngineError(f"{path}: line 1: found {lines[0]!r}, expected columns as 'name (unit)' between tabs.")
    names, units = zip(*((head[1], head[2]) for head in heads if head), strict=True)
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if line.startswith("#") or not line.strip():
            continue
        try:
            row = [float(field) for field in line.split()]
        except ValueError:
            row = []
        if len(row) != len(names):
            raise EngineError(
                f"{path}: line {number}: found {line[:60]!r}, expected {len(names)} numbers. "
                "The run was probably killed: delete the folder and run again."
            )
        rows.append(row)
    if not rows:
        raise EngineError(f"{path}: no rows below the header. The run was probably killed: run again.")
    return Table(names, units, np.array(rows))


def last_time_s(path: Path) -> float:
    """Time of the last whole row of a table that may still be growing [s]; 0 if there is none yet."""
    try:
        with open(path, "rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - 4096))
            lines = stream.read().decode("utf-8", "replace").splitlines(keepends=True)
    except OSError:
        return 0.0
    for line in reversed(lines):
        if line.endswith("\n") and not line.startswith("#") and line.strip():
            try:
                return float(line.split()[0])
            except ValueError:
                return 0.0
    return 0.0
