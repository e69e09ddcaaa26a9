"""A device table as CSV files, for programs that do not read HDF5."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from devicegen.files import write_text_whole
from devicegen.table import DeviceTable, JumpTable


def _csv(heading: list[str], columns: list[np.ndarray]) -> str:
    rows = (",".join(f"{value:.9g}" for value in row) for row in zip(*columns, strict=True))
    return "\n".join([",".join(heading), *rows]) + "\n"


def _jump(jump: JumpTable) -> str:
    heading = ["conductance_S", "count", *(f"P(delta<={d:.6g} S)" for d in jump.delta)]
    return _csv(heading, [jump.conductance, jump.count, *jump.cdf.T])


def export_csv(table: DeviceTable, folder: Path) -> list[Path]:
    """Write each part of a device table as a CSV file into `folder`; returns their paths.

    A jump-table has one row a conductance: the conductance, the pulses seen, and the CDF at each change. State
    distributions have one row an instance and one column a state.
    """
    parts: dict[str, str] = {}
    if table.jump_set is not None and table.jump_reset is not None:
        parts |= {"set": _jump(table.jump_set), "reset": _jump(table.jump_reset)}
    for index, (jump_set, jump_reset) in enumerate(table.per_device):
        parts |= {f"device{index}_set": _jump(jump_set), f"device{index}_reset": _jump(jump_reset)}
    if table.states is not None:
        heading = [
            f"mz at {table.states.control_name} {c:g} {table.states.control_units}" for c in table.states.control
        ]
        parts["states"] = _csv(heading, list(table.states.mz))
    made = []
    for name, text in parts.items():
        made.append(Path(folder) / f"{table.device}_{name}.csv")
        write_text_whole(made[-1], text)
    return made
