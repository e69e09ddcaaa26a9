"""`devicegen measure add`: what a look at the file tells is proposed with a reason, the rest is asked for."""

import pytest
import yaml
from pulse_folders import pulse_rows, text
from typer.testing import CliRunner

from devicegen.cli import app
from devicegen.errors import PulseFileError
from devicegen.measured.description import read_description
from devicegen.measured.add import add_device
from devicegen.measured.propose import units_in
from devicegen.measured.readers import read_pulses

ANSWERS = {"synthetic": "no", "source": "lab book", "licence": "CC0", "units": "uS", "read-voltage": "0.1"}


def answer(name, question):
    assert question
    return ANSWERS[name]


def added(tmp_path, content, ask=answer, name="new.csv"):
    (tmp_path / name).write_text(content)
    reasons = add_device(tmp_path / name, tmp_path / "raw" / "new", ask)
    folder = tmp_path / "raw" / "new"
    return read_description(folder), read_pulses(folder, read_description(folder)), reasons


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


def test_codes_are_told_by_what_the_pulses_do(tmp_path):
    """Resistances after each pulse, codes that say nothing: A lowers the resistance, so it is SET."""
    rows = [[r[0], r[1], "A" if r[2] == "SET" else "B", f"{1e3 / float(r[4]):.6f}"] for r in pulse_rows()]
    found, record, _ = added(tmp_path, "B1500 log\n\n" + text(rows, ";", header=["dut", "n", "type", "R [kohm]"]))
    assert found.header_line == 3
    assert found.columns.after.units == "kohm"
    assert found.polarity.set == ["A"]
    assert record.delta_S[record.is_set].mean() > 0


def test_sign_of_the_amplitude(tmp_path):
    rows = [[r[1], "-4000" if r[2] == "SET" else "3500", r[4]] for r in pulse_rows()]
    found, record, _ = added(tmp_path, text(rows, "\t", header=["index", "V_prog (mV)", "conductance (uS)"]))
    assert found.polarity.set_sign == "negative"
    assert found.columns.amplitude.units == "mV"
    assert record.is_set.sum() == 59, "the first pulse has no read before it"


def test_currents_need_a_read_voltage(tmp_path):
    rows = [[r[2], f"{0.1 * float(r[3]):.5f}", f"{0.1 * float(r[4]):.5f}"] for r in pulse_rows()]
    found, record, _ = added(tmp_path, text(rows, header=["pol", "before_uA", "after_uA"]))
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


def refuse(name, question):
    raise PulseFileError(f"asked for {name}")


def test_nothing_is_left_behind_when_an_answer_is_missing(tmp_path):
    with pytest.raises(PulseFileError, match="asked for synthetic"):
        added(tmp_path, text(pulse_rows(), header=HEADINGS), refuse)
    assert not (tmp_path / "raw").exists()


def test_nothing_is_left_behind_when_the_pulses_are_refused(tmp_path):
    with pytest.raises(PulseFileError, match=r"^\S+/new\.csv: 20 SET pulses, expected at least 50"):
        added(tmp_path, text(pulse_rows(20), header=HEADINGS))
    assert list((tmp_path / "raw").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("just,words\nand,more\n", "no line of headings"),
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
