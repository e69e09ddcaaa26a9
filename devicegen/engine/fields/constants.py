"""Physical constants with the digits MuMax3 uses, so that both engines mean the same numbers (SI units)."""

from __future__ import annotations

import math

MU0 = 4e-7 * math.pi
BOLTZMANN = 1.380650424e-23
BOHR_MAGNETON = 9.2740091523e-24
HBAR = 1.05457173e-34
ELECTRON_CHARGE = 1.60217646e-19
GAMMA_LL = 1.7595e11
