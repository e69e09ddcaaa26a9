"""The folder of an example device."""

from __future__ import annotations

from pathlib import Path

from devicegen.files import write_text_whole
from devicegen.measured.description.model import FILE_NAME


def write_folder(output: Path, description: str, heading: str, rows: list[str]) -> None:
    """Write ``device.yaml`` and ``pulses.csv``, each whole or not at all."""
    write_text_whole(output / "pulses.csv", "\n".join([heading, *rows]) + "\n")
    write_text_whole(output / FILE_NAME, description)
