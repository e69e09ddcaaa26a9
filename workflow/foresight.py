"""What can be told of a study before anything runs: networks that could not be trained, hours of simulation later."""

from __future__ import annotations

from math import prod

from devicegen.artificial.states import StatesResponse
from devicegen.errors import ConfigError
from netsim.config import AnyNetwork, PairNetwork
from netsim.inputs import CROP_SHAPE
from workflow.study import ArtificialDevice, Device, SimulatedDevice, Study

_PIXELS = 28 * 28
_IMAGES = {"images": 60_000, "test_images": 10_000}
"""The published MNIST."""


def check_networks(study: Study, source: str) -> None:
    """Raise ConfigError, in one sentence, for a network that does not fit its images or a device that it names.

    Devices of measured pulses and finished tables are looked at once their tables are there; of "*" those are left out
    that do not fit.
    """
    for name, network in study.networks.items():
        place = f"{source}: networks.{name}"
        for settings in network.grid_points():
            chosen = network.with_settings(settings)
            if not study.other_data_set:
                _check_images(place, chosen)
            for device in () if chosen.devices == "*" else chosen.devices:
                if device in study.devices:
                    _check_device(f"{place}: device {device!r}", chosen, study.devices[device])


def _check_images(place: str, network: AnyNetwork) -> None:
    pixels = prod(CROP_SHAPE) if isinstance(network, PairNetwork) else _PIXELS
    if network.layers[0] != pixels:
        raise ConfigError(
            f"{place}.layers: begins with {network.layers[0]} inputs, the images of the scheme "
            f"{network.scheme!r} have {pixels} pixels: set the first layer to {pixels}."
        )
    for setting, most in _IMAGES.items():
        if getattr(network, setting) > most:
            raise ConfigError(
                f"{place}.{setting}: found {getattr(network, setting)}, MNIST has {most:,}: ask for at most that many."
            )


def _states_of(device: Device) -> int | None:
    """States that a device's table will hold: 0 where it will hold jump-tables, None where only the table tells."""
    if isinstance(device, SimulatedDevice):
        return len(device.racetrack.states) if device.racetrack.train is None else 0
    if isinstance(device, ArtificialDevice):
        return len(device.response.target) if isinstance(device.response, StatesResponse) else 0
    return None


def _check_device(place: str, network: AnyNetwork, device: Device) -> None:
    states = _states_of(device)
    if states is None:
        return
    if isinstance(network, PairNetwork):
        if states:
            raise ConfigError(
                f"{place} has states and no jump-tables, which the scheme 'pair' needs: leave it out, or simulate "
                "trains of pulses."
            )
    elif states == 0 and network.levels is None:
        raise ConfigError(
            f"{place} has jump-tables and no states, which the scheme {network.scheme!r} needs: set levels to make "
            "write-verify levels of them, or leave it out."
        )
    elif states and network.n_states > states:
        raise ConfigError(f"{place} has {states} states, n_states is {network.n_states}: ask for at most {states}.")
