"""Sheets made from arrays and lists: rows of text, written when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from devicegen.measured.files.sheet import BLOCK_LINES, Block, Sheet, block_of

_CELLS_AT_ONCE = 1 << 20
_TEXT_KINDS = {"U": str.strip, "S": lambda raw: raw.decode("latin-1").strip(), "b": lambda one: str(one).upper()}
_UNREADABLE = {
    "c": "complex numbers",
    "M": "dates",
    "m": "spans of time",
    "O": "pickled Python objects, which are never opened",
    "V": "bytes without a meaning",
    "T": "texts of variable length",
}


@dataclass(frozen=True, kw_only=True)
class RowSheet(Sheet):
    """Rows from a container of numbers.

    names  : the columns' names, where the container has them: line 1; else empty
    height : number of rows, the names not counted
    width  : number of columns (of the widest row)
    cells  : gives the stripped cells of the rows from one (of 0) to another
    """

    names: tuple[str, ...] = ()
    height: int
    width: int
    cells: Callable[[int, int], list[list[str]]]

    def blocks(self, first_line: int = 1, block_lines: int = BLOCK_LINES) -> Iterator[Block]:
        """Rows from a line on; see Sheet.blocks."""
        above = int(self.headed)
        step = max(1, min(block_lines, _CELLS_AT_ONCE // max(1, self.width)))
        for line in range(max(1, first_line), self.height + above + 1, step):
            start = line - 1 - above
            rows = self.cells(max(0, start), min(start + step, self.height))
            if start < 0:
                rows = [list(self.names), *rows]
            if block := block_of(range(line, line + len(rows)), rows):
                yield block

    def place(self, line: int, column: int | None = None) -> str:
        """File, list, row (the names not counted) and column (by its name, where it has one)."""
        of = f" of {self.name!r}" if self.name else ""
        row = line - int(self.headed)
        where = f"{self.path}: row {row}{of}" if row else f"{self.path}: names of columns{of}"
        if column is None:
            return where
        return where + (f", {self.names[column - 1]!r}" if column <= len(self.names) else f", column {column}")


def sheet_of_rows(path: Path, rows: list[list[str]], **more: Any) -> RowSheet:
    """A sheet of rows that are written already, of any lengths."""
    width = max(map(len, rows), default=0)
    return RowSheet(path=path, height=len(rows), width=width, cells=lambda a, b: rows[a:b], **more)


def sheet_of_array(path: Path, array: np.ndarray, **more: Any) -> RowSheet:
    """A sheet of an array of one or two dimensions that `unreadable_array` has nothing against; (n,) is one column."""
    grid = array.reshape(-1, 1) if array.ndim == 1 else array
    return RowSheet(
        path=path,
        height=grid.shape[0],
        width=grid.shape[1],
        cells=lambda a, b: [list(row) for row in written(grid[a:b])],
        **more,
    )


def sheet_of_columns(path: Path, columns: Mapping[str, Sequence[str] | np.ndarray], **more: Any) -> RowSheet:
    """A sheet of named columns, of texts or as arrays (n,); shorter ones are filled up with ''."""
    height = max((len(column) for column in columns.values()), default=0)

    def cells(start: int, stop: int) -> list[list[str]]:
        filled = []
        for column in columns.values():
            part = column[start:stop]
            texts = written(part) if isinstance(part, np.ndarray) else list(part)
            filled.append(texts + [""] * (stop - start - len(texts)))
        return [list(row) for row in zip(*filled, strict=True)]

    return RowSheet(
        path=path, headed=True, names=tuple(columns), height=height, width=len(columns), cells=cells, **more
    )


def written(array: np.ndarray) -> list[Any]:
    """An array as (nested lists of) texts: numbers so that they are read back exactly."""
    kind = array.dtype.kind
    values = (array.astype(np.float64) if kind == "f" else array).tolist()
    write = _TEXT_KINDS.get(kind, repr)
    return list(map(write, values)) if array.ndim == 1 else [list(map(write, row)) for row in values]


def unreadable_array(array: np.ndarray) -> str | None:
    """Why an array is no table of numbers, or None."""
    if array.dtype.kind in _UNREADABLE:
        return f"holds {_UNREADABLE[array.dtype.kind]}"
    if array.ndim > 2:
        shape = " x ".join(map(str, array.shape))
        return f"has {array.ndim} dimensions ({shape}); save 2-d arrays, for example array.reshape(len(array), -1)"
    return "is empty" if not array.size else None


def sheets_of_arrays(
    path: Path,
    arrays: Mapping[str, np.ndarray],
    notes: Sequence[str] = (),
) -> list[RowSheet]:
    """Sheets of a container of named arrays.

    Single numbers become constants, lists ((n,), n x 1 or 1 x n) stand together as columns of one sheet, and each
    other array is a sheet by its name. What cannot be read is named in the notes; all sheets have all of them.
    """
    known: dict[str, float] = {}
    said = list(notes)
    lists: dict[str, np.ndarray] = {}
    grids: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        why = unreadable_array(array)
        if why:
            said.append(f"{name!r} {why}: passed over")
        elif array.size == 1:
            if array.dtype.kind in "fiu":
                known[name] = float(array.reshape(-1)[0])
            else:
                said.append(f"{name!r} is {written(array.reshape(-1))[0]!r}")
        elif array.ndim == 1 or 1 in array.shape:
            lists[name] = array.reshape(-1)
        else:
            grids[name] = array
    if known:
        said.append("single numbers beside the lists: " + ", ".join(f"{name} = {one!r}" for name, one in known.items()))
    common = {"notes": tuple(said), "constants": known}
    sheets = [sheet_of_columns(path, lists, name="lists" if grids else "", **common)] if lists else []
    return sheets + [sheet_of_array(path, grid, name=name, **common) for name, grid in grids.items()]
