"""Random numbers for the thermal field, made inside the kernels.

Each number belongs to an address: the seed, the step, the cell and the component. A counter-based generator
(Threefry-2x32 with 13 rounds: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11 2011)
turns the address into 64 random bits, of which each component takes 21. Nothing is carried from step to
step, so the noise does not depend on how a run is cut into pieces, or on who runs beside it.

The numbers are uniform with zero mean and unit variance. The Heun scheme converges weakly with first order
for the Stratonovich equation, and for that order only the first three moments of an increment must be those
of the Gaussian (Kloeden and Platen 1992, section 14.1), which they are; after the hundreds of steps that a
magnetization needs to respond, the sum of increments is Gaussian anyway. A bounded field also keeps the
largest kick, and with it the largest stable step, in check.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from devicegen.engine.fields.simd import LANES, load, shift_left, shift_right, splat, splat_word, store, to_floats

UNIFORM_SCALE = float(np.sqrt(12.0) / 2**21)
"""Turns the centred 21-bit integers of `unit_noise` into numbers of unit variance."""

_PARITY = np.uint32(0x1BD11BDA)
_CENTRE = np.float32(2**20 - 0.5)
_TEN_BITS, _ELEVEN_BITS = np.uint32(0x3FF), np.uint32(0x7FF)


@njit(forceinline=True)
def _mix(x0, x1, left, right):
    x0 = x0 + x1
    x1 = (shift_left(x1, left) | shift_right(x1, right)) ^ x0
    return x0, x1


@njit(forceinline=True)
def threefry(key0, key1, x0, x1):
    """Threefry-2x32-13 of sixteen counters (x0, x1) under sixteen keys."""
    key2 = key0 ^ key1 ^ splat_word(_PARITY)
    x0, x1 = x0 + key0, x1 + key1
    x0, x1 = _mix(x0, x1, 13, 19)
    x0, x1 = _mix(x0, x1, 15, 17)
    x0, x1 = _mix(x0, x1, 26, 6)
    x0, x1 = _mix(x0, x1, 6, 26)
    x0, x1 = x0 + key1, x1 + key2 + splat_word(np.uint32(1))
    x0, x1 = _mix(x0, x1, 17, 15)
    x0, x1 = _mix(x0, x1, 29, 3)
    x0, x1 = _mix(x0, x1, 16, 16)
    x0, x1 = _mix(x0, x1, 24, 8)
    x0, x1 = x0 + key2, x1 + key0 + splat_word(np.uint32(2))
    x0, x1 = _mix(x0, x1, 13, 19)
    x0, x1 = _mix(x0, x1, 15, 17)
    x0, x1 = _mix(x0, x1, 26, 6)
    x0, x1 = _mix(x0, x1, 6, 26)
    x0, x1 = x0 + key0, x1 + key1 + splat_word(np.uint32(3))
    return _mix(x0, x1, 17, 15)


@njit(forceinline=True)
def unit_noise(keys, offsets, cell, step):
    """Three vectors of random integers - (2^20 - 1/2), uniform; times `UNIFORM_SCALE` their variance is 1.

    keys    : (48,) uint32, the two key words of the instance in each lane, and the number of its first step
    offsets : (16,) uint32, what each lane adds to the number of the first cell
    cell, step : the number of the first cell, and of the step counted from the first
    """
    x0, x1 = threefry(
        load(keys, 0),
        load(keys, LANES),
        load(offsets, 0) + splat_word(np.uint32(cell)),
        load(keys, 2 * LANES) + splat_word(np.uint32(step)),
    )
    centre = splat(_CENTRE)
    rest = shift_left(x0 & splat_word(_ELEVEN_BITS), 10) | (x1 & splat_word(_TEN_BITS))
    return to_floats(shift_right(x0, 11)) - centre, to_floats(shift_right(x1, 11)) - centre, to_floats(rest) - centre


@njit(cache=True)
def _fill_noise(keys, offsets, step, out):
    n = out.shape[1]
    for i in range(0, n, LANES):
        x, y, z = unit_noise(keys, offsets, i, step)
        store(out[0], i, x)
        store(out[1], i, y)
        store(out[2], i, z)


def noise_keys(seeds: list[int], first_steps: list[int]) -> np.ndarray:
    """The `keys` of `unit_noise` for up to sixteen instances; missing ones repeat the first."""
    keys = np.zeros((3, LANES), dtype=np.uint32)
    for lane in range(LANES):
        instance = lane if lane < len(seeds) else 0
        seed = seeds[instance]
        keys[:, lane] = seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF, first_steps[instance] & 0xFFFFFFFF
    return keys.reshape(-1)


def plain_noise(seed: int, step: int, shape: tuple[int, int]) -> np.ndarray:
    """The integers of `unit_noise` for every cell of a grid of `shape` (ny, nx): (3, ny, nx)."""
    cells = shape[0] * shape[1]
    out = np.zeros((3, -(-cells // LANES) * LANES), dtype=np.float32)
    _fill_noise(noise_keys([seed], [step]), np.arange(LANES, dtype=np.uint32), 0, out)
    return out[:, :cells].reshape(3, *shape)
