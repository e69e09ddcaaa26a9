"""The study in one table: where each device ends, beside floating point."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devicegen.files import written_whole
from netsim.results import Curve, curves, read_epochs
from netsim.unmeasured import mean_of, unmeasured_of


@dataclass(frozen=True)
class Line:
    """One line of the summary; accuracies in percent, loss in percentage points.

    baseline          : floating point, no device
    train_percent, train_std : None where nothing was trained, as in devices written ex situ
    train_gain_points : by how much the training accuracy rose in the last epoch; None for a single epoch
    pulses            : of all epochs, mean over the seeds
    unmeasured_set, unmeasured_reset, unmeasured_share : shares of the SET pulses, of the RESET pulses and of all of the
                        training that were fired where nobody measured them, 0 to 1, means over the seeds; None where
                        nobody knows
    """

    network: str
    scheme: str
    device: str
    baseline: bool
    settings: str
    seeds: int
    epochs: int
    train_percent: float | None
    train_std: float | None
    train_gain_points: float | None
    test_percent: float
    test_std: float
    baseline_test_percent: float | None
    loss_points: float | None
    pulses: float
    unmeasured_set: float | None = None
    unmeasured_reset: float | None = None
    unmeasured_share: float | None = None


def _last_gain(curve: Curve) -> float | None:
    mean = curve.train.mean(axis=0)
    return float(mean[-1] - mean[-2]) if mean.size > 1 else None


def summarise(found: Sequence[Curve]) -> list[Line]:
    """One line a curve; each device stands beside the baseline of its own network and settings."""
    lines = []
    for curve in found:
        same_net = [c for c in found if c.baseline and c.network == curve.network]
        fitting = [c for c in same_net if set(c.settings) <= set(curve.settings)] or same_net
        base = fitting[0].at_end(fitting[0].test)[0] if fitting else None
        trained = bool(np.isfinite(curve.train).all())
        train, train_std = curve.at_end(curve.train) if trained else (None, None)
        test, test_std = curve.at_end(curve.test)
        fired = unmeasured_of(curve)
        blind = None if fired is None else mean_of(fired)
        lines.append(
            Line(
                network=curve.network,
                scheme=curve.scheme,
                device="floating point" if curve.baseline else curve.device,
                baseline=curve.baseline,
                settings="; ".join(f"{name}={value}" for name, value in curve.settings),
                seeds=curve.test.shape[0],
                epochs=int(curve.epochs[-1]),
                train_percent=train,
                train_std=train_std,
                train_gain_points=_last_gain(curve),
                test_percent=test,
                test_std=test_std,
                baseline_test_percent=base,
                loss_points=None if base is None or curve.baseline else base - test,
                pulses=float(curve.pulses.sum(axis=1).mean()),
                unmeasured_set=None if blind is None else blind.set_share,
                unmeasured_reset=None if blind is None else blind.reset_share,
                unmeasured_share=None if blind is None else blind.share,
            )
        )
    return lines


def read_summary(paths: Sequence[Path]) -> list[Line]:
    """The summary of several networks' CSV files, tests under stress left out."""
    found = [[c for c in curves(read_epochs(path)) if "stress" not in dict(c.settings)] for path in paths]
    return [line for of_network in found for line in summarise(of_network)]


def _in_csv(value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def write_summary(paths: Sequence[Path], output: Path) -> None:
    """Write the summary of several networks' CSV files as one CSV file."""
    names = list(Line.__dataclass_fields__)
    with written_whole(output) as draft, open(draft, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        for line in read_summary(paths):
            writer.writerow([_in_csv(getattr(line, name)) for name in names])
