"""The elements of a MATLAB file of version 5, walked through before SciPy reads it.

SciPy trusts the kinds that stand in the tags of elements: it looks each up in a list without asking how long the list
is, so that one wrong byte makes it read where nothing is. Packed variables are counted while they are unpacked.
Source: MAT-File Format, The MathWorks, chapter 1.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from devicegen.measured.files.archives import refuse_bomb

_MATRIX, _COMPRESSED = 14, 15
_KINDS = frozenset({1, 2, 3, 4, 5, 6, 7, 9, 12, 13, 14, 15, 16, 17, 18})
_DEEPEST = 50


def check_elements(path: Path) -> None:
    """Raise ValueError, zlib.error or struct.error for a damaged file, PulseFileError for one that unpacks to too much."""
    size, total = path.stat().st_size, 0
    with open(path, "rb") as stream:
        order = "<" if stream.read(128)[126:128] == b"IM" else ">"
        while tag := stream.read(8):
            kind, length = struct.unpack(f"{order}II", tag)
            if length > size - stream.tell():
                raise ValueError(f"cut off: it promises {length} more bytes than it has")
            raw = stream.read(length)
            if kind == _COMPRESSED:
                raw = b"".join(_unpacked(path, raw, total))
                total += len(raw)
                _walk(memoryview(raw), order, 0)
            else:
                _check_kind(kind)
                if kind == _MATRIX:
                    _walk(memoryview(raw), order, 1)


def _unpacked(path: Path, raw: bytes, before: int) -> Iterator[bytes]:
    unpack = zlib.decompressobj()
    while raw:
        part = unpack.decompress(raw, 1 << 22)
        before += len(part)
        refuse_bomb(path, before, path.stat().st_size)
        yield part
        raw = unpack.unconsumed_tail


def _walk(raw: memoryview, order: str, depth: int) -> None:
    """Go through the elements of a matrix, and of the matrices in it."""
    if depth > _DEEPEST:
        raise ValueError("structs within structs, too deep")
    at = 0
    while at + 8 <= len(raw):
        kind, length = struct.unpack_from(f"{order}II", raw, at)
        if kind >> 16:  # a short element: length and kind in one word, its data in the next
            kind, length, start, end = kind & 0xFFFF, kind >> 16, at + 4, at + 8
            if length > 4:
                raise ValueError(f"a short element of {length} bytes")
        else:
            start = at + 8
            end = start + length + (-length % 8)
            if length > len(raw) - start:
                raise ValueError(f"an element of {length} bytes, where {len(raw) - start} are left")
        _check_kind(kind)
        if kind == _MATRIX:
            _walk(raw[start : start + length], order, depth + 1)
        at = end


def _check_kind(kind: int) -> None:
    if kind not in _KINDS:
        raise ValueError(f"an element of the unknown kind {kind}")
