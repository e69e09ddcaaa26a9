"""Trains of pulses on one racetrack, and what keeps its wall from leaving: settings that the paper has not."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from devicegen.racetrack.block import Block
from devicegen.racetrack.control import VOLTAGE, ku_or_voltage


class EndStops(Block):
    """Stretches of higher anisotropy at both ends, which keep the wall on the track."""

    length_m: float = Field(default=0.0, ge=0, description="Length of each [m]; 0: none, as in the paper; assumed.")
    ku_J_m3: float = Field(
        default=1e6, gt=0, description="Anisotropy there, whatever the control voltage [J/m3]; assumed."
    )


class Train(Block):
    """Pulses in a row on each racetrack instead of single writes: runs of SET and of RESET pulses by turns.

    Each pulse has the length and is followed by the rest that `protocol` states; its current density is `torque`'s.
    """

    model_config = ConfigDict(json_schema_extra=ku_or_voltage)

    ku_J_m3: float = Field(gt=0, description="Anisotropy during the whole train [J/m3]; assumed.")
    voltage_V: float | None = Field(default=None, description=VOLTAGE)
    pulses: int = Field(default=10, ge=1, le=1000, description="Pulses of one polarity in a row; assumed.")
    cycles: int = Field(
        default=2,
        ge=1,
        le=1000,
        description="How often SET pulses and as many RESET pulses follow each other; assumed.",
    )
    start: Literal["first_notch", "every_notch"] = Field(
        default="every_notch",
        description="Where the walls start: all in the first notch, or one racetrack after the other in each; assumed.",
    )

    @property
    def polarities(self) -> tuple[int, ...]:
        """Sign of the current of each pulse, in order: 1 is SET, to the right; -1 is RESET."""
        return ((1,) * self.pulses + (-1,) * self.pulses) * self.cycles
