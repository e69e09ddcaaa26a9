"""Material parameters and excitations, one value for each of the 256 regions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

N_REGIONS = 256

DEFAULTS: dict[str, tuple[float, ...]] = {
    "Msat": (0.0,),
    "Aex": (0.0,),
    "Dind": (0.0,),
    "Ku1": (0.0,),
    "Ku2": (0.0,),
    "AnisU": (0.0, 0.0, 0.0),
    "Kc1": (0.0,),
    "Kc2": (0.0,),
    "Kc3": (0.0,),
    "AnisC1": (0.0, 0.0, 0.0),
    "AnisC2": (0.0, 0.0, 0.0),
    "alpha": (0.0,),
    "Temp": (0.0,),
    "B_ext": (0.0, 0.0, 0.0),
    "J": (0.0, 0.0, 0.0),
    "Pol": (1.0,),
    "Lambda": (1.0,),
    "EpsilonPrime": (0.0,),
    "FixedLayer": (0.0, 0.0, 0.0),
    "FreeLayerThickness": (0.0,),
    "xi": (0.0,),
    "frozenspins": (0.0,),
    "NoDemagSpins": (0.0,),
}
"""MuMax3's names and default values; three numbers mark a vector."""

Value = float | np.ndarray | tuple[float, ...] | list[float]


class ParameterTable:
    """The regionwise values of every parameter, each with a revision that grows when a value changes."""

    def __init__(self) -> None:
        self._values = {
            name: np.tile(np.array(default, dtype=np.float64), (N_REGIONS, 1)) for name, default in DEFAULTS.items()
        }
        self.revisions = dict.fromkeys(DEFAULTS, 0)

    def set(self, name: str, value: Value, region: int | None = None) -> None:
        """Give `name` the `value` (a number, or three) in one region, or in all of them if `region` is None."""
        table = self._table(name)
        numbers = np.atleast_1d(np.asarray(value, dtype=np.float64))
        if numbers.shape != (table.shape[1],):
            raise ValueError(f"{name} takes {table.shape[1]} number(s), found a value of shape {numbers.shape}")
        if region is not None and not 0 <= region < N_REGIONS:
            raise ValueError(f"regions run from 0 to {N_REGIONS - 1}, found {region}")
        target = table if region is None else table[region : region + 1]
        if not np.array_equal(target, np.broadcast_to(numbers, target.shape)):
            target[:] = numbers
            self.revisions[name] += 1

    def get(self, name: str) -> np.ndarray:
        """A copy of the values of `name`: (256,) for a scalar, (256, 3) for a vector."""
        table = self._table(name)
        return table[:, 0].copy() if table.shape[1] == 1 else table.copy()

    def is_zero(self, name: str) -> bool:
        """Whether `name` is 0 in every region."""
        return not self._table(name).any()

    def revision(self, *names: str) -> tuple[int, ...]:
        """A key that differs whenever one of `names` has changed."""
        return tuple(self.revisions[name] for name in names)

    def _table(self, name: str) -> np.ndarray:
        try:
            return self._values[name]
        except KeyError:
            raise KeyError(f"unknown parameter {name}; known are {', '.join(DEFAULTS)}") from None


@dataclass(frozen=True)
class AddedField:
    """A term added to B_ext or J: a mask times a number (or vector) that may depend on time.

    mask   : (3, ny, nx), or None for a uniform term
    factor : called with the time in seconds; None stands for 1
    """

    mask: np.ndarray | None
    factor: Callable[[float], Value] | None

    def __post_init__(self) -> None:
        if self.mask is None and self.factor is None:
            raise ValueError("an added field needs a mask, a function of time, or both")

    def at(self, time_s: float, shape: tuple[int, int]) -> np.ndarray:
        """The term at `time_s` on a grid of `shape` (ny, nx): (3, ny, nx) float64."""
        factor = np.asarray(1.0 if self.factor is None else self.factor(time_s), dtype=np.float64)
        factor = factor.reshape(-1, 1, 1)
        if self.mask is None:
            return np.broadcast_to(factor, (3, *shape)).astype(np.float64)
        return np.asarray(self.mask, dtype=np.float64) * factor
