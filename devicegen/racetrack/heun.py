"""What a fixed step of Heun's method does to thermal equilibrium.

Near its ground state a film is a sum of spin waves, each a damped oscillator driven by noise. Heun's method takes a bit
less damping from an oscillator than there is, by a share of (omega dt)^3 / (8 alpha), so that a fast wave comes to rest
hotter than its temperature: the fastest of the grid most, those that bend and push a wall not at all.
`validation/engine/test_heat.py` finds the same in the engine.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.optimize

GAMMA = 1.7595e11
"""Gyromagnetic ratio [rad/(T s)], as in MuMax3."""

SLOW_HZ = 350e9
"""Waves below count as slow: several times the frequencies at which a racetrack's wall moves, breathes and turns."""

_WAVES = 32
"""Wave numbers along each side that stand for all."""

FloatArray = npt.NDArray[np.float64]


def wave_frequency(
    cell_m: tuple[float, float], saturation_A_m: float, exchange_J_m: float, anisotropy_J_m3: float
) -> FloatArray:
    """(32, 32) angular frequencies [rad/s] of waves on a grid, evenly spread over all that it carries.

    cell_m          : (2,) cell along x and y [m]
    anisotropy_J_m3 : Ku less the shape anisotropy; the long-range part of the demagnetizing field is left out, and DMI,
                      which shifts opposite waves by as much up as down
    """
    phase = np.pi * (np.arange(_WAVES) + 0.5) / _WAVES
    along_x, along_y = ((2 - 2 * np.cos(phase)) / cell**2 for cell in cell_m)
    stiffness = anisotropy_J_m3 + exchange_J_m * (along_x[None, :] + along_y[:, None])
    return 2 * GAMMA / saturation_A_m * stiffness


def heat(frequency: npt.ArrayLike, step_s: float, damping: float) -> FloatArray:
    """Mean energy over kT of waves of these angular frequencies [rad/s]; infinite where the method is unstable.

    For psi' = lambda psi + noise, lambda = (i - alpha) omega / (1 + alpha^2), a step of Heun's method multiplies by
    R = 1 + l + l^2/2 with l = lambda dt, and the noise by 1 + l/2; both together settle at this energy.
    """
    scaled = np.asarray(frequency) * step_s * (1j - damping) / (1 + damping**2)
    kept = np.abs(1 + scaled + scaled**2 / 2) ** 2
    with np.errstate(divide="ignore"):
        settled = np.abs(1 + scaled / 2) ** 2 * -2 * scaled.real / (1 - kept)
    return np.where(kept < 1, settled, np.inf)


def stable_step_s(frequency: FloatArray, damping: float) -> float:
    """Step from which on the fastest wave grows without bound [s]."""

    def growth(angle: float) -> float:  # of a step, in radians of the fastest wave
        scaled = angle * (1j - damping) / (1 + damping**2)
        return abs(1 + scaled + scaled**2 / 2) - 1

    # at a fifth of the root of angle^3 = 8 alpha damping wins, at 3 (1 + alpha^2) growth does
    low, high = 0.4 * min(1.0, damping ** (1 / 3)), 3 * (1 + damping**2)
    root: Any = scipy.optimize.brentq(growth, low, high)
    return float(root) / float(frequency.max())


def step_of_heat_s(frequency: FloatArray, damping: float, mean_heat: float) -> float:
    """Step at which the waves carry on average this multiple of kT, above 1 [s]; at most the last stable one."""
    limit = stable_step_s(frequency, damping) * (1 - 1e-6)

    def excess(share: float) -> float:
        return float(heat(frequency, share * limit, damping).mean()) - mean_heat

    share: Any = 1.0 if excess(1) < 0 else scipy.optimize.brentq(excess, 1e-3, 1)
    return limit * float(share)
