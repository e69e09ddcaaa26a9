"""Pulse files as labs write them, and what is refused in them, by file and line."""

import gzip
import tracemalloc

import numpy as np
import pytest
from pulse_folders import HEADER, RAMPS, ROWS, expected_delta, merged, pulse_rows, text

from devicegen.errors import PulseFileError
from devicegen.measured.cells import open_cells
from devicegen.measured.description.model import Description, read_description
from devicegen.measured.reading.pulses import read_pulses


def read(folder):
    return read_pulses(folder, read_description(folder))


def opened(path):
    """The cells of a file with one line of headings."""
    return open_cells(path, Description.model_validate(RAMPS))


def comma(content: str) -> str:
    return content.replace(".", ",")


PLAIN = text(pulse_rows())


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        text(pulse_rows(), end="\r\n"),
        "\ufeff" + PLAIN,
        text(pulse_rows(), "\t"),
        text(pulse_rows(), ";"),
        comma(text(pulse_rows(), ";")),
        comma(text(pulse_rows(), "\t", "\r\n")),
        comma(text([[f'"{cell}"' if "." in cell else cell for cell in row] for row in pulse_rows()])),
        PLAIN + "\n,,,,\n \n",
        text([[f"  {cell} " for cell in row] for row in pulse_rows()]),
        PLAIN.rstrip("\n"),
        PLAIN.encode("utf-16"),
    ],
    ids="plain crlf bom tabs semicolons commas commas-tabs quoted padding spaces no-end utf16".split(),
)
def test_every_way_of_writing_gives_the_same_pulses(lab, content):
    record = read(lab(ROWS, pulses_csv=content))
    np.testing.assert_allclose(record.delta_S, expected_delta(), rtol=1e-9)
    np.testing.assert_array_equal(record.is_set, np.arange(120) < 60)
    assert record.g_before_S[0] == pytest.approx(10e-6)
    np.testing.assert_array_equal(np.flatnonzero(record.starts), [0])


def test_gzip(lab):
    folder = lab(merged(ROWS, {"files": {"pulses": "pulses.csv.gz"}}), pulses_csv_gz=PLAIN)
    np.testing.assert_allclose(read(folder).delta_S, expected_delta(), rtol=1e-9)


def test_damaged_gzip(lab):
    folder = lab(merged(ROWS, {"files": {"pulses": "pulses.csv.gz"}}))
    (folder / "pulses.csv.gz").write_bytes(gzip.compress(PLAIN.encode())[:-20])
    with pytest.raises(PulseFileError, match=r"pulses\.csv\.gz: (cannot be read|not readable)"):
        read(folder)


def test_lines_above_the_header_are_skipped(lab):
    content = "Instrument B1500A\nSerial,123\n" + PLAIN
    assert read(lab(merged(ROWS, {"header_line": 3}), pulses_csv=content)).size == 120


def test_no_header_columns_by_number(lab):
    columns = {
        "device": 1,
        "pulse": 2,
        "polarity": 3,
        "before": {"name": 4, "units": "uS"},
        "after": {"name": 5, "units": "uS"},
    }
    folder = lab(merged(ROWS, {"header_line": 0, "columns": columns}), pulses_csv=PLAIN.split("\n", 1)[1])
    assert read(folder).size == 120


def test_cp1252_header(lab):
    content = PLAIN.replace("G0", "G0 (µS)").encode("cp1252")
    change = {"columns": {"before": {"name": "G0 (µS)"}}}
    assert read(lab(merged(ROWS, change), pulses_csv=content)).size == 120
    assert read(lab(merged(ROWS, change | {"encoding": "cp1252"}), pulses_csv=content)).size == 120
    with pytest.raises(PulseFileError, match="not utf-8 text"):
        read(lab(merged(ROWS, change | {"encoding": "utf-8"}), pulses_csv=content))


@pytest.mark.parametrize(
    ("units", "values", "more"),
    [
        ("S", lambda g: f"{g * 1e-6:.9e}", {}),
        ("nS", lambda g: f"{g * 1e3:.6f}", {}),
        ("kohm", lambda g: f"{1e3 / g:.9f}", {}),
        ("uA", lambda g: f"{-0.1 * g:.9f}", {"read_voltage_V": -0.1}),
        ("1", lambda g: f"{g - 10:.6f}", {"arbitrary_scale": {"zero_S": 10e-6, "unit_S": 1e-6}}),
    ],
)
def test_quantities_come_out_in_siemens(lab, units, values, more):
    rows = [[*row[:3], values(float(row[3])), values(float(row[4]))] for row in pulse_rows()]
    change = {"columns": {"before": {"units": units}, "after": {"units": units}}} | more
    record = read(lab(merged(ROWS, change), pulses_csv=text(rows)))
    np.testing.assert_allclose(record.delta_S, expected_delta(), rtol=1e-4)


@pytest.mark.parametrize(("gone", "first"), [("before", 1), ("after", 0)])
def test_one_read_a_pulse_is_chained(lab, gone, first):
    """Two chips, rows of both interleaved: each loses the one pulse whose other read is not there."""
    rows = pulse_rows(devices=2)
    rows = [row for pair in zip(rows[:120], rows[120:], strict=True) for row in pair]
    record = read(lab(merged(ROWS, {"columns": {gone: None}}), pulses_csv=text(rows)))
    assert record.size == 2 * 119
    np.testing.assert_array_equal(np.bincount(record.device), [119, 119])
    assert record.device_names == ("c0", "c1")
    np.testing.assert_allclose(np.abs(record.delta_S), 0.1e-6, rtol=1e-6)
    assert dict(record.left_out) == {"no read before or after the pulse": 2}
    np.testing.assert_array_equal(np.flatnonzero(record.starts), [0, 119])


def test_gap_in_the_numbers_breaks_the_chain(lab):
    rows = pulse_rows()
    del rows[30]
    record = read(lab(merged(ROWS, {"columns": {"before": None}}), pulses_csv=text(rows)))
    assert record.size == 119 - 2  # the first pulse, and the one after the gap
    np.testing.assert_allclose(np.abs(record.delta_S), 0.1e-6, rtol=1e-6)


def test_cycles_number_anew(lab):
    rows = [[*row[:1], str(int(row[1]) % 20 + 1), *row[2:], str(int(row[1]) // 20)] for row in pulse_rows()]
    folder = lab(merged(ROWS, {"columns": {"cycle": "cycle"}}), pulses_csv=text(rows, header=[*HEADER, "cycle"]))
    assert read(folder).size == 120
    assert read(lab(ROWS, pulses_csv=text(rows, header=[*HEADER, "cycle"]))).size == 120, "numbers begin anew at 1"


def test_a_file_for_each_polarity(lab):
    rows = pulse_rows()
    change = {
        "files": {"pulses": None, "set": "s.csv", "reset": "r.csv"},
        "polarity": None,
        "columns": {"polarity": None},
    }
    record = read(lab(merged(ROWS, change), s_csv=text(rows[:60]), r_csv=text(rows[60:])))
    np.testing.assert_allclose(record.delta_S, expected_delta(), rtol=1e-9)
    np.testing.assert_array_equal(np.flatnonzero(record.starts), [0, 60])


def with_amplitude(levels):
    """Rows with one more cell, the amplitude: SET pulses take `levels` in turn, RESET pulses +3.5 V."""
    return [
        [*row, str(levels[k % len(levels)]) if row[2] == "SET" else "3.5"] for k, row in enumerate(pulse_rows(n=120))
    ]


AMPLITUDE = {"columns": {"amplitude": {"name": "V", "units": "V"}}}


def test_polarity_from_the_sign_of_the_amplitude(lab):
    change = AMPLITUDE | {"polarity": {"set": None, "reset": None, "set_sign": "negative"}}
    record = read(lab(merged(ROWS, change), pulses_csv=text(with_amplitude([-4.0]), header=[*HEADER, "V"])))
    assert record.is_set.sum() == 120


def test_polarity_codes_match_as_numbers_and_without_case(lab):
    rows = [[*row[:2], "-4.00" if row[2] == "SET" else "Reset", *row[3:]] for row in pulse_rows()]
    assert read(lab(merged(ROWS, {"polarity": {"set": -4}}), pulses_csv=text(rows))).size == 120


def test_amplitudes_are_never_mixed(lab):
    content = text(with_amplitude([-4.0, -3.0]), header=[*HEADER, "V"])
    with pytest.raises(
        PulseFileError,
        match=r"SET pulses of 2 amplitudes: -4 V \(60 pulses\), -3 V \(60 pulses\).*pulse\.set\.amplitude_V",
    ):
        read(lab(merged(ROWS, AMPLITUDE), pulses_csv=content))
    record = read(lab(merged(ROWS, AMPLITUDE | {"pulse": {"set": {"amplitude_V": -3}}}), pulses_csv=content))
    assert record.is_set.sum() == 60
    assert record.g_before_S[0] == pytest.approx(10.1e-6)
    assert record.starts[:60].all(), "every other pulse is left out, so none follows the one before it"
    with pytest.raises(PulseFileError, match="amplitude_V is -5, but the SET pulses have -4, -3 V"):
        read(lab(merged(ROWS, AMPLITUDE | {"pulse": {"set": {"amplitude_V": -5}}}), pulses_csv=content))


def test_energy_of_the_pulses(lab):
    rows = [[*row, "0.5" if row[2] == "SET" else "-0.2"] for row in pulse_rows()]
    change = {
        "columns": {"current": {"name": "I", "units": "mA"}},
        "pulse": {"set": {"amplitude_V": 2, "width_s": 1e-6}, "reset": {"amplitude_V": -3, "width_s": 1e-6}},
    }
    record = read(lab(merged(ROWS, change), pulses_csv=text(rows, header=[*HEADER, "I"])))
    assert record.energy_J is not None
    np.testing.assert_allclose(record.energy_J, np.repeat([1e-9, 0.6e-9], 60))


def changed(line: int, cell: int, value: str) -> str:
    lines = [row.split(",") for row in PLAIN.splitlines()]
    lines[line - 1][cell] = value
    return "\n".join(",".join(row) for row in lines) + "\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (changed(1, 3, "G before"), "line 1 has no column 'G0' .columns.before., found 'chip'"),
        (changed(1, 2, "Pol"), "did you mean 'Pol'"),
        (changed(7, 3, "NaN"), "line 7, column 'G0': found 'NaN', expected a number"),
        (changed(8, 4, ""), "line 8, column 'G1': found an empty cell, expected a number"),
        (changed(9, 4, "1e999"), "line 9, column 'G1': found '1e999'"),
        (changed(10, 3, "0"), "line 10, column 'G0': found 0 uS, a conductance of 0 S, expected one above zero"),
        (changed(11, 4, "-3"), "line 11, column 'G1': found -3 uS"),
        (changed(12, 1, "10"), "line 12: pulse number 10 comes twice"),
        (changed(12, 1, "3"), r"line 12: pulse number 3 comes after 10 \(line 11\)"),
        (changed(13, 2, "FORM"), "line 13, column 'pol': polarity 'FORM', expected 'SET' or 'RESET'"),
        ("\n".join(PLAIN.splitlines()[:40] + ["c0,40,SET"]), "line 41 has 3 cells, expected at least 4"),
        (text(pulse_rows()[:60]), "60 pulses, and no RESET pulse among them"),
        (text(pulse_rows()[:70]), "10 RESET pulses, expected at least 15"),
        ("", "an empty file"),
        (",".join(HEADER) + "\n", "no rows after line 1"),
        (text([[*row[:3], row[4], row[3]] for row in pulse_rows()]), "before and after, exchanged"),
        (text([[*r[:3], f"{float(r[3]) * 1e9}", f"{float(r[4]) * 1e9}"] for r in pulse_rows()]), "are the units right"),
        (PLAIN.replace("10.1000", "10,1000"), "line 2 has 6 cells, expected 5: are there decimal commas"),
        (changed(30, 4, "0.0113"), r"line 30, column 'G1': 0\.0113 uS is 1\.13e-08 S, \d+ times below what nearly all"),
        (changed(31, 3, "11300"), r"line 31, column 'G0': 11300 uS is 0\.0113 S, .* above what nearly all other reads"),
        (changed(32, 4, "9.9e37"), r"line 32, column 'G1': found 9\.9e\+37 uS.*did the instrument overflow"),
        (text([[*r[:4], f"{1e3 * float(r[4])}"] for r in pulse_rows()]), "are the units of the two columns swapped"),
    ],
)
def test_refusals_name_file_line_found_and_expected(lab, content, message):
    folder = lab(ROWS, pulses_csv=content)
    with pytest.raises(PulseFileError, match=message) as caught:
        read(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_saturated_reads_are_pointed_out(lab, caplog):
    """Reads beyond 15 uS came out as 15 uS: they are named, with the first line, and taken as they are."""
    rows = [[*r[:3], *(f"{min(float(cell), 15.0):.4f}" for cell in r[3:])] for r in pulse_rows()]
    record = read(lab(ROWS, pulses_csv=text(rows)))
    assert record.size == 120
    assert "pulses.csv: line 51, column 'G1': 15.0000 uS is the highest read, and 18% of all reads (21)" in caplog.text


def test_sound_reads_are_not_pointed_out(lab, caplog):
    read(lab(ROWS, pulses_csv=PLAIN))
    assert caplog.text == ""


def test_stray_read_in_a_ramp(lab):
    lines = ramps(60, 1, 2).splitlines()
    lines[20] = "2," + lines[20].split(",")[1] + "e-3"
    with pytest.raises(PulseFileError, match=r"set\.csv: line 21, column 'r1': .* times below what nearly all other"):
        read(lab(RAMPS, set_csv="\n".join(lines), reset_csv=ramps(60, -1, 2)))


def test_progress_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("devicegen.measured.files.text.PROGRESS_LINES", 300)
    (tmp_path / "long.csv").write_text("a\n" + "1\n" * 999)
    assert sum(len(block.rows) for block in opened(tmp_path / "long.csv").blocks(100)) == 999
    said = capsys.readouterr().err.splitlines()
    assert said == [f"{tmp_path / 'long.csv'}: 1,000 lines read (100%)"]


def test_missing_file(lab):
    with pytest.raises(PulseFileError, match=r"pulses\.csv: no such pulse file"):
        read(lab(ROWS))


def ramps(n: int, sign: float, columns: int) -> str:
    """`columns` ramps side by side; each is one read shorter than the one before it."""
    rows = [[f"r{c}" for c in range(columns)]]
    for k in range(n):
        rows.append([f"{20 + sign * (0.1 * k + 0.01 * c):.4f}" if k < n - c else "" for c in range(columns)])
    return "\n".join(",".join(row) for row in rows) + "\n"


def test_one_column_a_ramp(lab):
    record = read(lab(RAMPS, set_csv=ramps(30, 1, 3), reset_csv=ramps(40, -1, 2)))
    assert int(record.is_set.sum()) == 29 + 28 + 27
    assert int((~record.is_set).sum()) == 39 + 38
    np.testing.assert_allclose(record.delta_S, np.where(record.is_set, 0.1e-6, -0.1e-6), rtol=1e-6)
    assert int(record.starts.sum()) == 5


def test_ramps_longer_than_a_block(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("a\n" + "\n".join(str(k) for k in range(1, 1001)) + "\n\n\n")
    table = opened(path)
    values = np.concatenate([table.numbers(block, 0) for block in table.blocks(64)])
    np.testing.assert_array_equal(values, np.arange(1, 1001))
    assert [block.lines[0] for block in table.blocks(64)][:3] == [2, 66, 130]


def test_hole_in_a_ramp_is_refused(lab):
    lines = ramps(60, 1, 2).splitlines()
    lines[10] = "," + lines[10].split(",")[1]
    with pytest.raises(PulseFileError, match=r"set\.csv: line 11, column 'r0': found an empty cell"):
        read(lab(RAMPS, set_csv="\n".join(lines), reset_csv=ramps(60, -1, 2)))


def test_ramps_up_and_down_in_one_file(lab):
    content = "".join(f"{-1 + 0.02 * k:.3f},{1 - 0.03 * k:.3f}\n" for k in range(61))
    description = merged(
        RAMPS,
        {
            "files": {"set": None, "reset": None, "pulses": "both.csv"},
            "header_line": 0,
            "ramp_columns": {"set": 1, "reset": 2},
            "ramp_units": "1",
            "arbitrary_scale": {"zero_S": 5e-6, "unit_S": 1e-6},
        },
    )
    record = read(lab(description, both_csv=content))
    np.testing.assert_allclose(record.delta_S, np.repeat([0.02e-6, -0.03e-6], 60), rtol=1e-6)


def test_memory_does_not_grow_with_the_text(tmp_path):
    peaks = []
    for n in (80_000, 240_000):
        path = tmp_path / f"{n}.csv"
        path.write_text("chip,n,pol,G0,G1\n" + "".join(f"c0,{k},SET,10.00000,10.10000\n" for k in range(n)))
        table = opened(path)
        tracemalloc.start()
        total = sum(float(table.numbers(block, 4).sum()) for block in table.blocks(5_000))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert total == pytest.approx(n * 10.1)
    assert peaks[1] < 1.1 * peaks[0]
