"""Colours of all figures, and the scaling of units on their axes; how a figure looks is `devicegen.figure`'s."""

from __future__ import annotations

import numpy as np

from devicegen.figure import figure

__all__ = ["BASELINE", "COLOURS", "figure", "siemens_scale", "spread", "unit_scale"]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's colours: told apart by colour-blind readers."""
BASELINE = "#777777"

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


def spread(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest value over the seeds, (n_seeds, n) -> two of (n,)."""
    return values.min(axis=0), values.max(axis=0)
