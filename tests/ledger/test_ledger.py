"""The ledger: what is looked up, how it is judged, what its file holds."""

import csv
from pathlib import Path

import numpy as np
import pytest

from devicegen.artificial.response import LinearResponse, artificial_table
from devicegen.artificial.states import StatesResponse, artificial_state_table
from devicegen.errors import ConfigError, Dev2NetError
from devicegen.table_file import write_table
from netsim.ledger import Span, ledger_rows, load_claims, marks_of, read_ledger, spans_of, success_of, write_ledger
from netsim.ledger.claims import Claim, Paper, read_claims
from netsim.ledger.rows import COLUMNS, judge
from netsim.results import FIXED_COLUMNS

SETTINGS = ("n_states", "alpha")


@pytest.fixture
def results(tmp_path: Path) -> dict[str, Path]:
    """Two devices and floating point, two settings, two seeds, three epochs; a test under stress besides."""
    path = tmp_path / "net.csv"
    columns = [*FIXED_COLUMNS[:4], *SETTINGS, "stress", "strength", *FIXED_COLUMNS[4:], "energy_J"]

    def row(device, states, alpha, seed, epoch, test, pulses, stress=""):
        return {
            "network": "net", "scheme": "quantized", "device": device, "baseline": int(not device), "seed": seed,
            "n_states": states, "alpha": alpha, "epoch": epoch, "train_accuracy": 0.99, "test_accuracy": test,
            "pulses": pulses, "seconds": 1, "energy_J": 1e-3 * pulses, "stress": stress, "strength": stress and 1,
        }  # fmt: skip

    rows = []
    for seed in (0, 1):
        for epoch in range(3):
            rows.append(row("", "", "", seed, epoch, 0.97 + 0.002 * seed, 0))
            for device, level in (("wall", 0.9), ("other", 0.8)):
                for states in (3, 5):
                    for alpha in (0.15, 0.25):
                        test = level + 0.01 * states + 0.002 * seed
                        rows.append(row(device, states, alpha, seed, epoch, test, 100 - 10 * epoch))
        rows.append(row("wall", 5, 0.15, seed, 2, 0.1, 0, "hops"))
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(rows)
    return {"net": path}


def of(results, claims, tables=None, models=None):
    paper = Paper(paper="A paper", source="", claims=[Claim.model_validate(claim) for claim in claims])
    return ledger_rows(results, tables or {}, models or {}, [paper])


def claim(**changes):
    settings = {"n_states": 5, "alpha": 0.15}
    ours = {"network": "net", "device": "wall", "settings": settings} | changes.pop("ours", {})
    return {"figure": "1", "quantity": "accuracy", "paper": 95.0, "tolerance": 0.5, "unit": "%", "ours": ours} | changes


def test_a_number_is_the_mean_over_seeds_of_the_last_epoch(results):
    (row,) = of(results, [claim()])
    assert (row.quantity, row.paper_value, row.ours_mean, row.seeds) == ("accuracy [%]", "95", "95.1", "2")
    assert float(row.ours_std) == pytest.approx(0.2 / np.sqrt(2), rel=1e-4)
    assert row.verdict == "met"
    assert of(results, [claim(paper=94.0)])[0].verdict == "missed"


@pytest.mark.parametrize(
    ("ours", "found"),
    [
        ({"measure": "pulses", "take": "sum"}, "270"),
        ({"measure": "pulses", "take": "first"}, "100"),
        ({"measure": "pulses", "take": 2}, "90"),
        ({"measure": "energy_J"}, "0.08"),
        ({"measure": "pulses", "along": "epoch"}, "100; 90; 80"),
        ({"along": {"n_states": [3, 5]}, "settings": {"alpha": 0.15}}, "93.1; 95.1"),
        ({"where_best": "n_states", "settings": {"alpha": 0.15}}, "5"),
        ({"best_of": ["n_states"], "settings": {"alpha": 0.15}}, "95.1"),
        ({"minus": {"network": "net", "device": "other", "settings": {"n_states": 5, "alpha": 0.15}}}, "10"),
        ({"baseline": True, "device": None, "settings": {}}, "97.1"),
        ({"settings": {"n_states": "5", "alpha": 0.150}}, "95.1"),
        ({"settings": {"n_states": 5, "alpha": 0.15, "stress": "hops"}}, "10"),
    ],
)
def test_selectors(results, ours, found):
    assert of(results, [claim(ours=ours)])[0].ours_mean == found


@pytest.mark.parametrize(
    ("ours", "why"),
    [
        ({"settings": {"n_states": 4, "alpha": 0.15}}, "the study leaves out n_states=4, alpha=0.15"),
        ({"settings": {"n_states": 5}}, "several points fit: wall, n_states = 5, alpha = 0.15 | "),
        ({"settings": {"sigma": 1}}, "the study does not sweep sigma"),
        ({"take": 9}, "there is no epoch 9"),
    ],
)
def test_points_that_are_missing_are_not_run_and_say_why(results, ours, why):
    (row,) = of(results, [claim(ours=ours, note="Mind.")])
    assert row.verdict == "not run"
    assert row.note.startswith(f"Not run: {why}")
    assert row.note.endswith("Mind.")
    assert (row.ours_mean, row.ours_std, row.seeds) == ("", "", "")


def test_what_the_study_does_not_hold_is_left_out_and_devices_are_rows(results):
    assert of(results, [claim(ours={"network": "elsewhere"}), claim(ours={"device": "unknown"})]) == []
    rows = of(results, [claim(devices=["wall", "other", "third"], ours={"device": None})])
    assert [row.quantity for row in rows] == ["accuracy, wall [%]", "accuracy, other [%]"]
    with pytest.raises(Dev2NetError, match="no results 'watts', expected one of train_accuracy"):
        of(results, [claim(ours={"measure": "watts"})])


@pytest.mark.parametrize(
    ("compare", "paper", "tolerance", "ours", "verdict"),
    [
        ("number", 0.3, 0.1, [0.1 + 0.1], "met"),
        ("number", [1, 2], 0.1, [1.05, 2.2], "missed"),
        ("factor", 48, 2, [24], "met"),
        ("factor", 48, 2, [97], "missed"),
        ("between", [3, 4], 0, [3.5], "met"),
        ("between", [3, 4], 0.5, [4.6], "missed"),
        ("at_least", 93, 0, [92.9], "missed"),
        ("at_most", 93, 0, [92.9], "met"),
        ("rising", "up", 0, [1, 2, 2], "missed"),
        ("rising", "up", 0.1, [1, 2, 1.95], "met"),
        ("falling", "down", 0, [3, 2, 1], "met"),
        ("level", "flat", 0.5, [93, 93.4, 93.5], "met"),
        ("level", "flat", 0.5, [93, 92.4], "missed"),
        ("shape", "a curve", 0, [1], "shape"),
    ],
)
def test_verdicts(compare, paper, tolerance, ours, verdict):
    judged = Claim.model_validate(claim(compare=compare, paper=paper, tolerance=tolerance))
    assert judge(judged, ours) == verdict


def test_states_and_models_are_looked_up(tmp_path):
    table = artificial_state_table("wall", StatesResponse(form="states"))
    write_table(tmp_path / "wall.h5", table)
    (tmp_path / "speed.csv").write_text("quantity,value\ngpu_s,6e-05\n")
    claims = [
        {"figure": "7", "quantity": "q", "paper": 6, "tolerance": 3,
         "ours": {"states": "within", "target": 1, "device": "wall"}},
        {"figure": "1", "quantity": "q", "paper": 90, "tolerance": 20, "ours": {"states": "std_nm", "device": "wall"}},
        {"figure": "3", "quantity": "q", "paper": 60e-6, "ours": {"model": "speed", "value": "gpu_s"}},
        {"figure": "3", "quantity": "q", "paper": 1, "ours": {"model": "speed", "value": "tpu_s"}},
    ]  # fmt: skip
    rows = of({}, claims, {"wall": tmp_path / "wall.h5"}, {"speed": tmp_path / "speed.csv"})
    assert [row.verdict for row in rows] == ["met", "met", "met", "not run"]
    within = 100 * np.mean(np.abs(table.states.samples(4) - 1) <= 0.15)
    assert float(rows[0].ours_mean) == pytest.approx(within)


def test_jumps_are_looked_up_in_percent_of_the_range(tmp_path):
    response = LinearResponse(form="linear", set_pulses=200, reset_pulses=100)
    write_table(tmp_path / "pair.h5", artificial_table("pair", response))
    write_table(tmp_path / "wall.h5", artificial_state_table("wall", StatesResponse(form="states")))
    sizes = [{"jump": "set", "at": at, "device": "pair"} for at in (0.25, 0.75)]
    claims = [
        {"figure": "1", "quantity": "SET", "paper": "linear", "compare": "level", "tolerance": 0.02, "ours": sizes},
        {"figure": "2", "quantity": "RESET", "paper": 1.0, "tolerance": 0.02, "ours": {"jump": "reset", "at": 0.5},
         "devices": ["pair", "wall", "unknown"]},
    ]  # fmt: skip
    level, reset, none = of({}, claims, {name: tmp_path / f"{name}.h5" for name in ("pair", "wall")})
    assert [float(size) for size in level.ours_mean.split("; ")] == pytest.approx([0.5, 0.5], abs=0.01)
    assert (level.verdict, reset.verdict, none.verdict) == ("met", "met", "not run")
    assert none.note == "Not run: the table of wall holds no jump-tables."


def test_the_file_has_the_ledgers_columns_and_is_read_back(results, tmp_path):
    rows = of(results, [claim(), claim(compare="shape")])
    write_ledger(rows, tmp_path / "ledger.csv")
    assert (tmp_path / "ledger.csv").read_text().splitlines()[0] == ",".join(COLUMNS)
    assert read_ledger(tmp_path / "ledger.csv") == rows
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Dev2NetError, match="expected the columns paper, figure"):
        read_ledger(tmp_path / "other.csv")


def test_claims_of_both_papers_can_be_read_and_name_each_row_once():
    papers = load_claims()
    assert "Al Misba 2022" in [paper.paper for paper in papers]
    for paper in papers:
        names = [(entry.figure, entry.quantity) for entry in paper.claims]
        assert len(set(names)) == len(names)


def test_wrong_claims_are_refused_in_a_sentence(tmp_path):
    path = tmp_path / "paper.yaml"
    path.write_text("paper: A\nsource: B\nclaims:\n- {figure: '1', quantity: q, paper: many, ours: {network: n}}\n")
    with pytest.raises(ConfigError, match=r"paper.yaml: claims.0: .*number needs a number of the paper, found 'many'"):
        read_claims(path)


def test_marks_are_the_papers_numbers_of_a_network():
    entries = [
        claim(ours={"along": {"n_states": [3, 5]}, "settings": {"alpha": 0.15}}, paper=[96, 97]),
        claim(ours={"measure": "pulses", "take": "sum"}, paper=48e6, compare="factor", tolerance=2),
        claim(ours={"where_best": "n_states"}, paper=[3, 4], compare="between"),
    ]
    paper = Paper(paper="A", source="", claims=[Claim.model_validate(entry) for entry in entries])
    marks = marks_of("net", (paper,))
    assert [(mark.settings["n_states"], mark.measure, mark.epoch, mark.number) for mark in marks] == [
        (3, "test_accuracy", "last", 96),
        (5, "test_accuracy", "last", 97),
        (5, "pulses", "sum", 48e6),
    ]
    assert marks_of("elsewhere", (paper,)) == []
    assert spans_of("net", (paper,)) == [Span("n_states", 3, 4)]
    assert spans_of("elsewhere", (paper,)) == []


def test_what_the_papers_say_of_a_devices_success_is_found():
    assert success_of("almisba2022", 1.0, 0.15) == 6
    assert success_of("almisba2022", 0.5, 0.15) is None
    assert success_of("pcmo_fumarola", 1.0, 0.15) is None
