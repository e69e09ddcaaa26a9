"""Exchange and DMI between pairs of regions, and the field that undoes the charges at a wire's ends."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.api.quantities import ComputedScalar
from devicegen.engine.api.regions import check_region
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.parameters import Excitation, ScalarParameter
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.language.world import World
    from devicegen.engine.magnet import Magnet


class Couplings:
    """What a script has said about pairs of regions; kept so that a new magnet gets it again."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self._rules: list[Callable[[Magnet], None]] = []
        simulation.on_build.append(self._apply_all)

    def _apply_all(self, magnet: Magnet) -> None:
        for rule in self._rules:
            rule(magnet)

    def _rule(self, first: int, second: int, rule: Callable[[Magnet], None]) -> None:
        check_region(first)
        check_region(second)
        self._rules.append(rule)
        if self.simulation.built is not None:
            rule(self.simulation.built)

    def scale_exchange(self, region1: int, region2: int, scale: float) -> None:
        """Exchange between two regions, relative to the harmonic mean of their own."""
        self._rule(region1, region2, lambda magnet: magnet.exchange_coupling.set_scale(region1, region2, scale))

    def inter_exchange(self, region1: int, region2: int, value: float) -> None:
        """Exchange stiffness between two regions [J/m]."""
        self._rule(region1, region2, lambda magnet: magnet.exchange_coupling.set_value(region1, region2, value))

    def scale_dind(self, region1: int, region2: int, scale: float) -> None:
        """DMI between two regions, relative to the harmonic mean of their own."""
        self._rule(region1, region2, lambda magnet: magnet.dmi_coupling.set_scale(region1, region2, scale))

    def inter_dind(self, region1: int, region2: int, value: float) -> None:
        """DMI strength between two regions [J/m2]."""
        self._rule(region1, region2, lambda magnet: magnet.dmi_coupling.set_value(region1, region2, value))


def end_charge_field(
    nodes: tuple[int, int, int], cell_m: tuple[float, float, float], left: float, right: float
) -> npt.NDArray[np.float64]:
    """Field that cancels the surface charges of mx = `left` and `right` at the ends of a wire, in units of Bsat.

    returns : (3, ny, nx); one point charge for each cell of the end faces
    """
    (nx, ny, _), (cx, cy, cz) = nodes, cell_m
    x = (np.arange(nx) + 0.5) * cx
    y = (np.arange(ny) + 0.5) * cy
    field = np.zeros((3, ny, nx))
    for charge, end in ((left, 0.0), (-right, nx * cx)):
        away = x - end
        for source in y:
            across = (y - source)[:, None]
            strength = charge * cy * cz / (4 * math.pi * (away**2 + across**2) ** 1.5)
            field[0] += away * strength
            field[1] += across * strength
    return field


def declare(world: World, simulation: Simulation, b_ext: Excitation, msat: ScalarParameter) -> None:
    """Bind everything about pairs of regions and end charges."""
    couplings = Couplings(simulation)
    world.function("ext_ScaleExchange", couplings.scale_exchange)
    world.function("ext_InterExchange", couplings.inter_exchange)
    world.function("ext_ScaleDind", couplings.scale_dind)
    world.function("ext_InterDind", couplings.inter_dind)
    for name, unit in (("ExchCoupling", "arb."), ("DindCoupling", "arb.")):
        world.constant(name, ComputedScalar(simulation, name, unit, _reader(simulation, name)))

    def remove_end_charges(region: int, mx_left: float, mx_right: float) -> None:
        if abs(mx_left) != 1 or abs(mx_right) != 1:
            raise ScriptError(f"found mx = {mx_left:g} and {mx_right:g} at the ends, expected 1 or -1")
        saturation = 4e-7 * math.pi * msat.get_region(region)
        if saturation == 0:
            raise ScriptError(f"found Msat = 0 in region {region}, expected it set before ext_rmSurfaceCharge")
        field = end_charge_field(simulation.mesh.nodes, simulation.mesh.cell_m, mx_left, mx_right)
        b_ext.add_values(saturation * field)

    world.function("ext_rmSurfaceCharge", remove_end_charges)


def _reader(simulation: Simulation, name: str) -> Callable[[], npt.NDArray[np.float32]]:
    return lambda: simulation.magnet.quantity(name)
