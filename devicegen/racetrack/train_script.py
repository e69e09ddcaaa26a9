"""A train of pulses on one racetrack as a ``.mx3`` script, to be run by MuMax3 or by the embedded engine."""

from __future__ import annotations

from devicegen.mumax3.find import Engine
from devicegen.racetrack import script_parts as parts
from devicegen.racetrack.config import RacetrackConfig
from devicegen.racetrack.geometry import Outline
from devicegen.racetrack.train import Train


def train_stages(train: Train) -> tuple[str, ...]:
    """Names of the saved fields, in order: at 0 K, at temperature, and after the rest of each pulse.

    The numbers are MuMax3's own: ``Save(m)`` writes m000000.ovf, m000001.ovf, ...
    """
    return ("relaxed", "thermalised", *(f"m{pulse:06d}" for pulse in range(len(train.polarities))))


def start_notch(config: RacetrackConfig, train: Train, instance: int) -> int:
    """The notch, counted from the left, that the wall of a racetrack starts in."""
    return instance % len(config.notch_positions_m) if train.start == "every_notch" else 0


def train_script(
    config: RacetrackConfig,
    train: Train,
    device: str,
    root_seed: int,
    instance: int,
    outline: Outline,
    engine: Engine,
) -> str:
    """The text of the script of one racetrack's train; `outline` and `engine` as for a single write."""
    n, protocol = parts.number, config.protocol
    current = n(config.torque.current_density_A_m2)
    start_m = parts.rounded(config.notch_positions_m[start_notch(config, train, instance)])
    name = parts.instance_name(0, instance)
    seed = parts.noise_seed(root_seed, device, 0, instance)

    def run_of(kind: str, density: str) -> str:
        return f"""\
    // {kind}
    for pulse := 0; pulse < {train.pulses}; pulse++ {{
        J = vector(0, 0, {density})
        run({n(protocol.pulse_s)})
        J = vector(0, 0, 0)
        run({n(protocol.rest_s)})
        Save(m)
    }}
"""

    return f"""\
// Domain-wall racetrack synapse: a train of pulses.
// Device {device} (Ku = {n(train.ku_J_m3)} J/m3), racetrack {instance}, root seed {root_seed}.
// Runs of SET pulses of spin-orbit torque, which push the wall to the right, and of RESET pulses, which push it to the
// left, each with time to settle after it. SI units. Written by dev2net; runs by hand in the folder of this file:
//     mumax3 -http="" -f {name}.mx3

{parts.racetrack_section(config, instance, outline)}
{parts.material_section(config, train.ku_J_m3)}
{parts.torque_section(config)}
{parts.start_section(config, start_m)}
{parts.heat_bath_section(config, seed, engine)}
// ---- Train: after the rest of each pulse the magnetization is saved, as m000000.ovf and so on ----
for cycle := 0; cycle < {train.cycles}; cycle++ {{
{run_of("SET", current)}{run_of("RESET", f"-{current}")}}}
"""
