"""Units that pulse files come in, however they are spelt, and what each says about the quantity behind a column."""

from __future__ import annotations

import re
from typing import Literal

Quantity = Literal["conductance", "resistance", "current", "arbitrary", "voltage", "time"]

_PREFIXES = {
    "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6,
    "G": 1e9, "T": 1e12,
}  # fmt: skip
_BASES: dict[str, Quantity] = {
    "S": "conductance",
    "ohm": "resistance",
    "Ohm": "resistance",
    "Ω": "resistance",
    "A": "current",
    "V": "voltage",
    "s": "time",
}
G0_S = 7.748091729e-5
"""The conductance quantum 2e²/h (CODATA 2018)."""

UNITS: dict[str, tuple[Quantity, float]] = {"1": ("arbitrary", 1.0), "G0": ("conductance", G0_S)}
"""Unit -> (quantity, factor to SI). ``1`` is an arbitrary scale, mapped to siemens by ``arbitrary_scale``."""
for _name, _quantity in _BASES.items():
    UNITS.update({prefix + _name: (_quantity, factor) for prefix, factor in _PREFIXES.items()})
UNITS |= {"min": ("time", 60.0), "h": ("time", 3600.0)}

READ_QUANTITIES: tuple[Quantity, ...] = ("conductance", "resistance", "current", "arbitrary")
"""What a read may be given as."""

_LONG_PREFIXES = {
    "femto": "f",
    "pico": "p",
    "nano": "n",
    "micro": "u",
    "milli": "m",
    "kilo": "k",
    "mega": "M",
    "giga": "G",
}
_SPELLINGS = {
    "siemens": "S", "sie": "S", "mho": "S", "mhos": "S", "℧": "S", "s": "s", "sec": "s", "secs": "s", "second": "s",
    "seconds": "s", "ohm": "ohm", "ohms": "ohm", "Ω": "ohm", "ω": "ohm", "a": "A", "amp": "A", "amps": "A",
    "ampere": "A", "amperes": "A", "v": "V", "volt": "V", "volts": "V",
}  # fmt: skip
_NO_UNITS = {
    "a.u.",
    "a.u",
    "au",
    "arb. units",
    "arb.units",
    "arb. u.",
    "arbitrary",
    "arbitrary units",
    "norm.",
    "normalized",
}
_NO_UNITS |= {"normalised"}


def canonical(text: str) -> str | None:
    """The unit of `UNITS` that a text means, None where it is no unit: KOhm, Ohms, Siemens, mho, 1/kΩ, G_0, Amps."""
    plain = text.strip().replace("Ω", "Ω").replace(" ", "")
    if plain in UNITS:
        return plain
    folded = plain.casefold()
    if folded in ("g0", "g_0", "g₀", "2e^2/h", "2e²/h"):
        return "G0"
    if text.strip().casefold() in _NO_UNITS:
        return "1"
    inverse = re.fullmatch(r"(?:1/(.+)|(.+?)(?:\^-1|⁻¹|\^\(-1\)))", plain)
    if inverse is not None:
        of = canonical(inverse[1] or inverse[2])
        if of is None or UNITS[of][0] != "resistance":
            return None
        return next(unit for unit, known in UNITS.items() if known == ("conductance", _prefix(1 / UNITS[of][1])))
    for name, prefix in _LONG_PREFIXES.items():
        if folded.startswith(name):
            rest = _base(plain[len(name) :].lstrip("-"))
            return None if rest is None else prefix + rest
    for prefix in _PREFIXES:  # "" among them
        if plain.startswith(prefix) and (base := _base(plain.removeprefix(prefix))) is not None:
            return prefix + base
    return "kohm" if plain[:1] == "K" and _base(plain[1:]) == "ohm" else None


def _base(text: str) -> str | None:
    """A unit without prefix, however it is spelt; S is siemens and s second."""
    return "S" if text == "S" else _SPELLINGS.get(text.casefold())


def _prefix(factor: float) -> float:
    return min(_PREFIXES.values(), key=lambda known: abs(known / factor - 1))


_AMOUNT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*")


def amount(text: str, quantity: Quantity) -> float | None:
    """A number with its unit, in SI: ``9.3 uS``, ``-2 mV``; without one it is in SI already. None for anything else."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    if not found[2]:
        return float(found[1])
    unit = canonical(found[2])
    return None if unit is None or UNITS[unit][0] != quantity else float(found[1]) * UNITS[unit][1]
