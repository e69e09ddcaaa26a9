"""One ferromagnetic layer: everything a simulation knows, without scripts or files.

The magnet holds the plain arrays (row 0 is the lowest y, x runs fastest); the compiled kernels work on
packed copies made for the length of one request (`devicegen.engine.fields.layout`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devicegen.engine.fields.constants import GAMMA_LL
from devicegen.engine.fields.coupling import CouplingTable
from devicegen.engine.fields.parameters import AddedField, ParameterTable, Value

VECTOR_FIELDS = ("B_ext", "J")


@dataclass(frozen=True)
class Mesh:
    """A grid of nx × ny cells in one layer, with the cell's edges in metres and the repeats of each periodic side."""

    nx: int
    ny: int
    nz: int
    cx: float
    cy: float
    cz: float
    pbc_x: int = 0
    pbc_y: int = 0

    def __post_init__(self) -> None:
        if self.nz != 1:
            raise ValueError(f"the embedded engine has one layer of cells: nz must be 1, found {self.nz}")
        if self.nx < 1 or self.ny < 1:
            raise ValueError(f"a mesh needs at least one cell along x and y, found {self.nx} x {self.ny}")
        if min(self.cx, self.cy, self.cz) <= 0:
            raise ValueError(f"cell edges must be above 0, found {self.cx} x {self.cy} x {self.cz} m")
        if self.pbc_x < 0 or self.pbc_y < 0:
            raise ValueError(f"periodic repeats must not be negative, found {self.pbc_x}, {self.pbc_y}")

    @property
    def shape(self) -> tuple[int, int]:
        """(ny, nx), the shape of a scalar field."""
        return self.ny, self.nx

    @property
    def cell_volume(self) -> float:
        """Volume of one cell [m³]."""
        return self.cx * self.cy * self.cz


@dataclass
class SolverSettings:
    """What a script may change about the solver; the defaults are MuMax3's.

    `demag_refresh` is this engine's own: 1 evaluates the whole demagnetizing field at every stage; with k > 1,
    fixed-step Heun evaluates the far part of it once in k stages and extrapolates it linearly in between, while
    each cell's own term and those of its four neighbours follow at every stage. The other solvers always
    evaluate the whole field.
    """

    solver: int = 5
    fix_dt: float = 0.0
    max_dt: float = 0.0
    min_dt: float = 0.0
    max_err: float = 1e-5
    headroom: float = 0.8
    dt: float = 1e-15
    demag_accuracy: float = 6.0
    precess: bool = True
    enable_demag: bool = True
    open_bc: bool = False
    disable_zhang_li: bool = False
    disable_slonczewski: bool = False
    fixed_layer_on_top: bool = True
    gamma_ll: float = GAMMA_LL
    minimizer_stop: float = 1e-6
    minimizer_samples: int = 10
    relax_torque_threshold: float = -1.0
    edge_smooth: int = 0
    demag_refresh: int = 1


class Magnet:
    """The state of one simulation.

    mesh     : the grid; one layer
    kernel_cache : folder where demagnetizing kernels are kept between runs; None keeps none
    """

    def __init__(self, mesh: Mesh, kernel_cache: Path | None = None) -> None:
        self.mesh = mesh
        self.kernel_cache = kernel_cache
        self.settings = SolverSettings()
        self.parameters = ParameterTable()
        self.exchange_coupling = CouplingTable("Aex")
        self.dmi_coupling = CouplingTable("Dind")
        self.live: dict[str, dict[int | None, Callable[[float], Value]]] = {}
        self.added: dict[str, list[AddedField]] = {name: [] for name in VECTOR_FIELDS}
        self.fill = np.ones(mesh.shape, dtype=np.float32)
        self.region = np.zeros(mesh.shape, dtype=np.uint8)
        self.t = 0.0
        self.n_steps = 0
        self.n_undone = 0
        self.n_evaluations = 0
        self.last_err = 0.0
        self.peak_err = 0.0
        self.relaxing = False
        self.shape_revision = 0
        self.far_demag: np.ndarray | None = None
        self.far_age = 0
        self.coefficients: dict[str, tuple] = {}
        self.stage_time = 0.0
        self.seed = 0
        self.noise_offset = 0
        random = np.random.Generator(np.random.PCG64(0)).standard_normal((3, *mesh.shape))
        self.m = np.zeros((3, *mesh.shape), dtype=np.float32)
        self.set_m(random)

    def set_geometry(self, fill: np.ndarray) -> None:
        """Set the filled fraction of each cell, (ny, nx) within 0..1; the magnetization outside becomes 0."""
        fill = np.asarray(fill, dtype=np.float32)
        if fill.shape != self.mesh.shape:
            raise ValueError(f"the geometry must have shape {self.mesh.shape} (ny, nx), found {fill.shape}")
        if not (np.isfinite(fill).all() and fill.min() >= 0 and fill.max() <= 1):
            raise ValueError("the geometry's filled fractions must lie within 0..1")
        newly_magnetic = (fill > 0) & (self.fill == 0)
        self.fill = fill.copy()
        self.shape_revision += 1
        m = self.m.copy()
        random = np.random.Generator(np.random.PCG64(0)).standard_normal((3, *self.mesh.shape))
        m[:, newly_magnetic] = random[:, newly_magnetic]
        self.set_m(m)

    def set_regions(self, region: np.ndarray) -> None:
        """Set the region number of each cell, (ny, nx) within 0..255."""
        region = np.asarray(region)
        if region.shape != self.mesh.shape:
            raise ValueError(f"the regions must have shape {self.mesh.shape} (ny, nx), found {region.shape}")
        self.region = region.astype(np.uint8)
        self.shape_revision += 1

    def set_m(self, m: np.ndarray) -> None:
        """Set the magnetization, (3, ny, nx); it is normalised, and 0 wherever the geometry is empty."""
        m = np.asarray(m, dtype=np.float64)
        if m.shape != (3, *self.mesh.shape):
            raise ValueError(f"m must have shape {(3, *self.mesh.shape)}, found {m.shape}")
        length = np.sqrt((m * m).sum(axis=0))
        scale = np.divide(1.0, length, out=np.zeros_like(length), where=(length > 0) & (self.fill > 0))
        self.m = (m * scale).astype(np.float32)
        self.drop_far_demag()

    def hold_far_demag(self, field: np.ndarray | None, age: int) -> None:
        """Keep the far demagnetizing field and its change a step, (2, 3, ny, nx), that have served for `age` steps."""
        self.far_demag, self.far_age = (field, age) if field is not None else (None, 0)

    def drop_far_demag(self) -> None:
        """Forget the far field, so that the next stage evaluates it."""
        self.hold_far_demag(None, 0)

    def set_parameter(self, name: str, value: Value, region: int | None = None) -> None:
        """Set a parameter (MuMax3's spelling) in one region, or in all (None); a time-dependence there ends."""
        self.parameters.set(name, value, region)
        if region is None:
            self.live.pop(name, None)
        else:
            self.live.get(name, {}).pop(region, None)

    def get_parameter(self, name: str) -> np.ndarray:
        """Present values of a parameter: (256,) for a scalar, (256, 3) for a vector."""
        self.follow_time(self.t)
        return self.parameters.get(name)

    def set_live(self, name: str, value: Callable[[float], Value], region: int | None = None) -> None:
        """Make a parameter follow `value(t)` in one region, or in all (None)."""
        if region is None:
            self.live[name] = {None: value}
        else:
            self.live.setdefault(name, {})[region] = value
        self.follow_time(self.t)

    def follow_time(self, time_s: float) -> None:
        """Give every time-dependent parameter and added field its value at `time_s`."""
        self.stage_time = time_s
        for name, functions in self.live.items():
            for region, function in functions.items():
                self.parameters.set(name, function(time_s), region)

    @property
    def is_live(self) -> bool:
        """Whether any parameter or added field depends on time."""
        return any(self.live.values()) or any(
            term.factor is not None for terms in self.added.values() for term in terms
        )

    def add_field(
        self,
        mask: np.ndarray | None,
        factor: Callable[[float], Value] | None = None,
        name: str = "B_ext",
    ) -> None:
        """Add mask (3, ny, nx) × factor(t) to B_ext [T] or J [A/m²]; a mask of None means everywhere."""
        if name not in self.added:
            raise ValueError(f"a field can be added to B_ext and J, found {name}")
        if mask is not None and np.shape(mask) != (3, *self.mesh.shape):
            raise ValueError(f"the mask must have shape {(3, *self.mesh.shape)}, found {np.shape(mask)}")
        self.added[name].append(AddedField(mask, factor))
        self.shape_revision += 1

    def remove_added_fields(self, name: str) -> None:
        """Take back every term that `add_field` gave to B_ext or J."""
        self.added[name].clear()
        self.shape_revision += 1

    def thermal_seed(self, seed: int) -> None:
        """Start the thermal noise afresh from `seed`: the same seed and steps give the same noise."""
        self.seed = int(seed)
        self.noise_offset = self.n_steps

    def quantity(self, name: str) -> np.ndarray:
        """The field `name` now, (components, ny, nx); see `devicegen.engine.fields.quantities.FIELDS`."""
        from devicegen.engine.fields.quantities import evaluate

        return evaluate(self, name)

    def energy(self, name: str) -> float:
        """The energy `name` now [J]: E_total, E_exch, E_demag, E_anis, E_Zeeman or E_therm."""
        from devicegen.engine.fields.quantities import energy

        return energy(self, name)

    def average(self, name: str) -> np.ndarray:
        """Average of a field, (components,) float64: m over the magnet (weighted by fill), others over the box."""
        field = self.quantity(name).astype(np.float64)
        if name == "m":
            weight = self.fill.astype(np.float64)
            return (field * weight).sum(axis=(1, 2)) / max(weight.sum(), 1e-300)
        return field.mean(axis=(1, 2))

    def torque_now(self) -> float:
        """Largest length of the torque over all cells now [T]."""
        torque = self.quantity("torque").astype(np.float64)
        return float(np.sqrt((torque * torque).sum(axis=0).max()))
