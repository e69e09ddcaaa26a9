"""Settings that every training scheme has, and the sweep over them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from netsim.mnist import CLASSES

Setting = bool | int | float | str
"""A value that a sweep can give to a setting."""

_NOT_SWEPT = ("scheme", "devices", "seeds", "baseline", "grid")


class NetworkBase(BaseModel):
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
