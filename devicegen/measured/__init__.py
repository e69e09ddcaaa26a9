"""Measured devices: pulse files as laboratories have them, described once, read into pulses.

`files` opens containers as sheets of text cells, `cells` lays headings over them. `looking` finds out what nobody has
described yet and asks for what it cannot tell; `description` is what it writes down, ``device.yaml``; `reading` makes
pulses of the described files, which `table` turns into the device's table with the estimation of `devicegen.pulses`.
`add` makes a device's folder, `cli` and `shown` are the command `devicegen measure`.

``devicegen.measured.read(path)`` gives the pulses as arrays in a notebook.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devicegen.pulses.record import PulseRecord


def read(
    path: Path | str, *more: Path | str, reset: Path | str | Sequence[Path | str] = (), **answers: Any
) -> PulseRecord:
    """The pulses of files as arrays, without making a device: for notebooks.

    path, more : pulse files, or one folder with a ``device.yaml``
    reset      : the file or files of RESET pulses, where each polarity has its own
    answers    : what the files do not tell, by the names of the options of ``devicegen measure add`` with ``_`` for
                 ``-``: ``read("fet.csv", read_voltage=0.05)``, ``read("log.txt", column=["polarity=2", "after=6"])``
    ``read(path).columns()`` is a dict of arrays of equal length, as pandas.DataFrame and xarray.Dataset take it.
    Raises PulseFileError, in one sentence, for what cannot be read or is not told.
    """
    from devicegen.measured.add import read_files

    resets = [reset] if isinstance(reset, str | Path) else reset
    return read_files([Path(one) for one in (path, *more)], [Path(one) for one in resets], answers)
