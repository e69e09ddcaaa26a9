"""The device table as an HDF5 file.

The written contract is ``docs/format.md``. Datasets carry ``units`` and ``long_name`` and HDF5 dimension
scales; the file carries a SHA-256 of its content and no clock times, so equal inputs give equal bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from devicegen.errors import TableError
from devicegen.evidence import SwitchingEnergy, Trains
from devicegen.files import written_whole
from devicegen.table import OUTCOMES, Coverage, DeviceTable, JumpTable, StateDistribution, need

FORMAT = "dev2net-table"
FORMAT_VERSION = 1

# -- writing ---------------------------------------------------------------------------------------


def put_dataset(
    group: h5py.Group,
    name: str,
    values: npt.NDArray[Any],
    units: str,
    long_name: str,
    scales: tuple[h5py.Dataset | None, ...] = (),
    scale: bool = False,
) -> h5py.Dataset:
    """Add a compressed, checksummed, labelled dataset; `scales` are the dimension scales of its axes."""
    data = group.create_dataset(
        name,
        data=values,
        track_times=False,
        compression="gzip",
        compression_opts=6,
        shuffle=True,
        fletcher32=True,
    )
    data.attrs["units"] = units
    data.attrs["long_name"] = long_name
    if scale:
        data.make_scale(name)
    for axis, dimension in enumerate(scales):
        if dimension is not None:
            data.dims[axis].attach_scale(dimension)
    return data


def _put_jump(group: h5py.Group, jump: JumpTable) -> None:
    g = put_dataset(group, "conductance", jump.conductance, "S", "conductance before the pulse", scale=True)
    d = put_dataset(group, "delta", jump.delta, "S", "conductance change of one pulse", scale=True)
    put_dataset(group, "cdf", jump.cdf, "1", "probability of a change of at most delta", (g, d))
    put_dataset(group, "count", jump.count, "1", "pulses seen from this conductance", (g,))
    if jump.cdf_low is not None and jump.cdf_high is not None:
        put_dataset(group, "cdf_low", jump.cdf_low, "1", "5% quantile of bootstrap replicates of cdf", (g, d))
        put_dataset(group, "cdf_high", jump.cdf_high, "1", "95% quantile of bootstrap replicates of cdf", (g, d))


def _put_columns(group: h5py.Group, columns: Trains | SwitchingEnergy) -> None:
    for name, (units, long_name) in columns.LABELS.items():
        put_dataset(group, name, getattr(columns, name), units, long_name)


def _put_states(group: h5py.Group, states: StateDistribution) -> None:
    c = put_dataset(group, "control", states.control, states.control_units, states.control_name, scale=True)
    put_dataset(group, "target", states.target, "1", "weight that the state stands for", (c,))
    put_dataset(group, "mz", states.mz, "1", "reached weight <mz> of each instance", (c, None))
    put_dataset(group, "position", states.position, "m", "wall position from the left end", (c, None))
    outcome = put_dataset(group, "outcome", states.outcome, "1", "what became of the wall", (c, None))
    outcome.attrs["meaning"] = json.dumps(dict(enumerate(OUTCOMES)))


def content_hash(file: h5py.File, without: Collection[str] = ()) -> str:
    """SHA-256 over every dataset (name, type, shape, bytes) and every attribute that is not HDF5's own.

    without : attributes that do not count either
    """
    digest = hashlib.sha256()
    left_out = {"content_sha256", "CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", *without}

    def attributes(item: h5py.Group | h5py.Dataset) -> None:
        for key in sorted(item.attrs):
            if key in left_out:
                continue
            value = item.attrs[key]
            # text and bytes as they are stored: how NumPy prints a number changes between its versions
            stored = value.encode() if isinstance(value, str) else np.asarray(value).tobytes()
            digest.update(f"@{key}=".encode() + stored + b";")

    def visit(name: str, item: h5py.Group | h5py.Dataset) -> None:
        digest.update(f"/{name};".encode())
        attributes(item)
        if isinstance(item, h5py.Dataset):
            values = np.ascontiguousarray(item[()])
            digest.update(f"{values.dtype.str}{values.shape}".encode())
            digest.update(values.tobytes())

    attributes(file)
    file.visititems(visit)
    return digest.hexdigest()


def write_table(path: Path, table: DeviceTable) -> None:
    """Write `table` to `path`, whole or not at all; equal tables give equal bytes."""
    with written_whole(Path(path)) as draft, h5py.File(draft, "w", libver=("v110", "v110")) as file:
        file.attrs["format"] = FORMAT
        file.attrs["format_version"] = FORMAT_VERSION
        file.attrs["device"] = table.device
        file.attrs["kind"] = table.kind
        file.attrs["synthetic"] = bool(table.synthetic)
        file.attrs["g_min_S"] = float(table.g_min_S)
        file.attrs["g_max_S"] = float(table.g_max_S)
        file.attrs["provenance"] = json.dumps(table.provenance, sort_keys=True)
        if table.jump_set is not None and table.jump_reset is not None:
            _put_jump(file.create_group("jump_table/set"), table.jump_set)
            _put_jump(file.create_group("jump_table/reset"), table.jump_reset)
        for index, (jump_set, jump_reset) in enumerate(table.per_device):
            _put_jump(file.create_group(f"jump_table/device/{index}/set"), jump_set)
            _put_jump(file.create_group(f"jump_table/device/{index}/reset"), jump_reset)
        if table.coverage is not None:
            group = file.create_group("coverage")
            for name in ("set", "reset"):
                ends = np.array(getattr(table.coverage, f"{name}_S"))
                put_dataset(group, name, ends, "S", f"lowest and highest conductance before a {name.upper()} pulse")
        if table.states is not None:
            _put_states(file.create_group("states"), table.states)
        if table.energy_J:
            energy = file.create_group("energy")
            energy.attrs["source"] = table.energy_source
            for name, joules in sorted(table.energy_J.items()):
                put_dataset(energy, name, np.array([joules]), "J", f"energy of one {name.removesuffix('_J')} event")
        if table.trains is not None:
            for name, trains in zip(("set", "reset"), table.trains, strict=True):
                _put_columns(file.create_group(f"trains/{name}"), trains)
        if table.switching_energy is not None:
            _put_columns(file.create_group("switching_energy"), table.switching_energy)
        file.attrs["content_sha256"] = content_hash(file)


# -- reading ---------------------------------------------------------------------------------------


def _get(path: Path, group: Any, name: str) -> npt.NDArray[Any]:
    where = f"{path}: {group.name}/{name}"
    need(name in group and isinstance(group[name], h5py.Dataset), f"{where} is missing. Make the table again.")
    data = group[name]
    need(
        "units" in data.attrs,
        f"{where} states no units, expected an attribute 'units'. Make the table again.",
    )
    return np.asarray(data[()])


def _get_jump(path: Path, group: h5py.Group) -> JumpTable:
    return JumpTable(
        conductance=_get(path, group, "conductance").astype(np.float64),
        delta=_get(path, group, "delta").astype(np.float64),
        cdf=_get(path, group, "cdf").astype(np.float64),
        count=_get(path, group, "count").astype(np.int64),
        cdf_low=_get(path, group, "cdf_low").astype(np.float64) if "cdf_low" in group else None,
        cdf_high=_get(path, group, "cdf_high").astype(np.float64) if "cdf_high" in group else None,
    )


def _get_columns(path: Path, group: h5py.Group, kind: type[Trains] | type[SwitchingEnergy]) -> Any:
    return kind.of({name: _get(path, group, name) for name in kind.LABELS})


def _get_trains(path: Path, group: Any) -> tuple[Trains, Trains]:
    of_set, of_reset = (_get_columns(path, group[name], Trains) for name in ("set", "reset"))
    return of_set, of_reset


def _get_coverage(path: Path, group: Any) -> Coverage:
    ends = [_get(path, group, name).astype(np.float64) for name in ("set", "reset")]
    need(
        all(one.shape == (2,) for one in ends), f"{path}: /coverage has shapes {[o.shape for o in ends]}, expected (2,)"
    )
    of_set, of_reset = ((float(low), float(high)) for low, high in ends)
    return Coverage(of_set, of_reset)


def _get_states(path: Path, group: h5py.Group) -> StateDistribution:
    control = _get(path, group, "control").astype(np.float64)
    return StateDistribution(
        control=control,
        control_name=str(group["control"].attrs["long_name"]),
        control_units=str(group["control"].attrs["units"]),
        target=_get(path, group, "target").astype(np.float64),
        mz=_get(path, group, "mz").astype(np.float64),
        position=_get(path, group, "position").astype(np.float64),
        outcome=_get(path, group, "outcome").astype(np.uint8),
    )


def numbers_hash(path: Path) -> str:
    """SHA-256 of a table without its provenance: a table that is made anew with equal numbers keeps it.

    Raises: TableError when the file cannot be read
    """
    try:
        with h5py.File(path, "r") as file:
            return content_hash(file, without=("provenance",))
    except (OSError, RuntimeError) as error:
        raise TableError(f"{path}: cannot be read as a device table ({error}). Make it again.") from error


def _check_header(path: Path, file: h5py.File) -> None:
    found = file.attrs.get("format")
    need(found == FORMAT, f"{path}: not a device table: format is {found!r}, expected {FORMAT!r}.")
    version = int(file.attrs.get("format_version", -1))
    need(
        version == FORMAT_VERSION,
        f"{path}: format version {version}, this program reads version {FORMAT_VERSION}. Update dev2net.",
    )
    stored = file.attrs.get("content_sha256")
    need(
        stored == content_hash(file),
        f"{path}: the content does not match its stored SHA-256: the file was altered after it was written. "
        "Delete it and make it again.",
    )


def read_table(path: Path) -> DeviceTable:
    """Read and verify a device table.

    Raises TableError, in one sentence, for a file that is missing, truncated, altered, of another format
    or version, or without units.
    """
    path = Path(path)
    made_by = f" Make it with: snakemake --cores 2 {path}" if path.parent.name == "tables" else ""
    need(path.is_file(), f"{path}: no such table.{made_by}")
    try:
        with h5py.File(path, "r") as opened:
            file: Any = opened  # h5py's types allow any kind of item at every path; what is there is checked by use
            _check_header(path, file)
            jump_set = jump_reset = None
            per_device: list[tuple[JumpTable, JumpTable]] = []
            if "jump_table" in file:
                jump_set = _get_jump(path, file["jump_table/set"])
                jump_reset = _get_jump(path, file["jump_table/reset"])
                devices = file.get("jump_table/device", {})
                for key in sorted(devices, key=int):
                    per_device.append((_get_jump(path, devices[key]["set"]), _get_jump(path, devices[key]["reset"])))
            energy, seen = file.get("energy"), file.get("switching_energy")
            return DeviceTable(
                device=str(file.attrs["device"]),
                kind=str(file.attrs["kind"]),  # type: ignore[arg-type]  # checked when the table is built
                synthetic=bool(file.attrs["synthetic"]),
                g_min_S=float(file.attrs["g_min_S"]),
                g_max_S=float(file.attrs["g_max_S"]),
                provenance=json.loads(file.attrs["provenance"]),
                jump_set=jump_set,
                jump_reset=jump_reset,
                per_device=tuple(per_device),
                states=_get_states(path, file["states"]) if "states" in file else None,
                energy_J={} if energy is None else {k: float(_get(path, energy, k)[0]) for k in energy},
                energy_source="" if energy is None else str(energy.attrs["source"]),
                trains=_get_trains(path, file["trains"]) if "trains" in file else None,
                switching_energy=_get_columns(path, seen, SwitchingEnergy) if seen is not None else None,
                coverage=_get_coverage(path, file["coverage"]) if "coverage" in file else None,
            )
    except (
        OSError,
        KeyError,
        RuntimeError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:  # h5py raises all of these
        raise TableError(
            f"{path}: cannot be read as a device table ({error}). It is truncated or not HDF5: make it again."
        ) from error
    except TableError as error:
        message = str(error)
        raise error if message.startswith(str(path)) else TableError(f"{path}: {message}") from error
