"""Bytes of a file, unpacked on the way where it is compressed, and how far reading has come."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zlib
from pathlib import Path
from typing import IO

from devicegen.errors import PulseFileError

DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError)
"""What the standard library raises for a file that is cut off, altered or cannot be read."""
_PACKED = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\x00", lzma.open))


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file; gzip, bzip2 and xz are unpacked as they are read, told by their first bytes.

    Raises PulseFileError for what is no readable file.
    """
    if path.is_dir():
        raise PulseFileError(f"{path}: is a folder, expected a file with pulses.")
    if not path.exists():
        raise PulseFileError(f"{path}: no such file.")
    if not path.is_file():
        raise PulseFileError(f"{path}: is no ordinary file, expected a file with pulses.")
    try:
        binary = open(path, "rb")
        mark = binary.read(6)
        binary.seek(0)
    except OSError as error:
        raise unreadable(path, error) from error
    for magic, opener in _PACKED:
        if mark.startswith(magic):
            binary.close()
            return opener(path, "rb")  # type: ignore[return-value]
    return binary


def unreadable(path: Path, error: BaseException) -> PulseFileError:
    """The error for bytes that cannot be had."""
    if isinstance(error, PermissionError):
        return PulseFileError(f"{path}: may not be read; change its permissions.")
    return PulseFileError(f"{path}: cannot be read ({error or type(error).__name__}): was it copied whole?")


def read_head(path: Path, size: int) -> bytes:
    """The first `size` bytes, unpacked. Raises PulseFileError."""
    try:
        with open_bytes(path) as stream:
            return stream.read(size)
    except DAMAGED as error:
        raise unreadable(path, error) from error


def part_read(stream: io.TextIOWrapper) -> str:
    """How much of a file is read, for people, where that can be told; else nothing."""
    binary = stream.buffer
    if not isinstance(binary, io.BufferedReader):
        return ""
    return f" ({100 * binary.tell() / max(1, os.fstat(binary.fileno()).st_size):.0f}%)"
