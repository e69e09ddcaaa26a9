"""What can go wrong while the physics runs."""

from __future__ import annotations

from devicegen.errors import EngineError


class RunTimeFailure(EngineError):
    """The simulation itself broke down: a NaN, or a time step too small to go on. The command exits with 2."""
