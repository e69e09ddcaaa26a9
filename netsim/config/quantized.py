"""Networks of quantized synapses with states (Al Misba 2022)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from netsim.config.base import NetworkBase
from netsim.config.energy import EnergyConstants

StuckAt = Literal["low", "high", "anywhere"]

Share = Annotated[float, Field(ge=0, le=1)]


class StressTests(BaseModel):
    """Tests of the trained devices with something gone wrong; each is a row of the results, the others stay as is."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    hops: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        default=(), description="Retention: mean number of thermal hops of a wall to a notch beside it, by the time of "
        "the test (rate x time)."
    )  # fmt: skip
    hop_weight: float = Field(
        default=0.25, gt=0, le=2, description="Weight change of a hop: notches 75 nm apart on 600 nm are 0.25."
    )
    stuck: tuple[Share, ...] = Field(
        default=(), description="Failure: share of devices that are found stuck after training, see stuck_at."
    )
    read_noise: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        default=(), description="Standard deviation of each device's weight at each read (Gaussian, new every time)."
    )

    def all(self) -> list[tuple[str, float]]:
        """Name and strength of every test."""
        kinds = (("hops", self.hops), ("stuck", self.stuck), ("read_noise", self.read_noise))
        return [(name, strength) for name, strengths in kinds for strength in strengths]


class QuantizedBase(NetworkBase):
    """What both trainings of quantized synapses have."""

    baseline_settings = ("layers", "biases", "images", "test_images", "epochs", "eta", "eta_decay")

    layers: tuple[int, ...] = Field(
        default=(784, 392, 196, 98, 10), description="Neurons of each layer, inputs first, ten outputs last."
    )
    biases: bool = Field(default=False, description="Whether each layer has a bias unit, whose weights are synapses.")
    images: int = Field(default=60_000, ge=1, description="Training images: the first so many of the data set.")
    epochs: int = Field(default=10, ge=1, description="Passes over the training images.")
    n_states: int = Field(default=5, ge=2, le=64, description="States of a device, evenly spaced among its table's.")
    levels: int | None = Field(
        default=None, ge=2, le=64, description="Where a table has jump-tables and no states: so many states are made "
        "of them, each a RESET and as many SET pulses as its level needs; null: such devices are refused."
    )  # fmt: skip
    alpha: float = Field(
        default=0.15, gt=0, le=2, description="Tolerance: a device further than this from its target gets a pulse."
    )
    eta: float = Field(default=0.007, gt=0, description="Learning rate of the first epoch.")
    eta_decay: float = Field(default=0.9, gt=0, le=1, description="Factor of the learning rate from epoch to epoch.")
    initial_sigma: float = Field(
        default=0.4, gt=0, description="Standard deviation of the initial high-precision weights (assumed: 0.3 to 0.5)."
    )
    device_share: float = Field(
        default=0.0, ge=0, lt=1, description="Device-to-device: share of the variance of a pulse's outcome that is the "
        "device's own, the same in all its states; 0: all devices alike; see docs/networks.md."
    )  # fmt: skip
    stuck_share: Share = Field(
        default=0.0, description="Share of devices that no pulse moves, from the start; nobody programs them again."
    )
    stuck_at: StuckAt = Field(
        default="anywhere", description="Where stuck devices are: at the lowest or highest state's target, or where a "
        "pulse of any state left them."
    )  # fmt: skip
    stress: StressTests = Field(default=StressTests(), description="Tests after the last epoch.")
    energy: EnergyConstants = Field(default=EnergyConstants(), description="Constants of the energy columns.")

    def column_settings(self) -> tuple[str, ...]:
        """`stress` and `strength` of a test after training."""
        return ("stress", "strength") if self.stress.all() else ()

    @model_validator(mode="after")
    def _check_levels(self) -> Self:
        if self.levels is not None and self.levels < self.n_states:
            raise ValueError(f"levels is {self.levels}, expected at least n_states = {self.n_states}")
        return self


class QuantizedNetwork(QuantizedBase):
    """In-situ training of quantized domain-wall synapses (Al Misba 2022, Algorithm 1)."""

    scheme: Literal["quantized"] = Field(description="In-situ training of quantized synapses (Al Misba 2022).")
    noise: Literal["device", "gaussian", "none"] = Field(
        default="device", description="What pulses leave behind: the table's samples, a Gaussian of their mean and "
        "standard deviation, or the target itself (an ideal device)."
    )  # fmt: skip


class ExSituNetwork(QuantizedBase):
    """Training in software, then write-verify into devices (Al Misba 2022, Fig. 6)."""

    scheme: Literal["ex_situ"] = Field(description="Training in software, then write-verify (Al Misba 2022).")
    precursor: Literal["stochastic", "gaussian", "reached", "quantized", "float"] = Field(
        default="stochastic",
        description="What is trained in software: weights quantized and sampled from the device's states, or from "
        "Gaussians of their means and standard deviations, quantized to the mean weight that verified devices have, "
        "quantized evenly from -1 to 1, or floating point.",
    )
    trials: int = Field(default=10, ge=1, description="Times the trained weights are written into fresh devices.")
    attempts: int = Field(
        default=1000, ge=1, description="Pulses after which a device that is not within alpha yet is given up."
    )

    def column_settings(self) -> tuple[str, ...]:
        """`weights` tells the software's from those written into devices."""
        return ("weights", *super().column_settings())
