"""The device table: one HDF5 file a device, the only thing that passes from devices to networks.

The written contract is ``docs/format.md``. Datasets carry ``units`` and ``long_name`` and HDF5 dimension
scales; the file carries a SHA-256 of its content and no clock times, so equal inputs give equal bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import h5py
import numpy as np
import numpy.typing as npt

from devicegen.errors import TableError
from devicegen.evidence import SwitchingEnergy, Trains
from devicegen.files import written_whole

FORMAT = "dev2net-table"
FORMAT_VERSION = 1

Kind = Literal["simulated", "measured", "artificial"]
FloatArray = npt.NDArray[np.float64]

OUTCOMES = ("kept", "expelled", "lost", "doubled", "failed")
"""What became of the wall of one instance; the code in ``/states/outcome`` is the index here.

"failed": the simulation did not finish."""

MOST_LEAVING = 1e-6
"""Probability of leaving the range that passes for rounding."""


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise TableError(message)


@dataclass(frozen=True)
class JumpTable:
    """Distribution of the conductance change of one pulse, at each conductance (Fumarola 2016, Fig. 8).

    conductance : (n_g,) grid of the conductance before the pulse [S], increasing
    delta       : (n_d,) grid of the conductance change [S], increasing
    cdf         : (n_g, n_d) probability that the change is at most `delta`; rows rise to 1
    count       : (n_g,) pulses seen from this conductance (0 for artificial tables)
    cdf_low, cdf_high : (n_g, n_d) within which the cdf comes out in nine of ten repetitions of the measurement, at each
                  point by itself; None where nobody estimated it
    """

    conductance: FloatArray
    delta: FloatArray
    cdf: FloatArray
    count: npt.NDArray[np.int64]
    cdf_low: FloatArray | None = None
    cdf_high: FloatArray | None = None

    def __post_init__(self) -> None:
        n_g, n_d = self.conductance.size, self.delta.size
        _need(n_g >= 2 and n_d >= 2, f"a jump-table needs at least 2 x 2 grid points, found {n_g} x {n_d}")
        _need(
            self.cdf.shape == (n_g, n_d) and self.count.shape == (n_g,),
            f"cdf has shape {self.cdf.shape} and count {self.count.shape}, expected {(n_g, n_d)} and {(n_g,)}",
        )
        for name, values in (("conductance", self.conductance), ("delta", self.delta), ("cdf", self.cdf)):
            _need(bool(np.all(np.isfinite(values))), f"{name} holds values that are not finite")
        for name, grid in (("conductance", self.conductance), ("delta", self.delta)):
            _need(bool(np.all(np.diff(grid) > 0)), f"the {name} grid does not increase")
        _need(bool(np.all(np.diff(self.cdf, axis=1) >= 0)), "a row of cdf falls with delta")
        _need(bool(np.all(self.cdf >= 0)), "cdf holds negative probabilities")
        _need(bool(np.all(self.cdf[:, -1] == 1.0)), "a row of cdf does not end at 1")
        _need((self.cdf_low is None) == (self.cdf_high is None), "cdf_low and cdf_high come together: one is missing")
        if self.cdf_low is not None and self.cdf_high is not None:
            _need(
                self.cdf_low.shape == self.cdf_high.shape == self.cdf.shape,
                f"cdf_low and cdf_high have shapes {self.cdf_low.shape} and {self.cdf_high.shape}, "
                f"cdf has {self.cdf.shape}",
            )
            _need(
                bool(np.all((0 <= self.cdf_low) & (self.cdf_low <= self.cdf)))
                and bool(np.all((self.cdf <= self.cdf_high) & (self.cdf_high <= 1))),
                "cdf_low and cdf_high do not enclose cdf",
            )

    def quantile(self, probability: npt.ArrayLike) -> FloatArray:
        """Conductance change at each cumulative probability, linear between grid points.

        probability : (n_p,) in [0, 1]
        returns     : (n_g, n_p) conductance change [S]
        """
        p = np.atleast_1d(np.asarray(probability, dtype=np.float64))
        out = np.empty((self.conductance.size, p.size))
        for row, cdf in enumerate(self.cdf):
            first = int(np.searchsorted(cdf, 0.0, side="right"))  # the first point with any probability
            support = slice(max(first - 1, 0), int(np.searchsorted(cdf, 1.0)) + 1)
            out[row] = np.interp(p, cdf[support], self.delta[support])
        return out

    def mean(self) -> FloatArray:
        """(n_g,) mean conductance change [S]; the mass of an interval of `delta` lies at its middle."""
        middles = 0.5 * (self.delta[1:] + self.delta[:-1])
        return self.cdf[:, 0] * self.delta[0] + np.diff(self.cdf, axis=1) @ middles


@dataclass(frozen=True)
class StateDistribution:
    """What one programming event leaves behind, for each state (Al Misba 2022, Fig. 1c, d).

    control  : (n_s,) what selects the state (anisotropy, voltage, level), in `control_units`
    target   : (n_s,) weight that the state stands for, in [-1, 1], increasing
    mz       : (n_s, n_instances) reached weight <mz>; NaN where an instance gave no result
    position : (n_s, n_instances) wall position from the left end [m]; NaN where unknown
    outcome  : (n_s, n_instances) index into `OUTCOMES`
    """

    control: FloatArray
    control_name: str
    control_units: str
    target: FloatArray
    mz: FloatArray
    position: FloatArray
    outcome: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        n_s = self.control.size
        _need(n_s >= 2, f"a state distribution needs at least 2 states, found {n_s}")
        _need(
            self.mz.ndim == 2 and self.mz.shape[0] == n_s,
            f"mz has shape {self.mz.shape}, expected {n_s} rows",
        )
        _need(self.target.shape == (n_s,), f"target has shape {self.target.shape}, expected {(n_s,)}")
        for name, values in (("position", self.position), ("outcome", self.outcome)):
            _need(values.shape == self.mz.shape, f"{name} has shape {values.shape}, mz has {self.mz.shape}")
        _need(bool(np.all(np.diff(self.target) > 0)), "the targets of the states do not increase")
        _need(bool(np.all(np.abs(self.target) <= 1)), "a target lies outside [-1, 1]")
        _need(bool(np.all(np.isfinite(self.mz).any(axis=1))), "a state has no instance with a result")
        with np.errstate(invalid="ignore"):
            _need(not bool(np.any(np.abs(self.mz) > 1.0 + 1e-6)), "mz lies outside [-1, 1]")
        _need(bool(np.all(self.outcome < len(OUTCOMES))), "an outcome code is unknown")

    def samples(self, state: int) -> FloatArray:
        """Finite <mz> values of one state, in the order of the instances."""
        row = self.mz[state]
        return row[np.isfinite(row)]


@dataclass(frozen=True)
class DeviceTable:
    """Everything that networks know of a device."""

    device: str
    kind: Kind
    synthetic: bool
    g_min_S: float
    g_max_S: float
    provenance: Mapping[str, Any]
    jump_set: JumpTable | None = None
    jump_reset: JumpTable | None = None
    per_device: tuple[tuple[JumpTable, JumpTable], ...] = ()
    states: StateDistribution | None = None
    energy_J: Mapping[str, float] = field(default_factory=dict)
    energy_source: str = ""
    trains: tuple[Trains, Trains] | None = None
    switching_energy: SwitchingEnergy | None = None

    def __post_init__(self) -> None:
        _need(self.kind in get_args(Kind), f"kind is {self.kind!r}, expected one of {', '.join(get_args(Kind))}")
        _need(
            0 <= self.g_min_S < self.g_max_S < np.inf,
            f"conductance range [{self.g_min_S:g}, {self.g_max_S:g}] S: expected 0 <= g_min < g_max",
        )
        _need(
            (self.jump_set is None) == (self.jump_reset is None),
            "SET and RESET jump-tables come together: one of them is missing",
        )
        _need(
            self.jump_set is not None or self.states is not None,
            "the table holds neither jump-tables nor states: nothing to train with",
        )
        for name, jump in (("SET", self.jump_set), ("RESET", self.jump_reset)):
            if jump is not None:
                slack = 1e-9 * (self.g_max_S - self.g_min_S)
                _need(
                    jump.conductance[0] >= self.g_min_S - slack and jump.conductance[-1] <= self.g_max_S + slack,
                    f"the {name} table reaches from {jump.conductance[0]:g} to {jump.conductance[-1]:g} S, "
                    f"outside [{self.g_min_S:g}, {self.g_max_S:g}] S",
                )
        leaving = leaving_probability(self)
        _need(
            leaving <= MOST_LEAVING,
            f"a pulse leads out of [{self.g_min_S:g}, {self.g_max_S:g}] S with probability {leaving:.3g}, "
            "expected none to: move that part of the cdf to the end of the range",
        )


def leaving_probability(table: DeviceTable) -> float:
    """Probability that a pulse leads out of the conductance range, in the row of a jump-table where it is largest."""
    worst = 0.0
    slack = 1e-9 * (table.g_max_S - table.g_min_S)
    own = [jump for pair in table.per_device for jump in pair]
    for jump in (table.jump_set, table.jump_reset, *own):
        if jump is not None:
            reached = jump.conductance[:, None] + jump.delta[None, :]
            below = np.where(reached < table.g_min_S - slack, jump.cdf, 0.0).max()
            above = 1.0 - np.where(reached >= table.g_max_S - slack, jump.cdf, 1.0).min()
            worst = max(worst, float(below), float(above))
    return worst


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


def content_hash(file: h5py.File) -> str:
    """SHA-256 over every dataset (name, type, shape, bytes) and every attribute that is not HDF5's own."""
    digest = hashlib.sha256()

    def attributes(item: h5py.Group | h5py.Dataset) -> None:
        for key in sorted(item.attrs):
            if key in ("content_sha256", "CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST"):
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
    _need(name in group and isinstance(group[name], h5py.Dataset), f"{where} is missing. Make the table again.")
    data = group[name]
    _need(
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


def _check_header(path: Path, file: h5py.File) -> None:
    found = file.attrs.get("format")
    _need(found == FORMAT, f"{path}: not a device table: format is {found!r}, expected {FORMAT!r}.")
    version = int(file.attrs.get("format_version", -1))
    _need(
        version == FORMAT_VERSION,
        f"{path}: format version {version}, this program reads version {FORMAT_VERSION}. Update dev2net.",
    )
    stored = file.attrs.get("content_sha256")
    _need(
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
    _need(path.is_file(), f"{path}: no such table. Make it with: snakemake --cores 2 {path}")
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
