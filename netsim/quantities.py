"""Numbers of a model by their names: a CSV file with the columns `quantity` and `value`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from devicegen.errors import Dev2NetError
from devicegen.files import written_whole


def write_quantities(quantities: Mapping[str, float], output: Path) -> None:
    """Write the numbers of a model, whole or not at all."""
    with written_whole(output) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["quantity", "value"])
        writer.writerows([name, f"{value:.6g}"] for name, value in quantities.items())


def read_quantities(path: Path) -> dict[str, float]:
    """Numbers of a model by their names. Raises Dev2NetError if the columns `quantity` and `value` are missing."""
    with open(path, newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        if not {"quantity", "value"} <= set(reader.fieldnames or []):
            raise Dev2NetError(f"{path}: expected the columns quantity and value, found {reader.fieldnames}.")
        return {row["quantity"]: float(row["value"]) for row in reader}
