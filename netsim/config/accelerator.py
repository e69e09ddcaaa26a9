"""Speed and power of training in crossbars against a graphics processor: networks and assumptions."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LargeNetwork(_Block):
    """A network whose training is compared."""

    synapses: float = Field(gt=0, description="Synapses of the network.")
    layers: int = Field(ge=1, description="Layers of synapses.")
    gpu_flops: float = Field(gt=0, description="What a graphics processor reaches on it [operations/s].")


class CrossbarCircuits(_Block):
    """Circuits at the edges of the crossbars; several columns take turns at each of them."""

    columns_a_circuit: int = Field(ge=1, description="Columns (rows) that share one read and write circuit; assumed.")
    read_s: float = Field(gt=0, description="One forward or reverse read of a column [s]; assumed.")
    write_s: float = Field(gt=0, description="One weight update of a column [s]; assumed.")
    each_example_s: float = Field(
        default=0.0, ge=0, description="Share of an example in occasional RESET and control [s]; assumed."
    )


NETWORKS_2016 = {
    "#1": LargeNetwork(synapses=7.7e6, layers=7, gpu_flops=768e9),
    "#2": LargeNetwork(synapses=36e6, layers=7, gpu_flops=1136e9),
    "#3": LargeNetwork(synapses=52e6, layers=4, gpu_flops=1447e9),
    "#4": LargeNetwork(synapses=450e6, layers=7, gpu_flops=4591e9),
    "#5": LargeNetwork(synapses=485e6, layers=4, gpu_flops=4591e9),
}


class SwitchingConfig(_Block):
    """Energy of a programming pulse of a device in a hole of a given width (Fumarola 2016, Fig. 16 and section III-D).

    The device is taken as ohmic: it conducts while it is programmed as it does when it is read.
    """

    voltage_V: float = Field(default=4.0, gt=0, description="Programming voltage: SET at -4 V (Fig. 13).")
    pulse_s: float = Field(default=10e-3, gt=0, description="Length of a pulse (section III-D).")
    on_S: float = Field(
        default=1 / 23e6, gt=0, description="Highest conductance: 23 Mohm (Park 2013); assumed of `on_hole_m`."
    )
    on_off_ratio: float = Field(default=6.84, gt=1, description="Highest over lowest conductance (Park 2013).")
    on_hole_m: float = Field(default=200e-9, gt=0, description="Hole whose conductance `on_S` is (Fig. 13); assumed.")
    holes_m: tuple[float, ...] = Field(
        default=(150e-9, 200e-9, 500e-9, 1e-6),
        min_length=1,
        description="Widths of holes (Fig. 16: 0.15 to 1 um).",
    )
    scaled_hole_m: float = Field(default=25e-9, gt=0, description="Width that the smallest is scaled down to.")
    scaled_pulse_s: float = Field(default=10e-9, gt=0, description="Length that the pulse is scaled down to.")

    @model_validator(mode="after")
    def _check_scaling(self) -> Self:
        if self.scaled_hole_m > min(self.holes_m):
            raise ValueError(f"scaled_hole_m is {self.scaled_hole_m:g}, expected no more than any of holes_m")
        return self


class AcceleratorConfig(_Block):
    """Fumarola 2016, Fig. 3. The paper takes its crossbar times from earlier work and prints results only: the
    circuits' numbers here are assumed, chosen so that the times of a layer agree with what the results imply.
    """

    networks: dict[str, LargeNetwork] = Field(
        default=NETWORKS_2016, min_length=1, description="Networks that are compared, by name (Fig. 3: #1 to #5)."
    )
    circuits: dict[str, CrossbarCircuits] = Field(
        default={
            "conservative": CrossbarCircuits(columns_a_circuit=32, read_s=0.5e-6, write_s=0.65e-6),
            "aggressive": CrossbarCircuits(columns_a_circuit=8, read_s=60e-9, write_s=125e-9, each_example_s=17e-6),
        },
        min_length=1,
        description="Crossbar circuits that are compared, by name.",
    )
    operations_a_synapse: float = Field(
        default=6.0, gt=0, description="Operations for each synapse and example: forward, reverse, update; two each."
    )
    gpu_power_W: float = Field(default=250.0, gt=0, description="Power of the graphics processor [W]; assumed.")
    synapse_J: float = Field(
        default=0.052e-12,
        ge=0,
        description="Energy of one synapse in one example, reads and updates [J]; fitted to Fig. 3.",
    )
    neuron_J: float = Field(
        default=0.31e-9, ge=0, description="Energy of one neuron's circuits in one example [J]; fitted to Fig. 3."
    )
    switching: SwitchingConfig = Field(
        default=SwitchingConfig(), description="Energy of programming, by the device's area (Fig. 16)."
    )
