"""The look at a file: turns, columns, answers, a folder at once, pulses in a notebook."""

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pulse_folders import pulse_rows, text
from typer.testing import CliRunner

from devicegen.cli import app
from devicegen.errors import PulseFileError
from devicegen.measured import read
from devicegen.measured.description.blocks import Turns
from devicegen.measured.description.units import UNITS, amount, canonical
from devicegen.measured.files import unchanged
from devicegen.measured.looking.answers import Answers, positions
from devicegen.measured.looking.facts import Facts, alternates
from devicegen.measured.reading.turning import regular_turns, rising_pulses, turning_points

HEADINGS = ["chip", "n", "pol", "G before (uS)", "G after (uS)"]


def zigzag(lengths, up=True, step=1.0):
    """Reads that go up and down by turns, so many pulses each."""
    reads = [0.0]
    for n in lengths:
        reads += [reads[-1] + (step if up else -step) * (k + 1) for k in range(n)]
        up = not up
    return np.array(reads) + 100


def plain_turns(changes, turns):
    """Whether each change is a rise: pulse by pulse, the slow way."""
    pulses = []
    while len(pulses) < changes + 1:
        first = [True] * turns.up + [False] * turns.down
        pulses += first if turns.begins == "up" else [False] * turns.down + [True] * turns.up
    skipped = 1 if turns.first_read == "after" else 0
    return pulses[skipped : changes + skipped]


@given(
    st.integers(1, 9), st.integers(1, 9), st.sampled_from(["up", "down"]), st.sampled_from(["before", "after"]),
    st.integers(1, 80),
)  # fmt: skip
def test_counted_turns_are_those_counted_one_by_one(up, down, begins, first_read, n):
    turns = Turns(up=up, down=down, begins=begins, first_read=first_read)
    assert rising_pulses(np.zeros(n + 1), turns).tolist() == plain_turns(n, turns)


@settings(deadline=None)
@given(st.lists(st.integers(12, 40), min_size=2, max_size=6), st.booleans(), st.integers(0, 10**6))
def test_turning_points_are_where_the_pulses_turned(lengths, up, seed):
    reads = zigzag(lengths, up)
    spans = [abs(reads[a] - reads[b]) for a, b in zip(np.cumsum([0, *lengths[:-1]]), np.cumsum(lengths), strict=True)]
    if min(spans[1:-1], default=np.inf) < 0.3 * np.ptp(reads) or spans[-1] < 0.3 * np.ptp(reads):
        return  # a small turn within a large one is no turn
    noisy = reads + np.random.default_rng(seed).uniform(-0.2, 0.2, reads.size)
    found = turning_points(noisy)
    assert found == np.cumsum(lengths)[:-1].tolist() or spans[0] < 0.3 * np.ptp(reads)


def test_equal_turns_are_counted_and_unlike_ones_are_not():
    found = regular_turns(zigzag([24, 24, 24, 24]))
    assert found == Turns(up=24, down=24, begins="up", first_read="before")
    assert regular_turns(zigzag([24, 24, 24, 24])[1:]) == Turns(up=24, down=24, begins="up", first_read="after")
    assert regular_turns(zigzag([24, 27, 22, 25])) is None


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.arange(50.0), "counter"),
        (np.tile(np.arange(1.0, 11), 5), "counter"),
        (2 * np.arange(30.0) + 0.3 * np.sin(np.arange(30)), "counter"),
        (0.25 + 0.45 * np.arange(60), "clock"),
        (np.geomspace(1, 1e5, 40), "spaced_by_factors"),
        (np.tile([1.5, -1.5], 30), "few_levels"),
        (0.1 + 5e-5 * np.tile([0, 1, 0, -1], 10), "constant"),
    ],
)
def test_columns_that_are_no_reads_are_told_by_their_numbers(values, kind):
    assert getattr(Facts(0, "", None, None, [str(v) for v in values], values), kind)


def test_a_ramp_is_none_of_these():
    values = 30 * (1 - np.exp(-np.arange(60) / 20)) + np.random.default_rng(1).normal(0, 0.2, 60) + 2
    ramp = Facts(0, "", None, None, [str(v) for v in values], values)
    assert not any((ramp.counter, ramp.clock, ramp.constant, ramp.few_levels, ramp.spaced_by_factors))
    assert ramp.shape == "rising"
    assert not alternates(values)


@pytest.mark.parametrize(
    ("spelt", "unit"),
    [("KOhm", "kohm"), ("Ohms", "ohm"), ("Siemens", "S"), ("mho", "S"), ("1/kohm", "mS"), ("G_0", "G0"), ("Amps", "A"),
     ("a.u.", "1"), ("microsiemens", "uS"), ("usec", "us"), ("MOhms", "Mohm"), ("C", None), ("K", None), ("foo", None)],
)  # fmt: skip
def test_units_however_they_are_spelt(spelt, unit):
    assert canonical(spelt) == unit


@given(st.sampled_from(sorted(UNITS)))
def test_units_are_what_they_are(unit):
    assert canonical(unit) == unit


def test_amounts_with_units():
    assert amount("9.3 uS", "conductance") == pytest.approx(9.3e-6)
    assert amount("-0.2", "voltage") == -0.2
    assert amount("9.3 kohm", "conductance") is None


def test_columns_are_named_in_many_ways():
    headings = ["t", "dev1", "dev2", "G (uS)", "G (uS)"]
    assert positions("t", headings, "f") == [0]
    assert positions("dev*", headings, "f") == [1, 2]
    assert positions("2-3", headings, "f") == [1, 2]
    assert positions("5", headings, "f") == [4]
    with pytest.raises(PulseFileError, match="2 columns are called 'G .uS.': give the number, 4 or 5"):
        positions("G (uS)", headings, "f")
    with pytest.raises(PulseFileError, match="has no column 'H', found 't', 'dev1'"):
        positions("H", headings, "f")


def test_an_answer_to_nothing_is_refused():
    with pytest.raises(PulseFileError, match="'unit' answers nothing, expected of source"):
        Answers({"unit": "uS"})


def test_pulses_in_a_notebook(tmp_path):
    (tmp_path / "new.csv").write_text(text(pulse_rows(), header=HEADINGS))
    pulses = read(tmp_path / "new.csv")
    columns = pulses.columns()
    assert {len(column) for column in columns.values()} == {120}
    assert columns["polarity"].tolist() == ["SET"] * 60 + ["RESET"] * 60
    np.testing.assert_allclose(columns["g_after_S"] - columns["g_before_S"], pulses.delta_S)
    assert list(tmp_path.iterdir()) == [tmp_path / "new.csv"], "nothing is left beside the file"
    with pytest.raises(PulseFileError, match=r"absent\.csv: no such file"):
        read(tmp_path / "absent.csv")


def test_answers_of_a_file(tmp_path):
    (tmp_path / "new.csv").write_text(text([[*r[:3], r[3]] for r in pulse_rows()], header=["chip", "n", "pol", "G"]))
    answers = {"source": "me", "licence": "CC0", "synthetic": "yes", "units": "uS", "column": ["after=G"]}
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump(answers))
    words = ["measure", "add", str(tmp_path / "new.csv"), "--answers", str(tmp_path / "answers.yaml")]
    result = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "raw" / "new"), "--source", "somebody else"])
    assert result.exit_code == 0, result.output
    written = yaml.safe_load((tmp_path / "raw" / "new" / "device.yaml").read_text())
    assert (written["source"], written["synthetic"], written["columns"]["after"]["name"]) == (
        "somebody else",
        True,
        "G",
    )


def test_a_folder_of_files_at_once(tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "chip 1.csv").write_text(text(pulse_rows(), header=HEADINGS))
    (tmp_path / "files" / "notes.txt").write_text("nothing but words\nand more of them\n")
    words = ["measure", "add", str(tmp_path / "files"), "--out", str(tmp_path / "raw"), "--measured", "--source", "me"]
    result = CliRunner().invoke(app, [*words, "--licence", "CC0"])
    assert result.exit_code == 0
    assert "1 of 2 files added" in result.output
    assert (tmp_path / "raw" / "chip_1" / "first_look.png").is_file()
    assert not (tmp_path / "raw" / "notes").exists()


def test_a_file_that_grows_is_refused(tmp_path):
    path = tmp_path / "running.csv"
    path.write_text("G\n1\n")

    def watched():
        with unchanged([path]), open(path, "a") as stream:
            stream.write("2\n")

    with pytest.raises(PulseFileError, match="changed while it was read .*still running"):
        watched()
