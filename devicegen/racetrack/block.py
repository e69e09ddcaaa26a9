"""What all blocks of a racetrack's configuration have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Block(BaseModel):
    """Settings that cannot be changed, without unknown names, without infinities."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
