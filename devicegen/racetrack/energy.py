"""Energy of one write: charging the piezoelectric, and heating the heavy metal (Al Misba 2022)."""

from __future__ import annotations

from devicegen.racetrack.config import RacetrackConfig

VACUUM_PERMITTIVITY = 8.8541878128e-12
"""Electric constant [F/m]."""


def write_energy_J(config: RacetrackConfig) -> dict[str, float]:
    """Energy of one programming event [J]: ``write_J``, and its parts ``write_piezo_J`` and ``write_sot_J``.

    piezo : electrodes * 1/2 C V^2, C that of a plate as large as the track; V the largest control voltage,
            so an upper bound for the states that need less
    sot   : I^2 R over the length of the pulse, in a strip of heavy metal as long and wide as the track
    Ignores the access transistors, the wires and the current that the magnetic layer itself takes over.
    """
    geometry, circuit = config.geometry, config.write_circuit
    area_m2 = geometry.length_m * geometry.width_m
    capacitance_F = VACUUM_PERMITTIVITY * circuit.piezo_permittivity * area_m2 / circuit.piezo_thickness_m
    piezo_J = circuit.electrodes * 0.5 * capacitance_F * circuit.control_voltage_V**2
    section_m2 = geometry.width_m * circuit.metal_thickness_m
    current_A = config.torque.current_density_A_m2 * section_m2
    resistance_Ohm = circuit.metal_resistivity_Ohm_m * geometry.length_m / section_m2
    sot_J = current_A**2 * resistance_Ohm * config.protocol.pulse_s
    return {"write_J": piezo_J + sot_J, "write_piezo_J": piezo_J, "write_sot_J": sot_J}


ENERGY_SOURCE = (
    "Computed from the device's geometry, pulse and write circuit: electrodes * 1/2 C V^2 of the piezoelectric at "
    "the largest control voltage, plus I^2 R t of the heavy metal. Access devices and wires are left out."
)
