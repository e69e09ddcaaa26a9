"""Units that pulse files come in, and what each says about the quantity behind a column."""

from __future__ import annotations

from typing import Literal

Quantity = Literal["conductance", "resistance", "current", "arbitrary", "voltage", "time"]

_PREFIXES = {"p": 1e-12, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}
_BASES: dict[str, Quantity] = {
    "S": "conductance",
    "ohm": "resistance",
    "Ohm": "resistance",
    "Ω": "resistance",
    "A": "current",
    "V": "voltage",
    "s": "time",
}

UNITS: dict[str, tuple[Quantity, float]] = {"1": ("arbitrary", 1.0)}
"""Unit -> (quantity, factor to SI). ``1`` is an arbitrary scale, mapped to siemens by ``arbitrary_scale``."""
for _base, _quantity in _BASES.items():
    UNITS.update({prefix + _base: (_quantity, factor) for prefix, factor in _PREFIXES.items()})

READ_QUANTITIES: tuple[Quantity, ...] = ("conductance", "resistance", "current", "arbitrary")
"""What a read may be given as."""

_SMALL = ((1e-18, "a"), (1e-15, "f"), (1e-12, "p"), (1e-9, "n"), (1e-6, "µ"), (1e-3, "m"), (1.0, ""))


def prefix_for(value: float) -> tuple[float, str]:
    """The prefix that shows an amount in 1 to 1000, and its factor: 4.36e-8 gives 1e-9 and n."""
    size = abs(value) / 0.9995  # three digits of 0.9995 read 1.00
    return max(((factor, prefix) for factor, prefix in _SMALL if factor <= size), default=_SMALL[0])
