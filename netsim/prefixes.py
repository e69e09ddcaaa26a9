"""Prefixes of units: a small quantity as people read it."""

from __future__ import annotations

_PREFIXES = ((1.0, ""), (1e3, "m"), (1e6, "µ"), (1e9, "n"), (1e12, "p"), (1e15, "f"), (1e18, "a"))


def unit_scale(largest: float, unit: str) -> tuple[float, str]:
    """Factor and prefixed unit that bring a small quantity into 1 to 1000, e.g. 4e-6 and "S" give (1e6, "µS")."""
    for factor, prefix in _PREFIXES:
        if largest * factor >= 0.9995:  # three digits of it read 1.00
            return factor, prefix + unit
    return (1.0, unit) if largest == 0 else (_PREFIXES[-1][0], _PREFIXES[-1][1] + unit)


def siemens_scale(largest_S: float) -> tuple[float, str]:
    """Factor and unit that bring a conductance into 1 to 1000, e.g. (1e6, "µS")."""
    return unit_scale(largest_S, "S")
