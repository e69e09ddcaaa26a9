"""The study: the whole configuration, checked once, before anything runs.

Each package owns its block (devices: devicegen, networks: netsim); this module puts them together,
finds the measured devices that lie in ``data/raw``, and answers what the rules ask.
"""

from __future__ import annotations

import difflib
import functools
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devicegen.artificial.response import ArtificialConfig
from devicegen.errors import ConfigError
from devicegen.racetrack.config import RacetrackConfig, load_racetrack
from netsim.config import NetworkConfig
from netsim.config.accelerator import AcceleratorConfig
from netsim.config.scorecard import ScorecardConfig

ENGINES = ("auto", "mumax3", "embedded")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SimulatedDevice(_Block):
    """A domain wall in a racetrack, moved by an engine."""

    kind: Literal["simulated"]
    racetrack: RacetrackConfig


class ArtificialDevice(_Block):
    """A response in words; nobody measured it."""

    kind: Literal["artificial"]
    response: ArtificialConfig = Field(description="the response of the device")


class FinishedTable(_Block):
    """A table that exists already."""

    kind: Literal["table"]
    path: Path = Field(description="a device table (HDF5)")


Device = Annotated[SimulatedDevice | ArtificialDevice | FinishedTable, Field(discriminator="kind")]


class SynapseInTraining(_Block):
    """One synapse, drawn image by image (Al Misba 2022, Fig. 5)."""

    network: str = Field(description="network of the scheme 'quantized' that the synapse belongs to")
    devices: tuple[str, ...] = Field(description="devices of which to draw it, a picture each")
    alpha: tuple[Annotated[float, Field(gt=0, le=2)], ...] = Field(
        default=(0.15, 0.25), description="tolerances, a panel each"
    )
    images: int = Field(default=250, ge=1, description="training images")


class Study(_Block):
    """One run of the pipeline."""

    seed: int = Field(default=2022, ge=0, lt=2**32, description="root of every random number of the study")
    results: Path = Field(default=Path("results"), description="where everything that is made appears")
    raw: Path = Field(default=Path("data/raw"), description="folders of measured pulses, and raw ensembles")
    tables: Path = Field(default=Path("data/tables"), description="one HDF5 table a device")
    mnist: Path = Field(default=Path("data/raw/mnist"), description="the four gzipped idx files")
    other_data_set: bool = Field(
        default=False, description="accept images in `mnist` that are not the published MNIST, e.g. Fashion-MNIST"
    )
    scheduler: str | None = Field(
        default=None, description="address of a running Dask scheduler (tcp://host:8786); null: this machine's cores"
    )
    measured: Literal["all"] | tuple[str, ...] = Field(
        default="all", description="measured devices: 'all' folders of `raw` that hold a device.yaml, or their names"
    )
    devices: dict[str, Device] = Field(default_factory=dict, description="simulated, artificial and finished devices")
    networks: dict[str, NetworkConfig] = Field(description="what is trained on the devices")
    scorecards: Literal["all"] | tuple[str, ...] = Field(
        default=(), description="devices of which to tell what each of their flaws costs: 'all', or their names"
    )
    scorecard: ScorecardConfig = Field(default=ScorecardConfig(), description="how these scorecards are made")
    accelerator: AcceleratorConfig | None = Field(
        default=None,
        description="time and power of large networks beside a GPU, and energy of switching (Fumarola 2016, Figs. 3 "
        "and 16); null: none",
    )
    drift: tuple[Annotated[float, Field(ge=0, le=1)], ...] = Field(
        default=(), description="exponents nu of which drift is drawn (Fumarola 2016, Fig. 9)"
    )
    evolution: SynapseInTraining | None = Field(
        default=None, description="a synapse to be drawn while it learns (Al Misba 2022, Fig. 5); null: none"
    )

    @functools.cached_property
    def _folders(self) -> list[str]:
        """Folders with a ``device.yaml``: looked for once, so that one added meanwhile waits for the next run."""
        return sorted(path.parent.name for path in self.raw.glob("*/device.yaml"))

    def measured_devices(self) -> list[str]:
        """Names of the measured devices, each a folder of `raw` with a ``device.yaml``.

        Raises ConfigError for a name without a folder, or a folder that cannot name a device.
        """
        chosen = self._folders if self.measured == "all" else list(self.measured)
        for name in chosen:
            if name not in self._folders:
                place = self.raw / name / "device.yaml"
                raise ConfigError(_unknown(f"measured: {name!r} has no {place}", name, self._folders))
            _check_name(f"{self.raw}: the folder", name)
        return list(chosen)

    def table_of(self, device: str) -> Path:
        """Path of a device's table."""
        block = self.devices.get(device)
        return block.path if isinstance(block, FinishedTable) else self.tables / f"{device}.h5"

    def devices_of(self, network: str) -> list[str]:
        """Devices that a network names, or all of the study's for ``"*"`` (the sweep passes over unfit ones)."""
        chosen = self.networks[network].devices
        return self._known_devices(f"networks.{network}.devices", "all" if chosen == "*" else chosen)

    def scored_devices(self) -> list[str]:
        """Devices that get a scorecard."""
        return self._known_devices("scorecards", self.scorecards)

    def followed(self) -> list[str]:
        """Devices of which a synapse is drawn while it learns.

        Raises ConfigError where the network of `evolution` is not one of the scheme 'quantized'.
        """
        if self.evolution is None:
            return []
        fitting = [name for name, network in self.networks.items() if network.scheme == "quantized"]
        if self.evolution.network not in fitting:
            found = self.evolution.network
            raise ConfigError(
                _unknown(f"evolution.network: {found!r} is no network of the scheme 'quantized'", found, fitting)
            )
        return self._known_devices("evolution.devices", self.evolution.devices)

    def _known_devices(self, place: str, chosen: Literal["all"] | Sequence[str]) -> list[str]:
        everything = [*self.devices, *self.measured_devices()]
        if chosen == "all":
            return everything
        for name in chosen:
            if name not in everything:
                raise ConfigError(_unknown(f"{place}: unknown device {name!r}", name, everything))
        return list(chosen)


def _check_name(what: str, name: str) -> None:
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"{what} {name!r} cannot name files: expected letters, digits, '_' or '-', starting with a letter."
        )


def _check_engine(place: str, engine: str) -> None:
    """A word that is no engine and no program is a typo; whether a path can be run, only the job's machine knows."""
    if engine not in ENGINES and "/" not in engine and shutil.which(engine) is None:
        raise ConfigError(_unknown(f"{place}: found {engine!r}, which is no program", engine, list(ENGINES)))


def _unknown(message: str, name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{message}; known: {', '.join(known) or 'none'}.{hint}"


def _field_names(schema: Any) -> list[str]:
    """Every field name that appears anywhere in the models, to guess what a misspelt one meant."""
    names: set[str] = set()
    if isinstance(schema, Mapping):
        names.update(schema.get("properties", {}))
        for value in schema.values():
            names.update(_field_names(value))
    elif isinstance(schema, list):
        for value in schema:
            names.update(_field_names(value))
    return sorted(names)


def _one_sentence(error: ValidationError, source: str) -> str:
    first = error.errors()[0]
    parts = [str(part) for part in first["loc"]]
    if parts[0] in ("networks", "devices") and len(parts) > 3:
        del parts[2]  # the name of the scheme or kind, which is no key of the file
    place = ".".join(parts)
    more = f" ({error.error_count() - 1} more like this.)" if error.error_count() > 1 else ""
    if first["type"] == "extra_forbidden":
        name = str(first["loc"][-1])
        near = difflib.get_close_matches(name, _field_names(Study.model_json_schema()), 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return f"{source}: {place}: no such setting.{hint}{more}"
    found = first["input"]
    shown = "" if isinstance(found, Mapping) else f" found {found!r};"
    message = first["msg"].removeprefix("Value error, ").removesuffix(".")
    return f"{source}: {place}:{shown} {message}.{more}"


def load_study(config: Mapping[str, Any], source: str = "config") -> Study:
    """Check a configuration and return the study.

    config  : what the YAML file holds
    source  : the file's name, for messages
    Raises ConfigError, in one sentence, at the first thing that is wrong.
    """
    blocks = dict(config)
    devices = blocks.get("devices") or {}
    if not isinstance(devices, Mapping):
        raise ConfigError(f"{source}: devices: found {devices!r}, expected a name and a block for each device.")
    filled: dict[str, Any] = {}
    for name, block in devices.items():
        _check_name(f"{source}: devices: the name", str(name))
        if isinstance(block, Mapping) and block.get("kind") == "simulated" and "racetrack" in block:
            try:
                block = {**block, "racetrack": load_racetrack(block["racetrack"])}
            except ConfigError as error:
                raise ConfigError(f"{source}: devices.{name}.{error}") from None
        filled[name] = block
    try:
        study = Study.model_validate({**blocks, "devices": filled})
    except ValidationError as error:
        raise ConfigError(_one_sentence(error, source)) from None
    try:
        _check_names(study)
    except ConfigError as error:
        raise ConfigError(f"{source}: {error}") from None
    return study


def _check_names(study: Study) -> None:
    clash = set(study.devices) & set(study.measured_devices())
    if clash:
        name = min(clash)
        raise ConfigError(f"devices.{name}: {study.raw / name} claims the same name; rename one of the two.")
    for name, block in study.devices.items():
        if isinstance(block, SimulatedDevice):
            _check_engine(f"devices.{name}.racetrack.engine", block.racetrack.engine)
    for network in study.networks:
        _check_name("networks: the name", network)
        study.devices_of(network)
    study.scored_devices()
    study.followed()
