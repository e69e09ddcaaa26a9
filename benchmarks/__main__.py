"""All measurements in one run: a table on the terminal and results/bench.json. `make bench`."""

from __future__ import annotations

import json
import os
from itertools import chain
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"))

from rich.console import Console  # noqa: E402 - the kernels must find one thread when they are loaded
from rich.table import Table  # noqa: E402

from benchmarks import engine, netsim  # noqa: E402
from devicegen.files import write_text_whole  # noqa: E402

OUTPUT = Path("results/bench.json")
LARGER_IS_BETTER = {"two_processes_without_dask", "sweep_speedup_2_workers"}


def main() -> None:
    """Measure, show and keep."""
    console, rows = Console(width=110), []  # room for the names, also where no terminal tells its width
    for row in chain(engine.measure(), netsim.measure()):
        console.print(f"  {row['name']}: {row['ratio']:.3g}")
        rows.append(row)
    table = Table(title="ratios to a yardstick of the same run")
    for column in ("work", "ratio", "to reach", "reached", "time [s]", "yardstick [s]"):
        table.add_column(column, justify="left" if column == "work" else "right")
    for row in rows:
        larger = row["name"] in LARGER_IS_BETTER
        reached = row["ratio"] >= row["reach"] if larger else row["ratio"] <= row["reach"]
        sign = "≥" if larger else "≤"
        table.add_row(
            str(row["name"]), f"{row['ratio']:.3g}", f"{sign} {row['reach']:g}", "yes" if reached else "no",
            f"{row['time_s']:.3g}", f"{row['yardstick_s']:.3g}",
        )  # fmt: skip
    console.print(table)
    write_text_whole(OUTPUT, json.dumps({row["name"]: row for row in rows}, indent=1) + "\n")
    console.print(f"written to {OUTPUT}")


if __name__ == "__main__":
    main()
