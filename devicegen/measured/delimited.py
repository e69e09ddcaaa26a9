"""Delimited text as instruments and spreadsheets write it: comma, semicolon or tab, BOM, CRLF, decimal commas.

A file is read in blocks of lines, so that memory does not grow with its length.
"""

from __future__ import annotations

import csv
import difflib
import gzip
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from devicegen.errors import PulseFileError

BLOCK_LINES = 65536
PROGRESS_LINES = 1 << 20
"""A line on stderr says how far reading has come, each time so many more lines are read."""
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d*,\d+([eE][+-]?\d+)?\s*")


@dataclass(frozen=True)
class Block:
    """Some rows of a file, without the blank ones: `lines` (from 1) of the file, and the `rows` of cells there."""

    lines: Sequence[int]
    rows: list[list[str]]


@dataclass(frozen=True)
class TextTable:
    """A delimited file: its header (empty where it has none), its number of columns, and how it is written."""

    path: Path
    encoding: str
    header_line: int
    header: tuple[str, ...]
    width: int
    delimiter: str
    decimal_comma: bool

    def blocks(self, block_lines: int = BLOCK_LINES) -> Iterator[Block]:
        """The rows after the header, blank rows left out."""
        with _open(self.path, self.encoding) as stream:
            try:
                reader = csv.reader(stream, delimiter=self.delimiter)
                for _ in islice(reader, self.header_line):
                    pass
                said = 0
                while True:
                    first = reader.line_num + 1
                    if first - said > PROGRESS_LINES:
                        said = first
                        print(f"{self.path}: {first - 1:,} lines read{_part(stream)}", file=sys.stderr, flush=True)
                    rows = list(islice(reader, block_lines))
                    if not rows:
                        return
                    lines: Sequence[int] = range(first, first + len(rows))
                    kept = [i for i, row in enumerate(rows) if "".join(row).strip()]
                    if len(kept) < len(rows):
                        lines, rows = [lines[i] for i in kept], [rows[i] for i in kept]
                    self._refuse_wide(lines, rows)
                    if rows:
                        yield Block(lines, rows)
            except UnicodeDecodeError as error:
                raise _not_text(self.path, self.encoding, error) from error
            except (csv.Error, EOFError, OSError) as error:
                raise PulseFileError(f"{self.path}: not readable as delimited text ({error}).") from error

    def _refuse_wide(self, lines: Sequence[int], rows: list[list[str]]) -> None:
        """A row with more cells than columns is read wrongly, most often for commas of both kinds."""
        for line, row in zip(lines, rows, strict=True):
            if len(row) > self.width and any(cell.strip() for cell in row[self.width :]):
                raise PulseFileError(
                    f"{self.path}: line {line} has {len(row)} cells, expected {self.width}: "
                    f"are there decimal commas, with {self.delimiter!r} between the cells too?"
                )

    def index(self, name: str | int, key: str) -> int:
        """Position from 0 of a column given by its header or its number from 1; `key` is its use, for the message."""
        if isinstance(name, int):
            if not 1 <= name <= self.width:
                raise PulseFileError(f"{self.path}: {key} is column {name}, but the file has {self.width} columns.")
            return name - 1
        found = [i for i, title in enumerate(self.header) if title == name.strip()]
        if len(found) == 1:
            return found[0]
        if found:
            raise PulseFileError(f"{self.path}: column {name!r} ({key}) comes {len(found)} times in the header line.")
        if not self.header:
            raise PulseFileError(f"{self.path}: column {name!r} ({key}) is given by name, but header_line is 0.")
        near = difflib.get_close_matches(name, self.header, 1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise PulseFileError(
            f"{self.path}: line {self.header_line} has no column {name!r} ({key}), "
            f"found {', '.join(map(repr, self.header))}{hint}"
        )

    def cells(self, block: Block, column: int) -> list[str]:
        """Cells of one column of a block, stripped."""
        try:
            return [row[column].strip() for row in block.rows]
        except IndexError:
            at = next(i for i, row in enumerate(block.rows) if len(row) <= column)
            raise PulseFileError(
                f"{self.path}: line {block.lines[at]} has {len(block.rows[at])} cells, expected at least {column + 1}."
            ) from None

    def numbers(self, block: Block, column: int) -> npt.NDArray[np.float64]:
        """Numbers of one column of a block; refuses what is not a finite number."""
        return self.parse(self.cells(block, column), block.lines, self.title(column))

    def parse(self, cells: Sequence[str], lines: Sequence[int], title: str) -> npt.NDArray[np.float64]:
        """Numbers from cells that stand on the given lines in the column called `title`."""
        texts = [cell.replace(",", ".") for cell in cells] if self.decimal_comma else cells
        try:
            values = np.fromiter(map(float, texts), np.float64, len(texts))
        except ValueError:
            values = np.array([_float_or_nan(text) for text in texts])
        bad = ~np.isfinite(values)
        if bad.any():
            at = int(np.argmax(bad))
            found = repr(cells[at]) if cells[at] else "an empty cell"
            raise PulseFileError(f"{self.path}: line {lines[at]}, column {title}: found {found}, expected a number.")
        return values

    def title(self, column: int) -> str:
        """How messages call a column."""
        return repr(self.header[column]) if column < len(self.header) else str(column + 1)


def _float_or_nan(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _part(stream: IO[str]) -> str:
    """How much of a file is read, where that can be told."""
    binary = stream.buffer  # type: ignore[attr-defined]  # a TextIOWrapper
    if isinstance(binary, gzip.GzipFile):
        return ""
    return f" ({100 * binary.tell() / os.fstat(binary.fileno()).st_size:.0f}%)"


def _not_text(path: Path, encoding: str, error: UnicodeDecodeError) -> PulseFileError:
    return PulseFileError(
        f"{path}: not {encoding} text (byte {error.object[error.start]:#04x} at {error.start}); "
        "set the key 'encoding', for example cp1252, or save the file as UTF-8."
    )


def _open(path: Path, encoding: str) -> IO[str]:
    """Open a text file, through gzip where its name ends in .gz; a byte-order mark goes before `encoding`."""
    binary: IO[bytes] = gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb")  # type: ignore[assignment]
    mark = binary.read(4)
    binary.seek(0)
    if mark[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif mark[:3] == b"\xef\xbb\xbf":
        encoding = "utf-8-sig"
    return io.TextIOWrapper(binary, encoding=encoding, newline="")


def encoding_of(path: Path) -> str:
    """UTF-8 where the whole file is that, else the code page of western Windows, which lab programs write."""
    with _open(path, "utf-8") as stream:
        try:
            while stream.read(1 << 20):
                pass
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def open_table(path: Path, header_line: int = 1, encoding: str = "utf-8", decimal: str = "auto") -> TextTable:
    """Find out how a delimited file is written.

    header_line : line that names the columns, from 1; lines above it are skipped; 0 where there is none
    decimal     : ``point``, ``comma``, or ``auto``: commas, if the first rows hold numbers such as ``1,5``
                  between other delimiters and none with a point
    """
    if not path.is_file():
        raise PulseFileError(f"{path}: no such pulse file; see the key 'files' of device.yaml.")
    try:
        with _open(path, encoding) as stream:
            head = list(islice(stream, header_line + 50))
    except LookupError:
        raise PulseFileError(f"{path}: unknown encoding {encoding!r}, expected for example utf-8 or cp1252.") from None
    except UnicodeDecodeError as error:
        raise _not_text(path, encoding, error) from error
    except (OSError, EOFError) as error:
        raise PulseFileError(f"{path}: cannot be read ({error}).") from error
    sample = [line for line in head[header_line:] if line.strip(" \t\r\n,;")]
    if not sample:
        raise PulseFileError(f"{path}: no rows after line {header_line}, expected one row a pulse or read.")
    delimiter = next((mark for mark in "\t;" if mark in sample[0]), ",")
    rows = list(csv.reader(sample, delimiter=delimiter))
    header = next(csv.reader([head[header_line - 1]], delimiter=delimiter), []) if header_line else []
    decimal_comma = decimal == "comma"
    if decimal == "auto":
        cells = [cell for row in rows for cell in row]
        commas = any(_DECIMAL_COMMA.fullmatch(cell) for cell in cells)
        points = any("." in cell and np.isfinite(_float_or_nan(cell)) for cell in cells)
        decimal_comma = commas and not points
    return TextTable(
        path=path,
        encoding=encoding,
        header_line=header_line,
        header=tuple(cell.strip() for cell in header),
        width=len(header) if header else max(len(row) for row in rows),
        delimiter=delimiter,
        decimal_comma=decimal_comma,
    )
