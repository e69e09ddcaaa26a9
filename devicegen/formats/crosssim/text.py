"""The text of a look-up table: title, conductances, probabilities, changes; read line by line."""

from __future__ import annotations

import functools
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from devicegen.errors import TableError
from devicegen.pulses.thinning import spread_over
from devicegen.table import FloatArray

MOST_PROBABILITIES = 4000
"""Lines of a file that are kept: the CDF between two of them is unknown by 1/3000 at most."""

_LONGEST_LINE = 1 << 26  # bytes; a line of a million numbers has a quarter of it
_BLANKS = bytes.maketrans(b",;\t", b"   ")
_OF_NUMBERS = b"0123456789eE+-., ;\t\r\n"
_NO_LOOKUP = 0.25
"""Falls, as a part of all steps between the probabilities, from which on they are no slips of an estimation."""


@dataclass(frozen=True)
class Lookup:
    """One file: conductance (n_g,) [S], probability (n_p,), and the change (n_p, n_g) [S] at each, in order.

    sorted_quantiles      : quantiles that lay below the one before, before all were put in order
    largest_dip_S         : by how much at most [S]
    probabilities_in_file : of very many only `MOST_PROBABILITIES` or so are kept; 0: all are
    """

    conductance: FloatArray
    probability: FloatArray
    change: FloatArray
    sorted_quantiles: int = 0
    largest_dip_S: float = 0.0
    probabilities_in_file: int = 0

    @property
    def sentence(self) -> str:
        """What a user must be told of the order of the quantiles; empty where they were in order."""
        if not self.sorted_quantiles:
            return ""
        return (
            f"{self.sorted_quantiles:,} quantiles of {self.change.size:,} dipped below the one before "
            f"(by up to {siemens(self.largest_dip_S)} of {siemens(float(np.abs(self.change).max()))}) and were "
            "sorted along the probabilities"
        )

    def mean(self) -> FloatArray:
        """(n_g,) mean change [S]; below the first probability lies the first change."""
        first = self.probability[0] * self.change[0]
        return first + np.trapezoid(self.change, self.probability, axis=0)


def read_lookup(path: Path) -> Lookup:
    """Read one look-up table. Raises TableError, naming the line, for what is not one.

    Numbers stand between commas, blanks or tabs; a title may be missing; a matrix that fits only with the conductances
    down its lines is turned. The text is never held as a whole.
    """
    try:
        stat = Path(path).stat()
        return _read(str(path), (stat.st_mtime_ns, stat.st_size, stat.st_ino))
    except OSError as error:
        raise TableError(f"{path}: cannot be read as text ({error}).") from error
    except UnicodeError as error:
        raise TableError(f"{path}: cannot be read as text ({error}). Save it as plain text.") from error


@functools.lru_cache(maxsize=4)  # a file is looked at, drawn, described and imported: gigabytes are read once
def _read(path: str, _state: tuple[int, int, int]) -> Lookup:
    lines = _lines(path)
    head = list(itertools.islice(lines, 1))
    if head and not _is_row(head[0][1]):
        head = []
    head += itertools.islice(lines, 2 - len(head))
    if len(head) < 2:
        raise TableError(f"{path}: {len(head)} lines of numbers, expected conductances, probabilities and the changes.")
    (at_g, conductance), (at_p, probability) = ((n, _numbers(path, n, line)) for n, line in head)
    if conductance.size < 2 or np.any(np.diff(conductance) <= 0) or conductance[0] < 0:
        raise TableError(f"{path}: line {at_g}: the conductances do not increase from zero or above.")
    if probability.size < 2 or np.any(np.diff(probability) <= 0) or probability[0] < 0:
        raise TableError(f"{path}: line {at_p}: the probabilities do not increase from 0 or above to 1.")
    if abs(probability[-1] - 1) > 1e-6:
        raise TableError(f"{path}: line {at_p}: the probabilities end at {probability[-1]:g}, expected 1.")
    probability[-1] = 1.0
    kept = spread_over(probability, MOST_PROBABILITIES)
    change = _matrix(path, lines, (at_g, conductance.size), (at_p, probability.size), kept)
    in_file = probability.size if kept.size < probability.size else 0
    return _in_order(path, at_p, Lookup(conductance, probability[kept], change, probabilities_in_file=in_file))


def _in_order(path: str, at_p: int, lookup: Lookup) -> Lookup:
    """Sort the quantiles, count what dipped, and make the arrays fit to be shared."""
    change = lookup.change
    if change.shape[0] == change.shape[1] and _falling(change) > _NO_LOOKUP and not _falling(change.T):
        change = change.T.copy()  # as many probabilities as conductances: the numbers alone tell which is which
    if (falling := _falling(change)) > _NO_LOOKUP:
        raise TableError(
            f"{path}: below line {at_p} the changes fall with the probability by {falling:.0%} of all their steps, "
            "expected quantiles, which rise: is it a table of something else?"
        )
    steps = np.diff(change, axis=0)
    dipped = steps < -1e-9 * np.ptp(change)  # less is rounding: put in order too, but nothing to speak of
    if np.any(steps < 0):
        change = np.sort(change, axis=0)
    largest = float(-steps[dipped].min()) if dipped.any() else 0.0
    for values in (lookup.conductance, lookup.probability, change):
        values.setflags(write=False)
    return Lookup(
        lookup.conductance, lookup.probability, change, int(dipped.sum()), largest, lookup.probabilities_in_file
    )


def _falling(change: FloatArray) -> float:
    """How much of all steps along the first axis leads down."""
    steps = np.diff(change, axis=0)
    return float(np.maximum(-steps, 0).sum() / (np.abs(steps).sum() or 1.0))


def _matrix(
    path: str, lines: Iterator[tuple[int, bytes]], of_g: tuple[int, int], of_p: tuple[int, int], kept: npt.NDArray[Any]
) -> FloatArray:
    """(kept, n_g) changes at the kept probabilities. Lines of others are looked at, but not read number by number.

    of_g, of_p : line and count of the conductances and of the probabilities
    """
    (at_g, n_g), (at_p, n_p) = of_g, of_p
    first = next(lines, None)
    if first is None:
        raise TableError(f"{path}: no lines of changes below line {at_p}, expected one for each probability.")
    across = _numbers(path, *first).size
    turned = across == n_p != n_g
    width, height = (n_p, n_g) if turned else (n_g, n_p)
    expected = f"line {at_p} has {n_p} probabilities" if turned else f"line {at_g} has {n_g} conductances"
    wanted = np.zeros(n_p, bool)
    wanted[kept] = True
    between = next((one for one in (b",", b";", b"\t") if one in first[1]), b"")
    usual = first[1].count(between)
    rows: list[FloatArray] = []
    found = 0
    for found, (n, line) in enumerate(itertools.chain([first], lines), 1):
        if found > height:
            continue
        read = turned or wanted[found - 1]
        if not read and between and line.count(between) == usual and not line.translate(None, _OF_NUMBERS):
            continue
        values = _numbers(path, n, line)
        if values.size != width:
            raise TableError(f"{path}: line {n} has {values.size} numbers, {expected}.")
        if read:
            rows.append(values[kept] if turned else values)
    if found != height:
        of = f"line {at_g} has {n_g} conductances" if turned else f"line {at_p} has {n_p} probabilities"
        raise TableError(f"{path}: {found} lines of changes, {of}.")
    return np.array(rows).T.copy() if turned else np.array(rows)


def _lines(path: str) -> Iterator[tuple[int, bytes]]:
    """Lines that hold something, with their numbers from 1, as they are in ASCII or UTF-8."""
    with open(path, "rb") as file:
        mark = file.read(3)
        wide = mark[:2] in (b"\xff\xfe", b"\xfe\xff")
        file.seek(3 if mark == b"\xef\xbb\xbf" else 0)
        text = io.TextIOWrapper(file, "utf-16") if wide else file
        for n in itertools.count(1):
            got = text.readline(_LONGEST_LINE)
            line = got if isinstance(got, bytes) else got.encode()
            if not line:
                return
            if len(line) >= _LONGEST_LINE and not line.endswith(b"\n"):
                raise TableError(f"{path}: line {n} is longer than {_LONGEST_LINE >> 20} MB, expected a look-up table.")
            if b"\0" in line:
                raise TableError(f"{path}: line {n} holds zero bytes: it cannot be read as text.")
            if line.strip(b" \t\r\n,;") and not line.lstrip().startswith(b"#"):
                yield n, line


def _cells(line: bytes) -> list[bytes]:
    if b";" in line and b"," in line:
        line = line.replace(b",", b".")  # decimal commas, as spreadsheets write them with semicolons
    return line.translate(_BLANKS).split()


def _is_row(line: bytes) -> bool:
    """Whether a line is no title: it begins as a row of numbers does."""
    try:
        return len([float(cell) for cell in _cells(line)[:2]]) == 2
    except ValueError:
        return False


def _numbers(path: str, n: int, line: bytes) -> FloatArray:
    cells = _cells(line)
    try:
        values = np.array(cells, np.float64)
    except ValueError as error:
        bad = next((cell for cell in cells if not _is_row(cell + b" 0")), line)
        raise TableError(
            f"{path}: line {n}: could not convert {bad.decode(errors='replace')[:40]!r} to a number, "
            "expected numbers with commas, blanks or tabs between them."
        ) from error
    if not np.all(np.isfinite(values)):
        raise TableError(f"{path}: line {n} holds a value that is not finite, expected a change in S.")
    return values


def siemens(value: float) -> str:
    """A conductance with its prefix, in ASCII: 3.1nS."""
    power = int(np.clip(np.floor(np.log10(value) / 3 + 1e-9), -5, 0)) if value > 0 else 0
    return f"{value / 1000.0**power:.3g} {('', 'm', 'u', 'n', 'p', 'f')[-power]}S"
