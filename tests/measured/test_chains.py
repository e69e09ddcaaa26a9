"""Pulses of a file read in small blocks are those of the file read at once."""

import functools

import numpy as np
import pytest
from pulse_folders import HEADER, ROWS, merged, pulse_rows, text

from devicegen.measured.cells import CellTable
from devicegen.measured.description.model import read_description
from devicegen.measured.reading.pulses import read_pulses


def interleaved() -> list[list[str]]:
    """Two chips by turns, three cycles each that number anew, and a gap in the numbers of one."""
    rows = [[*row, str((int(row[1]) - 1) // 50)] for row in pulse_rows(75, devices=2)]
    for row in rows:
        row[1] = str((int(row[1]) - 1) % 50 + 1)
    del rows[60]
    half = len(rows) // 2
    return [row for pair in zip(rows[:half], rows[half : 2 * half], strict=True) for row in pair] + rows[2 * half :]


@pytest.mark.parametrize("gone", [None, "before", "after"])
@pytest.mark.parametrize("lines", [7, 64])
def test_blocks_do_not_matter(lab, monkeypatch, gone, lines):
    change = {"columns": {"cycle": "cycle"}} if gone is None else {"columns": {"cycle": "cycle", gone: None}}
    folder = lab(merged(ROWS, change), pulses_csv=text(interleaved(), header=[*HEADER, "cycle"]))
    description = read_description(folder)
    whole = read_pulses(folder, description)
    monkeypatch.setattr(CellTable, "blocks", functools.partialmethod(CellTable.blocks, lines))
    parts = read_pulses(folder, description)
    for name in ("device", "is_set", "g_before_S", "g_after_S", "starts"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name), err_msg=name)
    assert parts.left_out == whole.left_out
    np.testing.assert_allclose(np.abs(whole.delta_S), 0.1e-6, rtol=1e-6)
    lost = 0 if gone is None else 6 + 1  # one of each chip and cycle, and one at the gap
    assert whole.size == 299 - lost
    assert np.bincount(whole.device).min() > 100
    assert np.all(np.diff(whole.device) >= 0), "one device after the other"


def test_backward_numbers_are_found_across_blocks(lab, monkeypatch):
    rows = pulse_rows()
    rows[21][1] = "3"
    monkeypatch.setattr(CellTable, "blocks", functools.partialmethod(CellTable.blocks, 7))
    folder = lab(ROWS, pulses_csv=text(rows))
    with pytest.raises(Exception, match=r"line 23: pulse number 3 comes after 21 \(line 22\)"):
        read_pulses(folder, read_description(folder))
