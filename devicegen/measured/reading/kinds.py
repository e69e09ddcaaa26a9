"""What each row of a pulse file is: a SET pulse, a RESET pulse, or a read without a pulse."""

from __future__ import annotations

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.cells import CellTable, number
from devicegen.measured.description.blocks import Polarity
from devicegen.measured.description.model import Description
from devicegen.measured.files.sheet import Block
from devicegen.measured.reading.chains import Columns as RowColumns
from devicegen.pulses.record import FloatArray

NEAR = 0.02
"""Two levels of a column of numbers are one where they differ by less than this part: instruments log 1.2003 V."""


def kinds_of_rows(
    table: CellTable,
    block: Block,
    of: Description,
    column: int | None,
    amplitude: FloatArray | None,
    polarity: bool | None,
) -> RowColumns:
    """``is_set``, and ``idle`` for rows that give no pulse, of one block.

    polarity  : that of the whole file, if it has one
    column    : the column of codes, if there is one
    amplitude : (n,) amplitudes, whose sign may tell the polarity; at 0 there was no pulse
    """
    told = of.polarity
    idle = np.zeros(len(block.rows), np.bool_)
    if polarity is not None:
        is_set = np.full(len(block.rows), polarity)
        if told is not None and told.none and column is not None:
            idle = np.array(
                [_plain(cell) in {_plain(code) for code in told.none} for cell in table.cells(block, column)]
            )
        return {"is_set": is_set, "idle": idle}
    assert told is not None
    if told.set_sign is not None:
        assert amplitude is not None
        is_set = (amplitude > 0) == (told.set_sign == "positive")
        return {"is_set": is_set, "idle": amplitude == 0}
    assert column is not None
    meaning = _meanings(told)
    cells = table.cells(block, column)
    of_cell = {cell: _meaning(cell, meaning) for cell in set(cells)}
    if None in of_cell.values():
        at = next(i for i, cell in enumerate(cells) if of_cell[cell] is None)
        known = [*told.set, *told.reset, *told.none, *told.read]
        raise PulseFileError(
            f"{table.place(block.lines[at], column)}: polarity {cells[at]!r}, expected "
            f"{' or '.join(map(repr, known))}; see the key 'polarity' (codes that give no pulse stand under 'none')."
        )
    kinds = np.array([of_cell[cell] for cell in cells])
    return {"is_set": kinds == "set", "idle": kinds == "none"}


def _meanings(told: Polarity) -> dict[str, str]:
    return {
        _plain(code): kind
        for kind, codes in (("set", told.set), ("reset", told.reset), ("none", told.none), ("read", told.read))
        for code in codes
    }


def kind_of_code(cell: str, told: Polarity) -> str | None:
    """``set``, ``reset``, ``none`` or ``read``, as the description means a code; None for one it does not name."""
    return _meaning(cell, _meanings(told))


def _meaning(cell: str, meanings: dict[str, str]) -> str | None:
    plain = _plain(cell)
    if plain in meanings:
        return meanings[plain]
    value = number(plain)
    if np.isnan(value):
        return None
    levels = {level: kind for code, kind in meanings.items() if np.isfinite(level := number(code))}
    if not levels:
        return None
    near = min(levels, key=lambda level: abs(level - value))
    scale = max(abs(near), min((abs(level) for level in levels if level), default=0.0))
    return levels[near] if abs(near - value) <= NEAR * scale else None


def _plain(code: str) -> str:
    """A polarity code in a form where SET and set, -4 and -4.0 are the same."""
    value = number(code.replace(",", "."))
    return code.strip().casefold() if np.isnan(value) else f"{value:.9g}"
