"""What the sweeps leave: one row a trained network and epoch. Read here, nowhere else."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from devicegen.errors import Dev2NetError

FIXED_COLUMNS = (
    "network",
    "scheme",
    "device",
    "baseline",
    "seed",
    "epoch",
    "train_accuracy",
    "test_accuracy",
    "pulses",
    "seconds",
)


@dataclass(frozen=True)
class Epoch:
    """Accuracies of one network after one epoch, the first of which is 1.

    settings : the values of the sweep's grid that this network was trained with
    train_accuracy, test_accuracy : shares of right answers, 0 to 1; train_accuracy is NaN where nothing was trained,
               as for devices written ex situ
    pulses   : programming pulses given in this epoch, all layers
    measures : further columns, pulses of each layer among them
    """

    network: str
    scheme: str
    device: str
    baseline: bool
    settings: tuple[tuple[str, str], ...]
    seed: int
    epoch: int
    train_accuracy: float
    test_accuracy: float
    pulses: int
    seconds: float
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Curve:
    """The epochs of one device (or the baseline) with one choice of settings, over all seeds.

    train, test : (n_seeds, n_epochs) accuracy [%]; train is NaN where nothing was trained
    pulses      : (n_seeds, n_epochs)
    measures    : further columns, each (n_seeds, n_epochs)
    """

    network: str
    scheme: str
    device: str
    baseline: bool
    settings: tuple[tuple[str, str], ...]
    epochs: np.ndarray
    train: np.ndarray
    test: np.ndarray
    pulses: np.ndarray
    measures: Mapping[str, np.ndarray] = field(default_factory=dict)

    def column(self, name: str) -> np.ndarray:
        """(n_seeds, n_epochs) values of a column; accuracies in percent. Raises Dev2NetError if there is none."""
        own = {"train_accuracy": self.train, "test_accuracy": self.test, "pulses": self.pulses}
        known = own | dict(self.measures)
        if name not in known:
            raise Dev2NetError(f"network {self.network} has no results {name!r}, expected one of {', '.join(known)}.")
        return known[name]

    @property
    def label(self) -> str:
        """How a legend names the curve."""
        who = "floating point" if self.baseline else self.device
        return ", ".join([who, *(f"{name} = {value}" for name, value in self.settings)])

    def at_end(self, values: np.ndarray) -> tuple[float, float]:
        """Mean and standard deviation over the seeds after the last epoch (deviation 0 for one seed)."""
        last = values[:, -1]
        return float(last.mean()), float(last.std(ddof=1)) if last.size > 1 else 0.0


def same_value(stored: str, wanted: bool | int | float | str) -> bool:
    """Whether a setting, as a CSV stores it, is the one wanted: 1 and 1.0 are equal, True and 1 are not."""
    if stored == str(wanted):
        return True
    try:
        return not isinstance(wanted, str | bool) and float(stored) == float(wanted)
    except ValueError:
        return False


def read_epochs(path: Path) -> list[Epoch]:
    """All rows of one network's CSV file. Raises Dev2NetError if a column is missing."""
    with open(path, newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        columns = reader.fieldnames or []
        missing = [name for name in FIXED_COLUMNS if name not in columns]
        if missing:
            raise Dev2NetError(f"{path}: column {missing[0]!r} is missing, found {columns}. Delete it and run again.")
        swept = columns[columns.index("baseline") + 1 : columns.index("seed")]  # the sweep's settings stand there
        measured = [name for name in columns if name not in (*FIXED_COLUMNS, *swept)]
        return [
            Epoch(
                network=row["network"],
                scheme=row["scheme"],
                device=row["device"],
                baseline=row["baseline"] in ("True", "true", "1"),
                settings=tuple((name, row[name]) for name in swept if row[name] != ""),
                seed=int(row["seed"]),
                epoch=int(row["epoch"]) + 1,
                train_accuracy=float(row["train_accuracy"] or "nan"),
                test_accuracy=float(row["test_accuracy"]),
                pulses=int(row["pulses"] or 0),
                seconds=float(row["seconds"]),
                measures={name: float(row[name]) for name in measured if row[name] != ""},
            )
            for row in reader
        ]


def curves(rows: Iterable[Epoch]) -> list[Curve]:
    """Rows gathered into curves, baselines first, otherwise in the order of the file."""
    groups: dict[tuple, dict[int, dict[int, Epoch]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        key = (row.network, row.scheme, row.device, row.baseline, row.settings)
        groups[key][row.seed][row.epoch] = row
    found = []
    for (network, scheme, device, baseline, settings), seeds in groups.items():
        epochs = sorted(set.intersection(*(set(by_epoch) for by_epoch in seeds.values())))
        table = [[by_epoch[e] for e in epochs] for _, by_epoch in sorted(seeds.items())]
        measured = dict.fromkeys(name for run in table for row in run for name in row.measures)
        found.append(
            Curve(
                network,
                scheme,
                device,
                baseline,
                settings,
                np.array(epochs),
                100 * np.array([[r.train_accuracy for r in run] for run in table]),
                100 * np.array([[r.test_accuracy for r in run] for run in table]),
                np.array([[r.pulses for r in run] for run in table]),
                {name: np.array([[r.measures.get(name, np.nan) for r in run] for run in table]) for name in measured},
            )
        )
    return sorted(found, key=lambda c: (c.network, not c.baseline))
