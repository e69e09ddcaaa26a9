"""Columns of reads as ramps, and what is none: two states by turns, dead columns, curves beside data, other units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.description.units import UNITS
from devicegen.measured.looking.answers import Answers
from devicegen.measured.looking.facts import Facts
from devicegen.measured.looking.look import Look
from devicegen.measured.looking.meaning import Meant
from devicegen.pulses.record import FloatArray

_DEAD = 0.1
_SMOOTH, _CLOSE = 0.25, 0.12
FAR_APART = 30.0
"""Columns whose middle reads are so many times apart are not taken for reads of one device unasked."""
_SIDES = ("set", "reset", "turns")


@dataclass(frozen=True)
class Ramp:
    """A column of reads, and how its conductance goes: rising, falling, turning, flat or alternating."""

    look: Look
    meant: Meant
    units: str
    conductance: FloatArray
    shape: str

    @property
    def title(self) -> str:
        """How a user finds it."""
        return self.meant.title


def ramp_of(look: Look, m: Meant, units: str, start_S: float | None) -> Ramp:
    """A column as a ramp of conductances; with `start_S` it holds changes, which are added up from there."""
    values = m.facts.values.copy()
    if start_S is not None:
        values = start_S / UNITS[units][1] + np.concatenate([[0.0], np.cumsum(values)])
    values = values * UNITS[units][1]
    values[np.abs(values) > 1e30] = np.nan
    with np.errstate(divide="ignore"):
        conductance = 1 / values if UNITS[units][0] == "resistance" else values
    if UNITS[units][0] == "current" and np.nanmedian(values) < 0:
        conductance = -conductance
    shape = Facts(m.at, "", None, None, m.facts.cells, conductance).shape
    return Ramp(look, m, units, conductance, shape)


def refuse_what_is_no_ramp(ramps: list[Ramp], answers: Answers) -> None:
    """States that alternate, columns that hardly change, and curves beside data."""
    path = ramps[0].look.path
    for ramp in ramps:
        if ramp.shape == "alternating":
            raise PulseFileError(refusal_of_endurance(f"{path}: {ramp.title}"))
    asked = [ramp for ramp in ramps if ramp.meant.meaning not in _SIDES]
    _refuse_far_apart(asked)
    spans = {
        id(ramp): float(np.nanquantile(ramp.conductance, 0.95) - np.nanquantile(ramp.conductance, 0.05))
        for ramp in ramps
    }
    for ramp in asked:
        if ramp.shape == "flat" and (len(ramps) == 1 or spans[id(ramp)] < _DEAD * max(spans.values())):
            low, high = float(np.nanmin(ramp.meant.facts.known)), float(np.nanmax(ramp.meant.facts.known))
            raise PulseFileError(
                f"{path}: {ramp.title} hardly changes ({low:g} to {high:g} {ramp.units}): a device that does not "
                f"switch? Leave it out with --column ignore={quoted(ramp)}, or say what it is with --column "
                f"set={quoted(ramp)} (reset=, turns=)."
            )
    for one in asked:
        for other in asked:
            if one is not other and one.shape == other.shape and _is_curve_beside(one.conductance, other.conductance):
                raise PulseFileError(
                    f"{path}: {one.title} runs along {other.title} as smoothly as a fitted curve does: leave it out "
                    f"with --column ignore={quoted(one)}, or say that both are reads with --column set=… (reset=, "
                    "turns=)."
                )


def _refuse_far_apart(ramps: list[Ramp]) -> None:
    """Two states that were watched, and columns of unlike units, are no ramps of one device."""
    ramps = [ramp for ramp in ramps if UNITS[ramp.units][0] != "arbitrary"]  # such a scale has a zero of its own
    if len(ramps) < 2:
        return
    middles = [float(np.nanmedian(ramp.conductance)) for ramp in ramps]
    lowest, highest = int(np.argmin(middles)), int(np.argmax(middles))
    path = ramps[0].look.path
    flat = [ramp for ramp in ramps if ramp.shape == "flat"]
    apart = np.nanmax(ramps[lowest].conductance) < np.nanmin(ramps[highest].conductance)
    if len(flat) == len(ramps) and apart:
        raise PulseFileError(refusal_of_endurance(f"{path}: {ramps[lowest].title} and {ramps[highest].title}"))
    if middles[lowest] <= 0 or middles[highest] > FAR_APART * middles[lowest]:
        times = middles[highest] / middles[lowest] if middles[lowest] > 0 else float("inf")
        raise PulseFileError(
            f"{path}: the numbers in {ramps[highest].title} are {times:.3g} times those in {ramps[lowest].title}, "
            "expected reads of one device: have they other units, are they two states (an endurance or retention "
            "test), or is one of them no read? Name the reads with --column set=NAME (reset=, turns=), or leave one "
            "out with --column ignore=NAME."
        )


def refusal_of_endurance(place: str) -> str:
    """What is wrong with reads of two states by turns."""
    return (
        f"{place}: the reads alternate between two states, as in an endurance test: each pulse goes all the way, so "
        "that SET was given at the lower state only and RESET at the upper one, and nothing was measured in "
        "between; a jump-table needs pulses that start in between."
    )


def quoted(ramp: Ramp) -> str:
    """How an option names its column."""
    key = ramp.look.key(ramp.meant.at)
    return f"'{key}'" if isinstance(key, str) else str(key)


def _is_curve_beside(one: FloatArray, other: FloatArray) -> bool:
    if one.size != other.size or one.size < 12:
        return False
    span = float(np.nanmax(other) - np.nanmin(other))
    rough = [float(np.nanmedian(np.abs(np.diff(values, 2)))) for values in (one, other)]
    return rough[0] < _SMOOTH * rough[1] and float(np.nanmax(np.abs(one - other))) < _CLOSE * span
