"""Published responses as artificial devices: the settings behind each `preset`, from the papers that are named.

Nobody measured the tables that come of them; what is not from a paper says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from devicegen.artificial.examples.pcm import CLIP_uS, START_uS
from devicegen.artificial.examples.pcmo import CYCLE_SIGMA, CYCLE_SIGMA_OF_STEP, ON_OFF, R_ON_OHM, pcmo_mean_change
from devicegen.table import FloatArray

_POSITIONS = np.linspace(0.0, 1.0, 41)


def _park2013_pcmo() -> dict[str, Any]:
    """PCMO after Park et al., IEDM 2013, as NeuroSim describes it: 50 levels, exponential, nonlinearity 3.68 / -6.76.

    On/off ratio 6.84, 23 Mohm when on, spread from cycle to cycle below 1% of the range.
    """
    return {
        "form": "exponential",
        "set_pulses": 50,
        "reset_pulses": 50,
        "set_nonlinearity": 3.68,
        "reset_nonlinearity": 6.76,
        "g_min_S": 1 / (R_ON_OHM * ON_OFF),
        "g_max_S": 1 / R_ON_OHM,
        "sigma": 0.01,
    }


def _fumarola2016_pcmo() -> dict[str, Any]:
    """PCMO after Fumarola et al., ICRC 2016, Fig. 13: linear but for the outer 15%, RESET 3.5 times SET.

    The range is that of Park 2013; 200 SET pulses across it, the shape of the ends and the spread are chosen, as for
    the pulses of the example device.
    """
    return {
        "form": "curves",
        "g_min_S": 1 / (R_ON_OHM * ON_OFF),
        "g_max_S": 1 / R_ON_OHM,
        "position": _listed(_POSITIONS),
        "set_median": _listed(pcmo_mean_change(_POSITIONS, True)),
        "reset_median": _listed(pcmo_mean_change(_POSITIONS, False)),
        "set_sigma": _listed(np.zeros(_POSITIONS.size)),
        "reset_sigma": _listed(np.zeros(_POSITIONS.size)),
        "sigma": CYCLE_SIGMA,
        "sigma_of_step": CYCLE_SIGMA_OF_STEP,
    }


def _nandakumar2018_pcm() -> dict[str, Any]:
    """Phase-change memory, 90 nm GST, after Nandakumar et al., J. Appl. Phys. 124 (2018), without memory of pulses.

    Mean change of a SET pulse -0.084 G + 0.892 uS, its standard deviation 0.09 G + 0.575 uS. One RESET pulse leads to
    the lower end, with a spread of 30% of 0.1 uS, which is chosen.
    """
    span = CLIP_uS - START_uS
    g = START_uS + span * _POSITIONS
    return {
        "form": "curves",
        "g_min_S": START_uS * 1e-6,
        "g_max_S": CLIP_uS * 1e-6,
        "position": _listed(_POSITIONS),
        "set_median": _listed((-0.084 * g + 0.892) / span),
        "reset_median": _listed(-_POSITIONS),
        "set_sigma": _listed((0.09 * g + 0.575) / span),
        "reset_sigma": _listed(np.full(_POSITIONS.size, 0.3 * START_uS / span)),
    }


def _listed(values: FloatArray) -> list[float]:
    return [float(f"{value:.9g}") for value in values]


PUBLISHED: dict[str, Callable[[], dict[str, Any]]] = {
    "park2013_pcmo": _park2013_pcmo,
    "fumarola2016_pcmo": _fumarola2016_pcmo,
    "nandakumar2018_pcm": _nandakumar2018_pcm,
}
"""Presets by name."""


def with_preset(block: Any) -> Any:
    """The block of an artificial device with what its preset says filled in; the block's own settings win.

    Raises ValueError for a preset that is unknown.
    """
    if not isinstance(block, Mapping) or not isinstance(block.get("preset"), str):
        return block
    name = block["preset"]
    if name not in PUBLISHED:
        raise ValueError(f"preset {name!r} is unknown, expected one of {', '.join(PUBLISHED)}")
    return PUBLISHED[name]() | dict(block)
