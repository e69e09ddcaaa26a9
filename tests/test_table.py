"""The table file: what is written is read back, and what is damaged is refused in one sentence."""

import hashlib
import re
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from devicegen.errors import TableError
from devicegen.evidence import SwitchingEnergy, Trains
from devicegen.table import DeviceTable, JumpTable, StateDistribution, leaving_probability
from devicegen.table_file import content_hash, numbers_hash, read_table, write_table

VERSION_1_SHA256 = "3469218e34602856ea332dc218462467b8338aee0e2dfc7774d7ec10e085e989"
VERSION_1 = Path(__file__).parent / "fixtures" / "table_v1.h5"


def jump(sign: float = 1.0) -> JumpTable:
    """Changes spread evenly over 0.2 to 0.6 of a unit, of either sign, away from the ends of the range."""
    conductance = np.array([1.0, 2.0, 3.0, 4.0]) * 1e-6
    delta = np.array([-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6]) * 1e-6
    up = np.array([0, 0, 0, 0, 0, 0.5, 1.0])
    down = np.array([0, 0.5, 1, 1, 1, 1, 1.0])
    return JumpTable(conductance, delta, np.tile(up if sign > 0 else down, (4, 1)), np.array([9, 10, 11, 12]))


def states() -> StateDistribution:
    mz = np.array([[-0.9, -0.8, -0.7], [0.0, np.nan, 0.1], [0.5, 1.0, 0.9]])
    return StateDistribution(
        control=np.array([8e5, 7.5e5, 7e5]),
        control_name="anisotropy Ku",
        control_units="J/m^3",
        target=np.array([-0.833, 0.0, 1.0]),
        mz=mz,
        position=(mz + 1) * 300e-9,
        outcome=np.array([[0, 0, 0], [0, 2, 0], [0, 1, 0]], np.uint8),
    )


def table() -> DeviceTable:
    return DeviceTable(
        device="reference",
        kind="measured",
        synthetic=True,
        g_min_S=0.4e-6,
        g_max_S=4.6e-6,
        provenance={"made": "for the tests", "nested": {"list": [1, 2.5, None]}},
        jump_set=jump(),
        jump_reset=jump(-1),
        per_device=((jump(), jump(-1)), (jump(), jump(-1))),
        states=states(),
        energy_J={"set_J": 1e-9, "reset_J": 2e-9},
        energy_source="measured",
    )


def assert_same(found: DeviceTable, expected: DeviceTable) -> None:
    for name in ("device", "kind", "synthetic", "g_min_S", "g_max_S", "provenance", "energy_J", "energy_source"):
        assert getattr(found, name) == getattr(expected, name), name
    pairs = [(found.jump_set, expected.jump_set), (found.jump_reset, expected.jump_reset)]
    assert len(found.per_device) == len(expected.per_device)
    for ours, theirs in zip(found.per_device, expected.per_device, strict=True):
        pairs += list(zip(ours, theirs, strict=True))
    for ours, theirs in pairs:
        for name in ("conductance", "delta", "cdf", "count"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    assert found.states is not None
    assert expected.states is not None
    for name in ("control", "target", "mz", "position", "outcome"):
        np.testing.assert_array_equal(getattr(found.states, name), getattr(expected.states, name))
    assert found.states.control_name == expected.states.control_name
    assert found.states.control_units == expected.states.control_units


@pytest.fixture
def file(tmp_path):
    write_table(tmp_path / "t.h5", table())
    return tmp_path / "t.h5"


def altered(file, change, rehash=True):
    """The file after `change`, with a fresh hash unless the damage is what the test is about."""
    with h5py.File(file, "r+") as opened:
        change(opened)
        if rehash:
            opened.attrs["content_sha256"] = content_hash(opened)
    return file


def test_round_trip(file):
    assert_same(read_table(file), table())


def test_version_1_is_read_for_ever():
    assert hashlib.sha256(VERSION_1.read_bytes()).hexdigest() == VERSION_1_SHA256, "the fixture itself was changed"
    assert_same(read_table(VERSION_1), table())


def test_equal_inputs_give_equal_bytes(tmp_path):
    write_table(tmp_path / "a.h5", table())
    write_table(tmp_path / "b.h5", table())
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_every_dataset_is_labelled_and_protected(file):
    with h5py.File(file) as opened:
        datasets = []
        opened.visititems(lambda _, item: datasets.append(item) if isinstance(item, h5py.Dataset) else None)
        assert len(datasets) == 6 * 4 + 5 + 2
        for item in datasets:
            assert item.attrs["units"]
            assert item.attrs["long_name"]
            assert item.fletcher32
            assert item.compression == "gzip"
        cdf = opened["jump_table/set/cdf"]
        assert [list(d.keys()) for d in cdf.dims] == [["conductance"], ["delta"]]


def test_xarray_opens_it_labelled(file):
    xarray = pytest.importorskip("xarray", reason="xarray comes with the extra 'analysis'")
    pytest.importorskip("h5netcdf", reason="h5netcdf comes with the extra 'analysis'")
    with xarray.open_dataset(file, group="jump_table/set", engine="h5netcdf") as opened:
        assert opened["cdf"].dims == ("conductance", "delta")
        assert opened["cdf"].attrs["units"] == "1"


def test_missing_table_of_the_study_says_how_to_make_it(tmp_path):
    missing = tmp_path / "tables" / "nope.h5"
    with pytest.raises(TableError, match=rf"{re.escape(str(missing))}: no such table\. Make it with: snakemake"):
        read_table(missing)


def test_missing_table_elsewhere_is_not_said_to_be_makeable(tmp_path):
    with pytest.raises(TableError, match=r"nope\.h5: no such table\.$"):
        read_table(tmp_path / "nope.h5")


@pytest.mark.parametrize("kept", [0, 1, 7, 100, 0.1, 0.5, 0.9, 0.99])
def test_truncated_is_refused(file, kept):
    content = file.read_bytes()
    file.write_bytes(content[: kept if isinstance(kept, int) else int(kept * len(content))])
    with pytest.raises(TableError, match=r"t\.h5: cannot be read as a device table"):
        read_table(file)


def test_no_flipped_bit_is_read_as_something_else(file):
    """Damage anywhere either is noticed or hit bytes that HDF5 does not use."""
    content = file.read_bytes()
    rng = np.random.default_rng(5)
    noticed = 0
    for place in rng.choice(len(content), 300, replace=False):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(rng.integers(8))
        file.write_bytes(damaged)
        try:
            found = read_table(file)
        except TableError:
            noticed += 1
        else:
            assert_same(found, table())
    assert noticed > 30


def test_altered_value_is_refused(file):
    def change(opened):
        opened["jump_table/set/cdf"][0, 5] = 0.6

    with pytest.raises(TableError, match="does not match its stored SHA-256"):
        read_table(altered(file, change, rehash=False))


def test_altered_attribute_is_refused(file):
    def change(opened):
        opened.attrs["synthetic"] = False

    with pytest.raises(TableError, match="does not match its stored SHA-256"):
        read_table(altered(file, change, rehash=False))


def test_hash_does_not_depend_on_how_numbers_print(file):
    """NumPy 1 and 2 print scalars differently; the stored hash must be the same for both."""
    with h5py.File(file) as opened:
        before = content_hash(opened)
        with np.printoptions(legacy="1.25"):
            assert content_hash(opened) == before


def test_the_numbers_of_a_table_are_known_apart_from_its_provenance(file, tmp_path):
    """A table that another version of the program makes with equal numbers trains nothing anew."""
    again, other = tmp_path / "again.h5", tmp_path / "other.h5"
    write_table(again, replace(table(), provenance={"git_commit": "another"}))
    write_table(other, replace(table(), g_max_S=4.7e-6))
    assert numbers_hash(again) == numbers_hash(file)
    assert numbers_hash(other) != numbers_hash(file)
    assert read_table(again).provenance != read_table(file).provenance


def test_unknown_version_is_refused(file):
    def change(opened):
        opened.attrs["format_version"] = 2

    with pytest.raises(TableError, match=r"format version 2, this program reads version 1\. Update dev2net"):
        read_table(altered(file, change))


def test_another_format_is_refused(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["x"] = [1.0]
    with pytest.raises(TableError, match="not a device table: format is None, expected 'dev2net-table'"):
        read_table(tmp_path / "other.h5")


@pytest.mark.parametrize("name", ["jump_table/set/cdf", "jump_table/device/1/reset/delta", "states/mz", "energy/set_J"])
def test_missing_units_are_refused(file, name):
    def change(opened):
        del opened[name].attrs["units"]

    with pytest.raises(TableError, match=f"/{name} states no units"):
        read_table(altered(file, change))


def test_missing_part_is_refused(file):
    def change(opened):
        del opened["jump_table/reset/count"]

    with pytest.raises(TableError, match="/jump_table/reset/count is missing"):
        read_table(altered(file, change))


def test_unknown_groups_are_passed_over(file):
    """A newer writer may add to the file without raising the version."""

    def change(opened):
        opened.create_group("later")["more"] = [1.0]

    assert_same(read_table(altered(file, change)), table())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cdf": lambda c: c * 0.5}, "does not end at 1"),
        ({"cdf": lambda c: c[:, ::-1]}, "falls with delta"),
        ({"cdf": lambda c: c[:2]}, "expected"),
        ({"cdf": lambda c: np.where(c == 0.5, np.nan, c)}, "not finite"),
        ({"cdf": lambda c: c - 1.0 * (c == 0)}, "negative"),
        ({"delta": lambda d: d[::-1]}, "delta grid does not increase"),
        ({"conductance": lambda g: g * 0}, "conductance grid does not increase"),
    ],
)
def test_jump_table_refuses_nonsense(change, message):
    ((name, how),) = change.items()
    with pytest.raises(TableError, match=message):
        replace(jump(), **{name: how(getattr(jump(), name))})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"g_max_S": 0.4e-6}, "expected 0 <= g_min < g_max"),
        ({"g_max_S": 3.5e-6}, "outside"),
        ({"jump_reset": None}, "come together"),
        ({"jump_set": None, "jump_reset": None, "states": None}, "nothing to train with"),
        ({"kind": "guessed"}, "kind is 'guessed', expected one of simulated, measured, artificial"),
    ],
)
def test_device_table_refuses_nonsense(change, message):
    with pytest.raises(TableError, match=message):
        replace(table(), **change)


def test_quantile_and_mean_agree_with_the_distribution():
    """Evenly spread over 0.2 … 0.6 of a unit: median 0.4, mean 0.4, quarter points 0.3 and 0.5."""
    assert jump().quantile([0.25, 0.5, 0.75]) == pytest.approx(np.tile([0.3e-6, 0.4e-6, 0.5e-6], (4, 1)))
    assert jump(-1).quantile([0, 1]) == pytest.approx(np.tile([-0.6e-6, -0.2e-6], (4, 1))), "ends of the support"
    assert jump().mean() == pytest.approx(np.full(4, 0.4e-6))
    assert jump(-1).mean() == pytest.approx(np.full(4, -0.4e-6))


def test_leaving_probability_finds_the_worst_row():
    assert leaving_probability(table()) == 0.0
    unchecked = SimpleNamespace(**{f.name: getattr(table(), f.name) for f in fields(DeviceTable)})
    for change, worst in (({"g_max_S": 4.4e-6}, 0.5), ({"g_min_S": 0.5e-6}, 0.0), ({"g_min_S": 0.61e-6}, 0.5)):
        wrong = SimpleNamespace(**{**vars(unchecked), **change})
        assert leaving_probability(wrong) == pytest.approx(worst)


def test_a_table_that_leads_out_of_the_range_is_refused():
    with pytest.raises(TableError, match=r"leads out of \[4e-07, 4.4e-06\] S with probability 0.5, expected none"):
        replace(table(), g_max_S=4.4e-6)


def test_a_file_that_leads_out_of_the_range_is_refused(file):
    def change(opened):
        opened.attrs["g_max_S"] = 4.4e-6

    with pytest.raises(TableError, match=r"t\.h5: a pulse leads out of"):
        read_table(altered(file, change))


def banded(lower: float = 0.4, upper: float = 0.6) -> JumpTable:
    """A table with the same band about every probability that is neither 0 nor 1."""
    plain = jump()
    inner = plain.cdf == 0.5
    return replace(plain, cdf_low=np.where(inner, lower, plain.cdf), cdf_high=np.where(inner, upper, plain.cdf))


def trains() -> Trains:
    g = np.array([1.0, 1.4, 1.8]) * 1e-6
    return Trains(np.arange(3), np.array([5, 5, 4]), g, g - 1e-7, g + 1e-7, g, g - 2e-7, g + 2e-7, 0 * g, 0 * g)


def energies() -> SwitchingEnergy:
    two = np.array([1.0, 2.0])
    return SwitchingEnergy(
        two * 1e-6, two * 1e-9, two * 0.9e-9, two * 1.1e-9, np.array([7, 8]), np.array([1, 0]), np.array([0, 0]),
        np.array([150e-9, np.nan]),
    )  # fmt: skip


def test_what_was_seen_beside_the_tables_is_read_back(tmp_path):
    whole = replace(table(), jump_set=banded(), trains=(trains(), trains()), switching_energy=energies())
    write_table(tmp_path / "t.h5", whole)
    found = read_table(tmp_path / "t.h5")
    assert_same(found, whole)
    assert found.jump_set is not None
    np.testing.assert_array_equal(found.jump_set.cdf_high, banded().cdf_high)
    assert found.jump_reset is not None
    assert found.jump_reset.cdf_low is None
    assert found.trains is not None
    for name in Trains.LABELS:
        np.testing.assert_array_equal(getattr(found.trains[1], name), getattr(trains(), name))
    for name in SwitchingEnergy.LABELS:
        np.testing.assert_array_equal(getattr(found.switching_energy, name), getattr(energies(), name))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cdf_low": None}, "come together"),
        ({"cdf_low": np.zeros((2, 2))}, "have shapes"),
        ({"cdf_low": banded().cdf_high}, "do not enclose"),
        ({"cdf_high": banded().cdf_low}, "do not enclose"),
    ],
)
def test_bands_that_are_none_are_refused(change, message):
    with pytest.raises(TableError, match=message):
        replace(banded(), **change)


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(TableError, match="Trains: columns of unequal shapes"):
        replace(trains(), count=np.arange(2))


def test_hash_is_what_the_format_document_says(file):
    """Written down again from docs/format.md, without the product's walk."""
    digest = hashlib.sha256()

    def attributes(item):
        for key in sorted(set(item.attrs) - {"content_sha256", "CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST"}):
            value = item.attrs[key]
            stored = value.encode() if isinstance(value, str) else value.tobytes()
            digest.update(b"@" + key.encode() + b"=" + stored + b";")

    def walk(group, path):
        for name in sorted(group):
            item, here = group[name], f"{path}{name}"
            digest.update(f"/{here};".encode())
            attributes(item)
            if isinstance(item, h5py.Group):
                walk(item, f"{here}/")
            else:
                values = item[()]
                digest.update(f"{values.dtype.str}{values.shape}".encode() + values.tobytes())

    with h5py.File(file) as opened:
        attributes(opened)
        walk(opened, "")
        assert opened.attrs["content_sha256"] == digest.hexdigest()
