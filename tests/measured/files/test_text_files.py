import bz2
import gzip
import lzma
from pathlib import Path

import pytest
from opened import lines, rows, the_sheet, write

from devicegen.errors import PulseFileError
from devicegen.measured.files import Dialect, dialect_of, open_sheets

BODY = "n,G (uS)\n1,1.25\n2,1.5\n3,1.75\n"
CELLS = [["n", "G (uS)"], ["1", "1.25"], ["2", "1.5"], ["3", "1.75"]]


@pytest.mark.parametrize(
    ("text", "delimiter", "comma", "row"),
    [
        ("a,b\n1.5,2\n3.5,4\n", ",", False, ["3.5", "4"]),
        ("a;b\n1.5;2\n3.5;4\n", ";", False, ["3.5", "4"]),
        ("a\tb\n1.5\t2\n3.5\t4\n", "\t", False, ["3.5", "4"]),
        ("a|b\n1.5|2\n3.5|4\n", "|", False, ["3.5", "4"]),
        ("| a | b |\n| 1.5 | 2 |\n| 3.5 | 4 |\n", "|", False, ["", "3.5", "4", ""]),
        ("  1.5   2\n  3.5   4\n", " ", False, ["3.5", "4"]),
        ("1.5 \t 2\n3.5 \t 4\n", "\t", False, ["3.5", "4"]),
        ("1.5\t2 7\n3.5\t4 8\n", " ", False, ["3.5", "4", "8"]),
        ("a;b\n1,234;5,678\n2,5;3,5\n", ";", True, ["2.5", "3.5"]),
        ("1,5 2,5\n3,5 4,5\n", " ", True, ["3.5", "4.5"]),
        ("1,5\t2,5\n3,5\t4,5e-3\n", "\t", True, ["3.5", "4.5e-3"]),
        ("1,2,3\n4,5,6\n", ",", False, ["4", "5", "6"]),
        ("a, b\n1, 2\n3, 4\n", ",", False, ["3", "4"]),
        ('"1,5","2,5"\n"3,5","4,5"\n', ",", True, ["3.5", "4.5"]),
        ("dot 1,up,1.5\ndot 2,up,2.5\n", ",", False, ["dot 2", "up", "2.5"]),
        ("2024-05-01 12:00:01\t1.5\n2024-05-01 12:00:02\t2.5\n", "\t", False, ["2024-05-01 12:00:02", "2.5"]),
        ("1.5\n2.5\n", ",", False, ["2.5"]),
        ("G (uS)\n0,125\n0,150\n", ";", True, ["0.150"]),
        ("5\n6\n", ",", False, ["6"]),
        ("a,b,\n1,2,\n3,4,\n", ",", False, ["3", "4", ""]),
        ("sep=;\nn;G\n1;2,5\n2;2,75\n", ";", True, ["2", "2.75"]),
        ("day;G\n01.05.2024;1,5\n02.05.2024;1,6\n", ";", True, ["02.05.2024", "1.6"]),
        ("1,92\n2,15\n2,05\n", ";", True, ["2.05"]),
        ('R\n"12,345"\n"11,234"\n', ",", False, ["11,234"]),
        ("-1e-6,+.5\n-2E-6,5.\n", ",", False, ["-2E-6", "5."]),
        ("1.5,P,,nan\n2.5,N,,9.9e37\n", ",", False, ["2.5", "N", "", "9.9e37"]),
    ],
)
def test_separators_and_decimal_commas_are_found(
    tmp_path: Path, text: str, delimiter: str, comma: bool, row: list[str]
) -> None:
    path = write(tmp_path / "a.txt", text)
    found = dialect_of(path)
    assert (found.delimiter, found.decimal_comma) == (delimiter, comma)
    assert rows(the_sheet(path))[-1] == row


def test_sixty_lines_of_settings_do_not_decide_the_separator(tmp_path: Path) -> None:
    settings = "".join(f"Setting.Item{i:02d}, value {i}.5, 7\n" for i in range(60))
    path = write(tmp_path / "a.txt", settings + "V\tG\n" + "".join(f"{i}.5\t{i}.25\n" for i in range(40)))
    assert dialect_of(path).delimiter == "\t"


def test_commas_of_both_kinds_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "pulse,G (uS)\n" + "".join(f"{i},1,{234 + i}\n" for i in range(20)))
    with pytest.raises(PulseFileError, match="decimal commas, with commas between the cells too"):
        open_sheets(path)


def test_a_column_of_decimal_commas_under_one_heading_is_one_column_and_is_told(tmp_path: Path) -> None:
    sheet = the_sheet(write(tmp_path / "a.csv", "G (uS)\n1,92\n2,15\n2,41\n"))
    assert rows(sheet) == [["G (uS)"], ["1.92"], ["2.15"], ["2.41"]]
    assert "decimal commas" in sheet.notes[0]


def test_two_whole_numbers_without_headings_are_two_columns_and_that_is_told(tmp_path: Path) -> None:
    sheet = the_sheet(write(tmp_path / "a.csv", "17,92\n23,15\n21,41\n"))
    assert rows(sheet)[1] == ["23", "15"]
    assert "not as decimal commas" in sheet.notes[0]


def test_a_point_among_decimal_commas_is_refused_with_its_place(tmp_path: Path) -> None:
    text = "n;G\n" + "".join(f"{i};2,{i}\n" for i in range(3000)) + "7;1.234\n"
    with pytest.raises(PulseFileError, match=r"line 3002, column 2: found '1.234' among"):
        rows(the_sheet(write(tmp_path / "a.csv", text)))


def test_settings_with_points_above_decimal_commas_stay(tmp_path: Path) -> None:
    sheet = the_sheet(write(tmp_path / "a.csv", "Version;1.2\nG, uS;I, A\n" + "1,5;2,5\n" * 9))
    assert rows(sheet)[:3] == [["Version", "1.2"], ["G, uS", "I, A"], ["1.5", "2.5"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_end_in_any_way(tmp_path: Path, end: str, last: bool) -> None:
    text = (BODY if last else BODY[:-1]).replace("\n", end)
    sheet = the_sheet(write(tmp_path / "a.csv", text))
    assert rows(sheet) == CELLS
    assert lines(sheet) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman", "shift_jis", "gb18030"],
)
def test_unit_signs_are_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    sign = "μ" if encoding in ("shift_jis", "gb18030") else "µ"
    heading = {"shift_jis": "パルス", "gb18030": "脉冲", "mac_roman": "Größe (kΩ)"}.get(encoding, "Größe")
    text = f"n\t{heading}\tG ({sign}S)\n1\t2.5\t3.5\n"
    assert rows(the_sheet(write(tmp_path / "a.txt", text, encoding))) == [
        ["n", heading, f"G ({sign}S)"],
        ["1", "2.5", "3.5"],
    ]


def test_bytes_that_windows_leaves_undefined_are_no_obstacle(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b"n,G \x81\xb5S\n1,2.5\n2,3.5\n")
    assert rows(the_sheet(path))[1:] == [["1", "2.5"], ["2", "3.5"]]


def test_an_encoding_that_a_user_gives_is_kept_to(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "µ,G\n1,2\n", "cp1252")
    assert rows(the_sheet(path, Dialect("cp437", ",", False)))[0] == ["╡", "G"]
    with pytest.raises(PulseFileError, match="not utf-8 text"):
        open_sheets(path, Dialect("utf-8", ",", False))
    with pytest.raises(PulseFileError, match="unknown encoding 'latin-99'"):
        open_sheets(path, Dialect("latin-99", ",", False))


@pytest.mark.parametrize(("pack", "suffix"), [(gzip.compress, ".gz"), (bz2.compress, ".bz2"), (lzma.compress, ".xz")])
def test_packed_text_is_read_and_a_cut_one_refused(tmp_path: Path, pack, suffix: str) -> None:  # noqa: ANN001
    raw = pack((BODY * 3000).encode())
    assert rows(the_sheet(write(tmp_path / f"a.csv{suffix}", raw)))[:4] == CELLS
    cut = write(tmp_path / f"cut.csv{suffix}", raw[: len(raw) // 2])
    with pytest.raises(PulseFileError, match="was it copied whole"):
        rows(the_sheet(cut))


def test_quoted_cells_hold_separators_quotes_and_line_ends(tmp_path: Path) -> None:
    text = 'n,"G\n(uS), device ""A"""\n1,2.5\n2,3.5\n'
    sheet = the_sheet(write(tmp_path / "a.csv", text))
    assert rows(sheet) == [["n", 'G (uS), device "A"'], ["1", "2.5"], ["2", "3.5"]]
    assert lines(sheet) == [1, 3, 4]


def test_a_quotation_mark_that_never_closes_swallows_nothing(tmp_path: Path) -> None:
    text = 'n,G\n"1,2.5\n' + "".join(f"{i},3.5\n" for i in range(2, 100))
    found = rows(the_sheet(write(tmp_path / "a.csv", text)))
    assert len(found) == 100
    assert found[1] == ['"1', "2.5"]
    assert found[99] == ["99", "3.5"]


def test_quoted_headings_over_blank_separated_numbers(tmp_path: Path) -> None:
    sheet = the_sheet(write(tmp_path / "a.txt", '"pulse" "G (uS)"\n"1" 1 2.5\n"2" 2 3.5\n'))
    assert rows(sheet) == [["pulse", "G (uS)"], ["1", "1", "2.5"], ["2", "2", "3.5"]]


def test_all_cells_quoted_read_as_those_without(tmp_path: Path) -> None:
    quoted = "".join(",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in BODY.splitlines())
    assert rows(the_sheet(write(tmp_path / "a.csv", quoted))) == CELLS


def test_comments_are_lines_like_others(tmp_path: Path) -> None:
    sheet = the_sheet(write(tmp_path / "a.txt", "# up, down\n1.5 2.5\n# later\n3.5 4.5\n"))
    assert [row[0] for row in rows(sheet)] == ["#", "1.5", "#", "3.5"]


def test_blank_lines_are_left_out_and_line_numbers_are_kept(tmp_path: Path) -> None:
    sheet = the_sheet(write(tmp_path / "a.csv", "\n\nn,G\n,\n1,2.5\n   \n2,3.5\n\n"))
    assert rows(sheet) == [["n", "G"], ["1", "2.5"], ["2", "3.5"]]
    assert lines(sheet) == [3, 5, 7]


@pytest.mark.parametrize("first", [1, 2, 7, 4999, 5001, 6000])
@pytest.mark.parametrize("block_lines", [1, 3, 65536])
def test_any_part_of_a_file_is_the_same_as_the_whole(tmp_path: Path, first: int, block_lines: int) -> None:
    text = "".join(f"{i},{i}.5\n" if i % 7 else "\n" for i in range(1, 5001))
    sheet = the_sheet(write(tmp_path / "a.csv", text))
    whole = dict(zip(lines(sheet), rows(sheet), strict=True))
    assert len(whole) == 5000 - 5000 // 7
    part = dict(zip(lines(sheet, first, block_lines), rows(sheet, first, block_lines), strict=True))
    assert part == {line: row for line, row in whole.items() if line >= first}
    assert all(len(block.rows) <= block_lines for block in sheet.blocks(first, block_lines))


def test_long_files_are_read_like_line_by_line(tmp_path: Path) -> None:
    text = "".join(f'{i},"a, {i}",{i * 0.5!r}\n' if i % 9000 == 0 else f"{i},b,{i * 0.5!r}\n" for i in range(200_000))
    found = rows(the_sheet(write(tmp_path / "a.csv", text)))
    assert found == [[str(i), f"a, {i}" if i % 9000 == 0 else "b", repr(i * 0.5)] for i in range(200_000)]


def test_decimal_commas_in_long_files(tmp_path: Path) -> None:
    text = "name;x;y\n" + "".join(f"{'P' if i % 5 else 'N, x'};{i};{i},25\n" for i in range(90_000))
    found = rows(the_sheet(write(tmp_path / "a.csv", text)))
    assert found[1:] == [["P" if i % 5 else "N, x", str(i), f"{i}.25"] for i in range(90_000)]


def test_places_name_file_line_and_column(tmp_path: Path) -> None:
    sheet = the_sheet(write(tmp_path / "a.csv", BODY))
    assert sheet.place(33, 4) == f"{tmp_path / 'a.csv'}: line 33, column 4"
    assert sheet.place(2) == f"{tmp_path / 'a.csv'}: line 2"
    assert (sheet.name, sheet.headed, sheet.constants) == ("", False, {})


def test_reading_says_how_far_it_has_come(tmp_path: Path, monkeypatch, capsys) -> None:  # noqa: ANN001
    monkeypatch.setattr("devicegen.measured.files.text.PROGRESS_LINES", 100_000)
    rows(the_sheet(write(tmp_path / "a.csv", "1,2\n" * 700_000)))
    assert "262,144 lines read" in capsys.readouterr().err
