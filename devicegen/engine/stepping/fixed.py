"""Fixed-step Heun runs, for one magnet or for several that go side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.fields import convolution, medium
from devicegen.engine.fields.layout import Layout
from devicegen.engine.fields.simd import LANES
from devicegen.engine.magnet import Magnet
from devicegen.engine.stepping.failures import not_a_number
from devicegen.engine.stepping.heun import heun_steps


def can_use_heun_loop(magnet: Magnet) -> bool:
    """Whether fixed Heun steps of this magnet need nothing that the compiled loop lacks."""
    settings = magnet.settings
    return settings.solver == 2 and settings.precess and not magnet.is_live and not medium.has_higher_anisotropy(magnet)


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
    hold = settings.demag_refresh if settings.enable_demag else 1
    layout = Layout(first.mesh.nx, first.mesh.ny, 1 if len(magnets) == 1 else LANES)
    p = medium.build(magnets, layout, hold, noisy=True)
    demag = medium.demag(first, layout, hold)
    weight = medium.demag_weight(magnets, layout)
    m = layout.pack([magnet.m for magnet in magnets])
    far = convolution.far_field_buffer(layout)
    stage = first_stage(first, hold)
    if stage % hold != 0:
        convolution.put_far_field(layout, far, [_held(magnet) for magnet in magnets])
    broken = np.zeros(LANES, dtype=np.float32)
    taken = heun_steps(
        p,
        demag,
        settings.enable_demag,
        weight,
        m,
        np.zeros_like(m),
        far,
        n,
        np.float32(dt * settings.gamma_ll),
        dt,
        first.n_steps - first.noise_offset,
        hold,
        stage,
        broken,
    )
    fields = layout.unpack(m.reshape(3, -1), len(magnets))
    held = convolution.get_far_field(layout, far, len(magnets)) if hold > 1 else [None] * len(magnets)
    failures: list[RunTimeFailure | None] = []
    for lane, magnet in enumerate(magnets):
        for _ in range(taken):
            magnet.t += dt
        magnet.n_steps += taken
        magnet.n_evaluations += 2 * taken
        magnet.settings.dt = dt
        magnet.m = fields[lane]
        magnet.far_demag = held[lane]
        failures.append(None if np.isfinite(fields[lane]).all() else not_a_number(magnet, fields[lane], dt))
    return taken, failures


def first_stage(magnet: Magnet, hold: int) -> int:
    """Stages since the far field was last due, 0 if it is due now or none is held."""
    return 0 if magnet.far_demag is None else 2 * magnet.n_steps % hold


def _held(magnet: Magnet) -> np.ndarray:
    assert magnet.far_demag is not None
    return magnet.far_demag
