import re
import sys

import pytest
from device_tables import coarse_wall, linear_device, wall
from typer.testing import CliRunner

from devicegen.errors import TableError
from devicegen.table import write_table
from netsim import cli


def test_score_prints_accuracy_beside_floating_point(image_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    write_table(tmp_path / "linear.h5", linear_device(50))
    arguments = ["score", str(tmp_path / "linear.h5"), "--mnist", str(image_folder), "--other-data-set"]
    result = CliRunner().invoke(cli.app, [*arguments, "--images", "200", "--epochs", "1"])
    assert result.exit_code == 0, result.output
    line = next(line for line in result.output.splitlines() if "528-250-125-10" in line)
    assert line.count("%") == 2


def test_a_table_is_scored_by_the_schemes_it_allows():
    assert [n.scheme for n in cli.quick_networks(wall(), None, None, None)] == ["quantized"]
    assert [n.scheme for n in cli.quick_networks(linear_device(), 100, 1, None)] == ["pair"]


def test_the_alpha_that_a_refusal_asks_for_can_be_given(image_folder, tmp_path):
    write_table(tmp_path / "coarse.h5", coarse_wall())
    arguments = ["score", str(tmp_path / "coarse.h5"), "--mnist", str(image_folder), "--other-data-set"]
    arguments += ["--images", "20", "--epochs", "1"]
    refused = CliRunner().invoke(cli.app, arguments)
    assert isinstance(refused.exception, TableError)
    alpha = re.search(r"Set alpha above ([\d.]+)\.$", str(refused.exception))
    assert alpha
    assert CliRunner().invoke(cli.app, [*arguments, "--alpha", str(float(alpha[1]) + 0.01)]).exit_code == 0
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
