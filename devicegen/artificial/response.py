"""Artificial devices: jump-tables built from a response in words instead of pulses (Fumarola 2016, Fig. 8).

Each response says what the median change of one pulse is at each conductance; all lengths are in parts of
the conductance range, position u = (G - Gmin)/(Gmax - Gmin). About the median the change is Gaussian
with standard deviation `sigma` + `sigma_of_step`·|median|. Pulses do not lead out of the range: what would,
stops at its end. What none of them models: read noise, drift, differences between devices, pulse history.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from scipy.special import ndtr

from devicegen.artificial.published import with_preset
from devicegen.artificial.states import StatesResponse, artificial_state_table
from devicegen.errors import ConfigError
from devicegen.provenance import provenance
from devicegen.pulses.bounds import keep_in_range
from devicegen.table import DeviceTable, FloatArray, JumpTable
from devicegen.table_file import write_table

N_CONDUCTANCE = 201
N_DELTA = 401
UNBOUNDED = 10.0
"""Range of the table of an unbounded device, in parts of its nominal range."""

NONLINEARITY = (0.0, 1.0, 1.85, 2.4, 3.68, 4.88, 6.76)
"""NeuroSim's nonlinearity labels, and below A/Pmax of the exponential response that each stands for."""
A_OF_PMAX = (np.inf, 1.2517, 0.6619, 0.4992, 0.3006, 0.2003, 0.1003)


class _Response(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    preset: Literal["park2013_pcmo", "fumarola2016_pcmo", "nandakumar2018_pcm"] | None = Field(
        default=None, description="published device that the settings are taken from, `form` too; those given here win"
    )
    g_min_S: float = Field(default=1e-6, ge=0, description="lowest conductance")
    g_max_S: float = Field(default=11e-6, description="highest conductance")
    sigma: float = Field(default=0.0, ge=0, lt=1, description="spread of one pulse, in parts of the range")
    sigma_of_step: float = Field(default=0.0, ge=0, description="spread of one pulse, in parts of its median change")

    @model_validator(mode="after")
    def _ordered(self) -> _Response:
        if self.g_min_S >= self.g_max_S:
            raise ValueError(f"g_min_S {self.g_min_S:g} is not below g_max_S {self.g_max_S:g}")
        return self

    @property
    def widening(self) -> float:
        """Range of the table in parts of that from `g_min_S` to `g_max_S`."""
        return 1.0

    def spread(self, median: FloatArray, at: FloatArray, is_set: bool) -> FloatArray:
        """Standard deviation of one pulse at each position, in parts of the range."""
        del at, is_set
        return self.sigma + self.sigma_of_step * np.abs(median)


class LinearResponse(_Response):
    """Every pulse changes the conductance by as much, until the end of the range (Fumarola 2016, Fig. 7)."""

    form: Literal["linear"]
    bounded: bool = Field(
        default=True,
        description="false: the table goes on to ten times the range, so that no pulse comes to an end of it; a "
        "network whose weights are to be as large as with a bounded one needs ten times the weight_range",
    )
    set_pulses: float = Field(default=200, ge=2, description="SET pulses across the range")
    reset_pulses: float = Field(default=200, ge=2, description="RESET pulses across the range")

    @property
    def widening(self) -> float:
        """Range of the table in parts of that from `g_min_S` to `g_max_S`."""
        return 1.0 if self.bounded else UNBOUNDED

    def median(self, at: FloatArray, is_set: bool) -> FloatArray:
        """Median change at each position, in parts of the range."""
        return np.full(at.size, 1 / self.set_pulses if is_set else -1 / self.reset_pulses)


class SoftBoundsResponse(_Response):
    """The change falls linearly to zero at the end that it leads to."""

    form: Literal["soft_bounds"]
    set_pulses: float = Field(default=200, ge=2, description="one over the SET change at the lower end")
    reset_pulses: float = Field(default=200, ge=2, description="one over the RESET change at the upper end")

    def median(self, at: FloatArray, is_set: bool) -> FloatArray:
        """Median change at each position, in parts of the range."""
        return (1 - at) / self.set_pulses if is_set else -at / self.reset_pulses


class ExponentialResponse(_Response):
    """G after P pulses is B(1 - exp(-P/A)) + Gmin, reaching Gmax after Pmax (the form of NeuroSim and Park 2013).

    A pulse then moves G by (Gmin + B - G)(1 - exp(-1/A)); RESET mirrors it. The nonlinearity labels 0 to 6.76
    are turned into A by log interpolation of `A_OF_PMAX`.
    """

    form: Literal["exponential"]
    set_pulses: float = Field(default=50, ge=2, description="SET pulses from the lower end to the upper (Pmax)")
    reset_pulses: float = Field(default=50, ge=2, description="RESET pulses from the upper end to the lower (Pmax)")
    set_nonlinearity: float = Field(default=1.0, ge=0, le=NONLINEARITY[-1], description="NeuroSim's label, SET")
    reset_nonlinearity: float = Field(default=1.0, ge=0, le=NONLINEARITY[-1], description="NeuroSim's label, RESET")

    def median(self, at: FloatArray, is_set: bool) -> FloatArray:
        """Median change at each position, in parts of the range."""
        pulses = self.set_pulses if is_set else self.reset_pulses
        label = self.set_nonlinearity if is_set else self.reset_nonlinearity
        inverse_a = float(np.interp(label, NONLINEARITY[:2], (0.0, 1 / A_OF_PMAX[1])))
        if label > NONLINEARITY[1]:
            inverse_a = float(np.exp(-np.interp(label, NONLINEARITY[1:], np.log(A_OF_PMAX[1:]))))
        done = at if is_set else 1 - at
        if inverse_a == 0.0:
            change = np.full(at.size, 1 / pulses)
        else:
            reach = 1 / -np.expm1(-inverse_a)  # B in parts of the range
            change = (reach - done) * -np.expm1(-inverse_a / pulses)
        return change if is_set else -change


class CurvesResponse(_Response):
    """Median and standard deviation at given positions, straight lines between (Fumarola 2016, Fig. 8a)."""

    form: Literal["curves"]
    position: tuple[float, ...] = Field(description="where the curves are given: 0 = g_min_S … 1 = g_max_S")
    set_median: tuple[float, ...] = Field(description="median SET change there, in parts of the range")
    reset_median: tuple[float, ...] = Field(description="median RESET change there, in parts of the range, negative")
    set_sigma: tuple[float, ...] = Field(description="spread of a SET pulse there, in parts of the range")
    reset_sigma: tuple[float, ...] = Field(description="spread of a RESET pulse there, in parts of the range")

    @model_validator(mode="after")
    def _curves(self) -> CurvesResponse:
        n = len(self.position)
        if n < 2 or np.any(np.diff(self.position) <= 0) or self.position[0] != 0 or self.position[-1] != 1:
            raise ValueError(f"position is {self.position}, expected rising numbers from 0 to 1")
        for key in ("set_median", "reset_median", "set_sigma", "reset_sigma"):
            if len(getattr(self, key)) != n:
                raise ValueError(f"{key} has {len(getattr(self, key))} values, position has {n}")
        if min(self.set_sigma + self.reset_sigma) < 0:
            raise ValueError("a spread is negative")
        return self

    def median(self, at: FloatArray, is_set: bool) -> FloatArray:
        """Median change at each position, in parts of the range."""
        return np.interp(at, self.position, self.set_median if is_set else self.reset_median)

    def spread(self, median: FloatArray, at: FloatArray, is_set: bool) -> FloatArray:
        """Standard deviation of one pulse at each position, in parts of the range."""
        curve = np.interp(at, self.position, self.set_sigma if is_set else self.reset_sigma)
        return curve + super().spread(median, at, is_set)


PulseResponse = LinearResponse | SoftBoundsResponse | ExponentialResponse | CurvesResponse
Response = PulseResponse | StatesResponse
ArtificialConfig = Annotated[Annotated[Response, Field(discriminator="form")], BeforeValidator(with_preset)]
"""Any of the responses, told apart by `form`; a `preset` gives it."""


def jump_table_of(response: PulseResponse, is_set: bool) -> JumpTable:
    """Jump-table of one polarity of a response."""
    at = np.linspace(0.0, 1.0, N_CONDUCTANCE)
    median = response.median(at, is_set) / response.widening
    sigma = response.spread(response.median(at, is_set), at, is_set) / response.widening
    low = min(0.0, float((median - 4 * sigma).min()))
    high = max(0.0, float((median + 4 * sigma).max()))
    step = (high - low) / (N_DELTA - 3)
    if step == 0.0:
        raise ConfigError(
            f"the {'SET' if is_set else 'RESET'} response is zero everywhere, expected a change somewhere."
        )
    delta = step * np.arange(np.floor(low / step) - 1, np.ceil(high / step) + 2)
    cdf = _smoothed(delta[None, :] - median[:, None], sigma[:, None], step)
    span = _highest_S(response) - response.g_min_S
    conductance = response.g_min_S + span * at
    cdf = keep_in_range(conductance, span * delta, cdf, response.g_min_S, response.g_min_S + span)
    return JumpTable(conductance, span * delta, cdf, np.zeros(at.size, np.int64))


def _highest_S(response: PulseResponse) -> float:
    return response.g_min_S + response.widening * (response.g_max_S - response.g_min_S)


def _smoothed(distance: FloatArray, sigma: FloatArray, step: float) -> FloatArray:
    """Gaussian CDF averaged over one step of the grid.

    Straight lines between these points have the exact mean, however narrow the Gaussian is.
    """
    width = np.maximum(sigma, 1e-9 * step)

    def integral(x: FloatArray) -> FloatArray:
        z = x / width
        return width * (z * ndtr(z) + np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi))

    return (integral(distance + step / 2) - integral(distance - step / 2)) / step


def artificial_table(device: str, response: Response) -> DeviceTable:
    """The table of an artificial device: jump-tables, or states where the response is one of states."""
    if isinstance(response, StatesResponse):
        return artificial_state_table(device, response)
    config = response.model_dump(mode="json")
    return DeviceTable(
        device=device,
        kind="artificial",
        synthetic=True,
        g_min_S=response.g_min_S,
        g_max_S=_highest_S(response),
        provenance=provenance([], config, made_by="devicegen.artificial.response"),
        jump_set=jump_table_of(response, True),
        jump_reset=jump_table_of(response, False),
    )


def read_response(block: Mapping[str, Any]) -> Response:
    """A response from its config block. Raises ConfigError, in one sentence, where it is wrong."""
    try:
        filled = with_preset(dict(block))
    except ValueError as error:
        raise ConfigError(f"artificial device: {error}.") from error
    try:
        return TypeAdapter(ArtificialConfig).validate_python(filled)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "form"
        message = first["msg"].removeprefix("Value error, ")
        found = "" if isinstance(first["input"], Mapping) else f" found {first['input']!r}:"
        raise ConfigError(f"artificial device: {place}:{found} {message}.") from error


def write_artificial_table(device: str, response: Mapping[str, Any], output: Path) -> None:
    """Build the table of an artificial device from its config block and write it to `output`."""
    write_table(output, artificial_table(device, read_response(response)))
