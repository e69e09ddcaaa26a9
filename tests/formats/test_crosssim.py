"""CrossSim's look-up tables, both ways: as text, thinned, and of several devices."""

import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicegen.artificial.response import artificial_table, read_response
from devicegen.errors import TableError
from devicegen.formats.crosssim import (
    CDF_ERROR,
    MOST_CHANGES,
    MOST_PROBABILITIES,
    Lookup,
    export_crosssim,
    import_crosssim,
    read_lookup,
    to_jump_table,
)
from devicegen.table import leaving_probability
from devicegen.table_file import read_table, write_table

GRID = "1e-6,2e-6,3e-6,4e-6"
UP = f"title\n{GRID}\n0,0.25,0.5,1\n" + "1e-7,0,0,-1e-7\n2e-7,1e-7,1e-7,0\n3e-7,1e-7,2e-7,0\n4e-7,2e-7,4e-7,0\n"
DOWN = f"title\n{GRID}\n0,0.5,1\n" + "0,-3e-7,-3e-7,-3e-7\n0,-2e-7,-2e-7,-2e-7\n0,-1e-7,-1e-7,-1e-7\n"


def imported(folder, up=UP, down=DOWN):
    (folder / "up.txt").write_text(up)
    (folder / "down.txt").write_text(down)
    return import_crosssim(folder / "up.txt", folder / "down.txt", "lut", "a test", "none", True)


def read_text(folder, text):
    path = folder / "one.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_lookup(path)


def as_text(lookup):
    rows = [lookup.conductance, lookup.probability, *lookup.change]
    return "title\n" + "".join(",".join(f"{value:.9g}" for value in row) + "\n" for row in rows)


def smooth(n_g, n_p, spread=0.3, part=0.04, skew=0.0, low=2e-6, high=30e-6):
    """A device whose SET changes grow smaller toward the end of its range, with a smooth distribution about them."""
    g, p = np.linspace(low, high, n_g), np.linspace(0, 1, n_p)
    logistic = np.log((p + 1e-3) / (1 + 1e-3 - p)) / 1.8
    shape = 1 + spread * (logistic + skew * logistic**2)
    return Lookup(g, p, part * (high - g) * shape[:, None])


def held_quantiles(lookup, row, low, high):
    """One row's changes and their probabilities, finely, where no pulse leads out of the range."""
    p = np.unique(np.concatenate([lookup.probability, np.linspace(lookup.probability[0], 1, 4001)]))
    change = np.interp(p, lookup.probability, lookup.change[:, row])
    return p, np.clip(change, low - lookup.conductance[row], high - lookup.conductance[row])


def distances(jump, lookup, low, high):
    """(n_g,) distance of each row's CDF from the quantiles of a file, which are held in the range. A slow twin.

    Compared at every 4,000th of probability, a little above and below the change there: a jump takes some room.
    """
    away = 3 * max(1e-6 * np.ptp(lookup.change), 2.5e-9 * (high - low))
    found = []
    for row, cdf in enumerate(jump.cdf):
        p, held = held_quantiles(lookup, row, low, high)
        above = np.interp(held + away, jump.delta, cdf, left=0.0)
        below = np.interp(held - away, jump.delta, cdf, left=0.0)
        found.append(max(0.0, np.max(p - above), np.max(below - p)))
    return np.array(found)


def held_means(lookup, low, high, of=np.asarray):
    """(n_g,) mean of some function of the changes, which are held in the range [S]."""
    found = []
    for row in range(lookup.conductance.size):
        p, held = held_quantiles(lookup, row, low, high)
        found.append(p[0] * of(held)[0] + np.trapezoid(of(held), p))
    return np.array(found)


# -- small tables are kept as they are --------------------------------------------------------------


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
    assert made.per_device == ()
    write_table(tmp_path / "lut.h5", made)
    assert read_table(tmp_path / "lut.h5").provenance["config"] == {"source": "a test", "licence": "none"}


def test_export_and_import_give_the_table_back(tmp_path):
    response = {"form": "soft_bounds", "set_pulses": 50, "reset_pulses": 20, "sigma": 0.01}
    first = artificial_table("soft", read_response(response))
    paths = export_crosssim(first, tmp_path)
    assert [path.name for path in paths] == ["dG_increasing.txt", "dG_decreasing.txt"]
    again = import_crosssim(*paths, "soft", "dev2net", "none", True)
    span = first.g_max_S - first.g_min_S
    for path, ours, theirs in zip(
        paths, (again.jump_set, again.jump_reset), (first.jump_set, first.jump_reset), strict=True
    ):
        np.testing.assert_allclose(ours.conductance, theirs.conductance, rtol=1e-11)
        assert ours.mean()[12:-12] == pytest.approx(theirs.mean()[12:-12], abs=2e-5 * span)
        assert distances(ours, read_lookup(path), first.g_min_S, first.g_max_S).max() < CDF_ERROR


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


# -- thinning ---------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    n_g=st.integers(2, 40),
    n_p=st.integers(60, 300),
    spread=st.floats(0.2, 1.0),
    part=st.floats(0.003, 0.1),
    skew=st.floats(0.0, 0.12),
    falls=st.booleans(),
)
def test_thinning_of_smooth_tables_keeps_cdf_and_mean(n_g, n_p, spread, part, skew, falls):
    made = smooth(n_g, n_p, spread, part, skew)
    lookup = Lookup(
        made.conductance, made.probability, np.sort(-made.change[:, ::-1] if falls else made.change, axis=0)
    )
    low, high = lookup.conductance[[0, -1]]
    thinned = to_jump_table(lookup, low, high)
    jump = thinned.table
    assert jump.delta.size <= MOST_CHANGES
    assert 0.0 in jump.delta
    assert np.all(np.diff(jump.cdf, axis=1) >= 0)
    assert np.all(jump.cdf[:, -1] == 1)
    off = distances(jump, lookup, low, high)
    held = np.any((lookup.change <= low - lookup.conductance) | (lookup.change >= high - lookup.conductance), axis=0)
    assert off[~held].max(initial=0.0) < CDF_ERROR  # rows that are held jump at a change of their own each
    assert off.max() <= thinned.cdf_error + 1e-4
    mean = held_means(lookup, low, high)
    size = held_means(lookup, low, high, np.abs)
    rounding = 1e-6 * np.ptp(lookup.change)
    assert np.all(np.abs(jump.mean() - mean)[~held] <= 3e-3 * size[~held] + rounding)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n_g=st.integers(2, 40), n_p=st.integers(2, 80), digits=st.integers(1, 7))
def test_whatever_the_table_its_errors_are_stated(seed, n_g, n_p, digits):
    """Quantiles from few, rounded numbers: bends everywhere, and changes that many probabilities share."""
    rng = np.random.default_rng(seed)
    g = np.sort(rng.uniform(1e-6, 9e-6, n_g)) + np.arange(n_g) * 1e-8
    change = np.sort(np.round(rng.normal(0.2, 0.5, (n_p, n_g)), digits) * 1e-6, axis=0)
    lookup = Lookup(g, np.linspace(0, 1, n_p), change)
    thinned = to_jump_table(lookup, g[0], g[-1])
    assert np.all(np.diff(thinned.table.cdf, axis=1) >= 0)
    assert thinned.table.delta.size <= MOST_CHANGES
    assert distances(thinned.table, lookup, g[0], g[-1]).max() <= thinned.cdf_error + 2e-4
    size = held_means(lookup, g[0], g[-1], np.abs)
    off = np.abs(thinned.table.mean() - held_means(lookup, g[0], g[-1]))
    large = size > 0.05 * size.max()  # beside smaller ones, the millionth within which jumps are climbed counts
    assert np.all(off[large] <= (thinned.mean_error + 1e-4) * size[large])


def test_devices_without_spread_keep_their_means(caplog, tmp_path):
    """501 rows that jump at 501 unlike changes: 400 points cannot hold the jumps, but they hold the means."""
    g, p = np.linspace(1e-6, 30e-6, 501), np.array([0.0, 1.0])
    up = Lookup(g, p, np.tile(0.03 * (g[-1] - g), (2, 1)))
    down = Lookup(g, p, np.tile(0.03 * (g[0] - g), (2, 1)))
    made = imported(tmp_path, as_text(up), as_text(down))
    for jump, lookup in ((made.jump_set, up), (made.jump_reset, down)):
        assert jump.delta.size <= MOST_CHANGES
        expected = lookup.change[0]
        moving = np.abs(expected) > 0
        assert jump.mean()[moving] == pytest.approx(expected[moving], rel=3e-3)
        spread = jump.quantile([0.1, 0.9])
        assert np.all(np.abs(spread - expected[:, None])[moving] < 0.1 * np.abs(expected[:, None])[moving])
    assert "some are smeared" in caplog.text


def test_files_of_large_tables_are_small(tmp_path):
    lookup = smooth(301, 400)
    other = Lookup(lookup.conductance, lookup.probability, -lookup.change[::-1, ::-1])
    made = imported(tmp_path, as_text(lookup), as_text(other))
    write_table(tmp_path / "large.h5", made)
    assert (tmp_path / "large.h5").stat().st_size < 1_000_000
    assert (tmp_path / "up.txt").stat().st_size > 1_000_000
    stated = made.provenance["estimation"]
    assert stated["set"]["largest_error_of_a_cdf"] < CDF_ERROR
    assert stated["set"]["largest_error_of_a_mean_in_mean_changes"] < 3e-3


def test_of_very_many_probabilities_enough_are_kept(tmp_path):
    whole = smooth(4, 30_001, spread=0.5)
    lookup = read_text(tmp_path, as_text(whole))
    assert lookup.probability.size <= MOST_PROBABILITIES
    assert lookup.probabilities_in_file == 30_001
    assert lookup.probability[[0, -1]].tolist() == [0, 1]
    for kept, all_of_them in zip(lookup.change.T[:-1], whole.change.T[:-1], strict=True):
        found = np.interp(all_of_them, kept, lookup.probability)
        assert np.abs(found - whole.probability).max() < 5e-4
    assert lookup.mean() == pytest.approx(np.trapezoid(whole.change, whole.probability, axis=0), rel=1e-4, abs=1e-15)


@pytest.mark.parametrize(
    ("line", "spoilt", "message"),
    [
        (5003, "1e-7,nan,1e-7,1e-7\n", "line 5003 holds a value that is not finite"),
        (5003, "1e-7,x,1e-7,1e-7\n", "line 5003: could not convert 'x'"),
        (5003, "1e-7,1e-7,1e-7\n", "line 5003 has 3 numbers, line 2 has 4 conductances"),
    ],
)
def test_lines_that_are_not_kept_are_looked_at(tmp_path, line, spoilt, message):
    lines = as_text(smooth(4, 30_001)).splitlines(keepends=True)
    lines[line - 1] = spoilt
    with pytest.raises(TableError, match=message):
        read_text(tmp_path, "".join(lines))


# -- quantiles out of order -------------------------------------------------------------------------


def test_quantiles_that_dip_are_sorted_and_told(tmp_path, caplog):
    """At 2 uS the last quantile lies 40 nS below the one before it."""
    with caplog.at_level(logging.WARNING, "devicegen"):
        made = imported(tmp_path, UP.replace("4e-7,2e-7", "4e-7,0.6e-7"))
    lookup = read_lookup(tmp_path / "up.txt")
    assert (lookup.sorted_quantiles, lookup.largest_dip_S) == (1, pytest.approx(4e-8))
    assert lookup.change[:, 1].tolist() == [0, 0.6e-7, 1e-7, 1e-7]
    sentence = "1 quantiles of 16 dipped below the one before (by up to 40 nS of 400 nS) and were sorted"
    assert sentence in lookup.sentence
    assert f"{tmp_path / 'up.txt'}: {sentence}" in caplog.text
    stated = made.provenance["estimation"]
    assert stated["set"]["sorted_quantiles"] == 1
    assert stated["set"]["largest_dip_S"] == pytest.approx(4e-8)
    assert stated["reset"]["sorted_quantiles"] == 0
    assert [found[:8] for found in stated["findings"]] == ["up.txt: "]


def test_nothing_is_told_of_quantiles_in_order(tmp_path, caplog):
    imported(tmp_path)
    assert read_lookup(tmp_path / "up.txt").sentence == ""
    assert not caplog.records


# -- the text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        UP.replace(",", ", "),
        UP.replace(",", "\t"),
        UP.replace(",", "   "),
        UP.replace(",", ";"),
        UP.replace(".", "&").replace(",", ";").replace("&", ","),
        UP.replace("title\n", ""),
        UP.replace("title", "# conductances, probabilities\n# changes in S"),
        UP.replace("\n", ",\n"),
        UP.replace("\n", "\t\r\n"),
        UP.replace("title\n", "title\n\n") + "\n\n",
        "\ufeff" + UP,
        ("\ufeff" + UP).encode("utf-16-le"),
        UP.replace("title", "caf\u00e9, \u00b5S").encode("latin-1"),
    ],
)
def test_text_is_read_as_programs_write_it(tmp_path, text):
    lookup = read_text(tmp_path, text)
    assert lookup.conductance.tolist() == [1e-6, 2e-6, 3e-6, 4e-6]
    assert lookup.probability.tolist() == [0, 0.25, 0.5, 1]
    assert lookup.change[:, 2].tolist() == [0, 1e-7, 2e-7, 4e-7]
    assert lookup.sentence == ""


def test_a_turned_matrix_is_turned_back(tmp_path):
    lookup = read_text(tmp_path, DOWN)
    lines = [",".join(f"{value:g}" for value in row) for row in lookup.change.T]
    turned = read_text(tmp_path, f"title\n{GRID}\n0,0.5,1\n" + "\n".join(lines))
    np.testing.assert_array_equal(turned.change, lookup.change)
    with pytest.raises(TableError, match="line 5 has 2 numbers, line 3 has 3 probabilities"):
        read_text(tmp_path, f"title\n{GRID}\n0,0.5,1\n" + "\n".join([lines[0], "0,0", *lines[2:]]))


def test_a_square_matrix_is_turned_where_it_fits_only_so(tmp_path):
    made = smooth(6, 6)
    turned = read_text(tmp_path, as_text(Lookup(made.conductance, made.probability, made.change.T)))
    assert turned.change == pytest.approx(made.change, rel=1e-8)
    assert read_text(tmp_path, as_text(made)).change == pytest.approx(made.change, rel=1e-8)


@pytest.mark.parametrize(
    ("up", "message"),
    [
        ("", "0 lines of numbers, expected conductances"),
        ("title\n1,2\n", "1 lines of numbers, expected conductances"),
        (f"title\n{GRID}\n0,0.5,1\n", "no lines of changes below line 3"),
        (UP.replace("0.25", "a"), "line 3: could not convert 'a' to a number, expected numbers with commas"),
        (UP.replace("3e-7,1e-7,2e-7,0", "3e-7,1e-7,2e-7"), "line 6 has 3 numbers, line 2 has 4"),
        (UP.replace("3e-7,1e-7,2e-7,0", "3e-7,,2e-7,0"), "line 6 has 3 numbers, line 2 has 4"),
        (UP + "5e-7,5e-7,5e-7,5e-7\n", "5 lines of changes, line 3 has 4"),
        (UP.replace("0,0.25,0.5,1", "0,0.25,0.5,0.9"), "line 3: the probabilities end at 0.9, expected 1"),
        (UP.replace("0,0.25,0.5,1", "0,0.5,0.25,1"), "line 3: the probabilities do not increase"),
        (UP.replace(GRID, "1e-6,2e-6,2e-6,4e-6"), "line 2: the conductances"),
        (UP.replace("4e-7,2e-7", "inf,0"), "line 7 holds a value that is not finite"),
        (UP.replace("1e-7,0,0,-1e-7", "9e-7,9e-7,9e-7,9e-7"), "below line 3 the changes fall"),
        (UP.replace("1e-7,0,0,-1e-7", "1e-7,0,\0,-1e-7"), "line 4 holds zero bytes"),
        (DOWN, "are the files exchanged"),
    ],
)
def test_what_is_not_a_lookup_table_is_refused(tmp_path, up, message):
    with pytest.raises(TableError, match=message):
        imported(tmp_path, up=up)


def test_missing_file(tmp_path):
    with pytest.raises(TableError, match="cannot be read"):
        read_lookup(tmp_path / "nope.txt")
    with pytest.raises(TableError, match="cannot be read"):
        read_lookup(tmp_path)


def test_a_changed_file_is_read_anew(tmp_path):
    assert read_text(tmp_path, UP).probability.size == 4
    assert read_text(tmp_path, DOWN).probability.size == 3


# -- several devices --------------------------------------------------------------------------------


def write_devices(folder, *lookups):
    paths = [[], []]
    for k, lookup in enumerate(lookups):
        falling = Lookup(lookup.conductance, lookup.probability, -lookup.change[::-1, ::-1])
        for side, name, one in zip(paths, ("up", "down"), (lookup, falling), strict=True):
            side.append(folder / f"{name}_{k}.txt")
            side[-1].write_text(as_text(one))
    return paths


def test_devices_are_pooled_and_kept_one_by_one(tmp_path):
    devices = [smooth(21, 60, part=part) for part in (0.02, 0.03, 0.05)]
    made = import_crosssim(*write_devices(tmp_path, *devices), "three", "a test", "none", True)
    assert len(made.per_device) == 3
    assert made.provenance["estimation"]["devices"] == ["up_0", "up_1", "up_2"]
    assert len(made.provenance["inputs"]) == 6
    delta = np.linspace(0, 2e-6, 300)
    for row in range(21):
        exact = [np.interp(delta, one.change[:, row], one.probability, left=0.0, right=1.0) for one in devices]
        held = delta < 30e-6 - made.jump_set.conductance[row]
        found = np.interp(delta, made.jump_set.delta, made.jump_set.cdf[row], left=0.0)
        assert np.abs(found - np.mean(exact, axis=0))[held].max(initial=0.0) < CDF_ERROR
    for (own, _), one in zip(made.per_device, devices, strict=True):
        assert own.mean()[:-3] == pytest.approx(one.mean()[:-3], rel=3e-3)
    write_table(tmp_path / "three.h5", made)
    assert len(read_table(tmp_path / "three.h5").per_device) == 3


def test_other_conductances_are_interpolated_to_those_of_the_first(tmp_path, caplog):
    """The changes of this device are linear in the conductance, so that nothing is lost between its rows."""
    first, fine = smooth(11, 40), smooth(31, 40)
    made = import_crosssim(*write_devices(tmp_path, first, fine), "two", "a test", "none", True)
    assert made.per_device[1][0].conductance == pytest.approx(first.conductance)
    assert made.per_device[1][0].mean() == pytest.approx(made.per_device[0][0].mean(), rel=1e-4, abs=1e-14)
    assert not caplog.records
    narrow = smooth(11, 40, high=20e-6)
    import_crosssim(*write_devices(tmp_path, first, narrow), "two", "a test", "none", True)
    assert "reach from 2 uS to 20 uS, those of the first device from 2 uS to 30 uS" in caplog.text


def test_devices_come_in_pairs(tmp_path):
    up, down = write_devices(tmp_path, smooth(5, 9), smooth(5, 9))
    with pytest.raises(TableError, match="2 look-up tables for SET and 1 for RESET, expected as many"):
        import_crosssim(up, down[:1], "two", "a test", "none", True)
    with pytest.raises(TableError, match=r"down_1.txt: changes by .* are the files exchanged"):
        import_crosssim([up[0], down[1]], [down[0], up[1]], "two", "a test", "none", True)


def test_conductances_that_are_no_siemens_are_told(tmp_path, caplog):
    imported(tmp_path, *(text.replace(GRID, "1,2,3,4") for text in (UP, DOWN)))
    assert "conductances reach 4 S" in caplog.text
