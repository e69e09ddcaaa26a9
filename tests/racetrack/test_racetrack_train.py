"""Trains of pulses: scripts, ensembles, jump-tables."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from devicegen.errors import PulseFileError
from devicegen.mumax3.find import Engine
from devicegen.racetrack import ensemble
from devicegen.racetrack.config import load_racetrack
from devicegen.racetrack.ensemble import batches, collect, run_batch, stages
from devicegen.racetrack.ensemble_file import read_ensemble
from devicegen.racetrack.geometry import outline
from devicegen.racetrack.reduction import write_table
from devicegen.racetrack.script import instance_script
from devicegen.racetrack.train_reduction import Walk, conductance_S, pulse_record, steps, walk
from devicegen.racetrack.train_script import train_script
from devicegen.racetrack.wall import read_wall
from devicegen.table import OUTCOMES
from devicegen.table_file import read_table

MUMAX3 = Engine("mumax3", ("mumax3",), "3.11.1")
GOLDEN = Path(__file__).with_name("golden_train.mx3")
FAKE = Engine("custom", (sys.executable, str(Path(__file__).with_name("fake_train_engine.py"))), "1")
BLOCK = {
    "preset": "wall_train",
    "train": {"ku_J_m3": 7.5e5, "pulses": 8, "cycles": 3},
    "instances": 8,
    "instances_per_batch": 5,
    "timeout_s": 30,
}


def make(folder: Path, patch: pytest.MonkeyPatch, block=BLOCK) -> Path:
    """The raw ensemble of a train device, from the fake engine."""
    patch.setattr(ensemble, "find_engine", lambda choice: FAKE)
    config = load_racetrack(block)
    parts = [folder / f"batch_{batch.index}.h5" for batch in batches(config)]
    for index, part in enumerate(parts):
        run_batch(config, "wt", index, 2022, folder / "work", part)
    collect(parts, folder / "ensemble.h5")
    return folder / "ensemble.h5"


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        return make(tmp_path_factory.mktemp("trains"), patch)


def script(block=BLOCK, instance=3, engine=MUMAX3) -> str:
    config = load_racetrack(block)
    assert config.train is not None
    return train_script(config, config.train, "wt", 2022, instance, outline(config, "wt", 2022, instance), engine)


def test_the_script_of_one_train_is_the_golden_one():
    assert script() == GOLDEN.read_text(encoding="utf-8")


def test_walls_start_in_every_notch_or_in_the_first():
    starts = [re.search(r"notch at (\S+) m", script(instance=i))[1] for i in range(20)]
    notches = len(load_racetrack(BLOCK).notch_positions_m)
    assert len(set(starts)) == notches
    assert starts[0] == starts[notches]
    first = {**BLOCK, "train": {**BLOCK["train"], "start": "first_notch"}}
    assert {re.search(r"notch at (\S+) m", script(first, instance=i))[1] for i in range(5)} == {"6e-8"}


def test_end_stops_keep_their_anisotropy_wherever_ku_is_set():
    """`Ku1 = ...` sets all regions of a magnet, so the stops have to be set again after it."""
    block = {"end_stops": {"length_m": 32e-9}, "protocol": {"ku_after_pulse": "restored"}}
    config = load_racetrack(block)
    text = instance_script(config, "dw", 1, 0, 0, outline(config, "dw", 1, 0), MUMAX3)
    assert "DefRegion(1, XRange(-2.68e-7, 2.68e-7).Inverse())\nKu1.SetRegion(1, 1e6)\n" in text
    assert text.count("Ku1.SetRegion(1, 1e6)") == len(re.findall(r"^Ku1 +=", text, re.M)) == 2
    assert "DefRegion" not in script({**BLOCK, "end_stops": {"length_m": 0}})


def test_an_ensemble_of_trains_holds_a_profile_after_each_pulse(raw):
    found = read_ensemble(raw)
    assert found.stages == stages(found.config)
    assert found.stages[:4] == ("relaxed", "thermalised", "m000000", "m000001")
    assert found.events.mz_profile.shape == (8, 2 + 48, 150)
    assert found.events.completed.all()
    # each of the 97 runs may overshoot by one step
    np.testing.assert_allclose(found.events.end_s, found.config.duration_s + 97 * 1e-13, rtol=1e-6)


def test_the_jump_tables_are_those_of_the_walk(raw, tmp_path, capsys):
    """The fake wall moves by +30 nm and -20 nm, with 10 nm of spread, where it is free to."""
    write_table(raw, tmp_path / "wt.h5")
    table = read_table(tmp_path / "wt.h5")
    assert (table.device, table.kind, table.states) == ("wt", "simulated", None)
    assert table.jump_set is not None
    assert table.jump_reset is not None
    assert int(table.jump_set.count.sum()) == int(table.jump_reset.count.sum()) == 8 * 24
    per_metre = (1e-4 - 1e-4 / 7) / 600e-9
    middle = slice(30, 70)
    for jump, mean_m in ((table.jump_set, 30e-9), (table.jump_reset, -20e-9)):
        found = jump.mean()[middle] / per_metre
        np.testing.assert_allclose(found, mean_m, atol=5 * 10e-9 / 50**0.5)  # some 50 pulses under the kernel
        assert jump.cdf_low is not None
    assert table.trains is not None
    assert table.energy_J["set_J"] == table.energy_J["reset_J"] > 0
    assert table.energy_J["set_J"] == table.energy_J["set_piezo_J"] + table.energy_J["set_sot_J"]
    said = capsys.readouterr().err
    assert "SET: 192 pulses move the wall by +" in said
    assert "walls at the end of their train: 8 kept" in said
    assert table.provenance["walls_at_the_end"]["kept"] == 8
    assert load_racetrack(table.provenance["config"]) == load_racetrack(BLOCK)


def test_pulses_are_counted_as_a_plain_loop_counts_them(raw):
    found = read_ensemble(raw)
    assert found.config.train is not None
    record = pulse_record(walk(found, found.config.train), found.config.junction)
    plain = []
    for wall in range(8):
        reads = [read_wall(profile, found.x_m).weight for profile in found.events.mz_profile[wall, 1:]]
        for pulse in range(48):
            before, after = (1e-4 / 7 + (1e-4 - 1e-4 / 7) * (w + 1) / 2 for w in reads[pulse : pulse + 2])
            plain.append((wall, pulse % 16 < 8, before, after, pulse == 0))
    device, is_set, before, after, starts = (np.array(column) for column in zip(*plain, strict=True))
    np.testing.assert_array_equal(record.device, device)
    np.testing.assert_array_equal(record.is_set, is_set)
    np.testing.assert_array_equal(record.starts, starts)
    np.testing.assert_allclose(record.g_before_S, before, rtol=1e-12)
    np.testing.assert_allclose(record.g_after_S, after, rtol=1e-12)


def test_the_error_of_the_mean_way_counts_walls():
    """Trains of walls with a way of their own: the error is how far means of other such walls lie apart."""
    rng = np.random.default_rng(1)

    def trains():
        way = rng.normal(10e-9, 8e-9, (30, 1)) + rng.normal(0, 20e-9, (30, 40))
        way[3, 25:] = np.nan  # left the track
        position = np.cumsum(np.concatenate([np.zeros((30, 1)), way], axis=1), axis=1)
        nothing = np.zeros(position.shape)
        return steps(Walk(np.ones(40, np.int64), position, nothing, nothing.astype(np.uint8)))[0]

    found = [trains() for _ in range(400)]
    apart = np.std([summary.mean_m for summary in found])
    assert np.mean([summary.standard_error_m for summary in found]) == pytest.approx(apart, rel=0.12)
    assert np.mean([summary.std_m for summary in found]) / 1185**0.5 < 0.5 * apart  # as if pulses were independent
    one = np.array([[0.0, 1, 3, 3]])
    alone = steps(Walk(np.ones(3, np.int64), one, 0 * one, np.zeros(one.shape, np.uint8)))[0]
    assert alone.standard_error_m == pytest.approx(alone.std_m / 3**0.5)


def test_a_wall_that_leaves_ends_its_train(tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_TRAIN_LOSES", "1")
    found = read_ensemble(make(tmp_path, monkeypatch))
    assert found.config.train is not None
    gone = walk(found, found.config.train)
    assert (gone.outcome[1::2, 3:] == OUTCOMES.index("expelled")).all()
    assert (gone.outcome[::2] == OUTCOMES.index("kept")).all()
    assert np.isfinite(gone.position[1::2]).sum(axis=1).tolist() == [3] * 4
    record = pulse_record(gone, found.config.junction)
    assert np.bincount(record.device).tolist() == [48, 2] * 4
    assert sum(summary.pulses for summary in steps(gone)) == record.size


def test_trains_that_make_no_table_are_refused(tmp_path, monkeypatch):
    short = {**BLOCK, "train": {"ku_J_m3": 7.5e5, "pulses": 1, "cycles": 1}}
    path = make(tmp_path, monkeypatch, short)
    with pytest.raises(PulseFileError, match="8 SET pulses, expected at least 15"):
        write_table(path, tmp_path / "t.h5")


def test_the_conductance_of_the_paper():
    junction = load_racetrack({}).junction
    assert conductance_S(np.array([-1.0, 0.0, 1.0]), junction) == pytest.approx([1e-4 / 7, 4e-4 / 7, 1e-4])


def test_the_embedded_engine_steps_a_wall_to_and_fro(tmp_path):
    """Cold, smooth and short: SET moves the wall to the right, RESET brings it back."""
    block = {
        "preset": "wall_train",
        "geometry": {"length_m": 320e-9},
        "roughness": {"rms_m": 0},
        "material": {"damping": 0.3},  # it stops soon, and does not coast on against the next pulse
        "notches": {"depth_m": 0, "first_m": 120e-9},
        "protocol": {
            "temperature_K": 0,
            "thermalise_s": 1e-12,
            "pulse_s": 0.2e-9,
            "rest_s": 0.3e-9,
            "table_period_s": 5e-12,
        },
        "train": {"ku_J_m3": 7.5e5, "pulses": 1, "cycles": 1, "start": "first_notch"},
        "instances": 1,
        "engine": "embedded",
    }
    run_batch(load_racetrack(block), "wt", 0, 1, tmp_path / "work", tmp_path / "batch.h5")
    found = read_ensemble(tmp_path / "batch.h5")
    assert found.config.train is not None
    positions = walk(found, found.config.train).position[0]
    assert positions[0] == pytest.approx(120e-9, abs=20e-9)
    assert positions[1] > positions[0] + 5e-9
    assert positions[2] < positions[1]


def test_noise_of_trains_differs_from_racetrack_to_racetrack():
    seeds = {re.search(r"ThermSeed\((\d+)\)", script(instance=i))[1] for i in range(20)}
    assert len(seeds) == 20
    assert "\nThermReseed(" in script(engine=replace(MUMAX3, version="3.12.1"))
