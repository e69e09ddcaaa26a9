"""MATLAB's .mat files of versions 4 to 7, read by SciPy in a process of its own."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.files import matlab_child
from devicegen.measured.files.apart import last_error, run_apart
from devicegen.measured.files.kinds import refused
from devicegen.measured.files.rows import RowSheet, sheets_of_arrays

_PROGRAM = "import runpy; runpy.run_path({!r}, run_name='__main__')"


def open_mat(path: Path) -> list[RowSheet]:
    """The arrays of a .mat file; fields of structs as ``name.field``. What is no array of numbers is noted.

    Raises PulseFileError for damaged files, and for those that unpack to more than a measurement does.
    """
    with tempfile.TemporaryDirectory(prefix="mat-") as folder:
        target = Path(folder) / "arrays.npz"
        said = run_apart(path, _PROGRAM.format(matlab_child.__file__), str(target))
        if said is not None:
            raise PulseFileError(
                f"{path}: a damaged MATLAB file ({last_error(said).splitlines()[0][:200]}): was it copied whole?"
            )
        with np.load(target, allow_pickle=False) as found:
            meta = json.loads(str(found["meta"]))
            arrays = {name: found[f"a{i}"] for i, name in enumerate(meta["names"])}
    sheets = sheets_of_arrays(path, arrays, meta["notes"])
    if not sheets:
        held = ", ".join(meta["variables"][:8]) or "nothing"
        raise refused(path, f"no list of numbers in it, found {held}", "expected arrays of numbers")
    return sheets
