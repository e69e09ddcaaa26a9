"""One look for all figures, and the scaling of units on their axes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from devicegen.files import written_whole

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's colours: told apart by colour-blind readers."""
BASELINE = "#777777"

_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.6,
}


@contextmanager
def figure(path: Path, width_inch: float, height_inch: float) -> Iterator[Figure]:
    """A figure in the project's style, written whole to `path` (its ending says the format) at the end."""
    with mpl.rc_context(_STYLE):
        drawing = Figure(figsize=(width_inch, height_inch), layout="constrained")
        yield drawing
        with written_whole(path) as draft:
            drawing.savefig(draft, dpi=160, format=Path(path).suffix[1:], metadata={"Software": None})


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
