"""Fields and energies that scripts ask for, evaluated at leisure in double precision (demag in single)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from devicegen.engine.fields import convolution, medium, noise, stencil
from devicegen.engine.fields.layout import Layout

if TYPE_CHECKING:
    from devicegen.engine.magnet import Magnet


def evaluate(magnet: Magnet, name: str) -> np.ndarray:
    """The field `name` of `FIELDS` at the magnet's present m and time, (components, ny, nx) float32."""
    if name not in FIELDS:
        raise KeyError(f"unknown quantity {name}; known are {', '.join(FIELDS)}")
    magnet.follow_time(magnet.t)
    return FIELDS[name](magnet).astype(np.float32)


def energy(magnet: Magnet, name: str) -> float:
    """The energy `name` of `ENERGIES` at the magnet's present m and time [J]."""
    if name not in ENERGIES:
        raise KeyError(f"unknown energy {name}; known are {', '.join(ENERGIES)}")
    magnet.follow_time(magnet.t)
    return float(ENERGIES[name](magnet).sum(dtype=np.float64) * magnet.mesh.cell_volume)


def _m(magnet: Magnet) -> np.ndarray:
    return magnet.m.astype(np.float64)


def _saturation(magnet: Magnet) -> np.ndarray:
    """Msat times the filled fraction, (ny, nx) [A/m]: what energies and m_full are weighted with."""
    return magnet.parameters.get("Msat")[magnet.region] * magnet.fill


def _exchange(magnet: Magnet) -> np.ndarray:
    field = medium.exchange(magnet).field(magnet.m, stencil.periodic_sides(magnet))
    return np.where(magnet.fill > 0, field, 0.0)


def _uniaxial(magnet: Magnet) -> np.ndarray:
    return medium.anisotropy(magnet).field(magnet.m, stencil.periodic_sides(magnet))


def _higher_terms(magnet: Magnet) -> list[tuple[float, np.ndarray]]:
    """Each anisotropy field that is not linear in m, with the factor that turns -M·B into its energy density."""
    if not medium.has_higher_anisotropy(magnet):
        return []
    second, ux, uy, uz, first, middle, last, *axes = medium.higher_anisotropy(magnet)
    m, u = _m(magnet), np.stack([ux, uy, uz])
    a, b = np.stack(axes[:3]), np.stack(axes[3:])
    d = np.cross(a, b, axis=0)
    p, q, r = ((m * axis).sum(axis=0) for axis in (a, b, d))

    def cubic(strength: np.ndarray, of: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
        return -strength * (of(p, q, r) * a + of(q, p, r) * b + of(r, p, q) * d)

    return [
        (1 / 4, second * (m * u).sum(axis=0) ** 3 * u),
        (1 / 4, cubic(first, lambda x, y, z: x * (y**2 + z**2))),
        (1 / 6, cubic(middle, lambda x, y, z: x * y**2 * z**2)),
        (1 / 8, cubic(last, lambda x, y, z: x**3 * (y**4 + z**4))),
    ]


def _anisotropy(magnet: Magnet) -> np.ndarray:
    return sum((field for _, field in _higher_terms(magnet)), start=_uniaxial(magnet))


def demag_field(magnet: Magnet) -> np.ndarray:
    """The whole demagnetizing field [T], (3, ny, nx)."""
    if not magnet.settings.enable_demag:
        return np.zeros((3, *magnet.mesh.shape))
    layout = Layout(magnet.mesh.nx, magnet.mesh.ny, 1)
    out = convolution.far_field_buffer(layout)
    convolution.demag_field(
        medium.demag(magnet, layout, without_near=False),
        layout.pack([magnet.m]),
        medium.demag_weight([magnet], layout),
        out,
    )
    return convolution.get_far_field(layout, out, 1)[0].astype(np.float64)


def _thermal(magnet: Magnet) -> np.ndarray:
    """The noise of the coming step, of the length that it would have now."""
    if magnet.parameters.is_zero("Temp") or magnet.relaxing:
        return np.zeros((3, *magnet.mesh.shape))
    settings = magnet.settings
    dt = settings.fix_dt or settings.dt
    integers = noise.plain_noise(magnet.seed, magnet.n_steps - magnet.noise_offset, magnet.mesh.shape)
    return medium.thermal_strength(magnet) * integers / np.sqrt(dt)


def _effective(magnet: Magnet) -> np.ndarray:
    return (
        demag_field(magnet) + _exchange(magnet) + _anisotropy(magnet) + medium.applied_field(magnet) + _thermal(magnet)
    )


def _gilbert(magnet: Magnet) -> tuple[np.ndarray, np.ndarray]:
    alpha = magnet.parameters.get("alpha")[magnet.region]
    return alpha, 1 / (1 + alpha**2)


def _landau_lifshitz(magnet: Magnet) -> np.ndarray:
    m, field = _m(magnet), _effective(magnet)
    alpha, share = _gilbert(magnet)
    turned = np.cross(m, field, axis=0)
    if not magnet.settings.precess:
        return -np.cross(m, turned, axis=0)
    return -share * (turned + alpha * np.cross(m, turned, axis=0))


def _spin_torque(magnet: Magnet) -> np.ndarray:
    m = _m(magnet)
    field = np.zeros_like(m)
    if medium.has_spin_transfer(magnet):
        px, py, pz, a, b, c = medium.spin_transfer(magnet)
        p = np.stack([px, py, pz])
        field += a / (1 + b * (m * p).sum(axis=0)) * np.cross(m, p, axis=0) + c * p
    if medium.has_zhang_li(magnet):
        ux, uy, xi = medium.zhang_li(magnet)
        sides = stencil.periodic_sides(magnet)

        def difference(axis: int) -> np.ndarray:
            return stencil.neighbour(m, axis, 1, sides) - stencil.neighbour(m, axis, -1, sides)

        h = ux * difference(1) + uy * difference(0)
        field += xi * h + np.cross(m, h, axis=0)
    alpha, share = _gilbert(magnet)
    turned = np.cross(m, field, axis=0)
    return -share * (turned + alpha * np.cross(m, turned, axis=0))


def _torque(magnet: Magnet) -> np.ndarray:
    free = magnet.parameters.get("frozenspins")[magnet.region] == 0
    return (_landau_lifshitz(magnet) + _spin_torque(magnet)) * free


def _density(factor: float, field: Callable[[Magnet], np.ndarray]) -> Callable[[Magnet], np.ndarray]:
    """Energy density -factor · M · B of a field [J/m³], (1, ny, nx)."""

    def density(magnet: Magnet) -> np.ndarray:
        return -factor * _saturation(magnet) * (_m(magnet) * field(magnet)).sum(axis=0, keepdims=True)

    return density


_exchange_density = _density(0.5, _exchange)
_demag_density = _density(0.5, demag_field)
_zeeman_density = _density(1.0, medium.applied_field)
_thermal_density = _density(1.0, _thermal)


def _anisotropy_density(magnet: Magnet) -> np.ndarray:
    density = _density(0.5, _uniaxial)(magnet)
    for factor, field in _higher_terms(magnet):
        density = density - factor * _saturation(magnet) * (_m(magnet) * field).sum(axis=0, keepdims=True)
    return density


def _total_density(magnet: Magnet) -> np.ndarray:
    total = _exchange_density(magnet) + _demag_density(magnet) + _zeeman_density(magnet)
    return total + _anisotropy_density(magnet) + _thermal_density(magnet)


def _parameter(name: str) -> Callable[[Magnet], np.ndarray]:
    def values(magnet: Magnet) -> np.ndarray:
        table = magnet.parameters.get(name).reshape(256, -1)
        return np.moveaxis(table[magnet.region], -1, 0)

    return values


def _coupling(name: str) -> Callable[[Magnet], np.ndarray]:
    """Mean coupling of each cell with its neighbours inside the grid, as MuMax3's ExchCoupling and DindCoupling."""

    def mean(magnet: Magnet) -> np.ndarray:
        table = magnet.exchange_coupling if name == "Aex" else magnet.dmi_coupling
        own, values = magnet.region.astype(np.int64), magnet.parameters.get(name)
        sides = stencil.periodic_sides(magnet)
        total, count = np.zeros(magnet.mesh.shape), np.zeros(magnet.mesh.shape)
        for _, axis, step in stencil.FACES:
            inside = stencil.neighbour(np.ones(magnet.mesh.shape), axis, step, sides)
            other = stencil.neighbour(own, axis, step, sides)
            total += inside * table.between(values, own, other)
            count += inside
        return (total / np.maximum(count, 1))[None]

    return mean


FIELDS: dict[str, Callable[[Magnet], np.ndarray]] = {
    "m": _m,
    "m_full": lambda magnet: _m(magnet) * _saturation(magnet),
    "geom": lambda magnet: magnet.fill[None],
    "regions": lambda magnet: magnet.region[None],
    "B_eff": _effective,
    "B_demag": demag_field,
    "B_exch": _exchange,
    "B_anis": _anisotropy,
    "B_ext": medium.applied_field,
    "B_therm": _thermal,
    "torque": _torque,
    "LLtorque": _landau_lifshitz,
    "STTorque": _spin_torque,
    "Edens_total": _total_density,
    "Edens_exch": _exchange_density,
    "Edens_demag": _demag_density,
    "Edens_anis": _anisotropy_density,
    "Edens_Zeeman": _zeeman_density,
    "Edens_therm": _thermal_density,
    "ExchCoupling": _coupling("Aex"),
    "DindCoupling": _coupling("Dind"),
    "J": lambda magnet: medium.vector_of(magnet, "J"),
    **{
        name: _parameter(name)
        for name in (
            "Msat Aex Dind Ku1 Ku2 AnisU Kc1 Kc2 Kc3 AnisC1 AnisC2 alpha Temp Pol Lambda EpsilonPrime "
            "FixedLayer FreeLayerThickness xi frozenspins NoDemagSpins"
        ).split()
    },
}
"""Every field that can be asked for, by MuMax3's name."""

ENERGIES: dict[str, Callable[[Magnet], np.ndarray]] = {
    "E_total": _total_density,
    "E_exch": _exchange_density,
    "E_demag": _demag_density,
    "E_anis": _anisotropy_density,
    "E_Zeeman": _zeeman_density,
    "E_therm": _thermal_density,
}
"""Every energy that can be asked for, as a density [J/m³]."""
