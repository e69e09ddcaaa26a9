"""What the papers say: one YAML file a paper beside this module, each entry a claim with where to look for ours.

A claim says a number (or several, or a shape in words), how it is compared and with which network, settings and
column of the study, or with which property of a device's table, or with which number of a model (energy, speed).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from devicegen.errors import ConfigError
from netsim.config.base import Setting

Compare = Literal["number", "factor", "between", "at_least", "at_most", "rising", "falling", "level", "shape"]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NetworkValue(_Entry):
    """A column of a network's results, over its seeds."""

    network: str = Field(description="Name of the network in the study.")
    device: str | None = Field(default=None, description="Device; null: the claim's, see `Claim.devices`.")
    baseline: bool = Field(default=False, description="The floating-point baseline in place of a device.")
    settings: dict[str, Setting] = Field(default_factory=dict, description="Swept settings and their values.")
    measure: str = Field(default="test_accuracy", description="Column; accuracies are in percent.")
    take: Literal["last", "first", "sum", "best"] | int = Field(
        default="last", description="Epoch: the last, the first, the sum over all, the best, or a number from 1."
    )
    best_of: tuple[str, ...] = Field(default=(), description="Settings of which the best value is taken.")
    where_best: str | None = Field(
        default=None, description="The number is the value of this setting at which the column is highest."
    )
    along: Literal["epoch"] | dict[str, list[Setting]] | None = Field(
        default=None, description="Several numbers: one for each epoch, or for each value of a setting."
    )
    minus: NetworkValue | None = Field(default=None, description="The number is the difference to this one.")

    @model_validator(mode="after")
    def _one_setting_along(self) -> Self:
        if isinstance(self.along, dict) and len(self.along) != 1:
            raise ValueError(f"along names {len(self.along)} settings, expected one")
        return self


class StatesValue(_Entry):
    """A property of one state of a device's table, or its average over the states."""

    states: Literal["mean", "std", "std_nm", "within"] = Field(
        description="Mean or standard deviation of <mz>, that of the wall's position [nm], or share within alpha [%]."
    )
    target: float | None = Field(
        default=None, description="The state: that whose target is nearest; null for the average over all states."
    )
    alpha: float = Field(default=0.15, description="Tolerance of 'within'.")
    device: str | None = Field(default=None, description="Device; null: the claim's.")


class JumpValue(_Entry):
    """The size of a device's mean jump at a place of its conductance range [% of the range]."""

    jump: Literal["set", "reset"]
    at: float = Field(ge=0, le=1, description="Place in the range: 0 is g_min, 1 is g_max.")
    device: str | None = Field(default=None, description="Device; null: the claim's.")


class ModelValue(_Entry):
    """A number of a model: a line of a file with the columns `quantity` and `value`."""

    model: str = Field(description="Stem of the file, e.g. energy.")
    value: str = Field(description="Its line: what stands under `quantity`.")


Value = NetworkValue | StatesValue | JumpValue | ModelValue


class Claim(_Entry):
    """One number or shape of a paper.

    compare : number   every one of ours is within `tolerance` of the paper's
              factor   within a factor `tolerance`
              between  within the paper's two numbers, widened by `tolerance`
              at_least, at_most   with `tolerance` to spare
              rising, falling     each of ours above (below) the one before; `tolerance` of slack
              level    ours differ by at most `tolerance`
              shape    not judged: a curve that people compare
    """

    figure: str = Field(description="Figure or section of the paper.")
    quantity: str = Field(description="What the number is, in words.")
    paper: float | list[float] | str = Field(description="The paper's number, numbers, or words for a shape.")
    unit: str = Field(default="")
    compare: Compare = Field(default="number")
    tolerance: float = Field(default=0.0, ge=0)
    devices: tuple[str, ...] = Field(default=(), description="One row for each, where `ours` names no device.")
    ours: Value | list[Value] = Field(description="Where ours stand.")
    source: str = Field(default="", description="Where the paper says it, if not in the figure.")
    note: str = Field(default="", description="What a reader should know; shown in the ledger.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        numbers = self.paper_numbers
        if self.compare in ("number", "factor", "at_least", "at_most") and not numbers:
            raise ValueError(f"{self.compare} needs a number of the paper, found {self.paper!r}")
        if self.compare == "between" and len(numbers) != 2:
            raise ValueError(f"between needs two numbers of the paper, found {self.paper!r}")
        return self

    @property
    def paper_numbers(self) -> list[float]:
        """The paper's numbers; none where it has words."""
        if isinstance(self.paper, str):
            return []
        return list(self.paper) if isinstance(self.paper, list) else [self.paper]

    @property
    def values(self) -> list[Value]:
        """Where ours stand, as a list."""
        return self.ours if isinstance(self.ours, list) else [self.ours]


class Paper(_Entry):
    """A paper and its claims."""

    paper: str = Field(description="How the ledger names it.")
    source: str
    claims: list[Claim]


def read_claims(path: Path) -> Paper:
    """A paper's claims. Raises ConfigError, in one sentence, where the file is wrong."""
    try:
        return Paper.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: cannot be read as claims ({' '.join(str(error).split())}).") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(f"{path}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}.") from None


@cache
def load_claims() -> tuple[Paper, ...]:
    """The claims of all papers that lie beside this module."""
    return tuple(read_claims(path) for path in sorted(Path(__file__).parent.glob("*.yaml")))


@dataclass(frozen=True)
class Mark:
    """A number of a paper, for a picture of a network.

    settings : those of the point it belongs to; baseline: whether it is of floating point
    epoch    : "last", a number from 1, or "sum" over all
    best_of  : settings of which the best value is meant, whichever it is
    """

    baseline: bool
    settings: Mapping[str, Setting]
    measure: str
    epoch: str | int
    number: float
    best_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Span:
    """Where a paper says that a setting is best, for a picture of a network."""

    setting: str
    low: float
    high: float


def _marks_of_value(value: NetworkValue, numbers: list[float]) -> list[Mark]:
    def mark(number: float, settings: Mapping[str, Setting], epoch: str | int) -> Mark:
        return Mark(value.baseline, {**value.settings, **settings}, value.measure, epoch, number, value.best_of)

    if value.along == "epoch":
        return [mark(number, {}, epoch) for epoch, number in enumerate(numbers, start=1)]
    if value.along is not None:
        ((name, along),) = value.along.items()
        return [mark(number, {name: at}, value.take) for at, number in zip(along, numbers, strict=False)]
    return [mark(number, {}, value.take) for number in numbers]


def marks_of(network: str, papers: tuple[Paper, ...] | None = None) -> list[Mark]:
    """What the papers say of a network's columns, for its picture; differences and optima are no points of it."""
    marks = []
    for paper in load_claims() if papers is None else papers:
        for claim in paper.claims:
            if claim.compare not in ("number", "factor", "at_least", "at_most", "shape"):
                continue
            value = claim.values[0]
            if len(claim.values) > 1 or not isinstance(value, NetworkValue):
                continue
            if value.network == network and value.minus is None and value.where_best is None:
                marks += _marks_of_value(value, claim.paper_numbers)
    return marks


def spans_of(network: str, papers: tuple[Paper, ...] | None = None) -> list[Span]:
    """Where the papers say that settings of a network are best."""
    spans = []
    for paper in load_claims() if papers is None else papers:
        for claim in paper.claims:
            value = claim.values[0]
            if isinstance(value, NetworkValue) and value.network == network and value.where_best is not None:
                numbers = claim.paper_numbers
                spans += [Span(value.where_best, min(numbers), max(numbers))] if numbers else []
    return spans


def success_of(device: str, target: float, alpha: float, papers: tuple[Paper, ...] | None = None) -> float | None:
    """Share of a device's writes [%] that a paper says to land within alpha of a target; None where none does."""
    for paper in load_claims() if papers is None else papers:
        for claim in paper.claims:
            value = claim.values[0]
            if not isinstance(value, StatesValue) or value.states != "within" or device not in claim.devices:
                continue
            if (value.target, value.alpha) == (target, alpha) and claim.paper_numbers:
                return claim.paper_numbers[0]
    return None
