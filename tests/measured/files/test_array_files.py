import pickle
from pathlib import Path

import numpy as np
import pytest
from opened import lines, rows, the_sheet, write
from scipy.io import savemat

from devicegen.errors import PulseFileError
from devicegen.measured.files import open_sheets


def saved(path: Path, array: np.ndarray) -> Path:
    np.save(path, array, allow_pickle=True)
    return path


def test_a_2d_array_is_rows_of_exact_numbers(tmp_path: Path) -> None:
    array = np.random.default_rng(3).random((5, 3)) * 1e-6
    array[1, 2], array[2, 0] = np.nan, np.inf
    sheet = the_sheet(saved(tmp_path / "a.npy", array))
    np.testing.assert_array_equal(np.array(rows(sheet), float), array)
    assert rows(sheet)[1][2] == "nan"
    assert not sheet.headed
    assert lines(sheet, 3) == [3, 4, 5]
    assert sheet.place(3, 2) == f"{tmp_path / 'a.npy'}: row 3, column 2"


@pytest.mark.parametrize("kind", ["<f4", ">f8", "<i2", "u1", "f2", "g"])
def test_a_list_of_any_kind_of_numbers_is_one_column(tmp_path: Path, kind: str) -> None:
    array = np.array([1, 2, 30], kind)
    found = rows(the_sheet(saved(tmp_path / "a.npy", array)))
    assert [float(row[0]) for row in found] == [1, 2, 30]
    assert found[2] == (["30"] if array.dtype.kind in "iu" else ["30.0"])


def test_a_structured_array_names_its_columns(tmp_path: Path) -> None:
    kind = [("pol", "U4"), ("up", "?"), ("g", "f8", (2,)), ("at", [("t", "f8")])]
    array = np.array([("SET", True, (1.5, 2.5), (0.5,)), ("RST", False, (3.5, 4.5), (1.0,))], kind)
    sheet = the_sheet(saved(tmp_path / "a.npy", array))
    assert sheet.headed
    assert rows(sheet) == [
        ["pol", "up", "g[0]", "g[1]", "at.t"],
        ["SET", "TRUE", "1.5", "2.5", "0.5"],
        ["RST", "FALSE", "3.5", "4.5", "1.0"],
    ]
    assert lines(sheet, 2, 1) == [2, 3]
    assert sheet.place(3, 3) == f"{tmp_path / 'a.npy'}: row 2, 'g[0]'"


@pytest.mark.parametrize(
    ("array", "what"),
    [
        (np.zeros((2, 3, 4)), r"3 dimensions \(2 x 3 x 4\)"),
        (np.array(3.5), "a single number"),
        (np.array([1j, 2]), "complex"),
        (np.array(["2024-01-01"], "M8[D]"), "dates"),
        (np.array([1, "a", None], object), "pickled Python objects, which are never opened"),
        (np.zeros((0, 3)), "empty"),
        (np.zeros((2, 2), [("a", "f8")]), "a structured array of 2 x 2"),
        (np.zeros(2, [("a", "c16")]), "field 'a' holds complex"),
    ],
)
def test_arrays_that_are_no_table_are_named(tmp_path: Path, array: np.ndarray, what: str) -> None:
    with pytest.raises(PulseFileError, match=what):
        open_sheets(saved(tmp_path / "a.npy", array))


def test_pickles_are_never_opened(tmp_path: Path) -> None:
    trap = tmp_path / "opened"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (trap,)

    array = np.array([Trap()], object)
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    np.savez(tmp_path / "b.npz", g=array, allow_pickle=True)
    raw = pickle.dumps(Trap())
    for name in ("c.pkl", "d.dat", "e.npy"):
        write(tmp_path / name, raw)
    for name in ("a.npy", "b.npz", "c.pkl", "d.dat", "e.npy"):
        with pytest.raises(PulseFileError, match="ickle"):
            open_sheets(tmp_path / name)
    assert not trap.exists()
    pickle.loads(raw)
    assert trap.exists()


def test_lists_of_an_npz_stand_side_by_side_and_grids_alone(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", up=[1.5, 2.5, 3.5], down=[[4.5, 5.5]], both=np.ones((2, 2)), v=0.1, z=[1j, 2])
    one, two = open_sheets(tmp_path / "a.npz")
    assert (one.name, two.name) == ("lists", "both")
    assert rows(one) == [["up", "down"], ["1.5", "4.5"], ["2.5", "5.5"], ["3.5", ""]]
    assert rows(two) == [["1.0", "1.0"]] * 2
    assert one.constants == {"v": 0.1}
    assert "'z' holds complex numbers: passed over" in one.notes
    assert not two.headed


def test_a_cut_or_forged_array_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.npy", np.ones((50, 3)))
    raw = path.read_bytes()
    for name, content in (
        ("cut.npy", raw[:-100]),
        ("head.npy", raw[:40]),
        ("huge.npy", raw.replace(b"(50, 3)", b"(10**9,)")),
        ("long.npy", raw.replace(b"(50, 3), }", b"(5000000000, 300), }")),
    ):
        with pytest.raises(PulseFileError, match="damaged NumPy array"):
            open_sheets(write(tmp_path / name, content))


def test_matlab_vectors_are_columns_and_scalars_constants(tmp_path: Path) -> None:
    content = {"Gpot": np.arange(3.0)[:, None], "Gdep": np.arange(4.0)[None], "Vread": 0.1, "note": "sample B"}
    savemat(tmp_path / "a.mat", content, do_compression=True)
    sheet = the_sheet(tmp_path / "a.mat")
    assert sheet.headed
    assert rows(sheet) == [["Gpot", "Gdep"], ["0.0", "0.0"], ["1.0", "1.0"], ["2.0", "2.0"], ["", "3.0"]]
    assert sheet.constants == {"Vread": 0.1}
    assert any("'note' is text: 'sample B'" in note for note in sheet.notes)


@pytest.mark.parametrize("version", ["4", "5"])
def test_matlab_matrices_are_sheets(tmp_path: Path, version: str) -> None:
    savemat(tmp_path / "a.mat", {"ramps": np.ones((4, 2)), "more": np.zeros((2, 3))}, format=version)
    found = open_sheets(tmp_path / "a.mat")
    assert {sheet.name: len(rows(sheet)) for sheet in found} == {"ramps": 4, "more": 2}


def test_matlab_structs_are_flattened(tmp_path: Path) -> None:
    records = np.zeros(3, [("g", object), ("pol", object)])
    for i in range(3):
        records[i] = (1.5 + i, 1)
    cells = np.array([[np.ones(2), "a"]], object)
    savemat(tmp_path / "a.mat", {"d": {"up": np.arange(2.0), "in": {"v": 0.2}}, "pulses": records, "c": cells})
    sheet = the_sheet(tmp_path / "a.mat")
    assert rows(sheet)[0] == ["d.up", "pulses.g", "pulses.pol"]
    assert [row[1] for row in rows(sheet)[1:]] == ["1.5", "2.5", "3.5"]
    assert sheet.constants == {"d.in.v": 0.2}
    assert any("'c' is a cell array or an object: passed over" in note for note in sheet.notes)


def test_a_matlab_file_without_numbers_names_what_it_holds(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"note": "nothing"})
    with pytest.raises(PulseFileError, match="no list of numbers in it, found note"):
        open_sheets(tmp_path / "a.mat")


def test_damaged_matlab_files_are_refused(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"g": np.random.default_rng(1).random((40, 3))}, do_compression=True)
    raw = (tmp_path / "a.mat").read_bytes()
    for content in (raw[:-60], raw[:150], raw[:200] + b"\xff" * 50 + raw[250:]):
        with pytest.raises(PulseFileError, match="damaged|cut off"):
            open_sheets(write(tmp_path / "b.mat", content))
