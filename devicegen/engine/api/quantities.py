"""Quantities: what can be saved, tabulated, averaged and cropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from devicegen.engine.language.values import Scalar, Vector, method
from devicegen.engine.language.world import Signature
from devicegen.engine.output.numbers import go_float
from devicegen.engine.output.ovf import Field
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.simulation import Simulation

Values = npt.NDArray[np.float32]
_AXES = "xyz"


class Quantity:
    """Something of the simulation with a name, a unit and one or three components."""

    spoken = "a quantity"

    def __init__(self, simulation: Simulation, name: str, unit: str, components: int) -> None:
        self.simulation = simulation
        self.name, self.unit, self.components = name, unit, components

    def values(self) -> Values:
        """The values now, (components, ny, nx)."""
        raise NotImplementedError

    def average_values(self) -> Sequence[float]:
        """The average now, one number for each component; over all cells of the grid, as MuMax3 has it for fields."""
        return self.values().mean(axis=(1, 2), dtype=np.float64).tolist()

    def field(self) -> Field:
        """The values now with all that a file about them says."""
        values = np.ascontiguousarray(self.values(), dtype=np.float32)
        return Field(self.name, self.unit, values[:, None], self.simulation.mesh.cell_m, self.simulation.time_s)

    def __str__(self) -> str:
        return " ".join(go_float(value) for value in self.average_values())


class ScalarField(Quantity):
    """A quantity with one number in each cell."""

    spoken = "a scalar quantity"

    @method
    def average(self) -> float:
        """The average now."""
        return float(self.average_values()[0])

    @method
    def region(self, number: int) -> ScalarRegion:
        """The same within one region."""
        return ScalarRegion(self, number)


class VectorField(Quantity):
    """A quantity with a vector in each cell."""

    spoken = "a vector quantity"

    @method
    def average(self) -> Vector:
        """The average now."""
        x, y, z = self.average_values()
        return Vector(float(x), float(y), float(z))

    @method
    def region(self, number: int) -> VectorRegion:
        """The same within one region."""
        return VectorRegion(self, number)

    @method
    def comp(self, component: int) -> ScalarField:
        """One component: 0, 1 or 2."""
        if component not in (0, 1, 2):
            raise ScriptError(f"found component {component}, expected 0 (x), 1 (y) or 2 (z)")
        return Component(self, component)


class ComputedScalar(ScalarField):
    """A scalar quantity from a function of the magnet."""

    def __init__(self, simulation: Simulation, name: str, unit: str, compute: Callable[[], Values]) -> None:
        super().__init__(simulation, name, unit, 1)
        self.values = compute


class ComputedVector(VectorField):
    """A vector quantity from a function of the magnet."""

    def __init__(self, simulation: Simulation, name: str, unit: str, compute: Callable[[], Values]) -> None:
        super().__init__(simulation, name, unit, 3)
        self.values = compute


class Component(ScalarField):
    """One component of a vector quantity."""

    def __init__(self, parent: VectorField, component: int) -> None:
        super().__init__(parent.simulation, f"{parent.name}_{_AXES[component]}", parent.unit, 1)
        self.parent, self.component = parent, component

    def values(self) -> Values:
        """The component's values now, (1, ny, nx)."""
        return self.parent.values()[self.component : self.component + 1]

    def average_values(self) -> Sequence[float]:
        """The component of the parent's average."""
        return [self.parent.average_values()[self.component]]


def _in_region(parent: Quantity, number: int) -> Values:
    return np.where(parent.simulation.magnet.region == number, parent.values(), np.float32(0))


def _region_average(parent: Quantity, number: int) -> Sequence[float]:
    inside = parent.simulation.magnet.region == number
    if not inside.any():
        raise ScriptError(f"found no cell in region {number}, expected a region that DefRegion has filled")
    return parent.values()[:, inside].astype(np.float64).mean(axis=1).tolist()


class ScalarRegion(ScalarField):
    """A scalar quantity in one region, 0 elsewhere; averages go over the region's cells."""

    def __init__(self, parent: Quantity, number: int) -> None:
        super().__init__(parent.simulation, f"{parent.name}.region{number}", parent.unit, 1)
        self.parent, self.number = parent, number

    def values(self) -> Values:
        """The values now, 0 outside the region."""
        return _in_region(self.parent, self.number)

    def average_values(self) -> Sequence[float]:
        """The average over the region's cells."""
        return _region_average(self.parent, self.number)


class VectorRegion(VectorField):
    """A vector quantity in one region, 0 elsewhere; averages go over the region's cells."""

    def __init__(self, parent: Quantity, number: int) -> None:
        super().__init__(parent.simulation, f"{parent.name}.region{number}", parent.unit, 3)
        self.parent, self.number = parent, number

    def values(self) -> Values:
        """The values now, 0 outside the region."""
        return _in_region(self.parent, self.number)

    def average_values(self) -> Sequence[float]:
        """The average over the region's cells."""
        return _region_average(self.parent, self.number)


class ScalarValue(Quantity, Scalar):
    """One number for the whole simulation; usable wherever a number is, and callable as in old scripts: ``NEval()``."""

    spoken = "a number of the simulation"
    call_signature = Signature((), (), float)

    def __init__(self, simulation: Simulation, name: str, unit: str, compute: Callable[[], float]) -> None:
        super().__init__(simulation, name, unit, 1)
        self._compute = compute

    def __call__(self) -> float:
        """The value now."""
        return self.get()

    @method
    def get(self) -> float:
        """The value now."""
        return float(self._compute())

    @method
    def average(self) -> float:
        """The value now."""
        return self.get()

    def average_values(self) -> Sequence[float]:
        """The value now."""
        return [self.get()]

    def values(self) -> Values:
        """The value in every cell."""
        return np.full((1, *self.simulation.magnet.mesh.shape), self.get(), dtype=np.float32)


class VectorValue(VectorField):
    """One vector for the whole simulation."""

    spoken = "a vector of the simulation"

    def __init__(self, simulation: Simulation, name: str, unit: str, compute: Callable[[], Sequence[float]]) -> None:
        super().__init__(simulation, name, unit, 3)
        self._compute = compute

    @method
    def get(self) -> Vector:
        """The value now."""
        return self.average()

    def average_values(self) -> Sequence[float]:
        """The value now."""
        return [float(one) for one in self._compute()]

    def values(self) -> Values:
        """The value in every cell."""
        shape = self.simulation.magnet.mesh.shape
        return np.broadcast_to(np.array(self.average_values(), dtype=np.float32)[:, None, None], (3, *shape))
