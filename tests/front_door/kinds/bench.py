"""The bench on which a kind of pulse file is made: its files, what the user knows, and what must come of it."""

from __future__ import annotations

import importlib
import inspect
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kinds.synapse import Synapse, array_of

_MODULES = (
    "rows", "logs", "turns", "ramps", "units", "cells", "traces", "containers", "tables", "physics",
    "traps", "bad_input",
)  # fmt: skip
_ODD_MODULES = ("odd_instruments", "odd_notations", "odd_not_pulses")


@dataclass(frozen=True)
class Say:
    """What a user must be told: a line of the log, or two neighbours, hold all `words` (patterns, in any case).

    about_S : a conductance that stands there [S], or None
    within  : how far it may be off, in parts of it
    """

    words: tuple[str, ...]
    about_S: float | None = None
    within: float = 0.05


@dataclass(frozen=True)
class Truth:
    """Pulses of a file, as arrays of one entry a pulse; or the mean changes of a finished table.

    device   : (n,) number of the device
    is_set   : (n,) True for SET
    before_S : (n,) conductance before the pulse [S]
    change_S : (n,) its change [S]
    finished : whether the "pulses" are rows of a finished table, which nobody counted
    by_ratio : whether conductances are to be compared in bins of equal ratios
    say      : what must be told
    at_most_bytes : how large the table's file may be
    """

    device: np.ndarray
    is_set: np.ndarray
    before_S: np.ndarray
    change_S: np.ndarray
    finished: bool = False
    by_ratio: bool = False
    say: tuple[Say, ...] = ()
    at_most_bytes: int | None = None


@dataclass(frozen=True)
class Refusal:
    """No table may come of it, and the message holds all `words` (patterns, in any case)."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """One kind of pulse file.

    what    : who has it, in a sentence
    files   : content by name, in the order in which a user gives them
    options : what the user knows, as options of `measure add`
    expected: what comes of it
    whole   : whether the table is to be made and judged too, besides the pulses
    asks    : what a question must name (patterns), where one may come instead of a table
    """

    name: str
    what: str
    files: Mapping[str, bytes]
    options: Mapping[str, Any]
    expected: Truth | Refusal
    whole: bool = False
    asks: tuple[str, ...] = ()

    def write(self, folder: Path) -> list[str]:
        """Write the files; the names of those that come first in the command."""
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return [name for name in self.files if name not in (self.options.get("reset"), self.options.get("answers"))]


@dataclass
class Bench:
    """What the maker of a kind puts down, step by step."""

    rng: np.random.Generator
    files: dict[str, bytes] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    whole: bool = False
    asks: tuple[str, ...] = ()
    _pulses: list[tuple[int, bool, float, float]] = field(default_factory=list)

    def synapse(self, low_S: float, high_S: float, **how: Any) -> Synapse:
        return Synapse(self.rng, low_S, high_S, **how)

    def array(self, n: int, low_S: float, high_S: float, **how: Any) -> list[Synapse]:
        return array_of(self.rng, n, low_S, high_S, **how)

    def file(self, name: str, content: bytes | str, encoding: str = "utf-8") -> None:
        self.files[name] = content.encode(encoding) if isinstance(content, str) else content

    def told(self, **options: Any) -> None:
        """Options of `measure add`; underscores stand for dashes. A list of columns is `column=[...]`."""
        self.options |= {key.replace("_", "-"): value for key, value in options.items()}

    def chain(self, reads_S: npt.ArrayLike, ups: npt.ArrayLike, device: int = 0) -> None:
        """Pulses between successive reads of one run."""
        reads = np.asarray(reads_S)
        self.pairs(reads[:-1], reads[1:], ups, device)

    def pairs(self, before_S: npt.ArrayLike, after_S: npt.ArrayLike, ups: npt.ArrayLike, device: int = 0) -> None:
        before, after = np.asarray(before_S), np.asarray(after_S)
        each = np.broadcast_to(ups, before.shape)
        self._pulses += [(device, bool(u), b, a - b) for b, a, u in zip(before, after, each, strict=True)]

    def truth(self, *say: Say, **how: Any) -> Truth:
        """The pulses put down so far; `how` as in `Truth`."""
        device, is_set, before, change = (np.array(column) for column in zip(*self._pulses, strict=True))
        return Truth(device, is_set, before, change, say=say, **how)

    def highest(self, up: bool) -> float:
        """Highest conductance that a pulse of a polarity began from [S]."""
        return max(before for _, is_set, before, _ in self._pulses if is_set == up)


Maker = Callable[[Bench], Truth | Refusal]
_MAKERS: dict[str, Maker] = {}
_ODD: dict[str, Maker] = {}


def kind(make: Maker) -> Maker:
    """Count a maker among the kinds that the reader is made for; its name is the kind's."""
    assert make.__name__ not in _MAKERS | _ODD, make.__name__
    _MAKERS[make.__name__] = make
    return make


def oddity(make: Maker) -> Maker:
    """Count a maker among the inputs that nobody made the reader for."""
    assert make.__name__ not in _MAKERS | _ODD, make.__name__
    _ODD[make.__name__] = make
    return make


def _makers(modules: tuple[str, ...], makers: dict[str, Maker]) -> dict[str, Maker]:
    for module in modules:
        importlib.import_module(f"kinds.{module}")
    return makers


def every() -> dict[str, Maker]:
    """The kinds that the reader is made for, by name."""
    return _makers(_MODULES, _MAKERS)


def odd() -> dict[str, Maker]:
    """The inputs that nobody made the reader for, by name."""
    return _makers(_ODD_MODULES, _ODD)


def readable() -> list[str]:
    """Names of the kinds that the reader is made for and that are no refusals."""
    return [name for name, make in every().items() if inspect.signature(make).return_annotation == "Truth"]


def made(name: str) -> Kind:
    """A kind of that name; equal names give equal bytes."""
    make = (every() | odd())[name]
    bench = Bench(np.random.default_rng([4711, zlib.crc32(name.encode())]))
    expected = make(bench)
    what = " ".join((inspect.getdoc(make) or "").split())
    return Kind(name, what, bench.files, bench.options, expected, bench.whole, bench.asks)
