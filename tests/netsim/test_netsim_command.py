import csv
import re
import sys
from dataclasses import replace

import pytest
from device_tables import coarse_wall, linear_device
from typer.testing import CliRunner

from devicegen.errors import ConfigError, TableError
from devicegen.table import Coverage
from devicegen.table_file import write_table
from netsim import cli
from netsim.config import scorecard as settings

SMALL = {
    "images": 60,
    "epochs": 1,
    "seeds": 2,
    "test_images": 50,
    "eta": (0.1,),
    "eta_ratio": ("auto",),
    "weight_range": (0.5,),
    "eta_factors": (1.0,),
    "quantized_images": 60,
    "quantized_epochs": 1,
    "pair_layers": (528, 16, 10),
    "quantized_layers": (784, 16, 10),
}


@pytest.fixture
def small_cards(monkeypatch):
    """Scorecards of the smallest networks."""
    monkeypatch.setenv("COLUMNS", "160")

    def small(**given):
        return settings.ScorecardConfig(**(SMALL | given))

    monkeypatch.setattr(cli, "ScorecardConfig", small)


def test_score_prints_and_writes_what_each_flaw_costs(image_folder, tmp_path, small_cards):
    write_table(tmp_path / "linear.h5", linear_device(20, noise=0.01, reset_ratio=3))
    arguments = ["score", str(tmp_path / "linear.h5"), "--mnist", str(image_folder), "--other-data-set"]
    arguments += ["--output", str(tmp_path / "cards"), "--workers", "1"]
    result = CliRunner().invoke(cli.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "in points of test accuracy" in result.output
    assert re.search(r"pair\s.*± .* %.*± .* %", result.output)
    for flaw in ("noise", "asymmetry", "bounds", "coarseness"):
        assert re.search(rf"{flaw}\s.*%.*[+-]\d+\.\d\d ± ", result.output), flaw
    assert "Not among its flaws" in result.output
    assert "points below floating point" in result.output
    with open(tmp_path / "cards" / "linear" / "flaws.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["row"] for row in rows[:3]] == ["as it is", "ideal", "floating point"]
    assert {row["flaw"] for row in rows[3:]} >= {"noise", "asymmetry", "bounds", "coarseness"}
    assert (tmp_path / "cards" / "linear" / "scorecard.png").stat().st_size > 10_000


def test_score_prints_where_pulses_were_measured(image_folder, tmp_path, small_cards):
    table = replace(linear_device(20, noise=0.01), coverage=Coverage((0.0, 0.4), (0.0, 1.0)))
    write_table(tmp_path / "half.h5", table)
    arguments = ["score", str(tmp_path / "half.h5"), "--mnist", str(image_folder), "--other-data-set"]
    arguments += ["--output", str(tmp_path / "cards"), "--workers", "1"]
    said = " ".join(CliRunner().invoke(cli.app, arguments, catch_exceptions=False).output.split())
    assert "SET measured: 0 to 0.4 S (40% of the range); RESET measured: 0 to 1 S (100% of the range)" in said
    assert re.search(r"pair: \d+% of the SET pulses of this training were fired where SET was never measured", said)


def test_the_alpha_that_a_refusal_asks_for_can_be_given(image_folder, tmp_path, small_cards):
    write_table(tmp_path / "coarse.h5", coarse_wall())
    arguments = ["score", str(tmp_path / "coarse.h5"), "--mnist", str(image_folder), "--other-data-set"]
    arguments += ["--output", str(tmp_path / "cards"), "--workers", "1", "--images", "20"]
    refused = CliRunner().invoke(cli.app, arguments)
    assert isinstance(refused.exception, TableError)
    alpha = re.search(r"Set alpha above ([\d.]+)\.", str(refused.exception))
    assert alpha
    accepted = CliRunner().invoke(cli.app, [*arguments, "--alpha", str(float(alpha[1]) + 0.01)])
    assert accepted.exit_code == 0, accepted.output
    assert CliRunner().invoke(cli.app, [*arguments, "--alpha", "0"]).exit_code == 2


def test_user_errors_are_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["netsim", "score", str(tmp_path / "none.h5")])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 1
    message = capsys.readouterr().err
    assert message.startswith("netsim: ")
    assert "no such table" in message
    assert len(message.splitlines()) == 1


def test_a_scheduler_that_is_none_is_one_sentence(image_folder, tmp_path, small_cards):
    write_table(tmp_path / "linear.h5", linear_device(20))
    arguments = ["score", str(tmp_path / "linear.h5"), "--mnist", str(image_folder), "--other-data-set"]
    arguments += ["--output", str(tmp_path / "cards"), "--scheduler", "nowhere"]
    refused = CliRunner().invoke(cli.app, arguments)
    assert isinstance(refused.exception, ConfigError)
    assert "scheduler: found 'nowhere', where no Dask scheduler answers" in str(refused.exception)
