"""The code that numbers come from, in one hash: a result is made again when any of it was edited."""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path

NETWORKS = (
    "devicegen/seeds.py", "devicegen/table.py", "netsim/circuit.py", "netsim/crossbar.py", "netsim/energy.py",
    "netsim/ideal.py", "netsim/inputs.py", "netsim/pair_device.py", "netsim/points.py", "netsim/streams.py",
    "netsim/synapse/*.py", "netsim/train*.py",
)  # fmt: skip
"""Where the numbers of trained networks come from."""

TABLES = (
    "devicegen/measured/*.py",
    "devicegen/racetrack/*reduction.py",
    "devicegen/racetrack/wall.py",
    "devicegen/table.py",
)
"""Where the numbers of device tables come from, once pulses are measured and walls simulated."""


@cache
def code_fingerprint(patterns: tuple[str, ...] = NETWORKS) -> str:
    """SHA-256 of the modules that numbers come from, and the versions of NumPy and Numba."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            digest.update(path.read_bytes())
    for library in ("numpy", "numba"):
        digest.update(importlib.metadata.version(library).encode())
    return digest.hexdigest()
