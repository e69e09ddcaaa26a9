"""The blocks of ``device.yaml``: columns and their units, polarities, files, pulses, ranges, scales, read noise."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from devicegen.measured.description.units import READ_QUANTITIES, UNITS, Quantity


class Strict(BaseModel):
    """A block that knows its keys and does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _named(value: Any) -> Any:
    """Let a column be written as its bare name or number: ``pulse: n`` for ``pulse: {name: n}``."""
    return {"name": value} if isinstance(value, str | int) and not isinstance(value, bool) else value


def _units_of(column: Column, expected: tuple[Quantity, ...]) -> Column:
    if column.units is None:
        raise ValueError(f"column {column.name!r} states no units, expected {{name: ..., units: ...}}")
    if UNITS[column.units][0] not in expected:
        raise ValueError(
            f"units {column.units!r} mean a {UNITS[column.units][0]}, expected a {' or a '.join(expected)}"
        )
    return column


def _known_units(value: Any) -> Any:
    text = str(value)
    if value is not None and text not in UNITS:
        near = difflib.get_close_matches(text, UNITS, 1, 0.3)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"unknown units {text!r}, expected for example S, uS, nS, ohm, kohm, Mohm, A, nA, V, s{hint}")
    return None if value is None else text


Units = Annotated[str, BeforeValidator(_known_units)]


class Column(Strict):
    """One column of a pulse file: its name in the header line, or its number from 1."""

    name: str | int
    units: Units | None = None


Named = Annotated[Column, BeforeValidator(_named)]


class Columns(Strict):
    """The columns of files with one row a pulse.

    `before` and `after` are the reads on either side of the pulse; one of them is enough where the pulses
    follow each other. `current` is the current during the pulse, from which the energy is taken.
    """

    device: Named | None = None
    cycle: Named | None = None
    pulse: Named | None = None
    polarity: Named | None = None
    amplitude: Named | None = None
    width: Named | None = None
    before: Named | None = None
    after: Named | None = None
    current: Named | None = None

    @model_validator(mode="after")
    def _complete(self) -> Columns:
        if self.before is None and self.after is None:
            raise ValueError("neither 'before' nor 'after' is named: there is no read to take a conductance from")
        for key in ("before", "after"):
            if (column := getattr(self, key)) is not None:
                _units_of(column, READ_QUANTITIES)
        expected: dict[str, Quantity] = {"amplitude": "voltage", "width": "time", "current": "current"}
        for key, quantity in expected.items():
            if (column := getattr(self, key)) is not None:
                _units_of(column, (quantity,))
        return self


def _codes(value: Any) -> Any:
    values = value if isinstance(value, list) else [value]
    if any(isinstance(code, bool) for code in values):
        raise ValueError("YAML reads on, off, yes and no as true and false: put the code in quotes")
    return [str(code) for code in values]


Codes = Annotated[list[str], BeforeValidator(_codes)]


class Polarity(Strict):
    """How SET and RESET are told apart: by codes in the polarity column, or by the sign of the amplitude."""

    set: Codes = []
    reset: Codes = []
    set_sign: Literal["positive", "negative"] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Polarity:
        if (self.set_sign is None) != bool(self.set and self.reset):
            raise ValueError("expected either codes for both 'set' and 'reset', or 'set_sign' alone")
        return self


def listed(value: Any) -> Any:
    """Let a single item stand for a list of it."""
    return value if isinstance(value, list) else [value]


FileNames = Annotated[list[str], BeforeValidator(listed)]


class Files(Strict):
    """Names of the pulse files, relative to ``device.yaml``: `pulses` of both polarities, or one list for each."""

    pulses: FileNames = []
    set: FileNames = []
    reset: FileNames = []

    @model_validator(mode="after")
    def _complete(self) -> Files:
        if bool(self.pulses) == bool(self.set or self.reset) or bool(self.set) != bool(self.reset):
            raise ValueError("expected either 'pulses', or both 'set' and 'reset'")
        return self


class RampColumns(Strict):
    """Where one file holds ramps of both polarities: the columns of each, by name or number from 1."""

    set: Annotated[list[str | int], BeforeValidator(listed)]
    reset: Annotated[list[str | int], BeforeValidator(listed)]


class Pulse(Strict):
    """The programming pulse of one polarity."""

    amplitude_V: float | None = None
    width_s: float | None = Field(default=None, gt=0)


class Pulses(Strict):
    """The programming pulses of both polarities; where amplitudes were swept, the ones to make the table of."""

    set: Pulse = Pulse()
    reset: Pulse = Pulse()


class Range(Strict):
    """Conductance range of the device, where it is known."""

    min_S: float = Field(ge=0)
    max_S: float

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.min_S >= self.max_S:
            raise ValueError(f"min_S {self.min_S:g} is not below max_S {self.max_S:g}")
        return self


class ArbitraryScale(Strict):
    """Conductance of arbitrary units: `zero_S` at 0, and `unit_S` more for each unit."""

    zero_S: float
    unit_S: float = Field(gt=0)


class ReadNoiseBlock(Strict):
    """Whether the read noise is taken out of the tables' spread, and how large it is, where that is known."""

    subtract: bool
    sigma_S: float | None = Field(default=None, ge=0)
    sigma_of_G: float = Field(default=0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _complete(self) -> ReadNoiseBlock:
        if self.sigma_of_G and self.sigma_S is None:
            raise ValueError("sigma_of_G adds to sigma_S, which is missing (0 where there is no constant part)")
        return self
