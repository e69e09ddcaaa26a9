"""An artificial wall: state distributions made from what Al Misba 2022 says of its Figs. 1 and 7.

A pulse leaves most walls at a notch and the others anywhere; both follow a bell curve around the mean of the state.
The bell's centre and width are found so that mean and standard deviation come out as given, although the notches
are few and the track ends. What the paper states are the notches, the standard deviation of about 90 nm (0.30 in
<mz>), the reachable weight of the lowest state, and that 6 % of the pulses for +1 land within 0.15 of it. The means are
assumed: evenly spaced up to the mean that those 6 % leave for the highest state; and so are the smaller spread of the
lowest state, which starts at its notch, and the share of walls that miss the notches.

Not modelled: walls that leave the track, differences between devices, and memory of the wall's last place.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.optimize import least_squares
from scipy.stats import norm

from devicegen.errors import ConfigError
from devicegen.provenance import provenance
from devicegen.seeds import generator
from devicegen.table import DeviceTable, FloatArray, StateDistribution


class StatesResponse(BaseModel):
    """Weights that one programming pulse leaves, state by state, as of a wall among notches."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    form: Literal["states"]
    control: tuple[float, ...] = Field(
        default=(8e5, 7.75e5, 7.5e5, 7.25e5, 7e5), description="anisotropy Ku of each state [J/m3]"
    )
    target: tuple[float, ...] = Field(
        default=(-0.833, -0.5, 0.0, 0.5, 1.0), description="weight that each state stands for, rising"
    )
    mean: tuple[float, ...] = Field(
        default=(-0.7, -0.43, -0.17, 0.1, 0.36), description="mean of the reached weights of each state (assumed)"
    )
    deviation: tuple[float, ...] = Field(
        default=(0.2, 0.3, 0.3, 0.3, 0.3),
        description="standard deviation of the reached weights of each state (0.3 is the paper's 90 nm)",
    )
    notch: tuple[float, ...] = Field(
        default=(-0.8, -0.55, -0.3, -0.05, 0.2, 0.45, 0.7, 0.95), description="weights at which the notches hold a wall"
    )
    at_notch: float = Field(default=0.9, ge=0, le=1, description="share of walls that a notch holds (assumed)")
    notch_deviation: float = Field(
        default=0.02, ge=0, description="standard deviation of the weight of a wall at a notch (assumed)"
    )
    instances: int = Field(default=250, ge=10, le=100_000, description="samples of each state")
    length_m: float = Field(default=600e-9, gt=0, description="length of the track")
    g_min_S: float = Field(default=1e-4 / 7, ge=0, description="conductance at weight -1; the paper's ratio of 7 to 1")
    g_max_S: float = Field(default=1e-4, description="conductance at weight +1 (assumed, 10 kOhm)")
    write_piezo_J: float = Field(default=0.52e-15, ge=0, description="energy of a pulse: charging the piezoelectric")
    write_sot_J: float = Field(default=2.2e-15, ge=0, description="energy of a pulse: heating the heavy metal")

    @model_validator(mode="after")
    def _consistent(self) -> StatesResponse:
        n = len(self.target)
        for key in ("control", "mean", "deviation"):
            if len(getattr(self, key)) != n:
                raise ValueError(f"{key} has {len(getattr(self, key))} values, target has {n}")
        if n < 2 or np.any(np.diff(self.target) <= 0) or max(map(abs, self.target)) > 1:
            raise ValueError(f"target is {self.target}, expected at least two rising weights within -1 to 1")
        if min(self.deviation) <= 0:
            raise ValueError(f"deviation is {self.deviation}, expected positive numbers")
        if len(self.notch) < 2 or max(map(abs, self.notch)) > 1:
            raise ValueError(f"notch is {self.notch}, expected at least two weights within -1 to 1")
        if self.g_min_S >= self.g_max_S:
            raise ValueError(f"g_min_S {self.g_min_S:g} is not below g_max_S {self.g_max_S:g}")
        return self


_GRID = np.linspace(-1, 1, 2001)
"""Weights of walls that no notch holds."""


def _landing(response: StatesResponse, centre: float, width: float) -> tuple[FloatArray, FloatArray]:
    """Weights that a wall may be left at, and their probabilities, for a bell of this centre and width."""
    parts = []
    for places, share in ((np.array(response.notch), response.at_notch), (_GRID, 1 - response.at_notch)):
        bell = norm.pdf(places, centre, width)
        parts.append(share * bell / max(bell.sum(), np.finfo(float).tiny))
    return np.concatenate((response.notch, _GRID)), np.concatenate(parts)


def _fitted(response: StatesResponse, state: int) -> tuple[FloatArray, FloatArray]:
    """Places and probabilities with the mean and standard deviation asked for; ConfigError where there are none."""
    mean, deviation = response.mean[state], response.deviation[state]

    def miss(bell: FloatArray) -> FloatArray:
        places, weight = _landing(response, float(bell[0]), float(np.exp(bell[1])))
        found = weight @ places
        spread = np.sqrt(max(weight @ (places - found) ** 2 + response.at_notch * response.notch_deviation**2, 1e-12))
        return np.array([found - mean, spread - deviation])

    found = least_squares(miss, [mean, np.log(deviation)], bounds=([-5, np.log(0.02)], [5, np.log(5)]))
    if np.abs(found.fun).max() > 0.01:
        raise ConfigError(
            f"artificial states: no distribution over the notches has mean {mean:g} and standard deviation "
            f"{deviation:g}; the nearest has {mean + found.fun[0]:.3g} and {deviation + found.fun[1]:.3g}."
        )
    return _landing(response, float(found.x[0]), float(np.exp(found.x[1])))


def _samples(response: StatesResponse, state: int, draw: np.random.Generator) -> FloatArray:
    """(instances,) reached weights: evenly spaced quantiles of the distribution, in a random order."""
    places, weight = _fitted(response, state)
    n = response.instances
    chosen = np.searchsorted(np.cumsum(weight), (np.arange(n) + 0.5) / n * weight.sum())
    chosen = np.minimum(chosen, places.size - 1)
    held = chosen < len(response.notch)
    reached = places[chosen] + np.where(held, response.notch_deviation, 0.0) * draw.standard_normal(n)
    return draw.permutation(np.clip(reached, -1, 1))


def artificial_state_table(device: str, response: StatesResponse) -> DeviceTable:
    """The table of an artificial wall. Raises ConfigError where no distribution has a mean and spread asked for."""
    mz = np.array(
        [_samples(response, state, generator(0, "artificial states", state)) for state in range(len(response.target))]
    )
    states = StateDistribution(
        control=np.array(response.control),
        control_name="anisotropy Ku",
        control_units="J/m^3",
        target=np.array(response.target),
        mz=mz,
        position=0.5 * (mz + 1) * response.length_m,
        outcome=np.zeros(mz.shape, np.uint8),
    )
    return DeviceTable(
        device=device,
        kind="artificial",
        synthetic=True,
        g_min_S=response.g_min_S,
        g_max_S=response.g_max_S,
        provenance=provenance(
            [], response.model_dump(mode="json"), seeds={"root": 0}, made_by="devicegen.artificial.states"
        ),
        states=states,
        energy_J={
            "write_J": response.write_piezo_J + response.write_sot_J,
            "write_piezo_J": response.write_piezo_J,
            "write_sot_J": response.write_sot_J,
        },
        energy_source="Al Misba 2022, section IV-D, recomputed: two electrodes of 15.9 fF at 0.18 V, and 105 uA "
        "through 200 Ohm for 1 ns.",
    )
