"""Pictures of racetracks: drawn from runs of the embedded engine, and what is filmed is an event of the ensemble."""

import struct
from dataclasses import replace

import numpy as np
import pytest

from devicegen.errors import EngineError
from devicegen.mumax3.ovf import read_ovf
from devicegen.racetrack import film
from devicegen.racetrack.config import load_racetrack
from devicegen.racetrack.ensemble import batches, collect, mz_profile, run_batch
from devicegen.racetrack.ensemble_file import Ensemble, read_ensemble
from devicegen.racetrack.film import film_event, typical_event
from devicegen.racetrack.pictures import draw_walls

SHORT = {
    "geometry": {"length_m": 320e-9},
    "protocol": {"thermalise_s": 0.05e-9, "pulse_s": 0.1e-9, "rest_s": 0.1e-9, "table_period_s": 50e-12},
    "states": [{"ku_J_m3": 8e5, "target": -0.5}, {"ku_J_m3": 7.5e5, "target": 0.5}],
    "instances": 2,
    "instances_per_batch": 2,
    "engine": "embedded",
    "timeout_s": 300,
}


def size(path) -> tuple[int, int]:
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def simulated(config, folder) -> Ensemble:
    parts = [folder / f"{batch.index}.h5" for batch in batches(config)]
    for index, part in enumerate(parts):
        run_batch(config, "dw", index, 2022, folder / "work", part)
    collect(parts, folder / "ensemble.h5")
    return read_ensemble(folder / "ensemble.h5")


@pytest.fixture(scope="module")
def writes(tmp_path_factory):
    """An ensemble of short single writes, and its folder."""
    folder = tmp_path_factory.mktemp("writes")
    return simulated(load_racetrack(SHORT), folder), folder


def test_what_is_filmed_is_an_event_of_the_ensemble(writes, tmp_path, monkeypatch):
    """Saving pictures on the way changes no step: the end is the same, to the last bit."""
    monkeypatch.setattr(film, "PERIOD_S", 0.05e-9)
    ensemble, folder = writes
    filmed = film_event(ensemble, tmp_path / "film")
    state, instance = typical_event(ensemble)
    assert (filmed.state, filmed.instance) == (state, instance)
    row = np.flatnonzero((ensemble.events.state == state) & (ensemble.events.instance == instance))[0]
    end = read_ovf(tmp_path / "film" / "film.out" / "final.ovf").values[2, 0]
    np.testing.assert_array_equal(np.float32(mz_profile(end, filmed.mask)), ensemble.events.mz_profile[row, -1])
    np.testing.assert_allclose(filmed.times_s, np.arange(6) * 0.05e-9, atol=2e-13)
    np.testing.assert_allclose(
        mz_profile(filmed.at_rest[2], filmed.mask), ensemble.events.mz_profile[row, 0], atol=1e-6
    )
    made = draw_walls(folder / "ensemble.h5", tmp_path / "figures", tmp_path / "film")
    assert [path.name for path in made] == ["racetrack.png", "event.png"]
    assert all(min(size(path)) > 200 for path in made)


def test_a_train_shows_its_walks(tmp_path):
    block = {
        **{key: value for key, value in SHORT.items() if key != "states"},
        "preset": "wall_train",
        "train": {"ku_J_m3": 7.5e5, "pulses": 1, "cycles": 1},
    }
    simulated(load_racetrack(block), tmp_path)
    made = draw_walls(tmp_path / "ensemble.h5", tmp_path / "figures", tmp_path / "film")
    assert [path.name for path in made] == ["racetrack.png", "walks.png"]
    assert not (tmp_path / "film" / "film.out" / "thermalised.ovf").exists()  # the racetrack at rest is enough
    assert all(min(size(path)) > 200 for path in made)


def test_an_ensemble_whose_walls_all_left_cannot_be_filmed(writes):
    ensemble = writes[0]
    gone = replace(ensemble, events=replace(ensemble.events, mz_profile=np.ones_like(ensemble.events.mz_profile)))
    with pytest.raises(EngineError, match="nothing to film"):
        typical_event(gone)
