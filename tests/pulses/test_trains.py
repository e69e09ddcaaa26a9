"""Trains of pulses beside those of the jump-table, and energies of pulses."""

import numpy as np
import pytest

from devicegen.artificial.response import artificial_table, read_response
from devicegen.pulses.energies import BINS, switching_energy
from devicegen.pulses.jump_tables import jump_tables
from devicegen.pulses.record import PulseRecord
from devicegen.pulses.trains import MOST_TRAINS, STILL_GOING, trains_of, walk

SPAN = 10e-6


def record_of(trains: list[tuple[bool, np.ndarray]], energy: bool = False) -> PulseRecord:
    """Pulses from trains, each a polarity and the conductances that it led through [S]."""
    after = np.concatenate([g[1:] for _, g in trains])
    return PulseRecord(
        device=np.zeros(after.size, np.int32),
        is_set=np.concatenate([np.full(g.size - 1, is_set) for is_set, g in trains]),
        g_before_S=np.concatenate([g[:-1] for _, g in trains]),
        g_after_S=after,
        starts=np.concatenate([np.arange(g.size - 1) == 0 for _, g in trains]),
        device_names=("one",),
        energy_J=1e-9 * after / 1e-6 if energy else None,
    )


def soft_trains(n: int = 120) -> list[tuple[bool, np.ndarray]]:
    """SET trains of 40 pulses that know nothing but their conductance, and RESET trains of 20."""
    rng = np.random.default_rng(1)
    made = []
    for _ in range(n):
        up, down = [1.2e-6], [9e-6]
        for _ in range(40):
            up.append(up[-1] + 0.05 * (11e-6 - up[-1]) + 0.1e-6 * rng.standard_normal())
        for _ in range(20):
            down.append(max(down[-1] - 0.1 * (down[-1] - 1e-6) + 0.1e-6 * rng.standard_normal(), 1e-6))
        made += [(True, np.array(up)), (False, np.array(down))]
    return made


def test_a_device_without_memory_runs_as_its_table():
    record = record_of(soft_trains())
    made = jump_tables(record, 1e-6, 11e-6)
    for train in trains_of(record, (made.jump_set, made.jump_reset)):
        assert train.count.tolist() == [120] * train.pulse.size
        assert np.abs(train.median - train.table_median).max() < 0.02 * SPAN
        assert np.abs((train.high - train.low) - (train.table_high - train.table_low)).max() < 0.03 * SPAN
        assert np.isnan(train.excess[0])
        pull = train.excess[1:] / train.excess_error[1:]
        assert np.abs(pull).max() < 4.5, "no pulse of a train differs from the table"
    assert train.pulse.size == 21


def test_memory_shows_as_a_difference():
    """Each device keeps a step of its own for the whole train: the table takes that for chance from pulse to pulse."""
    rng = np.random.default_rng(2)
    steps = rng.uniform(0.05e-6, 0.25e-6, 150)
    ramp = np.arange(31)
    trains = [(True, 2e-6 + step * ramp) for step in steps] + [(False, 9e-6 - step * ramp) for step in steps]
    record = record_of(trains)
    made = jump_tables(record, 1e-6, 11e-6)
    found, _ = trains_of(record, (made.jump_set, made.jump_reset))
    assert (found.high - found.low)[-1] > 1.5 * (found.table_high - found.table_low)[-1]


def test_pulses_that_remember_their_number_are_told():
    """The first five pulses of a train step twice as far, wherever the train starts."""
    rng = np.random.default_rng(3)
    trains = []
    for _ in range(200):
        start, step = rng.uniform(1e-6, 5e-6), np.where(np.arange(20) < 5, 0.2e-6, 0.1e-6)
        trains += [(True, start + np.concatenate([[0], np.cumsum(step)]))]
        trains += [(False, 10e-6 - start - 0.1e-6 * np.arange(21))]
    record = record_of(trains)
    made = jump_tables(record, 1e-6, 11e-6)
    found, other = trains_of(record, (made.jump_set, made.jump_reset))
    assert found.excess[1:6].min() > 0.04e-6
    assert found.excess[6:].max() < -0.01e-6
    assert np.nanmax(np.abs(other.excess)) < 0.002e-6


def test_only_pulses_that_most_trains_reach_are_shown():
    lengths = [50] * 80 + [10] * 20
    record = record_of([(is_set, np.linspace(1e-6, 2e-6, n)) for n in lengths for is_set in (True, False)])
    up = artificial_table("line", read_response({"form": "linear"}))
    found, _ = trains_of(record, (up.jump_set, up.jump_reset))
    assert found.pulse[-1] == 9
    assert found.count[-1] >= STILL_GOING * found.count[0]


def test_many_trains_are_thinned_out_evenly():
    record = record_of([(k % 2 == 0, np.array([1e-6, (1 + k / 8000) * 1e-6])) for k in range(8000)])
    up = artificial_table("line", read_response({"form": "linear"}))
    found, _ = trains_of(record, (up.jump_set, up.jump_reset))
    assert found.count[0] == MOST_TRAINS
    assert found.median[1] == pytest.approx(1.5e-6, rel=0.01)


def test_walks_follow_the_table_and_keep_to_the_range():
    table = artificial_table("line", read_response({"form": "linear", "set_pulses": 100, "sigma": 0.01}))
    path = walk(table.jump_set, np.array([2e-6]), 150)
    assert path[:, 50].mean() == pytest.approx(2e-6 + 0.5 * SPAN, rel=0.01)
    assert path[:, 50].std() == pytest.approx(0.01 * np.sqrt(50) * SPAN, rel=0.1)
    assert path.max() <= table.g_max_S


def test_energies_are_binned_by_conductance():
    record = record_of(soft_trains(), energy=True)
    found = switching_energy(record, {"one": 200e-9})
    assert found.conductance.size == 2 * BINS
    assert found.count.sum() == record.size
    after_S = found.energy / 1e-9 * 1e-6
    up = found.is_set == 1
    assert np.all(after_S[up] > found.conductance[up])
    assert np.all(after_S[~up] < found.conductance[~up] + 0.1e-6)
    assert np.all((found.energy_low <= found.energy) & (found.energy <= found.energy_high))
    assert set(found.cell_size) == {200e-9}
    assert np.isnan(switching_energy(record, {}).cell_size).all()


def test_no_current_no_energies():
    assert switching_energy(record_of(soft_trains(2)), {}) is None
