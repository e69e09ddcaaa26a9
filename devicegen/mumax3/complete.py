"""Whether an output folder holds everything that its script should have left.

An exit code of 0 is no proof: MuMax3 does not notice a NaN in a field that no table row sees, a full disk
cuts files short, and a queue goes on after a failure.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devicegen.errors import EngineError
from devicegen.mumax3.ovf import read_ovf
from devicegen.mumax3.table import read_table


@dataclass(frozen=True)
class Expected:
    """What a script leaves in its output folder.

    nx, ny         : cells of the grid
    end_s          : simulated time at the end [s]
    table_period_s : period of the table's rows [s]
    time_step_s    : the fixed step; each ``run`` of the script may overshoot by one [s]
    fields         : names of the saved fields, ``<name>.ovf``, the last one at the end
    runs           : how many times the script calls ``run``
    """

    nx: int
    ny: int
    end_s: float
    table_period_s: float
    time_step_s: float
    fields: tuple[str, ...]
    runs: int = 3

    @property
    def slack_s(self) -> float:
        """How far the end may be off [s]: a step for each run, and one for rounding."""
        return (self.runs + 1) * self.time_step_s


def verify_output(folder: Path, expected: Expected) -> None:
    """Raise EngineError, in one sentence, unless `folder` is complete and all its numbers are finite."""
    table_path = folder / "table.txt"
    if not table_path.is_file():
        raise EngineError(f"{table_path}: missing")
    table = read_table(table_path)
    if not np.all(np.isfinite(table.values)):
        row = int(np.argmin(np.isfinite(table.values).all(axis=1)))
        raise EngineError(f"{table_path}: row {row + 1} holds a value that is not finite")
    last = float(table.column("t")[-1])
    # The last row comes at the last multiple of the period, which the end may have passed or just missed.
    if last < expected.end_s - expected.table_period_s - expected.slack_s:
        raise EngineError(f"{table_path}: ends at {last:.4g} s, expected rows up to {expected.end_s:.4g} s")
    for name in expected.fields:
        path = folder / f"{name}.ovf"
        if not path.is_file():
            raise EngineError(f"{path}: missing")
        field = read_ovf(path)
        found = field.values.shape
        if found != (3, 1, expected.ny, expected.nx):
            raise EngineError(
                f"{path}: holds {found[0]} components on {found[3]} x {found[2]} x {found[1]} cells, "
                f"expected 3 on {expected.nx} x {expected.ny} x 1"
            )
        if not np.all(np.isfinite(field.values)):
            raise EngineError(f"{path}: holds values that are not finite")
        if name == expected.fields[-1] and abs(field.time_s - expected.end_s) > expected.slack_s:
            raise EngineError(f"{path}: was saved at {field.time_s:.6g} s, expected {expected.end_s:.6g} s")
