"""Settings that every training scheme has, and the sweep over them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from netsim.mnist import CLASSES

Setting = bool | int | float | str
"""A value that a sweep can give to a setting."""

_NOT_SWEPT = ("scheme", "devices", "seeds", "baseline", "grid", "plot", "stress", "energy")


class Plot(BaseModel):
    """One row of panels of a network's picture; points are means over the seeds, bands from lowest to highest."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    title: str = Field(default="", description="What stands above the row, e.g. the figure of a paper it redraws.")
    x: str = Field(
        default="epoch", description="What runs along the axis: 'epoch', 'device', or a setting of the grid."
    )
    y: str = Field(
        default="test_accuracy", description="Column of the results: test_accuracy, train_accuracy, pulses, ..."
    )
    lines: tuple[str, ...] | None = Field(
        default=None, description="Settings of the grid that tell lines apart; null: all that are named nowhere else."
    )
    panels: str | None = Field(default=None, description="What tells panels apart: a setting of the grid, or 'device'.")
    best_of: tuple[str, ...] = Field(
        default=(), description="Settings of the grid of which, at each point, the value with the highest y is shown."
    )
    parts: tuple[str, ...] = Field(
        default=(), description="Columns that are stacked as bars at each x, in place of y: the parts of a whole."
    )
    map: str | None = Field(
        default=None, description="Setting of the grid on a second axis: a map of y over x and this one."
    )
    cells: tuple[str, ...] = Field(default=(), description="Columns that are written into each cell of a map, with y.")
    total: bool = Field(
        default=False,
        description="Whether y (not an accuracy) is summed over the epochs in place of its value in the last.",
    )
    log_x: bool = Field(default=False, description="Logarithmic axis.")
    log_y: bool = Field(default=False, description="Logarithmic axis.")
    floor: float | None = Field(default=None, description="Lowest y that is shown; null: all of it.")

    @property
    def named(self) -> tuple[str, ...]:
        """Settings that the picture speaks of."""
        axis = () if self.x == "epoch" else (self.x,)
        others = [name for name in (self.panels, self.map) if name is not None]
        return (*axis, *others, *self.best_of, *(self.lines or ()))


class NetworkBase(BaseModel):
    """Settings that every scheme has."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

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

    plot: tuple[Plot, ...] = Field(
        default=(),
        description="How the network's picture is drawn: one block, or a list with one for each row of panels; without "
        "it, training and test accuracy against the epoch.",
    )

    def column_settings(self) -> tuple[str, ...]:
        """Columns of the results that tell rows apart as settings do, beside the grid's."""
        return ()

    @field_validator("plot", mode="before")
    @classmethod
    def _one_or_many(cls, plot: Any) -> Any:
        return (plot,) if isinstance(plot, Mapping | Plot) else plot

    @model_validator(mode="after")
    def _check_plot(self) -> Self:
        for plot in self.plot:
            for name in plot.named:
                known = (*self.grid, "device", *self.column_settings())
                if name not in known:
                    raise ValueError(f"plot names {name!r}, expected a setting of the grid: {', '.join(known)}")
            if len(set(plot.named)) < len(plot.named):
                raise ValueError("plot names a setting twice among x, panels, lines and best_of")
            left = [name for name in self.grid if name not in plot.named]
            if plot.lines is not None and left:
                raise ValueError(f"plot says nothing of {left[0]!r} of the grid: add it to lines or best_of")
        return self

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
        for settings in self.grid_points() if self.grid else ():
            try:
                self.with_settings(settings)
            except ValidationError as error:
                found = ", ".join(f"{name} = {value!r}" for name, value in settings.items())
                raise ValueError(f"grid gives {found}: {error.errors()[0]['msg']}") from error
        return self

    def with_settings(self, settings: Mapping[str, Setting]) -> Self:
        """The same network with some settings replaced, and nothing left to sweep."""
        fields: dict[str, Any] = self.model_dump(exclude={"grid", "plot"})
        return type(self).model_validate(fields | dict(settings))

    def grid_points(self) -> Iterator[dict[str, Setting]]:
        """Every combination of the values of the grid; one empty one without a grid."""
        for values in itertools.product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))
