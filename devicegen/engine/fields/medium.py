"""From a magnet's parameters to the packed coefficients that the kernels read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from devicegen.engine.fields import convolution, stencil
from devicegen.engine.fields.constants import BOHR_MAGNETON, BOLTZMANN, ELECTRON_CHARGE, HBAR
from devicegen.engine.fields.convolution import Convolution
from devicegen.engine.fields.demag_kernel import demag_kernel
from devicegen.engine.fields.layout import Layout
from devicegen.engine.fields.local import Medium
from devicegen.engine.fields.noise import UNIFORM_SCALE, noise_keys
from devicegen.engine.fields.simd import LANES

if TYPE_CHECKING:
    from devicegen.engine.magnet import Magnet


def build(magnets: Sequence[Magnet], layout: Layout, near: bool, noisy: bool) -> Medium:
    """The medium of one magnet, or of up to sixteen that go side by side.

    near  : whether the near part of the demagnetizing field belongs to the medium
    noisy : whether the thermal field acts (it does not in relax and minimize)
    """
    magnetic = [magnet.fill > 0 for magnet in magnets]

    def packed(name: str, make: Callable[[Magnet], np.ndarray], key: Callable[[Magnet], Hashable]) -> np.ndarray:
        arrays = [_kept(magnet, name, key(magnet), make) for magnet in magnets]
        if layout.lanes > 1:
            return layout.pack_coefficient(arrays, magnetic)
        return _kept(magnets[0], f"packed {name}", key(magnets[0]), lambda _: layout.pack_coefficient(arrays, magnetic))

    first = magnets[0]
    mesh = first.mesh
    transfers = any(has_spin_transfer(magnet) for magnet in magnets)
    flows = any(has_zhang_li(magnet) for magnet in magnets)
    has_higher = any(has_higher_anisotropy(magnet) for magnet in magnets)
    hot = noisy and any(not magnet.parameters.is_zero("Temp") for magnet in magnets)
    keys = noise_keys([magnet.seed for magnet in magnets], [magnet.n_steps - magnet.noise_offset for magnet in magnets])
    offsets = np.arange(LANES, dtype=np.uint32) if layout.lanes == 1 else np.zeros(LANES, dtype=np.uint32)
    unused = np.zeros(LANES, dtype=np.float32)
    return Medium(
        layout.lanes,
        layout.nx,
        layout.ny,
        layout.row,
        layout.size,
        layout.width,
        mesh.pbc_x > 0,
        mesh.pbc_y > 0,
        packed(f"faces {near}", lambda m: _stencil(m, near).faces.reshape(16, *mesh.shape), _linear_key),
        packed(f"diagonal {near}", lambda m: _stencil(m, near).local[:3], _linear_key),
        packed(f"mixed {near}", lambda m: _stencil(m, near).local[3:], _linear_key),
        packed("static", applied_field, _field_key),
        packed("damping", _damping, _damping_key),
        packed("spin transfer", spin_transfer, _current_key) if transfers else unused,
        packed("zhang li", zhang_li, _current_key) if flows else unused,
        packed("higher", higher_anisotropy, _higher_key) if has_higher else unused,
        packed("noise", thermal_strength, _noise_key) if hot else unused,
        keys,
        offsets,
        transfers,
        flows,
        has_higher,
        hot,
    )


def demag(magnet: Magnet, layout: Layout, without_near: bool) -> Convolution:
    """The convolution for the demagnetizing field, with or without its near part."""

    def make(magnet: Magnet) -> Convolution:
        kernel = full_kernel(magnet)
        return convolution.prepare(layout, stencil.without_near(kernel) if without_near else kernel)

    name = f"convolution of {layout.lanes} {without_near}"
    whole = _kept(magnet, name, magnet.settings.demag_accuracy, make)
    if magnet.parameters.is_zero("NoDemagSpins"):
        return whole
    return convolution.with_places_without_field(whole, layout, ~stencil.feels_demag(magnet))


def full_kernel(magnet: Magnet) -> np.ndarray:
    """The magnet's demagnetizing kernel; see `demag_kernel`."""
    mesh = magnet.mesh
    return demag_kernel(
        (mesh.nx, mesh.ny),
        (mesh.cx, mesh.cy, mesh.cz),
        (mesh.pbc_x, mesh.pbc_y),
        magnet.settings.demag_accuracy,
        magnet.kernel_cache,
    )


def demag_weight(magnets: Sequence[Magnet], layout: Layout) -> np.ndarray:
    """Packed sources of the demagnetizing field per unit of m [T]."""

    def make(_: Magnet) -> np.ndarray:
        sources = [stencil.demag_sources(magnet)[None] for magnet in magnets]
        return layout.pack_coefficient(sources, [magnet.fill > 0 for magnet in magnets])

    first = magnets[0]
    if len(magnets) > 1:
        return make(first)
    key = (first.parameters.revision("Msat", "NoDemagSpins"), first.shape_revision)
    return _kept(first, f"demag weight {layout.lanes}", key, make)


def saturation(magnet: Magnet, layout: Layout) -> np.ndarray:
    """Packed Msat times the filled fraction of each cell [A/m]."""

    def make(magnet: Magnet) -> np.ndarray:
        values = magnet.parameters.get("Msat")[magnet.region] * magnet.fill
        return layout.pack_coefficient([values[None]], [magnet.fill > 0])

    return _kept(
        magnet, f"saturation {layout.lanes}", (magnet.parameters.revision("Msat"), magnet.shape_revision), make
    )


def _kept(magnet: Magnet, name: str, key: Hashable, make: Callable):
    """The value of `make(magnet)`, computed anew only when `key` differs from last time."""
    kept = magnet.coefficients.get(name)
    if kept is None or kept[0] != key:
        kept = magnet.coefficients[name] = (key, make(magnet))
    return kept[1]


def exchange(magnet: Magnet) -> stencil.Stencil:
    """Exchange and DMI of the magnet, as long as nothing they depend on changes."""
    return _kept(magnet, "exchange", _linear_key(magnet), stencil.exchange)


def anisotropy(magnet: Magnet) -> stencil.Stencil:
    """First-order uniaxial anisotropy of the magnet, as long as nothing it depends on changes."""
    return _kept(magnet, "anisotropy", _linear_key(magnet), stencil.anisotropy)


def _stencil(magnet: Magnet, near: bool) -> stencil.Stencil:
    def make(magnet: Magnet) -> stencil.Stencil:
        total = exchange(magnet) + anisotropy(magnet)
        if near and magnet.settings.enable_demag:
            total = total + stencil.near_demag(magnet, full_kernel(magnet))
        return total

    return _kept(magnet, f"stencil {near}", _linear_key(magnet), make)


def _linear_key(magnet: Magnet) -> Hashable:
    settings = magnet.settings
    return (
        magnet.parameters.revision("Aex", "Dind", "Msat", "Ku1", "AnisU", "NoDemagSpins"),
        magnet.exchange_coupling.revision,
        magnet.dmi_coupling.revision,
        magnet.shape_revision,
        settings.open_bc,
        settings.enable_demag,
        settings.demag_accuracy,
    )


def _field_key(magnet: Magnet) -> Hashable:
    return magnet.parameters.revision("B_ext"), magnet.shape_revision, _time_of_added(magnet, "B_ext")


def _current_key(magnet: Magnet) -> Hashable:
    settings = magnet.settings
    return (
        magnet.parameters.revision("J", "Pol", "Lambda", "EpsilonPrime", "FixedLayer", "FreeLayerThickness"),
        magnet.parameters.revision("Msat", "xi"),
        magnet.shape_revision,
        settings.fixed_layer_on_top,
        settings.gamma_ll,
        _time_of_added(magnet, "J"),
    )


def _time_of_added(magnet: Magnet, name: str) -> float | None:
    return magnet.stage_time if any(term.factor is not None for term in magnet.added[name]) else None


def _damping_key(magnet: Magnet) -> Hashable:
    return magnet.parameters.revision("alpha", "frozenspins"), magnet.shape_revision, magnet.settings.precess


def _noise_key(magnet: Magnet) -> Hashable:
    return magnet.parameters.revision("alpha", "Temp", "Msat"), magnet.shape_revision, magnet.settings.gamma_ll


def _higher_key(magnet: Magnet) -> Hashable:
    names = ("Ku2", "AnisU", "Kc1", "Kc2", "Kc3", "AnisC1", "AnisC2", "Msat")
    return magnet.parameters.revision(*names), magnet.shape_revision


def vector_of(magnet: Magnet, name: str) -> np.ndarray:
    """B_ext or J of each cell at the magnet's stage time, with all that was added to it: (3, ny, nx)."""
    field = np.moveaxis(magnet.parameters.get(name)[magnet.region], -1, 0)
    for term in magnet.added[name]:
        field = field + term.at(magnet.stage_time, magnet.mesh.shape)
    return field


def applied_field(magnet: Magnet) -> np.ndarray:
    """B_ext of each cell at the magnet's stage time [T], (3, ny, nx)."""
    return vector_of(magnet, "B_ext")


def has_current(magnet: Magnet) -> bool:
    """Whether any current is set."""
    return bool(magnet.added["J"]) or not magnet.parameters.is_zero("J")


def has_spin_transfer(magnet: Magnet) -> bool:
    """Whether Slonczewski's torque acts."""
    off = magnet.settings.disable_slonczewski or magnet.parameters.is_zero("FixedLayer")
    return has_current(magnet) and not off


def has_zhang_li(magnet: Magnet) -> bool:
    """Whether Zhang and Li's torque acts: the current has a part in the plane."""
    if magnet.settings.disable_zhang_li or not has_current(magnet):
        return False
    return bool(magnet.added["J"]) or bool(magnet.parameters.get("J")[:, :2].any())


def has_higher_anisotropy(magnet: Magnet) -> bool:
    """Whether an anisotropy acts that is not linear in m."""
    return not all(magnet.parameters.is_zero(name) for name in ("Ku2", "Kc1", "Kc2", "Kc3"))


def spin_transfer(magnet: Magnet) -> np.ndarray:
    """Coefficients of Slonczewski's torque, (6, ny, nx); see `Medium`."""
    get = magnet.parameters.get
    region = magnet.region
    thickness = get("FreeLayerThickness")[region]
    thickness = np.where(thickness == 0, magnet.mesh.cz, thickness)
    sign = 1.0 if magnet.settings.fixed_layer_on_top else -1.0
    current = sign * vector_of(magnet, "J")[2]
    beta = HBAR / ELECTRON_CHARGE * current * stencil.per_saturation(magnet) / thickness
    square = get("Lambda")[region] ** 2
    direction = np.moveaxis(stencil.unit_vectors(get("FixedLayer"))[region], -1, 0)
    return np.stack(
        [
            *direction,
            beta * get("Pol")[region] * square / (square + 1),
            (square - 1) / (square + 1),
            beta * get("EpsilonPrime")[region],
        ]
    )


def zhang_li(magnet: Magnet) -> np.ndarray:
    """Coefficients of Zhang and Li's torque, (3, ny, nx); see `Medium`."""
    get = magnet.parameters.get
    region = magnet.region
    xi = get("xi")[region]
    current = vector_of(magnet, "J")
    unit = BOHR_MAGNETON / (2 * ELECTRON_CHARGE * magnet.settings.gamma_ll)
    speed = unit * get("Pol")[region] * stencil.per_saturation(magnet) / (1 + xi * xi)
    return np.stack([speed * current[0] / magnet.mesh.cx, speed * current[1] / magnet.mesh.cy, xi])


def higher_anisotropy(magnet: Magnet) -> np.ndarray:
    """Coefficients of the second-order uniaxial and the cubic anisotropy, (13, ny, nx); see `Medium`."""
    get = magnet.parameters.get
    region = magnet.region
    inverse = stencil.per_saturation(magnet)

    def axis(name: str) -> np.ndarray:
        return np.moveaxis(stencil.unit_vectors(get(name))[region], -1, 0)

    strengths = [(factor * get(name)[region] * inverse) for name, factor in (("Kc1", 2), ("Kc2", 2), ("Kc3", 4))]
    second = 4 * get("Ku2")[region] * inverse
    return np.stack([second, *axis("AnisU"), *strengths, *axis("AnisC1"), *axis("AnisC2")])


def thermal_strength(magnet: Magnet) -> np.ndarray:
    """Factor of the integers of `unit_noise` that gives the thermal field times the root of the step [T s^1/2]."""
    get = magnet.parameters.get
    region = magnet.region
    square = 2 * BOLTZMANN * get("alpha")[region] * get("Temp")[region] * stencil.per_saturation(magnet)
    return UNIFORM_SCALE * np.sqrt(square / (magnet.settings.gamma_ll * magnet.mesh.cell_volume))[None]


def _damping(magnet: Magnet) -> np.ndarray:
    """Factors of precession and damping for the effective field and for the spin torques' field, (4, ny, nx)."""
    alpha = magnet.parameters.get("alpha")[magnet.region]
    free = np.where(magnet.parameters.get("frozenspins")[magnet.region] == 0, 1.0, 0.0)
    precession = free / (1 + alpha * alpha)
    if magnet.settings.precess:
        return np.stack([precession, precession * alpha, precession, precession * alpha])
    return np.stack([np.zeros_like(free), free, precession, precession * alpha])
