import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from mask_pictures import read_mask

from devicegen.errors import EngineError
from devicegen.mumax3.find import Engine
from devicegen.racetrack import ensemble
from devicegen.racetrack.config import load_racetrack
from devicegen.racetrack.energy import write_energy_J
from devicegen.racetrack.ensemble import batches, collect, run_batch
from devicegen.racetrack.ensemble_file import joined, read_ensemble, write_ensemble
from devicegen.racetrack.geometry import outline
from devicegen.racetrack.reduction import state_distribution, summaries, write_table
from devicegen.table import OUTCOMES
from devicegen.table_file import read_table


def run_all(config, folder: Path, order=None) -> list[Path]:
    outputs = {batch.index: folder / f"batch_{batch.index}.h5" for batch in batches(config)}
    for index in order or outputs:
        run_batch(config, "dw", index, 2022, folder / "work", outputs[index])
    return list(outputs.values())


@pytest.fixture(scope="module")
def finished(tmp_path_factory, small):
    """A whole ensemble, made once with the fake engine: (batches, ensemble, table)."""
    folder = tmp_path_factory.mktemp("ensemble")
    fake = Engine("custom", (sys.executable, str(Path(__file__).parents[1] / "mumax3" / "fake_engine.py")), "1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ensemble, "find_engine", lambda choice: fake)
        parts = run_all(small, folder)
    collect(parts, folder / "ensemble.h5")
    write_table(folder / "ensemble.h5", folder / "dw.h5")
    return parts, folder / "ensemble.h5", folder / "dw.h5"


def engine_starts(work: Path) -> list[list[str]]:
    lines = [line for calls in sorted(work.glob("*/fake_engine.calls")) for line in calls.read_text().splitlines()]
    return [re.findall(r"(\S+)\.mx3", line) for line in lines]


def test_batches_hold_each_event_once(small):
    found = [(batch.state, i) for batch in batches(small) for i in batch.instances]
    assert sorted(found) == [(state, i) for state in range(3) for i in range(5)]
    assert [batch.index for batch in batches(small)] == list(range(9))
    assert max(len(batch.instances) for batch in batches(small)) == 2


def test_the_raw_ensemble_is_what_the_engine_wrote(finished, small):
    parts, path, _ = finished
    found = read_ensemble(path)
    assert found.events.mz_profile.shape == (15, 4, 150)
    assert found.events.completed.all()
    np.testing.assert_allclose(found.events.end_s, small.duration_s, rtol=1e-6)
    assert found.wall_time_s is None
    assert read_ensemble(parts[0]).wall_time_s is not None
    # The fake engine's wall starts at 60 nm, whatever the mask.
    start = found.events.mz_profile[:, 0]
    np.testing.assert_allclose(start, np.broadcast_to(-np.tanh((found.x_m - 60e-9) / 11e-9), start.shape), atol=1e-6)
    assert found.events.wall_tilt is not None
    np.testing.assert_allclose(found.events.wall_tilt[:, 0], 0, atol=1e-4)  # and stands straight


def test_an_ensemble_without_tilts_is_read_and_joined(finished, tmp_path):
    """Files that were written before tilts were kept."""
    first, second = (read_ensemble(part) for part in finished[0][:2])
    assert first.events.wall_tilt is not None
    assert second.events.wall_tilt is not None
    older = replace(first, events=replace(first.events, wall_tilt=None))
    write_ensemble(tmp_path / "older.h5", older)
    back = read_ensemble(tmp_path / "older.h5")
    assert back.events.wall_tilt is None
    assert joined([back.events]).wall_tilt is None
    both = joined([back.events, second.events]).wall_tilt
    assert both is not None
    assert np.isnan(both[:2]).all()
    np.testing.assert_array_equal(both[2:], second.events.wall_tilt)


def test_masks_on_disk_are_the_racetracks(finished, small):
    work = finished[0][0].parent / "work"
    for state_batch in ("batch_000", "batch_003", "batch_006"):  # the first two racetracks, in all three states
        for i in range(2):
            mask = read_mask(work / state_batch / f"mask_i{i:04d}.png")
            assert np.array_equal(mask, outline(small, "dw", 2022, i).mask)


def test_the_table_holds_the_positions(finished, small):
    table = read_table(finished[2])
    assert (table.kind, table.synthetic, table.device) == ("simulated", False, "dw")
    assert table.states is not None
    assert (table.states.outcome == OUTCOMES.index("kept")).all()
    expected = 60e-9 + (8e5 - table.states.control) / 1e5 * 360e-9  # what the fake engine does
    np.testing.assert_allclose(table.states.position.mean(axis=1), expected, atol=5 * 10e-9 / 5**0.5)
    np.testing.assert_allclose(table.states.mz, 2 * table.states.position / 600e-9 - 1, atol=1e-12)
    assert table.g_min_S == pytest.approx(1e-4 / 7)
    record = table.provenance
    assert record["engines"] == ["fake_engine.py 1"] or record["engines"][0].endswith(" 1")
    assert record["seeds"] == {"root": 2022}
    assert record["inputs"][0]["name"] == "ensemble.h5"
    assert load_racetrack(record["config"]) == small
    assert len(record["states"]) == 3
    assert set(record["git"]) == {"commit", "dirty"}


def test_equal_inputs_give_equal_bytes_in_any_order(finished, small, fake_engine, tmp_path):
    parts = run_all(small, tmp_path, order=[8, 3, 0, 1, 2, 7, 6, 5, 4])
    collect(parts[::-1], tmp_path / "ensemble.h5")
    assert (tmp_path / "ensemble.h5").read_bytes() == finished[1].read_bytes()
    write_table(tmp_path / "ensemble.h5", tmp_path / "dw.h5")
    assert (tmp_path / "dw.h5").read_bytes() == finished[2].read_bytes()


def test_a_finished_instance_is_not_run_again(small, fake_engine, tmp_path):
    run_batch(small, "dw", 0, 2022, tmp_path, tmp_path / "a.h5")
    (tmp_path / "batch_000" / "s0_i0001.out" / "final.ovf").unlink()
    run_batch(small, "dw", 0, 2022, tmp_path, tmp_path / "b.h5")
    assert engine_starts(tmp_path) == [["s0_i0000", "s0_i0001"], ["s0_i0001"]]
    one, other = read_ensemble(tmp_path / "a.h5"), read_ensemble(tmp_path / "b.h5")
    np.testing.assert_array_equal(one.events.mz_profile, other.events.mz_profile)


def test_a_killed_job_goes_on_where_it_stood(small, fake_engine, tmp_path, monkeypatch):
    """The first event of the queue was done when the job died: no wall time, but its result stands."""

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ensemble, "_rows", die)
        with pytest.raises(KeyboardInterrupt):
            run_batch(small, "dw", 0, 2022, tmp_path, tmp_path / "a.h5")
    folder = tmp_path / "batch_000"
    record = json.loads((folder / "s0_i0000.run.json").read_text())
    del record["wall_time_s"]
    (folder / "s0_i0000.run.json").write_text(json.dumps(record))
    shutil.rmtree(folder / "s0_i0001.out")
    run_batch(small, "dw", 0, 2022, tmp_path, tmp_path / "a.h5")
    assert engine_starts(tmp_path)[1:] == [["s0_i0001"]]
    wall_time_s = read_ensemble(tmp_path / "a.h5").wall_time_s
    assert wall_time_s is not None
    assert np.isnan(wall_time_s).tolist() == [True, False]


def test_another_script_or_engine_is_run_anew(small, fake_engine, tmp_path, monkeypatch):
    run_batch(small, "dw", 0, 2022, tmp_path, tmp_path / "a.h5")
    stronger = small.model_copy(update={"torque": small.torque.model_copy(update={"spin_hall_angle": 0.2})})
    run_batch(stronger, "dw", 0, 2022, tmp_path, tmp_path / "a.h5")
    monkeypatch.setattr(ensemble, "find_engine", lambda choice: replace(fake_engine, version="2"))
    run_batch(stronger, "dw", 0, 2022, tmp_path, tmp_path / "a.h5")
    assert engine_starts(tmp_path) == [["s0_i0000", "s0_i0001"]] * 3


def test_one_bad_event_is_named_and_the_others_go_on(small, fake_engine, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FAKE_ENGINE_FAULTS", json.dumps({"s1_i0003": "crash"}))
    parts = run_all(small, tmp_path)
    assert "failed twice: s1_i0003.mx3: the engine was killed by signal SIGSEGV" in capsys.readouterr().err
    collect(parts, tmp_path / "e.h5")
    write_table(tmp_path / "e.h5", tmp_path / "t.h5")
    table = read_table(tmp_path / "t.h5")
    assert table.states is not None
    assert np.argwhere(np.isnan(table.states.mz)).tolist() == [[1, 3]]
    assert table.provenance["states"][1]["outcomes"]["failed"] == pytest.approx(0.2)
    assert "failed 20 %" in capsys.readouterr().err


def test_a_batch_without_a_result_is_an_error(small, fake_engine, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE_FAULTS", json.dumps({"s0_i0000": "error", "s0_i0001": "error"}))
    with pytest.raises(EngineError, match="none of its 2 events could be completed"):
        run_batch(small, "dw", 0, 2022, tmp_path, tmp_path / "a.h5")
    assert not (tmp_path / "a.h5").exists()


def test_two_jobs_on_one_batch(small, fake_engine, tmp_path):
    with (
        ensemble._alone_in(tmp_path),
        pytest.raises(EngineError, match="another job is working on this batch"),
        ensemble._alone_in(tmp_path),
    ):
        pass


def test_collect_refuses_what_does_not_belong_together(finished, small, fake_engine, tmp_path):
    parts = finished[0]
    with pytest.raises(EngineError, match="2 events are missing, the first is s0_i0000"):
        collect(parts[1:], tmp_path / "e.h5")
    with pytest.raises(EngineError, match="there twice"):
        collect([*parts, parts[0]], tmp_path / "e.h5")
    run_batch(small, "dw", 0, 2023, tmp_path, tmp_path / "other.h5")
    with pytest.raises(EngineError, match="another device, configuration or seed"):
        collect([tmp_path / "other.h5", *parts[1:]], tmp_path / "e.h5")
    with pytest.raises(EngineError, match="no batches"):
        collect([], tmp_path / "e.h5")


def test_a_damaged_ensemble_is_refused(finished, tmp_path):
    whole = finished[1].read_bytes()
    path = tmp_path / "e.h5"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(EngineError, match="cannot be read as an ensemble"):
        read_ensemble(path)
    path.write_bytes(whole)
    with h5py.File(path, "r+") as file:
        file["end_s"][0] = 1.0
    with pytest.raises(EngineError, match="altered"):
        read_ensemble(path)
    with h5py.File(path, "w") as file:
        file.attrs["format"] = "else"
    with pytest.raises(EngineError, match="format 'else'"):
        read_ensemble(path)
    with pytest.raises(EngineError, match="no such ensemble"):
        read_ensemble(tmp_path / "none.h5")


def with_profiles(found, config, walls_nm):
    """The ensemble with walls at given places in all states; None stands for a track that is all up."""
    x = found.x_m
    rows = [np.ones_like(x) if q is None else -np.tanh((x - q * 1e-9) / 11e-9) for q in walls_nm]
    profiles = found.events.mz_profile.copy()
    profiles[:, -1] = np.tile(np.array(rows), (3, 1))
    return replace(found, config=config, events=replace(found.events, mz_profile=profiles))


def test_expelled_walls_count_or_are_dropped(finished, small):
    found = read_ensemble(finished[1])
    dropped = small.model_copy(update={"expelled_wall": "dropped"})
    walls = [60, 135, None, 300, 525]
    counted = state_distribution(with_profiles(found, small, walls))
    assert counted.mz[0, 2] == 1.0
    assert np.isnan(state_distribution(with_profiles(found, dropped, walls)).mz[0, 2])
    summary = summaries(with_profiles(found, small, walls), counted)[0]
    assert summary.outcomes["expelled"] == pytest.approx(0.2)
    assert summary.samples == 5
    weights = np.array([-0.8, -0.55, 1, 0, 0.75])
    assert summary.mean == pytest.approx(weights.mean(), abs=0.01)
    assert summary.standard_error == pytest.approx(weights.std(ddof=1) / 5**0.5, rel=0.02)
    # Of four kept walls, those at 60 and 135 nm sit in a notch; 300 and 525 nm are 15 nm away from one.
    np.testing.assert_allclose(summary.at_notch, [0.25, 0.25, 0, 0, 0, 0, 0])
    assert summary.success == pytest.approx(0.2)  # of the target -0.833, only -0.8 is within 0.15


def test_energy_of_the_paper():
    """2.7 fJ a write: 0.52 fJ for the piezoelectric, 2.2 fJ for the current (105 uA in 200 Ohm for 1 ns)."""
    energy = write_energy_J(load_racetrack({"preset": "almisba2022"}))
    assert energy["write_piezo_J"] == pytest.approx(0.52e-15, rel=0.01)
    assert energy["write_sot_J"] == pytest.approx(105e-6**2 * 200 * 1e-9, rel=1e-6)
    assert energy["write_J"] == pytest.approx(2.7e-15, rel=0.02)
