"""The racetrack of the reference values, and walls in it."""

import math

import numpy as np

MATERIAL = {"Msat": 1e6, "Aex": 2e-11, "Dind": 0.6e-3, "Ku1": 7.5e5, "AnisU": (0, 0, 1), "alpha": 0.03}
K_EFF = 1.6e5
"""Effective anisotropy of the racetrack [J/m³]; stands in for Ku1 where the demagnetizing field is left out."""

WALL_WIDTH = math.sqrt(2e-11 / K_EFF)


def set_wall(magnet, position_m, width_m=WALL_WIDTH):
    """An up|down Néel wall at a distance from the left edge, turned as positive DMI wants it."""
    nx, ny = magnet.mesh.nx, magnet.mesh.ny
    x = ((np.arange(nx) + 0.5) * magnet.mesh.cx - position_m) / width_m
    m = np.zeros((3, ny, nx))
    m[2], m[0] = -np.tanh(x), -1 / np.cosh(x)
    magnet.set_m(m)


def wall_position(magnet):
    """Distance of an up|down wall from the left edge, from the mean mz [m]."""
    length = magnet.mesh.nx * magnet.mesh.cx
    mz = magnet.average("m")[2]
    scale = np.abs(magnet.m[2]).mean()
    return 0.5 * length * (1 + mz / scale)
