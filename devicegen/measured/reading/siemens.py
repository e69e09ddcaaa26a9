"""Reads given as conductance, resistance, current or on an arbitrary scale, to siemens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from devicegen.measured.cells import CellTable
from devicegen.measured.description.model import Description
from devicegen.measured.description.units import UNITS

_HIGHEST_S = 1e6
"""No device conducts more; instruments write 9.9e37 where they overflow."""


def conductance_of(values: npt.NDArray[np.float64], units: str, description: Description) -> npt.NDArray[np.float64]:
    """Conductance [S] of reads in `units`; whatever it comes out as. Currents are divided by the read voltage."""
    quantity, factor = UNITS[units]
    with np.errstate(divide="ignore", over="ignore"):
        if quantity == "resistance":
            return 1.0 / (values * factor)
        if quantity == "current":
            assert description.read_voltage_V is not None
            return values * factor / description.read_voltage_V
        if quantity == "arbitrary":
            assert description.arbitrary_scale is not None
            scale = description.arbitrary_scale
            return scale.zero_S + scale.unit_S * values
        return values * factor


def to_siemens(
    values: npt.NDArray[np.float64],
    units: str,
    description: Description,
    table: CellTable,
    column: int,
    lines: Sequence[int],
) -> npt.NDArray[np.float64]:
    """Conductance [S] of reads in `units`, NaN where a bad read is left out.

    Currents are divided by the read voltage, so they must have its sign.
    Raises PulseFileError, naming the place, where a conductance comes out as zero, negative or beyond any device.
    """
    conductance = conductance_of(values, units, description)
    bad = ~((conductance > 0) & (conductance < _HIGHEST_S)) & ~np.isnan(values)
    for at in np.flatnonzero(bad):
        found = f"{values[at]:g} {units}, a conductance of {conductance[at]:g} S"
        high = conductance[at] >= _HIGHEST_S
        table.bad(
            table.place(lines[int(at)], column),
            found,
            "one that a device has: did the instrument overflow?" if high else "one above zero",
        )
    conductance[bad] = np.nan
    return conductance
