"""The judge of the front door finds what is wrong: no fault that it is there for passes."""

from dataclasses import replace

import numpy as np
import pytest
from judge import Verdict, faults_of_pulses, faults_of_table, judge, told
from kinds import Refusal, Say, Truth
from kinds.bench import made
from run import Outcome, arguments

from devicegen.pulses.jump_tables import jump_tables
from devicegen.pulses.record import PulseRecord
from devicegen.table import DeviceTable, JumpTable


@pytest.fixture(scope="module")
def truth() -> Truth:
    expected = made("turns_with_cycles").expected
    assert isinstance(expected, Truth)
    return expected


def record_of(truth: Truth) -> PulseRecord:
    after = truth.before_S + truth.change_S
    return PulseRecord(
        device=truth.device.astype(np.int32),
        is_set=truth.is_set,
        g_before_S=truth.before_S,
        g_after_S=after,
        starts=np.append(True, truth.before_S[1:] != after[:-1]),
        device_names=("d",),
    )


@pytest.fixture(scope="module")
def table(truth) -> DeviceTable:
    record = record_of(truth)
    low, high = np.quantile(np.append(record.g_before_S, record.g_after_S), (0.001, 0.999))
    tables = jump_tables(record, float(low), float(high))
    return DeviceTable("d", "measured", True, float(low), float(high), {}, tables.jump_set, tables.jump_reset)


def test_right_pulses_have_no_fault(truth):
    assert faults_of_pulses(truth, record_of(truth)) == []


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda t: replace(t, is_set=~t.is_set),
        lambda t: replace(t, before_S=t.before_S * 1.0001),
        lambda t: replace(t, change_S=np.roll(t.change_S, 1)),
        lambda t: replace(t, device=t.device + (np.arange(t.device.size) > 50)),
        lambda t: Truth(t.device[1:], t.is_set[1:], t.before_S[1:], t.change_S[1:]),
    ],
    ids=["exchanged", "scaled", "shifted", "two devices", "one missing"],
)
def test_wrong_pulses_are_found(spoiled, truth):
    assert faults_of_pulses(truth, record_of(spoiled(truth)))


def test_a_right_table_has_no_fault(truth, table):
    assert faults_of_table(truth, table) == []


def test_a_table_of_a_fifth_larger_changes_is_found(truth, table):
    larger = replace(truth, change_S=truth.change_S * 1.2)
    assert any("mean change" in fault for fault in faults_of_table(larger, table))


def test_a_table_beyond_what_was_measured_is_found(truth, table):
    low = truth.is_set & (truth.before_S > np.median(truth.before_S))
    part = Truth(truth.device[~low], truth.is_set[~low], truth.before_S[~low], truth.change_S[~low])
    assert any("is seen to" in fault for fault in faults_of_table(part, table))


def test_a_slope_of_the_wrong_sign_beyond_the_range_is_found(truth, table):
    jump = table.jump_reset
    step = np.diff(jump.conductance)[0]
    beyond = np.append(jump.conductance, jump.conductance[-1] + step * np.arange(1, 6))
    delta = np.append(jump.delta, jump.delta[-1] + [step, 2 * step])
    rows = np.hstack([jump.cdf, np.ones((jump.conductance.size, 2))])
    raised = np.append(np.zeros(delta.size - 1), 1.0)
    wrong = JumpTable(
        beyond, delta, np.vstack([rows, np.tile(raised, (5, 1))]), np.append(jump.count, np.zeros(5, int))
    )
    spoiled = replace(table, jump_reset=wrong, g_max_S=float(beyond[-1] + delta[-1]))
    assert any("where no pulse was" in fault for fault in faults_of_table(truth, spoiled))


def test_an_amount_must_stand_in_its_line():
    say = Say(("RESET", "above"), 6.4e-6, 0.03)
    assert told(say, "RESET was never measured above 6.38 µS")
    assert told(say, "RESET was never measured above\n6.45e-06 S of all")
    assert not told(say, "RESET was never measured above 7.4 µS")
    assert not told(say, "RESET above\nand so on\n6.4 uS")
    assert not told(say, "")


def test_tracebacks_and_unasked_devices_are_wrong(tmp_path):
    kind = replace(made("turns_with_cycles"), expected=Refusal(("never",)))
    broken = Outcome("", "Traceback (most recent call last):\n ...", None, False, 0.1)
    assert judge(kind, broken, tmp_path / "none").wrong
    assert judge(kind, Outcome("", "all well", None, True, 0.1), tmp_path).wrong
    assert judge(kind, Outcome("", "I never read it", None, False, 0.1), tmp_path / "none") == Verdict()


def test_answers_become_options():
    options = {"synthetic": True, "column": ["after=G", "ignore=n"], "skip-bad": True, "reset": None, "files": ["a"]}
    words = arguments(["a.csv"], options)
    assert words == ["a.csv", "--synthetic", "--column", "after=G", "--column", "ignore=n", "--skip-bad"]
