"""The effective field of the layer and the torque it exerts."""

from __future__ import annotations

from pathlib import Path

from devicegen.compiled import drop_stale_kernels

_here = Path(__file__).parent
drop_stale_kernels([_here, _here.parent / "stepping"])
