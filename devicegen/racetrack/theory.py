"""Numbers of a racetrack that theory gives: the wall's width, how fast it settles, which steps keep the waves' heat."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from devicegen.racetrack import heun
from devicegen.racetrack.heun import GAMMA

if TYPE_CHECKING:
    from devicegen.racetrack.config import RacetrackConfig

MU0 = 4e-7 * math.pi
"""Vacuum permeability [T m/A], as MuMax3 has it."""

MEAN_HEAT = 1.05
"""Mean energy of the grid's waves over kT up to which a step passes."""


def effective_anisotropy_J_m3(config: RacetrackConfig, ku_J_m3: float) -> float:
    """Ku less the shape anisotropy of an infinite film, 1/2 mu0 Ms^2 [J/m3]."""
    return ku_J_m3 - 0.5 * MU0 * config.material.saturation_magnetization_A_m**2


def wall_width_m(config: RacetrackConfig, ku_J_m3: float) -> float:
    """Width parameter sqrt(A/Keff) of a Bloch or Neel wall in an infinite film [m]."""
    return math.sqrt(config.material.exchange_J_m / effective_anisotropy_J_m3(config, ku_J_m3))


def recovery_time_s(config: RacetrackConfig, ku_J_m3: float) -> float:
    """Time constant in which the DMI turns a wall's middle back along the track, and the wall stops coasting [s].

    From the collective coordinates of a Neel wall: 1 / (alpha gamma pi/2 D/(Ms width)), for a small angle.
    """
    material = config.material
    field_T = abs(material.dmi_J_m2) / (material.saturation_magnetization_A_m * wall_width_m(config, ku_J_m3))
    return (1 + material.damping**2) / (material.damping * GAMMA * math.pi / 2 * field_T)


def grid_waves(config: RacetrackConfig) -> heun.FloatArray:
    """Angular frequencies of the waves that the grid carries in the hardest state [rad/s]."""
    geometry, material = config.geometry, config.material
    return heun.wave_frequency(
        (geometry.cell_x_m, geometry.cell_y_m),
        material.saturation_magnetization_A_m,
        material.exchange_J_m,
        effective_anisotropy_J_m3(config, max(config.anisotropies_J_m3)),
    )


def tested_time_step_s(config: RacetrackConfig) -> float:
    """Heun step up to which thermal equilibrium holds [s]: the waves of the grid carry kT within 5 % on average.

    At most 25 fs with cells of 2 x 2 nm, A = 2e-11 J/m, Ms = 1e6 A/m, for other grids in proportion to the period of
    their fastest wave: larger steps were not tested, however large the damping.
    """
    geometry, material = config.geometry, config.material
    per_cell = (2e-9 / geometry.cell_x_m) ** 2 + (2e-9 / geometry.cell_y_m) ** 2
    tested = 25e-15 * 2 / per_cell * (material.saturation_magnetization_A_m / 1e6) * (2e-11 / material.exchange_J_m)
    return min(tested, heun.step_of_heat_s(grid_waves(config), material.damping, MEAN_HEAT))
