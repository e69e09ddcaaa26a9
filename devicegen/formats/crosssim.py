"""Look-up tables in CrossSim's form, to a device table and back.

Two text files, one for each direction. Line 1 is a title, line 2 the conductances [S], line 3 cumulative
probabilities, and then one line for each probability: the conductance change [S] at each conductance.
CrossSim interpolates between the probabilities; so does the CDF that is made of them. Three parts: the text is read
line by line (`read_lookup`), its quantiles become a CDF with as few changes as it needs (`to_jump_table`), and pairs
of such tables become a device (`import_crosssim`).
"""

from __future__ import annotations

import functools
import io
import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from devicegen.errors import TableError
from devicegen.files import write_text_whole
from devicegen.pulses.bounds import keep_in_range
from devicegen.table import DeviceTable, FloatArray, JumpTable

_log = logging.getLogger(__name__)

_TAILS = np.geomspace(1e-5, 5e-3, 10)
PROBABILITIES = np.unique(np.concatenate([_TAILS, np.linspace(0.0, 1.0, 101), 1.0 - _TAILS]))
"""Where the tables are given when they are written."""

MOST_PROBABILITIES = 4000
"""Lines of a file that are kept: the CDF between two of them is unknown by 1/3000 at most."""

MOST_CHANGES = 400
"""Points of a jump-table's grid of changes."""

CDF_ERROR = 1e-3
"""What thinning may move a CDF by, wherever `MOST_CHANGES` points allow it."""

# -- the text --------------------------------------------------------------------------------------

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
            f"(by up to {_siemens(self.largest_dip_S)} of {_siemens(float(np.abs(self.change).max()))}) and were "
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
    kept = _spread_over(probability, MOST_PROBABILITIES)
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


def _spread_over(probability: FloatArray, most: int) -> npt.NDArray[np.int64]:
    """Indices of at most `most` probabilities, the first and the last among them: evenly, and more in the tails.

    probability : (n,) rising from 0 or above to 1
    """
    if probability.size <= most:
        return np.arange(probability.size)
    tail = np.log((probability + 1e-7) / (1 + 1e-7 - probability))
    place = 0.75 * probability + 0.25 * (tail - tail[0]) / (tail[-1] - tail[0])
    cell = np.floor(place * (most - 2)).astype(np.int64)
    first = np.unique(cell, return_index=True)[1]
    return np.unique(np.append(first, probability.size - 1))


def _siemens(value: float) -> str:
    power = int(np.clip(np.floor(np.log10(value) / 3 + 1e-9), -5, 0)) if value > 0 else 0
    return f"{value / 1000.0**power:.3g} {('', 'm', 'u', 'n', 'p', 'f')[-power]}S"


# -- from quantiles to a CDF -----------------------------------------------------------------------

_CANDIDATES = 6000
_SEARCHED = 60_000
_ALLOWED = (3e-4, 5e-4, 7.5e-4)
"""Errors of the CDF that are tried; what is missing to `CDF_ERROR` is for keeping the means and for rounding."""
_FOR_THE_MEAN = 2e-4
_MEAN_ERROR = 1e-3
_LEAST = 1e-3
_WORTH_SAYING = 0.01
_ROUNDED_TO = 2.0**-17
"""Probabilities of a thinned table are multiples of it, so that its file is small."""

_Curve = tuple[FloatArray, FloatArray]
"""One row's CDF as a line: (n,) changes [S], increasing, and (n,) probabilities of at most these, from 0 to 1."""


@dataclass(frozen=True)
class _Rows:
    """What a table is to hold.

    conductance : (n_g,) [S], within `ends` [S]
    curves      : the CDF of each row
    mean, size  : (n_g,) mean change, and how large the changes are [S]
    """

    conductance: FloatArray
    ends: tuple[float, float]
    curves: Sequence[_Curve]
    mean: FloatArray
    size: FloatArray

    def at(self, delta: FloatArray) -> FloatArray:
        """(n_g, n_d) the CDFs at some changes, as a table must hold them: none leads out of the range."""
        found = np.array([np.interp(delta, at, climbs, left=0.0, right=1.0) for at, climbs in self.curves])
        return keep_in_range(self.conductance, delta, found, *self.ends)

    def distance(self, delta: FloatArray, cdf: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(n_g,) largest distance of each row from its curve, and (n_g,) its bend [S] where it is farthest off.

        Both are lines, so the distance is largest at a bend of one of them.
        """
        found, bends = np.abs(self.at(delta) - cdf).max(axis=1), np.empty(len(self.curves))
        for row, (at, climbs) in enumerate(self.curves):
            there = np.abs(np.interp(at, delta, cdf[row], left=0.0, right=1.0) - climbs)
            worst = int(np.argmax(there))
            found[row], bends[row] = max(found[row], there[worst]), at[worst]
        return found, bends


@dataclass(frozen=True)
class Thinned:
    """A jump-table, and what was lost in making it.

    cdf_error  : largest distance of a row's CDF from that of the file
    mean_error : largest distance of a row's mean from that of the file, in parts of how large the row's changes are
                 (of a thousandth of those of the row with the largest, where its own are smaller still)
    """

    table: JumpTable
    cdf_error: float
    mean_error: float


def to_jump_table(lookup: Lookup, g_min_S: float, g_max_S: float) -> Thinned:
    """The same distribution as a CDF over one grid of at most `MOST_CHANGES` changes.

    Changes that would lead out of [g_min_S, g_max_S] are held at its ends. A change that several probabilities share
    has a probability of its own: the CDF climbs it within a millionth of the span of the changes.
    """
    span = g_max_S - g_min_S
    narrow = max(1e-6 * float(np.ptp(lookup.change)), 2.5e-9 * span)  # wider than what passes for an end of the range
    curves, mean, size = [], lookup.mean(), np.empty(lookup.conductance.size)
    for row, (g, column) in enumerate(zip(lookup.conductance, lookup.change.T, strict=True)):
        free = _curve(np.round(column / narrow) * narrow, lookup.probability, narrow)
        curves.append(_held(free, g_min_S - g, g_max_S - g, narrow))
        mean[row] += _mean(curves[-1]) - _mean(free)  # the mean of the file, but for what is held
        size[row] = _mean(curves[-1], absolute=True)
    return _thinned(_Rows(lookup.conductance, (g_min_S, g_max_S), curves, mean, size))


def _curve(changes: FloatArray, probability: FloatArray, narrow: float) -> _Curve:
    """The CDF through quantiles (n_p,) in order; those that are equal are climbed within `narrow` [S]."""
    found, first, n = np.unique(changes, return_index=True, return_counts=True)
    starts, ends = probability[first], probability[first + n - 1]
    starts[0] = 0.0  # what lies below the first probability is taken to be the first change
    at = np.column_stack([found - narrow, found]).ravel()
    needed = np.column_stack([ends > starts, np.ones(n.size, bool)]).ravel()
    at, climbs = at[needed], np.column_stack([starts, ends]).ravel()[needed]
    apart = np.concatenate([[True], np.diff(at) > 0.5 * narrow])
    return at[apart], climbs[apart]


def _held(curve: _Curve, low: float, high: float, narrow: float) -> _Curve:
    """The CDF with all that lies below `low` at `low`, and all that lies above `high` at `high` [S]."""
    at, climbs = curve
    if at[0] < low - narrow:
        inside = at > low
        at = np.concatenate([[low - narrow, low], at[inside]])
        climbs = np.concatenate([[0.0, np.interp(low, *curve, right=1.0)], climbs[inside]])
    if at[-1] > high:
        inside = at < high - narrow
        below = np.interp(high - narrow, at, climbs, left=0.0)
        at = np.concatenate([at[inside], [high - narrow, high]])
        climbs = np.concatenate([climbs[inside], [below, 1.0]])
    return at, climbs


def _mean(curve: _Curve, absolute: bool = False) -> float:
    at, climbs = curve
    middles = 0.5 * (at[1:] + at[:-1])
    return float(np.diff(climbs) @ (np.abs(middles) if absolute else middles))


def pooled(tables: Sequence[JumpTable], g_min_S: float, g_max_S: float) -> Thinned:
    """The mean of the CDFs of several devices, whose tables have the same conductances."""
    first = tables[0]
    delta = np.unique(np.concatenate([table.delta for table in tables]))
    total = np.zeros((first.conductance.size, delta.size))
    size = np.zeros(first.conductance.size)
    for table in tables:
        total += [np.interp(delta, table.delta, row, left=0.0, right=1.0) for row in table.cdf]
        size += np.diff(table.cdf, axis=1) @ np.abs(table.delta[1:] + table.delta[:-1]) / 2 / len(tables)
    cdf = keep_in_range(first.conductance, delta, total / len(tables), g_min_S, g_max_S)
    mean = np.mean([table.mean() for table in tables], axis=0)
    return _thinned(_Rows(first.conductance, (g_min_S, g_max_S), [(delta, row) for row in cdf], mean, size))


def _thinned(rows: _Rows) -> Thinned:
    delta = _candidates(rows.curves)
    cdf = rows.at(delta)
    size = np.maximum(rows.size, _LEAST * rows.size.max() or 1.0)
    if delta.size > MOST_CHANGES:
        delta = _with_bends(rows, delta[_few(delta, cdf, rows.size)])
        cdf = rows.at(delta)
        off = rows.distance(delta, cdf)[0]
        cdf = _with_means(delta, cdf, rows.mean, size, np.where(off < CDF_ERROR, _FOR_THE_MEAN, off))
        cdf = np.round(cdf / _ROUNDED_TO) * _ROUNDED_TO
        cdf = keep_in_range(rows.conductance, delta, cdf, *rows.ends)
    table = JumpTable(rows.conductance, delta, cdf, np.zeros(rows.conductance.size, np.int64))
    mean_off = np.abs(table.mean() - rows.mean) / size
    return Thinned(table, float(rows.distance(delta, cdf)[0].max()), float(mean_off.max()))


def _with_bends(rows: _Rows, delta: FloatArray) -> FloatArray:
    """The changes, and more where a row bends unseen between two of them, as many as `MOST_CHANGES` leaves room for."""
    while (room := MOST_CHANGES - delta.size) > 0:
        off, bends = rows.distance(delta, rows.at(delta))
        worst = np.argsort(-off, kind="stable")[: max(4, room // 4)]
        more = np.setdiff1d(bends[worst[off[worst] > _ALLOWED[1]]], delta)[:room]
        if not more.size:
            break
        delta = np.union1d(delta, more)
    return delta


def _candidates(curves: Sequence[_Curve]) -> FloatArray:
    """Changes at which some row bends: all of them, or some thousand between which no row climbs far. 0 is there."""
    each = max(16, _SEARCHED // len(curves))
    some = [np.zeros(1)]
    for at, climbs in curves:
        if at.size <= each:
            some.append(at)
            continue
        steep = np.flatnonzero(np.diff(climbs) > 0.5 / each)  # where a change has a probability of its own
        some.append(at[np.unique(np.concatenate([_spread_over(climbs, each), steep, steep + 1]))])
    delta = np.unique(np.concatenate(some))
    if delta.size <= _CANDIDATES:
        return delta
    climbed = np.zeros(delta.size - 1)
    for at, climbs in curves:
        np.maximum(climbed, np.diff(np.interp(delta, at, climbs, left=0.0, right=1.0)), out=climbed)
    place = np.concatenate([[0.0], np.cumsum(climbed)])
    cell = place[-1] / _CANDIDATES
    first = np.unique(np.floor(place / cell), return_index=True)[1]
    steep = np.flatnonzero(climbed > 0.5 * cell)
    ends = [0, int(np.searchsorted(delta, 0.0)), delta.size - 1]
    return delta[np.unique(np.concatenate([first, steep, steep + 1, ends]))]


def _few(delta: FloatArray, cdf: FloatArray, scale: FloatArray) -> npt.NDArray[np.int64]:
    """Indices of at most `MOST_CHANGES` changes, between which straight lines follow every row.

    Where too many rows jump at changes of their own, a jump may be smeared over a small part of its row's `scale`
    (n_g,) [S], as small a part as `MOST_CHANGES` allows.
    """
    columns = np.ascontiguousarray(cdf.T)
    for allowed in _ALLOWED:
        few = _longest_steps(delta, columns, allowed, np.zeros_like(scale))
        if few is not None:
            return few
    low, high = 1e-6, float(np.ptp(delta) / scale[scale > 0].min())  # as parts; the second allows any line
    best = _longest_steps(delta, columns, _ALLOWED[-1], 2 * high * scale)
    for _ in range(8):
        part = float(np.sqrt(low * high))
        few = _longest_steps(delta, columns, _ALLOWED[-1], part * scale)
        low, high, best = (part, high, best) if few is None else (low, part, few)
    assert best is not None, "lines over all changes at once are always allowed"
    return best


def _longest_steps(
    delta: FloatArray, columns: FloatArray, allowed: float, smeared_S: FloatArray
) -> npt.NDArray[np.int64] | None:
    """Indices from the first change to the last, each step as long as it may be; None for more than `MOST_CHANGES`.

    columns   : (n_d, n_g) the CDFs
    allowed   : distance of a CDF from a straight line
    smeared_S : (n_g,) distance times length of the line that is allowed too [S]
    """
    zero = int(np.searchsorted(delta, 0.0))

    def follows(i: int, j: int) -> bool:
        if j - i < 2:
            return True
        part = (delta[i + 1 : j] - delta[i]) / (delta[j] - delta[i])
        off = np.abs(columns[i + 1 : j] - columns[i] - part[:, None] * (columns[j] - columns[i])).max(axis=0)
        return bool(np.all(off <= np.maximum(allowed, smeared_S / (delta[j] - delta[i]))))

    chosen, i = [0], 0
    while i < delta.size - 1:
        end = zero if i < zero else delta.size - 1
        good, step = i + 1, 2
        while good < end and follows(i, min(i + step, end)):
            good, step = min(i + step, end), 2 * step
        bad = min(i + step, end + 1)
        while bad - good > 1:
            middle = (good + bad) // 2
            good, bad = (middle, bad) if follows(i, middle) else (good, middle)
        i = good
        chosen.append(i)
        if len(chosen) > MOST_CHANGES:
            return None
    return np.array(chosen)


def _with_means(
    delta: FloatArray, cdf: FloatArray, mean: FloatArray, scale: FloatArray, free: FloatArray
) -> FloatArray:
    """Bend each row by at most `free` (n_g,), so that its mean is as given [S]; what then is still off is moved.

    F + c F (1 - F) rises as F does for any c between -1 and 1, and leaves its zeros and ones alone. A row that jumps
    within one interval has nothing between zeros and ones: a part of it is moved by an interval.
    """

    def excess(rows: FloatArray) -> FloatArray:
        return delta[-1] - np.trapezoid(rows, delta, axis=1) - mean

    bump = cdf * (1 - cdf)
    room, most = np.trapezoid(bump, delta, axis=1), np.minimum(4 * free, 1.0)
    factor = np.clip(np.divide(excess(cdf), room, out=np.zeros_like(room), where=room > 0), -most, most)
    cdf = cdf + factor[:, None] * bump
    left = excess(cdf)
    left[(np.abs(left) < _MEAN_ERROR * scale) | (free <= _FOR_THE_MEAN)] = 0.0  # rows that are right stay sharp
    moved = np.empty_like(cdf)
    moved[:, :-1] = np.where(left[:, None] > 0, cdf[:, 1:], np.pad(cdf[:, :-2], ((0, 0), (1, 0))))
    moved[:, -1] = 1.0
    gained = np.trapezoid(moved - cdf, delta, axis=1)
    part = np.clip(np.divide(left, gained, out=np.zeros_like(left), where=gained != 0), 0.0, 1.0)
    return cdf + part[:, None] * (moved - cdf)


# -- devices ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Polarity:
    """Tables of one polarity: of all devices together and of each; mean changes [S]; what is stated and told of them.

    told : a file and a sentence about it
    """

    together: JumpTable
    own: tuple[JumpTable, ...]
    mean_S: tuple[float, ...]
    stated: dict[str, Any]
    told: tuple[tuple[Path, str], ...]


def import_crosssim(
    increasing: Path | Sequence[Path],
    decreasing: Path | Sequence[Path],
    device: str,
    source: str,
    licence: str,
    synthetic: bool,
) -> DeviceTable:
    """A device table from CrossSim's look-up tables; the range is that of the first device's conductances.

    increasing, decreasing : one file each, or as many files of each: the i-th of both are device i. The table of all
                             together is the mean of the devices' CDFs; the changes of a device with other
                             conductances are interpolated to those of the first.
    Raises: TableError, naming file and line, for what is not a look-up table, and for files that are exchanged
    """
    from devicegen.provenance import provenance

    ups, downs = _paths(increasing), _paths(decreasing)
    if len(ups) != len(downs) or not ups:
        raise TableError(
            f"{len(ups)} look-up tables for SET and {len(downs)} for RESET, expected as many of each: "
            "the i-th of both are device i."
        )
    ends = [read_lookup(path).conductance[[0, -1]] for path in (ups[0], downs[0])]
    low, high = float(np.min(ends)), float(np.max(ends))
    up, down = _polarity(ups, low, high), _polarity(downs, low, high)
    for rising, falling, rises, falls in zip(ups, downs, up.mean_S, down.mean_S, strict=True):
        if rises <= falls:
            raise TableError(
                f"{rising}: changes by {rises:.3g} S on average, and {falling} by {falls:.3g} S, "
                "expected the first to raise the conductance: are the files exchanged?"
            )
    for path, sentence in (*up.told, *down.told):
        _log.warning("%s: %s", path, sentence)
    several = len(ups) > 1
    return DeviceTable(
        device=device,
        kind="measured",
        synthetic=synthetic,
        g_min_S=low,
        g_max_S=high,
        provenance=provenance(
            [*ups, *downs],
            {"source": source, "licence": licence},
            made_by="devicegen.formats.crosssim",
            estimation={
                "set": up.stated,
                "reset": down.stated,
                "findings": [f"{path.name}: {sentence}" for path, sentence in (*up.told, *down.told)],
                "devices": [path.stem for path in ups] if several else [],
            },
        ),
        jump_set=up.together,
        jump_reset=down.together,
        per_device=tuple(zip(up.own, down.own, strict=True)) if several else (),
    )


def _paths(files: Path | Sequence[Path]) -> list[Path]:
    return [Path(files)] if isinstance(files, str | Path) else [Path(one) for one in files]


def _polarity(paths: Sequence[Path], g_min_S: float, g_max_S: float) -> _Polarity:
    """Read the files of one polarity, one after another: only their thinned tables are held."""
    first = read_lookup(paths[0])
    made: list[Thinned] = []
    told: list[tuple[Path, str]] = []
    means, counts, dips, in_file, kept, gaps = [], [], [], [], [], []
    for path in paths:
        lookup = read_lookup(path)
        told += [(path, sentence) for sentence in _sentences(lookup, first)]
        lookup = _at_conductances_of(first, lookup)
        means.append(float(lookup.mean().mean()))
        counts.append(lookup.sorted_quantiles)
        dips.append(lookup.largest_dip_S)
        in_file.append(lookup.probabilities_in_file or lookup.probability.size)
        kept.append(lookup.probability.size)
        gaps.append(float(np.diff(lookup.probability).max()) if lookup.probabilities_in_file else 0.0)
        made.append(to_jump_table(lookup, g_min_S, g_max_S))
    own = tuple(one.table for one in made)
    together = made[0] if len(made) == 1 else pooled(own, g_min_S, g_max_S)
    off = max(one.cdf_error for one in made) + (together.cdf_error if len(made) > 1 else 0.0)
    mean_off = max(one.mean_error for one in made) + (together.mean_error if len(made) > 1 else 0.0)
    if off > _WORTH_SAYING:
        sentence = (
            f"jumps at too many unlike changes for a table of {MOST_CHANGES}: some are smeared, a CDF is off by up to "
            f"{off:.2g} there, a mean change by up to {mean_off:.2%}"
        )
        told.append((paths[0], sentence))
    stated = {
        "changes": together.table.delta.size,
        "largest_error_of_a_cdf": off,
        "largest_error_of_a_mean_in_mean_changes": mean_off,
        "sorted_quantiles": sum(counts),
        "largest_dip_S": max(dips),
        "probabilities_in_files": in_file,
        "probabilities_kept": kept,
        "cdf_unknown_between_kept_by_at_most": max(gaps),
    }
    return _Polarity(together.table, own, tuple(means), stated, tuple(told))


def _sentences(lookup: Lookup, first: Lookup) -> list[str]:
    """What a user must be told of one file."""
    found = [lookup.sentence] if lookup.sentence else []
    (low, high), (low_1, high_1) = lookup.conductance[[0, -1]], first.conductance[[0, -1]]
    if high > 1.0:
        found.append(f"its conductances reach {high:.3g} S: the table takes them as S, not as uS or parts of a range")
    if max(abs(low - low_1), abs(high - high_1)) > 0.01 * (high_1 - low_1):
        found.append(
            f"its conductances reach from {_siemens(low)} to {_siemens(high)}, those of the first device from "
            f"{_siemens(low_1)} to {_siemens(high_1)}, which the table has: beyond its own, its last changes are taken"
        )
    return found


def _at_conductances_of(first: Lookup, lookup: Lookup) -> Lookup:
    """The changes at the conductances of `first`, each between the same quantiles of its neighbours."""
    if np.array_equal(first.conductance, lookup.conductance):
        return lookup
    change = np.array([np.interp(first.conductance, lookup.conductance, row) for row in lookup.change])
    return replace(lookup, conductance=first.conductance, change=change)


def export_crosssim(table: DeviceTable, folder: Path) -> list[Path]:
    """Write the pooled jump-tables as dG_increasing.txt and dG_decreasing.txt into `folder`; returns their paths."""
    if table.jump_set is None or table.jump_reset is None:
        raise TableError(f"device {table.device} has no jump-tables, which CrossSim's look-up tables are made of.")
    made = []
    for name, jump in (("dG_increasing.txt", table.jump_set), ("dG_decreasing.txt", table.jump_reset)):
        changes = jump.quantile(PROBABILITIES).T
        rows = [jump.conductance, PROBABILITIES, *changes]
        lines = [f"{table.device}: conductances (S); cumulative probabilities; changes (S), one line a probability"]
        lines += [",".join(f"{value:.12g}" for value in row) for row in rows]
        made.append(Path(folder) / name)
        write_text_whole(made[-1], "\n".join(lines) + "\n")
    return made
