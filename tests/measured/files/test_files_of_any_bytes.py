"""No bytes may raise anything but a PulseFileError."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opened import write
from scipy.io import savemat
from workbook_maker import write_ods, write_xls, write_xlsx

from devicegen.errors import PulseFileError
from devicegen.measured.files import open_sheets

QUIET = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
SLOW = settings(QUIET, max_examples=25)  # a process for each


def read(path: Path) -> None:
    said = str(path)
    try:
        for sheet in open_sheets(path):
            for block in sheet.blocks():
                assert len(block.lines) == len(block.rows)
                assert all(any(row) for row in block.rows)
                assert all(cell == cell.strip() for row in block.rows for cell in row)
                sheet.place(block.lines[0], 1)
    except PulseFileError as error:
        said = str(error)
    assert said.startswith(str(path))


@QUIET
@given(content=st.binary(max_size=400), suffix=st.sampled_from([".csv", ".mat", ".npy", ".json", ".m", ".xls", ".gz"]))
def test_any_bytes(tmp_path: Path, content: bytes, suffix: str) -> None:
    read(write(tmp_path / f"a{suffix}", content))


@QUIET
@given(
    text=st.text(alphabet="0123456789.,;\t |\"'#\n\r-+eE[]{}()=:ax%µ*", max_size=300),
    suffix=st.sampled_from([".csv", ".json", ".m", ".py", ".jl", ".r"]),
)
def test_any_text(tmp_path: Path, text: str, suffix: str) -> None:
    read(write(tmp_path / f"a{suffix}", text))


@QUIET
@given(text=st.text(max_size=200), encoding=st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-32", "cp1252"]))
def test_any_letters(tmp_path: Path, text: str, encoding: str) -> None:
    read(write(tmp_path / "a.csv", text.encode(encoding, "replace")))


def whole(kind: str, folder: Path) -> bytes:
    path = folder / f"whole.{kind}"
    if kind == "npy":
        np.save(path, np.arange(12.0).reshape(4, 3))
    elif kind == "npz":
        np.savez_compressed(path, a=np.arange(12.0), b=np.ones((2, 2)))
    elif kind == "mat":
        savemat(path, {"a": np.arange(5.0), "s": {"b": np.ones((3, 2))}, "c": np.array([1, "x"], object)})
    elif kind == "mat4":
        path = path.with_suffix(".mat")
        savemat(path, {"a": np.arange(5.0), "b": np.ones((3, 2))}, format="4")
    elif kind == "xlsx":
        write_xlsx(path, {"s": {"A1": 1.5, "B2": "<f>A1</f><v>3</v>", "C3": "#N/A"}})
    elif kind == "ods":
        write_ods(
            path, '<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
        )
    else:
        write_xls(path, "s", {(0, 0): 1.5, (5, 2): 2.5})
    return path.read_bytes()


CHANGES = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=12)


def changed(content: bytes, changes: list[tuple[float, int]], cut: float) -> bytes:
    raw = bytearray(content)
    for place, value in changes:
        raw[int(place * len(raw))] = value
    return bytes(raw[: int(cut * len(raw))]) if cut < 0.5 else bytes(raw)


@pytest.mark.parametrize("kind", ["npy", "npz"])
@QUIET
@given(changes=CHANGES, cut=st.floats(0, 1))
def test_damaged_arrays(tmp_path: Path, kind: str, changes: list[tuple[float, int]], cut: float) -> None:
    content = changed(whole(kind, tmp_path), changes, cut)
    read(write(tmp_path / f"a.{kind}", content))


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls", "mat", "mat4"])
@SLOW
@given(changes=CHANGES, cut=st.floats(0, 1))
def test_damaged_workbooks_and_matlab_files(
    tmp_path: Path, kind: str, changes: list[tuple[float, int]], cut: float
) -> None:
    read(write(tmp_path / f"a.{kind.removesuffix('4')}", changed(whole(kind, tmp_path), changes, cut)))


@SLOW
@given(xml=st.text(alphabet='<>/="rcvftse 12AZ:', max_size=120))
def test_any_xml_in_a_workbook(tmp_path: Path, xml: str) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"s": {"A1": 1.5, "B1": f"<f>1</f><v>2</v></c>{xml}<c>"}})
    read(path)
