"""Energy of a pulse against the conductance it starts from (Fumarola 2016, Fig. 16)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from devicegen.evidence import SwitchingEnergy
from devicegen.pulses.record import PulseRecord

BINS = 12
FEWEST = 5
"""Pulses that a bin must hold to be shown."""

_QUANTILES = (0.158655, 0.5, 0.841345)


def switching_energy(record: PulseRecord, cell_size_m: Mapping[str, float]) -> SwitchingEnergy | None:
    """Energies of a record in bins of conductance, equally many pulses in each; None where none was measured.

    cell_size_m : edge or diameter of the cell of each device, where it is known
    """
    if record.energy_J is None:
        return None
    rows: dict[str, list[float]] = {name: [] for name in SwitchingEnergy.LABELS}
    for index, name in enumerate(record.device_names):
        for is_set in (True, False):
            mine = np.flatnonzero((record.device == index) & (record.is_set == is_set))
            order = mine[np.argsort(record.g_before_S[mine])]
            for part in np.array_split(order, BINS):
                if part.size < FEWEST:
                    continue
                low, middle, high = np.quantile(record.energy_J[part], _QUANTILES)
                size = cell_size_m.get(name, float("nan"))
                conductance = float(record.g_before_S[part].mean())
                values = (conductance, middle, low, high, part.size, int(is_set), index, size)
                for column, value in zip(rows.values(), values, strict=True):
                    column.append(value)
    return SwitchingEnergy.of({name: np.array(column) for name, column in rows.items()})
