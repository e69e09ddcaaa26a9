"""Jump-tables of a record of pulses: one pair of all its devices together, and one pair for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from devicegen.pulses.estimate import Estimate, Grid, estimate_table, make_grid
from devicegen.pulses.histogram import by_device
from devicegen.pulses.noise import NoiseModel
from devicegen.pulses.record import MIN_OWN_PULSES, FloatArray, PulseRecord
from devicegen.pulses.uneven import is_uneven, uneven_table
from devicegen.table import Coverage, JumpTable

_BLOCK = 1 << 18
POLARITIES = (("set", True), ("reset", False))


@dataclass(frozen=True)
class DeviceJumpTables:
    """What the pulses of a record say.

    set, reset : estimates from the pulses of all devices, with the bands of their CDFs
    per_device : SET and RESET tables of each device that has enough pulses, on the same grids, without bands
    skipped    : names of the devices that have too few; a record of one device has neither
    """

    set: Estimate
    reset: Estimate
    per_device: dict[str, tuple[JumpTable, JumpTable]]
    skipped: tuple[str, ...]

    @property
    def jump_set(self) -> JumpTable:
        """SET table of all devices together."""
        return self.set.table

    @property
    def jump_reset(self) -> JumpTable:
        """RESET table of all devices together."""
        return self.reset.table

    def residual_S(self, record: PulseRecord) -> FloatArray:
        """Change of each pulse less the mean at its conductance, of its own device where that has a table [S]."""
        residual = record.delta_S
        pooled = (self.jump_set, self.jump_reset)
        means = [[(t.conductance, t.mean()) for t in self.per_device.get(n, pooled)] for n in record.device_names]
        for first in range(0, record.size, _BLOCK):
            part = slice(first, first + _BLOCK)
            for index in np.unique(record.device[part]):
                for (conductance, mean), (_, is_set) in zip(means[index], POLARITIES, strict=True):
                    mine = (record.device[part] == index) & (record.is_set[part] == is_set)
                    residual[part] -= np.where(mine, np.interp(record.g_before_S[part], conductance, mean), 0.0)
        return residual

    def stated(self) -> dict[str, Any]:
        """How the tables came about, for their provenance: one block for each polarity, and the devices."""
        of_polarity = {
            name: {
                "pulses": int(estimate.table.count.sum()),
                "mean_bandwidth_S": estimate.mean_bandwidth_S,
                "spread_bandwidth_S": estimate.spread_bandwidth_S,
                "rows_with_few_pulses": estimate.sparse_rows.tolist(),
                "rows_of_no_more_than_read_noise": estimate.buried_rows.tolist(),
                "least_effective_pulses": float(estimate.effective_pulses.min()),
                "kernel": "as wide as the nearest pulses (median of the rows)" if estimate.nearest else "one width",
                "left_out_together": "a device" if estimate.devices_whole else "runs of neighbouring pulses",
            }
            for name, estimate in (("set", self.set), ("reset", self.reset))
        }
        return of_polarity | {"devices": list(self.per_device), "devices_without_own_table": list(self.skipped)}


def coverage_of(record: PulseRecord, g_min_S: float, g_max_S: float) -> Coverage:
    """Conductances from which SET and RESET pulses of a record began, within the range [S]."""
    ends = []
    for _, is_set in POLARITIES:
        mine = record.is_set if is_set else ~record.is_set
        before = record.g_before_S
        first, last = before.min(where=mine, initial=np.inf), before.max(where=mine, initial=-np.inf)
        low, high = np.clip((first, last), g_min_S, g_max_S)
        ends.append((float(low), float(high)))
    return Coverage(*ends)


def jump_tables(
    record: PulseRecord, g_min_S: float, g_max_S: float, noise: NoiseModel | None = None
) -> DeviceJumpTables:
    """Estimate the jump-tables of a record.

    record           : the pulses; `check_record` says what no table can be made of
    g_min_S, g_max_S : range of the conductance [S]; the tables never lead out of it
    noise            : read noise to take out of their spread, if any
    """
    estimates: list[Estimate] = []
    singles: list[dict[str, JumpTable]] = []
    own = _devices_of_their_own(record)
    for _, is_set in POLARITIES:
        mask = record.is_set == is_set
        g, delta = record.g_before_S[mask], record.g_after_S[mask]
        delta -= g
        grid = make_grid(g_min_S, g_max_S, delta)
        dealt = by_device(record.device[mask])
        crowded = noise is None and is_uneven(g, g_min_S, g_max_S)
        if crowded:
            estimates.append(_uneven(g, delta, g_min_S, g_max_S, is_set))
        else:
            estimates.append(estimate_table(g, delta, grid, noise=noise, bands=True, dealt=dealt, is_set=is_set))
        device = record.device[mask] if own else record.device[:0]
        single = _crowded if crowded else _single
        singles.append({name: single(g, delta, device == index, grid, noise, is_set) for index, name in own.items()})
    skipped = set(record.device_names) - set(own.values()) if len(record.device_names) > 1 else set()
    return DeviceJumpTables(
        set=estimates[0],
        reset=estimates[1],
        per_device={name: (singles[0][name], singles[1][name]) for name in own.values()},
        skipped=tuple(name for name in record.device_names if name in skipped),
    )


def _devices_of_their_own(record: PulseRecord) -> dict[int, str]:
    """Index and name of the devices with enough pulses of either polarity, where there are several devices."""
    if len(record.device_names) < 2:
        return {}
    n_all = np.bincount(record.device, minlength=len(record.device_names))
    n_set = np.bincount(record.device, weights=record.is_set, minlength=len(record.device_names))
    enough = np.minimum(n_set, n_all - n_set) >= MIN_OWN_PULSES
    return {index: name for index, name in enumerate(record.device_names) if enough[index]}


def _crowded(
    g: FloatArray, delta: FloatArray, own: np.ndarray, grid: Grid, noise: NoiseModel | None, is_set: bool
) -> JumpTable:
    del noise  # where it is to be taken out, pulses that crowd are estimated as all others are
    return uneven_table(g[own], delta[own], grid.g_min_S, grid.g_max_S, is_set).table.without_bands()


def _uneven(g: FloatArray, delta: FloatArray, g_min_S: float, g_max_S: float, is_set: bool) -> Estimate:
    found = uneven_table(g, delta, g_min_S, g_max_S, is_set)
    middle = float(np.median(found.bandwidth_S))
    return Estimate(
        table=found.table,
        mean_bandwidth_S=middle,
        spread_bandwidth_S=middle,
        effective_pulses=found.pulses.astype(np.float64),
        sparse_rows=found.sparse_rows,
        buried_rows=np.empty(0, np.int64),
        devices_whole=False,
        nearest=True,
    )


def _single(
    g: FloatArray, delta: FloatArray, own: np.ndarray, grid: Grid, noise: NoiseModel | None, is_set: bool
) -> JumpTable:
    return estimate_table(g[own], delta[own], grid, noise=noise, is_set=is_set).table
