"""The raw ensemble: one row for each programming event that was simulated, in an HDF5 file.

A batch writes its rows, `collect` joins the batches. The joined file holds no wall times and is the same,
byte for byte, whatever the batches and their order were.

::

    /            attrs: format "dev2net-ensemble", format_version, device, config (JSON), root_seed,
                        engines (JSON), stages (JSON), provenance (JSON), content_sha256
    /state       (n,) index of the state            /instance    (n,) number of the racetrack
    /noise_seed  (n,) seed of the thermal noise     /script_sha256 (n,) fingerprint of the script's text
    /completed   (n,) 1 if the engine finished      /end_s       (n,) simulated time
    /mean_m      (n, 3) average magnetization at the end
    /roughness   (n, 2) realised rms of the lower and upper edge
    /x           (n_x,) middle of each column of cells
    /mz_profile  (n, n_stages, n_x) mz averaged over the magnetic cells of a column
    /wall_tilt   (n, n_stages) angle of the wall against the line across the track; absent in older files
    /wall_time   (n,) share of the engine's wall time; in batches only
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from devicegen.errors import EngineError
from devicegen.files import written_whole
from devicegen.provenance import provenance
from devicegen.racetrack.config import RacetrackConfig, load_racetrack
from devicegen.table_file import content_hash, put_dataset

FORMAT = "dev2net-ensemble"
FORMAT_VERSION = 1


@dataclass(frozen=True)
class Events:
    """The rows; the module's docstring gives each array's meaning. Failed events hold NaN.

    wall_tilt : None in an ensemble that was made before tilts were kept
    """

    state: npt.NDArray[np.int64]
    instance: npt.NDArray[np.int64]
    noise_seed: npt.NDArray[np.int64]
    script_sha256: npt.NDArray[np.bytes_]
    completed: npt.NDArray[np.uint8]
    end_s: npt.NDArray[np.float64]
    mean_m: npt.NDArray[np.float64]
    roughness: npt.NDArray[np.float64]
    mz_profile: npt.NDArray[np.float32]
    wall_tilt: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return self.state.size

    def chosen(self, rows: npt.NDArray[np.int64]) -> Events:
        """Some of the rows."""
        arrays: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        arrays = {name: None if values is None else values[rows] for name, values in arrays.items()}
        return Events(**arrays)

    @classmethod
    def none(cls) -> Events:
        """No rows at all."""
        return cls(
            state=np.zeros(0, np.int64),
            instance=np.zeros(0, np.int64),
            noise_seed=np.zeros(0, np.int64),
            script_sha256=np.zeros(0, "S64"),
            completed=np.zeros(0, np.uint8),
            end_s=np.zeros(0),
            mean_m=np.zeros((0, 3)),
            roughness=np.zeros((0, 2)),
            mz_profile=np.zeros((0, 0, 0), np.float32),
        )


_UNITS = {
    "state": ("1", "index of the state"),
    "instance": ("1", "number of the racetrack"),
    "noise_seed": ("1", "seed of the thermal noise"),
    "script_sha256": ("1", "SHA-256 of the text of the script"),
    "completed": ("1", "1 if the engine finished the event"),
    "end_s": ("s", "simulated time"),
    "mean_m": ("1", "average magnetization at the end"),
    "roughness": ("m", "realised rms of the lower and of the upper edge"),
    "mz_profile": ("1", "mz averaged over the magnetic cells of a column, at each stage"),
}
_TILT_UNITS = ("rad", "angle of the wall against the line across the track, at each stage, upper end ahead positive")


@dataclass(frozen=True)
class Ensemble:
    """Rows, and what they are rows of.

    x_m        : (n_x,) middle of each column of cells, from the left end [m]
    stages     : names of the moments at which the profiles were taken
    engines    : the engines that the rows were computed with
    wall_time_s: (n,) share of the engine's wall time; None in a collected file
    """

    device: str
    config: RacetrackConfig
    root_seed: int
    engines: tuple[str, ...]
    stages: tuple[str, ...]
    x_m: npt.NDArray[np.floating]
    events: Events
    wall_time_s: npt.NDArray[np.float64] | None = None
    provenance: Mapping[str, Any] | None = None


def write_ensemble(path: Path, ensemble: Ensemble) -> None:
    """Write an ensemble or a batch of it, whole or not at all."""
    with written_whole(path) as draft, h5py.File(draft, "w", libver=("v110", "v110")) as file:
        file.attrs["format"] = FORMAT
        file.attrs["format_version"] = FORMAT_VERSION
        file.attrs["device"] = ensemble.device
        file.attrs["config"] = json.dumps(ensemble.config.model_dump(mode="json"), sort_keys=True)
        file.attrs["root_seed"] = ensemble.root_seed
        file.attrs["engines"] = json.dumps(ensemble.engines)
        file.attrs["stages"] = json.dumps(ensemble.stages)
        file.attrs["provenance"] = json.dumps(ensemble.provenance, sort_keys=True)
        x = put_dataset(file, "x", ensemble.x_m, "m", "middle of a column of cells, from the left end")
        x.make_scale("x")
        for name, (units, long_name) in _UNITS.items():
            data = put_dataset(file, name, getattr(ensemble.events, name), units, long_name)
            if name == "mz_profile":
                data.dims[2].attach_scale(x)
        if ensemble.events.wall_tilt is not None:
            put_dataset(file, "wall_tilt", ensemble.events.wall_tilt, *_TILT_UNITS)
        if ensemble.wall_time_s is not None:
            put_dataset(file, "wall_time", ensemble.wall_time_s, "s", "share of the wall time of the engine's run")
        file.attrs["content_sha256"] = content_hash(file)


def _array(file: h5py.File, name: str) -> npt.NDArray[Any]:
    data = file[name]
    if not isinstance(data, h5py.Dataset):
        raise KeyError(f"{name} is not a dataset")
    return np.asarray(data[()])


def read_ensemble(path: Path) -> Ensemble:
    """Read and verify an ensemble or a batch.

    Raises EngineError, in one sentence, for a file that is missing, truncated, altered or of another format.
    """
    if not path.is_file():
        made = f" Make it with: snakemake --cores 2 {path}" if path.name == "ensemble.h5" else ""
        raise EngineError(f"{path}: no such ensemble.{made}")
    try:
        with h5py.File(path, "r") as file:
            attrs: dict[str, Any] = dict(file.attrs)
            found = (attrs.get("format"), int(attrs.get("format_version", -1)))
            if found != (FORMAT, FORMAT_VERSION):
                raise EngineError(
                    f"{path}: format {found[0]!r} version {found[1]}, expected {FORMAT!r} version {FORMAT_VERSION}."
                )
            if attrs.get("content_sha256") != content_hash(file):
                raise EngineError(
                    f"{path}: the content does not match its stored SHA-256: the file was altered after it was "
                    "written. Delete it and make it again."
                )
            arrays = {name: _array(file, name) for name in _UNITS}
            if "wall_tilt" in file:
                arrays["wall_tilt"] = _array(file, "wall_tilt")
            return Ensemble(
                device=str(attrs["device"]),
                config=load_racetrack(json.loads(attrs["config"])),
                root_seed=int(attrs["root_seed"]),
                engines=tuple(json.loads(attrs["engines"])),
                stages=tuple(json.loads(attrs["stages"])),
                x_m=_array(file, "x"),
                events=Events(**arrays),
                wall_time_s=_array(file, "wall_time") if "wall_time" in file else None,
                provenance=json.loads(attrs["provenance"]),
            )
    except (OSError, KeyError) as error:
        raise EngineError(
            f"{path}: cannot be read as an ensemble ({error}). If it is one, its writing was cut off: delete it and "
            "make it again."
        ) from error


def reduced_from(ensemble: Ensemble, path: Path, **more: Any) -> dict[str, Any]:
    """Provenance of a table that was reduced from `ensemble`, read from `path`, and `more` entries of its own."""
    return provenance(
        inputs=[path],
        config=ensemble.config.model_dump(mode="json"),
        seeds={"root": ensemble.root_seed},
        engines=list(ensemble.engines),
        ensemble=dict(ensemble.provenance or {}),
        roughness_rms_m=float(np.sqrt(np.mean(ensemble.events.roughness**2))),
        **more,
    )


def joined(parts: Sequence[Events]) -> Events:
    """The rows of all `parts`, sorted by state and instance; rows of parts without tilts have NaN for it."""
    parts = [part for part in parts if len(part)] or parts  # the profiles of no rows have no shape
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _UNITS}
    if any(part.wall_tilt is not None for part in parts):
        arrays["wall_tilt"] = np.concatenate([_tilts(part) for part in parts])
    order = np.lexsort((arrays["instance"], arrays["state"]))
    return Events(**{name: values[order] for name, values in arrays.items()})


def _tilts(part: Events) -> npt.NDArray[np.float64]:
    return np.full(part.mz_profile.shape[:2], np.nan) if part.wall_tilt is None else part.wall_tilt
