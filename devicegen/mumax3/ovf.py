"""Reader of OVF, OOMMF's format of vector fields, in the forms that MuMax3 has written over the years.

OVF 2 (binary 4, binary 8, text; little-endian) and OVF 1 (binary 4, binary 8, text; big-endian, always
three components). Source: the OOMMF user's guide, "Vector field file format".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen.errors import EngineError

_CHECK_VALUE = {4: 1234567.0, 8: 123456789012345.0}


@dataclass(frozen=True)
class Ovf:
    """One field.

    values   : (components, nz, ny, nx); row 0 of an axis has its lowest coordinate
    cell_m   : size of a cell along x, y, z [m]
    time_s   : simulated time of the field [s]; NaN if the file does not say
    """

    values: npt.NDArray[np.floating]
    cell_m: tuple[float, float, float]
    time_s: float


def read_ovf(path: Path) -> Ovf:
    """Read one OVF file.

    Raises EngineError for a file that is not OVF, is cut off, or whose check value is wrong.
    """
    content = path.read_bytes()
    begin = re.search(rb"^# *Begin: *Data +(Binary +4|Binary +8|Text)[^\n]*\n", content, re.M | re.I)
    version = re.match(rb"# *OOMMF:? +(?:OVF|rectangular mesh v) *(\d)", content, re.I)
    if version is None or begin is None:
        raise EngineError(
            f"{path}: found {content[:30]!r}, expected '# OOMMF OVF 2.0' and a data section. The run was probably "
            "killed, or this is no OVF file: delete it and run again."
        )
    header = _header(content[: begin.start()])
    try:
        shape = tuple(int(header[f"{axis}nodes"]) for axis in "zyx")
        cell = (float(header["xstepsize"]), float(header["ystepsize"]), float(header["zstepsize"]))
        second = version[1] == b"2"
        components = int(header["valuedim"]) if second else 3
    except (KeyError, ValueError) as error:
        raise EngineError(f"{path}: the header states no readable {error}: expected a rectangular OVF mesh.") from error
    if min(shape) < 1 or components < 1:
        raise EngineError(f"{path}: the header promises {components} components on {shape} nodes, expected at least 1.")
    count = components * int(np.prod(shape))
    form = b" ".join(begin[1].lower().split())
    if form == b"text":
        values = _text(path, content[begin.end() :], count)
    else:
        values = _binary(path, content[begin.end() :], count, int(form[-1:]), "<" if second else ">")
    arranged = (values * float(header.get("valuemultiplier", 1))).reshape(*shape, components)
    time = re.search(r"(?:simulation time|Time \(s\)) *: *([-+.\deE]+)", content[: begin.start()].decode("latin-1"))
    return Ovf(np.moveaxis(arranged, -1, 0), cell, float(time[1]) if time else float("nan"))


def _header(text: bytes) -> dict[str, str]:
    pairs = (line.lstrip("#").partition(":") for line in text.decode("latin-1").splitlines())
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _binary(path: Path, data: bytes, count: int, width: int, order: str) -> npt.NDArray[np.floating]:
    kind = np.dtype(f"{order}f{width}")
    if len(data) < (count + 1) * width:
        raise EngineError(
            f"{path}: the header promises {count} values, the file holds {max(0, len(data) // width - 1)}. "
            "The run was probably killed: delete the file and run again."
        )
    values = np.frombuffer(data, kind, count + 1)
    expected = np.array(_CHECK_VALUE[width], kind)
    if values[0] != expected:
        raise EngineError(f"{path}: the check value is {values[0]!r}, expected {expected!r}: the bytes are damaged.")
    return values[1:].astype(f"=f{width}")


def _text(path: Path, data: bytes, count: int) -> npt.NDArray[np.floating]:
    body, closed, _ = data.partition(b"#")  # up to "# End: Data Text"
    if not closed:  # a last number that is cut short is still a number
        raise EngineError(f"{path}: the data section has no end. The run was probably killed: run again.")
    try:
        values = np.array(body.split(), dtype=np.float64)
    except ValueError as error:
        raise EngineError(f"{path}: a value of the data section is no number ({error}).") from error
    if values.size != count:
        raise EngineError(
            f"{path}: the header promises {count} values, the file holds {values.size}. "
            "The run was probably killed: delete the file and run again."
        )
    return values
