"""Delimited text as instruments and spreadsheets write it, read in blocks, so that memory does not grow with length."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devicegen.errors import PulseFileError
from devicegen.measured.files.dialect import SAMPLE_LINES, find_dialect
from devicegen.measured.files.encodings import encoding_of
from devicegen.measured.files.sheet import BLOCK_LINES, Block, Dialect, Sheet, block_of
from devicegen.measured.files.splitting import (
    commas_to_points,
    only_decimal_commas,
    split_lines,
    split_quoted,
    with_points,
)
from devicegen.measured.files.streams import DAMAGED, open_bytes, part_read, unreadable

PROGRESS_LINES = 1 << 20
"""A line on stderr says how far reading has come, each time so many more lines are read."""
_CHUNK = 1 << 20
SAMPLE = 1 << 18


@dataclass(frozen=True, kw_only=True)
class TextSheet(Sheet):
    """A delimited text file; gzip, bzip2 and xz are unpacked while it is read."""

    kind = "text"

    dialect: Dialect

    def blocks(self, first_line: int = 1, block_lines: int = BLOCK_LINES) -> Iterator[Block]:
        """Rows from a line on; see Sheet.blocks."""
        line, said = 1, 0
        try:
            with open_text(self.path, self.dialect.encoding) as stream:
                while lines := _some_lines(stream):
                    own = len(lines)
                    starts, rows = self._rows(lines, line, stream)
                    skip = next((i for i, at in enumerate(starts) if line + at >= first_line), len(starts))
                    for at in range(skip, len(rows), block_lines):
                        part = starts[at : at + block_lines]
                        even = part[-1] - part[0] == len(part) - 1
                        numbers = range(line + part[0], line + part[-1] + 1) if even else [line + at for at in part]
                        if block := block_of(numbers, rows[at : at + block_lines]):
                            yield block
                    line += max(own, len(lines))
                    if line - said > PROGRESS_LINES:
                        said = line
                        print(f"{self.path}: {line - 1:,} lines read{part_read(stream)}", file=sys.stderr, flush=True)
        except DAMAGED as error:
            raise unreadable(self.path, error) from error

    def place(self, line: int, column: int | None = None) -> str:
        """File, line and column."""
        return f"{self.path}: line {line}" + (f", column {column}" if column else "")

    def _rows(
        self, lines: list[str], first: int, stream: io.TextIOWrapper
    ) -> tuple[range | list[int], list[list[str]]]:
        """Where rows start within the lines, and their cells; `lines` grows where a quoted cell goes on below."""
        text = "\n".join(lines)
        comma = self.dialect.decimal_comma and ("," in text or "." in text)
        if comma and "." not in text and only_decimal_commas(text, self.dialect.delimiter):
            text = text.replace(",", ".")
            lines, comma = text.split("\n"), False
        starts: range | list[int]
        if '"' in text:
            starts, rows = split_quoted(lines, self.dialect.delimiter, stream.readline)
        else:
            starts, rows = range(len(lines)), split_lines(lines, self.dialect.delimiter, text)
        if comma and "." not in text:
            return starts, with_points(rows)
        if comma:
            for at, row in zip(starts, rows, strict=True):
                if found := commas_to_points(row):
                    raise PulseFileError(
                        f"{self.place(first + at, row.index(found) + 1)}: found {found!r} among numbers with decimal "
                        "commas, expected one kind: separators of thousands are not read; save the file without them."
                    )
        return starts, rows


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """Text of a file whose encoding is known; bytes that do not fit become question marks."""
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors="replace")


def read_text(path: Path, at_most: int) -> str:
    """The whole of a text file; raises PulseFileError for one of more characters than `at_most`."""
    try:
        with open_text(path, encoding_of(path)) as stream:
            text = stream.read(at_most + 1)
    except DAMAGED as error:
        raise unreadable(path, error) from error
    if len(text) > at_most:
        raise PulseFileError(f"{path}: more than {at_most >> 20} MB; give it as CSV, which may have any length.")
    return text.removeprefix("\ufeff")


def head_of_text(path: Path, encoding: str) -> str:
    """The first characters of a text file."""
    try:
        with open_text(path, encoding) as stream:
            return stream.read(SAMPLE).removeprefix("\ufeff")
    except DAMAGED as error:
        raise unreadable(path, error) from error


def open_text_sheet(path: Path, dialect: Dialect | None = None) -> TextSheet:
    """The sheet of a text file. Raises PulseFileError for what is no text or cannot be split."""
    if dialect is not None:
        encoding_of(path, dialect.encoding)
        return TextSheet(path=path, dialect=dialect)
    encoding = encoding_of(path)
    head = head_of_text(path, encoding)
    lines = head.split("\n")
    if len(head) >= SAMPLE and len(lines) > 1:
        del lines[-1]  # cut off
    found, notes = find_dialect(path, encoding, lines[:SAMPLE_LINES])
    return TextSheet(path=path, dialect=found, notes=notes)


def _some_lines(stream: io.TextIOWrapper) -> list[str]:
    """The next whole lines without their ends; none at the end of the file."""
    text = stream.read(_CHUNK)
    if not text:
        return []
    if text[-1] != "\n":
        text += stream.readline()
    return text.removeprefix("\ufeff").removesuffix("\n").split("\n")
