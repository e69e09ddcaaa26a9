"""Energy of training and inference with quantized synapses, part by part, beside 32-bit CMOS (Al Misba 2022, IV-D).

An example is read forward and backward in the crossbar: rows are driven, every device and its reference conduct for the
time of a read, and a converter digitizes each column. The digital side multiplies and accumulates the gradients of the
synapses with an active input in 32-bit memory, every device is compared with its tolerance, and those outside get a
pulse. Ex situ, devices are pulsed and verified, and nothing else happens on the hardware before inference.

Not modelled: wires, multiplexers, leakage, the controller, and what the software of ex-situ training costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from devicegen.table import DeviceTable
from netsim.config.energy import EnergyConstants
from netsim.config.quantized import ExSituNetwork, QuantizedBase
from netsim.synapse.levels import attempt_energy_J
from netsim.synapse.quantized_states import evenly
from netsim.train_quantized import programmed_states, states_of


@dataclass(frozen=True)
class NetworkEnergy:
    """Energies of one network on one device [J]; those of a part of an example are sums over the layers.

    write   : of a programming pulse or attempt, None where nobody knows;  piezo, sot: its parts, if they are known
    verify  : sensing one device;  inference: one image forward
    forward, backward, digital : one training example in the crossbar, and its gradients in digital memory
    cmos_inference, cmos_training : one image, one example, with 32-bit CMOS arithmetic and SRAM
    devices : programmed synapses;  worst_pulses: expected pulses until a device of the hardest state is in tolerance
    """

    write: float | None
    piezo: float | None
    sot: float | None
    verify: float
    forward: float
    backward: float
    digital: float
    inference: float
    cmos_inference: float
    cmos_training: float
    devices: int
    worst_pulses: float


def network_energy(network: QuantizedBase, table: DeviceTable) -> NetworkEnergy:
    """The energies that do not depend on how training went."""
    constants, rows = network.energy, [n + network.biases for n in network.layers[:-1]]
    shapes = list(zip(rows, network.layers[1:], strict=True))
    squares = [constants.active_pixels] + [constants.neuron_square] * (len(shapes) - 1)
    devices = sum(n * m for n, m in shapes)
    deeper = sum(n * m for n, m in shapes[1:])
    gradients = constants.active_pixels * shapes[0][0] * shapes[0][1] + deeper
    read = _device_read(constants, table)

    forward = sum(
        n * m * square * 2 * read + n * constants.driver_J + m * constants.converter_J
        for (n, m), square in zip(shapes, squares, strict=True)
    )
    backward = sum(  # errors reach the first hidden layer: the first array is not read backward
        n * m * constants.neuron_square * 2 * read + m * constants.driver_J + n * constants.converter_J
        for n, m in shapes[1:]
    )
    neurons = sum(network.layers[1:])
    look_up = neurons * constants.memory_J  # the activation function, out of a table
    slope = 2 * neurons * constants.multiply_J  # eta * error * derivative
    accumulate = constants.multiply_J + constants.add_J + 2 * constants.memory_J
    multiply_add = constants.multiply_J + constants.add_J + constants.memory_J
    states = programmed_states(network, table)
    of_kind = [float(states.fitting(k).mean()) for k in range(states.counts.size)]
    chances = [sum(of_kind[k :: states.n_states]) / states.classes for k in range(states.n_states)]
    own_write = constants.write_J
    return NetworkEnergy(
        write=_write_J(network, table) if own_write is None else own_write,
        piezo=table.energy_J.get("write_piezo_J") if own_write is None else None,
        sot=table.energy_J.get("write_sot_J") if own_write is None else None,
        verify=read + constants.verify_J,
        forward=forward + look_up,
        backward=backward,
        digital=gradients * accumulate + slope,
        inference=forward + look_up,
        cmos_inference=devices * multiply_add,
        cmos_training=(devices + deeper) * multiply_add + gradients * accumulate + slope,
        devices=devices,
        worst_pulses=1 / max(min(chances), 1e-9),
    )


def _write_J(network: QuantizedBase, table: DeviceTable) -> float | None:
    """Energy of a pulse as the table has it, or of an attempt at write-verify levels, the mean over those in use."""
    if table.states is not None or network.levels is None:
        return table.energy_J.get("write_J")
    return attempt_energy_J(table, evenly(states_of(table, network.levels).control, network.n_states))


def _device_read(constants: EnergyConstants, table: DeviceTable) -> float:
    """Energy of one device of middle conductance at the full read voltage [J]."""
    middle_S = 0.5 * (table.g_min_S + table.g_max_S)
    return middle_S * constants.read_voltage_V**2 * constants.read_time_s


def energy_columns(network: QuantizedBase, energy: NetworkEnergy, epoch: Mapping[str, object]) -> dict[str, float]:
    """Columns of the results of one epoch, or of one writing ex situ; see docs/networks.md.

    epoch : the fields of an `EpochResult`
    """
    shared = {"inference_J": energy.inference, "cmos_inference_J": energy.cmos_inference}
    shared["cmos_over_inference"] = energy.cmos_inference / energy.inference
    if epoch["stress"] is not None:
        return {}
    software = isinstance(network, ExSituNetwork) and epoch["trial"] is None
    if software:
        return {}
    pulses = sum(epoch["pulses"])  # type: ignore[arg-type]
    if isinstance(network, ExSituNetwork):
        parts = {"verify_J": pulses * energy.verify}
    else:
        parts = {
            "verify_J": network.images * energy.devices * energy.verify,
            "forward_J": network.images * energy.forward,
            "backward_J": network.images * energy.backward,
            "digital_J": network.images * energy.digital,
        }
        shared["cmos_training_J"] = network.images * energy.cmos_training
    if energy.write is not None:
        parts["programming_J"] = pulses * energy.write
        shared["write_J"] = energy.write
        shared["programming_an_inference_J"] = pulses * energy.write / network.energy.inferences
        worst = energy.devices * energy.worst_pulses * energy.write
        shared["worst_writing_an_inference_J"] = worst / network.energy.inferences
    for name, part in (("piezo_J", energy.piezo), ("sot_J", energy.sot)):
        if part is not None:
            shared[f"write_{name}"] = part
    return {**parts, "training_J": sum(parts.values()), **shared}
