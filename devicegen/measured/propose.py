"""A proposal for ``device.yaml``, from a look at a pulse file: each value with its reason.

What the file does not tell is asked for, never guessed.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from devicegen.errors import PulseFileError
from devicegen.files import write_text_whole
from devicegen.measured.delimited import TextTable, open_table
from devicegen.measured.description import FILE_NAME, read_description
from devicegen.measured.readers import read_pulses
from devicegen.measured.units import READ_QUANTITIES, UNITS

_MOST_PREAMBLE = 40

Ask = Callable[[str, str], str]
"""Gives the answer to a question: called with the name of the answer (an option's name) and the question."""

_WORDS = (
    ("before", r"before|initial|\bpre\b|_pre\b"),
    ("after", r"after|final|\bpost\b|_post\b"),
    ("polarity", r"polarity|\bpol\b|direction|operation|\btype\b"),
    ("cycle", r"cycle|\btrain\b|\bloop\b"),
    ("width", r"width|duration"),
    ("amplitude", r"amplitude|\bamp\b|v_?pulse|v_?prog|voltage"),
    ("device", r"device|\bchip\b|\bcell\b|\bdut\b"),
    ("pulse", r"pulse|\bn\b|\bno\b|number|index|#"),
    ("after", r"conductance|resistance|current|^g\b|^r\b|^i\b|^g_|^r_|^i_"),
)
"""Words in a heading, and the meaning of its column; the first that fits counts."""


@dataclass
class _Draft:
    """A description that grows, and why it holds what it holds."""

    content: dict[str, Any] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    def put(self, key: str, value: Any, reason: str) -> None:
        self.content[key] = value
        self.reasons.append(f"{key}: {reason}")


def units_in(heading: str) -> str | None:
    """The units that a heading names, in brackets or after its last underscore or blank: ``G (uS)``, ``before_nS``."""
    for part in re.findall(r"[(\[]\s*([^)\]]+?)\s*[)\]]", heading) + [re.split(r"[_\s/]", heading)[-1]]:
        if part in UNITS and part != "1":
            return part
    return None


def _header_line(path: Path) -> int:
    """Line of the headings: without numbers, over lines of as many cells, with numbers; 0 for numbers from the top."""

    def numbers(row: Sequence[str]) -> int:
        return sum(bool(re.fullmatch(r"\s*[+-]?\d*[.,]?\d+([eE][+-]?\d+)?\s*", cell)) for cell in row)

    open_table(path, 0)  # a file that is missing, or no text, is refused here
    for line in range(_MOST_PREAMBLE):
        try:
            table = open_table(path, line)
            rows = [row for block in islice(table.blocks(60), 1) for row in block.rows][:5]
        except PulseFileError:
            continue  # lines below are of another width than this one
        even = {len(row) for row in rows} == {table.width}
        if even and all(map(numbers, rows)) and numbers(table.header) == 0:
            return line
    raise PulseFileError(f"{path}: no line of headings over lines of numbers found in the first {_MOST_PREAMBLE}.")


def _meanings(table: TextTable) -> dict[str, int]:
    """Column of each meaning that the headings tell."""
    found: dict[str, int] = {}
    for at, heading in enumerate(table.header):
        plain = re.sub(r"[(\[].*?[)\]]", "", heading).strip().casefold()
        meaning = next((name for name, words in _WORDS if re.search(words, plain) and name not in found), None)
        if meaning is not None:
            found[meaning] = at
    return found


def _read_units(table: TextTable, column: int, ask: Ask) -> tuple[str, str]:
    """Units of a column of reads, and where they are from."""
    units = units_in(table.title(column).strip("'"))
    if units is not None and UNITS[units][0] in READ_QUANTITIES:
        return units, "named in its heading"
    answer = ask("units", f"Units of the reads in column {table.title(column)} (S, uS, nS, ohm, kohm, A, …)")
    if answer not in UNITS or answer == "1" or UNITS[answer][0] not in READ_QUANTITIES:
        raise PulseFileError(f"{table.path}: units {answer!r}, expected S, ohm or A with or without a prefix, e.g. uS.")
    return answer, "as answered"


def _column(table: TextTable, column: int) -> str | int:
    return table.header[column] if table.header else column + 1


def _rows(draft: _Draft, table: TextTable, found: dict[str, int], ask: Ask) -> None:
    """One row a pulse: columns, units, and which code of the polarity raises the conductance."""
    columns: dict[str, Any] = {}
    for meaning, at in found.items():
        columns[meaning] = _column(table, at)
        if meaning in ("before", "after"):
            units, why = _read_units(table, at, ask)
            columns[meaning] = {"name": _column(table, at), "units": units}
            draft.reasons.append(f"columns.{meaning}: from the heading {table.title(at)}; units {units} {why}")
        elif meaning in ("amplitude", "width"):
            default = "V" if meaning == "amplitude" else "s"
            units = units_in(table.title(at).strip("'"))
            if units is None or UNITS[units][0] != UNITS[default][0]:
                units = ask(f"{meaning}-units", f"Units of column {table.title(at)} ({default}, m{default}, …)")
            columns[meaning] = {"name": _column(table, at), "units": units}
            draft.reasons.append(f"columns.{meaning}: from the heading {table.title(at)}")
        else:
            draft.reasons.append(f"columns.{meaning}: from the heading {table.title(at)}")
    draft.content |= {"layout": "one_row_a_pulse", "columns": columns}
    draft.reasons.append("layout: the headings name a polarity and reads")
    _polarity(draft, table, found, columns)


def _polarity(draft: _Draft, table: TextTable, found: dict[str, int], columns: dict[str, Any]) -> None:
    block = next(table.blocks())
    reads = {}
    for key in ("before", "after"):
        if key in found:
            values = table.numbers(block, found[key])
            reads[key] = 1 / values if UNITS[columns[key]["units"]][0] == "resistance" else values
    if len(reads) == 2:
        rise = reads["after"] - reads["before"]
    elif "after" in reads:
        rise = np.diff(reads["after"], prepend=reads["after"][0])
    else:
        rise = np.diff(reads["before"], append=reads["before"][-1])
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
    draft.reasons.append(f"polarity: pulses of {is_set!r} raise the conductance, pulses of {is_reset!r} lower it")


def _ramps(draft: _Draft, table: TextTable, ask: Ask) -> None:
    """Ramps side by side: a column whose reads rise from its first to its last fifth is SET."""
    parts = [[cell for cell in column if cell] for column in _text_columns(table)]
    rises = []
    for at, cells in enumerate(parts):
        values = table.parse(cells, range(1, len(cells) + 1), table.title(at))
        fifth = max(values.size // 5, 1)
        rises.append(bool(np.median(values[-fifth:]) > np.median(values[:fifth])))
    units, why = _read_units(table, 0, ask)
    if UNITS[units][0] == "resistance":
        rises = [not rise for rise in rises]
    draft.content |= {
        "layout": "one_column_a_ramp",
        "ramp_units": units,
        "ramp_columns": {
            "set": [at + 1 for at, rise in enumerate(rises) if rise],
            "reset": [at + 1 for at, rise in enumerate(rises) if not rise],
        },
    }
    draft.reasons.append("layout: every column holds numbers only, and no heading names a polarity")
    draft.reasons.append(f"ramp_units: {units} {why}")
    draft.reasons.append(
        "ramp_columns: SET where the conductance is higher in the last fifth of the column than in the first"
    )


def _text_columns(table: TextTable) -> list[list[str]]:
    columns: list[list[str]] = [[] for _ in range(table.width)]
    for block in table.blocks():
        for row in block.rows:
            for column, cell in zip(columns, row, strict=False):
                column.append(cell.strip())
    return columns


def propose(path: Path, name: str, ask: Ask) -> tuple[dict[str, Any], list[str]]:
    """Content of ``device.yaml`` for one pulse file, and the reasons for what it says.

    name : the device's name
    ask  : gives what the file does not tell
    """
    header_line = _header_line(Path(path))
    table = open_table(Path(path), header_line)
    draft = _Draft({"device": name})
    synthetic = (
        ask("synthetic", "Were these pulses made up or simulated rather than measured? (yes/no)").strip().casefold()
    )
    if synthetic not in ("yes", "no"):
        raise PulseFileError(f"{path}: synthetic is {synthetic!r}, expected yes or no.")
    draft.content["synthetic"] = synthetic == "yes"
    draft.content["source"] = ask("source", "Who measured them, where are they described")
    draft.content["licence"] = ask("licence", "Licence of the data")
    draft.content["files"] = {"pulses": Path(path).name}
    draft.put(
        "header_line",
        header_line,
        "the first line of words over lines of numbers" if header_line else "numbers from the top",
    )
    found = _meanings(table)
    if ("polarity" in found or "amplitude" in found) and ("after" in found or "before" in found):
        _rows(draft, table, found, ask)
    else:
        _ramps(draft, table, ask)
    reads = [c for key, c in draft.content.get("columns", {}).items() if key in ("before", "after")]
    units = [c["units"] for c in reads] or [draft.content["ramp_units"]]
    if any(UNITS[u][0] == "current" for u in units):
        draft.content["read_voltage_V"] = float(ask("read-voltage", "Voltage that the currents were read at, in V"))
    return draft.content, draft.reasons


def add_device(path: Path, folder: Path, ask: Ask) -> list[str]:
    """Make the folder of a measured device from one pulse file; it appears only if its files can be read.

    Returns the reasons for what ``device.yaml`` says.
    """
    path, folder = Path(path), Path(folder)
    if folder.exists():
        raise PulseFileError(f"{folder}: is there already, expected a new folder.")
    content, reasons = propose(path, folder.name, ask)
    comments = "".join(f"# {reason}\n" for reason in ["Proposed by devicegen measure add; check it.", *reasons])
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as draft_parent:
        draft = Path(draft_parent) / folder.name
        draft.mkdir()
        shutil.copyfile(path, draft / path.name)
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
        write_text_whole(draft / FILE_NAME, comments + text)
        try:
            read_pulses(draft, read_description(draft))
        except PulseFileError as error:
            raise PulseFileError(
                str(error).replace(str(draft / path.name), str(path)).replace(str(draft), str(path))
            ) from error
        draft.rename(folder)
    return reasons
