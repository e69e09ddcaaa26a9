"""`devicegen measure add`: what a look at the file tells is proposed with a reason, the rest is asked for."""

from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from PIL import Image
from pulse_folders import pulse_rows, text
from typer.testing import CliRunner

from devicegen.cli import app
from devicegen.errors import PulseFileError
from devicegen.measured.add import PICTURE, add_device
from devicegen.measured.description.model import read_description
from devicegen.measured.looking.answers import Answers
from devicegen.measured.looking.headings import units_in
from devicegen.measured.reading.pulses import read_pulses
from devicegen.measured.table import measured_table

ORIGIN = {"synthetic": "no", "source": "lab book", "licence": "CC0"}
ANSWERS = ORIGIN | {"units": "uS", "read-voltage": "0.1"}


def added(tmp_path, content, answers=ANSWERS, name="new.csv"):
    (tmp_path / name).write_text(content)
    folder = tmp_path / "raw" / "new"
    made = add_device([tmp_path / name], folder, Answers(answers))
    return read_description(folder), read_pulses(folder, read_description(folder)), [*made.reasons, *made.notes]


HEADINGS = ["Chip", "Pulse #", "Polarity", "G before (uS)", "G after (uS)"]


def test_rows_with_telling_headings(tmp_path):
    found, record, reasons = added(tmp_path, text(pulse_rows(), header=HEADINGS))
    assert found.layout == "one_row_a_pulse"
    assert found.columns.device.name == "Chip"
    assert found.columns.pulse.name == "Pulse #"
    assert found.columns.after.units == "uS"
    assert (found.polarity.set, found.polarity.reset) == (["SET"], ["RESET"])
    assert record.size == 120
    assert "polarity: pulses of 'SET' raise the conductance, pulses of 'RESET' lower it" in reasons


def test_columns_that_are_not_used_are_named(tmp_path):
    rows = [[*row, "25"] for row in pulse_rows()]
    *_, reasons = added(tmp_path, text(rows, header=[*HEADINGS, "stage (C)"]))
    assert "columns: not used: 'stage (C)'" in reasons


def test_codes_are_told_by_what_the_pulses_do(tmp_path):
    """Resistances after each pulse, codes that say nothing: A lowers the resistance, so it is SET."""
    rows = [[r[0], r[1], "A" if r[2] == "SET" else "B", f"{1e3 / float(r[4]):.6f}"] for r in pulse_rows()]
    found, record, _ = added(
        tmp_path, "B1500 log\n\n" + text(rows, ";", header=["dut", "n", "type", "R [kohm]"]), ORIGIN
    )
    assert found.header_line == 3
    assert found.columns.after.units == "kohm"
    assert found.polarity.set == ["A"]
    assert record.delta_S[record.is_set].mean() > 0


def test_sign_of_the_amplitude(tmp_path):
    rows = [[r[1], "-4000" if r[2] == "SET" else "3500", r[4]] for r in pulse_rows()]
    found, record, reasons = added(tmp_path, text(rows, "\t", header=["index", "V_prog (mV)", "conductance (uS)"]))
    assert found.polarity.set_sign == "negative"
    assert found.columns.amplitude.units == "mV"
    assert any(reason.startswith("polarity: pulses of negative amplitude raise") for reason in reasons)
    assert record.is_set.sum() == 59, "the first pulse has no read before it"


def test_currents_need_a_read_voltage(tmp_path):
    rows = [[r[2], f"{0.1 * float(r[3]):.5f}", f"{0.1 * float(r[4]):.5f}"] for r in pulse_rows()]
    found, record, _ = added(
        tmp_path, text(rows, header=["pol", "before_uA", "after_uA"]), ORIGIN | {"read-voltage": "0.1"}
    )
    assert found.read_voltage_V == 0.1
    assert record.g_before_S[0] == pytest.approx(10e-6)


def test_ramps_without_headings(tmp_path):
    content = "".join(f"{10 + 0.1 * k:.2f},{20 - 0.1 * k:.2f}\n" for k in range(60))
    found, record, _ = added(tmp_path, content)
    assert found.header_line == 0
    assert (found.ramp_columns.set, found.ramp_columns.reset) == ([1], [2])
    assert record.size == 118


def test_reasons_stand_in_the_file(tmp_path):
    added(tmp_path, text(pulse_rows(), header=HEADINGS))
    written = (tmp_path / "raw" / "new" / "device.yaml").read_text()
    assert written.startswith("# Proposed by devicegen measure add; check it.\n# header_line:")
    assert yaml.safe_load(written)["device"] == "new"


def two(tmp_path, up, down, **answers):
    """Add a device from two files, with the answers that are given and no others."""
    (tmp_path / "up.csv").write_text(up)
    (tmp_path / "down.csv").write_text(down)
    folder = tmp_path / "raw" / "new"
    made = add_device([tmp_path / "up.csv"], folder, Answers(ORIGIN | answers), [tmp_path / "down.csv"])
    return read_description(folder), made.reasons, folder


def side_by_side(sign, n=60, ramps=3):
    rows = [",".join(f"rmp{c}" for c in range(ramps))]
    rows += [",".join(f"{20 + sign * 0.1 * k + 0.01 * c:.3f}" for c in range(ramps)) for k in range(n)]
    return "\n".join(rows) + "\n"


def test_ramps_in_a_file_for_each_polarity(tmp_path):
    found, reasons, folder = two(tmp_path, side_by_side(1), side_by_side(-1), units="uS")
    assert found.layout == "one_column_a_ramp"
    assert found.files.set == ["up.csv"]
    assert "files: the conductance rises in up.csv and falls in down.csv" in reasons
    assert int(read_pulses(folder, found).is_set.sum()) == 3 * 59


def test_exchanged_files_are_refused(tmp_path):
    with pytest.raises(PulseFileError, match=r"up\.csv: was given as the file of SET, but the conductance falls"):
        two(tmp_path, side_by_side(-1), side_by_side(1), units="uS")


def test_rows_in_a_file_for_each_polarity(tmp_path):
    header = ["n", "G before (uS)", "G after (uS)"]
    rows = [[row[1], *row[3:]] for row in pulse_rows()]
    found, _, folder = two(tmp_path, text(rows[:60], header=header), text(rows[60:], header=header))
    assert found.layout == "one_row_a_pulse"
    assert found.polarity is None
    assert int(read_pulses(folder, found).is_set.sum()) == 60


def test_two_files_of_one_name_are_refused(tmp_path):
    (tmp_path / "a").mkdir()
    for path in (tmp_path / "g.csv", tmp_path / "a" / "g.csv"):
        path.write_text(side_by_side(1))
    with pytest.raises(PulseFileError, match="has the same name as"):
        add_device([tmp_path / "g.csv"], tmp_path / "new", Answers(ANSWERS), [tmp_path / "a" / "g.csv"])


RISING = "title\n1e-6,2e-6,3e-6\n0,0.5,1\n" + "0,0,0\n1e-7,1e-7,1e-7\n2e-7,2e-7,2e-7\n"
FALLING = "title\n1e-6,2e-6,3e-6\n0,0.5,1\n" + "-2e-7,-2e-7,-2e-7\n-1e-7,-1e-7,-1e-7\n0,0,0\n"


def test_finished_tables_become_a_device(tmp_path):
    found, reasons, folder = two(tmp_path, FALLING, RISING)
    assert found.layout == "crosssim_tables"
    assert found.files.set == ["down.csv"]
    assert "files: the changes of down.csv raise the conductance more" in reasons
    table = measured_table(folder)
    assert (table.g_min_S, table.g_max_S) == (1e-6, 3e-6)
    assert table.jump_set.quantile([0.5])[0, 0] == pytest.approx(1e-7, rel=1e-3)
    assert [entry["name"] for entry in table.provenance["inputs"]] == ["down.csv", "up.csv"]


def test_one_finished_table_asks_for_the_other(tmp_path):
    with pytest.raises(PulseFileError, match=r"new\.csv: a look-up table of CrossSim; give .* with --reset"):
        added(tmp_path, FALLING)


def test_arbitrary_scale_is_asked_for(tmp_path):
    content = "".join(f"{-1 + 0.03 * k:.2f},{1 - 0.03 * k:.2f}\n" for k in range(60))
    asked = ANSWERS | {"units": "1", "zero-S": "1e-5", "unit-S": "5e-6"}
    found, record, _ = added(tmp_path, content, asked)
    assert (found.arbitrary_scale.zero_S, found.arbitrary_scale.unit_S) == (1e-5, 5e-6)
    assert record.g_before_S[0] == pytest.approx(5e-6)
    (tmp_path / "raw" / "new").rename(tmp_path / "raw" / "old")
    with pytest.raises(PulseFileError, match="zero-S is 'ten', expected a number: Conductance that 0"):
        added(tmp_path, content, asked | {"zero-S": "ten"})


def test_sweeps_are_shown_and_one_is_asked_for(tmp_path):
    header = ["Pulse #", "Polarity", "Amplitude (V)", "Width (us)", "G before (uS)", "G after (uS)"]
    rows = [
        [row[1], row[2], "-4" if k % 2 else "-3.5", "10", *row[3:]]
        if row[2] == "SET"
        else [*row[1:3], "3", "10", *row[3:]]
        for k, row in enumerate(pulse_rows(120))
    ]
    with pytest.raises(PulseFileError, match=r"SET pulses of 2 amplitudes: -4 V \(60 pulses\), -3.5 V \(60 pulses\)"):
        added(tmp_path, text(rows, header=header))
    found, record, reasons = added(tmp_path, text(rows, header=header), ANSWERS | {"set-amplitude": "-4"})
    assert found.pulse.set.amplitude_V == -4
    assert (record.is_set.sum(), (~record.is_set).sum()) == (60, 120)
    assert any(reason.startswith("pulse.set.amplitude_V: as answered") for reason in reasons)


def test_current_of_the_pulse_is_told_from_a_read(tmp_path):
    header = ["pol", "G before (uS)", "G after (uS)", "pulse current (uA)", "V_prog (V)", "pulse width (us)"]
    rows = [[*r[2:], "3.5", "2" if r[2] == "SET" else "-2", "1"] for r in pulse_rows()]
    found, record, _ = added(tmp_path, text(rows, header=header))
    assert found.columns.current.name == "pulse current (uA)"
    assert record.energy_J == pytest.approx(np.full(120, 7e-12))


def test_a_first_picture_is_drawn(tmp_path):
    added(tmp_path, text(pulse_rows(), header=HEADINGS))
    with Image.open(tmp_path / "raw" / "new" / PICTURE) as picture:
        assert picture.width > 500
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 20


def test_nothing_is_left_behind_when_an_answer_is_missing(tmp_path):
    with pytest.raises(PulseFileError, match="Give --synthetic or --measured"):
        added(tmp_path, text(pulse_rows(), header=HEADINGS), {})
    assert not (tmp_path / "raw").exists()


def test_nothing_is_left_behind_when_the_pulses_are_refused(tmp_path):
    with pytest.raises(PulseFileError, match=r"^\S+/new\.csv: .*10 SET pulses"):
        added(tmp_path, text(pulse_rows(10), header=HEADINGS))
    assert list((tmp_path / "raw").iterdir()) == []


COUNTED = "".join(f"{k},{10 + 0.1 * k:.2f}\n" for k in range(60))
WORDS = "".join(f"P;{10 + 0.1 * k:.2f}\n" for k in range(60))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("pulse,G (uS)\n" + COUNTED, "only SET was measured.*there is no RESET pulse in the file"),
        (COUNTED, "only SET was measured"),
        (f"Richtung;G (uS)\n{WORDS}", "'Richtung' holds 1 codes of the polarity .* no pulse of the other"),
        ("just,words\nand,more\n", "no three lines of numbers"),
        (
            text([[*r[:2], f"code{int(r[1]) % 3}", *r[3:]] for r in pulse_rows()], header=HEADINGS),
            "3 codes of the polarity",
        ),
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path, content, message):
    with pytest.raises(PulseFileError, match=message):
        added(tmp_path, content)


def test_existing_folder_is_left_alone(tmp_path):
    (tmp_path / "raw" / "new").mkdir(parents=True)
    with pytest.raises(PulseFileError, match="is there already"):
        added(tmp_path, text(pulse_rows(), header=HEADINGS))


@pytest.mark.parametrize("name", ["my device", "1st", "a.b"])
def test_a_name_that_could_not_name_files_is_refused_before_anything_is_read(tmp_path, name):
    with pytest.raises(PulseFileError, match="--out .*: its last part names the device, found"):
        add_device([tmp_path / "absent.csv"], tmp_path / name, Answers({}))


def test_a_pulse_file_that_is_missing_is_refused_before_anything_is_asked(tmp_path):
    with pytest.raises(PulseFileError, match=r"absent\.csv: no such file, expected a pulse file"):
        add_device([tmp_path / "absent.csv"], tmp_path / "new", Answers({}))


@pytest.mark.parametrize(
    ("heading", "units"),
    [("G (uS)", "uS"), ("R [ kohm ]", "kohm"), ("before_nS", "nS"), ("I/nA", "nA"), ("G", None), ("level 1", None)],
)
def test_units_in_headings(heading, units):
    assert units_in(heading) == units


def test_command_asks_for_options_where_nobody_can_answer(tmp_path):
    (tmp_path / "new.csv").write_text(text(pulse_rows(), header=HEADINGS))
    words = ["measure", "add", str(tmp_path / "new.csv"), "--out", str(tmp_path / "new")]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, PulseFileError)
    assert "Give --synthetic or --measured" in str(result.exception)
    result = CliRunner().invoke(app, [*words, "--measured", "--source", "me", "--licence", "CC0"])
    assert result.exit_code == 0
    assert "60 pulses" in result.output


def test_code_page_of_windows_is_told(tmp_path):
    """A µ of an old lab program: UTF-8 it is not."""
    headings = [heading.replace("u", "\N{MICRO SIGN}") if "(" in heading else heading for heading in HEADINGS]
    (tmp_path / "new.csv").write_bytes(text(pulse_rows(), header=headings).encode("cp1252"))
    reasons = add_device([tmp_path / "new.csv"], tmp_path / "raw" / "new", Answers(ANSWERS)).reasons
    found = read_description(tmp_path / "raw" / "new")
    assert (found.encoding, found.columns.after.units) == ("cp1252", "µS")
    assert read_pulses(tmp_path / "raw" / "new", found).size == 120
    assert any("not UTF-8" in reason for reason in reasons)


def test_answers_are_not_lost_with_a_wrong_one(tmp_path, monkeypatch):
    rows = [[r[0], r[1], r[2], r[4]] for r in pulse_rows()]
    (tmp_path / "new.csv").write_text(text(rows, header=["dut", "n", "polarity", "G after"]))
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    given = iter(["no", "lab book of 2024", "CC0", "parsec"])
    monkeypatch.setattr("typer.prompt", lambda question, **_: next(given))
    with pytest.raises(PulseFileError) as refused:
        app(["measure", "add", str(tmp_path / "new.csv"), "--out", str(tmp_path / "new")], standalone_mode=False)
    told = "--measured --source 'lab book of 2024' --licence CC0 --units parsec"
    assert str(refused.value).endswith(f"Your answers as options, to correct and give again: {told}")
    assert not (tmp_path / "new").exists()


def test_command_says_which_options_it_did_not_need(tmp_path):
    (tmp_path / "new.csv").write_text(text(pulse_rows(), header=HEADINGS))
    words = ["measure", "add", str(tmp_path / "new.csv"), "--out", str(tmp_path / "new"), "--zero-S", "1e-6"]
    result = CliRunner().invoke(app, [*words, "--measured", "--source", "me", "--licence", "CC0"])
    assert result.exit_code == 0
    assert "--zero-S 1e-6: not used" in result.stderr
    assert "--source" not in result.stderr
