"""The points of a study: one network, one device or the baseline, one choice of settings, one seed.

A point is named by a hash of all that determines its numbers, so that a finished one is found again whatever else
was edited, and is never mistaken for another.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from devicegen.errors import ConfigError, Dev2NetError
from devicegen.table import DeviceTable
from devicegen.table_file import read_table
from netsim import train_ex_situ, train_float, train_pair, train_quantized
from netsim.config import AnyNetwork, ExSituNetwork, PairNetwork, QuantizedNetwork, Setting
from netsim.fingerprint import training_fingerprint
from netsim.inputs import binarized, grey_crops
from netsim.mnist import ImageSet
from netsim.synapse.jump import PulseResponse
from netsim.train import AsInputs, EpochResult, Study, check_fits

_log = logging.getLogger(__name__)

Settings = Mapping[str, Setting]

_NOT_OF_THE_NUMBERS = {"devices", "seeds", "baseline", "grid", "plot", "energy"}


@dataclass(frozen=True)
class Point:
    """One network to train.

    network  : its name in the configuration; config: its settings, nothing left to sweep
    device   : device to train with; None: the floating-point baseline
    settings : what the grid chose, without what makes no difference to this device or the baseline
    """

    network: str
    config: AnyNetwork
    device: str | None
    settings: Settings
    seed: int

    def cost(self) -> float:
        """Expected work, in updates of a synapse: what the longest-first order of a sweep goes by."""
        synapses = sum(n * m for n, m in zip(self.config.layers[:-1], self.config.layers[1:], strict=True))
        kernel = 1.0 if self.device is None else 2.0
        return kernel * synapses * self.config.images * self.config.epochs

    def label(self) -> str:
        """What a line of a log calls the point."""
        who = f"{self.network}: {self.device or 'floating point'}, seed {self.seed}"
        return f"{who}, {_listed(self.settings)}" if self.settings else who


def _listed(settings: Settings) -> str:
    return ", ".join(f"{name}={value}" for name, value in settings.items())


def has_what_it_needs(config: AnyNetwork, table: DeviceTable) -> bool:
    """Whether a device's table has what the scheme trains with, somewhere in the grid."""
    if isinstance(config, PairNetwork):
        return table.jump_set is not None
    return table.states is not None or (
        (config.levels is not None or "levels" in config.grid) and table.jump_set is not None
    )


def chosen_devices(network: str, config: AnyNetwork, tables: Mapping[str, Path]) -> dict[str, DeviceTable]:
    """Tables of a network's devices; for "*" those that have what the scheme needs.

    Raises: ConfigError when a device has no table, or none fits.
    """
    if config.devices == "*":
        loaded = {name: read_table(path) for name, path in tables.items()}
        fitting = {name: table for name, table in loaded.items() if has_what_it_needs(config, table)}
        if not fitting and tables:
            needed = "jump-tables" if isinstance(config, PairNetwork) else "states"
            raise ConfigError(
                f"network {network}: none of the tables of {', '.join(tables)} holds {needed}, which the scheme "
                f"{config.scheme!r} needs. Add such a device, or leave the network out."
            )
        return fitting
    for name in config.devices:
        if name not in tables:
            raise ConfigError(
                f"network {network}: device {name!r} has no table, expected one of {', '.join(tables) or '(none)'}. "
                "Correct the name, or add the device."
            )
    return {name: read_table(tables[name]) for name in config.devices}


def check_device(config: AnyNetwork, table: DeviceTable) -> str | None:
    """Raise the ConfigError or TableError that training on a device would: see the functions called here.

    Returns what a person should know of a device that can be trained.
    """
    if isinstance(config, PairNetwork):
        PulseResponse.of(table, config.device_to_device)
        return None
    targets = train_quantized.programmed_states(config, table).targets
    levels = np.linspace(-1, 1, targets.size)
    apart = np.abs(targets - levels)[1:-1]
    if apart.size == 0 or apart.max() <= config.alpha:
        return None
    worst = 1 + int(apart.argmax())
    return (
        f"device {table.device}: with n_states = {targets.size} its states are not evenly spaced: a weight near "
        f"{levels[worst]:.3g} is programmed as that for {targets[worst]:.3g}, more than alpha = {config.alpha:g} away."
    )


def _choices(network: str, config: AnyNetwork, tables: Mapping[str, Path]) -> list[list[tuple[str | None, Settings]]]:
    """For each point of the grid the devices to train, None for the baseline, and the settings that matter to them.

    A device of "*" that cannot be trained with some settings is left out there, with a warning.

    Raises: ConfigError or TableError when a device named by the user cannot be trained, ConfigError when of "*" none
    can, with any settings.
    """
    devices = chosen_devices(network, config, tables)
    choices, reasons, trained, notes = [], [], set(), set()
    for settings in config.grid_points():
        chosen = config.with_settings(settings)
        found: list[tuple[str | None, Settings]] = []
        for device, table in devices.items():
            try:
                notes.add(check_device(chosen, table))
            except Dev2NetError as error:
                if config.devices != "*":
                    raise
                reasons.append(f"with {_listed(settings)}, {error}" if settings else str(error))
                continue
            idle = train_pair.without_effect(chosen, table) if isinstance(chosen, PairNetwork) else set()
            found.append((device, {name: value for name, value in settings.items() if name not in idle}))
            trained.add(device)
        if config.baseline:
            found.append((None, {name: value for name, value in settings.items() if name in config.baseline_settings}))
        choices.append(found)
    if devices and not trained:
        raise ConfigError(f"network {network}: none of its devices can be trained. {' '.join(reasons)}")
    for reason in reasons:
        _log.warning("network %s leaves a device out: %s", network, reason)
    for note in sorted(notes - {None}):
        _log.warning("network %s: %s", network, note)
    return choices


def points_of(network: str, config: AnyNetwork, tables: Mapping[str, Path]) -> list[Point]:
    """All points of a network; device or baseline once for each choice of the settings that it depends on.

    Raises: ConfigError or TableError when no device of "*", or not every device named, can be trained.
    """
    points: dict[tuple, Point] = {}
    for choices in _choices(network, config, tables):
        for seed in range(config.seeds):
            for device, settings in choices:
                key = (device, tuple(settings.items()), seed)
                points.setdefault(key, Point(network, config.with_settings(settings), device, settings, seed))
    return list(points.values())


def identity(point: Point, tables_sha256: Mapping[str, str], images_sha256: str, root_seed: int) -> dict[str, Any]:
    """All that determines a point's numbers; tables by their `devicegen.table_file.numbers_hash`."""
    config = point.config.model_dump(mode="json", exclude=_NOT_OF_THE_NUMBERS)
    if point.device is None:
        config = {name: config[name] for name in ("scheme", *point.config.baseline_settings)}
    return {
        "network": point.network,
        "config": config,
        "device": point.device,
        "table_sha256": None if point.device is None else tables_sha256[point.device],
        "images_sha256": images_sha256,
        "root_seed": root_seed,
        "seed": point.seed,
        "code_sha256": training_fingerprint("float" if point.device is None else point.config.scheme),
    }


def name_of(identity: Mapping[str, Any]) -> str:
    """File name of a point: the start of a SHA-256 of its identity."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:24]


def _as_inputs(config: AnyNetwork) -> AsInputs:
    return grey_crops if isinstance(config, PairNetwork) else binarized


def check_images(config: AnyNetwork, images: ImageSet) -> None:
    """Raise ConfigError when the images do not fit the network, or there are too few."""
    check_fits(images, _as_inputs(config), config.layers, config.images, config.test_images)


def train_point(point: Point, table: DeviceTable | None, images: ImageSet, root_seed: int) -> list[EpochResult]:
    """Train and score one point; `table` is None for the baseline.

    Its random numbers do not depend on device or settings: what these change is compared on equal draws.
    """
    config = point.config
    seed = (root_seed, ("network", point.network, point.seed))
    study = Study.of(images, _as_inputs(config), config.layers, config.images, config.test_images, seed)
    if table is None:
        circuit = train_pair.circuit_of(config) if isinstance(config, PairNetwork) else train_quantized.CIRCUIT
        return list(train_float.train(config, study, replace(circuit, states=0)))
    if isinstance(config, QuantizedNetwork):
        return list(train_quantized.train(config, table, study))
    if isinstance(config, ExSituNetwork):
        return list(train_ex_situ.train(config, table, study))
    return list(train_pair.train(config, table, study))
