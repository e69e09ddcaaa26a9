"""Networks of conductance pairs (Fumarola 2016)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from netsim.config.base import NetworkBase


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
    eta: float = Field(default=0.03, gt=0, description="Learning rate: weight change for input 1 and error 1, by SET.")
    eta_ratio: Literal["auto"] | Annotated[float, Field(gt=0)] = Field(
        default="auto",
        description="Learning rate of SET over that of RESET. 'auto' takes the mean change of a RESET pulse over that "
        "of a SET pulse, so that both sides move the weight alike (3 to 4 for PCMO, Fig. 15).",
    )
    upstream_probability: Literal["auto"] | Annotated[float, Field(gt=0, le=1)] = Field(
        default="auto",
        description="c: an upstream neuron of output x opens its row with probability c x. Coarse devices need a small "
        "one. 'auto' takes (0.005 / rms step of the weight)^1.5, at most 1, found by a scan.",
    )
    longest_train: int = Field(default=1, ge=1, le=64, description="Most pulses of one kind a device gets an example.")
    weight_range: float = Field(default=0.5, gt=0, description="Weight of a whole conductance range.")
    initial_spread: float = Field(
        default=0.2, gt=0, le=0.5, description="Half width of the initial conductances, in parts of the range."
    )
    update: Literal["auto", "bidirectional", "set_only"] = Field(
        default="auto",
        description="Whether RESET pulses train too; 'auto' trains a device with an abrupt RESET by SET pulses only.",
    )
    reset_interval: int = Field(
        default=100, ge=1, description="Examples between two occasional RESETs of a device trained by SET pulses only."
    )
    local_gains: bool = Field(
        default=False, description="LG-style gain for each synapse: fewer updates where their signs alternate."
    )
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
    drift_exponent: float = Field(
        default=0.0, ge=0, le=1, description="nu: conductance falls as (time since RESET)^-nu, time in examples."
    )
    leakage_time: float | None = Field(
        default=None, gt=0, description="RC time constant over the time of an example; null for no leakage."
    )
    device_to_device: bool = Field(
        default=True, description="Whether each synapse takes one of the measured devices, where the table has them."
    )
    baseline_eta: float = Field(default=0.03, gt=0, description="Learning rate of the floating-point baseline.")
