"""Pictures that the table cannot give: a racetrack with its wall at rest, one event as a film, the walks of trains."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from devicegen.figure import figure
from devicegen.racetrack.ensemble import mz_profile
from devicegen.racetrack.ensemble_file import Ensemble, read_ensemble
from devicegen.racetrack.film import Film, film_event
from devicegen.racetrack.geometry import BoolArray, column_centres_m
from devicegen.racetrack.train import Train
from devicegen.racetrack.train_reduction import walk
from devicegen.racetrack.wall import read_wall
from devicegen.table import OUTCOMES

EMPTY = "#dcdcdc"
"""Colour of what is not magnetic; white is a magnetization in the plane."""

FRAMES = 9
"""Pictures of a film strip."""


def draw_walls(ensemble_path: Path, folder: Path, work_dir: Path, engine_choice: str | None = None) -> list[Path]:
    """Draw the racetrack at rest, and one event as a film or the walks of all trains, into `folder` (emptied first).

    work_dir : for the engine, which runs one event of the ensemble once more
    Raises EngineError for an ensemble that cannot be read, or if the engine fails.
    """
    ensemble = read_ensemble(ensemble_path)
    film = film_event(ensemble, work_dir, engine_choice)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    made = [folder / "racetrack.png"]
    draw_racetrack(film, made[0])
    if ensemble.config.train is None:
        made.append(folder / "event.png")
        draw_film(film, made[-1])
    else:
        made.append(folder / "walks.png")
        draw_walks(ensemble, ensemble.config.train, made[-1])
    return made


def draw_racetrack(film: Film, path: Path) -> None:
    """The magnetization relaxed at 0 K: colour is mz, arrows show the wall's middle, ticks below the notches."""
    config = film.config
    columns, rows = film.mask.shape[1], film.mask.shape[0]
    with figure(path, 10.0, 1.9) as drawing:
        axes = drawing.subplots()
        _show(axes, film.at_rest[2], film.mask, film)
        axes.set_aspect("equal")
        x, y = np.meshgrid(*(np.arange(n) + 0.5 for n in (columns, rows)))
        inside = film.mask & (np.abs(film.at_rest[2]) < 0.9)
        inside &= (np.arange(rows)[:, None] % max(rows // 9, 1) == 0) & (np.arange(columns) % 2 == 0)
        cell_nm = 1e9 * config.geometry.cell_x_m, 1e9 * config.geometry.cell_y_m
        axes.quiver(
            x[inside] * cell_nm[0], y[inside] * cell_nm[1] - _middle_nm(film),
            film.at_rest[0][inside], film.at_rest[1][inside],
            scale=60, width=0.0016, color="black",
        )  # fmt: skip
        for notch in config.notch_positions_m:
            axes.plot(1e9 * notch, axes.get_ylim()[0], "^", color="black", ms=5, clip_on=False)
        if config.end_stops.length_m:
            length, stop = 1e9 * config.geometry.length_m, 1e9 * config.end_stops.length_m
            for edge in (stop, length - stop):
                axes.axvline(edge, color="white", lw=1.0, ls="--")
        stops = ", dashed: end stops" if config.end_stops.length_m else ""
        axes.set_xlabel(f"x [nm] (red: up, blue: down, triangles: notches{stops})")
        axes.set_ylabel("y [nm]")
        drawing.suptitle(
            f"{film.device}: racetrack {film.instance} with its wall at rest, "
            f"Ku = {config.anisotropies_J_m3[film.state]:,.6g} J/m³",
            fontsize=10,
            fontweight="bold",
        )


def draw_film(film: Film, path: Path) -> None:
    """One event: mz at some moments, closer together around the pulse, and the wall's position all the while."""
    config, protocol = film.config, film.config.protocol
    x_m = column_centres_m(config)
    readings = [read_wall(mz_profile(mz, film.mask), x_m) for mz in film.mz]
    kept = np.array([OUTCOMES[reading.outcome] == "kept" for reading in readings])
    position_nm = np.array([1e9 * reading.position_m for reading in readings])
    times_ns = 1e9 * film.times_s
    pulse_ns = 1e9 * protocol.thermalise_s, 1e9 * (protocol.thermalise_s + protocol.pulse_s)
    chosen = _moments(times_ns, pulse_ns)
    with figure(path, 10.0, 0.62 * len(chosen) + 2.6) as drawing:
        ratios = [1.0] * len(chosen) + [3.0]
        rows = drawing.subplots(len(chosen) + 1, 1, height_ratios=ratios, sharex=True)
        for axes, index in zip(rows, chosen, strict=False):
            _show(axes, film.mz[index], film.mask, film)
            axes.set_yticks([])
            current = ", current on" if pulse_ns[0] < times_ns[index] <= pulse_ns[1] + 1e-6 else ""
            axes.set_title(f"{times_ns[index]:.1f} ns{current}", loc="left", fontsize=8, pad=2)
            axes.spines[:].set_visible(False)
            axes.tick_params(bottom=False)
        rows[-1].axhspan(*pulse_ns, color="#D55E00", alpha=0.2, lw=0, label="current pulse")
        rows[-1].plot(position_nm[kept], times_ns[kept], ".-", color="#0072B2", lw=1.2, label="wall")
        for notch in config.notch_positions_m:
            rows[-1].axvline(1e9 * notch, color="#888888", lw=0.7, zorder=0)
        rows[-1].invert_yaxis()
        rows[-1].set_ylabel("time [ns]")
        rows[-1].set_xlabel("wall position [nm] (grey: notches)")
        rows[-1].legend(loc="best")
        drawing.suptitle(
            f"{film.device}: one write at Ku = {config.anisotropies_J_m3[film.state]:,.6g} J/m³, "
            f"racetrack {film.instance} (red: up, blue: down)",
            fontsize=10,
            fontweight="bold",
        )


def draw_walks(ensemble: Ensemble, train: Train, path: Path) -> None:
    """Where every wall was after each pulse of its train, and the median of all."""
    found = walk(ensemble, train)
    pulses = np.arange(found.position.shape[1])
    with figure(path, 9.0, 4.6) as drawing:
        axes = drawing.subplots()
        for first in range(0, found.polarity.size, train.pulses):
            of_set = found.polarity[first] > 0
            axes.axvspan(
                first, first + train.pulses, color="#D55E00" if of_set else "#0072B2", alpha=0.12, lw=0,
                label=("SET" if of_set else "RESET") if first < 2 * train.pulses else None,
            )  # fmt: skip
        for notch in ensemble.config.notch_positions_m:
            axes.axhline(1e9 * notch, color="#bbbbbb", lw=0.6, zorder=0)
        axes.plot(pulses, 1e9 * found.position.T, color="#555555", lw=0.6, alpha=0.7)
        with np.errstate(all="ignore"):
            axes.plot(pulses, 1e9 * np.nanmedian(found.position, axis=0), color="black", lw=2.2, label="median")
        axes.set_xlim(0, pulses[-1])
        axes.set_ylim(0, 1e9 * ensemble.config.geometry.length_m)
        axes.set_xlabel("pulses")
        axes.set_ylabel("wall position [nm] (grey: notches)")
        drawing.legend(loc="outside right center")
        drawing.suptitle(
            f"{ensemble.device}: {len(ensemble.events)} walls, Ku = {train.ku_J_m3:,.6g} J/m³",
            fontsize=10,
            fontweight="bold",
        )


def _moments(times_ns: np.ndarray, pulse_ns: tuple[float, float]) -> list[int]:
    """Indices of the pictures of a film strip: before, at the end of the pulse, then ever further apart, the last."""
    rest = np.geomspace(0.5, times_ns[-1] - pulse_ns[1], FRAMES - 3)
    wanted = [pulse_ns[0], sum(pulse_ns) / 2, pulse_ns[1], *(pulse_ns[1] + rest)]
    return sorted({int(np.argmin(np.abs(times_ns - moment))) for moment in wanted})


def _middle_nm(film: Film) -> float:
    """Height of the track's middle above the lowest row of cells [nm]."""
    return 1e9 * film.config.track_rows * film.config.geometry.cell_y_m / 2


def _show(axes: Axes, mz: np.ndarray, mask: BoolArray, film: Film) -> None:
    """Mz in colour where there is material, grey where there is none."""
    axes.grid(False)
    axes.set_facecolor(EMPTY)
    geometry = film.config.geometry
    low, height = -_middle_nm(film), 1e9 * mask.shape[0] * geometry.cell_y_m
    axes.imshow(
        np.where(mask, mz, np.nan), origin="lower", cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest",
        extent=(0, 1e9 * geometry.length_m, low, low + height), aspect="auto",
    )  # fmt: skip
