"""What the scripts of single writes and of trains have in common, section by section.

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


def instance_name(state: int, instance: int) -> str:
    """Name of the script and of the output folder of one instance in one state."""
    return f"s{state}_i{instance:04d}"


def mask_name(instance: int) -> str:
    """File name of the mask of one instance."""
    return f"mask_i{instance:04d}.png"


def noise_seed(root_seed: int, device: str, state: int, instance: int) -> int:
    """Seed of the thermal noise of one event; states differ, so that their noise is independent."""
    return integer_seed(root_seed, "racetrack", device, "noise", state, instance)


def number(value: float) -> str:
    """`value` as short as it can be read back, in the way people write it: 4e-9, not 4e-09."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return repr(float(value)).removesuffix(".0")
    return f"{Decimal(repr(float(value))).normalize():e}".replace("e+", "e")


def racetrack_section(config: RacetrackConfig, instance: int, outline: Outline) -> str:
    """Grid and geometry."""
    n, g = number, config.geometry
    columns, rows = config.grid
    lower, upper = (f"{1e9 * rms:.2f}" for rms in outline.roughness_rms_m)
    return f"""\
// ---- Racetrack ----
// Black pixels of the mask are magnetic: {n(g.length_m)} x {n(g.width_m)} m, {config.notches.shape} notches
// {n(config.notches.depth_m)} m deep, edges with a roughness of {lower} nm (lower) and {upper} nm (upper) rms.
// SHA-256 of its cells {outline.fingerprint}
SetGridSize({columns}, {rows}, 1)
SetCellSize({n(g.cell_x_m)}, {n(g.cell_y_m)}, {n(g.thickness_m)})
SetGeom(ImageShape("{mask_name(instance)}"))
"""


def material_section(config: RacetrackConfig, ku_J_m3: float) -> str:
    """The magnetic layer at the anisotropy of the write."""
    n, material = number, config.material
    return f"""\
// ---- Material ----
Msat  = {n(material.saturation_magnetization_A_m)}
Aex   = {n(material.exchange_J_m)}
Dind  = {n(material.dmi_J_m2)}
alpha = {n(material.damping)}
// The anisotropy, easy axis out of the plane, is what the control voltage sets.
AnisU = vector(0, 0, 1)
Ku1   = {n(ku_J_m3)}
{_end_stops(config)}"""


def _end_stops(config: RacetrackConfig) -> str:
    if config.end_stops.length_m == 0:
        return ""
    inner = number(rounded(config.geometry.length_m / 2 - config.end_stops.length_m))
    return f"""\
// Stretches of higher anisotropy at both ends keep the wall on the track.
DefRegion(1, XRange(-{inner}, {inner}).Inverse())
{end_stops_ku(config)}"""


def end_stops_ku(config: RacetrackConfig) -> str:
    """The end stops' anisotropy, to follow wherever Ku1 is set, as that sets all regions."""
    return f"Ku1.SetRegion(1, {number(config.end_stops.ku_J_m3)})\n" if config.end_stops.length_m else ""


def polarization_sign(config: RacetrackConfig) -> int:
    """The sign of D, which turns the wall's middle and with it the current's spin polarization."""
    return 1 if config.material.dmi_J_m2 > 0 else -1


def torque_section(config: RacetrackConfig) -> str:
    """Spin-orbit torque, the current still off."""
    n, torque = number, config.torque
    return f"""\
// ---- Spin-orbit torque ----
// Damping-like: Pol is the spin-Hall angle, FixedLayer the spin polarization. Its sign is such that a current
// along +z in these terms drives the up|down wall, of the chirality that Dind sets, to +x. Field-like: EpsilonPrime.
DisableZhangLiTorque = true
Lambda       = 1
Pol          = {n(torque.spin_hall_angle)}
EpsilonPrime = {n(round(torque.field_like_ratio * torque.spin_hall_angle / 2, 12))}
FixedLayer   = vector(0, {-polarization_sign(config)}, 0)
J            = vector(0, 0, 0)
"""


def start_section(config: RacetrackConfig, start_m: float) -> str:
    """Two domains, relaxed at 0 K."""
    n, sign = number, polarization_sign(config)
    return f"""\
// ---- Start: up on the left, down on the right, the wall in the notch at {n(start_m)} m ----
m = TwoDomain(0, 0, 1, {-sign}, 0, 0, 0, 0, -1).transl({n(rounded(start_m - config.geometry.length_m / 2))}, 0, 0)
Temp = 0
relax()
SaveAs(m, "relaxed")
"""


def heat_bath_section(config: RacetrackConfig, seed: int, engine: Engine) -> str:
    """Solver, noise and the table, and the time at temperature before the first pulse."""
    n, protocol = number, config.protocol
    return f"""\
// ---- Heat bath: Heun steps of fixed length, noise from a seed of this event's own ----
SetSolver(2)
FixDt = {n(protocol.time_step_s)}
{_far_demag(config, engine)}{engine.seeding}({seed})
Temp = {n(protocol.temperature_K)}
TableAutoSave({n(protocol.table_period_s)})
run({n(protocol.thermalise_s)})
SaveAs(m, "thermalised")
"""


def _far_demag(config: RacetrackConfig, engine: Engine) -> str:
    stages = round(2 * config.protocol.far_demag_hold_s / config.protocol.time_step_s)
    if engine.kind != "embedded" or stages <= 1:
        return ""
    return f"""\
// The field of far cells is evaluated once in so many stages, that of near cells at each. Only the embedded engine
// reads this line; MuMax3, to which it is a comment, evaluates both at each.
// mx3cpu: DemagRefresh = {stages}
"""


def rounded(length_m: float) -> float:
    """A difference of two lengths without the dust of binary fractions (1e-15 m is far below any cell)."""
    return round(length_m, 15)
