"""NumPy's .npy and .npz. Pickled objects in them are never opened."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.files.archives import check_archive
from devicegen.measured.files.kinds import refused
from devicegen.measured.files.rows import RowSheet, sheet_of_array, sheet_of_columns, sheets_of_arrays, unreadable_array


def open_npy(path: Path) -> list[RowSheet]:
    """The array of a .npy file, mapped and not loaded, so that it may have any length."""
    array = _load(path)
    if array.dtype.names:
        return [sheet_of_columns(path, fields_of(path, "", array))]
    if why := unreadable_array(array):
        raise refused(path, f"the array {why}", "expected a list or a 2-d array of numbers")
    if array.ndim == 0:
        raise refused(path, f"a single number ({array})", "expected a list or a 2-d array of numbers")
    return [sheet_of_array(path, array)]


def open_npz(path: Path) -> list[RowSheet]:
    """The arrays of a .npz file. Raises PulseFileError for archives that unpack to far more than they are."""
    check_archive(path)
    arrays: dict[str, np.ndarray] = {}
    notes: list[str] = []
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            name = member.removesuffix(".npy")
            try:
                array = _read(io.BytesIO(archive.read(member)))
            except ValueError as error:
                notes.append(f"{name!r}: {_cause(error)}: passed over")
            except (zipfile.BadZipFile, OSError, EOFError, MemoryError) as error:
                raise PulseFileError(f"{path}: array {name!r} is damaged ({error}): was it copied whole?") from error
            else:
                arrays |= fields_of(path, f"{name}.", array) if array.dtype.names else {name: array}
    sheets = sheets_of_arrays(path, arrays, notes)
    if not sheets:
        raise refused(path, "no list of numbers in it" + "".join(f"; {note}" for note in notes), "expected arrays")
    return sheets


def fields_of(path: Path, before: str, array: np.ndarray) -> dict[str, np.ndarray]:
    """The fields of a structured array as named lists; fields in fields as ``a.b``, rows of a field as ``a[0]``."""
    if array.ndim > 1:
        shape = " x ".join(map(str, array.shape))
        raise refused(path, f"a structured array of {shape}", "save a list of records, for example array.ravel()")
    found: dict[str, np.ndarray] = {}
    for name in array.dtype.names or ():
        field = np.atleast_1d(array[name])
        if field.dtype.names:
            found |= fields_of(path, f"{before}{name}.", field)
            continue
        parts = {before + name: field}
        if field.ndim == 2:
            parts = {f"{before}{name}[{i}]": field[:, i] for i in range(field.shape[1])}
        for title, part in parts.items():
            if why := unreadable_array(part):
                raise refused(path, f"field {title!r} {why}", "expected lists of numbers")
            found[title] = part
    return found


def _load(path: Path) -> np.ndarray:
    """Map a .npy file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # headers of Python 2, for instance
            return np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # the header is Python's syntax: a damaged one fails in any way
        raise PulseFileError(f"{path}: {_cause(error)}.") from error


def _read(stream: io.BytesIO) -> np.ndarray:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.lib.format.read_array(stream, allow_pickle=False)
    except Exception as error:
        raise ValueError(str(error)) from error


def _cause(error: Exception) -> str:
    if "Object arrays" in str(error) or "Python objects" in str(error):
        return "holds pickled Python objects, which are never opened; save a plain array of numbers"
    return f"a damaged NumPy array ({str(error).splitlines()[0][:120] if str(error) else type(error).__name__})"
