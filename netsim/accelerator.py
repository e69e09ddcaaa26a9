"""Time and power of a training example in crossbars against a graphics processor (Fumarola 2016, Fig. 3 and 16).

A graphics processor needs a number of operations for each synapse. Crossbars work on all columns that have a circuit
of their own at once: their time depends on the number of layers, hardly on the size, and their energy on both
the synapses and the neurons. What is assumed is in `netsim.config.accelerator`, each number with its source.
"""

from __future__ import annotations

from dataclasses import dataclass

from netsim.config.accelerator import AcceleratorConfig, CrossbarCircuits, LargeNetwork, SwitchingConfig


@dataclass(frozen=True)
class Comparison:
    """One network on one kind of crossbar circuits, beside a graphics processor; per training example."""

    network: str
    circuits: str
    gpu_s: float
    crossbar_s: float
    crossbar_W: float
    gpu_W: float

    @property
    def speed_up(self) -> float:
        """Times faster than the graphics processor."""
        return self.gpu_s / self.crossbar_s

    @property
    def power_advantage(self) -> float:
        """Times less power than the graphics processor."""
        return self.gpu_W / self.crossbar_W


def _layer_s(circuits: CrossbarCircuits) -> float:
    """Time of one layer in one example: forward read, reverse read and update of its columns in turn."""
    return circuits.columns_a_circuit * (2 * circuits.read_s + circuits.write_s)


def _neurons(network: LargeNetwork) -> float:
    """Neurons of equal, square layers, inputs too."""
    return (network.layers + 1) * (network.synapses / network.layers) ** 0.5


def compare(config: AcceleratorConfig) -> list[Comparison]:
    """Every network with all circuits, in the order of the configuration."""

    def one(network_name: str, network: LargeNetwork, name: str, circuits: CrossbarCircuits) -> Comparison:
        seconds = circuits.each_example_s + network.layers * _layer_s(circuits)
        joules = config.synapse_J * network.synapses + config.neuron_J * _neurons(network)
        gpu = config.operations_a_synapse * network.synapses / network.gpu_flops
        return Comparison(network_name, name, gpu, seconds, joules / seconds, config.gpu_power_W)

    pairs = [(item, other) for item in config.networks.items() for other in config.circuits.items()]
    return [one(*network, *circuits) for network, circuits in pairs]


def switching_energy(config: SwitchingConfig, hole_m: float, pulse_s: float) -> tuple[float, float]:
    """Energy of a pulse at the lowest and at the highest conductance [J]: V^2 G t, with G in ratio of the area."""
    highest = config.voltage_V**2 * config.on_S * (hole_m / config.on_hole_m) ** 2 * pulse_s
    return highest / config.on_off_ratio, highest


def quantities(config: AcceleratorConfig) -> dict[str, float]:
    """All numbers of the model by name, as the reproduction ledger looks them up."""
    found: dict[str, float] = {}
    for one in compare(config):
        found[f"gpu_us {one.network}"] = one.gpu_s * 1e6
        found[f"crossbar_us {one.circuits} {one.network}"] = one.crossbar_s * 1e6
        found[f"speed_up {one.circuits} {one.network}"] = one.speed_up
        found[f"power_W {one.circuits} {one.network}"] = one.crossbar_W
        found[f"power_advantage {one.circuits} {one.network}"] = one.power_advantage
    switching = config.switching
    smallest = switching_energy(switching, min(switching.holes_m), switching.pulse_s)[1]
    scaled_area = switching_energy(switching, switching.scaled_hole_m, switching.pulse_s)[1]
    scaled_both = switching_energy(switching, switching.scaled_hole_m, switching.scaled_pulse_s)[1]
    found["switching energy ratio of scaled area"] = smallest / scaled_area
    found["switching energy scaled in area and time fJ"] = scaled_both * 1e15
    return found
