"""Networks of quantized synapses with states (Al Misba 2022)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from netsim.config.base import NetworkBase


class _QuantizedBase(NetworkBase):
    baseline_settings = ("layers", "images", "test_images", "epochs", "eta", "eta_decay")

    layers: tuple[int, ...] = Field(
        default=(784, 392, 196, 98, 10), description="Neurons of each layer, inputs first, ten outputs last; no biases."
    )
    images: int = Field(default=60_000, ge=1, description="Training images: the first so many of the data set.")
    epochs: int = Field(default=10, ge=1, description="Passes over the training images.")
    n_states: int = Field(default=5, ge=2, le=64, description="States of a device, evenly spaced among its table's.")
    alpha: float = Field(
        default=0.15, gt=0, le=2, description="Tolerance: a device further than this from its target gets a pulse."
    )
    eta: float = Field(default=0.007, gt=0, description="Learning rate of the first epoch.")
    eta_decay: float = Field(default=0.9, gt=0, le=1, description="Factor of the learning rate from epoch to epoch.")
    initial_sigma: float = Field(
        default=0.4, gt=0, description="Standard deviation of the initial high-precision weights (assumed: 0.3 to 0.5)."
    )


class QuantizedNetwork(_QuantizedBase):
    """In-situ training of quantized domain-wall synapses (Al Misba 2022, Algorithm 1)."""

    scheme: Literal["quantized"] = Field(description="In-situ training of quantized synapses (Al Misba 2022).")


class ExSituNetwork(_QuantizedBase):
    """Training in software, then write-verify into devices (Al Misba 2022, Fig. 6)."""

    scheme: Literal["ex_situ"] = Field(description="Training in software, then write-verify (Al Misba 2022).")
    precursor: Literal["stochastic", "quantized", "float"] = Field(
        default="stochastic",
        description="What is trained in software: weights quantized and sampled from the device's states, quantized "
        "only, or floating point.",
    )
    trials: int = Field(default=10, ge=1, description="Times the trained weights are written into fresh devices.")
