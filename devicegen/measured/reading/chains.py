"""Rows of a pulse file, block by block, to pulses with the reads on either side.

Rows of one device and cycle form a chain: its pulses follow each other. A block of rows is handled together with the
last row that each of its chains had before it, so that nothing is lost between blocks and memory holds one block.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from devicegen.errors import PulseFileError
from devicegen.measured.cells import CellTable
from devicegen.pulses.record import BoolArray, FloatArray

Columns = dict[str, npt.NDArray]
"""Columns of equal length: ``chain``, ``line``, ``is_set``, ``chosen``, and of the others those that the file has:
``pulse``, ``before``, ``after``, ``energy``, and ``idle``, True for a read without a pulse."""

NO_READ = "no read before or after the pulse"
NOT_CHOSEN = "another amplitude or width than the table is made of"


@dataclass
class Chains:
    """What is carried from block to block of one file.

    first_read : whether the first read of each run of one polarity was taken before its first pulse; None: where the
                 pulse numbers begin anew at 0
    """

    table: CellTable
    first_read: Literal["before", "after"] | None = None
    last: Columns = field(default_factory=dict)
    """The last row of each chain, by its number."""
    left_out: dict[str, int] = field(default_factory=lambda: {NO_READ: 0, NOT_CHOSEN: 0})

    def pulses(self, rows: Columns) -> Columns:
        """The pulses of a block that have both reads and are chosen: chain, is_set, before, after, starts, energy.

        Of each row it is remembered whether it was kept, and whether it was joined to a row that was.
        """
        known = 0 if not self.last else self.last["chain"].size
        size = rows["chain"].size
        rows = rows | {name: np.zeros(size, np.bool_) for name in ("kept", "joined", "old")}
        present = np.unique(rows["chain"])
        context = present[present < known]
        if context.size:
            rows = {name: np.concatenate([self.last[name][context], column]) for name, column in rows.items()}
            rows["old"][: context.size] = True
        if present.size > 1:
            order = np.argsort(rows["chain"], kind="stable")
            rows = {name: column[order] for name, column in rows.items()}
        follows, idle = self._follows(rows)
        paired, whole = _paired(rows, follows)
        keep = whole & rows["chosen"] & ~idle
        if "after" in rows:
            emitted = ~rows["old"] & ~idle
            rows["kept"] = np.where(rows["old"], rows["kept"], keep)
        else:  # a pulse is complete when the row after it has come
            emitted = ~_ends(rows["chain"]) & ~idle
            rows["kept"] = keep
        joined = np.concatenate([[False], rows["kept"][:-1]]) & follows
        rows["joined"] = np.where(rows["old"], rows["joined"], joined)
        self._remember(rows, present, known)
        self.left_out[NO_READ] += int((emitted & ~whole).sum())
        self.left_out[NOT_CHOSEN] += int((emitted & whole & ~rows["chosen"]).sum())
        out = {name: rows[name] for name in ("chain", "is_set", "energy") if name in rows}
        out |= {"before": paired[0], "after": paired[1], "starts": ~rows["joined"]}
        return {name: column[emitted & keep] for name, column in out.items()}

    def _follows(self, rows: Columns) -> tuple[BoolArray, BoolArray]:
        """Whether each row is the next of the row above, and whether it is a read without a pulse.

        Refuses pulse numbers that repeat or run backward; they may begin anew where they began. A file of rows numbered
        from 0, time and again, holds in each row 0 the read before the next pulse.
        """
        follows = np.concatenate([[False], np.diff(rows["chain"]) == 0])
        idle = rows.get("idle", np.zeros(follows.size, np.bool_)).copy()
        alone = "before" not in rows
        if self.first_read == "before" and alone:
            turned = np.concatenate([[True], np.diff(rows["is_set"]) != 0]) | ~follows
            if "pulse" in rows:
                turned |= np.diff(rows["pulse"], prepend=np.inf) < 0
            opens = turned & ~rows["old"]
            idle |= opens
            follows &= ~opens
        if "pulse" not in rows:
            return follows, idle
        pulse, line = rows["pulse"], rows["line"]
        step = np.diff(pulse, prepend=pulse[0])
        anew = follows & (step < 0) & ((pulse == 0) | (pulse == 1))
        wrong = follows & (step <= 0) & ~anew
        if wrong.any():
            at = int(np.argmax(wrong))
            what = "comes twice" if step[at] == 0 else f"comes after {pulse[at - 1]:g} (line {line[at - 1]})"
            raise PulseFileError(
                f"{self.table.path}: line {line[at]}: pulse number {pulse[at]:g} {what}, expected numbers that rise "
                "within a device; if they start anew in each cycle, name that column as columns.cycle."
            )
        if alone and self.first_read is None:
            idle |= (pulse == 0) & ~rows["old"]
            follows &= ~(anew & (pulse == 0))
        return follows & ((step <= 1) | anew), idle

    def _remember(self, rows: Columns, present: npt.NDArray, known: int) -> None:
        """Keep the last row of each chain of the block; chains are numbered in the order in which they appear."""
        ends = np.flatnonzero(_ends(rows["chain"]))
        grown = max(known, int(present[-1]) + 1)
        for name, column in rows.items():
            kept = np.empty(grown, column.dtype)
            kept[:known] = self.last.get(name, column[:0])
            kept[present] = column[ends]
            self.last[name] = kept

    def finish(self) -> dict[str, int]:
        """Why rows were left out, and how many."""
        if "after" not in self.last:  # the last pulse of each chain
            self.left_out[NO_READ] += self.last["chain"].size
        return {why: n for why, n in self.left_out.items() if n}


def _ends(chain: npt.NDArray) -> BoolArray:
    """True for the last row of each chain, of rows in the order of their chains."""
    return np.concatenate([np.diff(chain) != 0, [True]])


def _paired(rows: Columns, follows: BoolArray) -> tuple[tuple[FloatArray, FloatArray], BoolArray]:
    """Reads before and after each pulse, and whether both are known.

    With one read a pulse, the read after the pulse before is the read before this one.
    """
    if "before" in rows and "after" in rows:
        return (rows["before"], rows["after"]), np.ones(follows.size, np.bool_)
    if "after" in rows:
        after = rows["after"]
        return (np.concatenate([after[:1], after[:-1]]), after), follows
    before = rows["before"]
    return (before, np.concatenate([before[1:], before[-1:]])), np.concatenate([follows[1:], [False]])


@dataclass
class Growing:
    """Columns that grow in place, so that no more than a quarter of them is there twice."""

    size: int = 0
    columns: Columns = field(default_factory=dict)

    def append(self, block: Columns) -> None:
        """Add the rows of a block below."""
        n = next(iter(block.values())).size
        for name, part in block.items():
            column = self.columns.setdefault(name, np.empty(0, part.dtype))
            if self.size + n > column.size:
                column.resize(max(self.size + n, column.size + column.size // 4), refcheck=False)
            column[self.size : self.size + n] = part
        self.size += n

    def finish(self) -> Columns:
        """The columns, cut to their size."""
        for column in self.columns.values():
            column.resize(self.size, refcheck=False)
        return self.columns
