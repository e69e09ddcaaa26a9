"""What was seen beside the jump-tables, kept in the table file for people to judge the tables by.

Networks do not use it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from devicegen.errors import TableError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

Labels = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class _Columns:
    """Columns of equal length; `LABELS` gives units and meaning of each."""

    LABELS: ClassVar[Labels] = {}

    def __post_init__(self) -> None:
        sizes = {name: np.shape(getattr(self, name)) for name in self.LABELS}
        if len(set(sizes.values())) != 1 or len(next(iter(sizes.values()))) != 1:
            raise TableError(f"{type(self).__name__}: columns of unequal shapes: {sizes}")

    @classmethod
    def of(cls, columns: dict[str, npt.NDArray[Any]]) -> Any:
        """From arrays of any number type; counts and indices become whole numbers."""
        whole = {field.name for field in fields(cls) if "IntArray" in str(field.type)}
        kinds = {name: np.int64 if name in whole else np.float64 for name in cls.LABELS}
        return cls(**{name: np.asarray(columns[name], kind) for name, kind in kinds.items()})


@dataclass(frozen=True)
class Trains(_Columns):
    """Conductance along trains of equal pulses: as measured, and as the jump-table makes them from equal starts.

    pulse   : (n,) pulses since the train's start, from 0
    count   : (n,) trains that are so long
    median, low, high                   : (n,) measured conductance [S] that half, 16% and 84% of them stay below
    table_median, table_low, table_high : (n,) the same of trains drawn from the table, pulse by pulse
    excess, excess_error : (n,) mean change of this pulse less the table's at the conductances it started from, and its
              standard error [S]: not zero where a device remembers its train; NaN at 0
    """

    pulse: IntArray
    count: IntArray
    median: FloatArray
    low: FloatArray
    high: FloatArray
    table_median: FloatArray
    table_low: FloatArray
    table_high: FloatArray
    excess: FloatArray
    excess_error: FloatArray

    LABELS: ClassVar[Labels] = {
        "pulse": ("1", "pulses since the start of the train"),
        "count": ("1", "trains that are so long"),
        "median": ("S", "median of the measured conductance"),
        "low": ("S", "16% quantile of the measured conductance"),
        "high": ("S", "84% quantile of the measured conductance"),
        "table_median": ("S", "median of trains drawn from the jump-table"),
        "table_low": ("S", "16% quantile of trains drawn from the jump-table"),
        "table_high": ("S", "84% quantile of trains drawn from the jump-table"),
        "excess": ("S", "mean change of this pulse beyond the table's at its conductances"),
        "excess_error": ("S", "standard error of excess"),
    }


@dataclass(frozen=True)
class SwitchingEnergy(_Columns):
    """Energy of a pulse against the conductance it starts from, one row for each bin of device and polarity.

    conductance : (n,) mean conductance of the bin [S]
    energy, energy_low, energy_high : (n,) median, 16% and 84% quantiles [J]
    count       : (n,) pulses of the bin
    is_set      : (n,) 1 SET, 0 RESET
    device      : (n,) index of the device
    cell_size   : (n,) edge or diameter of the device's cell [m]; NaN where it is not known
    """

    conductance: FloatArray
    energy: FloatArray
    energy_low: FloatArray
    energy_high: FloatArray
    count: IntArray
    is_set: IntArray
    device: IntArray
    cell_size: FloatArray

    LABELS: ClassVar[Labels] = {
        "conductance": ("S", "conductance before the pulse"),
        "energy": ("J", "median energy of a pulse"),
        "energy_low": ("J", "16% quantile of the energy"),
        "energy_high": ("J", "84% quantile of the energy"),
        "count": ("1", "pulses"),
        "is_set": ("1", "1: SET, 0: RESET"),
        "device": ("1", "index of the device"),
        "cell_size": ("m", "edge or diameter of the cell"),
    }
