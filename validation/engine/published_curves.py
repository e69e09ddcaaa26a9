"""Published curves of standard problem 4, from data/standard_problem_4.csv, which names their sources."""

import csv
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data" / "standard_problem_4.csv"


def published_curves(field: str) -> dict[str, np.ndarray]:
    """Points of one applied field, "1" or "2", by their source: rows of t [s], mx, my, mz."""
    curves: dict[str, list[tuple[float, ...]]] = {}
    with open(DATA, encoding="utf-8") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            if row["field"] == field:
                point = (float(row["t_ps"]) * 1e-12, float(row["mx"]), float(row["my"]), float(row["mz"]))
                curves.setdefault(row["source"], []).append(point)
    return {source: np.array(points).T for source, points in curves.items()}
