"""Jump-tables as kernels read them: the change of one pulse in a few nanoseconds, whatever the table's size.

Conductance is counted from 0 (g_min) to 1 (g_max). The distribution of the change is kept as its inverse, in cells of
equal probability: a uniform deviate gives the cell by a product, where scanning the row of a table (Fumarola 2016,
section I-C) would take a search. A cell holds the mean change within it, so that the mean of a pulse is exact and its
variance one percent short. Between two conductances of the grid one of the two rows is taken, with
probabilities that mix their distributions linearly; the digits of the deviate that the cell leaves over choose it.

What would lead out of the range stops at its end, and is counted. Where the rows of a table end before the range
does, the outermost row stands for what lies beyond.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from devicegen.errors import ConfigError, TableError
from devicegen.table import DeviceTable, JumpTable
from netsim.ideal import PulseTables

SET, RESET, CUT, BLIND_SET, BLIND_RESET = 0, 1, 2, 3, 4
"""Kinds of pulses; where pulses that were cut off at an end of the range are counted; and where SET and RESET pulses
are that were fired at a conductance at which nobody measured what such a pulse does."""

COUNTS = 5
"""Numbers of pulses that kernels count up."""

CONDUCTANCES = 64
CELLS = 32
"""Grid of the inverse distribution: small enough for the tables of many devices to stay in the cache."""

_POINTS_A_CELL = 16
_LARGEST = 32767

_AT_END = 1e-6
"""Nearer to an end of the range than this, which a float32 hardly resolves, is at the end."""

SPENT = 0.5
"""A device is full from the conductance on where SET pulses do less than this part of their average."""

MOST_FULL = 0.8

ABRUPT = 0.25
"""A RESET that takes more than this part of the range in one pulse, on average from the upper half, is abrupt."""


@dataclass(frozen=True)
class PulseResponse:
    """What a pulse does to a device, in parts of the conductance range.

    changes   : (devices, 2, CONDUCTANCES, CELLS) int16 change of conductance, in `units`; the second axis is SET,
                RESET; one entry of the first is one measured device, or the table of all
    units     : (2,) float32 change that 1 stands for, of SET and of RESET
    ends      : conductances at which pulses stop: 0 and 1, or without end for a device that is not bounded
    set_step  : mean change of a SET pulse, averaged over the conductances from which it rises
    reset_step : mean change of a RESET pulse over the same conductances, as a positive number
    set_rms   : root mean square of the change of one SET pulse, over the same conductances
    full      : conductance from which on SET pulses do little; at most `MOST_FULL`, but without end for a device
                that has no bounds and on which they never do
    abrupt_reset : whether RESET is too coarse to train with: such a device is trained by SET pulses alone
    measured : lowest and highest conductance at which SET was measured, and the same of RESET; None where nobody knows
    """

    changes: npt.NDArray[np.int16]
    units: npt.NDArray[np.float32]
    ends: tuple[float, float]
    set_step: float
    reset_step: float
    set_rms: float
    full: float
    abrupt_reset: bool
    measured: tuple[np.float32, np.float32, np.float32, np.float32] | None = None

    @classmethod
    def of(cls, table: DeviceTable | PulseTables, device_to_device: bool) -> PulseResponse:
        """Prepare the jump-tables of a device; with `device_to_device` one for each measured device, if there are.

        Raises: ConfigError for a table without jump-tables, TableError for SET pulses that do not raise the mean
        conductance or RESET pulses that do not lower it.
        """
        jump_set, jump_reset = jump_tables_of(table)
        bounded = table.bounded if isinstance(table, PulseTables) else True
        grid = np.linspace(table.g_min_S, table.g_max_S, CONDUCTANCES)
        span = table.g_max_S - table.g_min_S
        set_mean = np.interp(grid, jump_set.conductance, jump_set.mean()) / span
        reset_mean = np.interp(grid, jump_reset.conductance, jump_reset.mean()) / span
        rises = set_mean > 0
        if rises.sum() < CONDUCTANCES // 4:
            raise TableError(
                f"device {table.device}: SET pulses raise the mean conductance in only {rises.mean():.0%} of its "
                "range, expected a rise over most of it. SET and RESET may be exchanged in its pulse file: "
                "check the polarity."
            )
        if reset_mean.mean() >= 0:
            raise TableError(
                f"device {table.device}: RESET pulses change the conductance by {reset_mean.mean():+.3g} of its range "
                "on average, expected a fall. SET and RESET may be exchanged in its pulse file: check the polarity."
            )
        pairs = table.per_device if device_to_device and table.per_device else ((jump_set, jump_reset),)
        set_step = set_mean[rises].mean()
        spent = np.flatnonzero(set_mean < SPENT * set_step)
        spent = spent[spent > CONDUCTANCES // 4]
        full = min(spent[0] / (CONDUCTANCES - 1), MOST_FULL) if spent.size else MOST_FULL if bounded else np.inf
        changes = np.array([[_inverse(jump, grid) / span for jump in pair] for pair in pairs])
        units = np.abs(changes).max(axis=(0, 2, 3)) / _LARGEST
        counted = np.round(changes / units[:, None, None]).astype(np.int16)
        moments = _inverse(jump_set, grid)[rises] / span
        set_rms = float(np.sqrt(np.mean(moments**2)))
        abrupt = -reset_mean[CONDUCTANCES // 2 :].mean() > ABRUPT
        return cls(
            changes=counted,
            units=units.astype(np.float32),
            ends=(0.0, 1.0) if bounded else (-np.inf, np.inf),
            set_step=float(set_step),
            reset_step=float(-reset_mean[rises].mean()),
            set_rms=set_rms,
            full=float(full),
            abrupt_reset=bool(abrupt),
            measured=_measured(table),
        )

    @property
    def bounded(self) -> bool:
        """Whether the range has ends."""
        return bool(np.isfinite(self.ends).all())

    @property
    def in_kernel(self) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.float32], np.float32, np.float32]:
        """What `after_pulse` takes."""
        return self.changes, self.units, np.float32(self.ends[0]), np.float32(self.ends[1])


def jump_tables_of(table: DeviceTable | PulseTables) -> tuple[JumpTable, JumpTable]:
    """SET and RESET table of a device; ConfigError where it has none."""
    if table.jump_set is None or table.jump_reset is None:
        raise ConfigError(
            f"device {table.device}: its table holds no jump-tables, which the scheme 'pair' needs. "
            "Leave the device out, or make its table from pulses."
        )
    return table.jump_set, table.jump_reset


def _measured(table: DeviceTable | PulseTables) -> tuple[np.float32, np.float32, np.float32, np.float32] | None:
    """See `PulseResponse`; without end where they reach an end of the range, which a device without bounds passes."""
    if table.coverage is None:
        return None
    span = table.g_max_S - table.g_min_S
    ends = []
    for low_S, high_S in (table.coverage.set_S, table.coverage.reset_S):
        low, high = (low_S - table.g_min_S) / span, (high_S - table.g_min_S) / span
        ends += [np.float32(low if low > _AT_END else -np.inf), np.float32(high if high < 1 - _AT_END else np.inf)]
    return tuple(ends)


def uncovered(table: DeviceTable) -> tuple[float, float]:
    """Share of a device's range that the rows of its SET and of its RESET table leave out."""
    span = table.g_max_S - table.g_min_S
    shares = [1 - float(np.ptp(jump.conductance)) / span for jump in jump_tables_of(table)]
    return shares[0], shares[1]


def _inverse(jump: JumpTable, grid: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(CONDUCTANCES, CELLS) mean change [S]; outside the table's conductances its outermost row is used."""
    points = CELLS * _POINTS_A_CELL
    rows = jump.quantile((np.arange(points) + 0.5) / points)
    cells = rows.reshape(len(rows), CELLS, _POINTS_A_CELL).mean(axis=2)
    return np.column_stack([np.interp(grid, jump.conductance, column) for column in cells.T])


@njit(cache=True)
def after_pulse(changes, units, low, high, device, polarity, g, deviate):
    """Conductance after one pulse, float32, within the ends of the range.

    changes, units, low, high : see `PulseResponse.in_kernel`
    g       : conductance before it, float32; beyond 0 and 1 the table's outermost rows hold
    deviate : float32 in [0, 1) that selects the change
    """
    place = deviate * np.float32(CELLS)
    cell = np.int64(place)
    within = min(max(g, np.float32(0)), np.float32(1))
    row = min(np.int64(within * np.float32(CONDUCTANCES - 1) + (place - np.float32(cell))), CONDUCTANCES - 1)
    change = np.float32(changes[device, polarity, row, cell]) * units[polarity]
    return min(max(g + change, low), high)
