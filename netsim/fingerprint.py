"""The code that numbers come from, in one hash: a result is made again when any of it was edited."""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path

_NUMBERS_COME_FROM = (
    "devicegen/seeds.py", "devicegen/table.py", "netsim/circuit.py", "netsim/crossbar.py", "netsim/inputs.py",
    "netsim/points.py", "netsim/streams.py", "netsim/synapse/*.py", "netsim/train*.py",
)  # fmt: skip


@cache
def code_fingerprint() -> str:
    """SHA-256 of the modules that the numbers come from, and the versions of NumPy and Numba."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for pattern in _NUMBERS_COME_FROM:
        for path in sorted(root.glob(pattern)):
            digest.update(path.read_bytes())
    for library in ("numpy", "numba"):
        digest.update(importlib.metadata.version(library).encode())
    return digest.hexdigest()
