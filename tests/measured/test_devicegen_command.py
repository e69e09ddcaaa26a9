"""The command `devicegen`: what it says, and one sentence when the input is wrong."""

import json
import subprocess
import sys

import numpy as np
import pytest
import typer
from pulse_folders import ROWS, pulse_rows, text
from typer.testing import CliRunner

from devicegen.artificial.response import write_artificial_table
from devicegen.cli import app, main
from devicegen.table_file import read_table
from netsim.cli import app as netsim_app

runner = CliRunner()


@pytest.fixture
def line(tmp_path):
    write_artificial_table("line", {"form": "linear", "set_pulses": 100}, tmp_path / "line.h5")
    return tmp_path / "line.h5"


def test_show(line):
    shown = runner.invoke(app, ["table", "show", str(line)])
    assert shown.exit_code == 0
    for words in ("artificial", "1 µS … 11 µS", "100 nS (100 pulses across)", "form"):
        assert words in shown.output


def test_provenance_is_shown_in_short_and_given_whole(line):
    short = runner.invoke(app, ["table", "show", str(line)]).output
    assert "libraries" not in short
    assert "--provenance" in short
    whole = runner.invoke(app, ["table", "show", str(line), "--provenance"])
    assert json.loads(whole.output) == read_table(line).provenance


def test_verify(line):
    assert "intact: artificial device line" in runner.invoke(app, ["table", "verify", str(line)]).output


def test_export(line, tmp_path):
    result = runner.invoke(app, ["table", "export", str(line), "--out", str(tmp_path / "csv")])
    assert result.exit_code == 0
    written = np.genfromtxt(tmp_path / "csv" / "line_set.csv", delimiter=",", skip_header=1)
    assert written[0, 0] == pytest.approx(1e-6)
    assert written[-1, 0] == pytest.approx(11e-6)
    assert np.all(written[:, -1] == 1)


def test_crosssim_tables_out_and_in(line, tmp_path):
    out = tmp_path / "tables"
    assert runner.invoke(app, ["table", "export", str(line), "--out", str(out), "--crosssim"]).exit_code == 0
    files = [str(out / name) for name in ("dG_increasing.txt", "dG_decreasing.txt")]
    again = str(tmp_path / "again.h5")
    words = ["--source", "a test", "--licence", "none", "--synthetic"]
    assert runner.invoke(app, ["table", "import-crosssim", *files, again, *words]).exit_code == 0
    assert "intact: made-up (not measured) device again" in runner.invoke(app, ["table", "verify", again]).output


def test_check(lab):
    shown = runner.invoke(app, ["measure", "check", str(lab(ROWS, pulses_csv=text(pulse_rows())))])
    assert shown.exit_code == 0
    assert "60 pulses, 100 nS ± " in shown.output


def test_example(tmp_path):
    result = runner.invoke(app, ["example", "pcmo_fumarola", "--out", str(tmp_path / "pcmo_fumarola")])
    assert result.exit_code == 0
    assert (tmp_path / "pcmo_fumarola" / "device.yaml").is_file()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["table", "show", "nowhere.h5"], "nowhere.h5: no such table.\n"),
        (
            ["table", "show", "tables/no.h5"],
            "tables/no.h5: no such table. Make it with: snakemake --cores 2 tables/no.h5",
        ),
        (["measure", "check", "nowhere"], "nowhere/device.yaml: no such file"),
        (["example", "nope"], "example 'nope' is unknown"),
    ],
)
def test_wrong_input_is_one_sentence(arguments, sentence, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["devicegen", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1
    error = capsys.readouterr().err
    assert error.startswith(sentence)
    assert error.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_one_sentence(line, tmp_path, monkeypatch, capsys):
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setattr(sys, "argv", ["devicegen", "table", "export", str(line), "--out", str(tmp_path / "taken")])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1
    assert capsys.readouterr().err == f"{tmp_path / 'taken'}: File exists\n"


@pytest.mark.parametrize("program", [app, netsim_app])
def test_no_help_text_holds_brackets_that_the_terminal_would_swallow(program):
    """Rich reads `[s]` as markup: a unit in brackets would not be shown."""

    def texts(command):
        yield from (command.help or "", *(getattr(each, "help", None) or "" for each in command.params))
        for inner in getattr(command, "commands", {}).values():
            yield from texts(inner)

    found = list(texts(typer.main.get_command(program)))
    assert len(found) > 10
    assert [text for text in found if "[" in text] == []


def test_help_does_not_load_the_numerical_libraries():
    code = "import sys, devicegen.cli; sys.exit(any(m in sys.modules for m in ('numpy', 'h5py', 'scipy', 'numba')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
