import struct
from pathlib import Path

import pytest
from opened import lines, rows, write
from workbook_maker import write_ods, write_ole2, write_xls, write_xlsx

from devicegen.errors import PulseFileError
from devicegen.measured.files import open_sheets


def test_rows_and_columns_keep_the_numbers_of_the_workbook(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"data": {"C3": "G (uS)", "C4": 1.5, "C6": 48.0, "D6": 1e-12}})
    (sheet,) = open_sheets(path)
    assert rows(sheet) == [["", "", "G (uS)", ""], ["", "", "1.5", ""], ["", "", "48", "1e-12"]]
    assert lines(sheet) == [3, 4, 6]
    assert lines(sheet, first_line=4, block_lines=1) == [4, 6]
    assert sheet.place(7, 3) == f"{path}: sheet 'data', cell C7"
    assert sheet.place(7, 28) == f"{path}: sheet 'data', cell AB7"
    assert sheet.place(7) == f"{path}: sheet 'data', row 7"


def test_all_filled_sheets_are_given_hidden_ones_are_said(tmp_path: Path) -> None:
    sheets = {"one": {"A1": 1.5}, "none": {}, "two": {"A1": 2.5}}
    found = open_sheets(write_xlsx(tmp_path / "a.xlsx", sheets, hidden=("two",)))
    assert [sheet.name for sheet in found] == ["one", "two"]
    assert found[0].notes == ()
    assert found[1].notes == ("sheet 'two' is hidden",)


def test_errors_truths_and_numbers_as_text_are_kept_and_said(tmp_path: Path) -> None:
    cells = {"A1": "G", "A2": "#DIV/0!", "A3": " 2.5 ", "A4": "2,5", "B4": True, "C6": "#REF!"}
    (sheet,) = open_sheets(write_xlsx(tmp_path / "a.xlsx", {"s": cells}))
    assert [row[0] for row in rows(sheet)] == ["G", "#DIV/0!", "2.5", "2,5", ""]
    assert rows(sheet)[3][1] == "TRUE"
    assert rows(sheet)[4][2] == "#REF!"
    said = " ".join(sheet.notes)
    assert "1 number stored as text (read as numbers), first in cell A3" in said
    assert "1 number with decimal commas, stored as text, first in cell A4" in said
    assert "2 cells hold errors, first in cell A2" in said


def test_dates_are_iso_text(tmp_path: Path) -> None:
    styles = (
        b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2">'
        b'<xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>'
    )

    raw = '<row r="1"><c r="A1" s="1"><v>45413.5</v></c></row>'
    path = write_xlsx(
        tmp_path / "b.xlsx",
        {"s": {"A1": 1.5}},
        more={
            "xl/styles.xml": styles,
            "xl/worksheets/dates.xml": b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            b"<sheetData>" + raw.encode() + b"</sheetData></worksheet>",
            "xl/_rels/workbook.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            b'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            b'relationships/worksheet" Target="/xl/worksheets/dates.xml"/></Relationships>',
        },
    )
    assert rows(open_sheets(path)[0]) == [["2024-05-01T12:00:00"]]


@pytest.mark.parametrize("cell", ["<f>A1*2</f>", "<f>A1*2</f><v/>", "<f>A1*2</f><v></v>"])
def test_a_formula_without_its_value_is_refused_with_its_cell(tmp_path: Path, cell: str) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"ok": {"A1": 1.5}, "x": {"A1": 1.5, "D7": cell, "D8": cell}})
    with pytest.raises(PulseFileError, match=r"sheet 'x', cell D7 holds a formula without its value; open it in Excel"):
        open_sheets(path)


def test_a_formula_with_its_value_is_read_as_its_value(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"x": {"A1": 1.5, "B1": "<f>A1*2</f><v>3</v>"}})
    assert rows(open_sheets(path)[0]) == [["1.5", "3"]]


def test_formulas_that_were_never_computed_are_all_zero_and_refused(tmp_path: Path) -> None:
    cells = {"A1": 1.5, "B1": "<f>A1*2</f><v>0</v>", "B2": "<f>A1*3</f><v>0</v>"}
    assert rows(open_sheets(write_xlsx(tmp_path / "saved.xlsx", {"x": cells}))[0])[0] == ["1.5", "0"]
    with pytest.raises(PulseFileError, match="cell B1 holds a formula without"):
        open_sheets(write_xlsx(tmp_path / "written.xlsx", {"x": cells}, full_calc=True))


def test_macros_and_links_are_said_and_never_run(tmp_path: Path) -> None:
    more = {"xl/vbaProject.bin": b"macro", "xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    (sheet,) = open_sheets(write_xlsx(tmp_path / "a.xlsm", {"s": {"A1": 1.5}}, more=more))
    assert "macros: they are not run" in sheet.notes[0]
    assert "link to another workbook" in sheet.notes[1]


def test_a_cell_far_off_is_refused_and_does_not_end_the_process(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"s": {"A1": 1.5, "XFD1048576": 2.5}})
    with pytest.raises(PulseFileError, match="a cell far below or right of the others"):
        open_sheets(path)


def test_ods_is_read_with_its_row_numbers(tmp_path: Path) -> None:
    path = write_ods(
        tmp_path / "a.ods",
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        '<table:table-row><table:table-cell table:number-columns-repeated="2"/>'
        '<table:table-cell office:value-type="float" office:value="1.25"><text:p>1,25</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell></table:table-row>',
    )
    (sheet,) = open_sheets(path)
    assert rows(sheet) == [["", "", "1.25", "#DIV/0!"]]
    assert lines(sheet) == [4]
    assert "1 cell holds an error, first in cell D4" in sheet.notes[0]


def test_an_ods_formula_without_value_is_refused(tmp_path: Path) -> None:
    path = write_ods(
        tmp_path / "a.ods",
        '<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
        '<table:table-row><table:table-cell/><table:table-cell table:formula="of:=A1"/></table:table-row>',
    )
    with pytest.raises(PulseFileError, match=r"sheet 'T', cell B2 holds a formula"):
        open_sheets(path)


def test_old_workbooks_are_read_whatever_they_are_called(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "a.dat", "data", {(2, 1): 1.5, (3, 1): 48.0})
    (sheet,) = open_sheets(path)
    assert (sheet.name, rows(sheet), lines(sheet)) == ("data", [["", "1.5"], ["", "48"]], [3, 4])


def test_a_damaged_old_workbook_is_refused(tmp_path: Path) -> None:
    whole = write_xls(tmp_path / "a.xls", "data", {(2, 1): 1.5}).read_bytes()
    path = write(tmp_path / "b.xls", whole[:48] + b"\xff\xff\xff\x7f" + whole[52:])
    with pytest.raises(PulseFileError, match="damaged"):
        open_sheets(path)


def test_a_sheet_that_claims_a_size_beyond_all_memory_does_not_end_the_process(tmp_path: Path) -> None:
    size = struct.pack("<HHIIHHH", 0x200, 14, 0, 0xFFFFFFFF, 0, 0xFFFF, 0)
    with pytest.raises(PulseFileError, match="needs more memory than it should"):
        open_sheets(write_xls(tmp_path / "a.xls", "data", {(2, 1): 1.5}, size))


@pytest.mark.parametrize(
    ("stream", "what"),
    [
        ("EncryptedPackage", "password-protected"),
        ("WordDocument", "a Word document"),
        ("PowerPoint Document", "PowerPoint"),
        ("Contents", "no workbook"),
    ],
)
def test_other_old_office_files_are_named(tmp_path: Path, stream: str, what: str) -> None:
    with pytest.raises(PulseFileError, match=what):
        open_sheets(write_ole2(tmp_path / "a.xls", stream, b"x"))


def test_a_workbook_without_cells_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PulseFileError, match="without a filled cell"):
        open_sheets(write_xlsx(tmp_path / "a.xlsx", {"s": {}}))


def test_a_cut_workbook_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"s": {"A1": 1.5}})
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(PulseFileError, match="was it copied whole"):
        open_sheets(path)


def test_entities_in_a_workbook_are_not_expanded(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aa">]><worksheet><sheetData><row><c><f>&a;</f></c></row></sheetData></worksheet>'
    path = write_xlsx(
        tmp_path / "b.xlsx",
        {"s": {"A1": 1.5}},
        more={
            "xl/worksheets/bad.xml": bomb,
            "xl/_rels/workbook.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            b'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            b'relationships/worksheet" Target="worksheets/bad.xml"/></Relationships>',
        },
    )
    with pytest.raises(PulseFileError, match="entities"):
        open_sheets(path)
