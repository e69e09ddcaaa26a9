"""Sweeps: many points trained in parallel on Dask, each finished one on disk at once.

A point that finished is never trained again; a killed sweep goes on where it stood; one or many workers give the
same numbers, because a point draws all of its random numbers from its own address. Only the process that calls
`run_sweep` writes files.
"""

from __future__ import annotations

import csv
import json
import logging
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from devicegen.errors import ConfigError
from devicegen.files import write_text_whole, written_whole
from devicegen.table_file import numbers_hash, read_table
from netsim.config import AnyNetwork, NetworkConfig
from netsim.config.quantized import ExSituNetwork, QuantizedBase
from netsim.energy import NetworkEnergy, energy_columns, network_energy
from netsim.mnist import ImageSet, load_images
from netsim.points import Point, check_images, identity, name_of, points_of, train_point
from netsim.results import curves, read_epochs
from netsim.unmeasured import Range, largest_of, unmeasured_of
from netsim.workers import Task, finished

_log = logging.getLogger(__name__)

_NETWORK: TypeAdapter[AnyNetwork] = TypeAdapter(NetworkConfig)


@lru_cache(maxsize=1)
def _images(folder: Path, other_data_set: bool) -> ImageSet:
    """Images of a worker process, read once."""
    return load_images(folder, other_data_set)


def train_task(task: Task) -> list[dict[str, Any]]:
    """Train the point of a task, on any machine that sees the same files; returns its epochs."""
    table = None if task["table"] is None else read_table(Path(task["table"]))
    point = Point(task["network"], _NETWORK.validate_python(task["config"]), task["device"], {}, task["seed"])
    images = _images(Path(task["images"]), task["other_data_set"])
    return [asdict(epoch) for epoch in train_point(point, table, images, task["root_seed"])]


def _record_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


def _read_record(folder: Path, name: str) -> dict[str, Any] | None:
    """A finished point, or None; whole files are the only ones there are (see `devicegen.files`)."""
    path = _record_path(folder, name)
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(f"{path}: not a finished point ({error}). Delete it and start the sweep again.") from error


def _energies(points: Iterable[Point], tables: Mapping[str, Path]) -> list[NetworkEnergy | None]:
    """What each point's devices and circuits cost; None for the baseline, and for schemes without a model of it."""
    loaded = {device: read_table(path) for device, path in tables.items()}
    return [
        network_energy(point.config, loaded[point.device])
        if point.device is not None and isinstance(point.config, QuantizedBase)
        else None
        for point in points
    ]


def _row(point: Point, epoch: Mapping[str, Any], energy: NetworkEnergy | None) -> dict[str, Any]:
    """A row of the CSV: who, what was chosen, what came out."""
    row = {"network": point.network, "scheme": point.config.scheme, "device": point.device or ""}
    row |= {"baseline": int(point.device is None), "seed": point.seed} | dict(point.settings)
    row |= {name: epoch[name] for name in ("epoch", "train_accuracy", "test_accuracy", "seconds")}
    row["pulses"] = sum(epoch["pulses"])
    row |= {f"pulses_layer_{layer}": pulses for layer, pulses in enumerate(epoch["pulses"], start=1)}
    row |= epoch["measures"]
    if isinstance(point.config, QuantizedBase) and energy is not None:
        row |= energy_columns(point.config, energy, epoch)
    if isinstance(point.config, ExSituNetwork) and point.device is not None:
        row["weights"] = "software" if epoch["trial"] is None else "written"
        row["seed"] = point.seed if epoch["trial"] is None else point.seed * point.config.trials + epoch["trial"]
    if epoch["stress"] is not None:
        row["stress"], row["strength"] = epoch["stress"]
    return row


def _write_csv(
    path: Path,
    swept: Iterable[str],
    points: list[Point],
    records: list[dict[str, Any]],
    energies: list[NetworkEnergy | None],
) -> None:
    """One row for each point and epoch, in the order of the configuration.

    Each swept setting is a column, blank where it makes no difference to a device or to the baseline.

    Ex situ, a column `weights` tells the software's epochs from the devices written after the last one; each writing
    is a row without training accuracy, and `seed` counts the writings of all seeds. Tests under stress are rows with
    the columns `stress` and `strength`.

    The pulses of each layer, what the scheme measured beside accuracy, and energies are columns at the end.
    """
    settings = sorted(swept)
    settings += dict.fromkeys(name for point in points for name in point.config.column_settings())
    columns = ["network", "scheme", "device", "baseline", *settings, "seed", "epoch"]
    columns += ["train_accuracy", "test_accuracy", "pulses", "seconds"]
    rows = [
        _row(point, epoch, energy)
        for point, record, energy in zip(points, records, energies, strict=True)
        for epoch in record["epochs"]
    ]
    columns += dict.fromkeys(name for row in rows for name in row if name not in columns)
    with written_whole(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@contextmanager
def _progress(total: int, done: int) -> Iterator[Any]:
    """A bar on a terminal, a line for each point in a log; yields what to call when a point has finished."""
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as bar:
            shown = bar.add_task("points", total=total, completed=done)
            yield lambda line: bar.update(shown, advance=1, description=line)
        return
    counted = done

    def write_line(line: str) -> None:
        nonlocal counted
        counted += 1
        print(f"[{counted}/{total}] {line}", file=sys.stderr, flush=True)

    yield write_line


def _warn_of_unmeasured(name: str, output_csv: Path, tables: Mapping[str, Path]) -> None:
    """Say once of each device how many of its pulses were fired where nobody measured them; trained now or before."""
    fired = defaultdict(list)
    for curve in curves(read_epochs(output_csv)):
        fired[curve.device] += unmeasured_of(curve) or []
    for device, found in fired.items():
        known = Range.of(read_table(tables[device])) if found else None
        for words in known.warnings(largest_of(found), len(found)) if known is not None else []:
            _log.warning("network %s, device %s: %s", name, device, words)


def run_sweep(
    name: str,
    network_config: AnyNetwork,
    tables: Mapping[str, Path],
    mnist_dir: Path,
    output_csv: Path,
    points_dir: Path,
    workers: int = 1,
    scheduler: str | None = None,
    root_seed: int = 2022,
    other_data_set: bool = False,
    warn_of_unmeasured: bool = True,
) -> None:
    """Train every point of a network that is not finished, then write one CSV of all.

    name       : of the network in the configuration: part of every point's seed
    tables     : device table of each device
    points_dir : finished points, one JSON file each, named by a hash of all that determines it
    workers    : processes on this machine, one thread each; 1 trains in this process
    scheduler  : address of a Dask scheduler whose workers see the same files; replaces `workers`
    other_data_set : accept images that are not the published MNIST
    warn_of_unmeasured : say in the log of which device many pulses were fired where nobody measured them
    Raises     : ConfigError, TableError, MnistError before anything is trained
    """
    tables = {device: Path(path).absolute() for device, path in tables.items()}
    mnist_dir, points_dir = Path(mnist_dir).absolute(), Path(points_dir)
    images = _images(mnist_dir, other_data_set)
    points = points_of(name, network_config, tables)
    for point in points:
        check_images(point.config, images)
    hashes = {device: numbers_hash(tables[device]) for device in {point.device for point in points} if device}
    identities = [identity(point, hashes, images.sha256, root_seed) for point in points]
    names = [name_of(entry) for entry in identities]
    records = {entry: _read_record(points_dir, entry) for entry in names}

    missing = [index for index, entry in enumerate(names) if records[entry] is None]
    missing.sort(key=lambda index: -points[index].cost())
    tasks = [
        {
            "name": names[index],
            "network": name,
            "config": points[index].config.model_dump(mode="json"),
            "device": points[index].device,
            "table": None if points[index].device is None else str(tables[points[index].device]),  # type: ignore[index]
            "seed": points[index].seed,
            "images": str(mnist_dir),
            "other_data_set": other_data_set,
            "root_seed": root_seed,
        }
        for index in missing
    ]
    with _progress(len(points), len(points) - len(missing)) as report:
        for task_index, epochs in finished(train_task, tasks, workers, scheduler):
            index = missing[task_index]
            record = {"identity": identities[index], "epochs": epochs}
            write_text_whole(_record_path(points_dir, names[index]), json.dumps(record, sort_keys=True, indent=1))
            records[names[index]] = record
            report(f"{points[index].label()}: test accuracy {epochs[-1]['test_accuracy']:.4f}")
    found: list[dict[str, Any]] = [records[entry] for entry in names]  # type: ignore[misc]
    _write_csv(output_csv, network_config.grid, points, found, _energies(points, tables))
    if warn_of_unmeasured:
        _warn_of_unmeasured(name, output_csv, tables)
