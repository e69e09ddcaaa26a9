"""Descriptions and pulse files for tests of measured devices."""

from typing import Any

import numpy as np

ROWS = {
    "device": "lab",
    "synthetic": True,
    "source": "made for a test",
    "licence": "BSD-3-Clause",
    "layout": "one_row_a_pulse",
    "files": {"pulses": "pulses.csv"},
    "columns": {
        "device": "chip",
        "pulse": "n",
        "polarity": "pol",
        "before": {"name": "G0", "units": "uS"},
        "after": {"name": "G1", "units": "uS"},
    },
    "polarity": {"set": "SET", "reset": "RESET"},
}
RAMPS = {k: ROWS[k] for k in ("device", "synthetic", "source", "licence")} | {
    "layout": "one_column_a_ramp",
    "files": {"set": "set.csv", "reset": "reset.csv"},
    "ramp_units": "uS",
}


def merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """`base` with the nested `change` laid over it; None takes a key away."""
    out = dict(base)
    for key, value in change.items():
        if value is None:
            out.pop(key, None)
        elif isinstance(value, dict) and isinstance(out.get(key), dict):
            out[key] = merged(out[key], value)
        else:
            out[key] = value
    return out


def pulse_rows(n: int = 60, devices: int = 1) -> list[list[str]]:
    """Rows chip, n, pol, G0, G1 (uS): `n` SET then `n` RESET pulses of 0.1 uS from 10 uS on, for each chip."""
    rows = []
    for chip in range(devices):
        g = 10.0
        for k in range(2 * n):
            step = 0.1 if k < n else -0.1
            rows.append([f"c{chip}", str(k + 1), "SET" if k < n else "RESET", f"{g:.4f}", f"{g + step:.4f}"])
            g += step
    return rows


HEADER = ["chip", "n", "pol", "G0", "G1"]


def text(rows: list[list[str]], delimiter: str = ",", end: str = "\n", header: list[str] | None = None) -> str:
    return "".join(delimiter.join(row) + end for row in [HEADER if header is None else header, *rows])


def expected_delta(n: int = 60) -> np.ndarray:
    return np.repeat([0.1e-6, -0.1e-6], n)
