"""States of a device that has jump-tables: write-verify levels, so that quantized networks train on it too.

One programming attempt is a RESET, as many RESET pulses as bring any device to the bottom, and then the number of SET
pulses after which devices reach the level on average. What one attempt leaves is a sample of the level's state; an
attempt counts as one pulse of the network. Levels are evenly spaced between what RESET leaves and what SET pulses can
reach; conductances beyond the outermost levels count as these.

Not modelled: SET pulses that are verified one by one, which would land closer, and memory of earlier pulses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from devicegen.errors import TableError
from devicegen.seeds import generator
from devicegen.table import DeviceTable, JumpTable, StateDistribution
from netsim.synapse.jump import jump_tables_of

SAMPLES = 1000
MOST_PULSES = 1000
"""Pulses of one kind in an attempt; a device that needs more has levels nearer together."""

NEAR_END = 0.02
"""Devices are at the bottom (top) when their mean is within this part of the range of the lowest (highest) mean."""

_QUANTILES = 513

Conductances = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Pulses:
    """Draws of one kind of pulse for many devices at once."""

    grid: npt.NDArray[np.float64]
    quantiles: npt.NDArray[np.float64]
    lowest: float
    highest: float

    @classmethod
    def of(cls, jump: JumpTable, table: DeviceTable) -> _Pulses:
        points = jump.quantile(np.linspace(0, 1, _QUANTILES))
        return cls(jump.conductance, points, table.g_min_S, table.g_max_S)

    def after(self, g: Conductances, draw: np.random.Generator) -> Conductances:
        """Conductance after a pulse; between two rows of the table one is drawn."""
        place = np.interp(g, self.grid, np.arange(self.grid.size))
        row = np.floor(place + draw.random(g.size)).astype(np.int64).clip(0, self.grid.size - 1)
        at = draw.random(g.size) * (_QUANTILES - 1)
        left = at.astype(np.int64).clip(0, _QUANTILES - 2)
        low, high = self.quantiles[row, left], self.quantiles[row, left + 1]
        return np.clip(g + low + (at - left) * (high - low), self.lowest, self.highest)


def _train(pulses: _Pulses, start: Conductances, draw: np.random.Generator) -> Iterator[Conductances]:
    """Conductances before any pulse, after one, after two, ..."""
    g = start
    for _ in range(MOST_PULSES + 1):
        yield g
        g = pulses.after(g, draw)


def _erased(table: DeviceTable, jump_reset: JumpTable, draw: np.random.Generator) -> list[Conductances]:
    """Conductances before each of the RESET pulses that bring any device to the bottom, and after the last."""
    start = draw.uniform(table.g_min_S, table.g_max_S, SAMPLES)
    erased = list(_train(_Pulses.of(jump_reset, table), start, draw))
    means = np.array([g.mean() for g in erased])
    pulses = int(np.argmax(means <= means.min() + NEAR_END * (table.g_max_S - table.g_min_S)))
    return erased[: pulses + 1]


def attempt_energy_J(table: DeviceTable, set_pulses: Conductances) -> float | None:
    """Mean energy of a programming attempt [J] over levels of so many SET pulses (the control of their states).

    None where the table does not state the energy of both pulses.
    """
    if not {"set_J", "reset_J"} <= set(table.energy_J):
        return None
    resets = len(_erased(table, jump_tables_of(table)[1], generator(0, "levels", table.device))) - 1
    return resets * table.energy_J["reset_J"] + float(set_pulses.mean()) * table.energy_J["set_J"]


def _blind(g: Conductances, measured_S: tuple[float, float]) -> float:
    """Share of devices that stand where a pulse was not measured."""
    return float(np.mean((g < measured_S[0]) | (g > measured_S[1])))


def attempt_unmeasured(table: DeviceTable, set_pulses: Conductances) -> dict[str, float]:
    """Shares of the pulses of programming attempts that are fired where nobody measured what they do.

    set_pulses : SET pulses of each level (the control of its state); every level is attempted as often as the others
    returns    : `unmeasured_set` of the SET pulses, `unmeasured_reset` of the RESET pulses, `unmeasured_share` of all;
                 nothing where the table does not state what was measured
    """
    if table.coverage is None:
        return {}
    jump_set, jump_reset = jump_tables_of(table)
    draw = generator(0, "levels", table.device)  # the devices that the states are made of
    *erased, bottom = _erased(table, jump_reset, draw)
    given = set_pulses.astype(np.int64)
    filled = islice(_train(_Pulses.of(jump_set, table), bottom, draw), int(given.max()))
    blind_of_first = np.cumsum([0.0, *(_blind(g, table.coverage.set_S) for g in filled)])
    blind_sets = float(blind_of_first[given].mean())
    blind_resets = sum(_blind(g, table.coverage.reset_S) for g in erased)
    sets, resets = float(given.mean()), len(erased)
    return {
        "unmeasured_set": blind_sets / max(sets, 1),
        "unmeasured_reset": blind_resets / max(resets, 1),
        "unmeasured_share": (blind_sets + blind_resets) / max(sets + resets, 1),
    }


def states_from_jumps(table: DeviceTable, levels: int) -> StateDistribution:
    """`levels` states of a device out of its jump-tables; its control is the number of SET pulses of an attempt.

    Draws its random numbers from the device's name alone. Raises: ConfigError for a table without jump-tables,
    TableError where SET pulses do not lead above what RESET leaves.
    """
    jump_set, jump_reset = jump_tables_of(table)
    draw = generator(0, "levels", table.device)
    span = table.g_max_S - table.g_min_S
    bottom = _erased(table, jump_reset, draw)[-1]
    filled = list(_train(_Pulses.of(jump_set, table), bottom, draw))
    means = np.array([g.mean() for g in filled])
    last = int(np.argmax(means >= means.max() - NEAR_END * span))
    if means[last] < means[0] + 2 * NEAR_END * span:
        raise TableError(
            f"device {table.device}: {MOST_PULSES} SET pulses after a RESET raise the mean conductance by "
            f"{(means[last] - means[0]) / span:.2%} of its range: no levels can be told apart."
        )
    wanted = np.linspace(means[0], means[last], levels)
    chosen = [int(np.abs(means[: last + 1] - mean).argmin()) for mean in wanted]
    if len(set(chosen)) < levels:
        raise TableError(
            f"device {table.device}: its {last} SET pulses from the bottom to the top are too few for {levels} levels. "
            f"Set levels to at most {len(set(chosen))}."
        )
    reached = np.array([filled[pulses] for pulses in chosen])
    mz = np.clip(2 * (reached - means[0]) / (means[last] - means[0]) - 1, -1, 1)
    return StateDistribution(
        control=np.array(chosen, np.float64),
        control_name="SET pulses after RESET",
        control_units="1",
        target=np.linspace(-1, 1, levels),
        mz=mz,
        position=np.full(mz.shape, np.nan),
        outcome=np.zeros(mz.shape, np.uint8),
    )
