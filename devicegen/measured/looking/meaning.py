"""What each column is: as the user says, as its heading says, or as its numbers look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from devicegen.measured.description.units import READ_QUANTITIES, UNITS, canonical
from devicegen.measured.looking.answers import Said, positions
from devicegen.measured.looking.facts import Facts
from devicegen.measured.looking.headings import names_polarity
from devicegen.measured.looking.look import Look

READS = ("read", "before", "after")


@dataclass(frozen=True)
class Meant:
    """A column and what it is taken for.

    by : ``user``, ``heading`` or ``numbers``
    """

    facts: Facts
    meaning: str
    by: str
    why: str

    @property
    def at(self) -> int:
        """Position from 0."""
        return self.facts.at

    @property
    def title(self) -> str:
        """How a user finds it: its heading, or its number."""
        return repr(self.facts.heading) if self.facts.heading else f"column {self.facts.at + 1}"


def meanings(look: Look, said: Sequence[Said]) -> list[Meant]:
    """The meaning of every column of a file."""
    found = {column.at: _guess(column) for column in look.columns}
    headings = [look.table.header[at] if at < len(look.table.header) else "" for at in range(look.table.width)]
    whole = [column.heading for column in look.columns]
    for one in said:
        if one.file is not None and one.file != look.path.name:
            continue
        names = whole if one.name in whole else headings
        for at in positions(one.name, names, str(look.path)):
            found[at] = Meant(look.columns[at], one.meaning, "user", "as answered")
    meant = list(found.values())
    meant = _only_those_with_units(meant)
    return _currents(meant)


def _guess(column: Facts) -> Meant:
    if column.empty:
        return Meant(column, "empty", "numbers", "nothing stands in it")
    heading = column.meaning
    if column.words:
        return _words(column, heading)
    if heading in ("fit", "error", "other", "read_voltage", "time", "width", "change", "before", "after"):
        return Meant(column, heading, "heading", "from its heading")
    if (
        heading in ("cycle", "device", "polarity")
        and column.units is None
        and (column.levels < 0.5 * column.known.size)
    ):
        if all(value == round(value) for value in column.known) or heading == "polarity":
            return Meant(column, heading, "heading", "from its heading")
    if heading == "pulse" and (column.counter or column.units is None):
        return Meant(column, "pulse", "heading", "from its heading")
    if heading in ("amplitude", "current"):
        return Meant(column, heading, "heading", "from its heading")
    of_reads = column.units is not None and UNITS[column.units][0] in READ_QUANTITIES
    if heading == "read" or of_reads:
        if column.counter and not of_reads and column.levels > 3:
            return Meant(column, "pulse", "numbers", "it counts")
        return Meant(column, "read", "heading", "from its heading")
    if column.units is not None and not _is_amount(column.heading):
        kinds = {"voltage": "amplitude", "time": "time"}
        return Meant(column, kinds[UNITS[column.units][0]], "heading", f"its heading names {column.units}")
    return _numbers(column)


def _is_amount(heading: str) -> bool:
    """Whether a heading begins with a number: an amplitude above the ramp that it made."""
    return heading.strip()[:1] in "+-−.0123456789" if heading.strip() else False


def _words(column: Facts, heading: str | None) -> Meant:
    if heading in ("polarity", "device", "cycle", "other", "time"):
        return Meant(column, heading, "heading", "from its heading")
    codes = column.codes
    if len(codes) == 1 and canonical(codes[0]) is not None:
        return Meant(column, "units", "numbers", f"it names the unit {codes[0]}")
    told = [names_polarity(code) for code in codes]
    if len(codes) <= 6 and True in told and False in told:
        return Meant(column, "polarity", "numbers", f"its words are {', '.join(codes)}")
    if len(codes) in (2, 3) and len(column.cells) > 10:
        return Meant(column, "polarity", "numbers", f"its words are {', '.join(codes)}")
    if len(codes) <= 0.5 * len(column.cells) or heading is None:
        return Meant(column, "words", "numbers", "words")
    return Meant(column, "words", "numbers", "words")


def _numbers(column: Facts) -> Meant:
    if column.counter:
        return Meant(column, "pulse", "numbers", "it counts")
    if column.constant:
        return Meant(column, "constant", "numbers", "it holds one number")
    if column.few_levels:
        return Meant(column, "levels", "numbers", f"it holds {column.levels} numbers again and again")
    if column.clock:
        return Meant(column, "time", "numbers", "it goes on by even steps, as a clock does")
    return Meant(
        column, "read", "numbers", "its numbers go up and down" if column.shape == "turning" else "its numbers"
    )


def _only_those_with_units(meant: list[Meant]) -> list[Meant]:
    """Where some headings carry units of reads, only those are reads; a clock beside reads without headings is one."""
    with_units = [m for m in meant if m.meaning in READS and m.by == "heading" and m.facts.units is not None]
    named = [m for m in meant if m.meaning in (*READS, "set", "reset", "turns") and m.by != "numbers"]
    out = []
    for m in meant:
        if m.meaning == "read" and m.by == "numbers" and (with_units or any(n.by == "user" for n in named)):
            m = replace(m, meaning="unknown", why="other columns are named as reads")
        elif m.meaning in READS and m.by == "heading" and any(n.by == "user" for n in named):
            m = replace(m, meaning="unknown", why="other columns are named as reads") if m.meaning == "read" else m
        elif m.meaning in ("time", "pulse") and m.by == "numbers" and not _others(meant, m):
            m = replace(m, meaning="read", why="no other column could be a read") if not m.facts.counter else m
        out.append(m)
    return out


def _others(meant: list[Meant], one: Meant) -> bool:
    return any(m.meaning in (*READS, "set", "reset", "turns", "change") and m.at != one.at for m in meant)


def _currents(meant: list[Meant]) -> list[Meant]:
    """A current of pulses that has both signs is their amplitude, where no voltage is; the only current is a read."""
    kinds = {m.meaning for m in meant}
    out = []
    for m in meant:
        if m.meaning == "current" and m.by == "heading":
            both = bool((m.facts.known > 0).any() and (m.facts.known < 0).any())
            if "amplitude" not in kinds and both and m.facts.levels <= max(0.3 * m.facts.known.size, 2):
                m = replace(m, meaning="amplitude", why="a current of pulses of both signs, and no voltage")
            elif not kinds & {*READS, "set", "reset", "turns"}:
                m = replace(m, meaning="read", why="no other column could be a read")
        out.append(m)
    return out
