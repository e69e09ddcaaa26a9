"""Devices of IBM's aihwkit: a jump-table as the text of a fitted `PiecewiseStepDevice` preset, and such a text back.

That device moves its weight w, from -1 to 1, by dw_min·v(w)·(1 + dw_min_std·ξ) a pulse, with ξ a standard normal
deviate and v given at equally spaced nodes, one list for up and one for down. So it holds the mean change at each
weight, and a spread in proportion to it: where the spread of a table is not, that is lost. The preset takes the ratio
of both that is right on average. Differences between devices and read noise are set to nothing.
"""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import Any

import numpy as np

from devicegen.errors import TableError
from devicegen.files import write_text_whole
from devicegen.table import DeviceTable, FloatArray, JumpTable

NODES = 33
"""Nodes of a response; aihwkit takes fewer than 64."""

_ONE_SIGMA = (0.158655, 0.841345)

_TEXT = '''\
"""{title}, fitted by dev2net to its jump-tables; a weight of -1 is {g_min_S:.6g} S, of 1 {g_max_S:.6g} S."""

from dataclasses import dataclass, field
from typing import List

from aihwkit.simulator.configs.devices import PiecewiseStepDevice


@dataclass
class {name}PresetDevice(PiecewiseStepDevice):
    """{title}: {origin}."""

    w_min: float = -1.0
    w_max: float = 1.0
    w_min_dtod: float = 0.0
    w_max_dtod: float = 0.0
    dw_min: float = {dw_min:.9g}
    dw_min_dtod: float = 0.0
    dw_min_std: float = {dw_min_std:.6g}
    up_down: float = 0.0
    up_down_dtod: float = 0.0
    write_noise_std: float = 0.0
    piecewise_up: List[float] = field(default_factory=lambda: {up})
    piecewise_down: List[float] = field(default_factory=lambda: {down})
'''


def preset_text(table: DeviceTable) -> str:
    """A fitted preset as the text of a Python module. Raises TableError for a table without jump-tables."""
    if table.jump_set is None or table.jump_reset is None:
        raise TableError(f"device {table.device} has no jump-tables, which an aihwkit preset is fitted to.")
    at = np.linspace(table.g_min_S, table.g_max_S, NODES)
    span = table.g_max_S - table.g_min_S
    up, down = (
        sign * 2 * np.interp(at, jump.conductance, jump.mean()) / span
        for sign, jump in ((1, table.jump_set), (-1, table.jump_reset))
    )
    up, down = np.maximum(up, 0.0), np.maximum(down, 0.0)  # a step backward is not known there
    dw_min = 0.5 * float(up.mean() + down.mean())
    if dw_min <= 0:
        raise TableError(f"device {table.device}: its pulses do not change the mean conductance, expected them to.")
    ratio = np.mean([_spread_of_step(jump) for jump in (table.jump_set, table.jump_reset)])
    name = "".join(part.capitalize() for part in table.device.replace("-", "_").split("_"))
    return _TEXT.format(
        title=table.device,
        origin="made up, not measured" if table.synthetic else table.kind,
        name=name,
        g_min_S=table.g_min_S,
        g_max_S=table.g_max_S,
        dw_min=dw_min,
        dw_min_std=ratio,
        up=[round(float(v), 6) for v in up / dw_min],
        down=[round(float(v), 6) for v in down / dw_min],
    )


def _spread_of_step(jump: JumpTable) -> float:
    """Half the distance between ±1σ over the mean change, over the middle of the range."""
    middle = slice(jump.conductance.size // 4, -(jump.conductance.size // 4) or None)
    low, high = jump.quantile(_ONE_SIGMA)[middle].T
    return float(np.mean(high - low) / 2 / np.mean(np.abs(jump.mean()[middle])))


def export_preset(table: DeviceTable, folder: Path) -> Path:
    """Write the preset of a table into `folder`; returns its path."""
    path = Path(folder) / f"{table.device}_aihwkit.py"
    write_text_whole(path, preset_text(table))
    return path


def response_of_preset(path: Path, g_min_S: float, g_max_S: float) -> dict[str, Any]:
    """The block of an artificial device (form ``curves``) that does what a `PiecewiseStepDevice` in a file does.

    path             : Python text with one such class, or one call of it, whose values are plain numbers and lists
    g_min_S, g_max_S : conductances of its lowest and highest weight [S]
    Nothing of the file is run. Raises TableError, naming what is missing.
    """
    path = Path(path)
    try:
        values = _plain_values(ast.parse(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        raise TableError(f"{path}: cannot be read as Python text ({error}).") from error
    for key in ("dw_min", "piecewise_up", "piecewise_down"):
        if key not in values:
            raise TableError(f"{path}: no plain value of {key} found, expected those of one PiecewiseStepDevice.")
    up, down = (np.atleast_1d(np.asarray(values[key], np.float64)) for key in ("piecewise_up", "piecewise_down"))
    if up.size != down.size:
        raise TableError(f"{path}: piecewise_up has {up.size} values and piecewise_down {down.size}, expected as many.")
    width = float(values.get("w_max", 0.6)) - float(values.get("w_min", -0.6))
    step = float(values["dw_min"]) / width
    bias = float(values.get("up_down", 0.0))  # as aihwkit documents it: steps of 1 + bias up, and of 1 - bias down
    position = np.linspace(0.0, 1.0, max(up.size, 2))
    nothing = [0.0] * position.size
    return {
        "form": "curves",
        "g_min_S": g_min_S,
        "g_max_S": g_max_S,
        "position": position.tolist(),
        "set_median": _along(position, up * step * (1 + bias)),
        "reset_median": _along(position, -down * step * (1 - bias)),
        "set_sigma": nothing,
        "reset_sigma": nothing,
        "sigma_of_step": float(values.get("dw_min_std", 0.3)),
    }


def _along(position: FloatArray, values: FloatArray) -> list[float]:
    return np.interp(position, np.linspace(0.0, 1.0, values.size), values).tolist()


def _plain_values(module: ast.Module) -> dict[str, Any]:
    """Numbers and lists that stand behind a name, as a class's field or a call's argument."""
    found: dict[str, Any] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name, value = node.target.id, node.value
        elif isinstance(node, ast.keyword) and node.arg is not None:
            name, value = node.arg, node.value
        else:
            continue
        if isinstance(value, ast.Call):  # field(default_factory=lambda: [...])
            value = next((k.value.body for k in value.keywords if isinstance(k.value, ast.Lambda)), None)
        try:
            plain = ast.literal_eval(value) if value is not None else None
        except ValueError:
            continue
        if isinstance(plain, list) or (isinstance(plain, int | float) and math.isfinite(plain)):
            found.setdefault(name, plain)
    return found
