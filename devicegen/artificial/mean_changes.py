"""A finished result instead of pulses: the mean change of a SET and of a RESET pulse at some conductances."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from devicegen.artificial.response import N_CONDUCTANCE, CurvesResponse, jump_table_of
from devicegen.errors import PulseFileError
from devicegen.provenance import provenance
from devicegen.table import DeviceTable, FloatArray

NO_SPREAD = (
    "nothing is known of the spread of the changes: the table has none, and every pulse does the mean of its "
    "conductance; a network finds the device better than it may be"
)


def mean_changes_table(
    device: str,
    conductance_S: FloatArray,
    set_change_S: FloatArray,
    reset_change_S: FloatArray,
    *,
    source: str,
    licence: str,
    synthetic: bool,
    inputs: Sequence[Path] = (),
) -> DeviceTable:
    """The table of an artificial device whose pulses do given mean changes, straight lines between, without spread.

    conductance_S : (n,) rising [S]; the device's range is what the pulses reach from them
    set_change_S  : (n,) mean change of a SET pulse there [S]
    reset_change_S : (n,) mean change of a RESET pulse there [S], with the sign of a fall or as its size
    Raises PulseFileError for changes of both signs, or SET changes that lower the conductance.
    """
    if conductance_S.size < 2 or np.any(np.diff(conductance_S) <= 0):
        raise PulseFileError(f"device {device}: expected mean changes at two or more rising conductances.")
    if np.any(set_change_S < 0):
        at = int(np.argmax(set_change_S < 0))
        raise PulseFileError(
            f"device {device}: the mean SET change at {conductance_S[at]:.4g} S is {set_change_S[at]:.3g} S, "
            "expected rises: are SET and RESET exchanged?"
        )
    if np.any(reset_change_S > 0) and np.any(reset_change_S < 0):
        at = int(np.argmax(reset_change_S > 0))
        raise PulseFileError(
            f"device {device}: the mean RESET changes have both signs ({reset_change_S[at]:.3g} S at "
            f"{conductance_S[at]:.4g} S), expected falls, with their sign or all as sizes."
        )
    row = float(np.ptp(conductance_S)) / N_CONDUCTANCE  # so that no row between is cut off
    low = max(float(conductance_S[0] - np.abs(reset_change_S[0])) - row, 0.0)
    high = float(conductance_S[-1] + set_change_S[-1]) + row
    span = high - low
    inner = (conductance_S > low) & (conductance_S < high)
    position = np.concatenate([[0.0], (conductance_S[inner] - low) / span, [1.0]])
    at = low + span * position
    up, down = (np.interp(at, conductance_S, change) / span for change in (set_change_S, -np.abs(reset_change_S)))
    none = tuple(np.zeros(position.size).tolist())
    response = CurvesResponse(
        form="curves",
        g_min_S=low,
        g_max_S=high,
        position=tuple(position.tolist()),
        set_median=tuple(up.tolist()),
        reset_median=tuple(down.tolist()),
        set_sigma=none,
        reset_sigma=none,
    )
    stated = {"source": source, "licence": licence, "response": response.model_dump(mode="json"), "spread": NO_SPREAD}
    return DeviceTable(
        device=device,
        kind="artificial",
        synthetic=synthetic,
        g_min_S=low,
        g_max_S=high,
        provenance=provenance(list(inputs), stated, made_by="devicegen.artificial.mean_changes"),
        jump_set=jump_table_of(response, True),
        jump_reset=jump_table_of(response, False),
    )
