"""Look-up tables in CrossSim's form, to a device table and back.

Two text files, one for each direction, or as many of each as there are devices. Line 1 is a title, line 2 the
conductances [S], line 3 cumulative probabilities, and then one line for each probability: the conductance change [S] at
each conductance. The quantiles of few pulses may dip; they are put in order, and the table says so.
CrossSim interpolates between the probabilities; so does the CDF that is made of them. Three parts: the text is read
line by line (`read_lookup`), its quantiles become a CDF with as few changes as it needs (`to_jump_table`), and pairs
of such tables become a device (`import_crosssim`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen.errors import TableError
from devicegen.files import write_text_whole
from devicegen.pulses.bounds import keep_in_range
from devicegen.pulses.thinning import Thinned, steps_of, thinned
from devicegen.table import DeviceTable, FloatArray, JumpTable

_log = logging.getLogger(__name__)

_log = logging.getLogger(__name__)

MOST_PROBABILITIES = 4000
"""Of more probabilities so many are kept while a file is read: their CDF is off by less than 1e-3."""
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
    """One file: conductance (n_g,) [S], probability (n_p,), and the change (n_p, n_g) [S] at each.

    dips        : changes that were smaller than that at the probability before, and were put in order
    deepest_S   : by how much, at most [S]
    """

    conductance: FloatArray
    probability: FloatArray
    change: FloatArray
    dips: int = 0
    deepest_S: float = 0.0

    @property
    def said(self) -> str:
        """What was put in order, in words; '' for nothing."""
        if not self.dips:
            return ""
        span = float(np.ptp(self.change))
        return (
            f"{self.dips} of {self.change.size} quantiles dip below the one at the probability before, by up to "
            f"{self.deepest_S:.2g} S ({self.deepest_S / span:.1%} of the span of the changes): the quantiles were "
            "sorted"
        )


def read_lookup(path: Path) -> Lookup:
    """Read one look-up table, line by line. Raises TableError, naming the line, for what is not one."""
    path = Path(path)
    numbered = _lines(path)
    head: list[tuple[int, FloatArray]] = []
    for line, text in numbered:
        try:
            values = _numbers(path, line, text)
        except TableError:
            if line > 3 or head:
                raise
            continue  # a title
        head.append((line, values))
        if len(head) == 2:
            break
    if len(head) < 2:
        raise TableError(f"{path}: {len(head)} lines of numbers, expected conductances, probabilities and the changes.")
    (line_g, conductance), (line_p, probability) = head
    if np.any(np.diff(conductance) <= 0) or conductance[0] < 0:
        raise TableError(f"{path}: line {line_g}: the conductances do not increase from zero or above.")
    if np.any(np.diff(probability) <= 0) or probability[0] < 0 or probability[-1] != 1:
        raise TableError(f"{path}: line {line_p}: the probabilities do not increase from 0 or above to 1.")
    kept = _kept(probability.size)
    rows, last, n, transposed = [], 0, 0, False
    for line, text in numbered:
        if n and not transposed and kept[min(last, kept.size - 1)] != n:
            n += 1
            continue
        values = _numbers(path, line, text)
        if n == 0:
            transposed = values.size == probability.size != conductance.size
        size, across = (probability.size, "probabilities") if transposed else (conductance.size, "conductances")
        if values.size != size:
            where = line_p if transposed else line_g
            raise TableError(f"{path}: line {line} has {values.size} numbers, line {where} has {size} {across}.")
        if transposed:
            rows.append(values[kept])
        elif kept[min(last, kept.size - 1)] == n:
            rows.append(values)
            last += 1
        n += 1
    expected, what = (conductance.size, "conductances") if transposed else (probability.size, "probabilities")
    if n != expected:
        raise TableError(f"{path}: {n} lines of changes, expected {expected}, one for each of the {what}.")
    change = np.array(rows).T if transposed else np.array(rows)
    fall = -np.diff(change, axis=0)
    dips = int(np.count_nonzero(fall > 0))
    deepest = float(fall.max(initial=0.0))
    return Lookup(conductance, probability[kept], np.sort(change, axis=0) if dips else change, dips, max(deepest, 0.0))


def _kept(n: int) -> npt.NDArray[np.int64]:
    """Of more than some thousand probabilities, those that are kept: evenly spread, and both ends."""
    if n <= MOST_PROBABILITIES:
        return np.arange(n)
    tail = MOST_PROBABILITIES // 10
    middle = np.linspace(tail, n - 1 - tail, MOST_PROBABILITIES - 2 * tail)
    return np.unique(np.concatenate([np.arange(tail), middle, np.arange(n - tail, n)]).astype(np.int64))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with open(path, encoding="utf-8-sig") as stream:
            for line, text in enumerate(stream, start=1):
                if text.strip(" ,;\t\r\n"):
                    yield line, text
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read as text ({error}).") from error


def _numbers(path: Path, line: int, text: str) -> FloatArray:
    """Numbers of a line, with commas, semicolons, tabs or blanks between them."""
    cells = text.replace(",", " ").replace(";", " ").split()
    try:
        values = np.array(cells, np.float64)
    except ValueError as error:
        raise TableError(
            f"{path}: line {line}: {error}, expected numbers with commas or blanks between them."
        ) from error
    if not np.all(np.isfinite(values)):
        raise TableError(f"{path}: line {line} holds a value that is not finite.")
    return values


def _narrow(lookups: Sequence[Lookup], g_min_S: float, g_max_S: float) -> float:
    """Within how much a step of a CDF is climbed: a millionth of the span of the changes [S]."""
    return 1e-6 * max(float(np.ptp(lookup.change)) for lookup in lookups) or 1e-6 * (g_max_S - g_min_S)


def _thin(lookup: Lookup, narrow: float) -> tuple[Thinned, list[tuple[FloatArray, FloatArray]]]:
    """The same distribution as CDFs over one grid of changes, and as points of each row.

    A change that several probabilities share has a probability of its own: the CDF climbs it within a millionth of
    the span of the changes.
    """
    exact = np.round(lookup.change.T / narrow) * narrow
    rows = [steps_of(lookup.probability, column, narrow) for column in exact]
    return thinned(rows, narrow), rows


def to_jump_table(lookup: Lookup, g_min_S: float, g_max_S: float) -> JumpTable:
    """The same distribution as a CDF over one grid of changes, of `thinning.POINTS` changes at most."""
    return _jump_table(_thin(lookup, _narrow([lookup], g_min_S, g_max_S))[0], lookup.conductance, g_min_S, g_max_S)


def _jump_table(found: Thinned, conductance: FloatArray, g_min_S: float, g_max_S: float) -> JumpTable:
    cdf = keep_in_range(conductance, found.delta, found.cdf, g_min_S, g_max_S)
    return JumpTable(conductance, found.delta, cdf, np.zeros(conductance.size, np.int64))


def _pooled(lookups: Sequence[Lookup], low: float, high: float) -> tuple[JumpTable, list[JumpTable], float]:
    """The table of all devices together, those of each where there are several, and the largest error of thinning."""
    narrow = _narrow(lookups, low, high)
    found = [_thin(lookup, narrow) for lookup in lookups]
    if len(lookups) == 1:
        return _jump_table(found[0][0], lookups[0].conductance, low, high), [], found[0][0].error
    own = [_jump_table(one, lookup.conductance, low, high) for (one, _), lookup in zip(found, lookups, strict=True)]
    grid = lookups[0].conductance
    nearest = [np.abs(lookup.conductance[None, :] - grid[:, None]).argmin(axis=1) for lookup in lookups]
    rows = []
    for k in range(grid.size):
        mine = [points[at[k]] for (_, points), at in zip(found, nearest, strict=True)]
        places = np.unique(np.concatenate([at for at, _ in mine]))
        rows.append((places, np.mean([np.interp(places, at, cdf, left=0.0, right=1.0) for at, cdf in mine], axis=0)))
    together = thinned(rows, narrow)
    errors = [one.error for one, _ in found]
    return _jump_table(together, grid, low, high), own, max(together.error, *errors)


def import_crosssim(
    increasing: Path | Sequence[Path],
    decreasing: Path | Sequence[Path],
    device: str,
    source: str,
    licence: str,
    synthetic: bool,
) -> DeviceTable:
    """A device table from CrossSim's look-up tables; the range is that of their conductances.

    increasing, decreasing : the tables of SET and of RESET; of several, the i-th of each is device i
    Raises TableError, in one sentence, for files that are no such tables, or exchanged.
    """
    from devicegen.provenance import provenance

    files = [
        [Path(one)] if isinstance(one, str | Path) else [Path(path) for path in one] for one in (increasing, decreasing)
    ]
    if len(files[0]) != len(files[1]):
        raise TableError(
            f"{len(files[0])} tables of SET and {len(files[1])} of RESET, expected as many: one of each a device."
        )
    up, down = ([read_lookup(path) for path in paths] for paths in files)
    every = [*up, *down]
    low = float(min(lookup.conductance[0] for lookup in every))
    high = float(max(lookup.conductance[-1] for lookup in every))
    rises, falls = (float(np.mean([np.mean(lookup.change) for lookup in one])) for one in (up, down))
    if rises <= falls:
        raise TableError(
            f"{files[0][0]}: changes by {rises:.3g} S on average, and {files[1][0]} by {falls:.3g} S, expected the "
            "first to "
            "raise the conductance: are the files exchanged?"
        )
    said = [f"{path.name}: {one.said}" for path, one in zip([*files[0], *files[1]], every, strict=True) if one.said]
    for sentence in said:
        _log.warning("%s", sentence)
    jump_set, own_set, error_set = _pooled(up, low, high)
    jump_reset, own_reset, error_reset = _pooled(down, low, high)
    stated = {"source": source, "licence": licence, "largest_error_of_thinning": max(error_set, error_reset)}
    return DeviceTable(
        device=device,
        kind="measured",
        synthetic=synthetic,
        g_min_S=low,
        g_max_S=high,
        provenance=provenance(
            [*files[0], *files[1]], stated | ({"sorted": said} if said else {}), made_by="devicegen.formats.crosssim"
        ),
        jump_set=jump_set,
        jump_reset=jump_reset,
        per_device=tuple(zip(own_set, own_reset, strict=True)),
    )


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
