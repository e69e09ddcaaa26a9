"""MATLAB's .mat files of versions 4 to 7."""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat

from devicegen.errors import PulseFileError
from devicegen.measured.files.kinds import refused
from devicegen.measured.files.matlab_elements import check_elements
from devicegen.measured.files.rows import RowSheet, sheets_of_arrays
from devicegen.measured.files.trial import last_error, try_first

_DEEPEST = 6
_TRIAL = """
import warnings
from scipy.io import loadmat
warnings.simplefilter("ignore")
loadmat(sys.argv[1])
"""


def open_mat(path: Path) -> list[RowSheet]:
    """The arrays of a .mat file; fields of structs as ``name.field``. What is no array of numbers is noted.

    Raises PulseFileError for damaged files and for those that unpack to more than a measurement does.
    """
    try:
        with open(path, "rb") as stream:
            version_5 = stream.read(10) == b"MATLAB 5.0"
        if version_5:
            check_elements(path)
    except (ValueError, OSError, zlib.error, struct.error) as error:
        raise _damaged(path, error) from error
    if said := try_first(path, _TRIAL):
        raise _damaged(path, last_error(said))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on variables that come twice, and old headers
            variables = loadmat(path)
    except Exception as error:  # damaged files fail in any way
        raise _damaged(path, error) from error
    arrays: dict[str, np.ndarray] = {}
    notes: list[str] = []
    for name, value in variables.items():
        if not name.startswith("__"):
            _flatten(name, value, arrays, notes)
    sheets = sheets_of_arrays(path, arrays, notes)
    if not sheets:
        found = ", ".join(sorted(name for name in variables if not name.startswith("__"))) or "nothing"
        raise refused(path, f"no list of numbers in it, found {found}", "expected arrays of numbers")
    return sheets


def _flatten(name: str, value: Any, arrays: dict[str, np.ndarray], notes: list[str], depth: int = 0) -> None:
    """Put the arrays of a variable into `arrays`, by their names."""
    if not isinstance(value, np.ndarray) or depth > _DEEPEST:
        notes.append(f"{name!r} is no array of numbers: passed over")
    elif value.dtype.names and value.size == 1:
        for field in value.dtype.names:
            _flatten(f"{name}.{field}", value.reshape(-1)[0][field], arrays, notes, depth + 1)
    elif value.dtype.names and value.size:
        for field in value.dtype.names:
            parts = [np.asarray(part) for part in value[field].reshape(-1)]
            if all(part.size == 1 and part.dtype.kind in "fiub" for part in parts):
                arrays[f"{name}.{field}"] = np.array([part.reshape(-1)[0] for part in parts])
            else:
                for i, part in enumerate(parts, start=1):
                    _flatten(f"{name}({i}).{field}", part, arrays, notes, depth + 1)
    elif value.dtype.kind == "O":
        notes.append(f"{name!r} is a cell array or an object: passed over")
    elif value.dtype.kind in "US":
        texts = [str(text) for text in value.reshape(-1)]
        notes.append(f"{name!r} is text: {', '.join(texts)[:80]!r}")
    elif value.size:
        arrays[name] = value


def _damaged(path: Path, error: Exception | str) -> PulseFileError:
    why = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return PulseFileError(f"{path}: a damaged MATLAB file ({why}): was it copied whole?")
