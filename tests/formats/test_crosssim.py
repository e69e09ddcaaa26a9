"""CrossSim's look-up tables, both ways."""

import numpy as np
import pytest

from devicegen.artificial.response import artificial_table, read_response
from devicegen.errors import TableError
from devicegen.formats.crosssim import PROBABILITIES, export_crosssim, import_crosssim, read_lookup
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
    assert read_table(tmp_path / "lut.h5").provenance["config"] == {"source": "a test", "licence": "none"}


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
        assert found[inside] == pytest.approx(expected[inside], abs=2e-6 * span)


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
        ("title\n1,2\n", "2 lines, expected a title"),
        (UP.replace("0.25", "a"), "line 3: could not convert"),
        (UP.replace("3e-7,1e-7,2e-7,0", "3e-7,1e-7,2e-7"), "line 6 has 3 numbers, line 2 has 4"),
        (UP + "5e-7,5e-7,5e-7,5e-7\n", "5 lines of changes, line 3 has 4"),
        (UP.replace("0,0.25,0.5,1", "0,0.25,0.5,0.9"), "line 3: the probabilities"),
        (UP.replace(GRID, "1e-6,2e-6,2e-6,4e-6"), "line 2: the conductances"),
        (UP.replace("4e-7,2e-7", "4e-7,0"), "line 7: a change is smaller"),
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
