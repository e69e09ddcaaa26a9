"""Fixed-step Heun runs, for one magnet or for several that go side by side."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.fields import convolution, medium
from devicegen.engine.fields.layout import Layout
from devicegen.engine.fields.simd import LANES
from devicegen.engine.magnet import Magnet
from devicegen.engine.stepping.failures import not_a_number, not_finite
from devicegen.engine.stepping.heun import heun_steps

SMALLEST_COMPANY = 12
"""Fewer magnets than this are faster one after the other: lanes without an instance cost as much as the others."""

LARGEST_EXACT_GRID, LARGEST_REFRESHED_GRID = 600, 100
"""Cells up to which sixteen magnets side by side are faster than one after the other (measured; see `company_key`)."""


def can_use_heun_loop(magnet: Magnet) -> bool:
    """Whether fixed Heun steps of this magnet need nothing that the compiled loop lacks."""
    settings = magnet.settings
    return settings.solver == 2 and settings.precess and not magnet.is_live and not medium.has_higher_anisotropy(magnet)


def refresh_period(magnet: Magnet) -> int:
    """Steps for which an evaluation of the far demagnetizing field serves; 0 if the whole field is evaluated always."""
    stages = magnet.settings.demag_refresh if magnet.settings.enable_demag else 1
    if stages < 1:
        raise ValueError(f"demag_refresh must be at least 1, found {stages}")
    return 0 if stages == 1 else -(-stages // 2)


def company_key(magnet: Magnet) -> Hashable | None:
    """What magnets must have in common to go side by side; None if this one goes alone.

    The kernels fill their vectors with sixteen cells of one magnet as well as with one cell of sixteen magnets.
    Side by side spares small grids the padding of rows and the transposing around the transforms; a large grid
    is better off alone, because then all of it stays in the processor's nearer cache.
    """
    settings, mesh = magnet.settings, magnet.mesh
    largest = LARGEST_EXACT_GRID if refresh_period(magnet) == 0 else LARGEST_REFRESHED_GRID
    if not can_use_heun_loop(magnet) or mesh.pbc_x or mesh.pbc_y or mesh.nx * mesh.ny > largest:
        return None
    if not magnet.parameters.is_zero("NoDemagSpins"):  # their places are those of one magnet
        return None
    return (
        mesh,
        settings.fix_dt,
        settings.gamma_ll,
        settings.enable_demag,
        settings.demag_accuracy,
        refresh_period(magnet),
        magnet.far_age,
        magnet.far_demag is None,
    )


def heun(magnets: Sequence[Magnet], n: int) -> list[RunTimeFailure | None]:
    """Take `n` fixed Heun steps with magnets of one mesh and equal settings; returns what broke, or None, for each."""
    failures: list[RunTimeFailure | None] = [None] * len(magnets)
    going = list(range(len(magnets)))
    left = n
    while left and going:
        taken, broken = _advance([magnets[i] for i in going], left)
        left -= taken
        for i, failure in zip(tuple(going), broken, strict=True):
            if failure is not None:
                failures[i] = failure
                going.remove(i)
    return failures


def _advance(magnets: Sequence[Magnet], n: int) -> tuple[int, list[RunTimeFailure | None]]:
    """As many of `n` steps as go well for all; returns their number and what broke."""
    first = magnets[0]
    settings = first.settings
    for magnet in magnets:
        magnet.follow_time(magnet.t)
    dt = settings.fix_dt
    period = refresh_period(first)
    layout = Layout(first.mesh.nx, first.mesh.ny, 1 if len(magnets) == 1 else LANES)
    p = medium.build(magnets, layout, period > 0, noisy=True)
    demag = medium.demag(first, layout, period > 0)
    weight = medium.demag_weight(magnets, layout)
    m = layout.pack([magnet.m for magnet in magnets])
    far = np.stack([convolution.far_field_buffer(layout)] * 3)
    has_past = first.far_demag is not None
    if has_past:
        for part in range(2):
            held = [magnet.far_demag[part] for magnet in magnets if magnet.far_demag is not None]
            convolution.put_far_field(layout, far[part], held)
    ahead = np.zeros_like(m)
    errors = np.zeros((2, LANES), dtype=np.float32)
    taken, went_well = heun_steps(
        p,
        demag,
        settings.enable_demag,
        weight,
        m,
        ahead,
        far,
        n,
        np.float32(dt * settings.gamma_ll),
        dt,
        period,
        first.far_age,
        has_past,
        errors,
        np.zeros(LANES, dtype=np.float32),
    )
    fields = layout.unpack(m, len(magnets))
    if len(magnets) == 1:
        errors = errors.max(axis=1, keepdims=True)
    last, worst = 2 * np.sqrt(errors.astype(np.float64))
    held = [convolution.get_far_field(layout, far[part], len(magnets)) for part in range(2)]
    for lane, magnet in enumerate(magnets):
        for _ in range(taken):
            magnet.t += dt
        magnet.n_steps += taken
        magnet.n_evaluations += 2 * taken
        magnet.settings.dt = dt
        magnet.m = fields[lane]
        if taken == 0:
            continue
        magnet.last_err = float(last[lane])
        magnet.peak_err = max(magnet.peak_err, float(worst[lane]))
        if period > 0:
            magnet.hold_far_demag(np.stack([part[lane] for part in held]), (magnet.far_age + taken) % period)
    if went_well:
        return taken, [None] * len(magnets)
    ends = layout.unpack(ahead, len(magnets))
    return taken, [
        not_a_number(magnet, end, dt) if not_finite(end).any() else None
        for magnet, end in zip(magnets, ends, strict=True)
    ]
