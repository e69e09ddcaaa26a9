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
_NUMBERS = frozenset({1, 2, 3, 4, 5, 6, 7, 9, 12, 13})
_TEXTS = frozenset({16, 17, 18})
_NESTING = frozenset({1, 2, 3, 16, 17})
"""Classes of matrices that hold matrices: cells, structs, objects, functions, opaque objects."""
_CHARACTERS = 4
_DEEPEST = 50


def check_elements(path: Path) -> None:
    """Walk through a file.

    Raises ValueError, zlib.error or struct.error where it is damaged, PulseFileError where it unpacks to too much.
    """
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
                for inner, body in _elements(memoryview(raw), order):
                    _check_variable(inner, body, order)
            else:
                _check_variable(kind, memoryview(raw), order)


def _unpacked(path: Path, raw: bytes, before: int) -> Iterator[bytes]:
    unpack = zlib.decompressobj()
    while raw:
        part = unpack.decompress(raw, 1 << 22)
        before += len(part)
        refuse_bomb(path, before, path.stat().st_size)
        yield part
        raw = unpack.unconsumed_tail


def _elements(raw: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    """The kind and the bytes of each element that stands in these bytes."""
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
        yield kind, raw[start : start + length]
        at = end


def _check_variable(kind: int, raw: memoryview, order: str) -> None:
    if kind == _MATRIX:
        _check_matrix(raw, order, 1)
    elif kind not in _NUMBERS | _TEXTS:
        raise ValueError(f"an element of the unknown kind {kind}")


def _check_matrix(raw: memoryview, order: str, depth: int) -> None:
    """A matrix: flags, which tell its class, and elements of the kinds that go with the class."""
    if depth > _DEEPEST:
        raise ValueError("structs within structs, too deep")
    matrix_class = 0
    for number, (kind, body) in enumerate(_elements(raw, order)):
        if number == 0:
            if len(body) != 8:
                raise ValueError("a matrix without flags")
            matrix_class = struct.unpack_from(f"{order}I", body)[0] & 0xFF
        if kind == _MATRIX and matrix_class in _NESTING:
            _check_matrix(body, order, depth + 1)
        elif kind not in _NUMBERS and not (kind in _TEXTS and (number < 4 or matrix_class in _NESTING | {_CHARACTERS})):
            raise ValueError(f"an element of the kind {kind} in a matrix of the class {matrix_class}")
