"""What every container gives: sheets of text cells, read in blocks, and places that a person finds again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

BLOCK_LINES = 65536


@dataclass(frozen=True)
class Block:
    """Some rows of a sheet, without the blank ones.

    lines : (rows,) where each row stands, from 1 as a person counts: lines of a text file, rows of a workbook
    rows  : (rows,) its cells, stripped; rows may have unlike lengths
    """

    lines: Sequence[int]
    rows: list[list[str]]


@dataclass(frozen=True)
class Dialect:
    """How a text file is written.

    encoding      : a name that Python's codecs know
    delimiter     : one of ``, ; tab |``, or a blank for runs of blanks and tabs
    decimal_comma : whether ``1,5`` is one number; cells are given with a point all the same
    """

    encoding: str
    delimiter: str
    decimal_comma: bool = False


@dataclass(frozen=True, kw_only=True)
class Sheet(ABC):
    """One table of cells: a text file, a sheet of a workbook, an array, a list.

    kind      : what holds it: text has a dialect, a workbook has named sheets, all else is arrays
    name      : '' where the file is one sheet without a name
    headed    : the container itself names the columns; line 1 then holds the names
    notes     : sentences that a user should know
    constants : single numbers that stand beside the lists, by their names (a read voltage, for instance)
    """

    kind: ClassVar[Literal["text", "workbook", "array"]] = "array"

    path: Path
    name: str = ""
    headed: bool = False
    notes: tuple[str, ...] = ()
    constants: Mapping[str, float] = field(default_factory=dict)

    @abstractmethod
    def blocks(self, first_line: int = 1, block_lines: int = BLOCK_LINES) -> Iterator[Block]:
        """Rows from `first_line` on, at most `block_lines` at a time.

        Raises PulseFileError where the file turns out to be damaged or not what it seemed.
        """

    @abstractmethod
    def place(self, line: int, column: int | None = None) -> str:
        """How a message calls a place; `line` and `column` from 1."""


def block_of(lines: Sequence[int], rows: list[list[str]]) -> Block | None:
    """The block of these rows without the blank ones; None where all are blank. Cells are stripped already."""
    kept = [i for i, row in enumerate(rows) if row and (row[0] or any(row))]
    if not kept:
        return None
    if len(kept) < len(rows):
        return Block([lines[i] for i in kept], [rows[i] for i in kept])
    return Block(lines, rows)
