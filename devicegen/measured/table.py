"""From the folder of a measured device to its table."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from devicegen import table_file
from devicegen.formats.crosssim import import_crosssim
from devicegen.measured.description.blocks import Range
from devicegen.measured.description.model import FILE_NAME, Description, read_description
from devicegen.measured.reading.changes import read_mean_changes
from devicegen.measured.reading.pulses import read_pulses
from devicegen.pulses.energies import switching_energy
from devicegen.pulses.estimate import Estimate, conductance_range, lone_read
from devicegen.pulses.findings import findings
from devicegen.pulses.histogram import FEW_PULSES
from devicegen.pulses.jump_tables import POLARITIES, DeviceJumpTables, coverage_of, jump_tables
from devicegen.pulses.noise import NoiseModel, ReadNoise, read_noise
from devicegen.pulses.record import MIN_OWN_PULSES, PulseRecord
from devicegen.pulses.trains import trains_of
from devicegen.table import DeviceTable

_log = logging.getLogger(__name__)

NOISY = 2.0
"""Read noise, in mean changes of the middle of the range, from which on the table's mean is no longer the device's.

docs/devices/measured.md says how far, and a test of the estimation holds it."""


def pulse_files(device_dir: Path) -> list[Path]:
    """The pulse files of a measured device, as its ``device.yaml`` names them."""
    return [Path(device_dir) / name for name in read_description(device_dir).file_names()]


def write_table(device_dir: Path, output: Path) -> None:
    """Read a measured device's folder and write its table.

    device_dir : folder of ``device.yaml`` and the pulse files
    output     : the table (HDF5), written whole or not at all
    Raises PulseFileError or TableError, in one sentence, for whatever is wrong with the folder.
    """
    table_file.write_table(Path(output), measured_table(device_dir))


def measured_table(device_dir: Path) -> DeviceTable:
    """The table of a measured device: all its devices pooled, and one pair of tables for each of them."""
    from devicegen.provenance import provenance

    device_dir = Path(device_dir)
    description = read_description(device_dir)
    if description.layout == "crosssim_tables":
        return _imported(device_dir, description)
    if description.layout == "mean_changes":
        return _of_mean_changes(device_dir, description)
    record = read_pulses(device_dir, description)
    record, low, high = _range(device_dir, record, description)
    made = jump_tables(record, low, high)
    noise = read_noise(record, made.residual_S(record))
    taken_out = _to_take_out(device_dir, description, noise)
    if taken_out is not None:
        made = jump_tables(record, low, high, taken_out)
    _report(device_dir, made)
    if taken_out is None:
        _report_noise(device_dir, made, noise)
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
            estimation=_estimation(record, made, noise, taken_out, description),
        ),
        jump_set=made.jump_set,
        jump_reset=made.jump_reset,
        per_device=tuple(made.per_device.values()),
        energy_J=energy,
        energy_source="mean of current x amplitude x width of the pulses" if energy else "",
        trains=trains_of(record, (made.jump_set, made.jump_reset)),
        switching_energy=switching_energy(record, description.cell_sizes_m(record.device_names)),
        coverage=coverage_of(record, low, high),
    )


def _imported(device_dir: Path, description: Description) -> DeviceTable:
    """Finished tables of another program, whose pulses are not there; several of each polarity are as many devices."""
    return import_crosssim(
        [device_dir / name for name in description.files.set],
        [device_dir / name for name in description.files.reset],
        device=description.device,
        source=description.source,
        licence=description.licence,
        synthetic=description.synthetic,
    )


def _of_mean_changes(device_dir: Path, description: Description) -> DeviceTable:
    """An artificial device from finished mean changes; nothing is known of how pulses spread about them."""
    from devicegen.artificial.mean_changes import NO_SPREAD, mean_changes_table  # not loaded beside millions of pulses

    conductance, up, down = read_mean_changes(device_dir, description)
    _log.warning("%s: %s", device_dir, NO_SPREAD)
    return mean_changes_table(
        description.device,
        conductance,
        up,
        down,
        source=description.source,
        licence=description.licence,
        synthetic=description.synthetic,
        inputs=[device_dir / FILE_NAME, *(device_dir / name for name in description.file_names())],
    )


def _range(device_dir: Path, record: PulseRecord, description: Description) -> tuple[PulseRecord, float, float]:
    """Range of the device [S], and its pulses without those beside a lone read that the range does not rest on."""
    stated = description.conductance_range
    if isinstance(stated, Range):
        return record, stated.min_S, stated.max_S
    whole = stated == "whole"
    lone = None if whole else lone_read(record.g_before_S, record.g_after_S)
    if lone is not None:
        beside = (record.g_before_S == lone) | (record.g_after_S == lone)
        _log.warning(
            "%s: one read, %.4g S, stands far from all others: the range does not rest on it, and the %d pulses "
            "beside it are left out; conductance_range: whole (--range whole) keeps them",
            device_dir, lone, beside.sum(),
        )  # fmt: skip
        why = f"pulses beside the lone read of {lone:.4g} S, on which the range does not rest"
        record = replace(record.select(~beside), left_out=(*record.left_out, (why, int(beside.sum()))))
    low, high = conductance_range(np.concatenate([record.g_before_S, record.g_after_S]), whole)
    return record, low, high


def _to_take_out(device_dir: Path, description: Description, noise: ReadNoise) -> NoiseModel | None:
    """The read noise that the description asks to take out of the tables, if any."""
    block = description.read_noise
    if block is None or not block.subtract:
        return None
    if block.sigma_S is not None:
        return NoiseModel(block.sigma_S, block.sigma_of_G)
    if np.isnan(noise.sigma_S) or noise.sigma_S < 2 * noise.error_S:
        _log.warning(
            "%s: read noise was to be taken out, but the pulses do not tell how large it is (%s): "
            "give read_noise.sigma_S; the tables contain it",
            device_dir, noise.how,
        )  # fmt: skip
        return None
    return NoiseModel(noise.sigma_S)


def _estimates(made: DeviceJumpTables) -> tuple[tuple[str, Estimate], ...]:
    return tuple((name, getattr(made, name)) for name, _ in POLARITIES)


def _report(device_dir: Path, made: DeviceJumpTables) -> None:
    """Say in the log what the tables do not rest on."""
    for name, estimate in _estimates(made):
        g = estimate.table.conductance
        if estimate.sparse_rows.size:
            at = g[estimate.sparse_rows]
            _log.warning(
                "%s: %d of %d rows of the %s table, from %.3g to %.3g S, have fewer than %d pulses near them "
                "and borrow from their neighbours",
                device_dir, at.size, g.size, name.upper(), at[0], at[-1], FEW_PULSES,
            )  # fmt: skip
        if estimate.buried_rows.size:
            _log.warning(
                "%s: in %d of %d rows of the %s table the changes spread no more than the read noise alone: "
                "what is left there of the spread is a bound, not a measurement",
                device_dir, estimate.buried_rows.size, g.size, name.upper(),
            )  # fmt: skip
    if made.skipped:
        _log.warning(
            "%s: %s: fewer than %d pulses of a polarity; in the pooled table only",
            device_dir, ", ".join(made.skipped), MIN_OWN_PULSES,
        )  # fmt: skip


def _noise_in_steps(estimate: Estimate, noise: ReadNoise) -> float:
    """Read noise in mean changes of the middle half of the range."""
    quarter = estimate.table.conductance.size // 4
    return noise.sigma_S / float(np.abs(estimate.table.mean()[quarter:-quarter]).mean())


def _report_noise(device_dir: Path, made: DeviceJumpTables, noise: ReadNoise) -> None:
    for name, estimate in _estimates(made):
        steps = _noise_in_steps(estimate, noise)
        if steps > NOISY:
            _log.warning(
                "%s: the read noise is %.1f times the mean change of a %s pulse: "
                "its table shows the noise more than the device; average several reads a pulse",
                device_dir, steps, name.upper(),
            )  # fmt: skip


def _estimation(
    record: PulseRecord,
    made: DeviceJumpTables,
    noise: ReadNoise,
    taken_out: NoiseModel | None,
    description: Description,
) -> dict[str, Any]:
    """How the tables were estimated, for the provenance."""
    stated: dict[str, Any] = {
        "pulses": record.size,
        "left_out": dict(record.left_out),
        "range": "device.yaml"
        if isinstance(description.conductance_range, Range)
        else "lowest and highest read"
        if description.conductance_range == "whole"
        else "0.1% and 99.9% quantiles of the reads",
        "findings": findings(record),
        "read_noise_S": None if np.isnan(noise.sigma_S) else noise.sigma_S,
        "read_noise_error_S": None if np.isnan(noise.error_S) else noise.error_S,
        "read_noise_from": noise.how,
        "read_noise_in_table": "contained: each change is a difference of two reads"
        if taken_out is None
        else f"taken out of the spread: {taken_out.sigma_S:g} S + {taken_out.sigma_of_G:g} G a read",
        **made.stated(),
    }
    for name, estimate in _estimates(made):
        steps = None if np.isnan(noise.sigma_S) else _noise_in_steps(estimate, noise)
        stated[name]["read_noise_in_mean_changes"] = steps
    return stated


def _energy(record: PulseRecord) -> dict[str, float]:
    if record.energy_J is None:
        return {}
    return {
        "set_J": float(record.energy_J[record.is_set].mean()),
        "reset_J": float(record.energy_J[~record.is_set].mean()),
    }
