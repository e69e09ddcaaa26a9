"""A proposal for finished tables: look-up tables of CrossSim, and mean changes at each conductance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from devicegen.errors import Dev2NetError, PulseFileError
from devicegen.formats.crosssim import read_lookup
from devicegen.measured.description.units import UNITS
from devicegen.measured.looking.answers import Answers
from devicegen.measured.looking.draft import Draft, read_units
from devicegen.measured.looking.headings import names_polarity
from devicegen.measured.looking.look import Look
from devicegen.measured.looking.meaning import Meant

_PROBABILITIES = 2


def is_lookup(path: Path) -> bool:
    """Whether a file is a look-up table as CrossSim writes them: its third line of numbers goes from near 0 to 1."""
    if path.suffix.casefold() not in (".txt", ".csv", ".dat", ".tsv", ".lut", ""):
        return False
    try:
        with open(path, encoding="utf-8-sig") as stream:
            head = [stream.readline(1 << 24) for _ in range(5)]
    except (OSError, UnicodeDecodeError):
        return False
    numbers = [values for line in head if (values := _numbers(line)).size > 1]
    for conductance, probability in zip(numbers[:2], numbers[1:3], strict=False):
        if (
            probability.size > _PROBABILITIES
            and conductance.size > _PROBABILITIES
            and 0 <= probability[0] < 0.2
            and abs(probability[-1] - 1) < 1e-6
            and np.all(np.diff(probability) > 0)
            and np.all(np.diff(conductance) > 0)
        ):
            return True
    return False


def _numbers(line: str) -> np.ndarray:
    try:
        return np.array(line.replace(",", " ").split(), np.float64)
    except ValueError:
        return np.empty(0)


def propose_lookups(draft: Draft, paths: Sequence[Path], resets: Sequence[Path]) -> None:
    """CrossSim's tables, one for each polarity, or one for each polarity and device."""
    if not resets and len(paths) == 1:
        raise PulseFileError(
            f"{paths[0]}: a look-up table of CrossSim; give the one of the other polarity with --reset."
        )
    up, down = list(paths), list(resets)
    means = {path: _mean_change(path) for path in [*up, *down]}
    if not down:
        up = [path for path in paths if means[path] > 0]
        down = [path for path in paths if means[path] <= 0]
    elif np.mean([means[path] for path in up]) < np.mean([means[path] for path in down]):
        up, down = down, up
    if len(up) != len(down) or not up:
        raise PulseFileError(
            f"{paths[0]}: {len(up)} tables of rising changes and {len(down)} of falling ones, expected as many of "
            "each: the i-th of each is device i."
        )
    draft.put("layout", "crosssim_tables", "a title, conductances, probabilities, and the change at each")
    files = {"set": [path.name for path in up], "reset": [path.name for path in down]}
    value = {side: names[0] if len(names) == 1 else names for side, names in files.items()}
    draft.put("files", value, f"the changes of {', '.join(files['set'][:3])} raise the conductance more")


def _mean_change(path: Path) -> float:
    try:
        return float(np.mean(read_lookup(path).change))
    except Dev2NetError as error:
        raise PulseFileError(str(error)) from error


def is_change_table(look: Look, meant: Sequence[Meant]) -> bool:
    """Whether a file holds the mean change of a SET and of a RESET pulse beside the conductance."""
    kinds = [m.meaning for m in meant]
    if {"conductance", "set_change", "reset_change"} <= set(kinds):
        return True
    reads = [m for m in meant if m.meaning == "read"]
    return kinds.count("change") == 2 and len(reads) == 1 and reads[0].facts.rises_always


def propose_mean_changes(draft: Draft, look: Look, meant: Sequence[Meant], answers: Answers) -> None:
    """Finished mean changes: conductance, change of a SET pulse, change of a RESET pulse."""
    named = {m.meaning: m for m in meant if m.meaning in ("conductance", "set_change", "reset_change")}
    if len(named) < 3:
        one, other = (m for m in meant if m.meaning == "change")
        named = {"conductance": next(m for m in meant if m.meaning == "read")}
        told = [names_polarity(m.facts.heading.strip("|()")) or names_polarity(m.title) for m in (one, other)]
        told = [_direction(m) if value is None else value for m, value in zip((one, other), told, strict=True)]
        if set(told) != {True, False}:
            raise PulseFileError(
                f"{look.path}: {one.title} and {other.title} are changes, and nothing tells which is that of SET: "
                "say so with --column set_change=NAME and --column reset_change=NAME."
            )
        named |= {"set_change" if up else "reset_change": m for m, up in zip((one, other), told, strict=True)}
    units = read_units(look, list(named.values()), answers, meant)
    if any(UNITS[unit][0] != "conductance" for unit in units.values()):
        raise PulseFileError(
            f"{look.path}: mean changes in {', '.join(set(units.values()))}, expected conductances (S, uS, …)."
        )
    draft.put("layout", "mean_changes", "a conductance, and the mean change of a SET and of a RESET pulse there")
    draft.content["columns_of_changes"] = {
        key: {"name": look.key(m.at), "units": units[m.at]} for key, m in named.items()
    }
    for key, m in named.items():
        draft.reasons.append(f"columns_of_changes.{key}: {m.title}; units {units[m.at]}")


def _direction(m: Meant) -> bool | None:
    heading = m.facts.heading.casefold()
    if any(word in heading for word in ("down", "dep", "reset", "minus", "ltd", "neg", "fall")):
        return False
    if any(word in heading for word in ("up", "pot", "set", "plus", "ltp", "pos", "rise")):
        return True
    known = m.facts.known
    return False if known.size and (known <= 0).all() else None
