"""From a device's table and a network's settings to what the kernels of conductance pairs train with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from devicegen.table import DeviceTable
from netsim.config import PairNetwork
from netsim.crossbar import empty_layers
from netsim.ideal import flaws_in, idealised
from netsim.synapse.decay import Decay, drift_exponents
from netsim.synapse.jump import PulseResponse
from netsim.synapse.pair import PairLayers
from netsim.train import Study

FINE_STEP, STEP_EXPONENT = 0.005, 1.5
"""With 'auto', an upstream neuron opens its row with probability (FINE_STEP / rms step)^STEP_EXPONENT x: the best
value found by scans of linear devices of 20 to 200 steps, and of PCM (see docs/networks.md)."""

CENTRE = {True: 0.2, False: 0.5}
"""Middle of the initial conductances, in parts of the range: low for devices trained by SET pulses only."""

EMPTY = 0.1
"""Occasional RESET repeats its pulses until a device conducts less than this part of the range."""

GAIN_FLOOR = np.float32(0.01)


@dataclass(frozen=True)
class PairDevice:
    """A device, and how a network trains it.

    network  : its settings, without those flaws of the device that are settings
    response : what a pulse does
    set_only : whether it is trained by SET pulses only
    """

    network: PairNetwork
    response: PulseResponse
    set_only: bool

    @classmethod
    def of(cls, network: PairNetwork, table: DeviceTable) -> PairDevice:
        """Prepare a device. Raises ConfigError or TableError, see `PulseResponse.of`."""
        flaws = flaws_in(network.without)
        exact: dict[str, object] = {}
        if "variation" in flaws:
            exact |= {"device_to_device": False}
        if "read_noise" in flaws:
            exact |= {"read_noise": 0.0, "read_noise_backward": None}
        if "drift" in flaws:
            exact |= {"drift_exponent": 0.0, "drift_spread": 0.0, "leakage_time": None}
        network = network.model_copy(update=exact)
        PulseResponse.of(table, False)  # refuses what no ideal should hide
        response = PulseResponse.of(idealised(table, flaws, network.set_pulses), network.device_to_device)
        # a coarse RESET that is scaled down with all else is still what the device is not trained with
        real = PulseResponse.of(idealised(table, (), network.set_pulses), False)
        abrupt = response.abrupt_reset if "asymmetry" in flaws else real.abrupt_reset
        return cls(network, response, network.update == "set_only" or (abrupt and network.update == "auto"))

    @property
    def upstream_probability(self) -> float:
        """The factor c of the configuration, or the one that suits the device's step."""
        if self.network.upstream_probability != "auto":
            return self.network.upstream_probability
        return min(1.0, (FINE_STEP / (self.response.set_rms * self.network.weight_range)) ** STEP_EXPONENT)

    @property
    def learning_rate_ratio(self) -> float:
        """The learning rate of SET over that of RESET of the configuration, or the one that evens out the pulses."""
        if self.network.eta_ratio != "auto":
            return self.network.eta_ratio
        return self.response.reset_step / self.response.set_step

    @property
    def opening(self) -> tuple[np.float32, int, np.float32, bool]:
        """How rows open, see `netsim.synapse.pair.train_examples`."""
        network = self.network
        slots = 0 if network.update_rule == "outer_product" else network.upstream_pulses
        threshold = np.float32(network.upstream_threshold)
        return np.float32(self.upstream_probability), slots, threshold, network.rounding == "random"

    @property
    def firing(self) -> tuple[np.float32, np.float32, int, np.float32, bool]:
        """How columns fire, see `netsim.synapse.pair.train_examples`."""
        network = self.network
        opening, slots, _, at_random = self.opening
        often = float(opening) * slots if slots else 1.0
        set_rate = network.eta / (often * self.response.set_step * network.weight_range)
        if not self.set_only:
            set_rate /= 2  # a bidirectional device moves both sides
        reset_rate = 0.0 if self.set_only else set_rate / self.learning_rate_ratio
        threshold = np.float32(network.error_threshold)
        return np.float32(set_rate), np.float32(reset_rate), network.longest_train, threshold, at_random

    @property
    def reset_limits(self) -> tuple[np.float32, np.float32, np.float32, np.float32]:
        """When occasional RESET acts, see `netsim.synapse.upkeep.reset_full_pairs`."""
        network = self.network
        full = self.response.full if network.reset_fullness == "auto" else network.reset_fullness
        limits = (full, network.reset_difference * full, EMPTY, network.reset_precision)
        return tuple(np.float32(value) for value in limits)  # type: ignore[return-value]  # four of them

    @property
    def read_noise(self) -> tuple[np.float32, np.float32] | None:
        """Standard deviation of a weight in a forward and in a backward read: of two devices; None without."""
        network = self.network
        backward = network.read_noise if network.read_noise_backward is None else network.read_noise_backward
        if network.read_noise == backward == 0:
            return None
        of_two = np.sqrt(2) * network.weight_range
        return np.float32(of_two * network.read_noise), np.float32(of_two * backward)

    def gains(self) -> tuple | None:
        """Fresh local gains, see `netsim.synapse.pair.train_examples`; None without them."""
        network = self.network
        if not network.local_gains:
            return None
        shapes = [w.shape for w in empty_layers(network.layers, True)]
        gain = tuple(np.full(shape, network.initial_gain, np.float32) for shape in shapes)
        sign = tuple(np.zeros(shape, np.int8) for shape in shapes)
        return gain, sign, (np.float32(network.gain_rise), np.float32(network.gain_decay), GAIN_FLOOR)

    def decay(self, study: Study) -> Decay | None:
        """Fresh drift and leakage; None without them."""
        network = self.network
        exponents = drift_exponents(network.drift_exponent, network.drift_spread)
        if not exponents.any() and network.leakage_time is None:
            return None
        shapes = [w.shape for w in empty_layers(network.layers, True)]
        draw, late = study.generator("drift"), network.leakage_from == "first_pulse"
        return Decay.start(shapes, exponents, network.leakage_time, late, draw)  # type: ignore[arg-type]

    def layers(self, study: Study) -> PairLayers:
        """Synapses before training; a device that is stuck or dead has the number after the last."""
        network = self.network
        draw, of_device = study.generator("weights"), study.generator("which device")
        faulty = study.generator("faulty devices")
        scale = np.float32(network.weight_range)
        still = len(self.response.changes)
        plus, minus, weight, device = [], [], [], []
        for zero, n_outputs in zip(empty_layers(network.layers, True), network.layers[1:], strict=True):
            rows, columns = zero.shape
            sides = np.zeros((2, rows, columns), np.float32)
            spread = network.initial_spread * draw.uniform(-1, 1, (2, rows, n_outputs))
            sides[:, :, :n_outputs] = np.clip(CENTRE[self.set_only] + spread, 0, 1)
            which = of_device.integers(0, still, (2, rows, columns)).astype(np.uint16)
            if network.stuck_devices + network.dead_devices > 0:
                chance, anywhere = faulty.uniform(size=(2, *sides.shape))
                dead = chance < network.dead_devices
                stuck = ~dead & (chance < network.dead_devices + network.stuck_devices)
                sides[stuck] = anywhere[stuck]
                sides[dead] = 0
                sides[:, :, n_outputs:] = 0
                which[dead | stuck] = still
            plus.append(sides[0])
            minus.append(sides[1])
            weight.append(scale * (sides[0] - sides[1]))
            device.append(np.ascontiguousarray(np.moveaxis(which, 0, -1)))
        return PairLayers(tuple(weight), tuple(plus), tuple(minus), tuple(device))

    @property
    def response_in_kernel(self) -> tuple:
        """What `netsim.synapse.jump.after_pulse` takes, with a device after the last that no pulse changes."""
        still = np.zeros((1, *self.response.changes.shape[1:]), np.int16)
        return replace(self.response, changes=np.concatenate([self.response.changes, still])).in_kernel
