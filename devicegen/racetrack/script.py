"""One programming event as a ``.mx3`` script, to be run by MuMax3 or by the embedded engine."""

from __future__ import annotations

from devicegen.mumax3.find import Engine
from devicegen.racetrack import script_parts as parts
from devicegen.racetrack.config import RacetrackConfig
from devicegen.racetrack.geometry import Outline

STAGES = ("relaxed", "thermalised", "pulsed", "final")
"""Names under which the magnetization is saved, in order; each gives ``<name>.ovf``."""


def instance_script(
    config: RacetrackConfig,
    device: str,
    root_seed: int,
    state: int,
    instance: int,
    outline: Outline,
    engine: Engine,
) -> str:
    """The text of the script of one programming event.

    outline : the racetrack; its fingerprint is written into the header, so that the text alone says whether
              a finished run still stands
    engine  : the engine that will run it: it decides how the noise is seeded, and only the embedded one can
              be told to hold the far demagnetizing field
    """
    n, protocol, chosen = parts.number, config.protocol, config.states[state]
    name = parts.instance_name(state, instance)
    seed = parts.noise_seed(root_seed, device, state, instance)
    return f"""\
// Domain-wall racetrack synapse: one programming event.
// Device {device}, state {state} (Ku = {n(chosen.ku_J_m3)} J/m3), racetrack {instance}, root seed {root_seed}.
// Protocol of Al Misba et al., IEEE Access 10 (2022): an anisotropy set by a control voltage, a pulse of
// spin-orbit torque, free motion. SI units. Written by dev2net; runs by hand in the folder of this file:
//     mumax3 -http="" -f {name}.mx3

{parts.racetrack_section(config, instance, outline)}
{parts.material_section(config, chosen.ku_J_m3)}
{parts.torque_section(config)}
{parts.start_section(config, config.notches.first_m)}
{parts.heat_bath_section(config, seed, engine)}
// ---- Pulse: the torque pushes the wall out of its notch ----
J = vector(0, 0, {n(config.torque.current_density_A_m2)})
run({n(protocol.pulse_s)})
SaveAs(m, "{STAGES[2]}")

// ---- Rest: the wall coasts and settles, mostly at a notch ----
J = vector(0, 0, 0)
{_after_pulse(config)}run({n(protocol.rest_s)})
SaveAs(m, "{STAGES[3]}")
"""


def _after_pulse(config: RacetrackConfig) -> str:
    if config.protocol.ku_after_pulse == "held":
        return "// Ku stays at the value of the write.\n"
    return (
        "// The control voltage ends with the pulse: the anisotropy returns.\n"
        f"Ku1 = {parts.number(config.protocol.restored_ku_J_m3)}\n{parts.end_stops_ku(config)}"
    )
