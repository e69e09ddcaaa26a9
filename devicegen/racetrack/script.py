"""One programming event as a ``.mx3`` script, to be run by MuMax3 or by the embedded engine.

Why the wall moves to +x. The left of the track is up, so that <mz> = 2q/L - 1 grows as the wall moves
right. MuMax3's interfacial DMI field is (2D/Ms)(dmz/dx, dmz/dy, -dmx/dx - dmy/dy); in an up|down wall
dmz/dx < 0, so D > 0 turns the wall's middle to m = -x. Slonczewski's torque with Lambda = 1 and
EpsilonPrime = 0 is a field along m x p, with p the fixed layer's direction, for J > 0 along z: with
m = -x it points along +z, and makes the up side grow, if p = -y. So p = -sign(D) y.
"""

from __future__ import annotations

from decimal import Decimal

from devicegen.mumax3.find import Engine
from devicegen.racetrack.config import RacetrackConfig
from devicegen.racetrack.geometry import Outline
from devicegen.seeds import integer_seed

STAGES = ("relaxed", "thermalised", "pulsed", "final")
"""Names under which the magnetization is saved, in order; each gives ``<name>.ovf``."""


def instance_name(state: int, instance: int) -> str:
    """Name of the script and of the output folder of one instance in one state."""
    return f"s{state}_i{instance:04d}"


def mask_name(instance: int) -> str:
    """File name of the mask of one instance."""
    return f"mask_i{instance:04d}.png"


def noise_seed(root_seed: int, device: str, state: int, instance: int) -> int:
    """Seed of the thermal noise of one event; states differ, so that their noise is independent."""
    return integer_seed(root_seed, "racetrack", device, "noise", state, instance)


def _number(value: float) -> str:
    """`value` as short as it can be read back, in the way people write it: 4e-9, not 4e-09."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return repr(float(value)).removesuffix(".0")
    return f"{Decimal(repr(float(value))).normalize():e}".replace("e+", "e")


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
    n = _number
    g, material, torque, protocol = config.geometry, config.material, config.torque, config.protocol
    name = instance_name(state, instance)
    columns, rows = config.grid
    chosen = config.states[state]
    sign = 1 if material.dmi_J_m2 > 0 else -1
    lower, upper = (f"{1e9 * rms:.2f}" for rms in outline.roughness_rms_m)
    after = (
        "// Ku stays at the value of the write."
        if protocol.ku_after_pulse == "held"
        else (
            f"// The control voltage ends with the pulse: the anisotropy returns.\nKu1 = {n(protocol.restored_ku_J_m3)}"
        )
    )
    return f"""\
// Domain-wall racetrack synapse: one programming event.
// Device {device}, state {state} (Ku = {n(chosen.ku_J_m3)} J/m3, weight {n(chosen.target)}), racetrack {instance}, \
root seed {root_seed}.
// Protocol of Al Misba et al., IEEE Access 10 (2022): an anisotropy set by a control voltage, a pulse of
// spin-orbit torque, free motion. SI units. Written by dev2net; runs by hand in the folder of this file:
//     mumax3 -http="" -f {name}.mx3

// ---- Racetrack ----
// Black pixels of the mask are magnetic: {n(g.length_m)} x {n(g.width_m)} m, {config.notches.shape} notches
// {n(config.notches.depth_m)} m deep, edges with a roughness of {lower} nm (lower) and {upper} nm (upper) rms.
// SHA-256 of its cells {outline.fingerprint}
SetGridSize({columns}, {rows}, 1)
SetCellSize({n(g.cell_x_m)}, {n(g.cell_y_m)}, {n(g.thickness_m)})
SetGeom(ImageShape("{mask_name(instance)}"))

// ---- Material ----
Msat  = {n(material.saturation_magnetization_A_m)}
Aex   = {n(material.exchange_J_m)}
Dind  = {n(material.dmi_J_m2)}
alpha = {n(material.damping)}
// The anisotropy, easy axis out of the plane, is what the control voltage sets.
AnisU = vector(0, 0, 1)
Ku1   = {n(chosen.ku_J_m3)}

// ---- Spin-orbit torque ----
// Damping-like: Pol is the spin-Hall angle, FixedLayer the spin polarization. Its sign is such that a current
// along +z in these terms drives the up|down wall, of the chirality that Dind sets, to +x. Field-like: EpsilonPrime.
DisableZhangLiTorque = true
Lambda       = 1
Pol          = {n(torque.spin_hall_angle)}
EpsilonPrime = {n(round(torque.field_like_ratio * torque.spin_hall_angle / 2, 12))}
FixedLayer   = vector(0, {-sign}, 0)
J            = vector(0, 0, 0)

// ---- Start: up on the left, down on the right, the wall in the notch at {n(config.notches.first_m)} m ----
m = TwoDomain(0, 0, 1, {-sign}, 0, 0, 0, 0, -1).transl({n(_rounded(config.notches.first_m - g.length_m / 2))}, 0, 0)
Temp = 0
relax()
SaveAs(m, "{STAGES[0]}")

// ---- Heat bath: Heun steps of fixed length, noise from a seed of this event's own ----
SetSolver(2)
FixDt = {n(protocol.time_step_s)}
{_far_demag(config, engine)}{engine.seeding}({noise_seed(root_seed, device, state, instance)})
Temp = {n(protocol.temperature_K)}
TableAutoSave({n(protocol.table_period_s)})
run({n(protocol.thermalise_s)})
SaveAs(m, "{STAGES[1]}")

// ---- Pulse: the torque pushes the wall out of its notch ----
J = vector(0, 0, {n(torque.current_density_A_m2)})
run({n(protocol.pulse_s)})
SaveAs(m, "{STAGES[2]}")

// ---- Rest: the wall coasts and settles, mostly at a notch ----
J = vector(0, 0, 0)
{after}
run({n(protocol.rest_s)})
SaveAs(m, "{STAGES[3]}")
"""


def _far_demag(config: RacetrackConfig, engine: Engine) -> str:
    stages = round(2 * config.protocol.far_demag_hold_s / config.protocol.time_step_s)
    if engine.kind != "embedded" or stages <= 1:
        return ""
    return f"""\
// The field of far cells is evaluated once in so many stages, that of near cells at each. A variable of the
// embedded engine: delete this line to run the script under MuMax3.
DemagRefresh = {stages}
"""


def _rounded(length_m: float) -> float:
    """A difference of two lengths without the dust of binary fractions (1e-15 m is far below any cell)."""
    return round(length_m, 15)
