"""How long a scorecard of a device takes, and what it tries."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from netsim.config.pair import PairNetwork
from netsim.config.quantized import QuantizedNetwork


class ScorecardConfig(BaseModel):
    """Settings of the scorecards: the smallest networks that tell devices apart."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    images: int = Field(default=5_000, ge=1, description="Training images of networks of conductance pairs.")
    epochs: int = Field(default=5, ge=1, description="Passes over them.")
    test_images: int = Field(default=10_000, ge=1, description="Test images.")
    seeds: int = Field(default=3, ge=2, description="Repetitions; errors are standard errors of their mean.")
    eta: tuple[float, ...] = Field(
        default=(0.01, 0.03, 0.1, 0.3), min_length=1, description="Learning rates tried on the device as it is."
    )
    eta_ratio: tuple[float | Literal["auto"], ...] = Field(
        default=("auto", 1.0, 3.0),
        min_length=1,
        description="Learning rates of SET over RESET tried on the device as it is, see the scheme 'pair'.",
    )
    weight_range: tuple[float, ...] = Field(
        default=(0.5, 1.0),
        min_length=1,
        description="Weights of a whole conductance range tried on the device as it is.",
    )
    eta_factors: tuple[float, ...] = Field(
        default=(0.33, 1.0, 3.0),
        min_length=1,
        description="Learning rates tried without each flaw, in parts of the best one of the device as it is.",
    )
    read_noise: Literal["table"] | float = Field(
        default="table",
        description="Read noise, in parts of the range: 'table' takes that which was found when the table was made.",
    )
    drift_exponent: float = Field(default=0.0, ge=0, le=1, description="nu of drift, see the scheme 'pair'.")
    leakage_time: float | None = Field(default=None, gt=0, description="RC of leakage, see the scheme 'pair'.")
    quantized_images: int = Field(default=30_000, ge=1, description="Training images of quantized networks.")
    quantized_epochs: int = Field(default=3, ge=1, description="Passes over them.")
    alpha: float = Field(default=0.15, gt=0, le=2, description="Tolerance of quantized devices.")
    levels: int = Field(
        default=5, ge=2, description="Write-verify levels of devices that have jump-tables and no states, quantized."
    )
    pair_layers: tuple[int, ...] = Field(
        default=PairNetwork.model_fields["layers"].default, description="Neurons of each layer, conductance pairs."
    )
    quantized_layers: tuple[int, ...] = Field(
        default=QuantizedNetwork.model_fields["layers"].default,
        description="Neurons of each layer, quantized networks.",
    )

    @model_validator(mode="after")
    def _check_read_noise(self) -> Self:
        if self.read_noise != "table" and self.read_noise < 0:
            raise ValueError(f"read_noise is {self.read_noise}, expected 'table' or a number of at least 0")
        return self
