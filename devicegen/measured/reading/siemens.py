"""Reads given as conductance, resistance, current or on an arbitrary scale, to siemens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from devicegen.errors import PulseFileError
from devicegen.measured.delimited import TextTable
from devicegen.measured.description.model import Description
from devicegen.measured.description.units import UNITS


def to_siemens(
    values: npt.NDArray[np.float64],
    units: str,
    description: Description,
    table: TextTable,
    column: int,
    lines: Sequence[int],
) -> npt.NDArray[np.float64]:
    """Conductance [S] of reads in `units`.

    Currents are divided by the read voltage, so they must have its sign.
    Raises PulseFileError, naming the line, where a conductance comes out as zero or negative.
    """
    quantity, factor = UNITS[units]
    with np.errstate(divide="ignore"):
        if quantity == "resistance":
            conductance = 1.0 / (values * factor)
        elif quantity == "current":
            assert description.read_voltage_V is not None
            conductance = values * factor / description.read_voltage_V
        elif quantity == "arbitrary":
            assert description.arbitrary_scale is not None
            scale = description.arbitrary_scale
            conductance = scale.zero_S + scale.unit_S * values
        else:
            conductance = values * factor
    bad = ~((conductance > 0) & np.isfinite(conductance))
    if bad.any():
        at = int(np.argmax(bad))
        raise PulseFileError(
            f"{table.path}: line {lines[at]}, column {table.title(column)}: {values[at]:g} {units} is a conductance of "
            f"{conductance[at]:g} S, expected one above zero."
        )
    return conductance
