"""The study in one table: where each device ends, beside floating point."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devicegen.files import written_whole
from netsim.results import Curve, curves, read_epochs


@dataclass(frozen=True)
class Line:
    """One line of the summary; accuracies in percent, loss in percentage points."""

    network: str
    scheme: str
    device: str
    settings: str
    seeds: int
    epochs: int
    train_percent: float
    train_std: float
    test_percent: float
    test_std: float
    baseline_test_percent: float | None
    loss_points: float | None
    pulses: float


def summarise(found: Sequence[Curve]) -> list[Line]:
    """One line a curve; each device stands beside the baseline of its own network and settings."""
    lines = []
    for curve in found:
        same_net = [c for c in found if c.baseline and c.network == curve.network]
        fitting = [c for c in same_net if set(c.settings) <= set(curve.settings)] or same_net
        base = fitting[0].at_end(fitting[0].test)[0] if fitting else None
        train, train_std = curve.at_end(curve.train)
        test, test_std = curve.at_end(curve.test)
        lines.append(
            Line(
                network=curve.network,
                scheme=curve.scheme,
                device="floating point" if curve.baseline else curve.device,
                settings="; ".join(f"{name}={value}" for name, value in curve.settings),
                seeds=curve.test.shape[0],
                epochs=int(curve.epochs[-1]),
                train_percent=train,
                train_std=train_std,
                test_percent=test,
                test_std=test_std,
                baseline_test_percent=base,
                loss_points=None if base is None or curve.baseline else base - test,
                pulses=float(curve.pulses.sum(axis=1).mean()),
            )
        )
    return lines


def read_summary(paths: Sequence[Path]) -> list[Line]:
    """The summary of several networks' CSV files."""
    return [line for path in paths for line in summarise(curves(read_epochs(path)))]


def write_summary(paths: Sequence[Path], output: Path) -> None:
    """Write the summary of several networks' CSV files as one CSV file."""
    names = list(Line.__dataclass_fields__)
    with written_whole(output) as draft, open(draft, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        for line in read_summary(paths):
            values = [getattr(line, name) for name in names]
            writer.writerow(["" if v is None else f"{v:.6g}" if isinstance(v, float) else v for v in values])
