"""From the pulse files of a measured device to a `PulseRecord`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen.errors import PulseFileError
from devicegen.measured.delimited import TextTable, open_table
from devicegen.measured.description.model import Description
from devicegen.measured.reading.rows import read_rows
from devicegen.measured.reading.siemens import to_siemens
from devicegen.measured.reading.strays import refuse_strays
from devicegen.pulses.record import PulseRecord, check_amounts, check_directions


def read_pulses(folder: Path, description: Description) -> PulseRecord:
    """All pulses of a measured device, checked.

    folder      : the folder of ``device.yaml``; file names are relative to it
    description : its content
    Raises PulseFileError naming file, line, what was found and what was expected.
    """
    folder = Path(folder)
    record = read_rows(folder, description) if description.columns is not None else _read_ramps(folder, description)
    check_amounts(record, str(folder))
    refuse_strays(record, folder, description)
    check_directions(record, str(folder))
    return record


def _read_ramps(folder: Path, description: Description) -> PulseRecord:
    """Ramps side by side: each column the reads after pulse 0, 1, 2, … of one ramp, blank below its end."""
    ramps: list[tuple[bool, npt.NDArray[np.float64]]] = []
    if description.ramp_columns is not None:
        for name in description.files.pulses:
            table = _open(folder / name, description)
            for is_set, names in ((True, description.ramp_columns.set), (False, description.ramp_columns.reset)):
                key = f"ramp_columns.{'set' if is_set else 'reset'}"
                columns = [table.index(column, key) for column in names]
                ramps += [(is_set, ramp) for ramp in _columns(table, columns, description)]
    else:
        for is_set, names in ((True, description.files.set), (False, description.files.reset)):
            for name in names:
                table = _open(folder / name, description)
                ramps += [(is_set, ramp) for ramp in _columns(table, range(table.width), description)]
    ramps = [(is_set, ramp) for is_set, ramp in ramps if ramp.size > 1]
    if not ramps:
        raise PulseFileError(f"{folder}: no ramp holds two reads, expected one column a ramp.")
    return PulseRecord(
        device=np.zeros(sum(ramp.size - 1 for _, ramp in ramps), np.int32),
        is_set=np.concatenate([np.full(ramp.size - 1, is_set) for is_set, ramp in ramps]),
        g_before_S=np.concatenate([ramp[:-1] for _, ramp in ramps]),
        g_after_S=np.concatenate([ramp[1:] for _, ramp in ramps]),
        starts=np.concatenate([np.arange(ramp.size - 1) == 0 for _, ramp in ramps]),
        device_names=(description.device,),
    )


def _open(path: Path, description: Description) -> TextTable:
    return open_table(path, description.header_line, description.encoding, description.decimal)


def _columns(table: TextTable, columns: Sequence[int], description: Description) -> list[npt.NDArray[np.float64]]:
    """The ramps of some columns [S]; blanks are accepted below a ramp's end, not within it."""
    parts: list[list[npt.NDArray[np.float64]]] = [[] for _ in columns]
    ended = [0] * len(columns)
    for block in table.blocks():
        for k, column in enumerate(columns):
            cells = [row[column].strip() if column < len(row) else "" for row in block.rows]
            filled = len(cells)
            while filled and not cells[filled - 1]:
                filled -= 1
            if filled and ended[k]:
                raise PulseFileError(
                    f"{table.path}: line {ended[k]}, column {table.title(column)}: found an empty cell above other "
                    "reads, expected blanks only below the end of a ramp."
                )
            if filled:
                values = table.parse(cells[:filled], block.lines, table.title(column))
                parts[k].append(
                    to_siemens(values, str(description.ramp_units), description, table, column, block.lines)
                )
            if filled < len(cells) and not ended[k]:
                ended[k] = block.lines[filled]
    return [np.concatenate(part) if part else np.empty(0) for part in parts]
