"""One look for all pictures: a figure in the project's style, written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from devicegen.files import written_whole

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
