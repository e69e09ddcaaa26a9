"""Material parameters and excitations: set for all regions or one, as a number or an expression of time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.api.masks import Mask
from devicegen.engine.api.quantities import Quantity, ScalarField, VectorField
from devicegen.engine.api.regions import check_region
from devicegen.engine.fields.parameters import DEFAULTS, N_REGIONS
from devicegen.engine.language.values import Expression, ScalarFunction, Vector, VectorFunction, method
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.language.world import World
    from devicegen.engine.magnet import Magnet

SCALARS = {
    "Msat": "A/m",
    "Aex": "J/m",
    "Dind": "J/m2",
    "Ku1": "J/m3",
    "Ku2": "J/m3",
    "Kc1": "J/m3",
    "Kc2": "J/m3",
    "Kc3": "J/m3",
    "alpha": "",
    "Temp": "K",
    "Pol": "",
    "Lambda": "",
    "EpsilonPrime": "",
    "FreeLayerThickness": "m",
    "xi": "",
    "frozenspins": "",
    "NoDemagSpins": "",
}
VECTORS = {"AnisU": "", "AnisC1": "", "AnisC2": "", "FixedLayer": ""}
EXCITATIONS = {"B_ext": "T", "J": "A/m2"}
_NOT_NEGATIVE = ("Msat", "Temp", "FreeLayerThickness")


class _Settings:
    """What a script has set a parameter to, kept so that a new magnet (another mesh) gets it again."""

    def __init__(self, simulation: Simulation, name: str) -> None:
        self.simulation, self.name = simulation, name
        self._values = np.tile(np.array(DEFAULTS[name], dtype=np.float64), (N_REGIONS, 1))
        self._live: dict[int | None, Callable[[float], float | Vector]] = {}
        self._assigned: dict[int | None, Callable[[Magnet], None]] = {}
        simulation.on_build.append(self._apply_all)

    def _apply_all(self, magnet: Magnet) -> None:
        for apply in self._assigned.values():
            apply(magnet)

    def put(self, region: int | None, expression: Expression) -> None:
        """Set the value in one region, or in all (None); an expression of t stays live."""
        for kept in (self._live, self._assigned):
            if region is None:
                kept.clear()
            kept.pop(region, None)
        if expression.has_time:
            live = self.simulation.clock.following(expression.frozen())
            self._check(live(self.simulation.time_s))
            self._live[region] = live
            self._assign(region, lambda magnet: magnet.set_live(self.name, live, region))
        else:
            value = expression.value()
            self._check(value)
            self._values[slice(None) if region is None else region] = value
            self._assign(region, lambda magnet: magnet.set_parameter(self.name, value, region))

    def _assign(self, region: int | None, apply: Callable[[Magnet], None]) -> None:
        self._assigned[region] = apply
        magnet = self.simulation.built
        if magnet is not None:
            apply(magnet)

    def _check(self, value: float | Vector) -> None:
        numbers = np.atleast_1d(np.asarray(value, dtype=np.float64))
        if not np.isfinite(numbers).all():
            raise ScriptError(f"found {value} for {self.name}, expected a finite number")
        if self.name in _NOT_NEGATIVE and numbers.min() < 0:
            raise ScriptError(f"found {value} for {self.name}, expected 0 or more")

    def by_region(self) -> npt.NDArray[np.float64]:
        """Present values, (256, components); known before there is a mesh."""
        for region, live in self._live.items():
            self._values[slice(None) if region is None else region] = live(self.simulation.time_s)
        return self._values

    def of_region(self, region: int) -> list[float]:
        """Present value in one region, (components,). Raises ScriptError for a region that cannot be."""
        check_region(region)
        return self.by_region()[region].tolist()


def _region_or_all(number: int) -> int | None:
    if number == -1:
        return None
    check_region(number)
    return number


class Parameter(Quantity):
    """A material parameter with one value for each region."""

    def __init__(self, simulation: Simulation, name: str, unit: str, components: int) -> None:
        super().__init__(simulation, name, unit, components)
        self._settings = _Settings(simulation, name)

    @method
    def is_uniform(self) -> bool:
        """Whether all regions have the same value."""
        values = self._settings.by_region()
        return bool((values == values[0]).all())

    def values(self) -> npt.NDArray[np.float32]:
        """The value in each cell, (components, ny, nx)."""
        values = self._settings.by_region()[self.simulation.magnet.region]
        return np.moveaxis(values, -1, 0).astype(np.float32)


class ScalarParameter(Parameter, ScalarField):
    """A material parameter that is a number."""

    spoken = "a material parameter"
    input_kind = ScalarFunction

    def __init__(self, simulation: Simulation, name: str, unit: str) -> None:
        super().__init__(simulation, name, unit, 1)

    def assign(self, value: ScalarFunction) -> None:
        """Set it in all regions."""
        self._settings.put(None, value)

    @method
    def set_region(self, region: int, value: ScalarFunction) -> None:
        """Set it in one region; -1 means all."""
        self._settings.put(_region_or_all(region), value)

    @method
    def set(self, value: float) -> None:
        """Set it in all regions."""
        self._settings.put(None, ScalarFunction(lambda: value, lambda: lambda: value, False))

    @method
    def get_region(self, region: int) -> float:
        """The value in one region."""
        return self._settings.of_region(region)[0]


class VectorParameter(Parameter, VectorField):
    """A material parameter that is a vector."""

    spoken = "a vector parameter"
    input_kind = VectorFunction

    def __init__(self, simulation: Simulation, name: str, unit: str) -> None:
        super().__init__(simulation, name, unit, 3)

    def assign(self, value: VectorFunction) -> None:
        """Set it in all regions."""
        self._settings.put(None, value)

    @method
    def set_region(self, region: int, value: VectorFunction) -> None:
        """Set it in one region; -1 means all."""
        self._settings.put(_region_or_all(region), value)

    @method
    def set(self, value: Vector) -> None:
        """Set it in all regions."""
        self._settings.put(None, VectorFunction(lambda: value, lambda: lambda: value, False))

    @method
    def get_region(self, region: int) -> Vector:
        """The value in one region."""
        return Vector(*self._settings.of_region(region))


class Excitation(VectorParameter):
    """A field or current: a vector for each region plus masks times functions of time."""

    spoken = "a field or current"

    def __init__(self, simulation: Simulation, name: str, unit: str) -> None:
        super().__init__(simulation, name, unit)
        self._terms: list[Callable[[Magnet], None]] = []
        self._shape = (0, 0)
        simulation.on_build.append(self._add_all)

    @method
    def add(self, mask: Mask, factor: ScalarFunction) -> None:
        """Add a mask times a number or an expression of time."""
        values = mask.on_grid(self.simulation.magnet.mesh.shape, components=3)
        if factor.has_time:
            self.add_values(values, self.simulation.clock.following(factor.value))
        else:
            self.add_values(values * factor.value())

    def add_values(
        self, values: npt.NDArray[np.float64], live: Callable[[float], float | Vector] | None = None
    ) -> None:
        """Add a field (3, ny, nx), times a function of time where one is given."""
        magnet = self.simulation.magnet

        def apply(magnet: Magnet) -> None:
            magnet.add_field(values, live, self.name)

        self._terms.append(apply)
        self._shape = magnet.mesh.shape
        apply(magnet)

    @method
    def remove_extra_terms(self) -> None:
        """Take back all that was added."""
        self._terms.clear()
        if self.simulation.built is not None:
            self.simulation.built.remove_added_fields(self.name)

    def _add_all(self, magnet: Magnet) -> None:
        if self._terms and magnet.mesh.shape != self._shape:
            self.simulation.log.say(f"REMOVING EXTRA TERMS FROM {self.name}")
            self._terms.clear()
        for apply in self._terms:
            apply(magnet)

    def values(self) -> npt.NDArray[np.float32]:
        """The value in each cell with all that was added, (3, ny, nx)."""
        magnet = self.simulation.magnet
        total = super().values().astype(np.float64)
        for term in magnet.added[self.name]:
            total += term.at(magnet.t, magnet.mesh.shape)
        return total.astype(np.float32)


def declare(world: World, simulation: Simulation) -> tuple[Excitation, ScalarParameter]:
    """Bind all parameters and excitations; gives B_ext and Msat, which others need."""
    scalars = {name: ScalarParameter(simulation, name, unit) for name, unit in SCALARS.items()}
    excitations = {name: Excitation(simulation, name, unit) for name, unit in EXCITATIONS.items()}
    vectors = {name: VectorParameter(simulation, name, unit) for name, unit in VECTORS.items()}
    for name, parameter in (scalars | vectors | excitations).items():
        world.constant(name, parameter)
    return excitations["B_ext"], scalars["Msat"]
