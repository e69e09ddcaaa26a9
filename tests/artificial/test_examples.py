"""The shipped example pulses: made again to the byte, and with the features of the published device."""

from pathlib import Path

import numpy as np
import pytest

from devicegen.artificial.examples import EXAMPLES, make_example
from devicegen.artificial.examples.pcmo import (
    N_PULSES,
    READ_SIGMA,
    RESET_STEP,
    SET_STEP,
    pcmo_devices,
    pcmo_mean_change,
)
from devicegen.errors import ConfigError
from devicegen.measured.description.model import read_description
from devicegen.measured.reading.pulses import read_pulses
from devicegen.measured.table import measured_table
from devicegen.table import leaving_probability

RAW = Path(__file__).parents[2] / "data" / "raw"


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_shipped_files_are_what_the_code_makes(name, tmp_path):
    make_example(name, tmp_path)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(path.name for path in (RAW / name).iterdir())
    for file in made:
        assert (tmp_path / file).read_bytes() == (RAW / name / file).read_bytes(), file


def test_another_file_of_that_name_is_not_lost(tmp_path):
    make_example("pcmo_fumarola", tmp_path)
    make_example("pcmo_fumarola", tmp_path)  # the same bytes again: nothing is lost
    (tmp_path / "device.yaml").write_text("mine")
    with pytest.raises(ConfigError, match=r"device\.yaml: is there already and is another file; give another folder"):
        make_example("pcmo_fumarola", tmp_path)
    assert (tmp_path / "device.yaml").read_text() == "mine"


def test_unknown_example():
    with pytest.raises(ConfigError, match="example 'pcmo' is unknown, expected one of pcmo_fumarola, pcm_nandakumar"):
        make_example("pcmo", Path("nowhere"))


@pytest.fixture(scope="module")
def pcmo():
    return measured_table(RAW / "pcmo_fumarola")


def test_pcmo_pulses_are_as_published():
    folder = RAW / "pcmo_fumarola"
    description = read_description(folder)
    record = read_pulses(folder, description)
    assert description.synthetic
    assert record.size == N_PULSES == 50_000
    assert record.device_names == ("D1", "D2", "D3")
    assert (folder / "pulses.csv").stat().st_size < 2.5e6


def test_pcmo_table_has_the_published_features(pcmo):
    span = pcmo.g_max_S - pcmo.g_min_S
    at = (pcmo.jump_set.conductance - pcmo.g_min_S) / span
    up, down = pcmo.jump_set.mean() / span, pcmo.jump_reset.mean() / span
    middle = (at > 0.2) & (at < 0.8)
    assert 3 < -down[middle].mean() / up[middle].mean() < 4
    assert up[middle].std() < 0.1 * up[middle].mean(), "linear in the middle"
    assert up[at < 0.05].mean() > 1.8 * up[middle].mean(), "not at the ends"
    assert up[at > 0.97].mean() < 0.5 * up[middle].mean()
    assert -down[at > 0.95].mean() > -1.8 * down[middle].mean()
    assert 1 / pcmo.g_max_S == pytest.approx(23e6, rel=0.05)
    assert pcmo.g_max_S / pcmo.g_min_S == pytest.approx(6.84, rel=0.05)
    assert pcmo.synthetic


def test_each_device_gives_back_the_response_it_was_made_from(pcmo):
    """From 10,000 to 13,000 SET and 3,600 RESET pulses a device: the mean within 5% of a step (rms)."""
    for device, pair in zip(pcmo_devices(), pcmo.per_device, strict=True):
        span = device.g_max_S - device.g_min_S
        for jump, is_set in zip(pair, (True, False), strict=True):
            at = (jump.conductance - device.g_min_S) / span
            inside = (at > 0.02) & (at < 0.98)
            known = pcmo_mean_change(at, is_set) * (device.set_factor if is_set else device.reset_factor)
            error = (jump.mean() / span - known)[inside]
            assert np.sqrt(np.mean(error**2)) < 0.05 * (SET_STEP if is_set else RESET_STEP)


def test_pcmo_table_is_sound(pcmo):
    assert leaving_probability(pcmo) == 0.0
    assert len(pcmo.per_device) == 3
    estimation = pcmo.provenance["estimation"]
    expected = READ_SIGMA * (pcmo.g_max_S - pcmo.g_min_S)
    assert abs(estimation["read_noise_S"] - expected) < 3 * estimation["read_noise_error_S"]
    for pair in pcmo.per_device:
        for jump, pooled in zip(pair, (pcmo.jump_set, pcmo.jump_reset), strict=True):
            np.testing.assert_array_equal(jump.delta, pooled.delta)
            np.testing.assert_array_equal(jump.conductance, pooled.conductance)


@pytest.fixture(scope="module")
def pcm():
    return measured_table(RAW / "pcm_nandakumar")


def test_pcm_reads_follow_the_published_means():
    """After 1, 5 and 20 SET pulses: 2.1 ± 1.5, 5.9 ± 2.4, 9.4 ± 2.7 uS, over 1000 ramps."""
    folder = RAW / "pcm_nandakumar"
    record = read_pulses(folder, read_description(folder))
    after = record.g_after_S.reshape(-1, 21)[:, [0, 4, 19]] * 1e6
    assert after.shape[0] == 1000
    assert after.mean(axis=0) == pytest.approx([2.1, 5.9, 9.4], abs=0.35)
    assert after.std(axis=0) == pytest.approx([1.5, 2.4, 2.7], rel=0.25)
    assert not record.is_set.reshape(-1, 21)[:, 20].any()


def test_pcm_set_is_gradual_and_reset_is_not(pcm):
    conductance = pcm.jump_reset.conductance
    high = (conductance > 6e-6) & (conductance < 12e-6)
    landed = (conductance + pcm.jump_reset.mean())[high]
    assert np.all(landed < 0.6e-6), "one RESET pulse leads to the lower end from anywhere"
    up = pcm.jump_set.mean()
    assert np.all(np.abs(up[high]) < 1e-6)
    low = (conductance > 0.5e-6) & (conductance < 2e-6)
    assert up[low].mean() > 2 * np.abs(up[high].mean()), "SET saturates"
    assert pcm.synthetic
