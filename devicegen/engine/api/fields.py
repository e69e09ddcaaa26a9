"""The physical fields and energies by their MuMax3 names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from devicegen.engine.api.quantities import ComputedScalar, ComputedVector, ScalarValue, Values

if TYPE_CHECKING:
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.language.world import World

VECTOR_FIELDS = {
    "B_eff": "T",
    "B_demag": "T",
    "B_exch": "T",
    "B_anis": "T",
    "B_therm": "T",
    "m_full": "A/m",
    "torque": "T",
    "LLtorque": "T",
    "STTorque": "T",
}
SCALAR_FIELDS = {
    "Edens_total": "J/m3",
    "Edens_demag": "J/m3",
    "Edens_exch": "J/m3",
    "Edens_anis": "J/m3",
    "Edens_Zeeman": "J/m3",
    "Edens_therm": "J/m3",
}
ENERGIES = ("E_total", "E_demag", "E_exch", "E_anis", "E_Zeeman", "E_therm")


def declare(world: World, simulation: Simulation) -> None:
    """Bind all fields and energies."""

    def of(name: str) -> Callable[[], Values]:
        return lambda: simulation.magnet.quantity(name)

    def energy(name: str) -> Callable[[], float]:
        return lambda: simulation.magnet.energy(name)

    for name, unit in VECTOR_FIELDS.items():
        world.constant(name, ComputedVector(simulation, name, unit, of(name)))
    for name, unit in SCALAR_FIELDS.items():
        world.constant(name, ComputedScalar(simulation, name, unit, of(name)))
    for name in ENERGIES:
        world.constant(name, ScalarValue(simulation, name, "J", energy(name)))
