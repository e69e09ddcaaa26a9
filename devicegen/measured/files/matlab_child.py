"""The program that reads a MATLAB file in a process of its own: ``python matlab_child.py FILE.mat OUT.npz``.

SciPy looks the kinds and lengths in a file up without asking whether they can be, so that one wrong byte may make it
read where nothing is: it is killed, or reads something else the next time. Here nothing but this program is lost.
OUT.npz holds the arrays as a0, a1, ... and, as JSON in `meta`, their names, notes for the user, and all variables.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat

_DEEPEST = 6


def main(source: str, target: str) -> None:
    """Read one file, write the other."""
    warnings.simplefilter("ignore")  # on variables that come twice, and old headers
    variables = {name: value for name, value in loadmat(source).items() if not name.startswith("__")}
    arrays: dict[str, np.ndarray] = {}
    notes: list[str] = []
    for name, value in variables.items():
        flatten(name, value, arrays, notes)
    size = sum(array.nbytes for array in arrays.values())
    if size > max(50 << 20, 200 * Path(source).stat().st_size) or size > 2 << 30:
        raise MemoryError
    meta = json.dumps({"names": list(arrays), "notes": notes, "variables": list(variables)})
    np.savez(target, meta=np.array(meta), **{f"a{i}": array for i, array in enumerate(arrays.values())})  # type: ignore[arg-type]


def flatten(name: str, value: Any, arrays: dict[str, np.ndarray], notes: list[str], depth: int = 0) -> None:
    """Put the arrays of a variable into `arrays`; fields of structs as ``name.field``. What is no array is noted."""
    if not isinstance(value, np.ndarray) or depth > _DEEPEST:
        notes.append(f"{name!r} is no array of numbers: passed over")
    elif value.dtype.names and value.size == 1:
        for field in value.dtype.names:
            flatten(f"{name}.{field}", value.reshape(-1)[0][field], arrays, notes, depth + 1)
    elif value.dtype.names and value.size:
        for field in value.dtype.names:
            parts = [np.asarray(part) for part in value[field].reshape(-1)]
            if all(part.size == 1 and part.dtype.kind in "fiub" for part in parts):
                arrays[f"{name}.{field}"] = np.array([part.reshape(-1)[0] for part in parts])
            else:
                for i, part in enumerate(parts, start=1):
                    flatten(f"{name}({i}).{field}", part, arrays, notes, depth + 1)
    elif value.dtype.kind == "O":
        notes.append(f"{name!r} is a cell array or an object: passed over")
    elif value.dtype.kind in "US":
        texts = [str(text) for text in value.reshape(-1)]
        notes.append(f"{name!r} is text: {', '.join(texts)[:80]!r}")
    elif value.size:
        arrays[name] = value


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
