"""A proposal for ``device.yaml``, from a look at the pulse files: each value with its reason.

What the files do not tell is asked for, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from devicegen.errors import PulseFileError, TableError
from devicegen.formats.crosssim import read_lookup
from devicegen.measured.delimited import TextTable, encoding_of
from devicegen.measured.description.units import UNITS
from devicegen.measured.looking.headings import Ask, column_key, meanings, open_under_headings, read_units, units_in
from devicegen.pulses.record import FloatArray

_SIDE_UNITS = {"amplitude": "V", "width": "s", "current": "A"}


@dataclass
class Draft:
    """A description that grows, and why it holds what it holds."""

    content: dict[str, Any] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def put(self, key: str, value: Any, reason: str) -> None:
        """Set a key of the description and say why."""
        self.content[key] = value
        self.reasons.append(f"{key}: {reason}")


def propose(path: Path, reset: Path | None, name: str, ask: Ask) -> Draft:
    """Content of ``device.yaml`` for one pulse file, or one for each polarity, and the reasons for what it says.

    path  : the pulse file, or that of SET where there are two
    reset : the other one
    name  : the device's name
    ask   : gives what the files do not tell
    """
    draft = Draft({"device": name})
    synthetic = ask("synthetic", "Were these pulses made up or simulated rather than measured? (yes/no)")
    if synthetic.strip().casefold() not in ("yes", "no"):
        raise PulseFileError(f"{path}: synthetic is {synthetic!r}, expected yes or no.")
    draft.content["synthetic"] = synthetic.strip().casefold() == "yes"
    draft.content["source"] = ask("source", "Who measured them, where are they described")
    draft.content["licence"] = ask("licence", "Licence of the data")
    if reset is not None and reset.name == path.name:
        raise PulseFileError(f"{reset}: has the same name as {path}, expected two names: both go into one folder.")
    if _is_lookup(path):
        _tables(draft, path, reset)
        return draft
    files = [path] if reset is None else [path, reset]
    encoding = min(encoding_of(file) for file in files)  # "cp1252" where one is
    tables = [open_under_headings(file, encoding) for file in files]
    if len({table.header_line for table in tables}) > 1:
        raise PulseFileError(
            f"{reset}: its headings stand in line {tables[1].header_line}, those of {path} in line "
            f"{tables[0].header_line}, expected both alike."
        )
    line = tables[0].header_line
    why = "the first line of words over lines of numbers" if line else "numbers from the top"
    draft.put("header_line", line, why)
    if encoding != "utf-8":
        headings = ", ".join(tables[0].header)
        draft.put("encoding", encoding, f"not UTF-8; taken for western Windows. Do these read right: {headings}?")
    draft.content["files"] = {"pulses": path.name} if reset is None else {"set": path.name, "reset": reset.name}
    found = meanings(tables[0])
    told = reset is not None or "polarity" in found or "amplitude" in found
    if told and ("after" in found or "before" in found):
        _rows(draft, tables, found, ask)
    elif reset is None:
        _ramps_of_one_file(draft, tables[0], ask)
    else:
        _ramps_of_two_files(draft, tables, ask)
    _ask_for_scales(draft, ask)
    return draft


# -- finished tables -------------------------------------------------------------------------------


def _is_lookup(path: Path) -> bool:
    """Whether a file is a look-up table as CrossSim writes them."""
    if path.suffix == ".gz":
        return False
    try:
        read_lookup(path)
    except TableError:
        return False
    return True


def _tables(draft: Draft, path: Path, reset: Path | None) -> None:
    if reset is None:
        raise PulseFileError(f"{path}: a look-up table of CrossSim; give the one of the other polarity with --reset.")
    up, down = path, reset
    if read_lookup(path).change.mean() < read_lookup(reset).change.mean():
        up, down = reset, path
    draft.put("layout", "crosssim_tables", "a title, conductances, probabilities, and the change at each")
    draft.put("files", {"set": up.name, "reset": down.name}, f"the changes of {up.name} raise the conductance more")


def _ask_for_scales(draft: Draft, ask: Ask) -> None:
    """Voltage that currents were read at; conductances that an arbitrary scale stands for."""
    reads = [c for key, c in draft.content.get("columns", {}).items() if key in ("before", "after")]
    units = {c["units"] for c in reads} or {draft.content["ramp_units"]}
    if any(UNITS[u][0] == "current" for u in units):
        question = "Voltage that the currents were read at, in V"
        draft.content["read_voltage_V"] = _number("read-voltage", question, ask)
    if "1" in units:
        draft.content["arbitrary_scale"] = {
            "zero_S": _number("zero-S", "Conductance that 0 of the arbitrary scale stands for, in S", ask),
            "unit_S": _number("unit-S", "Conductance that 1 of the scale adds to that, in S", ask),
        }


def _number(name: str, question: str, ask: Ask) -> float:
    answer = ask(name, question)
    try:
        return float(answer)
    except ValueError:
        raise PulseFileError(f"{name} is {answer!r}, expected a number: {question}.") from None


# -- one row a pulse -------------------------------------------------------------------------------


def _rows(draft: Draft, tables: list[TextTable], found: dict[str, int], ask: Ask) -> None:
    """One row a pulse: columns, units, and which code of the polarity raises the conductance."""
    table = tables[0]
    columns: dict[str, Any] = {}
    for meaning, at in found.items():
        if meaning == "polarity" and len(tables) > 1:
            continue
        columns[meaning] = column_key(table, at)
        why = f"from the heading {table.title(at)}"
        if meaning in ("before", "after"):
            units, units_from = read_units(table, at, ask)
            columns[meaning] = {"name": column_key(table, at), "units": units}
            why += f"; units {units} {units_from}"
        elif meaning in _SIDE_UNITS:
            unit = _SIDE_UNITS[meaning]
            units = units_in(table.title(at).strip("'"))
            if units is None or UNITS[units][0] != UNITS[unit][0]:
                units = ask(f"{meaning}-units", f"Units of column {table.title(at)} ({unit}, m{unit}, …)")
            columns[meaning] = {"name": column_key(table, at), "units": units}
        draft.reasons.append(f"columns.{meaning}: {why}")
    draft.content |= {"layout": "one_row_a_pulse", "columns": columns}
    unused = [table.title(at) for at in range(len(table.header)) if at not in found.values()]
    if unused:
        draft.reasons.append(f"columns: not used: {', '.join(unused)}")
    if len(tables) > 1:
        draft.reasons.append("layout: a file for each polarity, and their headings name reads")
        means = [float(np.mean(_rises(table, found, columns))) for table in tables]
        _exchange_if_falling(draft, means[0] < means[1])
    else:
        told_by = "a polarity" if "polarity" in found else "an amplitude, whose sign tells the polarity,"
        draft.reasons.append(f"layout: the headings name {told_by} and reads")
        _polarity(draft, table, found, columns)


def _rises(table: TextTable, found: dict[str, int], columns: dict[str, Any]) -> FloatArray:
    """Rise of the conductance, in any unit, with each pulse of the first block."""
    block = next(table.blocks())
    reads = {}
    for key in ("before", "after"):
        if key in found:
            values = table.numbers(block, found[key])
            reads[key] = 1 / values if UNITS[columns[key]["units"]][0] == "resistance" else values
    if len(reads) == 2:
        return reads["after"] - reads["before"]
    if "after" in reads:
        return np.diff(reads["after"], prepend=reads["after"][0])
    return np.diff(reads["before"], append=reads["before"][-1])


def _polarity(draft: Draft, table: TextTable, found: dict[str, int], columns: dict[str, Any]) -> None:
    rise = _rises(table, found, columns)
    block = next(table.blocks())
    if "polarity" in found:
        cells = np.array(table.cells(block, found["polarity"]))
    else:
        cells = np.where(table.numbers(block, found["amplitude"]) > 0, "positive", "negative")
    codes = sorted(set(cells.tolist()))
    if len(codes) != 2:
        shown = ", ".join(codes[:6])
        raise PulseFileError(
            f"{table.path}: {len(codes)} codes of the polarity ({shown}), expected one each for SET and RESET."
        )
    first, second = (float(np.median(rise[cells == code])) for code in codes)
    is_set, is_reset = codes if first > second else codes[::-1]
    draft.content["polarity"] = {"set": is_set, "reset": is_reset} if "polarity" in found else {"set_sign": is_set}
    kind = "{!r}" if "polarity" in found else "{} amplitude"
    raising, lowering = kind.format(is_set), kind.format(is_reset)
    draft.reasons.append(f"polarity: pulses of {raising} raise the conductance, pulses of {lowering} lower it")


# -- one column a ramp -----------------------------------------------------------------------------


def _ramps_of_one_file(draft: Draft, table: TextTable, ask: Ask) -> None:
    """Ramps side by side: a column whose reads rise from its first to its last fifth is SET."""
    _refuse_no_ramps(table)
    units, why = read_units(table, 0, ask)
    rising = [part > 0 for part in _ramp_rises(table, units)]
    draft.content |= {
        "layout": "one_column_a_ramp",
        "ramp_units": units,
        "ramp_columns": {
            "set": [at + 1 for at, rises in enumerate(rising) if rises],
            "reset": [at + 1 for at, rises in enumerate(rising) if not rises],
        },
    }
    draft.reasons.append("layout: every column holds numbers only, and no heading names a polarity")
    draft.reasons.append(f"ramp_units: {units} {why}")
    draft.reasons.append(
        "ramp_columns: SET where the conductance is higher in the last fifth of the column than in the first"
    )


def _ramps_of_two_files(draft: Draft, tables: list[TextTable], ask: Ask) -> None:
    for table in tables:
        _refuse_no_ramps(table)
    units, why = read_units(tables[0], 0, ask)
    draft.content |= {"layout": "one_column_a_ramp", "ramp_units": units}
    draft.reasons.append("layout: every column holds numbers only, and there is a file for each polarity")
    draft.reasons.append(f"ramp_units: {units} {why}")
    first, second = (float(np.mean(_ramp_rises(table, units))) for table in tables)
    _exchange_if_falling(draft, first < second)


def _exchange_if_falling(draft: Draft, falling: bool) -> None:
    """The file given first is that of SET, unless its conductances fall beside those of the other."""
    files = draft.content["files"]
    if falling:
        files["set"], files["reset"] = files["reset"], files["set"]
    draft.reasons.append(
        f"files: the conductance rises in {files['set']} and falls in {files['reset']}"
        + (", so that the order given is exchanged" if falling else "")
    )


def _refuse_no_ramps(table: TextTable) -> None:
    """Refuse columns that cannot be ramps of reads: words, or pulses that are counted."""
    expected = "expected headings that name the reads and a polarity or an amplitude, or a file for each polarity"
    block = next(table.blocks())
    for at in range(table.width):
        cells = [row[at].strip() for row in block.rows if at < len(row) and row[at].strip()]
        words = [cell for cell in cells if cell[0].isalpha() and cell.casefold() not in ("nan", "inf")]
        if words:
            raise PulseFileError(f"{table.path}: column {table.title(at)} holds words ({words[0]}), {expected}.")
        if len(cells) > 2 and all(map(str.isdigit, cells)) and np.all(np.diff(np.array(cells, np.int64)) == 1):
            raise PulseFileError(f"{table.path}: column {table.title(at)} counts pulses, {expected}.")


def _ramp_rises(table: TextTable, units: str) -> list[float]:
    """Conductance at the end of each ramp less that at its start, in any unit."""
    columns: list[list[str]] = [[] for _ in range(table.width)]
    lines: list[list[int]] = [[] for _ in range(table.width)]
    for block in table.blocks():
        for line, row in zip(block.lines, block.rows, strict=True):
            for at, cell in enumerate(row[: table.width]):
                if cell.strip():
                    columns[at].append(cell.strip())
                    lines[at].append(line)
    rises = []
    for at, cells in enumerate(columns):
        values = table.parse(cells, lines[at], table.title(at))
        fifth = max(values.size // 5, 1)
        rises.append(float(np.median(values[-fifth:]) - np.median(values[:fifth])))
    return [-rise for rise in rises] if UNITS[units][0] == "resistance" else rises
