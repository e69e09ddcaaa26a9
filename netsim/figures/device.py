"""Pictures of one device's table."""

from __future__ import annotations

import shutil
from pathlib import Path

from devicegen.table import DeviceTable
from devicegen.table_file import read_table
from netsim.figures.jump_table import draw_jump_tables, draw_ramps
from netsim.figures.measured import draw_measured
from netsim.figures.states import draw_states
from netsim.figures.walls import draw_cumulative


def draw_device(table_path: Path, folder: Path) -> list[Path]:
    """Draw all that a table holds into `folder` (emptied first); returns the pictures."""
    table = read_table(table_path)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    made = []
    if table.jump_set is not None and table.jump_reset is not None:
        made.append(folder / "jump_tables.png")
        draw_jump_tables(table.device, table.jump_set, table.jump_reset, made[-1], table.coverage)
        made += draw_measured(table, folder)
        if table.kind == "artificial" and table.trains is None:  # of others real trains are drawn
            made.append(folder / "ramps.png")
            draw_ramps(table.device, table.jump_set, table.jump_reset, (table.g_min_S, table.g_max_S), made[-1])
    if table.states is not None:
        made.append(folder / "states.png")
        draw_states(table.device, table.states, made[-1], *_track(table))
        made.append(folder / "cumulative.png")
        draw_cumulative(table.device, table.states, made[-1])
    return made


def _track(table: DeviceTable) -> tuple[list[float], float | None]:
    """Places of the notches and length of a simulated racetrack [m], from the configuration that its table carries."""
    config = table.provenance.get("config", {})
    if table.kind != "simulated" or not {"notches", "geometry"} <= config.keys():
        return [], None
    first, pitch, length = config["notches"]["first_m"], config["notches"]["pitch_m"], config["geometry"]["length_m"]
    return [first + k * pitch for k in range(int((length - pitch / 2 - first) / pitch + 1e-9) + 1)], length
