"""Lists of numbers in the code of MATLAB, Python, Julia or R: parsed, never run.

``name = [ ... ]`` is read where the list is all that stands to the right: a list that is part of an expression
(``[1 2 3] * 1e-6``) is named and passed over, for its numbers are not what the name holds.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from devicegen.measured.files.kinds import refused
from devicegen.measured.files.rows import RowSheet, sheet_of_columns, sheet_of_rows

SUFFIXES = {".m": "matlab", ".py": "python", ".jl": "julia", ".r": "r"}
LARGEST = 64 << 20
"""Characters. Code is read whole."""
_COMMENTS = {"matlab": "%", "python": "#", "julia": "#", "r": "#", "": "#%"}
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?(?![\w.])")
_MISSING = re.compile(r"(?:np\.|numpy\.|math\.)?(?:nan|NaN|NA|None|nothing|missing|NaN64)\b")
_ASSIGNED = re.compile(
    r"(?:(?:^|(?<=[;\n]))[ \t]*(?P<name>[A-Za-z_][\w.]*)[ \t]*(?:<-|=(?!=))"
    r"|(?:^|(?<=[\n{,]))[ \t]*(?P<quote>['\"])(?P<key>[^'\"\n]{1,80})(?P=quote)[ \t]*:)[ \t]*",
    re.MULTILINE,
)
_WRAPPED = re.compile(r"(?:(?:np|numpy|jnp|torch)\.)?(?:array|asarray|tensor|transpose)\(\s*|c(?=\()|Float\d\d(?=\[)|")
_AFTER = re.compile(r"[ \t]*(?:,[ \t]*dtype[ \t]*=[ \t]*[\w.]+[ \t]*)?\)*[ \t]*(?:\.?')?[ \t]*(?=[;,\n}#%]|$)")
_UNITS = re.compile(r"\b[fpnumkMGµμ]?(?:S|A|V|Ohms?|ohms?|Ω|s|sec)\b|siemens|conductance|resistance|current", re.ASCII)
_LIST_WITHIN = re.compile(r"\[\s*[+-]?[\d.]+(?:[eE][+-]?\d+)?[\s,;]+[+-]?[\d.]")
_BRACKET = re.compile(r"[\[\](){}]")
_CONTINUED = re.compile(r"\.\.\.[ \t]*\n")
_NEVER_CLOSED = "is not closed"
_MOST_NOTES = 5


@dataclass
class _Found:
    """What stands in a program."""

    rows: dict[str, list[list[str]]] = field(default_factory=dict)
    constants: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class _NoLiteral(Exception):
    """A list that holds something else than numbers."""


def starts_with_lists(head: str) -> bool:
    """Whether a text begins, below its comments, with the assignment of a list."""
    for line in head.splitlines():
        if line.strip() and not line.lstrip().startswith(("#", "%", "//", "import ", "from ")):
            found = _ASSIGNED.match(line)
            rest = line[found.end() :] if found and found["name"] else ""
            opened = rest[_WRAPPED.match(rest).end() :] if rest else ""  # type: ignore[union-attr]  # matches ''
            return opened[:1] in ("[", "(") and not re.search(r"[A-Za-z]{2}", opened[:40].replace("nan", ""))
    return False


def open_code(path: Path, text: str, language: str = "") -> list[RowSheet]:
    """The lists of a program as sheets: lists together as columns, each list of lists by its name.

    language : one of ``matlab python julia r``, or '' where the file's name does not tell
    Raises PulseFileError where there is no list of numbers.
    """
    code, comments = _without_comments(text.replace("\r\n", "\n"), language)
    found = _read(code, language or ("matlab" if re.search(r"\]\s*;", code) else "python"))
    for line, comment in comments:
        if _UNITS.search(comment) and len(found.notes) < _MOST_NOTES:
            found.notes.append(f"a comment in line {line} says: {comment.strip()[:120]!r}")
    if found.constants:
        shown = [f"{name} = {one!r}" for name, one in list(found.constants.items())[:20]]
        found.notes.append("single numbers beside the lists: " + ", ".join(shown))
    common = {"notes": tuple(found.notes), "constants": found.constants}
    lists = {name: _flat(rows) for name, rows in found.rows.items() if len(rows) == 1 or max(map(len, rows)) == 1}
    grids = {name: rows for name, rows in found.rows.items() if name not in lists}
    if not lists and not grids:
        said = "".join(f"; {note}" for note in found.notes)
        raise refused(path, f"no list of numbers in this code (code is read, never run){said}", "save them as CSV")
    sheets = [sheet_of_columns(path, lists, name="lists" if grids else "", **common)] if lists else []
    return sheets + [sheet_of_rows(path, rows, name=name, **common) for name, rows in grids.items()]


def _flat(rows: list[list[str]]) -> list[str]:
    return [cell for row in rows for cell in row]


def _without_comments(text: str, language: str) -> tuple[str, list[tuple[int, str]]]:
    """The code with blanks for its comments, and the comments with their lines."""
    marks = _COMMENTS[language]
    kept, comments = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not any(mark in line for mark in marks):
            kept.append(line)
            continue
        at = _comment_at(line, marks)
        kept.append(line[:at])
        if line[at + 1 :].strip():
            comments.append((number, line[at:].strip("#% \t")))
    return "\n".join(kept), comments


def _comment_at(line: str, marks: str) -> int:
    """Where a comment starts: at a mark that stands in no text. A quote after a letter is MATLAB's transpose."""
    quote, before = "", " "
    for at, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote else quote
        elif letter == '"' or (letter == "'" and not (before.isalnum() or before in "_)]}.'")):
            quote = letter
        elif letter in marks:
            return at
        before = letter
    return len(line)


def _read(code: str, language: str) -> _Found:
    found = _Found()
    ends = [end.start() for end in re.finditer("\n", code)]
    at = 0
    while match := _ASSIGNED.search(code, at):
        at = match.end()
        name = match["name"] or match["key"]
        start = at + _WRAPPED.match(code, at).end() - at  # type: ignore[union-attr]  # matches ''
        if code[start : start + 1] not in ("[", "("):
            number = _NUMBER.match(code, at)
            if number and match["name"] and _AFTER.match(code, number.end()):
                found.constants[name] = float(_plain(number[0]))
            elif _LIST_WITHIN.search(code, at, code.find("\n", at) if code.find("\n", at) >= 0 else len(code)):
                line = bisect_left(ends, at) + 1
                found.notes.append(f"{name!r} in line {line} is computed from a list: passed over")
            continue
        try:
            end, rows = _literal(code, start, language)
        except _NoLiteral as why:
            if str(why):
                found.notes.append(f"{name!r} in line {bisect_left(ends, at) + 1} {why}: passed over")
            if str(why) == _NEVER_CLOSED:
                break  # nor is any list that starts below it, most likely: looking for their ends would take long
            continue
        at = end
        if not _AFTER.match(code, end):
            line = bisect_left(ends, match.end()) + 1
            rest = code[end : end + 20].split("\n")[0].strip(" ;")
            found.notes.append(f"{name!r} in line {line} is computed from a list (... {rest}): passed over")
            continue
        if language == "matlab" and re.match(r"\.?'", code[end:].lstrip(" \t")):
            rows = [[row[i] if i < len(row) else "" for row in rows] for i in range(max(map(len, rows), default=0))]
        _keep(found, name, rows, bisect_left(ends, match.end()) + 1)
    return found


def _keep(found: _Found, name: str, rows: list[list[str]], line: int) -> None:
    count = sum(map(len, rows))
    if count == 1:
        found.constants[name] = float(rows[0][0])
    elif count:
        if name in found.rows:
            found.notes.append(
                f"{name!r} is assigned again in line {line}: given as {name!r} and '{name} (line {line})'"
            )
            name = f"{name} (line {line})"
        found.rows[name] = [row for row in rows if row]


def _plain(number: str) -> str:
    """A number of MATLAB or Fortran as everybody writes it."""
    return number.replace("d", "e").replace("D", "e")


def _literal(code: str, start: int, language: str) -> tuple[int, list[list[str]]]:
    """The rows of a list that opens at `start`, and where it has ended. Raises _NoLiteral."""
    depth, end = 0, -1
    for bracket in _BRACKET.finditer(code, start):
        depth += 1 if bracket[0] in "[({" else -1
        if depth == 0:
            end = bracket.end()
            break
    if end < 0:
        raise _NoLiteral(_NEVER_CLOSED)
    body = _CONTINUED.sub(" ", code[start + 1 : end - 1])
    if not body.strip():
        raise _NoLiteral("")
    nested = re.findall(r"[\[(]([^\[\](){}]*)[\])]", body)
    if nested:
        if re.sub(r"[\[(][^\[\](){}]*[\])]", "", body).strip(" \t\n,;"):
            raise _NoLiteral("is no plain list of numbers")
        if language in ("matlab", "julia") and ";" in body:
            raise _NoLiteral("is joined from lists")
        return end, [list(_cells(row, commas=language in ("python", "r"))) for row in nested]
    if language in ("python", "r"):
        return end, [list(_cells(body, commas=True))]
    if language == "julia" and "," in body:
        return end, [list(_cells(body.replace("\n", " "), commas=False))]
    return end, [list(_cells(row, commas=False)) for row in re.split(r"[;\n]", body) if row.strip(" \t,")]


def _cells(row: str, commas: bool) -> Iterator[str]:
    """Numbers of a row, between commas, or blanks too. Raises _NoLiteral for anything else."""
    pieces = row.strip().rstrip(",").split(",") if commas else row.replace(",", " ").split()
    for piece in pieces:
        text = piece.strip()
        if _NUMBER.fullmatch(text):
            yield _plain(text)
        elif _MISSING.fullmatch(text):
            yield "nan"
        else:
            raise _NoLiteral(f"holds {text[:20]!r}, which is no number" if text else "has an empty place")
