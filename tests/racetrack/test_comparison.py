"""Two ensembles compared: chance alone gives uniform probabilities, a difference is found as often as was promised."""

import json
import struct
import warnings

import numpy as np
import pytest
from scipy.stats import anderson_ksamp, binom, fisher_exact, kstest
from typer.testing import CliRunner

from devicegen.cli import app
from devicegen.errors import EngineError
from devicegen.racetrack.comparison.compare import FEWEST, LEVEL, compare, distances
from devicegen.racetrack.comparison.two_samples import (
    POWER,
    anderson_darling,
    fisher,
    holm,
    least_mean_difference,
    least_share,
    least_shift,
    share_of_larger,
)
from devicegen.racetrack.config import load_racetrack
from devicegen.racetrack.ensemble_file import Ensemble, Events, write_ensemble
from devicegen.racetrack.geometry import column_centres_m

NM = 1e-9
NOTCHES = 60 * NM + 75 * NM * np.arange(7)


def walls(racetracks, rng, states=3):
    """(states, racetracks) positions: at notches, states of a racetrack alike, some walls at the very end."""
    own = rng.normal(0, 1, racetracks)
    notch = np.clip(np.round(1.5 * np.arange(states)[:, None] + own + rng.normal(0, 1, (states, racetracks))), 0, 6)
    position = NOTCHES[notch.astype(int)] + rng.normal(0, 5 * NM, notch.shape)
    return np.where(rng.random(notch.shape) < 0.05, 600 * NM, position)


def loop_twin(a, b):
    """Scholz and Stephens, eq. 6, value by value."""
    both, total = np.concatenate([a, b]), 0.0
    for sample in (a, b):
        for z in np.unique(both)[:-1]:
            repeats, below = np.sum(both == z), np.sum(both <= z)
            far = both.size * np.sum(sample <= z) - sample.size * below
            total += repeats * far**2 / (below * (both.size - below)) / (sample.size * both.size)
    return total


def test_distance_agrees_with_its_definition_and_with_scipy():
    rng = np.random.default_rng(1)
    for n_a, n_b in ((7, 12), (40, 25)):
        both = np.round(rng.normal(0, 3, n_a + n_b))  # many equal values
        dealt = np.zeros((2, both.size), bool)
        dealt[0, :n_a] = True
        dealt[1, rng.permutation(both.size)[:n_a]] = True
        for row, found in zip(dealt, anderson_darling(both, dealt), strict=True):
            assert found == pytest.approx(loop_twin(both[row], both[~row]), rel=1e-12)
    pairs = [(rng.normal(0, 1, 30), rng.normal(shift, 1, 50)) for shift in np.linspace(0, 0.6, 8)]
    dealt = (np.arange(80) < 30)[None]
    ours = [anderson_darling(np.concatenate(pair), dealt)[0] for pair in pairs]
    theirs = []
    for pair in pairs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of probabilities that it has no table for, and of its next version
            theirs.append(anderson_ksamp(pair, midrank=False).statistic)
    slope, offset = np.polyfit(theirs, ours, 1)  # SciPy's is less its mean, 1, in units of its deviation
    assert offset == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(ours, offset + slope * np.array(theirs), rtol=1e-6)


def test_fisher_agrees_with_scipy():
    table = fisher(23, 11)
    for a in (0, 1, 7, 23):
        for b in (0, 2, 11):
            assert table[a, b] == pytest.approx(fisher_exact([[a, 23 - a], [b, 11 - b]]).pvalue, rel=1e-9)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert holm([0.6, 0.7]) == [1.0, 1.0]


def chances(shift, repeats, seed):
    """Probabilities of each state, and of all together, in samples of 50 and 20 racetracks whose walls share states."""
    rng = np.random.default_rng(seed)
    in_first = np.arange(70) < 50
    states, joint = [], []
    for _ in range(repeats):
        position = walls(70, rng)
        position[:, ~in_first] += shift
        position[1, 3] = np.nan  # an event that failed
        found, permuted = distances(position, in_first, 199, rng)
        states.append(share_of_larger(found, permuted))
        joint.append(share_of_larger(found.sum(keepdims=True), permuted.sum(axis=1, keepdims=True))[0])
    return np.array(states), np.array(joint)


def test_chance_alone_gives_uniform_probabilities():
    states, joint = chances(0.0, 400, 2)
    between = np.random.default_rng(3).uniform(0, 1 / 200, joint.size)  # probabilities come in steps of 1/200
    for p in (*states.T, joint):
        assert kstest(p - between, "uniform").pvalue > 1e-4
    different = (np.min([holm(row) for row in states], axis=1) < LEVEL / 2) | (joint < LEVEL / 2)
    assert np.mean(different) < LEVEL + 3 * np.sqrt(LEVEL * (1 - LEVEL) / 400)


def test_a_shift_is_detected_and_all_states_together_say_it_more_clearly():
    states, joint = chances(20 * NM, 40, 4)
    assert np.mean(joint < 0.05) > 0.9
    assert np.median(joint) <= np.median(states)


def test_least_shift_is_found_as_often_as_promised():
    """New samples of a known law, not those that the shift was estimated from."""
    sizes, level = (50, 30), 0.05
    rng = np.random.default_rng(5)
    dealt = (np.arange(80) < 50)[None]
    null = [anderson_darling(rng.normal(0, 1, 80), rng.permuted(dealt, axis=1))[0] for _ in range(2000)]
    critical = float(np.quantile(null, 1 - level))
    shift = least_shift(rng.normal(0, 1, 4000), sizes, critical, np.linspace(0.05, 3, 60), 1e9, rng)
    found = 0
    for _ in range(600):
        values = rng.normal(0, 1, 80)
        values[50:] += shift
        found += anderson_darling(values, dealt)[0] >= critical
    assert found / 600 == pytest.approx(POWER, abs=0.08)  # the shift has an error of its own
    error = np.sqrt(1 / 50 + 1 / 30)
    assert shift == pytest.approx(least_mean_difference(error, level), rel=0.2)  # normal samples: as good as means
    assert np.isnan(least_shift(np.ones(9), sizes, 1e9, np.array([1.0, 2.0]), 1e9, rng))


def test_least_share_is_found_as_often_as_promised():
    table = fisher(60, 40)
    more = least_share(table, 0.05, 0.05)
    rng = np.random.default_rng(6)
    found = table[
        binom.rvs(60, 0.05, size=4000, random_state=rng), binom.rvs(40, 0.05 + more, size=4000, random_state=rng)
    ]
    assert POWER - 0.03 < np.mean(found < 0.05) < POWER + 0.06  # the share comes in steps of 0.01
    assert np.isnan(least_share(fisher(60, 3), 0.5, 0.01))


def ensemble_of(position, device, instances=None, **settings):
    """An ensemble whose walls are at `position` (states, racetracks) [m]; beyond the track they have left it."""
    states, racetracks = position.shape
    block = {"instances": instances or racetracks, "states": [], **settings}
    block["states"] = [{"ku_J_m3": 8e5 - 0.25e5 * k, "target": -0.8 + 0.5 * k} for k in range(states)]
    config = load_racetrack(block)
    x_m = column_centres_m(config)
    q = position.ravel()
    profile = -np.tanh((x_m - q[:, None]) / (10 * NM))[:, None].repeat(4, axis=1)
    n = q.size
    return Ensemble(
        device=device,
        config=config,
        root_seed=2022,
        engines=("none",),
        stages=("relaxed", "thermalised", "pulsed", "final"),
        x_m=x_m,
        events=Events(
            state=np.repeat(np.arange(states), racetracks),
            instance=np.tile(np.arange(racetracks), states),
            noise_seed=np.arange(n),
            script_sha256=np.full(n, "0" * 64, "S64"),
            completed=np.ones(n, np.uint8),
            end_s=np.full(n, 1e-9),
            mean_m=np.zeros((n, 3)),
            roughness=np.full((n, 2), 2e-9),
            mz_profile=profile.astype(np.float32),
        ),
        provenance={},
    )


FINE = {"geometry": {"cell_x_m": 2e-9}, "protocol": {"time_step_s": 25e-15}}


def test_ensembles_on_other_cells_that_are_alike():
    rng = np.random.default_rng(7)
    one, other = ensemble_of(walls(40, rng), "one"), ensemble_of(walls(25, rng), "other", **FINE)
    found = compare(one, other)
    assert found.same
    each = [np.mean(np.stack(values), axis=0) for values in zip(*found.positions, strict=True)]
    assert found.shift_m == pytest.approx(each[1].mean() - each[0].mean())
    assert found.shift_error_m == pytest.approx(np.hypot(*(one.std(ddof=1) / one.size**0.5 for one in each)))
    assert found.differ == {
        "geometry.cell_x_m": (4e-9, 2e-9),
        "protocol.time_step_s": (one.config.protocol.time_step_s, 25e-15),
    }
    for state, (a, b) in zip(found.states, found.positions, strict=True):
        assert state.events == (a.size, b.size) == (40, 25)
        assert state.shift_m == pytest.approx(b.mean() - a.mean())
        assert state.widening_m == pytest.approx(b.std(ddof=1) - a.std(ddof=1))
        assert abs(state.shift_m) < 4 * state.shift_error_m
        assert state.least_mean_m > 3 * state.shift_error_m
        assert state.adjusted_position >= state.p_position


def test_one_state_that_differs_is_named():
    rng = np.random.default_rng(8)
    moved = walls(40, rng)
    moved[2] = np.where(rng.random(40) < 0.5, moved[2], 700 * NM)  # half of the walls leave the track
    found = compare(ensemble_of(walls(60, rng), "one"), ensemble_of(moved, "other"))
    assert not found.same
    assert [min(s.adjusted_position, s.adjusted_outcome) < 0.01 for s in found.states] == [False, False, True]
    assert found.states[2].outcomes[1]["expelled"] > 0.4
    assert found.p_joint < 0.05


def test_what_cannot_be_compared_is_refused():
    rng = np.random.default_rng(9)
    one = ensemble_of(walls(20, rng), "one")
    with pytest.raises(EngineError, match=f"other: {FEWEST - 1} finished events at Ku = 800000 J/m3"):
        compare(one, ensemble_of(walls(FEWEST - 1, rng), "other"))
    with pytest.raises(EngineError, match="not as long as that of one"):
        compare(one, ensemble_of(walls(20, rng), "other", geometry={"length_m": 640e-9}))
    soft = load_racetrack({"states": [{"ku_J_m3": 7.1e5, "target": 0}, {"ku_J_m3": 7.01e5, "target": 0.5}]})
    with pytest.raises(EngineError, match="no state"):
        compare(one, Ensemble(**{**vars(one), "config": soft}))
    train = load_racetrack({"preset": "wall_train"})
    with pytest.raises(EngineError, match="trains of pulses"):
        compare(Ensemble(**{**vars(one), "config": train}), one)


def test_the_command_leaves_numbers_and_a_picture(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    rng = np.random.default_rng(10)
    for name, racetracks in (("one", 30), ("other", 20)):
        write_ensemble(tmp_path / f"{name}.h5", ensemble_of(walls(racetracks, rng), name))
    files = [str(tmp_path / f"{name}.h5") for name in ("one", "other")]
    result = CliRunner().invoke(app, ["compare", *files, "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "what would have been detected with a probability of 80%" in result.output
    stated = json.loads(
        (tmp_path / "out" / "comparison.json").read_text(), parse_constant=lambda name: pytest.fail(name)
    )
    assert [one["device"] for one in stated["ensembles"]] == ["one", "other"]
    assert len(stated["states"]) == 3
    assert stated["same_within_error"] == ("Nothing tells one and other apart" in " ".join(result.output.split()))
    width, height = struct.unpack(">II", (tmp_path / "out" / "comparison.png").read_bytes()[16:24])
    assert min(width, height) > 500
