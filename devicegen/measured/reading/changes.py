"""Finished mean changes at each conductance, from their columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.cells import open_cells
from devicegen.measured.description.model import Description
from devicegen.measured.description.units import UNITS
from devicegen.pulses.record import FloatArray


def read_mean_changes(folder: Path, description: Description) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(n,) conductance, and mean change of a SET and of a RESET pulse there, as the file gives them [S]."""
    name = description.file_names()[0]
    of = description.of_file(name)
    table = open_cells(Path(folder) / name, of)
    assert of.columns_of_changes is not None
    columns = []
    for key in ("conductance", "set_change", "reset_change"):
        column = getattr(of.columns_of_changes, key)
        at = table.index(column.name, f"columns_of_changes.{key}")
        values = np.concatenate([table.numbers(block, at) for block in table.blocks()])
        columns.append(values * UNITS[column.units][1])
    order = np.argsort(columns[0])
    conductance, up, down = (values[order] for values in columns)
    if np.any(np.diff(conductance) <= 0):
        raise PulseFileError(f"{table.path}: a conductance comes twice, expected one mean change at each.")
    return conductance, up, down
