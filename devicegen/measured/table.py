"""From the folder of a measured device to its table."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np

import devicegen.table
from devicegen.measured.description import FILE_NAME, Description, read_description
from devicegen.measured.estimate import FEW_PULSES, Estimate, Grid, conductance_range, estimate_table, make_grid
from devicegen.measured.noise import ReadNoise, read_noise
from devicegen.measured.readers import read_pulses
from devicegen.measured.record import MIN_PULSES, BoolArray, FloatArray, PulseRecord
from devicegen.table import DeviceTable, JumpTable

_log = logging.getLogger(__name__)


def pulse_files(device_dir: Path) -> list[Path]:
    """The pulse files of a measured device, as its ``device.yaml`` names them."""
    return [Path(device_dir) / name for name in read_description(device_dir).file_names()]


def write_table(device_dir: Path, output: Path) -> None:
    """Read a measured device's folder and write its table.

    device_dir : folder of ``device.yaml`` and the pulse files
    output     : the table (HDF5), written whole or not at all
    Raises PulseFileError, in one sentence, for whatever is wrong with the folder.
    """
    devicegen.table.write_table(Path(output), measured_table(device_dir))


def measured_table(device_dir: Path) -> DeviceTable:
    """The table of a measured device: all its devices pooled, and one pair of tables for each of them."""
    from devicegen.provenance import provenance

    device_dir = Path(device_dir)
    description = read_description(device_dir)
    record = read_pulses(device_dir, description)
    low, high = _range(record, description)
    estimates = _estimates(record, record, low, high)
    singles, skipped = _per_device(record, low, high)
    noise = read_noise(record, _residual(record, (estimates[0].table, estimates[1].table), singles))
    _report(device_dir, estimates, skipped)
    _report_noise(device_dir, estimates, noise)
    energy = _energy(record)
    return DeviceTable(
        device=description.device,
        kind="measured",
        synthetic=description.synthetic,
        g_min_S=low,
        g_max_S=high,
        provenance=provenance(
            [device_dir / FILE_NAME, *(device_dir / name for name in description.file_names())],
            description.model_dump(mode="json", exclude_none=True),
            made_by="devicegen.measured.table",
            estimation=_estimation(record, estimates, noise, description),
            per_device=list(singles),
            devices_without_own_table=skipped,
        ),
        jump_set=estimates[0].table,
        jump_reset=estimates[1].table,
        per_device=tuple(singles.values()),
        energy_J=energy,
        energy_source="mean of current x amplitude x width of the pulses" if energy else "",
    )


def _range(record: PulseRecord, description: Description) -> tuple[float, float]:
    if description.conductance_range is not None:
        return description.conductance_range.min_S, description.conductance_range.max_S
    return conductance_range(np.concatenate([record.g_before_S, record.g_after_S]))


def _estimates(record: PulseRecord, pooled: PulseRecord, low: float, high: float) -> tuple[Estimate, Estimate]:
    """SET and RESET tables of a record, on the grids of the pooled pulses."""
    made = []
    for is_set in (True, False):
        grid = _grid(pooled, is_set, low, high)
        mask = record.is_set == is_set
        made.append(estimate_table(record.g_before_S[mask], record.delta_S[mask], grid))
    return made[0], made[1]


def _grid(pooled: PulseRecord, is_set: bool, low: float, high: float) -> Grid:
    return make_grid(low, high, pooled.delta_S[pooled.is_set == is_set])


def _residual(
    record: PulseRecord, pooled: tuple[JumpTable, JumpTable], singles: dict[str, tuple[JumpTable, JumpTable]]
) -> FloatArray:
    """Change of each pulse less the mean at its conductance, of its own device where that has a table [S]."""
    residual = record.delta_S
    for index, name in enumerate(record.device_names):
        for table, is_set in zip(singles.get(name, pooled), (True, False), strict=True):
            mask = (record.device == index) & (record.is_set == is_set)
            residual[mask] -= np.interp(record.g_before_S[mask], table.conductance, table.mean())
    return residual


def _per_device(
    record: PulseRecord, low: float, high: float
) -> tuple[dict[str, tuple[JumpTable, JumpTable]], list[str]]:
    """Tables of each device that has enough pulses, and the names of those that have not."""
    singles: dict[str, tuple[JumpTable, JumpTable]] = {}
    skipped: list[str] = []
    if len(record.device_names) < 2:
        return singles, skipped
    for index, name in enumerate(record.device_names):
        own: BoolArray = record.device == index
        n_set = int((own & record.is_set).sum())
        if min(n_set, int(own.sum()) - n_set) < MIN_PULSES:
            skipped.append(name)
            continue
        made = _estimates(record.select(own), record, low, high)
        singles[name] = (made[0].table, made[1].table)
    return singles, skipped


def _report(device_dir: Path, estimates: tuple[Estimate, Estimate], skipped: list[str]) -> None:
    """Say in the log what the tables do not rest on."""
    for name, estimate in zip(("SET", "RESET"), estimates, strict=True):
        if estimate.sparse_rows.size:
            at = estimate.table.conductance[estimate.sparse_rows]
            _log.warning(
                "%s: %d of %d rows of the %s table, from %.3g to %.3g S, have fewer than %d pulses near them "
                "and borrow from their neighbours",
                device_dir, estimate.sparse_rows.size, estimate.table.conductance.size, name,
                at[0], at[-1], FEW_PULSES,
            )  # fmt: skip
    if skipped:
        _log.warning(
            "%s: %s: fewer than %d pulses of a polarity; in the pooled table only",
            device_dir, ", ".join(skipped), MIN_PULSES,
        )  # fmt: skip


NOISY = 2.0
"""Read noise, in mean changes of the middle of the range, from which on the table's mean is no longer the device's.

docs/devices/measured.md says how far, and a test of the estimation holds it."""


def _noise_in_steps(estimate: Estimate, noise: ReadNoise) -> float:
    """Read noise in mean changes of the middle half of the range."""
    quarter = estimate.table.conductance.size // 4
    return noise.sigma_S / float(np.abs(estimate.table.mean()[quarter:-quarter]).mean())


def _report_noise(device_dir: Path, estimates: tuple[Estimate, Estimate], noise: ReadNoise) -> None:
    for name, estimate in zip(("SET", "RESET"), estimates, strict=True):
        steps = _noise_in_steps(estimate, noise)
        if steps > NOISY:
            _log.warning(
                "%s: the read noise is %.1f times the mean change of a %s pulse: "
                "its table shows the noise more than the device; average several reads a pulse",
                device_dir, steps, name,
            )  # fmt: skip


def _estimation(
    record: PulseRecord, estimates: tuple[Estimate, Estimate], noise: ReadNoise, description: Description
) -> dict[str, Any]:
    """How the tables were estimated, for the provenance."""
    stated: dict[str, Any] = {
        "pulses": record.size,
        "left_out": dict(record.left_out),
        "range": "device.yaml"
        if description.conductance_range is not None
        else "0.1% and 99.9% quantiles of the reads",
        "read_noise_S": None if np.isnan(noise.sigma_S) else noise.sigma_S,
        "read_noise_error_S": None if np.isnan(noise.error_S) else noise.error_S,
        "read_noise_from": noise.how,
        "read_noise_in_table": "contained: each change is a difference of two reads",
    }
    for name, estimate in zip(("set", "reset"), estimates, strict=True):
        stated[name] = {
            "pulses": int(estimate.table.count.sum()),
            "mean_bandwidth_S": estimate.mean_bandwidth_S,
            "spread_bandwidth_S": estimate.spread_bandwidth_S,
            "rows_with_few_pulses": estimate.sparse_rows.tolist(),
            "read_noise_in_mean_changes": None if np.isnan(noise.sigma_S) else _noise_in_steps(estimate, noise),
            "least_effective_pulses": float(estimate.effective_pulses.min()),
        }
    return stated


def _energy(record: PulseRecord) -> dict[str, float]:
    if record.energy_J is None:
        return {}
    return {
        "set_J": float(record.energy_J[record.is_set].mean()),
        "reset_J": float(record.energy_J[~record.is_set].mean()),
    }
