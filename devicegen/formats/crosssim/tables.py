"""From look-up tables to a device table, and back: one of each polarity, or one of each polarity and device."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from devicegen.errors import TableError
from devicegen.files import write_text_whole
from devicegen.formats.crosssim.text import Lookup, read_lookup, siemens
from devicegen.pulses.bounds import keep_in_range
from devicegen.pulses.thinning import MOST_CHANGES, Curve, Rows, Thinned, mean_of, thinned
from devicegen.table import DeviceTable, FloatArray, JumpTable

_log = logging.getLogger(__name__)

_TAILS = np.geomspace(1e-5, 5e-3, 10)
PROBABILITIES = np.unique(np.concatenate([_TAILS, np.linspace(0.0, 1.0, 101), 1.0 - _TAILS]))
"""Where the tables are given when they are written."""

_WORTH_SAYING = 0.01


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
        mean[row] += mean_of(curves[-1]) - mean_of(free)  # the mean of the file, but for what is held
        size[row] = mean_of(curves[-1], absolute=True)
    return thinned(Rows(lookup.conductance, (g_min_S, g_max_S), curves, mean, size))


def _curve(changes: FloatArray, probability: FloatArray, narrow: float) -> Curve:
    """The CDF through quantiles (n_p,) in order; those that are equal are climbed within `narrow` [S]."""
    found, first, n = np.unique(changes, return_index=True, return_counts=True)
    starts, ends = probability[first], probability[first + n - 1]
    starts[0] = 0.0  # what lies below the first probability is taken to be the first change
    at = np.column_stack([found - narrow, found]).ravel()
    needed = np.column_stack([ends > starts, np.ones(n.size, bool)]).ravel()
    at, climbs = at[needed], np.column_stack([starts, ends]).ravel()[needed]
    apart = np.concatenate([[True], np.diff(at) > 0.5 * narrow])
    return at[apart], climbs[apart]


def _held(curve: Curve, low: float, high: float, narrow: float) -> Curve:
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
    return thinned(Rows(first.conductance, (g_min_S, g_max_S), [(delta, row) for row in cdf], mean, size))


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
            f"its conductances reach from {siemens(low)} to {siemens(high)}, those of the first device from "
            f"{siemens(low_1)} to {siemens(high_1)}, which the table has: beyond its own, its last changes are taken"
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
