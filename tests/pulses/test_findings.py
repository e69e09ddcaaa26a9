"""What is said of pulses beside their table: only where it is plain, with its size."""

import re

import numpy as np
import pytest

from devicegen.errors import PulseFileError
from devicegen.pulses.findings import findings
from devicegen.pulses.noise import read_noise
from devicegen.pulses.record import PulseRecord, check_response, check_states


def trains(rng, *, cycles=6, pulses=40, step=0.1, noise=0.01, loss=0.0, drop=0.0, first=1.0, scale=1.0):
    """Reads before and after of pulses up and down between 2 and 8 uS, by turns [uS].

    loss : part of what it gained above 2 uS that a device loses until the next pulse
    drop : what it loses in the pause before the ramp down; first: how much more the first pulse of a ramp does
    """
    before, after, is_set, starts = [], [], [], []
    g = 3.15
    for cycle in range(cycles):
        for up in (True, False):
            if not up:
                g -= drop
            for k in range(pulses):
                change = scale * step * ((8 - g) / 3 if up else -(g - 2) / 3) * (first if k == 0 else 1.0)
                new = g + change + rng.normal(0, noise)
                before.append(g)
                after.append(new)
                is_set.append(up)
                starts.append(k == 0 and (drop > 0 or cycle + up == 1))
                g = new - loss * (new - 2)
    return [np.array(before) * 1e-6, np.array(after) * 1e-6, np.array(is_set), np.array(starts)]


def record(before, after, is_set, starts, device=None, names=("d",)):
    device = np.zeros(before.size, np.int32) if device is None else device
    return PulseRecord(device, is_set, before, after, starts, names)


def said(found, *patterns):
    return [one for one in found if all(re.search(pattern, one) for pattern in patterns)]


def test_an_ordinary_device_has_nothing_to_be_said():
    assert findings(record(*trains(np.random.default_rng(1)))) == []


def test_relaxation_is_said_with_its_size_and_as_leakage():
    rng = np.random.default_rng(2)
    pulses = record(*trains(rng, loss=0.05))
    gap = float(np.mean((pulses.g_before_S[1:] - pulses.g_after_S[:-1])[~pulses.starts[1:]]))
    (found,) = said(findings(pulses), "relaxes between pulses", "falls")
    size = float(re.search(r"falls by ([\d.]+) nS", found)[1])
    assert size == pytest.approx(-gap * 1e9, rel=0.01)
    time = float(re.search(r"leakage_time: ([\d.]+)", found)[1])
    assert 1 - np.exp(-1 / time) == pytest.approx(0.05, rel=0.25), "of what the device has above its lowest read"


@pytest.mark.parametrize("loss", [0.0, 0.05, 0.15])
def test_relaxation_is_no_read_noise(loss):
    """Reads with noise of 5 nS: as much is found, whatever the device loses between two pulses."""
    rng = np.random.default_rng(3)
    before, after, is_set, starts = trains(rng, cycles=40, loss=loss)
    noisy = record(before + rng.normal(0, 5e-9, before.size), after + rng.normal(0, 5e-9, before.size), is_set, starts)
    assert read_noise(noisy, np.zeros(before.size)).sigma_S == pytest.approx(5e-9, rel=0.05)


def test_a_drop_between_the_ramps_is_said():
    found = findings(record(*trains(np.random.default_rng(4), drop=1.5)))
    (sentence,) = said(found, "between the ramps of SET and of RESET", "fell by 1.5 µS")
    assert "without a pulse" in sentence
    assert said(found, "^RESET was never measured above")


def short_trains(rng, first):
    """Trains up and down of unlike lengths, so that they turn anywhere in the range."""
    parts, g = [], 5.0
    for k in range(120):
        up = k % 2 == 0
        for n in range(int(rng.integers(3, 25))):
            change = (0.1 * (8 - g) / 3 if up else -0.1 * (g - 2) / 3) * (first if n == 0 else 1.0)
            new = g + change + rng.normal(0, 0.01)
            parts.append((g * 1e-6, new * 1e-6, up, len(parts) == 0))
            g = new
    return record(*(np.array(column) for column in zip(*parts, strict=True)))


def test_first_pulses_after_a_turn_are_said():
    rng = np.random.default_rng(5)
    found = findings(short_trains(rng, 2.5))
    assert said(found, "first SET pulses after a turn differ", "more than later ones")
    assert not said(findings(short_trains(rng, 1.0)), "first")
    assert not said(findings(record(*trains(rng, cycles=20))), "first")


def test_an_abrupt_first_pulse_is_said():
    before, after, is_set, starts = [], [], [], []
    for _ in range(4):
        g = 100.0
        for k in range(30):
            new = 8.0 if k == 0 else g - 0.1 * (g - 0.5)
            before.append(g), after.append(new), is_set.append(False), starts.append(k == 0)
            g = new
        for k in range(30):
            before.append(g), after.append(g + 0.3), is_set.append(True), starts.append(k == 0)
            g += 0.3
    found = findings(record(np.array(before) * 1e-6, np.array(after) * 1e-6, np.array(is_set), np.array(starts)))
    assert said(found, "first RESET pulse of a train is an abrupt step of 92 µS")
    assert said(found, "^SET was never measured above 9.5. µS")


def several(rng, scales):
    parts = [trains(rng, cycles=3, scale=scale) for scale in scales]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    device = np.repeat(np.arange(len(scales)), parts[0][0].size).astype(np.int32)
    return record(*columns, device, tuple(f"d{k}" for k in range(len(scales))))


def test_devices_that_differ_are_said_and_equal_ones_are_not():
    rng = np.random.default_rng(6)
    assert said(findings(several(rng, [0.5, 0.8, 1.0, 1.2, 1.5])), "5 devices differ: their mean SET changes")
    assert not said(findings(several(rng, [1.0] * 5)), "differ")


def test_a_device_that_does_not_switch_is_named():
    assert said(findings(several(np.random.default_rng(7), [1.0, 1.0, 0.0, 1.0])), "1 of 4 devices hardly change", "d2")


def test_few_pulses_are_called_few():
    rng = np.random.default_rng(8)
    found = findings(record(*trains(rng, cycles=1, pulses=16)))
    assert len(said(found, "only 16 (SET|RESET) pulses: few")) == 2


def test_switching_between_two_states_is_refused():
    rng = np.random.default_rng(9)
    low, high = rng.normal(1e-6, 5e-8, 60), rng.normal(9e-6, 3e-7, 60)
    before = np.concatenate([low, high])
    pulses = record(before, np.concatenate([high, low]), np.arange(120) < 60, np.ones(120, np.bool_))
    with pytest.raises(PulseFileError, match="alternate between two states.*nothing was measured in between"):
        check_states(pulses, "x.csv")
    check_states(record(*trains(rng)), "an ordinary device")


def test_pulses_that_networks_could_not_be_trained_with_are_refused():
    before, after, is_set, starts = trains(np.random.default_rng(10))
    falling = np.where(is_set & (before > 3e-6), before - 0.05e-6, after)
    with pytest.raises(PulseFileError, match="SET pulses raise the conductance in only 1?[0-9]% of where they began"):
        check_response(record(before, falling, is_set, starts), "x.csv")
    rising = np.where(is_set, after, before + 0.01e-6)
    with pytest.raises(PulseFileError, match=r"RESET pulses change the conductance by \+1e-08 S"):
        check_response(record(before, rising, is_set, starts), "x.csv")
    check_response(record(before, after, is_set, starts), "an ordinary device")
