"""A small device model: soft bounds, changes that vary from pulse to pulse, devices that differ, reads with noise."""

from __future__ import annotations

from typing import Any

import numpy as np

UP, DOWN = True, False


class Synapse:
    """A device between two bounds, each of whose pulses goes a part of the way that is left (soft bounds).

    low_S, high_S : bounds [S]
    pulses        : pulses after which a tenth of the way is left
    vary          : spread of a pulse's part, lognormal
    noise         : of a read, in parts of high - low
    at            : where it begins, 0 at the lower bound, 1 at the upper
    """

    def __init__(
        self,
        rng: np.random.Generator,
        low_S: float,
        high_S: float,
        pulses: float = 50,
        vary: float = 0.25,
        noise: float = 0.001,
        at: float = 0.08,
    ) -> None:
        self.rng, self.low_S, self.high_S, self.vary, self.noise, self.at = rng, low_S, high_S, vary, noise, at
        self.part = np.log(10) / pulses

    def read(self) -> float:
        """Conductance with read noise [S]."""
        return self.low_S + (self.high_S - self.low_S) * (self.at + self.noise * self.rng.standard_normal())

    def pulse(self, up: bool) -> None:
        part = min(self.part * np.exp(self.vary * self.rng.standard_normal() - self.vary**2 / 2), 0.9)
        self.at += part * ((1 - self.at) if up else -self.at)

    def ramp(self, n: int, up: bool, at: float | None = None) -> np.ndarray:
        """(n + 1,) reads [S] around n pulses of one polarity; `at` puts the device to a start first."""
        if at is not None:
            self.at = at
        return self.turns((n, up))[0]

    def turns(self, *blocks: tuple[int, bool]) -> tuple[np.ndarray, np.ndarray]:
        """(n + 1,) reads [S], the first before any pulse, and (n,) whether each pulse between them is SET."""
        ups = np.concatenate([np.full(n, up) for n, up in blocks])
        reads = [self.read()]
        for up in ups:
            self.pulse(bool(up))
            reads.append(self.read())
        return np.array(reads), ups


def array_of(rng: np.random.Generator, n: int, low_S: float, high_S: float, **how: Any) -> list[Synapse]:
    """Devices of one array, whose bounds differ by a few per cent."""
    factors = np.exp(0.05 * rng.standard_normal((n, 2)))
    return [Synapse(rng, low_S * a, high_S * b, **how) for a, b in factors]


def by_turns(cycles: int, up: int, down: int, first: bool = UP) -> list[tuple[int, bool]]:
    """Blocks of pulses, up and down by turns."""
    pair = [(up, UP), (down, DOWN)]
    return (pair if first else pair[::-1]) * cycles
