"""Energy of one write: charging the piezoelectric, and heating the heavy metal (Al Misba 2022)."""

from __future__ import annotations

from devicegen.racetrack.config import RacetrackConfig

VACUUM_PERMITTIVITY = 8.8541878128e-12
"""Electric constant [F/m]."""


def piezo_energy_J(config: RacetrackConfig, voltage_V: float | None) -> float:
    """Energy of charging the piezoelectric once: electrodes * 1/2 C V^2, C that of a plate as large as the track [J].

    voltage_V : of this write; None where it is not known: then the largest control voltage, an upper bound
    """
    geometry, circuit = config.geometry, config.write_circuit
    area_m2 = geometry.length_m * geometry.width_m
    capacitance_F = VACUUM_PERMITTIVITY * circuit.piezo_permittivity * area_m2 / circuit.piezo_thickness_m
    volts = circuit.control_voltage_V if voltage_V is None else voltage_V
    return circuit.electrodes * 0.5 * capacitance_F * volts**2


def current_energy_J(config: RacetrackConfig) -> float:
    """Energy of one pulse of current: I^2 R over its length, in a strip of metal as long and wide as the track [J]."""
    geometry, circuit = config.geometry, config.write_circuit
    section_m2 = geometry.width_m * circuit.metal_thickness_m
    current_A = config.torque.current_density_A_m2 * section_m2
    resistance_Ohm = circuit.metal_resistivity_Ohm_m * geometry.length_m / section_m2
    return current_A**2 * resistance_Ohm * config.protocol.pulse_s


def train_energy_J(config: RacetrackConfig, voltage_V: float | None) -> dict[str, float]:
    """Energy of a pulse of a train [J], of either polarity: ``set_J`` and its parts ``set_piezo_J``, ``set_sot_J``.

    voltage_V : of the train; the piezoelectric counts as charged anew for each pulse
    """
    piezo_J, sot_J = piezo_energy_J(config, voltage_V), current_energy_J(config)
    parts = {"J": piezo_J + sot_J, "piezo_J": piezo_J, "sot_J": sot_J}
    return {f"{name}_{part}": joules for name in ("set", "reset") for part, joules in parts.items()}


def write_energy_J(config: RacetrackConfig) -> dict[str, float]:
    """Energy of one programming event [J]: ``write_J``, and its parts ``write_piezo_J`` and ``write_sot_J``.

    Where the states are given by their voltages, these three are means over the states, and each state has its own,
    ``write_state_0_J`` and so on; otherwise the voltage is the largest one for all, an upper bound.
    Ignores the access transistors, the wires and the current that the magnetic layer itself takes over.
    """
    sot_J = current_energy_J(config)
    voltages_V = config.voltages_V
    if voltages_V is None:
        piezo_J = piezo_energy_J(config, None)
        return {"write_J": piezo_J + sot_J, "write_piezo_J": piezo_J, "write_sot_J": sot_J}
    each_J = [piezo_energy_J(config, voltage_V) for voltage_V in voltages_V]
    piezo_J = sum(each_J) / len(each_J)
    own = {f"write_state_{state}_J": charging_J + sot_J for state, charging_J in enumerate(each_J)}
    return {"write_J": piezo_J + sot_J, "write_piezo_J": piezo_J, "write_sot_J": sot_J, **own}


ENERGY_SOURCE = (
    "Computed from the device's geometry, pulse and write circuit: electrodes * 1/2 C V^2 of the piezoelectric at "
    "the write's own control voltage where it is known, else at the largest one, plus I^2 R t of the heavy metal. "
    "Access devices and wires are left out."
)
