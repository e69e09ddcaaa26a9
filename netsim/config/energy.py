"""Constants of the energy of quantized networks: every one with its source."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class EnergyConstants(BaseModel):
    """Energies of reads, converters and digital work; that of a programming pulse stands in the device's table."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    write_J: float | None = Field(
        default=None, ge=0, description="One programming pulse [J]; null: the device's table says it, or nobody knows."
    )
    read_voltage_V: float = Field(default=0.1, gt=0, description="Voltage of an input of 1 [V]; assumed.")
    read_time_s: float = Field(default=1e-9, gt=0, description="Time of a read [s]; assumed, that of a write.")
    active_pixels: float = Field(
        default=0.19,
        ge=0,
        le=1,
        description="Mean square of the first layer's inputs: share of MNIST's pixels above 127.",
    )
    neuron_square: float = Field(
        default=0.3, ge=0, le=1, description="Mean square of the other layers' inputs and of the errors; assumed."
    )
    converter_J: float = Field(
        default=1.56e-12, ge=0, description="Reading one column: 8-bit converter, 2 mW at 1.28 GS/s (Shafiee 2016) [J]."
    )
    driver_J: float = Field(default=0.5e-12, ge=0, description="Driving one row with an analog voltage [J]; assumed.")
    verify_J: float = Field(
        default=10e-15, ge=0, description="Sensing whether one device is in its tolerance, beside the read itself [J]; "
        "assumed."
    )  # fmt: skip
    multiply_J: float = Field(
        default=3.7e-12, ge=0, description="32-bit multiplication, 45 nm CMOS (Horowitz 2014) [J]."
    )
    add_J: float = Field(default=0.9e-12, ge=0, description="32-bit addition, 45 nm CMOS (Horowitz 2014) [J].")
    memory_J: float = Field(
        default=5e-12, ge=0, description="Reading or writing 32 bits of an 8 kB SRAM, 45 nm CMOS (Horowitz 2014) [J]."
    )
    inferences: int = Field(
        default=10_000,
        ge=1,
        description="Inferences that share the energy of programming (Al Misba 2022: test images).",
    )
