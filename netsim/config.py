"""What a network study may say in the configuration: one model for each training scheme."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from netsim.mnist import CLASSES

Setting = bool | int | float | str
"""A value that a sweep can give to a setting."""

_NOT_SWEPT = ("scheme", "devices", "seeds", "baseline", "grid")


class _NetworkBase(BaseModel):
    """Settings that every scheme has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    baseline_settings: ClassVar[tuple[str, ...]]
    """Settings that the floating-point baseline depends on: it is trained once for each of their values."""

    layers: tuple[int, ...] = Field(description="Neurons of each layer, inputs first, ten outputs last.")
    devices: Literal["*"] | list[str] = Field(
        default="*",
        description="Devices to train with; '*' takes every device whose table has what the scheme needs, and "
        "leaves out, with a warning, what cannot be trained.",
    )
    seeds: int = Field(default=1, ge=1, description="Repetitions with other random numbers.")
    baseline: bool = Field(default=True, description="Whether to train the same net in floating point beside it.")
    images: int = Field(ge=1, description="Training images: the first so many of the data set.")
    test_images: int = Field(default=10_000, ge=1, description="Test images: the first so many of the data set.")
    epochs: int = Field(ge=1, description="Passes over the training images.")
    grid: dict[str, list[Setting]] = Field(
        default_factory=dict, description="A sweep: settings of this network and the values each of them takes."
    )

    @model_validator(mode="after")
    def _check_layers(self) -> Self:
        if len(self.layers) < 2 or min(self.layers) < 1 or self.layers[-1] != CLASSES:
            raise ValueError(
                f"layers is {list(self.layers)}, expected at least two positive numbers, the last {CLASSES}"
            )
        return self

    @model_validator(mode="after")
    def _check_grid(self) -> Self:
        known = [name for name in type(self).model_fields if name not in _NOT_SWEPT]
        for name, values in self.grid.items():
            if name not in known:
                raise ValueError(f"grid names {name!r}, expected one of {', '.join(known)}")
            if not values:
                raise ValueError(f"grid gives no value for {name!r}, expected at least one")
            for value in values:
                try:
                    self.with_settings({name: value})
                except ValidationError as error:
                    raise ValueError(f"grid gives {name} = {value!r}: {error.errors()[0]['msg']}") from error
        return self

    def with_settings(self, settings: Mapping[str, Setting]) -> Self:
        """The same network with some settings replaced, and nothing left to sweep."""
        fields: dict[str, Any] = self.model_dump(exclude={"grid"})
        return type(self).model_validate(fields | dict(settings))

    def grid_points(self) -> Iterator[dict[str, Setting]]:
        """Every combination of the values of the grid; one empty one without a grid."""
        for values in itertools.product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))


class _QuantizedBase(_NetworkBase):
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


class PairNetwork(_NetworkBase):
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


NetworkConfig = Annotated[QuantizedNetwork | ExSituNetwork | PairNetwork, Field(discriminator="scheme")]
"""A network of the configuration, told apart by its `scheme`."""

AnyNetwork = QuantizedNetwork | ExSituNetwork | PairNetwork
