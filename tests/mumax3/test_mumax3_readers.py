import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devicegen.errors import EngineError
from devicegen.mumax3.ovf import read_ovf
from devicegen.mumax3.table import last_time_s, read_table

NX, NY, NZ = 3, 2, 1
FIELD = np.arange(3 * NX * NY * NZ, dtype=np.float64).reshape(3, NZ, NY, NX) / 7 - 1


def header(version: int, data: str, desc: str = "# Desc: Total simulation time:  1.5e-09  s") -> bytes:
    lines = [
        "# OOMMF OVF 2.0" if version == 2 else "# OOMMF: rectangular mesh v1.0",
        "# Segment count: 1",
        "# Begin: Segment",
        "# Begin: Header",
        "# Title: m",
        "# meshtype: rectangular",
        desc,
        *(["# valuedim: 3"] if version == 2 else ["# valueunit: 1", "# valuemultiplier: 1"]),
        f"# xnodes: {NX}",
        f"# ynodes: {NY}",
        f"# znodes: {NZ}",
        "# xstepsize: 4e-09",
        "# ystepsize: 2e-09",
        "# zstepsize: 1e-09",
        "# End: Header",
        f"# Begin: Data {data}",
    ]
    return ("\n".join(lines) + "\n").encode()


def ovf_bytes(version: int, form: str) -> bytes:
    """An OVF file written value by value with struct, x fastest."""
    values = [FIELD[c, k, j, i] for k in range(NZ) for j in range(NY) for i in range(NX) for c in range(3)]
    if form == "Text":
        rows = [" ".join(repr(float(v)) for v in values[i : i + 3]) + " " for i in range(0, len(values), 3)]
        return header(version, form) + "\n".join(rows).encode() + b"\n# End: Data Text\n# End: Segment\n"
    kind = ("<" if version == 2 else ">") + ("f" if form == "Binary 4" else "d")
    check = 1234567.0 if form == "Binary 4" else 123456789012345.0
    packed = b"".join(struct.pack(kind, v) for v in [check, *values])
    return header(version, form) + packed + f"\n# End: Data {form}\n# End: Segment\n".encode()


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("form", ["Binary 4", "Binary 8", "Text"])
def test_every_form_of_ovf_is_read(tmp_path, version, form):
    path = tmp_path / "m.ovf"
    path.write_bytes(ovf_bytes(version, form))
    field = read_ovf(path)
    np.testing.assert_allclose(field.values, FIELD, rtol=0, atol=1e-7 if form == "Binary 4" else 0)
    assert field.cell_m == (4e-9, 2e-9, 1e-9)
    assert field.time_s == 1.5e-9


def test_time_in_the_words_of_older_versions(tmp_path):
    path = tmp_path / "m.ovf"
    start = header(2, "Text", "# Desc: Time (s) : 2e-10")
    path.write_bytes(start + b"0 0 0\n" * (NX * NY) + b"# End: Data Text\n")
    assert read_ovf(path).time_s == 2e-10


@given(st.integers(0, 1_000_000), st.sampled_from(["Binary 4", "Binary 8", "Text"]), st.sampled_from([1, 2]))
def test_a_file_cut_anywhere_is_refused_with_its_name(tmp_path_factory, cut, form, version):
    whole = ovf_bytes(version, form)
    # Cutting only the closing comments loses nothing.
    end_of_data = whole.rindex(b"\n# End: Data") - 2
    path = tmp_path_factory.mktemp("cut") / "m.ovf"
    path.write_bytes(whole[: cut % end_of_data])
    with pytest.raises(EngineError, match=r"m\.ovf: "):
        read_ovf(path)


def test_damaged_bytes_are_refused(tmp_path):
    whole = bytearray(ovf_bytes(2, "Binary 4"))
    whole[whole.index(b"Binary 4\n") + 9] ^= 0xFF
    path = tmp_path / "m.ovf"
    path.write_bytes(whole)
    with pytest.raises(EngineError, match="check value"):
        read_ovf(path)


def test_table_keeps_names_units_and_rows(tmp_path):
    path = tmp_path / "table.txt"
    path.write_text("# t (s)\tmx ()\tE_total (J)\n0\t1\t-1e-18\n1.0000001e-11\t-0.5\t2\n")
    table = read_table(path)
    assert table.names == ("t", "mx", "E_total")
    assert table.units == ("s", "", "J")
    np.testing.assert_array_equal(table.values, [[0, 1, -1e-18], [1.0000001e-11, -0.5, 2]])
    np.testing.assert_array_equal(table.column("mx"), [1, -0.5])
    with pytest.raises(KeyError, match="no column 'my'"):
        table.column("my")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: found an empty file"),
        ("0 1 2\n", "line 1: found '0 1 2'"),
        ("# t (s)\tmx ()\n", "no rows"),
        ("# t (s)\tmx ()\n0\t1\n1e-11\n", "line 3: found '1e-11', expected 2 numbers"),
        ("# t (s)\tmx ()\n0\t1\n1e-11\t0.5e-\n", "line 3"),
        ("# t (s)\tmx\n0\t1\n", "expected columns as 'name \\(unit\\)'"),
    ],
)
def test_a_bad_table_is_refused_with_its_line(tmp_path, text, complaint):
    path = tmp_path / "table.txt"
    path.write_text(text)
    with pytest.raises(EngineError, match=complaint):
        read_table(path)


def test_last_time_of_a_growing_table(tmp_path):
    path = tmp_path / "table.txt"
    assert last_time_s(path) == 0
    path.write_text("# t (s)\tmx ()\n")
    assert last_time_s(path) == 0
    path.write_text("# t (s)\tmx ()\n0\t1\n2e-10\t0.5\n3e-1")
    assert last_time_s(path) == 2e-10
