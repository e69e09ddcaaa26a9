"""Files as laboratories have them, opened as sheets of text cells, so that one reader serves all.

`open_sheets` tells what a file is by its bytes (`kinds`) and gives its tables: delimited text of any encoding
(`text`, with `encodings`, `dialect`, `splitting`), workbooks (`workbook`, with `formulas`), NumPy arrays
(`numpy_files`), MATLAB files (`matlab_files`), JSON (`json_files`), and lists in code (`code_lists`). What it cannot
read it names, and says what to do instead. Nothing in a file is ever run: no macro, no pickle, no code.

Text of any length is read in blocks. All else is read whole, within limits (`archives` counts what packed files unpack
to). `unchanged` watches a file that may still be written. Every error is a PulseFileError.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from devicegen.errors import PulseFileError
from devicegen.measured.files.code_lists import LARGEST as LARGEST_CODE
from devicegen.measured.files.code_lists import SUFFIXES, open_code, starts_with_lists
from devicegen.measured.files.encodings import encoding_of
from devicegen.measured.files.json_files import LARGEST as LARGEST_JSON
from devicegen.measured.files.json_files import open_json
from devicegen.measured.files.kinds import kind_of, refused
from devicegen.measured.files.matlab_files import open_mat
from devicegen.measured.files.numpy_files import open_npy, open_npz
from devicegen.measured.files.sheet import BLOCK_LINES, Block, Dialect, Sheet
from devicegen.measured.files.text import head_of_text, open_text_sheet, read_text
from devicegen.measured.files.unchanged import unchanged
from devicegen.measured.files.workbook import open_workbook

__all__ = ["BLOCK_LINES", "Block", "Dialect", "Sheet", "dialect_of", "open_sheets", "unchanged"]

_CONTAINERS = {"npy": open_npy, "npz": open_npz, "mat": open_mat, "workbook": open_workbook}
_PACKED = (".gz", ".bz2", ".xz")
_JSON = (".json", ".jsonl", ".ndjson")


def open_sheets(path: Path, dialect: Dialect | None = None) -> list[Sheet]:
    """The tables in a file that are not empty, in its order; a text file is one.

    dialect : how a text file is written, where a user knows better than `dialect_of`
    Raises PulseFileError, with what the file is and what to do, for every file that is no table.
    """
    path = Path(path)
    kind = kind_of(path)
    if kind in _CONTAINERS:
        return list(_CONTAINERS[kind](path))
    sheets: Sequence[Sheet] | None = None
    if dialect is None:
        sheets = _lists_in_text(path)
    return list(sheets) if sheets is not None else [open_text_sheet(path, dialect)]


def dialect_of(path: Path) -> Dialect:
    """How a text file is written, as far as it shows. Raises PulseFileError for what is no text."""
    path = Path(path)
    if kind_of(path) != "text":
        raise refused(path, "a container of numbers", "only text has separators and an encoding")
    return open_text_sheet(path).dialect


def _lists_in_text(path: Path) -> Sequence[Sheet] | None:
    """The tables of JSON or code; None for delimited text."""
    plain = path.with_suffix("") if path.suffix.lower() in _PACKED else path
    suffix = plain.suffix.lower()
    head = head_of_text(path, encoding_of(path)).lstrip()
    if suffix in _JSON:
        return open_json(path, read_text(path, LARGEST_JSON))
    if suffix in SUFFIXES and (starts_with_lists(head) or not _is_table(head)):
        return open_code(path, read_text(path, LARGEST_CODE), SUFFIXES[suffix])
    if head[:1] in ("[", "{"):
        try:
            return open_json(path, read_text(path, LARGEST_JSON))
        except PulseFileError:
            return None  # "[Settings]" above a table begins in the same way
    return open_code(path, read_text(path, LARGEST_CODE)) if starts_with_lists(head) else None


def _is_table(head: str) -> bool:
    """Whether most lines begin with a number, as in a table whose name only looks like code's."""
    lines = [line for line in head.splitlines() if line.strip()][:200]
    return 2 * sum(line.lstrip(" +-.")[:1].isdigit() for line in lines) > len(lines) and not any(
        "=" in x for x in lines
    )
