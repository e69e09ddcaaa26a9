import json
from pathlib import Path

import pytest
from opened import rows, the_sheet, write

from devicegen.errors import PulseFileError
from devicegen.measured.files import open_sheets


def test_a_list_of_records_is_a_headed_table(tmp_path: Path) -> None:
    text = '{"sample": "M2", "v_read": 0.10, "pulses": [{"n": 1, "g": 1.50}, {"n": 2, "op": "set"}, {"g": null}]}'
    sheet = the_sheet(write(tmp_path / "a.json", text))
    assert rows(sheet) == [["n", "g", "op"], ["1", "1.50", ""], ["2", "", "set"], ["", "nan", ""]]
    assert (sheet.name, sheet.headed, sheet.constants) == ("pulses", True, {"v_read": 0.1})
    assert "'sample' is 'M2'" in sheet.notes
    assert sheet.place(3, 2) == f"{tmp_path / 'a.json'}: row 2 of 'pulses', 'g'"


@pytest.mark.parametrize(
    ("content", "headed", "found"),
    [
        ([[1.5, 2], [3, 4]], False, [["1.5", "2"], ["3", "4"]]),
        ([1.5, 2.5], False, [["1.5"], ["2.5"]]),
        ([["n", "g"], [1, 2.5]], False, [["n", "g"], ["1", "2.5"]]),
        ({"up": [1.5, 2.5], "down": [3.5]}, True, [["up", "down"], ["1.5", "3.5"], ["2.5", ""]]),
        (
            {"up": {"0": 1.5, "1": 2.5}, "down": {"0": 3.5, "1": 4}},
            True,
            [["up", "down"], ["1.5", "3.5"], ["2.5", "4"]],
        ),
        ({"0": {"g": 1.5, "n": 1}, "1": {"g": 2.5, "n": 2}}, True, [["g", "n"], ["1.5", "1"], ["2.5", "2"]]),
        ({"columns": ["a", "b"], "index": [0], "data": [[1.5, 2.5]]}, True, [["a", "b"], ["1.5", "2.5"]]),
        ([{"a": {"b": 1}, "c": [2, 3]}], True, [["a.b", "c[0]", "c[1]"], ["1", "2", "3"]]),
        ([{"on": True, "g": 1e-06}], True, [["on", "g"], ["TRUE", "1e-06"]]),
    ],
)
def test_tables_in_json(tmp_path: Path, content: object, headed: bool, found: list[list[str]]) -> None:
    sheet = the_sheet(write(tmp_path / "a.json", json.dumps(content)))
    assert (sheet.headed, rows(sheet)) == (headed, found)


def test_nested_devices_are_a_sheet_each(tmp_path: Path) -> None:
    content = {"A": {"up": [1, 2], "down": [3, 4]}, "B": {"up": [5, 6], "down": [7, 8]}}
    found = open_sheets(write(tmp_path / "a.json", json.dumps(content)))
    assert [(sheet.name, rows(sheet)[1]) for sheet in found] == [("A", ["1", "3"]), ("B", ["5", "7"])]
    content = [{"device": name, "pulses": [{"g": 1.5}, {"g": 2.5}]} for name in "AB"]
    assert len(open_sheets(write(tmp_path / "b.json", json.dumps(content)))) == 2


def test_one_record_a_line(tmp_path: Path) -> None:
    sheet = the_sheet(write(tmp_path / "a.log", '{"n": 1, "g": 1.5}\n\n{"n": 2, "g": NaN}\n'))
    assert rows(sheet) == [["n", "g"], ["1", "1.5"], ["2", "nan"]]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"a": "b"}', "no list of numbers in this JSON, found a record of 'a'"),
        ('["a", "b"]', "no list of numbers"),
        ('{"a": [1, 2', "line 1, column 12: no valid JSON"),
        ('{"n": 1}\n{"n": 2', "line 2"),
        ('[{"g": 1, "g": 2}]', "the name 'g' comes twice in one record"),
        ("[" * 100_000, "too deep"),
        ("[" * 600 + "1" + "]" * 600, "too deep|no list of numbers"),
        ("5", "no list of numbers"),
    ],
)
def test_json_without_a_table_is_refused(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(PulseFileError, match=what):
        open_sheets(write(tmp_path / "a.json", text))


def test_settings_in_brackets_above_a_table_are_no_json(tmp_path: Path) -> None:
    sheet = the_sheet(write(tmp_path / "a.txt", "[Settings]\nv=1\n[Data]\n1,2.5\n2,3.5\n"))
    assert rows(sheet)[-1] == ["2", "3.5"]


MATLAB = """% ramps, conductance in nS
function x = f(y)
tau = 21.5; up = [1 2.5 -3e1]; % first
down = [4, 5, ...
 6];
grid = [0 1.5; 1 2.5
2 3.5];
turned = [1;2;3]';
scaled = [1 2 3] * 1e-6;
mixed = [a 1 2];
before = 1e-6*[1 2 3]; plot(x, lw=2);
names = {'a', 'b'};
single = [7];
text = 'no % comment';
last = [NaN 2d-1];
"""


def test_matlab_lists_are_parsed_and_never_run(tmp_path: Path) -> None:
    lists, grid = open_sheets(write(tmp_path / "a.m", MATLAB))
    assert (lists.name, grid.name) == ("lists", "grid")
    assert rows(lists) == [
        ["up", "down", "turned", "last"],
        ["1", "4", "1", "nan"],
        ["2.5", "5", "2", "2e-1"],
        ["-3e1", "6", "3", ""],
    ]
    assert rows(grid) == [["0", "1.5"], ["1", "2.5"], ["2", "3.5"]]
    assert lists.constants == {"tau": 21.5, "single": 7.0}
    said = "\n".join(lists.notes)
    assert "line 1 says: 'ramps, conductance in nS'" in said
    assert "'scaled' in line 9 is computed from a list (... * 1e-6): passed over" in said
    assert "'before' in line 11 is computed from a list: passed over" in said
    assert "'mixed' in line 10 holds 'a', which is no number: passed over" in said


PYTHON = """import numpy as np
# conductance in uS
ltp = np.array([1.5, 2.5,
    3.5])  # up
ltd = [
    4.5,
    5.5,  # jump
]
pairs = np.array([[0, 1.5], [1, 2.5], [2, 3.5]], dtype=float)
ragged = [(1, 2, 3), (4, 5)]
v_read = 0.1
sweep = np.linspace(0, 1, 5)
half = [x / 2 for x in ltp]
scaled = np.array([1, 2]) * 1e-6
data = {"set": [1, 2], 'reset': [3, 4]}
"""


def test_python_lists_are_parsed_and_never_run(tmp_path: Path) -> None:
    lists, pairs, ragged = open_sheets(write(tmp_path / "a.py", PYTHON))
    assert rows(lists)[:2] == [["ltp", "ltd", "set", "reset"], ["1.5", "4.5", "1", "3"]]
    assert rows(lists)[3] == ["3.5", "", "", ""]
    assert rows(pairs) == [["0", "1.5"], ["1", "2.5"], ["2", "3.5"]]
    assert rows(ragged) == [["1", "2", "3"], ["4", "5"]]
    assert lists.constants == {"v_read": 0.1}
    said = "\n".join(lists.notes)
    assert "'half' in line 13" in said
    assert "'scaled' in line 14 is computed" in said


def test_julia_and_r_lists(tmp_path: Path) -> None:
    assert rows(the_sheet(write(tmp_path / "a.jl", "g = [1.5, 2.5]\nh = Float64[3, 4]\n")))[1] == ["1.5", "3"]
    grid = the_sheet(write(tmp_path / "b.jl", "g = [1 2; 3 4]\n"))
    assert rows(grid) == [["1", "2"], ["3", "4"]]
    assert rows(the_sheet(write(tmp_path / "a.R", "g <- c(1.5, NA,\n 2.5) # uS\n"))) == [
        ["g"],
        ["1.5"],
        ["nan"],
        ["2.5"],
    ]


def test_text_that_starts_with_lists_is_code_and_a_table_called_m_is_text(tmp_path: Path) -> None:
    assert rows(the_sheet(write(tmp_path / "a.txt", "up = [1 2 3];\ndown = [4 5 6];\n")))[1] == ["1", "4"]
    assert rows(the_sheet(write(tmp_path / "a.m", "1.5 2.5\n3.5 4.5\n"))) == [["1.5", "2.5"], ["3.5", "4.5"]]
    settings = the_sheet(write(tmp_path / "b.txt", "width = 5 ms\n1,2.5\n2,3.5\n"))
    assert rows(settings)[1:] == [["1", "2.5"], ["2", "3.5"]]


def test_code_without_lists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PulseFileError, match=r"no list of numbers in this code \(code is read, never run\)"):
        open_sheets(write(tmp_path / "a.py", "import os\nos.abort()\n"))
    with pytest.raises(PulseFileError, match="is not closed"):
        open_sheets(write(tmp_path / "a.m", "g = [1 2 3\n"))
