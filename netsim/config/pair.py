"""Networks of conductance pairs (Fumarola 2016)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from netsim.config.base import NetworkBase
from netsim.ideal import flaws_in


class PairNetwork(NetworkBase):
    """Conductance pairs trained by pulses from jump-tables in a crossbar (Fumarola 2016)."""

    baseline_settings = (
        "layers", "images", "test_images", "epochs", "baseline_eta", "activation", "derivative", "derivative_floor"
    )  # fmt: skip

    scheme: Literal["pair"] = Field(description="Conductance pairs trained with jump-tables (Fumarola 2016).")
    layers: tuple[int, ...] = Field(
        default=(528, 250, 125, 10),
        description="Neurons of each layer, inputs first, ten outputs last; one bias unit a layer is added.",
    )
    images: int = Field(default=5_000, ge=1, description="Training images: the first so many of the data set.")
    epochs: int = Field(default=20, ge=1, description="Passes over the training images.")

    # learning rates and pulses
    eta: float = Field(default=0.03, gt=0, description="Learning rate: weight change for input 1 and error 1, by SET.")
    eta_ratio: Literal["auto"] | Annotated[float, Field(gt=0)] = Field(
        default="auto",
        description="Learning rate of SET over that of RESET. 'auto' takes the mean change of a RESET pulse over that "
        "of a SET pulse, so that both sides move the weight alike (3 to 4 for PCMO, Fig. 15).",
    )
    update_rule: Literal["crossbar", "outer_product"] = Field(
        default="crossbar",
        description="'crossbar': rows and columns fire by what each knows alone. 'outer_product': each synapse gets "
        "the pulses that its own x delta asks for, the ideal that no crossbar reaches.",
    )
    upstream_probability: Literal["auto"] | Annotated[float, Field(gt=0, le=1)] = Field(
        default="auto",
        description="c: an upstream neuron of output x opens its row with probability c x. Coarse devices need a small "
        "one. 'auto' takes (0.005 / rms step of the weight)^1.5, at most 1, found by a scan.",
    )
    upstream_pulses: int = Field(
        default=1, ge=1, le=16, description="Nx: time slots in which a row may open, each with probability c x."
    )
    longest_train: int = Field(
        default=1, ge=1, le=64, description="Nd: most pulses of one kind that a column fires while a row is open."
    )
    rounding: Literal["random", "nearest"] = Field(
        default="random",
        description="Numbers of pulses rounded at random, so that they are right on average, or to the nearest.",
    )
    upstream_threshold: float = Field(
        default=0.0, ge=0, le=1, description="Outputs below this open no row, in parts of the largest output."
    )
    error_threshold: float = Field(
        default=0.0, ge=0, lt=1, description="Errors up to this fire no column, in parts of the largest error."
    )

    # weights and devices
    weight_range: float = Field(default=0.5, gt=0, description="Weight of a whole conductance range.")
    initial_spread: float = Field(
        default=0.2, gt=0, le=0.5, description="Half width of the initial conductances, in parts of the range."
    )
    set_pulses: float | None = Field(
        default=None,
        ge=1,
        description="SET pulses across the range: all changes of the device's table are scaled to it (Fig. 7); null "
        "takes the table as it is.",
    )
    without: str = Field(
        default="nothing",
        description="Flaws of the device replaced by the ideal, joined by '+': noise, nonlinearity, asymmetry, bounds, "
        "coarseness, variation, read_noise, drift; or 'nothing', 'everything', 'all_but_' and one of them.",
    )
    device_to_device: bool = Field(
        default=True, description="Whether each synapse takes one of the measured devices, where the table has them."
    )
    stuck_devices: float = Field(
        default=0.0, ge=0, le=1, description="Share of devices that no pulse changes, stuck anywhere in the range."
    )
    dead_devices: float = Field(
        default=0.0, ge=0, le=1, description="Share of devices that no pulse changes and that conduct as g_min."
    )
    read_noise: float = Field(
        default=0.0,
        ge=0,
        description="Standard deviation of one device's conductance in a forward read, in parts of the range.",
    )
    read_noise_backward: float | None = Field(
        default=None, ge=0, description="The same in a backward read; null: as in a forward read."
    )
    drift_exponent: float = Field(
        default=0.0, ge=0, le=1, description="nu: conductance falls as (time since RESET)^-nu, time in examples."
    )
    drift_spread: float = Field(
        default=0.0, ge=0, le=1, description="Standard deviation of nu from device to device; none is below 0."
    )
    leakage_time: float | None = Field(
        default=None, gt=0, description="RC time constant over the time of an example; null for no leakage."
    )
    leakage_from: Literal["start", "first_pulse"] = Field(
        default="start",
        description="Whether a pair leaks from the start, or from its first programming pulse on ('first_pulse').",
    )

    # devices with an abrupt RESET
    update: Literal["auto", "bidirectional", "set_only"] = Field(
        default="auto",
        description="Whether RESET pulses train too; 'auto' trains a device with an abrupt RESET by SET pulses only.",
    )
    reset_interval: int = Field(
        default=100, ge=1, description="Examples between two occasional RESETs of a device trained by SET pulses only."
    )
    reset_fullness: Literal["auto"] | Annotated[float, Field(gt=0, le=1)] = Field(
        default="auto",
        description="Pairs are RESET when the larger conductance is above this part of the range; 'auto': where SET "
        "pulses do less than half of their mean, at most 0.8.",
    )
    reset_difference: float = Field(
        default=0.5, ge=0, le=1, description="... and the two differ by less than this part of that conductance."
    )
    reset_precision: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="The difference is written back by SET pulses until so much of the range is missing at most.",
    )

    # local gains
    local_gains: bool = Field(
        default=False, description="LG-style gain for each synapse: fewer updates where their signs alternate."
    )
    gain_rise: float = Field(
        default=0.02, ge=0, description="Added to a gain when two updates in a row agree in sign; found by a scan."
    )
    gain_decay: float = Field(
        default=0.8, gt=0, le=1, description="Factor of a gain when they do not; found by a scan."
    )
    initial_gain: float = Field(default=1.0, gt=0, le=1, description="Gain of every synapse at the start.")

    # neuron circuits
    activation: Literal["tanh", "pwl", "sigmoid"] = Field(default="tanh", description="Neuron's activation function.")
    derivative: Literal["exact", "two_valued"] = Field(
        default="exact", description="Derivative in the backward pass: exact, or 1 and the floor."
    )
    derivative_floor: float = Field(
        default=0.0, ge=0, lt=1, description="Lower value of a two-valued derivative; 'pwl' always has two values."
    )
    neuron_states: int | None = Field(
        default=256, ge=2, le=65536, description="Distinct activations, and distinct errors; null for no limit."
    )
    baseline_eta: float = Field(default=0.03, gt=0, description="Learning rate of the floating-point baseline.")

    @field_validator("without")
    @classmethod
    def _known_flaws(cls, without: str) -> str:
        flaws_in(without)
        return without

    @model_validator(mode="after")
    def _check_yield(self) -> Self:
        if self.stuck_devices + self.dead_devices > 1:
            raise ValueError(
                f"stuck_devices and dead_devices sum to {self.stuck_devices + self.dead_devices:g}, expected at most 1"
            )
        return self
