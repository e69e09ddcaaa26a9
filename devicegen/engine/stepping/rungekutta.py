"""Runge-Kutta steps of any of MuMax3's methods, fixed or adaptive, with its control of the step."""

from __future__ import annotations

import math

import numpy as np

from devicegen.engine.fields import convolution, medium
from devicegen.engine.fields.layout import HALO, Layout
from devicegen.engine.magnet import Magnet
from devicegen.engine.stepping import kernels
from devicegen.engine.stepping.failures import not_a_number, not_finite, step_too_small
from devicegen.engine.stepping.tableaus import EULER, TABLEAUS, Tableau

SMALLEST_STEP_S = 1e-22
"""Below this no step is tried: no magnet moves that fast, and sums with t would not change."""


class Stepper:
    """Takes steps with one magnet; holds its packed magnetization until `finish` gives it back.

    noisy : whether the thermal field acts
    """

    def __init__(self, magnet: Magnet, noisy: bool = True) -> None:
        settings = magnet.settings
        if settings.solver not in TABLEAUS:
            raise ValueError(f"solvers are 1 to 6, found {settings.solver}")
        self.magnet = magnet
        self.tableau: Tableau = TABLEAUS[settings.solver]
        self.layout = Layout(magnet.mesh.nx, magnet.mesh.ny, 1)
        self.noisy = noisy and not magnet.parameters.is_zero("Temp")
        self.m = self.layout.pack([magnet.m])
        self.trial = np.zeros_like(self.m)
        self.slopes = np.zeros((self.tableau.stages, len(self.m)), dtype=np.float32)
        self.far = convolution.far_field_buffer(self.layout)
        self.demag = medium.demag(magnet, self.layout, without_near=False)
        self.weight = medium.demag_weight([magnet], self.layout)
        self.density = np.zeros(self.layout.size, dtype=np.float32)
        self.first_is_known = False
        self.medium = self._medium_at(magnet.t)

    def finish(self) -> None:
        """Give the magnetization back to the magnet."""
        (self.magnet.m,) = self.layout.unpack(self.m, 1)
        self.magnet.drop_far_demag()
        self.magnet.follow_time(self.magnet.t)

    def fixed_step(self) -> None:
        """Take one step of `settings.fix_dt`."""
        magnet = self.magnet
        dt = magnet.settings.fix_dt
        self._evaluate(dt)
        error = kernels.longest(self.slopes, self.tableau.error)
        self._accept(dt, error * dt * magnet.settings.gamma_ll)

    def adaptive_step(self, t_end: float) -> None:
        """Take one step that keeps the error below `settings.max_err`, and does not cross `t_end`."""
        magnet, settings = self.magnet, self.magnet.settings
        if magnet.t < t_end < magnet.t + settings.dt:
            settings.dt = t_end - magnet.t
        if settings.solver == EULER:
            self._euler_step()
            return
        while True:
            dt = settings.dt
            self._evaluate(dt)
            error = kernels.longest(self.slopes, self.tableau.error)
            error *= dt * settings.gamma_ll
            if error < settings.max_err or dt <= settings.min_dt:
                self._accept(dt, error)
                self._adapt(error, self.tableau.order, t_end)
                return
            magnet.n_undone += 1
            self.first_is_known = self.tableau.last_is_first and not self.noisy
            if not math.isfinite(error):
                self._check_slope()
            self._adapt(error, self.tableau.order + 1, t_end)
            if settings.dt < SMALLEST_STEP_S:
                raise step_too_small(magnet, settings.dt, self._worst_cell())

    def torque_norm(self) -> tuple[float, float]:
        """Largest length, and sum of squares, of the torque at the present m [T, T²]."""
        if not self.first_is_known:
            self._slope(0, self.m, self.magnet.t)
        largest = kernels.longest(self.slopes[:1], np.ones(1, dtype=np.float32))
        return largest, kernels.dot(self.slopes[0], self.slopes[0])

    def energy(self) -> float:
        """Total energy at the present m [J], without the thermal field's."""
        if medium.has_higher_anisotropy(self.magnet):
            self.finish()
            return self.magnet.energy("E_total")
        kernels.energy_density(
            self.medium,
            self.demag,
            self.magnet.settings.enable_demag,
            self.weight,
            medium.saturation(self.magnet, self.layout),
            self.m,
            self.far,
            self.density,
        )
        return float(self.density.sum(dtype=np.float64)) * self.magnet.mesh.cell_volume

    def torque_at(self, m: np.ndarray) -> np.ndarray:
        """The torque [T] of a packed magnetization now, packed; fails if it is NaN."""
        self._slope(0, m, self.magnet.t)
        self._check_slope()
        return self.slopes[0]

    def _euler_step(self) -> None:
        """MuMax3's Euler takes the step in which no cell moves by more than MaxErr."""
        settings = self.magnet.settings
        self._slope(0, self.m, self.magnet.t)
        largest = kernels.longest(self.slopes, self.tableau.error)
        if largest > 0:
            settings.dt = settings.max_err / (largest * settings.gamma_ll)
        self.first_is_known = not self.noisy
        self._evaluate(settings.dt)
        self._accept(settings.dt, largest * settings.dt * settings.gamma_ll)

    def _evaluate(self, dt: float) -> None:
        """Fill the slopes of one step of length `dt`."""
        magnet, tableau = self.magnet, self.tableau
        first = 1 if self.first_is_known else 0
        h = np.float32(dt * magnet.settings.gamma_ll)
        magnet.n_evaluations += tableau.stages - first
        if not magnet.is_live:
            kernels.stages(
                self.medium,
                self.demag,
                magnet.settings.enable_demag,
                self.weight,
                self.m,
                self.trial,
                self.slopes,
                self.far,
                tableau.rows,
                first,
                h,
                tableau.normalise_stages,
                self._noise_step,
                self._inverse_root(dt),
            )
            return
        for s in range(first, tableau.stages):
            if s == 0:
                self.trial[:] = self.m
            else:
                kernels.combine(self.m, self.slopes, tableau.rows[s, :s], h, tableau.normalise_stages, self.trial)
            self._slope(s, self.trial, magnet.t + tableau.nodes[s] * dt, dt)

    def _slope(self, stage: int, m: np.ndarray, time_s: float, dt: float | None = None) -> None:
        """Evaluate the torque of m at a time into one slope."""
        if self.magnet.is_live:
            self.medium = self._medium_at(time_s)
        kernels.torque(
            self.medium,
            self.demag,
            self.magnet.settings.enable_demag,
            self.weight,
            m,
            self.far,
            self._noise_step,
            self._inverse_root(self.magnet.settings.dt if dt is None else dt),
            self.slopes[stage],
        )

    def _accept(self, dt: float, error: float) -> None:
        magnet, tableau = self.magnet, self.tableau
        h = np.float32(dt * magnet.settings.gamma_ll)
        if tableau.last_is_first:
            self.m, self.trial = self.trial, self.m
            self.slopes[0] = self.slopes[-1]
        else:
            kernels.combine(self.m, self.slopes, tableau.result, h, True, self.m)
        self.first_is_known = tableau.last_is_first and not self.noisy
        magnet.t += dt
        magnet.n_steps += 1
        magnet.settings.dt = dt
        magnet.last_err = error
        magnet.peak_err = max(magnet.peak_err, error)
        if not math.isfinite(error):
            raise not_a_number(magnet, self._first_broken(), dt)

    def _adapt(self, error: float, order: int, t_end: float) -> None:
        """The next step's length from this step's error, within a factor 0.5 … 2 and the user's limits."""
        settings = self.magnet.settings
        if error == 0:
            factor = 2.0
        elif math.isfinite(error):
            factor = min(max(settings.headroom * (settings.max_err / error) ** (1 / order), 0.5), 2.0)
        else:
            factor = 0.5
        dt = settings.dt * factor
        if settings.min_dt != 0:
            dt = max(dt, settings.min_dt)
        if settings.max_dt != 0:
            dt = min(dt, settings.max_dt)
        if self.magnet.t < t_end < self.magnet.t + dt:
            dt = t_end - self.magnet.t
        settings.dt = dt

    def _check_slope(self) -> None:
        """Fail if the torque is NaN before any step is taken: no shorter step can help."""
        if not np.isfinite(self.slopes[0]).all():
            raise not_a_number(self.magnet, self._first_broken(), self.magnet.settings.dt)

    def _first_broken(self) -> np.ndarray:
        """The first slope that is not finite, (3, ny, nx): there the trouble began, before it spread."""
        for packed in self.slopes:
            (slope,) = self.layout.unpack(packed, 1)
            if not_finite(slope).any():
                return slope
        (m,) = self.layout.unpack(self.trial, 1)
        return m

    def _medium_at(self, time_s: float):
        self.magnet.follow_time(time_s)
        self.medium_step = self.magnet.n_steps
        return medium.build([self.magnet], self.layout, near=False, noisy=self.noisy)

    @property
    def _noise_step(self) -> int:
        """Steps since the medium, which knows the number of its first step, was built."""
        return self.magnet.n_steps - self.medium_step

    def _inverse_root(self, dt: float) -> np.float32:
        return np.float32(1 / math.sqrt(dt))

    def _worst_cell(self) -> tuple[int, int]:
        """(ix, iy) of the cell with the largest error."""
        iy, ix = divmod(int(kernels.place_of_longest(self.slopes, self.tableau.error)), self.layout.row)
        return ix - HALO, iy - 1
