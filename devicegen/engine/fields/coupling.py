"""Exchange stiffness and DMI strength between each pair of regions."""

from __future__ import annotations

import numpy as np

from devicegen.engine.fields.parameters import N_REGIONS


class CouplingTable:
    """How two regions couple: by default the harmonic mean of their own values, as MuMax3 does.

    The rule for a pair is ``scale * harmonic mean + extra``; scale 1 and extra 0 unless a script says otherwise.
    """

    def __init__(self, parameter: str) -> None:
        self.parameter = parameter
        self.revision = 0
        self._scale = np.ones((N_REGIONS, N_REGIONS))
        self._extra = np.zeros((N_REGIONS, N_REGIONS))

    def set_scale(self, region_a: int, region_b: int, scale: float) -> None:
        """Couple two regions by `scale` times the harmonic mean of their values."""
        self._put(region_a, region_b, scale, 0.0)

    def set_value(self, region_a: int, region_b: int, value: float) -> None:
        """Couple two regions by `value`, whatever their own values are."""
        self._put(region_a, region_b, 0.0, value)

    def between(self, own: np.ndarray, region_a: np.ndarray, region_b: np.ndarray) -> np.ndarray:
        """Coupling between cells of `region_a` and `region_b` (same shape), given the regions' `own` values (256,)."""
        a, b = own[region_a], own[region_b]
        total = a + b
        mean = np.divide(2.0 * a * b, total, out=np.zeros_like(total), where=total != 0)
        return self._scale[region_a, region_b] * mean + self._extra[region_a, region_b]

    def _put(self, region_a: int, region_b: int, scale: float, extra: float) -> None:
        for i, j in ((region_a, region_b), (region_b, region_a)):
            self._scale[i, j] = scale
            self._extra[i, j] = extra
        self.revision += 1
