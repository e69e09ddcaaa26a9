"""Colours of all figures; how a figure looks is `devicegen.figure`'s, the units on its axes are `netsim.prefixes`'."""

from __future__ import annotations

import numpy as np

from devicegen.figure import figure
from netsim.prefixes import siemens_scale, unit_scale

__all__ = ["BASELINE", "COLOURS", "figure", "siemens_scale", "spread", "unit_scale"]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's colours: told apart by colour-blind readers."""
BASELINE = "#777777"


def spread(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest value over the seeds, (n_seeds, n) -> two of (n,)."""
    return values.min(axis=0), values.max(axis=0)
