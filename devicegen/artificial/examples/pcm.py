"""The example phase-change device after Nandakumar 2018: gradual SET with memory, abrupt RESET."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from devicegen.artificial.examples.folder import write_folder
from devicegen.seeds import generator

SEED = 2018
DEVICES, CYCLES, SET_PULSES = 10, 100, 20
START_uS, CLIP_uS = 0.1, 20.0
READ_FLOOR_uS = 0.01


def mean_change(g_uS: float, pulse: int) -> float:
    """Mean change [uS] of the SET pulse number `pulse` (from 1) since the last RESET, at conductance `g_uS`."""
    return -0.084 * g_uS + 0.880 + 1.40 * float(np.exp(-pulse / 2.6))


def _spread(g_uS: float, pulse: int) -> float:
    """Standard deviation of that change [uS]."""
    return 0.091 * g_uS + 0.260 + 2.15 * float(np.exp(-pulse / 2.6))


def _read(g_uS: float, normal: float) -> float:
    """One read [uS]; what would come out below the instrument's resolution is reported as that."""
    return max(g_uS + (0.03 * g_uS + 0.13) * normal, READ_FLOOR_uS)


_YAML = """\
# Phase-change memory after Nandakumar et al. 2018. NOT MEASURED: pulses.csv was made by
#   devicegen example pcm_nandakumar
# from the published model, so that a device with gradual SET and abrupt RESET can be tried.
device: pcm_nandakumar
synthetic: true
source: >-
  Made from the model of 90 nm Ge2Sb2Te5 phase-change memory published by S. R. Nandakumar et al., "A phase-change
  memory model for neuromorphic computing", Journal of Applied Physics 124, 152135 (2018).
licence: BSD-3-Clause, as dev2net; the pulses are made, no measured data is contained
notes: >-
  From the paper: mean and spread of the change of each SET pulse at its conductance and number since RESET, read
  noise 0.03 G + 0.13 uS, conductance before the first pulse 0.1 uS, clipped at 20 uS. Chosen for this example: ten
  devices of equal statistics, each with 100 cycles of 20 SET pulses and one RESET pulse, which leads back to 0.1 uS
  with a spread of 30%; reads are not below 0.01 uS. Not in it: drift. The table knows the conductance only: the
  change's dependence on the number of pulses since RESET appears in it as spread.
layout: one_row_a_pulse
files:
  pulses: pulses.csv
columns:
  device: device
  pulse: pulse
  polarity: polarity
  before: {name: before_uS, units: uS}
  after: {name: after_uS, units: uS}
polarity:
  set: SET
  reset: RESET
"""


def pcm_nandakumar(output: Path) -> None:
    """Write pulses.csv and device.yaml of the example phase-change device into the folder `output`."""
    rows: list[str] = []
    for device in range(DEVICES):
        normal = generator(SEED, "pcm_nandakumar", device).standard_normal((CYCLES, SET_PULSES + 1, 2))
        g, number = START_uS, 0
        shown = f"{_read(g, 0.0):.4f}"
        for cycle in range(CYCLES):
            for k in range(SET_PULSES + 1):
                pulse, read = (float(value) for value in normal[cycle, k])
                is_set = k < SET_PULSES
                if is_set:
                    change = mean_change(g, k + 1) + _spread(g, k + 1) * pulse
                    g = min(max(g + change, START_uS), CLIP_uS)
                else:
                    g = START_uS * float(np.exp(0.3 * pulse))
                number, before, shown = number + 1, shown, f"{_read(g, read):.4f}"
                rows.append(f"D{device + 1},{number},{'SET' if is_set else 'RESET'},{before},{shown}")
    write_folder(output, _YAML, "device,pulse,polarity,before_uS,after_uS", rows)
