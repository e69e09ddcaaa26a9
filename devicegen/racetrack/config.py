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
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from devicegen.errors import ConfigError
from devicegen.racetrack import checks
from devicegen.racetrack.block import Block
from devicegen.racetrack.control import VOLTAGE, Piezoelectric, WriteCircuit, ku_or_voltage, with_anisotropies
from devicegen.racetrack.presets import PRESETS
from devicegen.racetrack.train import EndStops, Train

PresetName = Literal["quick", "almisba2022", "wall_train"]


class Geometry(Block):
    """The magnetic strip and the cells that it is cut into."""

    length_m: float = Field(
        default=600e-9, gt=0, description="Length of the track along x, the way of the wall [m]. [M]"
    )
    width_m: float = Field(default=60e-9, gt=0, description="Width of the track along y, before roughness [m]. [M]")
    thickness_m: float = Field(default=1e-9, gt=0, description="Thickness of the magnetic layer, one cell [m]. [M]")
    cell_x_m: float = Field(default=2e-9, gt=0, description="Cell size along x [m]; assumed, the paper names none.")
    cell_y_m: float = Field(default=2e-9, gt=0, description="Cell size along y [m]; assumed, the paper names none.")


class Notches(Block):
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


class Roughness(Block):
    """Edge roughness, drawn for each edge on its own; no `seed`: outlines follow the study's and the device's name."""

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


class Material(Block):
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


class SpinOrbitTorque(Block):
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


class State(Block):
    """One programmable state: the anisotropy, or the voltage, that selects it and the weight that it stands for."""

    model_config = ConfigDict(json_schema_extra=ku_or_voltage)

    ku_J_m3: float = Field(gt=0, description="Uniaxial perpendicular anisotropy Ku during the write [J/m3]. [M]")
    voltage_V: float | None = Field(default=None, description=VOLTAGE)
    target: float = Field(ge=-1, le=1, description="Weight that the state stands for, in [-1, 1]. [M]")


class Protocol(Block):
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


class Junction(Block):
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


class RacetrackConfig(Block):
    """A simulated racetrack device: a preset and what differs from it."""

    preset: PresetName = Field(default="quick", description="Values that the block starts from.")
    geometry: Geometry = Geometry()
    notches: Notches = Notches()
    roughness: Roughness = Roughness()
    material: Material = Material()
    torque: SpinOrbitTorque = SpinOrbitTorque()
    end_stops: EndStops = EndStops()
    piezoelectric: Piezoelectric = Piezoelectric()
    states: tuple[State, ...] = Field(
        default=(), description="The states, at least two, by increasing target; none for a train. [M]"
    )
    train: Train | None = Field(default=None, description="Trains of pulses instead of single writes; null: writes.")
    protocol: Protocol = Protocol()
    instances: int = Field(ge=1, description="Racetracks simulated for each state; the paper has 250. [M]")
    instances_per_batch: int = Field(
        default=8, ge=1, description="Instances in one job; they share one engine process."
    )
    engine: str = Field(default="auto", min_length=1, description="auto, mumax3, embedded, or the path of a program.")
    timeout_s: float = Field(
        gt=0,
        description="Longest wall time of one instance alone [s]; n in a queue may take n, but end if nothing new "
        "comes for one.",
    )
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
        return with_anisotropies(_over_preset(PRESETS[name if known else "quick"], {**block, "preset": name}))

    @model_validator(mode="after")
    def _makes_sense(self) -> RacetrackConfig:
        for complaint in checks.refusals(self):
            raise ValueError(complaint)
        return self

    @property
    def anisotropies_J_m3(self) -> tuple[float, ...]:
        """Ku of each state [J/m3], or that of the train."""
        return tuple(state.ku_J_m3 for state in self.states) if self.train is None else (self.train.ku_J_m3,)

    @property
    def voltages_V(self) -> tuple[float, ...] | None:
        """Control voltage of each state, or of the train [V]; None unless all are given."""
        known = [chosen.voltage_V for chosen in (self.states if self.train is None else (self.train,))]
        return None if None in known else tuple(voltage for voltage in known if voltage is not None)

    @property
    def duration_s(self) -> float:
        """Simulated time of one event, or of one train [s]."""
        protocol = self.protocol
        pulses = 1 if self.train is None else len(self.train.polarities)
        return protocol.thermalise_s + pulses * (protocol.pulse_s + protocol.rest_s)

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


def _over_preset(preset: Mapping[str, Any], block: Mapping[str, Any]) -> dict[str, Any]:
    """`preset` with what `block` says; of things that exclude each other the preset's gives way."""
    train = block.get("train")
    if train is not None:
        preset = {key: value for key, value in preset.items() if key != "states"}
    if isinstance(train, Mapping) and train.keys() & {"ku_J_m3", "voltage_V"} and "train" in preset:
        own = {key: value for key, value in preset["train"].items() if key not in ("ku_J_m3", "voltage_V")}
        preset = {**preset, "train": own}
    return deep_merge(preset, block)


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
