"""JSON: lists of records, lists of lists, lists by name; also one record a line. Numbers are kept as written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devicegen.errors import PulseFileError
from devicegen.measured.files.kinds import refused
from devicegen.measured.files.rows import RowSheet, sheet_of_columns, sheet_of_rows

LARGEST = 256 << 20
"""Characters. JSON is read whole."""
_DEEPEST = 4


class Written(str):
    """A number as it is written."""


def open_json(path: Path, text: str) -> list[RowSheet]:
    """The tables of a JSON text. Raises PulseFileError for what is no JSON, and where it holds no list of numbers."""
    try:
        return tables_of(path, parse_json(path, text))
    except RecursionError as error:
        raise PulseFileError(f"{path}: lists within lists, too deep to be a table.") from error


def parse_json(path: Path, text: str) -> Any:
    """The content of a JSON text, or the list of its lines' contents where each line is one.

    Raises PulseFileError with line and column.
    """
    try:
        return _loads(path, text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise _not_json(path, error) from error
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                found.append(_loads(path, line))
            except json.JSONDecodeError as error:
                error.lineno = number
                raise _not_json(path, error) from error
    return found


def _loads(path: Path, text: str) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(items)
        if len(record) < len(items):
            names = [name for name, _ in items]
            twice = next(name for name in names if names.count(name) > 1)
            raise PulseFileError(f"{path}: the name {twice!r} comes twice in one record; which of the two is meant?")
        return record

    return json.loads(text, parse_float=Written, parse_int=Written, parse_constant=_constant, object_pairs_hook=pairs)


def _constant(name: str) -> Written:
    return Written({"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}[name])


def _not_json(path: Path, error: json.JSONDecodeError) -> PulseFileError:
    return PulseFileError(
        f"{path}: line {error.lineno}, column {error.colno}: no valid JSON ({error.msg}): was it written whole?"
    )


def tables_of(path: Path, content: Any) -> list[RowSheet]:
    """The tables in content that was read from JSON."""
    tables: list[tuple[str, Any]] = []
    constants: dict[str, float] = {}
    notes: list[str] = []
    _collect("", content, tables, constants, notes, 0)
    if constants:
        notes.append(
            "single numbers beside the lists: " + ", ".join(f"{name} = {x!r}" for name, x in constants.items())
        )
    sheets = []
    for name, table in tables:
        common = {"name": name, "notes": tuple(notes), "constants": constants}
        if isinstance(table, dict):
            sheets.append(sheet_of_columns(path, table, **common))
        else:
            sheets.append(sheet_of_rows(path, table, **common))
    if not sheets:
        raise refused(path, f"no list of numbers in this JSON, found {_outline(content)}", "expected lists of numbers")
    return sheets


def _collect(
    name: str, value: Any, tables: list[tuple[str, Any]], constants: dict[str, float], notes: list[str], depth: int
) -> None:
    """Sort what stands under a name: a table, a constant, a text, or a record with such things in it."""
    if isinstance(value, list):
        table = None if _nests(value) else _table_of_list(value)
        if table:
            tables.append((name, table))
        elif _nests(value) and depth < _DEEPEST:
            for i, item in enumerate(value, start=1):
                _collect(f"{name} {i}".strip(), item, tables, constants, notes, depth + 1)
        elif value:
            notes.append(f"{name or 'the list'!r} is no table of numbers: passed over")
    elif isinstance(value, dict):
        columns, used = _columns_of(value)
        if columns:
            tables.append((name, columns))
        for key, inner in value.items():
            if key not in used and depth < _DEEPEST:
                _collect(f"{name}.{key}" if name else key, inner, tables, constants, notes, depth + 1)
    elif isinstance(value, Written):
        constants[name] = float(value)
    elif isinstance(value, str):
        notes.append(f"{name!r} is {value[:80]!r}")


def _nests(value: list[Any]) -> bool:
    """Whether each record of a list has a list of records of its own: one table each."""
    return all(isinstance(item, dict) for item in value) and any(
        isinstance(inner, list) and inner and all(isinstance(record, dict) for record in inner)
        for item in value
        for inner in item.values()
    )


def _table_of_list(value: list[Any]) -> Any:
    """Columns by name for records, rows for lists and numbers; None where there are no numbers."""
    if all(isinstance(item, dict) for item in value):
        records = [_flat(item) for item in value]
        names = list(dict.fromkeys(name for record in records for name in record))
        columns = {name: [record.get(name, "") for record in records] for name in names}
        numbers = any(isinstance(inner, Written) for record in value for inner in _leaves(record))
        return columns if numbers else None
    if not any(isinstance(inner, Written) for inner in _leaves(value)):
        return None
    if all(not isinstance(item, list | dict) for item in value):
        return [[cell_text(item)] for item in value]
    if all(isinstance(item, list) for item in value):
        if any(isinstance(cell, list | dict) for row in value for cell in row):
            return None
        return [[cell_text(cell) for cell in row] for row in value]
    return None


def _columns_of(record: Mapping[str, Any]) -> tuple[dict[str, list[str]], set[str]]:
    """The lists of a record as columns, also as pandas writes a table, and which of its names they used up."""
    if isinstance(record.get("columns"), list) and isinstance(record.get("data"), list):
        rows = record["data"]
        names = [str(name) for name in record["columns"]]
        if all(isinstance(row, list) and len(row) == len(names) for row in rows) and len(set(names)) == len(names):
            columns = {name: [cell_text(row[i]) for row in rows] for i, name in enumerate(names)}
            return columns, {"columns", "data", "index"}
    inner = list(record.values())
    if inner and all(isinstance(item, dict) and item for item in inner):
        if all(not isinstance(cell, list | dict) for item in inner for cell in item.values()):
            columns = _columns_of_records(record)
            return columns, set(record) if columns else set()
    lists = {
        name: [cell_text(item) for item in value]
        for name, value in record.items()
        if isinstance(value, list) and value and all(not isinstance(item, list | dict) for item in value)
    }
    numbers = any(isinstance(item, Written) for name in lists for item in record[name])
    return (lists, set(lists)) if numbers else ({}, set())


def _columns_of_records(record: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """``{"G": {"0": 1.5, "1": 1.7}}`` (column, row) or ``{"0": {"G": 1.5}}`` (row, column), as pandas writes them."""
    inner = list(dict.fromkeys(key for item in record.values() for key in item))
    if not any(isinstance(cell, Written) for item in record.values() for cell in item.values()):
        return {}
    if all(key.isdigit() for key in inner):
        return {name: [cell_text(item.get(key, "")) for key in inner] for name, item in record.items()}
    if all(key.isdigit() for key in record):
        return {name: [cell_text(item.get(name, "")) for item in record.values()] for name in inner}
    return {}


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """A record's cells by name; records in it as ``a.b``, lists in it as ``a[0]``, ``a[1]``."""
    found: dict[str, str] = {}
    for key, value in record.items():
        name = before + key
        if isinstance(value, dict):
            found |= _flat(value, f"{name}.")
        elif isinstance(value, list):
            found |= _flat({f"{name}[{i}]": item for i, item in enumerate(value)})
        else:
            found[name] = cell_text(value)
    return found


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def cell_text(value: Any) -> str:
    """A single value as text: null as nan, true as TRUE."""
    if value is None:
        return "nan"
    if isinstance(value, bool):
        return str(value).upper()
    return str(value).strip()


def _outline(content: Any) -> str:
    if isinstance(content, dict):
        return "a record of " + (", ".join(map(repr, list(content)[:8])) or "nothing")
    return f"a list of {len(content)}" if isinstance(content, list) else "a single value"
