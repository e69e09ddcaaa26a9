"""CrossSim's look-up tables, both ways."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from devicegen.artificial.response import artificial_table, read_response
from devicegen.errors import TableError
from devicegen.formats.crosssim import (
    MOST_PROBABILITIES,
    PROBABILITIES,
    export_crosssim,
    import_crosssim,
    read_lookup,
)
from devicegen.pulses.thinning import POINTS, steps_of, thinned
from devicegen.table import leaving_probability
from devicegen.table_file import read_table, write_table

GRID = "1e-6,2e-6,3e-6,4e-6"
UP = f"title\n{GRID}\n0,0.25,0.5,1\n" + "1e-7,0,0,-1e-7\n2e-7,1e-7,1e-7,0\n3e-7,1e-7,2e-7,0\n4e-7,2e-7,4e-7,0\n"
DOWN = f"title\n{GRID}\n0,0.5,1\n" + "0,-3e-7,-3e-7,-3e-7\n0,-2e-7,-2e-7,-2e-7\n0,-1e-7,-1e-7,-1e-7\n"


def imported(folder, up=UP, down=DOWN):
    (folder / "up.txt").write_text(up)
    (folder / "down.txt").write_text(down)
    return import_crosssim(folder / "up.txt", folder / "down.txt", "lut", "a test", "none", True)


def test_quantiles_come_back(tmp_path):
    made = imported(tmp_path)
    found = made.jump_set.quantile([0, 0.25, 0.5, 1])[1:3]
    assert found == pytest.approx(np.array([[0, 1e-7, 1e-7, 2e-7], [0, 1e-7, 2e-7, 4e-7]]), abs=2e-12)


def test_probabilities_of_equal_changes_add_up(tmp_path):
    """At 2 uS the change is 1e-7 from probability 0.25 to 0.5, and spread evenly around it."""
    jump = imported(tmp_path).jump_set
    row = jump.cdf[1]
    assert np.interp(0.99999e-7, jump.delta, row) == pytest.approx(0.25, abs=1e-3)
    assert np.interp(1e-7, jump.delta, row) == pytest.approx(0.5)
    assert np.interp(0.5e-7, jump.delta, row) == pytest.approx(0.125, abs=1e-5)
    assert np.interp(1.5e-7, jump.delta, row) == pytest.approx(0.75, abs=1e-5)


def test_range_is_kept(tmp_path):
    made = imported(tmp_path)
    assert (made.g_min_S, made.g_max_S) == (1e-6, 4e-6)
    assert leaving_probability(made) == 0.0
    assert made.jump_set.count.sum() == 0
    write_table(tmp_path / "lut.h5", made)
    assert read_table(tmp_path / "lut.h5").provenance["config"]["source"] == "a test"


def test_export_and_import_give_the_table_back(tmp_path):
    response = {"form": "soft_bounds", "set_pulses": 50, "reset_pulses": 20, "sigma": 0.01}
    first = artificial_table("soft", read_response(response))
    paths = export_crosssim(first, tmp_path)
    assert [path.name for path in paths] == ["dG_increasing.txt", "dG_decreasing.txt"]
    again = import_crosssim(*paths, "soft", "dev2net", "none", True)
    span = first.g_max_S - first.g_min_S
    for ours, theirs in ((again.jump_set, first.jump_set), (again.jump_reset, first.jump_reset)):
        np.testing.assert_allclose(ours.conductance, theirs.conductance, rtol=1e-11)
        assert ours.mean()[12:-12] == pytest.approx(theirs.mean()[12:-12], abs=2e-5 * span)
        found, expected = ours.quantile(PROBABILITIES), theirs.quantile(PROBABILITIES)
        reached = theirs.conductance[:, None] + expected
        inside = (reached > first.g_min_S) & (reached < first.g_max_S)  # the rest is held at the ends
        assert inside.mean() > 0.98
        assert found[inside] == pytest.approx(expected[inside], abs=2e-2 * span)
        back = np.array([np.interp(theirs.delta, ours.delta, row, left=0.0, right=1.0) for row in ours.cdf])
        assert np.abs(back - theirs.cdf).max() < 0.01, "less than a step at an end of the range that may be smeared"
        assert np.abs(back - theirs.cdf).mean() < 3e-4


def test_real_tables_survive_the_round_trip(tmp_path, measured_files):
    names = ("dG_increasing.txt", "dG_decreasing.txt")
    originals = [measured_files / "enode_lut" / name for name in names]
    made = import_crosssim(*originals, "enode", "cross-sim-data", "BSD-3-Clause", False)
    for path, jump in zip(originals, (made.jump_set, made.jump_reset), strict=True):
        lookup = read_lookup(path)
        inside = slice(3, -3)  # nearer to the ends, what would lead out of the range is held at its end
        found = jump.quantile(lookup.probability).T
        assert found[:, inside] == pytest.approx(lookup.change[:, inside], abs=2e-6 * np.ptp(lookup.change))
        expected = np.trapezoid(lookup.change, lookup.probability, axis=0)
        assert jump.mean()[inside] == pytest.approx(expected[inside], abs=2e-6 * np.ptp(lookup.change))


@pytest.mark.parametrize(
    ("up", "message"),
    [
        ("title\n1,2\n", "1 lines of numbers, expected conductances"),
        (UP.replace("0.25", "a"), "line 3: could not convert"),
        (UP.replace("3e-7,1e-7,2e-7,0", "3e-7,1e-7,2e-7"), "line 6 has 3 numbers, line 2 has 4"),
        (UP + "5e-7,5e-7,5e-7,5e-7\n", "5 lines of changes, expected 4"),
        (UP.replace("0,0.25,0.5,1", "0,0.25,0.5,0.9"), "line 3: the probabilities"),
        (UP.replace(GRID, "1e-6,2e-6,2e-6,4e-6"), "line 2: the conductances"),
        (UP.replace("4e-7,2e-7", "inf,0"), "line 7 holds a value that is not finite"),
        (DOWN, "are the files exchanged"),
    ],
)
def test_what_is_not_a_lookup_table_is_refused(tmp_path, up, message):
    with pytest.raises(TableError, match=message):
        imported(tmp_path, up=up)


def test_missing_file(tmp_path):
    with pytest.raises(TableError, match="cannot be read"):
        read_lookup(tmp_path / "nope.txt")


def test_quantiles_that_dip_are_sorted_and_said(tmp_path, caplog):
    made = imported(tmp_path, UP.replace("4e-7,2e-7", "4e-7,0.5e-7"))
    assert made.jump_set.mean()[1] == pytest.approx(imported(tmp_path).jump_set.mean()[1], abs=0.4e-7)
    assert "up.txt: 1 of 16 quantiles dip below the one at the probability before, by up to 5e-08 S" in caplog.text
    assert "sorted" in made.provenance["config"]["sorted"][0]


def test_every_way_of_writing_a_table(tmp_path):
    expected = imported(tmp_path).jump_set
    blanks = UP.replace(",", "  ").replace("\n", "\r\n")
    for content in (
        blanks,
        UP.replace("title\n", ""),
        "\ufeff# a comment\n" + UP.split("\n", 1)[1],
        UP.replace(",", "\t"),
    ):
        found = imported(tmp_path, content).jump_set
        np.testing.assert_array_equal(found.cdf, expected.cdf)


def test_a_matrix_on_its_side_is_turned(tmp_path):
    """Five conductances, four probabilities: lines of four numbers can only be conductances."""
    grid, rows = "1e-6,2e-6,3e-6,4e-6,5e-6", "".join(f"0,{k}e-8,{2 * k}e-8,{3 * k}e-8\n" for k in range(1, 6))
    (tmp_path / "side.txt").write_text(f"title\n{grid}\n0,0.25,0.5,1\n{rows}")
    found = read_lookup(tmp_path / "side.txt")
    assert found.change.shape == (4, 5)
    assert found.change[-1] == pytest.approx(3e-8 * np.arange(1, 6))


def test_several_files_are_devices(tmp_path):
    paths = []
    for k, text in enumerate((UP, UP.replace("4e-7", "8e-7"), DOWN, DOWN)):
        paths.append(tmp_path / f"{k}.txt")
        paths[-1].write_text(text)
    made = import_crosssim(paths[:2], paths[2:], "two", "a test", "none", True)
    assert len(made.per_device) == 2
    own = np.mean([pair[0].mean() for pair in made.per_device], axis=0)
    assert made.jump_set.mean() == pytest.approx(own, abs=2e-11), "the pooled table is the mean of the devices"
    with pytest.raises(TableError, match="1 tables of SET and 2 of RESET"):
        import_crosssim(paths[:1], paths[2:], "two", "a test", "none", True)


def quantiles(rng, n_g, n_p, spread):
    return np.sort(rng.normal(np.linspace(1, 0.1, n_g)[:, None], spread, (n_g, n_p)), axis=1) * 1e-7


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6), st.integers(2, 60), st.integers(10, 300), st.floats(0.05, 2))
def test_thinning_moves_no_cdf_and_no_mean(seed, n_g, n_p, spread):
    rng = np.random.default_rng(seed)
    changes, probability = quantiles(rng, n_g, n_p, spread), np.linspace(0, 1, n_p)
    narrow = 1e-6 * float(np.ptp(changes))
    found = thinned([steps_of(probability, row, narrow) for row in changes], narrow)
    assert found.delta.size <= POINTS
    assert np.all(np.diff(found.delta) > 0)
    assert np.all(np.diff(found.cdf, axis=1) >= 0)
    assert 0.0 in found.delta
    middles = 0.5 * (found.delta[1:] + found.delta[:-1])
    mean = found.cdf[:, 0] * found.delta[0] + np.diff(found.cdf, axis=1) @ middles
    exact = np.trapezoid(changes, probability, axis=1)
    assert mean == pytest.approx(exact, abs=max(found.error, 2e-5) * float(np.ptp(changes)))
    if n_g * n_p < 300:
        assert found.error < 1e-5, "few enough changes: all are kept"


def test_smooth_tables_are_thinned_within_a_thousandth():
    """61 conductances and 400 probabilities, as smooth as finished tables are."""
    probability = np.linspace(0, 1, 400)
    sigma, middle = np.linspace(0.5, 1.5, 61)[:, None], np.linspace(2, 0.2, 61)[:, None]
    rows = middle + sigma * np.clip(norm.ppf(probability), -3.2, 3.2)
    found = thinned([steps_of(probability, row, 1e-6) for row in rows], 1e-6)
    assert found.error < 1e-3


def test_more_probabilities_than_are_kept(tmp_path):
    """A file of 20,000 probabilities is read line by line; what is kept has the same distribution."""
    probability = np.linspace(0, 1, 20_001)
    lines = [f"{1e-8 * p:.9g},{2e-8 * p**2:.9g},{3e-8 * p:.9g}" for p in probability]
    head = f"title\n1e-6,2e-6,3e-6\n{','.join(f'{p:.9g}' for p in probability)}\n"
    (tmp_path / "many.txt").write_text(head + "\n".join(lines) + "\n")
    found = read_lookup(tmp_path / "many.txt")
    assert found.probability.size <= MOST_PROBABILITIES
    assert np.interp(0.37, found.probability, found.change[:, 1]) == pytest.approx(2e-8 * 0.37**2, rel=1e-4)
