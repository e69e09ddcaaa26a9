"""Look-up tables in CrossSim's form, to a device table and back.

Two text files, one for each direction. Line 1 is a title, line 2 the conductances [S], line 3 cumulative
probabilities, and then one line for each probability: the conductance change [S] at each conductance.
CrossSim interpolates between the probabilities; so does the CDF that is made of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devicegen.errors import TableError
from devicegen.files import write_text_whole
from devicegen.pulses.bounds import keep_in_range
from devicegen.table import DeviceTable, FloatArray, JumpTable

_TAILS = np.geomspace(1e-5, 5e-3, 10)
PROBABILITIES = np.unique(np.concatenate([_TAILS, np.linspace(0.0, 1.0, 101), 1.0 - _TAILS]))
"""Where the tables are given when they are written."""


@dataclass(frozen=True)
class Lookup:
    """One file: conductance (n_g,) [S], probability (n_p,), and the change (n_p, n_g) [S] at each."""

    conductance: FloatArray
    probability: FloatArray
    change: FloatArray


def read_lookup(path: Path) -> Lookup:
    """Read one look-up table. Raises TableError, naming the line, for what is not one."""
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read as text ({error}).") from error
    if len(lines) < 5:
        raise TableError(f"{path}: {len(lines)} lines, expected a title, conductances, probabilities and the changes.")
    conductance, probability = (_numbers(path, lines, k) for k in (1, 2))
    rows = [_numbers(path, lines, k) for k in range(3, len(lines)) if lines[k].strip()]
    for k, row in enumerate(rows):
        if row.size != conductance.size:
            raise TableError(
                f"{path}: line {k + 4} has {row.size} numbers, line 2 has {conductance.size} conductances."
            )
    if len(rows) != probability.size:
        raise TableError(f"{path}: {len(rows)} lines of changes, line 3 has {probability.size} probabilities.")
    change = np.array(rows)
    if np.any(np.diff(conductance) <= 0) or conductance[0] < 0:
        raise TableError(f"{path}: line 2: the conductances do not increase from zero or above.")
    if np.any(np.diff(probability) <= 0) or probability[0] < 0 or probability[-1] != 1:
        raise TableError(f"{path}: line 3: the probabilities do not increase from 0 or above to 1.")
    if np.any(np.diff(change, axis=0) < 0):
        at = int(np.argmax(np.any(np.diff(change, axis=0) < 0, axis=1)))
        raise TableError(f"{path}: line {at + 5}: a change is smaller than the one at the probability before it.")
    return Lookup(conductance, probability, change)


def _numbers(path: Path, lines: list[str], index: int) -> FloatArray:
    try:
        values = np.array(lines[index].split(","), np.float64)
    except ValueError as error:
        raise TableError(f"{path}: line {index + 1}: {error}, expected numbers with commas between them.") from error
    if not np.all(np.isfinite(values)):
        raise TableError(f"{path}: line {index + 1} holds a value that is not finite.")
    return values


def to_jump_table(lookup: Lookup, g_min_S: float, g_max_S: float) -> JumpTable:
    """The same distribution as a CDF over one grid of changes.

    The grid holds every change of the file, so nothing is lost between its probabilities. A change that several of
    them share has a probability of its own: the CDF climbs it within a millionth of the span of the changes.
    """
    narrow = 1e-6 * float(np.ptp(lookup.change)) or 1e-6 * (g_max_S - g_min_S)
    values = np.unique(np.round(lookup.change / narrow)) * narrow
    delta = np.unique(np.concatenate([values - narrow, values, [-narrow, 0.0]]))
    delta = delta[np.concatenate([[True], np.diff(delta) > 0.5 * narrow])]
    cdf = np.empty((lookup.conductance.size, delta.size))
    for row, column in enumerate(np.round(lookup.change.T / narrow) * narrow):
        changes, first, n = np.unique(column, return_index=True, return_counts=True)
        starts, ends = lookup.probability[first], lookup.probability[first + n - 1]
        starts[0] = 0.0  # what lies below the first probability is taken to be the first change
        at = np.column_stack([changes - narrow, changes]).ravel()
        climbs = np.column_stack([starts, ends]).ravel()
        apart = np.concatenate([[True], np.diff(at) > 0.5 * narrow])
        cdf[row] = np.interp(delta, at[apart], climbs[apart], left=0.0, right=1.0)
    cdf = keep_in_range(lookup.conductance, delta, cdf, g_min_S, g_max_S)
    return JumpTable(lookup.conductance, delta, cdf, np.zeros(lookup.conductance.size, np.int64))


def import_crosssim(
    increasing: Path, decreasing: Path, device: str, source: str, licence: str, synthetic: bool
) -> DeviceTable:
    """A device table from CrossSim's two look-up tables; the range is that of their conductances."""
    from devicegen.provenance import provenance

    up, down = read_lookup(increasing), read_lookup(decreasing)
    low = float(min(up.conductance[0], down.conductance[0]))
    high = float(max(up.conductance[-1], down.conductance[-1]))
    if np.mean(up.change) <= np.mean(down.change):
        raise TableError(
            f"{increasing}: changes by {np.mean(up.change):.3g} S on average, and {decreasing} by "
            f"{np.mean(down.change):.3g} S, expected the first to raise the conductance: are the files exchanged?"
        )
    return DeviceTable(
        device=device,
        kind="measured",
        synthetic=synthetic,
        g_min_S=low,
        g_max_S=high,
        provenance=provenance(
            [increasing, decreasing],
            {"source": source, "licence": licence},
            made_by="devicegen.formats.crosssim",
        ),
        jump_set=to_jump_table(up, low, high),
        jump_reset=to_jump_table(down, low, high),
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
