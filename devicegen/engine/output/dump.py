"""MuMax3's own old file format for fields, ``.dump``: read, so that old states and masks can be used; never written."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from devicegen.engine.output.ovf import Field
from devicegen.errors import ScriptError

_MAGIC = b"#dump002"
_HEADER = struct.Struct("<8s4q3d8sd8s8s8sq")


def read_dump(path: Path) -> Field:
    """Read a dump file; its checksum is not looked at.

    Raises ScriptError: file, found, expected.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise ScriptError(f"{path}: found no readable file ({error.strerror}), expected a dump file") from None
    if not raw.startswith(_MAGIC) or len(raw) < _HEADER.size:
        raise ScriptError(f"{path}: found no dump header, expected it to begin with {_MAGIC.decode()}")
    _, components, nz, ny, nx, cz, cy, cx, _, time_s, _, name, unit, precision = _HEADER.unpack_from(raw)
    count = components * nz * ny * nx
    held = (len(raw) - _HEADER.size) // 4
    if precision != 4 or min(components, nz, ny, nx) < 1 or held < count:
        raise ScriptError(
            f"{path}: found {held} values of {precision} bytes for {components} components of "
            f"{nx} x {ny} x {nz} cells, expected {count} of 4 bytes"
        )
    values = np.frombuffer(raw, dtype="<f4", count=count, offset=_HEADER.size).reshape(components, nz, ny, nx)
    return Field(_word(name), _word(unit), values[::-1].copy(), (cx, cy, cz), time_s)


def _word(padded: bytes) -> str:
    return padded.split(b"\0")[0].decode("ascii", "replace")
