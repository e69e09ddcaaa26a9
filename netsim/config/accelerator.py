"""Speed and power of training in crossbars against a graphics processor: networks and assumptions."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LargeNetwork(_Block):
    """A network whose training is compared."""

    synapses: float = Field(gt=0, description="Synapses of the network.")
    layers: int = Field(ge=1, description="Layers of synapses.")
    gpu_flops: float = Field(gt=0, description="What a graphics processor reaches on it [operations/s].")

    @property
    def neurons(self) -> float:
        """Neurons of equal, square layers, inputs too."""
        return (self.layers + 1) * (self.synapses / self.layers) ** 0.5


class CrossbarCircuits(_Block):
    """Circuits at the edges of the crossbars; several columns take turns at each of them."""

    columns_a_circuit: int = Field(ge=1, description="Columns (rows) that share one read and write circuit; assumed.")
    read_s: float = Field(gt=0, description="One forward or reverse read of a column [s]; assumed.")
    write_s: float = Field(gt=0, description="One weight update of a column [s]; assumed.")
    each_example_s: float = Field(
        default=0.0, ge=0, description="Share of an example in occasional RESET and control [s]; assumed."
    )

    @property
    def layer_s(self) -> float:
        """Time of one layer in one example: forward read, reverse read and update of its columns in turn."""
        return self.columns_a_circuit * (2 * self.read_s + self.write_s)


NETWORKS_2016 = {
    "#1": LargeNetwork(synapses=7.7e6, layers=7, gpu_flops=768e9),
    "#2": LargeNetwork(synapses=36e6, layers=7, gpu_flops=1136e9),
    "#3": LargeNetwork(synapses=52e6, layers=4, gpu_flops=1447e9),
    "#4": LargeNetwork(synapses=450e6, layers=7, gpu_flops=4591e9),
    "#5": LargeNetwork(synapses=485e6, layers=4, gpu_flops=4591e9),
}


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
    switching_J: float = Field(
        default=1e-6, gt=0, description="Switching energy of a PCMO device (Fig. 16: sub-nJ to tens of uJ) [J]."
    )
    switching_hole_m: float = Field(default=150e-9, gt=0, description="Width of its hole [m] (Fig. 16).")
    scaled_hole_m: float = Field(
        default=25e-9, gt=0, description="Width that it is scaled down to [m] (section III-D)."
    )
    switching_pulse_s: float = Field(default=10e-3, gt=0, description="Length of its pulse [s] (section III-D).")
    scaled_pulse_s: float = Field(default=10e-9, gt=0, description="Length that it is scaled down to [s].")
