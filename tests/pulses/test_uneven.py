"""Devices whose pulses crowd: an abrupt first RESET, and gradual ones a thousand times finer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicegen.pulses.jump_tables import jump_tables
from devicegen.pulses.record import PulseRecord
from devicegen.pulses.uneven import is_uneven, uneven_table

LOW, HIGH = 0.2e-6, 120e-6
NOISE = 20e-9


def mean_step(g):
    """Mean RESET change: a break of the filament above 50 uS, a fall of a tenth of what is above 0.25 uS below."""
    return np.where(g > 50e-6, 6e-6 - g, -0.1 * (g - 0.25e-6))


def filament(rng, trains=8, pulses=60):
    """(n,) conductances before RESET pulses and changes, trains that begin near 110 uS."""
    before, delta = [], []
    for _ in range(trains):
        g = rng.normal(110e-6, 2e-6)
        for _ in range(pulses):
            step = mean_step(g) + rng.normal(0, 1e-6 if g > 50e-6 else NOISE)
            step = max(step, LOW - g)
            before.append(g)
            delta.append(step)
            g += step
    return np.array(before), np.array(delta)


def test_what_is_uneven():
    rng = np.random.default_rng(1)
    assert is_uneven(filament(rng)[0], LOW, HIGH)
    assert is_uneven(rng.uniform(0.2e-6, 5e-6, 300), LOW, HIGH), "all in a small part of the range"
    for g in (
        rng.uniform(LOW, HIGH, 300),
        LOW + (HIGH - LOW) * (1 - np.exp(-np.arange(60) / 12)),
        np.linspace(LOW, HIGH, 17),
    ):
        assert not is_uneven(g, LOW, HIGH)


def test_the_mean_of_a_filament_comes_back():
    """In each decade within three standard errors, over ten devices: at most one of the thirty bins is off."""
    off = []
    for seed in range(10):
        g, delta = filament(np.random.default_rng([7, seed]))
        found = uneven_table(g, delta, LOW, HIGH, False).table
        for low, high in ((0.4e-6, 1.5e-6), (1.5e-6, 7e-6), (100e-6, 118e-6)):
            mine = (g > low) & (g < high)
            error = delta[mine].std(ddof=1) / np.sqrt(mine.sum()) if high > 50e-6 else NOISE / np.sqrt(mine.sum())
            estimated = np.interp(g[mine], found.conductance, found.mean()).mean()
            off.append(abs(estimated - mean_step(g[mine]).mean()) / (error + 0.01 * abs(estimated)))
    assert np.sum(np.array(off) > 3) <= 1, np.round(off, 1)


def test_the_spread_of_the_gradual_part_comes_back():
    g, delta = filament(np.random.default_rng(3), trains=20)
    found = uneven_table(g, delta, LOW, HIGH, False).table
    rows = (found.conductance > 0.5e-6) & (found.conductance < 5e-6)
    low, high = found.quantile([0.1587, 0.8413])[rows].T
    assert np.median(high - low) / 2 == pytest.approx(NOISE, rel=0.2)


def test_bands_enclose_the_table_and_narrow_with_pulses():
    width = []
    for trains in (4, 40):
        found = uneven_table(*filament(np.random.default_rng(5), trains), LOW, HIGH, False).table
        rows = (found.conductance > 1e-6) & (found.conductance < 4e-6)
        width.append(float((found.cdf_high - found.cdf_low)[rows].max(axis=1).mean()))
    assert width[1] < 0.7 * width[0]


def record(g, delta, is_set):
    n = g.size
    return PulseRecord(np.zeros(n, np.int32), is_set, g, g + delta, np.ones(n, np.bool_), ("d",))


def test_the_estimation_chooses_by_polarity():
    rng = np.random.default_rng(6)
    g, delta = filament(rng)
    up = rng.uniform(LOW, 110e-6, g.size)
    everything = record(
        np.append(g, up), np.append(delta, rng.normal(0.5e-6, 0.1e-6, up.size)), np.arange(2 * g.size) >= g.size
    )
    made = jump_tables(everything, LOW, HIGH)
    assert made.reset.nearest
    assert not made.set.nearest
    assert made.stated()["reset"]["kernel"].startswith("as wide as the nearest pulses")
    assert int(made.jump_reset.count.sum()) == g.size


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(12, 40), st.booleans())
def test_nothing_is_made_up_whatever_the_pulses(seed, trains, pulses, is_set):
    """Rows are monotone, stay in the range, and beyond the pulses have no change of the wrong sign."""
    rng = np.random.default_rng(seed)
    g, delta = filament(rng, trains, pulses)
    if is_set:
        g, delta = LOW + HIGH - g, -delta
    table = uneven_table(g, delta, LOW, HIGH, is_set).table
    assert np.all(np.diff(table.cdf, axis=1) >= 0)
    assert table.conductance[[0, -1]] == pytest.approx([LOW, HIGH])
    reached = table.conductance[:, None] + table.delta
    rounding = 2e-9 * (HIGH - LOW)
    assert np.all(table.cdf[reached < LOW - rounding] == 0)
    assert np.all(table.cdf[reached > HIGH + rounding] == 1)
    beyond = (table.conductance < g.min()) | (table.conductance > g.max())
    step = np.diff(table.delta).max()
    wrong = table.mean()[beyond] * (1 if is_set else -1)
    assert wrong.min(initial=0.0) > -step
    assert np.abs(table.mean()).max() < 1.5 * np.abs(delta).max() + step
