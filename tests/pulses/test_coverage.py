"""Where pulses were measured, and that nothing is made up where they were not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicegen.errors import TableError
from devicegen.pulses.estimate import conductance_range, lone_read
from devicegen.pulses.jump_tables import coverage_of, jump_tables
from devicegen.pulses.record import PulseRecord
from devicegen.table import Coverage, DeviceTable
from devicegen.table_file import read_table, write_table

LOW, HIGH = 1e-6, 9e-6


def half_measured(seed, n=300, top=6e-6, slope=0.02):
    """SET pulses over the whole range, RESET pulses only below `top`, whose changes grow with the conductance."""
    rng = np.random.default_rng(seed)
    up, down = rng.uniform(LOW, HIGH, n), rng.uniform(LOW, top, n)
    before = np.concatenate([up, down])
    delta = np.concatenate([slope * (HIGH - up), -slope * (down - LOW)]) + rng.normal(0, 0.01e-6, 2 * n)
    is_set = np.arange(2 * n) < n
    return PulseRecord(np.zeros(2 * n, np.int32), is_set, before, before + delta, np.ones(2 * n, np.bool_), ("d",))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6), st.integers(20, 300), st.floats(2e-6, 8e-6), st.floats(0.005, 0.2))
def test_rows_beyond_the_pulses_hold_the_last_mean(seed, n, top, slope):
    record = half_measured(seed, n, top, slope)
    made = jump_tables(record, LOW, HIGH)
    last = record.g_before_S[~record.is_set].max()
    inside = made.jump_reset.conductance + made.jump_reset.delta[-1] <= HIGH  # nearer, what leaves the range is held
    rows = (made.jump_reset.conductance > last) & inside
    mean = made.jump_reset.mean()
    if rows.any():
        edge = np.interp(last, made.jump_reset.conductance, mean)
        step = float(np.diff(made.jump_reset.delta).max())
        assert mean[rows] == pytest.approx(np.full(rows.sum(), min(edge, 0.0)), abs=2 * step + 0.05 * abs(edge))
        assert mean[rows].max() <= step, "no change of the wrong sign"
        assert np.abs(mean[rows]).max() <= 1.5 * np.abs(record.delta_S[~record.is_set]).max()


def test_coverage_goes_through_the_file(tmp_path):
    record = half_measured(1)
    made = jump_tables(record, LOW, HIGH)
    coverage = coverage_of(record, LOW, HIGH)
    assert coverage.reset_S[1] == record.g_before_S[~record.is_set].max()
    table = DeviceTable("d", "measured", True, LOW, HIGH, {}, made.jump_set, made.jump_reset, coverage=coverage)
    write_table(tmp_path / "d.h5", table)
    assert read_table(tmp_path / "d.h5").coverage == coverage


def test_coverage_outside_the_range_is_refused():
    made = jump_tables(half_measured(2), LOW, HIGH)
    with pytest.raises(TableError, match="outside"):
        DeviceTable(
            "d", "measured", True, LOW, HIGH, {}, made.jump_set, made.jump_reset,
            coverage=Coverage((LOW, 2 * HIGH), (LOW, HIGH)),
        )  # fmt: skip
    with pytest.raises(TableError, match="SET was measured from 2e-06 to 1e-06 S"):
        Coverage((2e-6, 1e-6), (LOW, HIGH))


def test_the_range_does_not_rest_on_one_read():
    reads = np.linspace(1e-6, 3e-6, 60)
    assert lone_read(np.append(reads, 9e-6)) == pytest.approx(9e-6)
    assert lone_read(np.append(reads, 0.1e-6)) == pytest.approx(0.1e-6)
    assert lone_read(reads) is None
    assert lone_read(np.append(reads, [9e-6, 9.1e-6])) is None, "two reads are no stray"
    assert lone_read(np.linspace(1e-6, 3e-6, 17)) is None, "a ramp of 17 levels"


def test_the_whole_range_is_that_of_all_reads():
    reads = np.random.default_rng(3).uniform(LOW, HIGH, 5000)
    low, high = conductance_range(reads.copy(), whole=True)
    assert (low, high) == (reads.min(), reads.max())
    inner = conductance_range(reads.copy())
    assert low < inner[0] < inner[1] < high
