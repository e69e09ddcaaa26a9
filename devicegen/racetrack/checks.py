"""What a racetrack's configuration must satisfy to be simulated at all, and what it should satisfy.

`refusals` are sentences about configurations that cannot give a result; `cautions` about such that run
but are coarse, and go to the log and to the provenance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devicegen.racetrack.config import RacetrackConfig

MU0 = 4e-7 * math.pi
"""Vacuum permeability [T m/A], as MuMax3 has it."""


def effective_anisotropy_J_m3(config: RacetrackConfig, ku_J_m3: float) -> float:
    """Ku less the shape anisotropy of an infinite film, 1/2 mu0 Ms^2 [J/m3]."""
    return ku_J_m3 - 0.5 * MU0 * config.material.saturation_magnetization_A_m**2


def wall_width_m(config: RacetrackConfig, ku_J_m3: float) -> float:
    """Width parameter sqrt(A/Keff) of a Bloch or Neel wall in an infinite film [m]."""
    return math.sqrt(config.material.exchange_J_m / effective_anisotropy_J_m3(config, ku_J_m3))


def tested_time_step_s(config: RacetrackConfig) -> float:
    """Heun step at which thermal equilibrium was found to hold within 3 % [s].

    25 fs with cells of 2 x 2 nm, A = 2e-11 J/m, Ms = 1e6 A/m. The fastest exchange mode of the grid sets it, with
    a rate in proportion to (1/dx^2 + 1/dy^2) A / Ms.
    """
    geometry, material = config.geometry, config.material
    per_cell = (2e-9 / geometry.cell_x_m) ** 2 + (2e-9 / geometry.cell_y_m) ** 2
    return 25e-15 * 2 / per_cell * (material.saturation_magnetization_A_m / 1e6) * (2e-11 / material.exchange_J_m)


def refusals(config: RacetrackConfig) -> Iterator[str]:
    """Sentences about what makes the configuration impossible, the plainest first."""
    yield from _grid_refusals(config)
    yield from _state_refusals(config)  # the wall's width exists only once these have passed
    yield from _notch_refusals(config)
    yield from _time_refusals(config)


def _grid_refusals(config: RacetrackConfig) -> Iterator[str]:
    geometry = config.geometry
    for side, size, cell in (
        ("length_m", geometry.length_m, geometry.cell_x_m),
        ("width_m", geometry.width_m, geometry.cell_y_m),
    ):
        cells = size / cell
        if cells < 2 or abs(cells - round(cells)) > 1e-6:
            yield f"geometry.{side} = {size:g} m is {cells:g} cells of {cell:g} m: expected a whole number, at least 2"
    columns, rows = config.grid
    if columns * rows % 2:
        yield (
            f"the grid has {columns} x {rows} cells, an odd number, and MuMax3 draws thermal noise in pairs: "
            "choose geometry.length_m or geometry.cell_x_m so that the number of columns is even"
        )
    if config.roughness.kind == "cells" and config.roughness.rms_m > geometry.cell_y_m * (1 + 1e-9):
        yield (
            f"roughness.rms_m = {config.roughness.rms_m:g} m cannot be made of single cells of "
            f"{geometry.cell_y_m:g} m: expected at most one cell, or roughness.kind: correlated"
        )
    if 4 * config.roughness.rms_m >= geometry.width_m:
        yield (
            f"roughness.rms_m = {config.roughness.rms_m:g} m cuts a track of {geometry.width_m:g} m in two: "
            "expected less than a quarter of the width"
        )


def _state_refusals(config: RacetrackConfig) -> Iterator[str]:
    targets = [state.target for state in config.states]
    if any(later <= earlier for earlier, later in zip(targets, targets[1:], strict=False)):
        yield f"states: the targets {targets} do not increase; list the states by increasing target"
    shape = 0.5 * MU0 * config.material.saturation_magnetization_A_m**2
    softest = min(state.ku_J_m3 for state in config.states)
    if config.protocol.ku_after_pulse == "restored":
        softest = min(softest, config.protocol.restored_ku_J_m3)
    if softest <= shape:
        yield (
            f"states: Ku = {softest:g} J/m3 is not above the shape anisotropy 1/2 mu0 Ms^2 = {shape:.4g} J/m3, so "
            "that the magnetization lies in the plane and has no up|down wall; raise Ku or lower "
            "material.saturation_magnetization_A_m"
        )
        return
    critical = 4 / math.pi * math.sqrt(config.material.exchange_J_m * (softest - shape))
    if abs(config.material.dmi_J_m2) >= critical:
        yield (
            f"material.dmi_J_m2 = {config.material.dmi_J_m2:g} J/m2 is not below the critical {critical:.3g} J/m2 "
            f"at Ku = {softest:g} J/m3, where walls appear by themselves"
        )
    if config.material.dmi_J_m2 == 0:
        yield "material.dmi_J_m2 is 0: without DMI the wall is of Bloch type and spin-orbit torque does not drive it"


def _notch_refusals(config: RacetrackConfig) -> Iterator[str]:
    notches, geometry = config.notches, config.geometry
    wall = max(wall_width_m(config, state.ku_J_m3) for state in config.states)
    neck = geometry.width_m - 2 * notches.depth_m
    if neck < 3 * geometry.cell_y_m:
        yield (
            f"notches.depth_m = {notches.depth_m:g} m on both sides leaves {neck:.3g} m of a track of "
            f"{geometry.width_m:g} m: expected at least 3 cells ({3 * geometry.cell_y_m:g} m)"
        )
    if notches.pitch_m < notches.width_m + wall:
        yield (
            f"notches.pitch_m = {notches.pitch_m:g} m leaves no room for the wall: expected at least "
            f"notches.width_m + the wall's width = {notches.width_m:g} + {wall:.3g} m"
        )
    if not wall + notches.width_m / 2 <= notches.first_m <= geometry.length_m - wall - notches.width_m / 2:
        yield (
            f"notches.first_m = {notches.first_m:g} m, where the wall starts, is off the track or too near to an end: "
            f"expected between {wall + notches.width_m / 2:.3g} and "
            f"{geometry.length_m - wall - notches.width_m / 2:.3g} m"
        )
    hardest = min(wall_width_m(config, state.ku_J_m3) for state in config.states)
    cell = max(geometry.cell_x_m, geometry.cell_y_m)
    if cell > hardest / 2:
        yield (
            f"the cells of {cell:g} m are larger than half the wall's width of {hardest:.3g} m: the grid would pin "
            f"the wall; expected at most {hardest / 2:.3g} m, better {hardest / 3:.3g} m"
        )


def _time_refusals(config: RacetrackConfig) -> Iterator[str]:
    protocol = config.protocol
    for name in ("thermalise_s", "pulse_s", "rest_s", "table_period_s"):
        if getattr(protocol, name) < protocol.time_step_s:
            yield (
                f"protocol.{name} = {getattr(protocol, name):g} s is shorter than one time step of "
                f"{protocol.time_step_s:g} s"
            )
    if protocol.table_period_s > protocol.total_s:
        yield f"protocol.table_period_s = {protocol.table_period_s:g} s is longer than the event itself"
    tested = tested_time_step_s(config)
    if protocol.time_step_s > 2.5 * tested:
        yield (
            f"protocol.time_step_s = {protocol.time_step_s:g} s is unstable on these cells: Heun was tested up to "
            f"{tested:.3g} s; expected at most {2.5 * tested:.3g} s"
        )


def cautions(config: RacetrackConfig) -> tuple[str, ...]:
    """Sentences about what runs but is coarser than it should be."""
    found: list[str] = []
    hardest = min(wall_width_m(config, state.ku_J_m3) for state in config.states)
    cell = max(config.geometry.cell_x_m, config.geometry.cell_y_m)
    if cell > hardest / 3 * (1 + 1e-9):
        found.append(
            f"cells of {cell:g} m are larger than a third of the wall's width ({hardest:.3g} m): "
            "the grid adds pinning of its own"
        )
    tested = tested_time_step_s(config)
    if config.protocol.time_step_s > tested * (1 + 1e-9):
        found.append(
            f"a time step of {config.protocol.time_step_s:g} s is above the {tested:.3g} s at which thermal "
            "equilibrium was tested: the track is hotter than its temperature"
        )
    if config.protocol.rest_s < 10e-9:
        found.append(
            f"a rest of {config.protocol.rest_s:g} s is shorter than 10 ns: some walls of the softer states still move"
        )
    return tuple(found)
