"""Everything that can be chosen about the racetrack, validated once, with units and sources.

A block of the configuration is a preset's name and what differs from it::

    preset: quick
    torque: {spin_hall_angle: 0.1}

Tags in the descriptions: [M] stated by Al Misba 2022; "assumed" means that the paper gives no value.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from devicegen.errors import ConfigError
from devicegen.racetrack import checks
from devicegen.racetrack.presets import PRESETS

PresetName = Literal["quick", "almisba2022"]


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Geometry(_Block):
    """The magnetic strip and the cells that it is cut into."""

    length_m: float = Field(
        default=600e-9, gt=0, description="Length of the track along x, the way of the wall [m]. [M]"
    )
    width_m: float = Field(default=60e-9, gt=0, description="Width of the track along y, before roughness [m]. [M]")
    thickness_m: float = Field(default=1e-9, gt=0, description="Thickness of the magnetic layer, one cell [m]. [M]")
    cell_x_m: float = Field(default=2e-9, gt=0, description="Cell size along x [m]; assumed, the paper names none.")
    cell_y_m: float = Field(default=2e-9, gt=0, description="Cell size along y [m]; assumed, the paper names none.")


class Notches(_Block):
    """Pairs of notches, one in each edge, that pin the wall."""

    first_m: float = Field(
        default=60e-9,
        gt=0,
        description="Distance of the first notch, where the wall starts, from the left end [m]. [M]",
    )
    pitch_m: float = Field(default=75e-9, gt=0, description="Distance between neighbouring notches [m]. [M]")
    depth_m: float = Field(
        default=7e-9, ge=0, description="Depth of a notch, on each side [m]; assumed, a calibration knob (4 to 10 nm)."
    )
    width_m: float = Field(default=20e-9, gt=0, description="Opening of a notch along x, at the edge [m]; assumed.")
    shape: Literal["triangular", "rectangular", "elliptic"] = Field(
        default="triangular", description="Outline of a notch; assumed, the paper's figure shows pointed ones."
    )


class Roughness(_Block):
    """Edge roughness, drawn for each edge on its own."""

    kind: Literal["correlated", "cells"] = Field(
        default="correlated",
        description="correlated: a Gaussian height with a correlation length, cut to cells (assumed); "
        "cells: single cells added or removed at random, without correlation, as the paper words it.",
    )
    rms_m: float = Field(default=2e-9, ge=0, description="Root-mean-square height of an edge [m]. [M]")
    correlation_length_m: float = Field(
        default=15e-9,
        gt=0,
        description="Distance at which the correlation of the height has fallen to 1/e [m]; assumed (10 to 20 nm).",
    )


class Material(_Block):
    """The magnetic layer, but for its anisotropy, which selects the state."""

    saturation_magnetization_A_m: float = Field(
        default=1e6,
        gt=0,
        description="Saturation magnetization Ms [A/m]; assumed (1.1e6 leaves Ku = 7e5 in the plane).",
    )
    exchange_J_m: float = Field(default=2e-11, gt=0, description="Exchange stiffness A [J/m]; assumed.")
    dmi_J_m2: float = Field(default=0.6e-3, description="Interfacial Dzyaloshinskii-Moriya constant D [J/m2]; assumed.")
    damping: float = Field(
        default=0.02, gt=0, le=1, description="Gilbert damping alpha; assumed, a calibration knob (0.1 stops the wall)."
    )


class SpinOrbitTorque(_Block):
    """The current in the heavy metal below the track."""

    current_density_A_m2: float = Field(
        default=35e10, gt=0, description="Current density in the heavy metal [A/m2]. [M]"
    )
    spin_hall_angle: float = Field(
        default=0.12, gt=0, le=1, description="Spin-Hall angle of the damping-like torque; assumed, a calibration knob."
    )
    field_like_ratio: float = Field(
        default=0.0,
        ge=-5,
        le=5,
        description="Field-like over damping-like torque; positive: a field along FixedLayer; assumed, a knob.",
    )


class State(_Block):
    """One programmable state: the anisotropy that selects it and the weight that it stands for."""

    ku_J_m3: float = Field(gt=0, description="Uniaxial perpendicular anisotropy Ku during the write [J/m3]. [M]")
    target: float = Field(ge=-1, le=1, description="Weight that the state stands for, in [-1, 1]. [M]")


class Protocol(_Block):
    """One programming event in time, after a relaxation at 0 K."""

    thermalise_s: float = Field(default=0.5e-9, gt=0, description="Time at temperature before the pulse [s]; assumed.")
    pulse_s: float = Field(default=1e-9, gt=0, description="Length of the current pulse [s]. [M]")
    rest_s: float = Field(
        default=12e-9,
        gt=0,
        description="Time without current after the pulse [s]; assumed (most of the way is coasting).",
    )
    temperature_K: float = Field(default=300.0, ge=0, description="Temperature [K]. [M]")
    time_step_s: float = Field(
        default=25e-15, gt=0, description="Fixed step of the Heun solver [s]; its limit grows with the cell area."
    )
    ku_after_pulse: Literal["held", "restored"] = Field(
        default="held",
        description="Whether Ku stays after the pulse or returns to restored_ku_J_m3; assumed: held fits the paper.",
    )
    restored_ku_J_m3: float = Field(
        default=7.5e5,
        gt=0,
        description="Ku without a control voltage [J/m3]; used if ku_after_pulse is restored; assumed.",
    )
    far_demag_hold_s: float = Field(
        default=0.0,
        ge=0,
        description="Time for which the embedded engine holds the far part of the demagnetizing field; 0: never [s]. "
        "Near cells follow at every stage. Saves most of the time; MuMax3 has no such thing and ignores it; assumed.",
    )
    table_period_s: float = Field(default=50e-12, gt=0, description="Period of the rows of table.txt [s].")

    @property
    def total_s(self) -> float:
        """Simulated time of one event [s]."""
        return self.thermalise_s + self.pulse_s + self.rest_s


class Junction(_Block):
    """The magnetic tunnel junction that reads the track (Al Misba 2022, eq. 1)."""

    g_max_S: float = Field(
        default=1e-4, gt=0, description="Conductance with the whole track parallel [S]; assumed, 10 kOhm."
    )
    on_off_ratio: float = Field(
        default=7.0, gt=1, description="Largest over smallest conductance; the paper's 7:1. [M]"
    )

    @property
    def g_min_S(self) -> float:
        """Conductance with the whole track antiparallel [S]."""
        return self.g_max_S / self.on_off_ratio


class WriteCircuit(_Block):
    """What one write charges and heats; the numbers behind the paper's energy."""

    piezo_permittivity: float = Field(
        default=3000.0, gt=0, description="Relative permittivity of the piezoelectric. [M]"
    )
    piezo_thickness_m: float = Field(
        default=60e-9, gt=0, description="Thickness of the piezoelectric below the track [m]. [M]"
    )
    electrodes: int = Field(default=2, ge=1, description="Electrodes charged in one write. [M]")
    control_voltage_V: float = Field(default=0.18, ge=0, description="Largest control voltage [V]. [M]")
    metal_thickness_m: float = Field(default=5e-9, gt=0, description="Thickness of the heavy metal [m]. [M]")
    metal_resistivity_Ohm_m: float = Field(
        default=100e-9, gt=0, description="Resistivity of the heavy metal [Ohm m]. [M]"
    )


class RacetrackConfig(_Block):
    """A simulated racetrack device: a preset and what differs from it."""

    preset: PresetName = Field(default="quick", description="Values that the block starts from: quick or almisba2022.")
    geometry: Geometry = Geometry()
    notches: Notches = Notches()
    roughness: Roughness = Roughness()
    material: Material = Material()
    torque: SpinOrbitTorque = SpinOrbitTorque()
    states: Annotated[tuple[State, ...], Field(min_length=2, description="The states, by increasing target. [M]")]
    protocol: Protocol = Protocol()
    instances: int = Field(ge=1, description="Racetracks simulated for each state; the paper has 250. [M]")
    instances_per_batch: int = Field(
        default=8, ge=1, description="Instances in one job; they share one engine process."
    )
    engine: str = Field(default="auto", min_length=1, description="auto, mumax3, embedded, or the path of a program.")
    timeout_s: float = Field(gt=0, description="Longest wall time of one instance alone [s]; n in a queue may take n.")
    expelled_wall: Literal["sample", "dropped"] = Field(
        default="sample",
        description="A wall driven out of an end counts as a sample of +1 (-1 on the left), or is dropped; assumed.",
    )
    tolerance: float = Field(
        default=0.15, gt=0, le=1, description="A write succeeds within this of its target weight. [M]"
    )
    junction: Junction = Junction()
    write_circuit: WriteCircuit = WriteCircuit()

    @model_validator(mode="before")
    @classmethod
    def _start_from_preset(cls, block: Any) -> Any:
        if not isinstance(block, Mapping):
            return block
        name = block.get("preset", "quick")
        known = isinstance(name, str) and name in PRESETS  # if not, the field's own check says so
        return deep_merge(PRESETS[name if known else "quick"], {**block, "preset": name})

    @model_validator(mode="after")
    def _makes_sense(self) -> RacetrackConfig:
        for complaint in checks.refusals(self):
            raise ValueError(complaint)
        return self

    @property
    def track_rows(self) -> int:
        """Rows of cells that the track may fill: its width, and two rms of roughness on each side."""
        margin = math.ceil(2 * self.roughness.rms_m / self.geometry.cell_y_m - 1e-9)
        return round(self.geometry.width_m / self.geometry.cell_y_m) + 2 * margin

    @property
    def grid(self) -> tuple[int, int]:
        """(columns, rows) of the grid: the rows of the track, and empty ones above it.

        The empty ones bring the number of rows to one without prime factors above 7: Fourier transforms of
        other lengths are slow, on the GPU as on the CPU.
        """
        rows = self.track_rows
        while not _has_small_factors(rows):
            rows += 1
        return round(self.geometry.length_m / self.geometry.cell_x_m), rows

    @property
    def notch_positions_m(self) -> tuple[float, ...]:
        """Centres of the notches from the left end [m]; the last keeps half a pitch from the right end."""
        last = self.geometry.length_m - self.notches.pitch_m / 2
        count = 1 + max(0, math.floor((last - self.notches.first_m) / self.notches.pitch_m + 1e-9))
        return tuple(self.notches.first_m + k * self.notches.pitch_m for k in range(count))


def _has_small_factors(number: int) -> bool:
    for prime in (2, 3, 5, 7):
        while number % prime == 0:
            number //= prime
    return number == 1


def deep_merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the values of `over`; mappings are merged, anything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = deep_merge(below, value) if both else value  # pyright: ignore[reportArgumentType]
    return merged


def _settings(model: type[BaseModel]) -> list[str]:
    """Names of all settings of a model and of the blocks in it."""
    names = list(model.model_fields)
    for field in model.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            names += _settings(field.annotation)
    return names


def load_racetrack(block: Any) -> RacetrackConfig:
    """The validated configuration of a racetrack block.

    Raises ConfigError, in one sentence, for a key that is misspelt or a value that makes no sense.
    """
    if not isinstance(block, Mapping):
        raise ConfigError(f"racetrack: found {block!r}, expected a block of settings, at least preset: quick.")
    try:
        return RacetrackConfig.model_validate(dict(block))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(["racetrack", *(str(part) for part in first["loc"])])
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            near = difflib.get_close_matches(str(first["loc"][-1]), _settings(RacetrackConfig), 1)
            message = "no such setting." + (f" Did you mean {near[0]!r}?" if near else "")
        elif first["type"] != "value_error":
            message = f"found {first['input']!r}; {message[0].lower()}{message[1:]}"
        more = f" (and {len(error.errors()) - 1} more in this block)" if len(error.errors()) > 1 else ""
        raise ConfigError(f"{place}: {message}{more}") from error
