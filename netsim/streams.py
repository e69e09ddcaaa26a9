"""Random numbers inside kernels: one splitmix64 stream for each purpose, seeded by its address in the study.

Splitmix64 (Steele, Lea and Flood 2014) is a counter pushed through a fixed mix: it passes the usual
batteries, costs about a nanosecond, and a plain NumPy twin can draw the same numbers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from devicegen.seeds import seed_sequence

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _32, _40 = (np.uint64(n) for n in (30, 27, 31, 32, 40))
_TO_UNIT = np.float32(2.0**-24)
_BYTE, _8 = np.uint64(0xFF), np.uint64(8)
_BYTES_MEAN = 8 * 127.5
_TO_NORMAL = np.float32((8 * (256**2 - 1) / 12) ** -0.5)


def stream_states(root: int, address: tuple[str | int, ...], purposes: tuple[str, ...]) -> npt.NDArray[np.uint64]:
    """(purposes,) start of one stream for each purpose, at `address` below `root`."""
    starts = [seed_sequence(root, *address, purpose).generate_state(1, np.uint64)[0] for purpose in purposes]
    return np.array(starts, dtype=np.uint64)


@njit(cache=True)
def next_bits(states, stream):
    """Next 64 random bits of one stream; advances ``states[stream]``."""
    z = states[stream] + _GOLDEN
    states[stream] = z
    z = (z ^ (z >> _30)) * _MIX_1
    z = (z ^ (z >> _27)) * _MIX_2
    return z ^ (z >> _31)


@njit(cache=True)
def next_uniform(states, stream):
    """Next number of one stream, float32 in [0, 1) on a grid of 2^-24."""
    return np.float32(np.int64(next_bits(states, stream) >> _40)) * _TO_UNIT


@njit(cache=True)
def next_below(states, stream, n):
    """Next integer of one stream in [0, n), n < 2^31; the bias is below n / 2^32."""
    return np.int64(((next_bits(states, stream) >> _32) * np.uint64(n)) >> _32)


@njit(cache=True)
def next_normal(states, stream):
    """Next number of one stream, float32, nearly normal with mean 0 and variance 1: the sum of eight random bytes.

    For noise that is a sum over many devices; its tails end at 4.9, its excess kurtosis is -0.15.
    """
    bits = next_bits(states, stream)
    total = np.int64(0)
    for _ in range(8):
        total += np.int64(bits & _BYTE)
        bits >>= _8
    return (np.float32(total) - np.float32(_BYTES_MEAN)) * _TO_NORMAL
