"""The device table: the only thing that passes from devices to networks. Its file: `devicegen.table_file`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from devicegen.errors import TableError
from devicegen.evidence import SwitchingEnergy, Trains

Kind = Literal["simulated", "measured", "artificial"]
FloatArray = npt.NDArray[np.float64]

OUTCOMES = ("kept", "expelled", "lost", "doubled", "failed")
"""What became of the wall of one instance; the code in ``/states/outcome`` is the index here.

"failed": the simulation did not finish."""

MOST_LEAVING = 1e-6
"""Probability of leaving the range that passes for rounding."""


def need(condition: bool, message: str) -> None:
    """Raise a TableError unless the condition holds."""
    if not condition:
        raise TableError(message)


@dataclass(frozen=True)
class JumpTable:
    """Distribution of the conductance change of one pulse, at each conductance (Fumarola 2016, Fig. 8).

    conductance : (n_g,) grid of the conductance before the pulse [S], increasing
    delta       : (n_d,) grid of the conductance change [S], increasing
    cdf         : (n_g, n_d) probability that the change is at most `delta`; rows rise to 1
    count       : (n_g,) pulses seen from this conductance (0 for artificial tables)
    cdf_low, cdf_high : (n_g, n_d) within which the cdf comes out in nine of ten repetitions of the measurement, at each
                  point by itself; None where nobody estimated it
    """

    conductance: FloatArray
    delta: FloatArray
    cdf: FloatArray
    count: npt.NDArray[np.int64]
    cdf_low: FloatArray | None = None
    cdf_high: FloatArray | None = None

    def __post_init__(self) -> None:
        n_g, n_d = self.conductance.size, self.delta.size
        need(n_g >= 2 and n_d >= 2, f"a jump-table needs at least 2 x 2 grid points, found {n_g} x {n_d}")
        need(
            self.cdf.shape == (n_g, n_d) and self.count.shape == (n_g,),
            f"cdf has shape {self.cdf.shape} and count {self.count.shape}, expected {(n_g, n_d)} and {(n_g,)}",
        )
        for name, values in (("conductance", self.conductance), ("delta", self.delta), ("cdf", self.cdf)):
            need(bool(np.all(np.isfinite(values))), f"{name} holds values that are not finite")
        for name, grid in (("conductance", self.conductance), ("delta", self.delta)):
            need(bool(np.all(np.diff(grid) > 0)), f"the {name} grid does not increase")
        need(bool(np.all(np.diff(self.cdf, axis=1) >= 0)), "a row of cdf falls with delta")
        need(bool(np.all(self.cdf >= 0)), "cdf holds negative probabilities")
        need(bool(np.all(self.cdf[:, -1] == 1.0)), "a row of cdf does not end at 1")
        need((self.cdf_low is None) == (self.cdf_high is None), "cdf_low and cdf_high come together: one is missing")
        if self.cdf_low is not None and self.cdf_high is not None:
            need(
                self.cdf_low.shape == self.cdf_high.shape == self.cdf.shape,
                f"cdf_low and cdf_high have shapes {self.cdf_low.shape} and {self.cdf_high.shape}, "
                f"cdf has {self.cdf.shape}",
            )
            need(
                bool(np.all((0 <= self.cdf_low) & (self.cdf_low <= self.cdf)))
                and bool(np.all((self.cdf <= self.cdf_high) & (self.cdf_high <= 1))),
                "cdf_low and cdf_high do not enclose cdf",
            )

    def without_bands(self) -> JumpTable:
        """The same table without the bands of its CDF."""
        return JumpTable(self.conductance, self.delta, self.cdf, self.count)

    def quantile(self, probability: npt.ArrayLike) -> FloatArray:
        """Conductance change at each cumulative probability, linear between grid points.

        probability : (n_p,) in [0, 1]
        returns     : (n_g, n_p) conductance change [S]
        """
        p = np.atleast_1d(np.asarray(probability, dtype=np.float64))
        out = np.empty((self.conductance.size, p.size))
        for row, cdf in enumerate(self.cdf):
            first = int(np.searchsorted(cdf, 0.0, side="right"))  # the first point with any probability
            support = slice(max(first - 1, 0), int(np.searchsorted(cdf, 1.0)) + 1)
            out[row] = np.interp(p, cdf[support], self.delta[support])
        return out

    def mean(self) -> FloatArray:
        """(n_g,) mean conductance change [S]; the mass of an interval of `delta` lies at its middle."""
        middles = 0.5 * (self.delta[1:] + self.delta[:-1])
        return self.cdf[:, 0] * self.delta[0] + np.diff(self.cdf, axis=1) @ middles


@dataclass(frozen=True)
class StateDistribution:
    """What one programming event leaves behind, for each state (Al Misba 2022, Fig. 1c, d).

    control  : (n_s,) what selects the state (anisotropy, voltage, level), in `control_units`
    target   : (n_s,) weight that the state stands for, in [-1, 1], increasing
    mz       : (n_s, n_instances) reached weight <mz>; NaN where an instance gave no result
    position : (n_s, n_instances) wall position from the left end [m]; NaN where unknown
    outcome  : (n_s, n_instances) index into `OUTCOMES`
    """

    control: FloatArray
    control_name: str
    control_units: str
    target: FloatArray
    mz: FloatArray
    position: FloatArray
    outcome: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        n_s = self.control.size
        need(n_s >= 2, f"a state distribution needs at least 2 states, found {n_s}")
        need(
            self.mz.ndim == 2 and self.mz.shape[0] == n_s,
            f"mz has shape {self.mz.shape}, expected {n_s} rows",
        )
        need(self.target.shape == (n_s,), f"target has shape {self.target.shape}, expected {(n_s,)}")
        for name, values in (("position", self.position), ("outcome", self.outcome)):
            need(values.shape == self.mz.shape, f"{name} has shape {values.shape}, mz has {self.mz.shape}")
        need(bool(np.all(np.diff(self.target) > 0)), "the targets of the states do not increase")
        need(bool(np.all(np.abs(self.target) <= 1)), "a target lies outside [-1, 1]")
        need(bool(np.all(np.isfinite(self.mz).any(axis=1))), "a state has no instance with a result")
        with np.errstate(invalid="ignore"):
            need(not bool(np.any(np.abs(self.mz) > 1.0 + 1e-6)), "mz lies outside [-1, 1]")
        need(bool(np.all(self.outcome < len(OUTCOMES))), "an outcome code is unknown")

    def samples(self, state: int) -> FloatArray:
        """Finite <mz> values of one state, in the order of the instances."""
        row = self.mz[state]
        return row[np.isfinite(row)]


@dataclass(frozen=True)
class Coverage:
    """The part of the conductance range in which pulses were measured: conductances before them [S], from and to.

    Beyond it the rows of a jump-table hold the mean of its edge.
    """

    set_S: tuple[float, float]
    reset_S: tuple[float, float]

    def __post_init__(self) -> None:
        for name, (low, high) in (("SET", self.set_S), ("RESET", self.reset_S)):
            need(
                0 <= low <= high < np.inf, f"{name} was measured from {low:g} to {high:g} S, expected 0 <= low <= high"
            )


@dataclass(frozen=True)
class DeviceTable:
    """Everything that networks know of a device.

    coverage : where in the range SET and RESET were measured; None where nobody counted (finished tables, artificial)
    """

    device: str
    kind: Kind
    synthetic: bool
    g_min_S: float
    g_max_S: float
    provenance: Mapping[str, Any]
    jump_set: JumpTable | None = None
    jump_reset: JumpTable | None = None
    per_device: tuple[tuple[JumpTable, JumpTable], ...] = ()
    states: StateDistribution | None = None
    energy_J: Mapping[str, float] = field(default_factory=dict)
    energy_source: str = ""
    trains: tuple[Trains, Trains] | None = None
    switching_energy: SwitchingEnergy | None = None
    coverage: Coverage | None = None

    def __post_init__(self) -> None:
        need(self.kind in get_args(Kind), f"kind is {self.kind!r}, expected one of {', '.join(get_args(Kind))}")
        need(
            0 <= self.g_min_S < self.g_max_S < np.inf,
            f"conductance range [{self.g_min_S:g}, {self.g_max_S:g}] S: expected 0 <= g_min < g_max",
        )
        need(
            (self.jump_set is None) == (self.jump_reset is None),
            "SET and RESET jump-tables come together: one of them is missing",
        )
        need(
            self.jump_set is not None or self.states is not None,
            "the table holds neither jump-tables nor states: nothing to train with",
        )
        for name, jump in (("SET", self.jump_set), ("RESET", self.jump_reset)):
            if jump is not None:
                slack = 1e-9 * (self.g_max_S - self.g_min_S)
                need(
                    jump.conductance[0] >= self.g_min_S - slack and jump.conductance[-1] <= self.g_max_S + slack,
                    f"the {name} table reaches from {jump.conductance[0]:g} to {jump.conductance[-1]:g} S, "
                    f"outside [{self.g_min_S:g}, {self.g_max_S:g}] S",
                )
        if self.coverage is not None:
            slack = 1e-9 * (self.g_max_S - self.g_min_S)
            ends = (*self.coverage.set_S, *self.coverage.reset_S)
            need(
                self.g_min_S - slack <= min(ends) and max(ends) <= self.g_max_S + slack,
                f"pulses were measured from {min(ends):g} to {max(ends):g} S, outside "
                f"[{self.g_min_S:g}, {self.g_max_S:g}] S",
            )
        leaving = leaving_probability(self)
        need(
            leaving <= MOST_LEAVING,
            f"a pulse leads out of [{self.g_min_S:g}, {self.g_max_S:g}] S with probability {leaving:.3g}, "
            "expected none to: move that part of the cdf to the end of the range",
        )


def leaving_probability(table: DeviceTable) -> float:
    """Probability that a pulse leads out of the conductance range, in the row of a jump-table where it is largest."""
    worst = 0.0
    slack = 1e-9 * (table.g_max_S - table.g_min_S)
    own = [jump for pair in table.per_device for jump in pair]
    for jump in (table.jump_set, table.jump_reset, *own):
        if jump is not None:
            reached = jump.conductance[:, None] + jump.delta[None, :]
            below = np.where(reached < table.g_min_S - slack, jump.cdf, 0.0).max()
            above = 1.0 - np.where(reached >= table.g_max_S - slack, jump.cdf, 1.0).min()
            worst = max(worst, float(below), float(above))
    return worst
