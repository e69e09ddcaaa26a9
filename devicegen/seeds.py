"""Seeds are addresses: the same place in the study gives the same random numbers, whoever computes it.

Order, number of workers and restarts do not matter, because no generator is ever carried from one
place to the next.
"""

from __future__ import annotations

import hashlib

import numpy as np


def _word(part: str | int) -> int:
    """One 32-bit spawn-key word from a name or a non-negative index."""
    if isinstance(part, int):
        if not 0 <= part < 2**32:
            raise ValueError(f"a seed address holds integers from 0 to 2^32 - 1, found {part}")
        return part
    return int.from_bytes(hashlib.sha256(part.encode()).digest()[:4], "little")


def seed_sequence(root: int, *address: str | int) -> np.random.SeedSequence:
    """The seed at `address` below `root`, e.g. ``seed_sequence(2022, "racetrack", state, instance)``."""
    return np.random.SeedSequence(root, spawn_key=tuple(_word(part) for part in address))


def generator(root: int, *address: str | int) -> np.random.Generator:
    """A NumPy generator for the seed at `address` below `root`."""
    return np.random.Generator(np.random.PCG64(seed_sequence(root, *address)))


def integer_seed(root: int, *address: str | int) -> int:
    """A 31-bit integer seed at `address`, for programs that take one (MuMax3's ``ThermSeed``, numba kernels)."""
    return int(seed_sequence(root, *address).generate_state(1, np.uint32)[0] >> 1)
