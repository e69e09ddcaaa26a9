"""What a racetrack's configuration must satisfy to be simulated at all, and what it should satisfy.

`refusals` are sentences about configurations that cannot give a result; `cautions` about such that run
but are coarse, and go to the log and to the provenance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devicegen.racetrack import heun
from devicegen.racetrack.theory import (
    MU0,
    grid_waves,
    recovery_time_s,
    tested_time_step_s,
    wall_width_m,
)

if TYPE_CHECKING:
    from devicegen.racetrack.config import RacetrackConfig

MOST_CELLS = 4_000_000
"""A grid with more takes days for one event: most likely a length is not in metres."""

MOST_STEPS = 100_000_000
"""Steps of one event or train; more take hours of a core at the least: most likely a time is not in seconds."""

MOST_HELD_STEPS = 8
"""Heun steps, of two stages each, for which the far demagnetizing field may be held: thermal equilibrium was tested."""

_PREFIXES = ((1e9, "G"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p"), (1e-15, "f"))


def readable(value: float, unit: str) -> str:
    """A quantity as people write it: 4 nm, 25 fs, 12.5 ns."""
    factor, prefix = next(((f, p) for f, p in _PREFIXES if abs(value) >= 0.9995 * f), _PREFIXES[-1])
    return f"{value / factor if value else 0:.4g} {prefix if value else ''}{unit}"


def _heat_caution(config: RacetrackConfig) -> str:
    """What a step above the tested one does, in numbers."""
    waves, step_s = grid_waves(config), config.protocol.time_step_s
    carried = heun.heat(waves, step_s, config.material.damping)
    slow = carried[waves < 2 * math.pi * heun.SLOW_HZ]
    words = f"{100 * (float(carried.mean()) - 1):.2g} % more on average"
    if slow.size:
        words += f", those below {readable(heun.SLOW_HZ, 'Hz')}, a wall's among them, {100 * (slow.max() - 1):.1g} %"
    return (
        f"a time step of {readable(step_s, 's')} is above {readable(tested_time_step_s(config), 's')}, up to which "
        f"thermal equilibrium holds: the grid's waves carry more heat than they should, {words}"
    )


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
            yield (
                f"geometry.{side} = {readable(size, 'm')} is {cells:.6g} cells of {readable(cell, 'm')}: "
                "expected a whole number, at least 2"
            )
    columns, rows = config.grid
    if columns * rows > MOST_CELLS:
        yield (
            f"the grid has {columns} x {rows} cells, expected at most {MOST_CELLS:,} in all: are "
            f"geometry.length_m = {readable(geometry.length_m, 'm')}, width_m = {readable(geometry.width_m, 'm')} and "
            "the cells in metres?"
        )
    if columns * rows % 2:
        yield (
            f"the grid has {columns} x {rows} cells, an odd number, and MuMax3 draws thermal noise in pairs: "
            "choose geometry.length_m or geometry.cell_x_m so that the number of columns is even"
        )
    if config.roughness.kind == "cells" and config.roughness.rms_m > geometry.cell_y_m * (1 + 1e-9):
        yield (
            f"roughness.rms_m = {readable(config.roughness.rms_m, 'm')} cannot be made of single cells of "
            f"{readable(geometry.cell_y_m, 'm')}: expected at most one cell, or roughness.kind: correlated"
        )
    if 4 * config.roughness.rms_m >= geometry.width_m:
        yield (
            f"roughness.rms_m = {readable(config.roughness.rms_m, 'm')} cuts a track of "
            f"{readable(geometry.width_m, 'm')} in two: expected less than a quarter of the width"
        )


def _state_refusals(config: RacetrackConfig) -> Iterator[str]:
    if config.train is None and len(config.states) < 2:
        yield f"states: found {len(config.states)}, expected at least 2"
        return
    if config.train is not None and config.states:
        yield "states and train exclude each other: a train has an anisotropy of its own; leave out one of the two"
        return
    targets = [state.target for state in config.states]
    if any(later <= earlier for earlier, later in zip(targets, targets[1:], strict=False)):
        yield f"states: the targets {targets} do not increase; list the states by increasing target"
    anisotropies = [state.ku_J_m3 for state in config.states]
    twice = [ku for ku in anisotropies if anisotropies.count(ku) > 1]
    if twice:
        yield f"states: Ku = {twice[0]:g} J/m3 comes twice: two states that are written alike cannot be told apart"
    shape = 0.5 * MU0 * config.material.saturation_magnetization_A_m**2
    chosen = config.states if config.train is None else (config.train,)
    softest = min(config.anisotropies_J_m3)
    if config.protocol.ku_after_pulse == "restored":
        softest = min(softest, config.protocol.restored_ku_J_m3)
    if softest <= shape:
        volts = next((f" (at {one.voltage_V:g} V)" for one in chosen if one.ku_J_m3 == softest and one.voltage_V), "")
        yield (
            f"Ku = {softest:g} J/m3{volts} is not above the shape anisotropy 1/2 mu0 Ms^2 = {shape:.4g} J/m3, so "
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
    wall = max(wall_width_m(config, ku) for ku in config.anisotropies_J_m3)
    inner_m = max(config.end_stops.length_m, notches.width_m / 2) + wall  # from an end to where a wall has room
    neck = geometry.width_m - 2 * notches.depth_m
    if neck < 3 * geometry.cell_y_m * (1 - 1e-9):
        yield (
            f"notches.depth_m = {readable(notches.depth_m, 'm')} on both sides leaves "
            f"{readable(max(neck, 0), 'm')} of a track of {readable(geometry.width_m, 'm')}: expected at least 3 cells "
            f"({readable(3 * geometry.cell_y_m, 'm')})"
        )
    if 2 * inner_m > geometry.length_m:
        what = f"notches.width_m = {readable(notches.width_m, 'm')}: a notch takes"
        if config.end_stops.length_m > notches.width_m / 2:
            what = f"end_stops.length_m = {readable(config.end_stops.length_m, 'm')}: both take"
        yield (
            f"{what}, with the wall's width of {readable(wall, 'm')} on each side, {readable(2 * inner_m, 'm')} of a "
            f"track of geometry.length_m = {readable(geometry.length_m, 'm')}: expected less than the track"
        )
    if notches.pitch_m < notches.width_m + wall:
        yield (
            f"notches.pitch_m = {readable(notches.pitch_m, 'm')} leaves no room for the wall: expected at least "
            f"notches.width_m + the wall's width = {readable(notches.width_m, 'm')} + {readable(wall, 'm')}"
        )
    if not inner_m <= notches.first_m <= geometry.length_m - inner_m:
        yield (
            f"notches.first_m = {readable(notches.first_m, 'm')}, where the wall starts, is off the track or too near "
            f"to an end: expected between {readable(inner_m, 'm')} and {readable(geometry.length_m - inner_m, 'm')}"
        )
    if config.end_stops.length_m and config.end_stops.ku_J_m3 <= max(config.anisotropies_J_m3):
        yield (
            f"end_stops.ku_J_m3 = {config.end_stops.ku_J_m3:g} J/m3 stops no wall: expected more than the largest Ku "
            f"between them, {max(config.anisotropies_J_m3):g} J/m3"
        )
    hardest = min(wall_width_m(config, ku) for ku in config.anisotropies_J_m3)
    cell = max(geometry.cell_x_m, geometry.cell_y_m)
    if cell > hardest / 2:
        yield (
            f"the cells of {readable(cell, 'm')} are larger than half the wall's width of {readable(hardest, 'm')}: "
            f"the grid would pin the wall; expected at most {readable(hardest / 2, 'm')}, better "
            f"{readable(hardest / 3, 'm')}"
        )


def _time_refusals(config: RacetrackConfig) -> Iterator[str]:
    protocol = config.protocol
    for name in ("thermalise_s", "pulse_s", "rest_s", "table_period_s"):
        if getattr(protocol, name) < protocol.time_step_s:
            yield (
                f"protocol.{name} = {readable(getattr(protocol, name), 's')} is shorter than one time step of "
                f"{readable(protocol.time_step_s, 's')}"
            )
    if config.duration_s / protocol.time_step_s > MOST_STEPS:
        yield (
            f"one {'event' if config.train is None else 'train'} of {config.duration_s:.4g} s takes "
            f"{config.duration_s / protocol.time_step_s:.3g} steps of {readable(protocol.time_step_s, 's')}, expected "
            f"at most {MOST_STEPS:,}: are the times of protocol in seconds?"
        )
    if protocol.table_period_s > config.duration_s:
        yield f"protocol.table_period_s = {readable(protocol.table_period_s, 's')} is longer than the event itself"
    if config.train is not None and protocol.ku_after_pulse == "restored":
        yield "protocol.ku_after_pulse is restored, but a train keeps its anisotropy: expected held"
    stable = heun.stable_step_s(grid_waves(config), config.material.damping)
    if protocol.time_step_s > stable:
        yield (
            f"protocol.time_step_s = {readable(protocol.time_step_s, 's')} is unstable on these cells: with a damping "
            f"of {config.material.damping:g} the grid's fastest waves grow without bound from "
            f"{readable(stable, 's')} on; expected at most {readable(tested_time_step_s(config), 's')}"
        )


def cautions(config: RacetrackConfig) -> tuple[str, ...]:
    """Sentences about what runs but is coarser than it should be."""
    found: list[str] = []
    hardest = min(wall_width_m(config, ku) for ku in config.anisotropies_J_m3)
    cell = max(config.geometry.cell_x_m, config.geometry.cell_y_m)
    if cell > hardest / 3 * (1 + 1e-9):
        found.append(
            f"cells of {readable(cell, 'm')} are larger than a third of the wall's width ({readable(hardest, 'm')}): "
            "the grid adds pinning of its own"
        )
    found += _notch_cautions(config)
    material, thickness_m = config.material, config.geometry.thickness_m
    exchange_length_m = math.sqrt(2 * material.exchange_J_m / (MU0 * material.saturation_magnetization_A_m**2))
    if thickness_m > exchange_length_m:
        found.append(
            f"a layer of {readable(thickness_m, 'm')} is thicker than the exchange length of "
            f"{readable(exchange_length_m, 'm')}: its magnetization differs from bottom to top, which one layer of "
            "cells cannot show"
        )
    held_s, tested_s = config.protocol.far_demag_hold_s, MOST_HELD_STEPS * config.protocol.time_step_s
    if held_s > tested_s * (1 + 1e-9):
        found.append(
            f"the far demagnetizing field is held for {readable(held_s, 's')}, longer than the "
            f"{readable(tested_s, 's')} ({MOST_HELD_STEPS} steps) at which thermal equilibrium was tested"
        )
    if config.protocol.time_step_s > tested_time_step_s(config) * (1 + 1e-9):
        found.append(_heat_caution(config))
    rest_s = config.protocol.rest_s
    if config.train is None and rest_s < 10e-9:
        found.append(
            f"a rest of {readable(rest_s, 's')} is shorter than 10 ns: some walls of the softer states still move"
        )
    if config.train is not None and rest_s < 3 * (recovery_s := recovery_time_s(config, config.train.ku_J_m3)):
        found.append(
            f"a rest of {readable(rest_s, 's')} is shorter than three times the {readable(recovery_s, 's')} in which a "
            "wall comes to rest: a pulse may still feel the one before"
        )
    return tuple(found)


def _notch_cautions(config: RacetrackConfig) -> list[str]:
    notches, geometry = config.notches, config.geometry
    found: list[str] = []
    if notches.depth_m == 0:
        return found
    if notches.width_m > geometry.width_m:
        found.append(
            f"notches of {readable(notches.width_m, 'm')} are wider than the track of "
            f"{readable(geometry.width_m, 'm')}: they narrow it rather than pin a wall at a place"
        )
    for name, size, cell in (
        ("depth", notches.depth_m, geometry.cell_y_m),
        ("width", notches.width_m, geometry.cell_x_m),
    ):
        if size < cell * (1 - 1e-9):
            found.append(
                f"a notch's {name} of {readable(size, 'm')} is less than a cell of {readable(cell, 'm')}: "
                "most of the notches vanish on the grid"
            )
    if len(config.notch_positions_m) == 1:
        found.append(
            f"a pitch of {readable(notches.pitch_m, 'm')} leaves one notch, at {readable(notches.first_m, 'm')}, on a "
            f"track of {readable(geometry.length_m, 'm')}: a wall that has left it is held by rough edges only"
        )
    neck_m = geometry.width_m - 2 * notches.depth_m
    if neck_m < 4 * config.roughness.rms_m:
        found.append(
            f"the track is {readable(neck_m, 'm')} wide at a notch, and its edges are rough by "
            f"{readable(config.roughness.rms_m, 'm')} each: some necks are cut down to two cells"
        )
    return found
