"""Zip archives that unpack to far more than they are would fill memory; they are counted before they are opened."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

from devicegen.errors import PulseFileError

LARGEST = 2 << 30
"""Bytes that the files in an archive may have, all together."""
_RATIO, _RATIO_FROM = 200, 50 << 20
_MOST_MEMBERS = 10_000
_CHUNK = 1 << 18


def check_archive(path: Path) -> None:
    """Unpack an archive without keeping it, and compare it with what its directory promises.

    Raises PulseFileError for bombs, for directories that lie, and for damaged archives.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
        packed, promised = path.stat().st_size, sum(member.file_size for member in members)
        refuse_bomb(path, promised, packed)
        if len(members) > _MOST_MEMBERS:
            raise PulseFileError(f"{path}: {len(members)} files in it, expected a workbook or arrays.")
        total = 0
        with open(path, "rb") as stream:
            for member in members:
                found = _unpacked_size(path, stream, member)
                total += found
                refuse_bomb(path, total, packed)
                if found != member.file_size:
                    raise PulseFileError(
                        f"{path}: its directory promises {member.file_size} bytes of {member.filename!r}, it holds "
                        f"{found}: damaged or forged; save it again."
                    )
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, struct.error, ValueError, NotImplementedError) as error:
        raise PulseFileError(f"{path}: a damaged archive ({error}): was it copied whole?") from error


def refuse_bomb(path: Path, unpacked: int, packed: int) -> None:
    """Refuse more than 2 GB unpacked, or 200 times the packed bytes where that is more than 50 MB."""
    if unpacked > LARGEST or (unpacked > _RATIO_FROM and unpacked > _RATIO * packed):
        raise PulseFileError(
            f"{path}: unpacks from {packed} to more than {unpacked} bytes, which no measurement does: a zip bomb? "
            "Give its numbers as CSV."
        )


def _unpacked_size(path: Path, stream: IO[bytes], member: zipfile.ZipInfo) -> int:
    """Bytes that a member really unpacks to, and the sum of its bytes as its directory says."""
    stream.seek(member.header_offset)
    header = stream.read(30)
    if header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile(f"no file where the directory says {member.filename!r}")
    name, extra = struct.unpack("<HH", header[26:30])
    stream.seek(name + extra, 1)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError(f"compressed in a way ({member.compress_type}) that workbooks and arrays never use")
    unpack = zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
    left, size, checksum = member.compress_size, 0, 0
    while left > 0:
        chunk = stream.read(min(_CHUNK, left))
        if not chunk:
            raise EOFError("cut off")
        left -= len(chunk)
        while chunk:
            part = unpack.decompress(chunk, 1 << 22) if unpack else chunk
            chunk = unpack.unconsumed_tail if unpack else b""
            size += len(part)
            checksum = zlib.crc32(part, checksum)
            if size > LARGEST:
                return size
    if unpack:
        rest = unpack.flush()
        size, checksum = size + len(rest), zlib.crc32(rest, checksum)
    if checksum != member.CRC and size == member.file_size:
        raise zipfile.BadZipFile(f"the checksum of {member.filename!r} does not fit")
    return size
