"""Stamps: files whose time says since when a product is not what the study asks for.

Snakemake tells that a job's settings changed from what it noted when the job last ran. Of a file that came with the
project, or from another study, it has no notes: an edited device would be passed over. So a stamp is an input of the
job: older than every product as long as the product fits, new as soon as it does not.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py

from devicegen.files import write_text_whole

LONG_AGO = 1e9
"""Time of a stamp whose product fits [s since 1970]: September 2001."""


_HOW = {"preset", "engine", "timeout_s", "instances_per_batch"}
"""Settings of a racetrack that say how it is simulated, and leave no trace in the table."""


def ensemble_stamp(ensemble: Path) -> Path:
    """Where the stamp of a raw ensemble lies."""
    return ensemble.with_name(".ensemble.settings")


def table_stamp(table: Path) -> Path:
    """Where the stamp of a device's table lies."""
    return table.with_name(f".{table.stem}.settings")


def set_stamp(stamp: Path, settings: Mapping[str, Any], product: Path, fits: bool) -> None:
    """Bring a stamp up to date, at the start of every run.

    settings : what the product is made with, in the study
    fits     : whether the product that is there is that
    A stamp that was set for these settings keeps its time until the product is made, so that batches which are finished
    meanwhile stay so; a product that another study made after it counts for nothing.
    """
    text = json.dumps(settings, sort_keys=True) + "\n"
    known = stamp.is_file() and stamp.read_text(encoding="utf-8") == text
    overwritten = known and product.is_file() and product.stat().st_mtime > stamp.stat().st_mtime
    if fits or not known or overwritten:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        write_text_whole(stamp, text)
    if fits:
        os.utime(stamp, (LONG_AGO, LONG_AGO))


def table_settings(racetrack: Mapping[str, Any], code: str) -> dict[str, Any]:
    """What the table of a simulated device is made with: its block, and the fingerprint of the code."""
    return {"racetrack": {name: value for name, value in racetrack.items() if name not in _HOW}, "code": code}


def table_fits(table: Path, settings: Mapping[str, Any]) -> bool:
    """Whether a simulated device's table says of itself that it was made with these `table_settings`.

    A table that came without a stamp is taken as it is, whichever code made it; one that did not must be younger than a
    stamp that says so.
    """
    try:
        with h5py.File(table, "r") as file:
            made_with = json.loads(str(file.attrs["provenance"]))["config"]
    except (OSError, KeyError, ValueError):
        return False
    if table_settings(made_with, settings["code"]) != settings:
        return False
    stamp = table_stamp(table)
    if not stamp.is_file():
        return True
    newer = table.stat().st_mtime > stamp.stat().st_mtime
    return newer and json.loads(stamp.read_text(encoding="utf-8")) == settings
