"""Conductances that change by themselves: drift since the last RESET, and leakage (Fumarola 2016, section II).

What is stored of a device is its amplitude A; its conductance above g_min is G = A level, and the level is a matter of
time alone: (t - t_RESET)^-nu of its own RESET and its own nu, times exp(-t/RC) of all. Time is counted in examples.
A SET pulse changes G and leaves the clock. So nothing has to be carried forward: a row of weights is made from its
amplitudes when it is read, and rows that no image lights are left alone; what comes out is the same, bit for bit, as
if every row were made anew at each tick.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.special import ndtri

TICK = 10
"""Examples between two levels; within them conductances stand still."""

KINDS = 8
"""Values of nu that stand for its distribution, equally probable."""

MOST_LEAKED = 20.0
"""RC times after which amplitudes are brought to the present, so that they stay within a float32."""

UNTOUCHED, STARTED = 0, 1
"""The first two rounds, of pairs that were not RESET since the start: those that do not leak yet, and those that do."""

LOST = np.float32(1e-12)
"""A smaller amplitude is nothing; kept, it would become a denormal number, which processors are slow with."""

FloatRows = npt.NDArray[np.float32]


def drift_exponents(mean: float, spread: float) -> npt.NDArray[np.float64]:
    """Exponent nu of each kind of device: normal quantiles, none below 0; one without a spread."""
    if spread == 0:
        return np.array([mean])
    return np.maximum(mean + spread * ndtri((np.arange(KINDS) + 0.5) / KINDS), 0.0)


@dataclass
class Decay:
    """State of drift and leakage of a network.

    exponents : (kinds,) nu
    leakage_time : RC in examples; inf without leakage
    kind      : per layer (inputs + 1, padded outputs, 2) uint8 index into `exponents`, for plus and minus
    clock     : per layer (inputs + 1, padded outputs) int32 round of occasional RESET that the pair was in last; a
                pair that is `UNTOUCHED` goes over to `STARTED` with its first pulse
    made_at   : per layer (inputs + 1,) int64 tick at which the row's weights were made
    reset_times : example at which each round took place; the first two are the start
    levels    : (kinds, rounds) float32 present levels
    """

    exponents: npt.NDArray[np.float64]
    leakage_time: float
    kind: tuple[npt.NDArray[np.uint8], ...]
    clock: tuple[npt.NDArray[np.int32], ...]
    made_at: tuple[npt.NDArray[np.int64], ...]
    reset_times: list[int] = field(default_factory=lambda: [0, 0])
    tick: int = 0
    now: int = 0
    leaked_from: int = 0
    levels: FloatRows = field(init=False)

    def __post_init__(self) -> None:
        self._set_levels()

    @classmethod
    def start(
        cls, shapes: list[tuple[int, int]], exponents: npt.NDArray[np.float64], leakage_time: float | None,
        from_first_pulse: bool, draw: np.random.Generator,
    ) -> Decay:  # fmt: skip
        """All devices RESET at the start; each draws its nu. They leak at once, or each from its first pulse on."""
        begin = UNTOUCHED if from_first_pulse else STARTED
        return cls(
            exponents,
            np.inf if leakage_time is None else leakage_time,
            tuple(draw.integers(0, exponents.size, (*shape, 2)).astype(np.uint8) for shape in shapes),
            tuple(np.full(shape, begin, np.int32) for shape in shapes),
            tuple(np.zeros(shape[0], np.int64) for shape in shapes),
        )

    def _set_levels(self) -> None:
        age = np.maximum(self.now - np.array(self.reset_times), 1).astype(np.float64)
        leaked = np.full(age.size, np.exp((self.leaked_from - self.now) / self.leakage_time))
        leaked[UNTOUCHED] = 1.0
        self.levels = (age ** -self.exponents[:, None] * leaked).astype(np.float32)

    def advance(self, now: int, plus: tuple[FloatRows, ...], minus: tuple[FloatRows, ...]) -> None:
        """Let time pass until example `now`."""
        if now - self.leaked_from > MOST_LEAKED * self.leakage_time:
            leaked = np.float32(np.exp((self.leaked_from - now) / self.leakage_time))
            for rows, clock in zip((*plus, *minus), (*self.clock, *self.clock), strict=True):
                rows[clock != UNTOUCHED] *= leaked
                rows[np.abs(rows) < LOST] = 0
            self.leaked_from = now
        self.now = now
        self.tick += 1
        self._set_levels()

    def add_round(self, now: int) -> int:
        """Begin a round of occasional RESET; returns its number."""
        self.reset_times.append(now)
        self._set_levels()
        return len(self.reset_times) - 1

    @property
    def in_kernel(self) -> tuple:
        """What kernels take: levels, clock, kind, made_at, tick."""
        return self.levels, self.clock, self.kind, self.made_at, self.tick


@njit(cache=True)
def of_layer(decay, layer):
    """Levels, clock and kind of one layer: taken out of their tuples once, because each time counts references."""
    return decay[0], decay[1][layer], decay[2][layer]


@njit(cache=True)
def pair_levels(levels, clock, kind, row, column):
    """Levels of the two devices of a pair."""
    last = clock[row, column]
    return levels[kind[row, column, 0], last], levels[kind[row, column, 1], last]


@njit(cache=True)
def _make_row(weight, plus, minus, levels, clock, kind, row, scale):
    for column in range(weight.shape[1]):
        up, down = pair_levels(levels, clock, kind, row, column)
        weight[row, column] = scale * (plus[row, column] * up - minus[row, column] * down)


@njit(cache=True)
def make_rows(weight, plus, minus, decay, layer, rows, scale):
    """Make the weights of some rows of a layer from their amplitudes, but for those that were made at this tick."""
    levels, clock, kind = of_layer(decay, layer)
    made_at, tick = decay[3][layer], decay[4]
    for row in rows:
        if made_at[row] != tick:
            made_at[row] = tick
            _make_row(weight, plus, minus, levels, clock, kind, row, scale)
