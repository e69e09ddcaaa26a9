"""An ensemble that is there answers every study whose walls move alike."""

import pytest

from devicegen.errors import EngineError
from devicegen.racetrack.config import load_racetrack
from devicegen.racetrack.ensemble import batches, collect, run_batch
from devicegen.racetrack.reduction import write_table
from devicegen.racetrack.reuse import fits, read_as
from devicegen.table_file import read_table

BLOCK = {"instances": 2, "timeout_s": 20}


@pytest.fixture
def raw(fake_engine, tmp_path):
    config = load_racetrack(BLOCK)
    parts = [tmp_path / f"{batch.index}.h5" for batch in batches(config)]
    for batch, part in zip(batches(config), parts, strict=True):
        run_batch(config, "dw", batch.index, 7, tmp_path / "work", part)
    collect(parts, tmp_path / "ensemble.h5")
    return tmp_path / "ensemble.h5"


@pytest.mark.parametrize(
    "other",
    [
        {"engine": "mumax3"},
        {"instances_per_batch": 1},
        {"tolerance": 0.3, "expelled_wall": "dropped"},
        {"junction": {"on_off_ratio": 3.0}},
        {"states": [{"ku_J_m3": ku, "target": t} for ku, t in ((8e5, -1), (7.5e5, 0.1), (7e5, 0.9))]},
    ],
)
def test_what_no_wall_feels_may_change(raw, other):
    config = load_racetrack({**BLOCK, **other})
    assert fits(raw, "dw", config, 7)
    write_table(raw, raw.with_name("dw.h5"), config)
    table = read_table(raw.with_name("dw.h5"))
    assert table.g_max_S / table.g_min_S == pytest.approx(config.junction.on_off_ratio)
    assert table.states is not None
    assert table.states.target.tolist() == [state.target for state in config.states]


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"torque": {"spin_hall_angle": 0.11}}, "torque"),
        ({"instances": 3}, "number of instances"),
        ({"protocol": {"rest_s": 5e-9}}, "protocol"),
    ],
)
def test_what_moves_the_wall_may_not(raw, other, name):
    config = load_racetrack({**BLOCK, **other})
    assert not fits(raw, "dw", config, 7)
    with pytest.raises(EngineError, match=rf"ensemble\.h5: was simulated with another {name} than the configuration"):
        read_as(raw, config)


def test_fewer_racetracks_are_the_first_ones(raw):
    config = load_racetrack({**BLOCK, "instances": 1})
    assert fits(raw, "dw", config, 7)
    everything, first = read_as(raw, load_racetrack(BLOCK)).events, read_as(raw, config).events
    assert first.instance.tolist() == [0, 0, 0]
    assert first.noise_seed.tolist() == everything.noise_seed[everything.instance == 0].tolist()


def test_another_name_seed_or_file_does_not_fit(raw):
    config = load_racetrack(BLOCK)
    assert fits(raw, "dw", config, 7)
    assert not fits(raw, "other", config, 7)
    assert not fits(raw, "dw", config, 8)
    assert not fits(raw.with_name("none.h5"), "dw", config, 7)
    raw.write_bytes(raw.read_bytes()[:100])
    assert not fits(raw, "dw", config, 7)


@pytest.mark.parametrize("per_batch", [3, 2])  # with 2 the first batch of each state is there already, all of it
def test_an_ensemble_grows_by_what_it_lacks(raw, fake_engine, tmp_path, capsys, per_batch):
    more = load_racetrack({**BLOCK, "instances": 3, "instances_per_batch": per_batch})
    grown, fresh = tmp_path / "grown", tmp_path / "fresh"
    for folder, known in ((grown, raw), (fresh, None)):
        parts = [folder / f"{batch.index}.h5" for batch in batches(more)]
        for batch, part in zip(batches(more), parts, strict=True):
            run_batch(more, "dw", batch.index, 7, folder / "work", part, known=known)
        collect(parts, folder / "ensemble.h5")
    assert f"2 events are in {raw} already" in capsys.readouterr().err
    assert sorted(path.name for path in grown.glob("work/*/*.out")) == [f"s{s}_i0002.out" for s in range(3)]
    assert (grown / "ensemble.h5").read_bytes() == (fresh / "ensemble.h5").read_bytes()


def test_events_of_other_scripts_are_not_taken_over(raw, fake_engine, tmp_path):
    other = load_racetrack({**BLOCK, "torque": {"spin_hall_angle": 0.11}})
    run_batch(other, "dw", 0, 7, tmp_path / "work", tmp_path / "b.h5", known=raw)
    assert len(list(tmp_path.glob("work/batch_000/*.out"))) == 2
