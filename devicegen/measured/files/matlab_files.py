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
from devicegen.measured.files.archives import refuse_bomb
from devicegen.measured.files.kinds import refused
from devicegen.measured.files.rows import RowSheet, sheets_of_arrays
from devicegen.measured.files.trial import last_error, try_first

_COMPRESSED = 15
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
    with open(path, "rb") as stream:
        if stream.read(10) == b"MATLAB 5.0":
            _check_sizes(path)
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


def _check_sizes(path: Path) -> None:
    """Count what the variables of a version-5 file unpack to, without keeping it."""
    size, total = path.stat().st_size, 0
    with open(path, "rb") as stream:
        order = "<" if stream.read(128)[126:128] == b"IM" else ">"
        while len(tag := stream.read(8)) == 8:
            kind, length = struct.unpack(f"{order}II", tag)
            if length > size - stream.tell():
                raise PulseFileError(f"{path}: cut off: it promises {length} more bytes than it has; copy it again.")
            if kind != _COMPRESSED:
                stream.seek(length, 1)
                continue
            unpack = zlib.decompressobj()
            while length > 0:
                chunk = stream.read(min(length, 1 << 18))
                length -= len(chunk)
                while chunk:
                    try:
                        total += len(unpack.decompress(chunk, 1 << 22))
                    except zlib.error as error:
                        raise _damaged(path, error) from error
                    chunk = unpack.unconsumed_tail
                    refuse_bomb(path, total, size)
