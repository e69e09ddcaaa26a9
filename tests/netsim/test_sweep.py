import csv
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from device_tables import abrupt_device, coarse_wall, linear_device, wall
from distributed import LocalCluster

from devicegen.errors import ConfigError, TableError
from devicegen.table import Coverage
from devicegen.table_file import numbers_hash, write_table
from netsim import sweep
from netsim.config import ExSituNetwork, PairNetwork, QuantizedNetwork
from netsim.fingerprint import code_fingerprint, training_fingerprint
from netsim.points import identity, name_of, points_of
from netsim.results import read_epochs
from netsim.summary import read_summary

SMALL = {"images": 200, "test_images": 100, "epochs": 2}
PAIR = PairNetwork(scheme="pair", layers=(528, 30, 10), seeds=2, **SMALL)
QUANTIZED = QuantizedNetwork(scheme="quantized", layers=(784, 30, 10), **SMALL)


@pytest.fixture(scope="session")
def table_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    for table in (linear_device(50), abrupt_device(), wall()):
        write_table(folder / f"{table.device}.h5", table)
    return {path.stem: path for path in sorted(folder.glob("*.h5"))}


@pytest.fixture
def run(image_folder, table_files, tmp_path):
    def run(config, name="net", workers=1, tables=table_files, csv_name="net.csv", **settings):
        output = tmp_path / csv_name
        sweep.run_sweep(
            name, config, tables, image_folder, output, tmp_path / "points", workers, other_data_set=True, **settings
        )
        with output.open(newline="") as stream:
            return list(csv.DictReader(stream))

    return run


def numbers(rows):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def test_points_are_networks_devices_settings_and_seeds(table_files):
    config = PairNetwork(scheme="pair", seeds=2, grid={"eta": [0.1, 0.2], "activation": ["tanh", "pwl"]}, **SMALL)
    points = points_of("net", config, table_files)
    devices = [point for point in points if point.device is not None]
    assert {point.device for point in devices} == {"linear", "abrupt"}
    assert len(devices) == 2 * 2 * 4
    baselines = [point for point in points if point.device is None]
    assert sorted((p.settings["activation"], p.seed) for p in baselines) == [
        ("pwl", 0), ("pwl", 1), ("tanh", 0), ("tanh", 1)
    ]  # fmt: skip
    assert all("eta" not in point.settings for point in baselines)


def test_unknown_and_unfit_devices_are_refused(table_files):
    with pytest.raises(ConfigError, match="device 'pcm' has no table, expected one of abrupt, linear, wall"):
        points_of("net", PairNetwork(scheme="pair", devices=["pcm"]), table_files)
    only_jumps = {"linear": table_files["linear"]}
    with pytest.raises(ConfigError, match="none of the tables of linear holds states"):
        points_of("net", QUANTIZED, only_jumps)


def test_of_all_devices_one_that_cannot_be_trained_is_left_out(table_files, tmp_path, caplog):
    write_table(tmp_path / "coarse.h5", coarse_wall())
    tables = table_files | {"coarse": tmp_path / "coarse.h5"}
    assert [point.device for point in points_of("net", QUANTIZED, tables)] == ["wall", None]
    (line,) = caplog.messages
    assert line.startswith("network net leaves a device out: device coarse: a pulse lands within alpha = 0.15")

    named = QUANTIZED.model_copy(update={"devices": ["wall", "coarse"]})
    with pytest.raises(TableError, match="device coarse: a pulse lands"):
        points_of("net", named, tables)
    with pytest.raises(ConfigError, match="network net: none of its devices can be trained. device coarse: a pulse"):
        points_of("net", QUANTIZED, {"coarse": tables["coarse"]})


def test_a_device_is_left_out_only_with_the_settings_that_it_does_not_allow(tmp_path, caplog):
    write_table(tmp_path / "coarse.h5", coarse_wall())
    config = QUANTIZED.model_copy(update={"grid": {"alpha": [0.15, 0.5]}})
    points = points_of("net", config, {"coarse": tmp_path / "coarse.h5"})
    assert [(point.device, dict(point.settings)) for point in points] == [(None, {}), ("coarse", {"alpha": 0.5})]
    (line,) = caplog.messages
    assert "with alpha=0.15, device coarse" in line


def test_levels_that_are_swept_take_devices_of_jump_tables(table_files):
    config = QuantizedNetwork(scheme="quantized", grid={"levels": [5, 9]}, baseline=False, seeds=1)
    points = points_of("net", config, {"linear": table_files["linear"]})
    assert [(point.device, dict(point.settings)) for point in points] == [("linear", {"levels": n}) for n in (5, 9)]


def test_states_that_are_not_evenly_spaced_are_told(table_files, caplog):
    four = QuantizedNetwork(scheme="quantized", n_states=4, devices=["wall"], baseline=False, seeds=1)
    assert len(points_of("net", four, table_files)) == 1
    (line,) = caplog.messages
    assert (
        "with n_states = 4 its states are not evenly spaced: a weight near 0.333 is programmed as that for 0.5" in line
    )
    caplog.clear()
    points_of("net", four.model_copy(update={"n_states": 5}), table_files)
    assert caplog.messages == []


def test_settings_without_effect_on_a_device_are_not_swept(run, table_files):
    config = PAIR.model_copy(update={"grid": {"eta_ratio": [2, "auto"], "reset_interval": [50, 100]}, "seeds": 1})
    points = [p for p in points_of("net", config, table_files) if p.device is not None]
    assert sorted((p.device, *p.settings.items()) for p in points if p.device == "abrupt") == [
        ("abrupt", ("reset_interval", 50)), ("abrupt", ("reset_interval", 100))
    ]  # fmt: skip
    assert {p.settings["eta_ratio"] for p in points if p.device == "linear"} == {2, "auto"}
    assert len(points) == 4
    rows = run(config.model_copy(update={"grid": {"eta_ratio": [2, "auto"]}}))
    assert {(row["device"], row["eta_ratio"]) for row in rows} == {
        ("", ""), ("abrupt", ""), ("linear", "2"), ("linear", "auto")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("device", "settings"),
    [
        ("abrupt", {"eta_ratio": 7.0}),
        ("linear", {"reset_interval": 7}),
        ("linear", {"reset_precision": 0.1}),
        ("linear", {"device_to_device": False}),
    ],
)
def test_settings_said_to_be_without_effect_have_none(run, device, settings):
    config = PAIR.model_copy(update={"seeds": 1, "devices": [device], "baseline": False})
    assert numbers(run(config.model_copy(update=settings))) == numbers(run(config))


def test_a_point_is_named_by_all_that_determines_it(table_files):
    hashes = {device: numbers_hash(path) for device, path in table_files.items()}

    def name(config=PAIR, device="linear", seed=0, images="a", root=1):
        point = next(p for p in points_of("net", config, table_files) if (p.device, p.seed) == (device, seed))
        return name_of(identity(point, hashes, images, root))

    others = [
        name(PAIR.model_copy(update={"eta": 0.2})), name(device="abrupt"), name(device=None), name(seed=1),
        name(images="b"), name(root=2),
    ]  # fmt: skip
    assert len({name(), *others}) == 7
    assert name(PAIR.model_copy(update={"seeds": 3, "baseline": True})) == name()
    unseen = PAIR.model_copy(update={"eta": 0.2})
    assert name(unseen, device=None) == name(device=None)  # the baseline does not depend on it


EDITS = {
    "devicegen/seeds.py": {"pair", "quantized", "ex_situ", "float"},
    "devicegen/table.py": {"pair", "quantized", "ex_situ"},
    "devicegen/table_file.py": set(),
    "netsim/train.py": {"pair", "quantized", "ex_situ", "float"},
    "netsim/synapse/pair.py": {"pair"},
    "netsim/synapse/jump.py": {"pair", "quantized", "ex_situ"},
    "netsim/synapse/quantized.py": {"quantized", "ex_situ"},
    "netsim/train_ex_situ.py": {"ex_situ"},
    "netsim/energy.py": set(),
    "netsim/figures/style.py": set(),
}


@pytest.mark.parametrize("edited", EDITS)
def test_an_edit_touches_the_schemes_whose_numbers_it_may_change(edited, monkeypatch):
    schemes = ("pair", "quantized", "ex_situ", "float")
    before = {scheme: training_fingerprint.__wrapped__(scheme) for scheme in schemes}
    sweep, read_bytes = code_fingerprint.__wrapped__("netsim/sweep.py"), Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read_bytes(path) + b"#" * path.as_posix().endswith(edited))
    changed = {scheme for scheme in schemes if training_fingerprint.__wrapped__(scheme) != before[scheme]}
    assert changed == EDITS[edited]
    assert (code_fingerprint.__wrapped__("netsim/sweep.py") != sweep) == ("figures" not in edited)


def test_a_report_is_written_anew_when_its_template_or_the_claims_were_edited(monkeypatch):
    before, read_bytes = code_fingerprint.__wrapped__("netsim/report/page.py"), Path.read_bytes
    for edited in ("netsim/report/page.html", "netsim/ledger/fumarola2016.yaml", "netsim/ledger/rows.py"):
        monkeypatch.setattr(Path, "read_bytes", lambda path, name=edited: read_bytes(path) + b"#" * path.match(name))
        assert code_fingerprint.__wrapped__("netsim/report/page.py") != before


def test_sweep_trains_every_scheme_and_learns(run):
    quantized = run(QUANTIZED.model_copy(update={"eta": 0.05, "epochs": 4}), "insitu")
    ends = {row["device"]: row for row in quantized if row["epoch"] == "3"}
    assert float(ends["wall"]["test_accuracy"]) > 0.8
    first = next(row for row in quantized if row["device"] == "wall" and row["epoch"] == "0")
    assert int(first["pulses"]) >= 784 * 30 + 300 > 0
    assert int(ends["wall"]["pulses"]) < int(first["pulses"])
    assert int(ends[""]["pulses"]) == 0

    pair = run(PAIR.model_copy(update={"epochs": 6}), "pair")
    ends = {(row["device"], row["seed"]): float(row["test_accuracy"]) for row in pair if row["epoch"] == "5"}
    assert set(ends) == {(device, seed) for device in ("", "linear", "abrupt") for seed in "01"}
    assert min(ends["linear", seed] for seed in "01") > 0.9
    assert min(ends["abrupt", seed] for seed in "01") > 0.6
    assert ends["", "0"] > 0.9


def test_ex_situ_rows_tell_software_from_written_devices(run, tmp_path):
    config = ExSituNetwork(
        scheme="ex_situ", layers=(784, 30, 10), trials=3, eta=0.05, seeds=2, baseline=False, **SMALL
    )  # fmt: skip
    rows = run(config, "exsitu")
    software = [row for row in rows if row["weights"] == "software"]
    written = [row for row in rows if row["weights"] == "written"]
    assert [(row["seed"], row["epoch"]) for row in software] == [("0", "0"), ("0", "1"), ("1", "0"), ("1", "1")]
    assert [row["seed"] for row in written] == [str(k) for k in range(6)]
    assert {row["epoch"] for row in written} == {"1"}
    assert all(int(row["pulses"]) == 0 for row in software)
    assert all(float(row["train_accuracy"]) > 0 for row in software)
    assert all(row["train_accuracy"] == "" for row in written)
    read = read_epochs(tmp_path / "net.csv")
    assert [np.isnan(epoch.train_accuracy) for epoch in read] == [row["weights"] == "written" for row in rows]
    assert all(int(row["pulses"]) >= 784 * 30 + 300 for row in written)
    assert len({row["pulses"] for row in written}) == 6


@pytest.mark.parametrize("precursor", ["quantized", "float"])
def test_ex_situ_precursors_train(run, precursor):
    config = ExSituNetwork(
        scheme="ex_situ", layers=(784, 30, 10), trials=1, precursor=precursor, eta=0.05, baseline=False,
        images=400, test_images=100, epochs=4,
    )  # fmt: skip
    rows = run(config, precursor)
    assert float(rows[-2]["test_accuracy"]) > 0.8


def test_workers_do_not_change_the_numbers_and_files_are_whole(run, tmp_path):
    config = PAIR.model_copy(update={"grid": {"eta": [0.1, 0.3]}})
    alone = run(config, csv_name="alone.csv")
    kept = {path.name: json.loads(path.read_text()) for path in (tmp_path / "points").iterdir()}
    for path in (tmp_path / "points").iterdir():
        path.unlink()
    together = run(config, workers=2, csv_name="together.csv")
    assert numbers(alone) == numbers(together)
    again = {path.name: json.loads(path.read_text()) for path in (tmp_path / "points").iterdir()}
    assert set(again) == set(kept)
    assert len(kept) == 2 * 2 * 2 + 2
    for name, record in again.items():
        assert record["identity"] == kept[name]["identity"]


def test_what_workers_warn_of_is_said_here(run, caplog):
    futile = PAIR.model_copy(update={"eta": 1e-9, "devices": ["linear"], "baseline": False, "seeds": 2})
    run(futile, workers=2)
    assert len([line for line in caplog.messages if "fired no pulse in the first" in line]) == 2


def test_a_scheduler_of_the_users_gives_the_same_numbers(run, tmp_path):
    config = PAIR.model_copy(update={"seeds": 1})
    alone = run(config, csv_name="alone.csv")
    for path in (tmp_path / "points").iterdir():
        path.unlink()
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0") as cluster:
        assert numbers(run(config, scheduler=cluster.scheduler_address)) == numbers(alone)


def test_a_sweep_goes_on_where_it_stood(run, tmp_path, monkeypatch):
    trained = []
    train_task = sweep.train_task

    def dying(task):
        if len(trained) == 2:
            raise KeyboardInterrupt
        trained.append(task["name"])
        return train_task(task)

    monkeypatch.setattr(sweep, "train_task", dying)
    with pytest.raises(KeyboardInterrupt):
        run(PAIR)
    assert sorted(path.stem for path in (tmp_path / "points").iterdir()) == sorted(trained)
    assert not (tmp_path / "net.csv").exists()

    resumed = []
    monkeypatch.setattr(sweep, "train_task", lambda task: resumed.append(task["name"]) or train_task(task))
    rows = run(PAIR)
    assert len(resumed) == 4
    assert not set(resumed) & set(trained)
    assert len(rows) == 6 * 2
    run(PAIR)
    assert len(resumed) == 4


def test_longest_points_start_first(run, monkeypatch):
    order = []
    train_task = sweep.train_task
    monkeypatch.setattr(sweep, "train_task", lambda task: order.append(task) or train_task(task))
    run(PAIR.model_copy(update={"seeds": 1, "grid": {"images": [50, 200, 100]}}))
    of_devices = [task["config"]["images"] for task in order if task["device"] == "linear"]
    assert of_devices == [200, 100, 50]


def test_errors_come_before_any_training(run, image_folder, monkeypatch, table_files):
    monkeypatch.setattr(sweep, "train_task", lambda task: pytest.fail("trained before the check"))
    with pytest.raises(ConfigError, match="layers begins with 500 inputs, the images of this scheme have 784 pixels"):
        run(QUANTIZED.model_copy(update={"layers": (500, 10)}))
    with pytest.raises(ConfigError, match="images is 5000, the data set has 400"):
        run(PAIR.model_copy(update={"images": 5000}))
    with pytest.raises(TableError, match="with probability 0"):
        run(QUANTIZED.model_copy(update={"alpha": 1e-9, "devices": ["wall"]}))
    with pytest.raises(ConfigError, match="7 states asked for"):
        run(QUANTIZED.model_copy(update={"n_states": 7, "devices": ["wall"]}))


def test_a_record_that_cannot_be_read_is_named(run, tmp_path):
    run(PAIR)
    path = next((tmp_path / "points").iterdir())
    path.write_text("{")
    with pytest.raises(ConfigError, match=f"{path.name}: not a finished point"):
        run(PAIR)


@pytest.fixture
def half_measured(tmp_path):
    """A device whose SET pulses were measured in the lower half of its range, its RESET pulses all over it."""
    table = linear_device(50, name="half", g_max=10e-6)
    write_table(tmp_path / "half.h5", replace(table, coverage=Coverage((0.0, 5e-6), (0.0, 10e-6))))
    return {"half": tmp_path / "half.h5"}


def test_pulses_fired_where_nobody_measured_are_a_column_and_a_warning(run, half_measured, table_files, caplog):
    rows = run(PAIR, tables=half_measured | {"linear": table_files["linear"]})
    shares = [float(row["unmeasured_set"]) for row in rows if row["device"] == "half"]
    assert 0.3 < min(shares) < max(shares) < 1
    assert {row["unmeasured_share"] for row in rows if row["device"] != "half"} == {""}
    (line,) = caplog.messages
    assert line.startswith("network net, device half: up to ")
    assert "% of the SET pulses of a training were fired where SET was never measured (above 5 µS)" in line
    caplog.clear()
    trained = PAIR.model_copy(update={"seeds": 1, "epochs": 1})
    run(trained, tables=half_measured)
    run(trained, tables=half_measured)  # nothing is trained, and it is said again
    assert len(caplog.messages) == 2
    assert caplog.messages[0] == caplog.messages[1]
    assert "of the SET pulses of this training" in caplog.messages[0]


def test_shares_of_a_training_weigh_its_epochs_by_their_pulses(run, half_measured, tmp_path):
    rows = [row for row in run(PAIR, tables=half_measured) if row["device"] == "half"]
    sets = [[int(row["pulses"]) - float(row["reset_pulses"]) for row in rows if row["seed"] == seed] for seed in "01"]
    blind = [[float(row["unmeasured_set"]) for row in rows if row["seed"] == seed] for seed in "01"]
    expected = np.mean([np.average(share, weights=fired) for share, fired in zip(blind, sets, strict=True)])
    (half,) = (line for line in read_summary([tmp_path / "net.csv"]) if line.device == "half")
    assert half.unmeasured_set == pytest.approx(expected, rel=1e-12)
    assert half.unmeasured_reset == 0
    assert half.unmeasured_share is not None
    assert 0 < half.unmeasured_share < half.unmeasured_set


def test_results_from_before_there_was_the_column_are_read(run, half_measured, tmp_path):
    run(PAIR, tables=half_measured)
    with (tmp_path / "net.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    kept = [name for name in rows[0] if not name.startswith("unmeasured")]
    assert len(kept) == len(rows[0]) - 3
    with (tmp_path / "old.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, kept, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    old, new = (read_summary([tmp_path / name]) for name in ("old.csv", "net.csv"))
    assert [line.unmeasured_share for line in old] == [None, None]
    assert [line.test_percent for line in old] == [line.test_percent for line in new]


@pytest.mark.parametrize("scheme", [QuantizedNetwork, ExSituNetwork])
def test_attempts_at_levels_say_what_of_them_nobody_measured(run, half_measured, scheme, caplog):
    config = scheme(
        scheme="quantized" if scheme is QuantizedNetwork else "ex_situ", layers=(784, 16, 10), levels=5, n_states=3,
        images=60, test_images=50, epochs=1, seeds=1, baseline=False,
    )  # fmt: skip
    rows = run(config, tables=half_measured)
    said = {row["unmeasured_set"] for row in rows if int(row["pulses"]) > 0}
    assert len(said) == 1
    assert 0.1 < float(said.pop()) < 0.5  # every level starts at the bottom
    assert all(row["unmeasured_set"] == "" for row in rows if int(row["pulses"]) == 0)
    assert "of the SET pulses of " in caplog.text


def test_seed_and_name_change_the_numbers(run):
    one = run(PAIR)
    other = run(PAIR, root_seed=5)
    renamed = run(PAIR, name="another")
    accuracies = [[row["train_accuracy"] for row in rows] for rows in (one, other, renamed)]
    assert accuracies[0] != accuracies[1]
    assert accuracies[0] != accuracies[2]


def test_settings_are_compared_on_equal_random_numbers(run):
    rows = run(PAIR.model_copy(update={"grid": {"leakage_time": [1e12]}}))
    plain = run(PAIR)
    leaky = [row["train_accuracy"] for row in rows if row["device"] == "linear"]
    assert leaky == [row["train_accuracy"] for row in plain if row["device"] == "linear"]


def test_progress_is_lines_in_a_log(run, capsys):
    run(PAIR.model_copy(update={"seeds": 1}))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("]")[0] for line in lines] == ["[1/3", "[2/3", "[3/3"]
    assert any("floating point" in line for line in lines)


def test_seconds_are_processor_time(run):
    start = time.process_time()
    rows = run(PAIR.model_copy(update={"seeds": 1}))
    assert 0 < np.sum([float(row["seconds"]) for row in rows]) <= time.process_time() - start
