"""The example PCMO device after Fumarola 2016, Fig. 13, and Park 2013: pulses as a lab would have measured them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devicegen.artificial.examples.folder import write_folder
from devicegen.seeds import generator
from devicegen.table import FloatArray

SEED = 2016


@dataclass(frozen=True)
class PcmoDevice:
    """One PCMO cell: conductance range [S], and how much its steps differ from the typical ones."""

    g_min_S: float
    g_max_S: float
    set_factor: float
    reset_factor: float


SET_STEP = 1 / 200
"""Mean SET change in the middle of the range, in parts of the range."""
RESET_STEP = 3.5 / 200
"""Mean RESET change there: 3 to 4 times the SET change (Fumarola 2016, Fig. 13 and 15)."""
OUTER = 0.15
"""Part of the range at either end where the response is not linear."""
CYCLE_SIGMA, CYCLE_SIGMA_OF_STEP = 0.0024, 0.3
"""Spread of one pulse: in parts of the range, and in parts of the mean change."""
READ_SIGMA = 0.001
"""Spread of one read, in parts of the range."""
N_PULSES = 50_000
PULSE_V = {True: -4.0, False: 3.5}
"""Amplitude of a SET pulse (True) and of a RESET pulse."""
CURRENT_SIGMA = 0.05
"""Spread of the current during a pulse, in parts of the ohmic current."""
R_ON_OHM, ON_OFF = 23e6, 6.84
"""Park 2013: resistance of the ON state, and its ratio to the OFF state."""


def pcmo_mean_change(at: FloatArray, is_set: bool) -> FloatArray:
    """Mean change of one pulse of the example PCMO device, in parts of its range.

    at : position in the range, 0 to 1. In the middle all changes are equal. Within `OUTER` of the end that
         the pulse leads away from they grow, to three times as much; within `OUTER` of the end it leads to they
         fall to zero.
    """
    done = at if is_set else 1 - at
    away = 1 + 2 * np.clip((OUTER - done) / OUTER, 0, 1) ** 2
    left = np.clip((1 - done) / OUTER, 0, 1)
    change = away * (1 - (1 - left) ** 2)
    return SET_STEP * change if is_set else -RESET_STEP * change


def pcmo_devices() -> list[PcmoDevice]:
    """The three cells."""
    g_max = 1 / R_ON_OHM
    g_min = g_max / ON_OFF
    devices = []
    for index in range(3):
        spread = generator(SEED, "pcmo_fumarola", "devices", index).normal(0, 1, 4)
        devices.append(
            PcmoDevice(
                g_min_S=g_min * (1 + 0.02 * spread[0]),
                g_max_S=g_max * (1 + 0.02 * spread[1]),
                set_factor=1 + 0.05 * spread[2],
                reset_factor=1 + 0.05 * spread[3],
            )
        )
    return devices


def _pcmo_pulses(device: PcmoDevice, n: int, rng: np.random.Generator) -> tuple[list[bool], FloatArray]:
    """Polarity of `n` pulses in trains up and down the range, and the n + 1 reads around them [S].

    A train ends when a read passes a turning point, drawn anew for each train in the outer tenth, or after
    600 pulses.
    """
    span = device.g_max_S - device.g_min_S
    noise = rng.standard_normal((n + 1, 2))
    turns = rng.uniform(0.0, 0.1, n)
    u, is_set, in_train, train = 0.02, True, 0, 0
    polarity: list[bool] = []
    reads = np.empty(n + 1)
    reads[0] = u + READ_SIGMA * noise[0, 1]
    for k in range(1, n + 1):
        factor = device.set_factor if is_set else device.reset_factor
        mean = factor * float(pcmo_mean_change(np.array(u), is_set))
        u = min(max(u + mean + (CYCLE_SIGMA + CYCLE_SIGMA_OF_STEP * abs(mean)) * noise[k, 0], 0.0), 1.0)
        reads[k] = u + READ_SIGMA * noise[k, 1]
        polarity.append(is_set)
        in_train += 1
        if (reads[k] > 1 - turns[train] if is_set else reads[k] < turns[train]) or in_train == 600:
            is_set, in_train, train = not is_set, 0, train + 1
    return polarity, device.g_min_S + span * reads


_PCMO_YAML = """\
# Al/Mo/PCMO resistive memory after Fumarola et al. 2016. NOT MEASURED: pulses.csv was made by
#   devicegen example pcmo_fumarola
# from what the paper states, so that the whole way from pulses to a network can be tried.
device: pcmo_fumarola
synthetic: true
source: >-
  Made from parameters published by A. Fumarola et al., "Accelerating machine learning with non-volatile memory:
  exploring device and circuit tradeoffs", ICRC 2016 (Fig. 13-15), and S. Park et al., IEDM 2013.
licence: BSD-3-Clause, as dev2net; the pulses are made, no measured data is contained
notes: >-
  From Fumarola 2016: the material, three devices of 200 nm, 50,000 pulses in all, SET -4.0 V and RESET +3.5 V of
  10 ms, reads at -1 V, a response that is linear in the middle and not at both ends, RESET changes 3-4 times
  the SET changes. From Park 2013: ON resistance 23 Mohm, on/off ratio 6.84, cycle-to-cycle spread below 1% of
  the range. Chosen for this example: 200 SET pulses across the range, RESET changes 3.5 times those, the outer
  15% nonlinear and its shape, the spread of one pulse (0.24% of the range and 30% of the change), the spread
  between devices (2% of the range's ends, 5% of the changes), read noise 0.1% of the range, trains of pulses up and
  down the whole range, and the current during a pulse: ohmic at the mean of the reads before and after it, with a
  spread of 5%.
layout: one_row_a_pulse
files:
  pulses: pulses.csv
columns:
  device: device
  pulse: pulse
  polarity: polarity
  before: {name: before_nS, units: nS}
  after: {name: after_nS, units: nS}
  current: {name: current_nA, units: nA}
polarity:
  set: SET
  reset: RESET
pulse:
  set: {amplitude_V: -4.0, width_s: 0.010}
  reset: {amplitude_V: 3.5, width_s: 0.010}
read_voltage_V: -1.0
cell_size_m: 200.0e-9
"""


def pcmo_fumarola(output: Path) -> None:
    """Write pulses.csv and device.yaml of the example PCMO device into the folder `output`."""
    rows: list[str] = []
    devices = pcmo_devices()
    for index, device in enumerate(devices):
        n = N_PULSES // len(devices) + (index < N_PULSES % len(devices))
        polarity, reads = _pcmo_pulses(device, n, generator(SEED, "pcmo_fumarola", "pulses", index))
        factor = 1 + CURRENT_SIGMA * generator(SEED, "pcmo_fumarola", "currents", index).standard_normal(n)
        current = 0.5 * (reads[:-1] + reads[1:]) * np.array([PULSE_V[is_set] for is_set in polarity]) * factor
        shown = [f"{g * 1e9:.4f}" for g in reads]
        rows += [
            f"D{index + 1},{k + 1},{'SET' if is_set else 'RESET'},{shown[k]},{shown[k + 1]},{1e9 * current[k]:.2f}"
            for k, is_set in enumerate(polarity)
        ]
    write_folder(output, _PCMO_YAML, "device,pulse,polarity,before_nS,after_nS,current_nA", rows)
