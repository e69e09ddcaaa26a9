"""The electrical side of a write: its circuit, and from a control voltage to the anisotropy (Al Misba 2022, IV D)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from devicegen.racetrack.block import Block

VOLTAGE = "Control voltage that sets Ku instead, as the block piezoelectric says [V]; null: Ku is given."


class WriteCircuit(Block):
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


class Piezoelectric(Block):
    """From the control voltage V to the anisotropy: Ku = unstrained Ku - 3/2 lambda Y d V / thickness.

    The thickness is that of the write circuit's piezoelectric.
    A positive voltage lowers Ku (assumed; the sign is a matter of poling). Linear, without hysteresis, and all of the
    strain reaches the magnetic layer (assumed).
    """

    unstrained_ku_J_m3: float = Field(
        default=7.5e5, gt=0, description="Ku without a voltage [J/m3]; assumed, the middle of the paper's five."
    )
    magnetostriction: float = Field(default=250e-6, gt=0, description="Saturation magnetostriction lambda. [M]")
    youngs_modulus_Pa: float = Field(
        default=200e9, gt=0, description="Young's modulus Y of the magnetic layer [Pa]. [M]"
    )
    strain_per_field_m_V: float = Field(
        default=3.3333333333333335e-10, gt=0, description="Strain over electric field d [m/V]: 1e-3 at 3 MV/m. [M]"
    )

    def anisotropy_J_m3(self, voltage_V: float, thickness_m: float) -> float:
        """Ku at a control voltage across `thickness_m` of piezoelectric [J/m3].

        The paper needs a stress of 133 MPa for 0.5e5 J/m3, a strain of 0.67e-3, which it rounds up to 1e-3 and so to
        0.18 V; without the rounding it is 0.12 V.
        """
        strain = self.strain_per_field_m_V * voltage_V / thickness_m
        return self.unstrained_ku_J_m3 - 1.5 * self.magnetostriction * self.youngs_modulus_Pa * strain


def ku_or_voltage(schema: dict[str, Any]) -> None:
    """Let a JSON schema ask for either: a voltage is turned into Ku before the models see it."""
    schema["required"] = [name for name in schema["required"] if name != "ku_J_m3"]
    schema["anyOf"] = [{"required": ["ku_J_m3"]}, {"required": ["voltage_V"]}]


def with_anisotropies(block: dict[str, Any]) -> dict[str, Any]:
    """The racetrack's block with the Ku of each voltage in its states and its train.

    What is of a wrong type stays as it is, for its model to complain. Raises ValueError where both are given and
    do not agree.
    """
    try:
        piezo = Piezoelectric.model_validate(block.get("piezoelectric", {}))
        thickness_m = WriteCircuit.model_validate(block.get("write_circuit", {})).piezo_thickness_m
    except ValueError:
        return block

    def completed(chosen: Any, place: str) -> Any:
        if not isinstance(chosen, Mapping) or chosen.get("voltage_V") is None:
            return chosen
        try:
            ku = piezo.anisotropy_J_m3(float(chosen["voltage_V"]), thickness_m)
            given = float(chosen.get("ku_J_m3", ku))
        except (TypeError, ValueError):
            return chosen
        if abs(given - ku) > 1e-6 * abs(ku):
            raise ValueError(
                f"{place}.voltage_V = {chosen['voltage_V']} V sets Ku to {ku:.6g} J/m3, but ku_J_m3 = {given:.6g}: "
                "give one of the two"
            )
        return {**chosen, "ku_J_m3": given}

    if isinstance(states := block.get("states"), list | tuple):
        block = {**block, "states": [completed(state, f"states.{k}") for k, state in enumerate(states)]}
    return {**block, "train": completed(block.get("train"), "train")}
