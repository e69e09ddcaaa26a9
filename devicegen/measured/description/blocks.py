"""The blocks of ``device.yaml``: columns and their units, polarities, files, pulses, ranges, scales, read noise."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from devicegen.measured.description.units import READ_QUANTITIES, UNITS, Quantity, canonical


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
    if value is None:
        return None
    text = str(value)
    if (unit := canonical(text)) is None:
        near = difflib.get_close_matches(text, UNITS, 1, 0.3)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"unknown units {text!r}, expected for example S, uS, nS, ohm, kohm, Mohm, A, nA, V, s{hint}")
    return unit


Units = Annotated[str, BeforeValidator(_known_units)]


def listed(value: Any) -> Any:
    """Let a single item stand for a list of it."""
    return value if isinstance(value, list) else [value]


class Column(Strict):
    """One column of a pulse file: its name in the header line, or its number from 1."""

    name: str | int
    units: Units | None = None


Named = Annotated[Column, BeforeValidator(_named)]


class Reads(Strict):
    """Several columns of reads after each pulse: of a device each, or of one state, whose mean is taken."""

    columns: Annotated[list[str | int], BeforeValidator(listed)] = Field(min_length=2)
    units: Units
    are: Literal["devices", "repeats"]

    @model_validator(mode="after")
    def _complete(self) -> Reads:
        _units_of(Column(name="reads", units=self.units), READ_QUANTITIES)
        return self


class Columns(Strict):
    """The columns of files with one row a pulse.

    `before` and `after` are the reads on either side of the pulse; one of them is enough where the pulses
    follow each other. `reads` are several columns read after it, `change` is the change by it. `current` is the current
    during the pulse, from which the energy is taken.
    """

    device: Named | None = None
    cycle: Named | None = None
    pulse: Named | None = None
    polarity: Named | None = None
    amplitude: Named | None = None
    width: Named | None = None
    before: Named | None = None
    after: Named | None = None
    reads: Reads | None = None
    change: Named | None = None
    current: Named | None = None

    @model_validator(mode="after")
    def _complete(self) -> Columns:
        for key in ("before", "after", "change"):
            if (column := getattr(self, key)) is not None:
                _units_of(column, READ_QUANTITIES if key != "change" else ("conductance",))
        if self.reads is not None and (self.before is not None or self.after is not None):
            raise ValueError("'reads' are read after each pulse: expected no 'before' and no 'after' beside them")
        if self.change is not None and (self.before or self.after or self.reads):
            raise ValueError("'change' is the change by each pulse: expected no reads beside it")
        expected: dict[str, tuple[Quantity, ...]] = {
            "amplitude": ("voltage", "current"),
            "width": ("time",),
            "current": ("current",),
        }
        for key, quantities in expected.items():
            if (column := getattr(self, key)) is not None:
                _units_of(column, quantities)
        return self

    def names_reads(self) -> bool:
        """Whether any column tells a conductance."""
        return any(getattr(self, key) is not None for key in ("before", "after", "reads", "change"))


def _codes(value: Any) -> Any:
    values = value if isinstance(value, list) else [value]
    if any(isinstance(code, bool) for code in values):
        raise ValueError("YAML reads on, off, yes and no as true and false: put the code in quotes")
    return [str(code) for code in values]


Codes = Annotated[list[str], BeforeValidator(_codes)]


class Polarity(Strict):
    """How SET and RESET are told apart: by codes in the polarity column, or by the sign of the amplitude.

    Rows of the codes in `none` give no pulse: what they read is a state. Where there are codes in `read`, rows are
    events: only those rows are reads, and rows of other codes do nothing.
    """

    set: Codes = []
    reset: Codes = []
    none: Codes = []
    read: Codes = []
    set_sign: Literal["positive", "negative"] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Polarity:
        if (self.set_sign is None) != bool(self.set and self.reset):
            raise ValueError("expected either codes for both 'set' and 'reset', or 'set_sign' alone")
        if self.set_sign is not None and self.read:
            raise ValueError("rows that are reads need codes for 'set' and 'reset' too")
        return self


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


Places = Annotated[list[str | int], BeforeValidator(listed)]


class Traces(Strict):
    """Where the reads of ramps stand: columns by name or number from 1, or lines by number from 1.

    `turns` are read up and down by turns; `backwards` names those of them that are listed against the time.
    """

    set: Places = []
    reset: Places = []
    turns: Places = []
    backwards: Places = []

    @model_validator(mode="after")
    def _complete(self) -> Traces:
        given = [*self.set, *self.reset, *self.turns]
        if not given:
            raise ValueError("expected 'set' and 'reset', or 'turns'")
        if len(set(map(str, given))) < len(given):
            raise ValueError("one of them is named twice")
        if odd := [place for place in self.backwards if place not in given]:
            raise ValueError(f"backwards names {odd[0]!r}, which is not among the others")
        return self


class Turns(Strict):
    """Pulses up and pulses down by turns: how many, which come first, and whether a read came before them all."""

    up: int = Field(ge=1)
    down: int = Field(ge=1)
    begins: Literal["up", "down"] = "up"
    first_read: Literal["before", "after"] = "before"


class Part(Strict):
    """A rectangle of cells: a sheet or a named array, the line of its headings (0: none), its first and last line."""

    sheet: str | int | None = None
    header_line: int = Field(default=0, ge=0)
    first_line: int | None = Field(default=None, ge=1)
    last_line: int | None = Field(default=None, ge=1)


class Pulse(Strict):
    """The programming pulse of one polarity; `amplitude: all` takes pulses of all amplitudes as one scheme."""

    amplitude_V: float | None = None
    amplitude_A: float | None = None
    amplitude: Literal["all"] | None = None
    width_s: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _complete(self) -> Pulse:
        if sum(value is not None for value in (self.amplitude_V, self.amplitude_A, self.amplitude)) > 1:
            raise ValueError("expected one of 'amplitude_V', 'amplitude_A' and 'amplitude'")
        return self


class Pulses(Strict):
    """The programming pulses of both polarities; where amplitudes were swept, the ones to make the table of."""

    set: Pulse = Pulse()
    reset: Pulse = Pulse()


class ChangeColumns(Strict):
    """Finished mean changes: the columns of the conductance, and of the change of a SET and of a RESET pulse there."""

    conductance: Named
    set_change: Named
    reset_change: Named

    @model_validator(mode="after")
    def _complete(self) -> ChangeColumns:
        for column in (self.conductance, self.set_change, self.reset_change):
            _units_of(column, ("conductance",))
        return self


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
