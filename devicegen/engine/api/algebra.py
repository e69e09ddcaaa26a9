"""Sums and products of quantities, to be saved, tabulated or averaged; they do not act on the magnet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from devicegen.engine.api.masks import Mask
from devicegen.engine.api.quantities import Quantity, ScalarField, Values, VectorField
from devicegen.engine.api.shapes import Shape
from devicegen.engine.language.values import method
from devicegen.errors import ScriptError

if TYPE_CHECKING:
    from devicegen.engine.api.simulation import Simulation
    from devicegen.engine.language.world import World


class OverMagnet(Quantity):
    """A quantity computed from others; its average goes over the magnet, weighted by how far each cell is filled."""

    spoken = "a computed quantity"

    def __init__(self, simulation: Simulation, name: str, components: int, compute: Callable[[], Values]) -> None:
        super().__init__(simulation, name, "", components)
        self.values = compute

    def average_values(self) -> Sequence[float]:
        """The average over the magnet."""
        weight = self.simulation.magnet.fill.astype(np.float64)
        return ((self.values() * weight).sum(axis=(1, 2)) / weight.sum()).tolist()


class CombinedScalar(OverMagnet, ScalarField):
    """A scalar quantity computed from others."""


class CombinedVector(OverMagnet, VectorField):
    """A vector quantity computed from others."""


class Combined(OverMagnet):
    """A quantity computed from others, with as many components as they give it."""

    @method
    def average(self) -> list:
        """The average now, one number for each component."""
        return list(self.average_values())


def _components(name: str, first: Quantity, second: Quantity) -> int:
    """Components of a pointwise result: those of both, or of the one that is no scalar."""
    found = {first.components, second.components}
    if len(found) == 2 and 1 not in found:
        raise ScriptError(f"found {first.components} and {second.components} components in {name}, expected the same")
    return max(found)


def _vectors(name: str, *quantities: Quantity) -> None:
    for quantity in quantities:
        if quantity.components != 3:
            raise ScriptError(f"found {quantity.components} component in {name}, expected vector quantities")


def dot(a: Quantity, b: Quantity) -> ScalarField:
    """Scalar product."""
    _vectors("Dot", a, b)
    return CombinedScalar(a.simulation, "dot", 1, lambda: (a.values() * b.values()).sum(axis=0, keepdims=True))


def cross(a: Quantity, b: Quantity) -> VectorField:
    """Vector product."""
    _vectors("Cross", a, b)
    return CombinedVector(a.simulation, "cross", 3, lambda: np.cross(a.values(), b.values(), axis=0))


def madd(a: Quantity, b: Quantity, factor_a: float, factor_b: float) -> Combined:
    """`factor_a` times a plus `factor_b` times b."""
    if a.components != b.components:
        raise ScriptError(f"found {a.components} and {b.components} components to be added, expected the same")
    return Combined(
        a.simulation, "sum", a.components, lambda: (factor_a * a.values() + factor_b * b.values()).astype(np.float32)
    )


def add(a: Quantity, b: Quantity) -> Combined:
    """Sum."""
    return madd(a, b, 1.0, 1.0)


def mul(a: Quantity, b: Quantity) -> Combined:
    """Product, component by component; a scalar multiplies all components."""
    return Combined(a.simulation, "product", _components("Mul", a, b), lambda: a.values() * b.values())


def div(a: Quantity, b: Quantity) -> Combined:
    """Quotient, component by component; 0 where the divisor is 0."""
    if b.components not in (1, a.components):
        raise ScriptError(f"found {a.components} and {b.components} components in Div, expected the same or a scalar")

    def quotient() -> Values:
        above, below = np.broadcast_arrays(a.values(), b.values())
        return np.divide(above, below, out=np.zeros_like(above), where=below != 0).astype(np.float32)

    return Combined(a.simulation, "quotient", a.components, quotient)


def mul_mv(ax: Quantity, ay: Quantity, az: Quantity, b: Quantity) -> VectorField:
    """Matrix of the rows ax, ay, az times the vector b."""
    _vectors("MulMV", ax, ay, az, b)

    def product() -> Values:
        vector = b.values()
        return np.stack([(row.values() * vector).sum(axis=0) for row in (ax, ay, az)])

    return CombinedVector(b.simulation, "product", 3, product)


def normalized(quantity: Quantity) -> Combined:
    """The vector quantity with unit length, 0 where it is 0."""

    def values() -> Values:
        found = quantity.values()
        length = np.sqrt((found * found).sum(axis=0, keepdims=True))
        return np.divide(found, length, out=np.zeros_like(found), where=length != 0)

    return Combined(quantity.simulation, quantity.name + "_normalized", quantity.components, values)


def masked(quantity: Quantity, shape: Shape) -> Combined:
    """The quantity inside a shape, 0 outside."""

    def values() -> Values:
        inside = shape.inside(*quantity.simulation.mesh.coordinates())
        return np.where(inside, quantity.values(), np.float32(0))

    return Combined(quantity.simulation, quantity.name + "_masked", quantity.components, values)


def shifted(quantity: Quantity, dx: int, dy: int, dz: int) -> Combined:
    """The quantity moved by some cells, 0 where nothing comes in."""
    if dz:
        raise ScriptError("found a shift along z, expected 0: there is one layer")

    def values() -> Values:
        found = np.asarray(quantity.values())
        moved = np.zeros_like(found)
        ny, nx = found.shape[1:]
        if abs(dx) < nx and abs(dy) < ny:
            to_y, from_y = slice(max(dy, 0), ny + min(dy, 0)), slice(max(-dy, 0), ny + min(-dy, 0))
            to_x, from_x = slice(max(dx, 0), nx + min(dx, 0)), slice(max(-dx, 0), nx + min(-dx, 0))
            moved[:, to_y, to_x] = found[:, from_y, from_x]
        return moved

    return Combined(quantity.simulation, quantity.name + "_shifted", quantity.components, values)


def declare(world: World, simulation: Simulation) -> None:
    """Bind the algebra of quantities."""

    def constant(value: float) -> ScalarField:
        shape = simulation.magnet.mesh.shape
        return CombinedScalar(simulation, "const", 1, lambda: np.full((1, *shape), value, dtype=np.float32))

    def constant_vector(x: float, y: float, z: float) -> VectorField:
        values = np.array([x, y, z], dtype=np.float32)[:, None, None]
        shape = simulation.magnet.mesh.shape
        return CombinedVector(simulation, "const", 3, lambda: np.broadcast_to(values, (3, *shape)))

    def custom(array: Mask) -> Combined:
        shape = simulation.magnet.mesh.shape
        values = array.on_grid(shape, array.n_comp()).astype(np.float32)
        return Combined(simulation, "custom", array.n_comp(), lambda: values)

    def total(quantity: Quantity) -> float:
        return float(quantity.values().sum(dtype=np.float64))

    functions: dict[str, Callable[..., object]] = {
        "Add": add,
        "Madd": madd,
        "Dot": dot,
        "DotProduct": dot,
        "Cross": cross,
        "CrossProduct": cross,
        "Mul": mul,
        "MulMV": mul_mv,
        "Div": div,
        "Const": constant,
        "ConstVector": constant_vector,
        "CustomQuantity": custom,
        "Normalized": normalized,
        "Masked": masked,
        "Shifted": shifted,
        "Sum": total,
    }
    for name, function in functions.items():
        world.function(name, function)
