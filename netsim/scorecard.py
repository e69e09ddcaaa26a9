"""The scorecard of a device: how well networks learn on it, at which settings, and which of its flaws costs what.

A flaw's cost is told in two ways. What its removal gives back: the device trains once as it is and once with this one
property ideal (see `netsim.ideal`). What it costs alone: an ideal device trains once with this one property of the
real one. Where two flaws hide each other the first is small for both, the second is not. Every variant is trained at
the best of a few learning rates of its own, on equal initial weights and images; differences are taken seed by seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from devicegen.errors import ConfigError, Dev2NetError
from devicegen.table import DeviceTable
from devicegen.table_file import read_table
from netsim.config import PairNetwork, QuantizedNetwork, Setting
from netsim.config.scorecard import ScorecardConfig
from netsim.ideal import FLAWS
from netsim.pair_device import PairDevice
from netsim.points import check_device
from netsim.results import Curve, curves, read_epochs
from netsim.scores import FlawCost, PairScore, QuantizedScore, Score, Scorecard, Tried
from netsim.sweep import run_sweep
from netsim.unmeasured import Range, mean_of, unmeasured_of

_NOISES = ("device", "none")
"""What pulses of the quantized networks leave behind: what the device does, and their targets."""


def flaws_present(network: PairNetwork, table: DeviceTable) -> tuple[str, ...]:
    """The flaws whose removal changes anything that a device is trained with."""

    def trained_with(without: str) -> tuple:
        device = PairDevice.of(network.model_copy(update={"without": without}), table)
        read, drift = device.read_noise, (device.network.drift_exponent, device.network.leakage_time)
        return device.response.changes.tobytes(), device.response.units.tobytes(), device.response.ends, read, drift

    real = trained_with("nothing")
    return tuple(flaw for flaw in FLAWS if trained_with(flaw) != real)


def known_read_noise(table: DeviceTable) -> float:
    """Read noise that was found when the table was made, in parts of the range; 0 where nobody looked."""
    found = table.provenance.get("estimation", {}).get("read_noise_S") or 0.0
    return float(found) / (table.g_max_S - table.g_min_S)


def _score(curve: Curve) -> Score:
    test, train = curve.test[:, -1], curve.train[:, -1]
    energy = curve.measures.get("energy_J", curve.measures.get("programming_J"))
    fired = unmeasured_of(curve)
    return Score(
        float(test.mean()),
        float(test.std(ddof=1) / np.sqrt(test.size)) if test.size > 1 else 0.0,
        float(train.mean()),
        float(curve.pulses.sum(axis=1).mean()),
        None if energy is None else float(energy.sum(axis=1).mean()),
        {name: _number(value) for name, value in curve.settings if name != "without"},
        None if fired is None else mean_of(fired),
    )


def _number(value: str) -> Setting:
    try:
        return float(value)
    except ValueError:
        return value


def _best(found: Sequence[Curve]) -> Curve:
    return max(found, key=lambda curve: curve.test[:, -1].mean())


def _difference(high: Curve, low: Curve) -> tuple[float, float]:
    """Mean difference of the last test accuracies, seed by seed, and its standard error."""
    points = high.test[:, -1] - low.test[:, -1]
    return float(points.mean()), float(points.std(ddof=1) / np.sqrt(points.size))


@dataclass(frozen=True)
class _Bench:
    """Where and with what the networks of one scorecard are trained."""

    table: Path
    mnist: Path
    folder: Path
    workers: int
    scheduler: str | None
    root_seed: int
    other_data_set: bool

    def train(self, name: str, network: PairNetwork | QuantizedNetwork, device: str) -> list[Curve]:
        output = self.folder / f"{name}.csv"
        run_sweep(
            "scorecard", network, {device: self.table}, self.mnist, output, self.folder / "points", self.workers,
            self.scheduler, self.root_seed, self.other_data_set, warn_of_unmeasured=False,  # the scorecard says it
        )  # fmt: skip
        return curves(read_epochs(output))


def _pair_score(bench: _Bench, table: DeviceTable, config: ScorecardConfig) -> PairScore:
    noise = known_read_noise(table) if config.read_noise == "table" else config.read_noise
    base = PairNetwork(
        scheme="pair", layers=config.pair_layers, devices=[table.device], images=config.images, epochs=config.epochs,
        test_images=config.test_images, read_noise=noise, drift_exponent=config.drift_exponent,
        leakage_time=config.leakage_time,
    )  # fmt: skip
    tried = bench.train("tried", _with(base, 1, False, {
        "eta": list(config.eta), "eta_ratio": list(config.eta_ratio), "weight_range": list(config.weight_range),
    }), table.device)  # fmt: skip
    chosen = dict(_score(_best(tried)).settings)
    eta = float(chosen.pop("eta"))
    ratios = list(dict.fromkeys([chosen.pop("eta_ratio", "auto"), "auto"]))  # what evens out another asymmetry, too
    fixed = base.with_settings(chosen)
    present = flaws_present(fixed, table)
    variants = ["nothing", "everything", *present, *(f"all_but_{flaw}" for flaw in present)]
    found = bench.train("flaws", _with(fixed, config.seeds, True, {
        "without": variants, "eta": [float(f"{eta * factor:.3g}") for factor in config.eta_factors],
        "eta_ratio": ratios,
    }), table.device)  # fmt: skip
    devices = [curve for curve in found if not curve.baseline]
    best = {name: _best([c for c in devices if ("without", name) in c.settings]) for name in variants}
    costs = []
    for flaw in present:
        without, alone = best[flaw], best[f"all_but_{flaw}"]
        gain, loss = _difference(without, best["nothing"]), _difference(best["everything"], alone)
        costs.append(FlawCost(flaw, _score(without), *gain, _score(alone), *loss))
    real = _score(best["nothing"])
    return PairScore(
        replace(real, settings=chosen | real.settings),
        _score(best["everything"]),
        _score(next(curve for curve in found if curve.baseline)),
        PairDevice.of(fixed, table).set_only,
        tuple(sorted(costs, key=lambda cost: -cost.gives_back)),
        tuple(flaw for flaw in FLAWS if flaw not in present),
        tuple(Tried(_score(curve).settings, float(curve.test[:, -1].mean())) for curve in tried),
    )


def _with(network: PairNetwork, seeds: int, baseline: bool, grid: Mapping[str, Sequence[Setting]]) -> PairNetwork:
    return PairNetwork.model_validate(
        network.model_dump(exclude={"grid", "plot"}) | {"seeds": seeds, "baseline": baseline, "grid": grid}
    )


def _quantized_network(table: DeviceTable, config: ScorecardConfig) -> QuantizedNetwork:
    n_states = config.levels if table.states is None else min(5, table.states.control.size)
    return QuantizedNetwork(
        scheme="quantized", layers=config.quantized_layers, devices=[table.device], images=config.quantized_images,
        epochs=config.quantized_epochs, test_images=config.test_images, seeds=config.seeds, alpha=config.alpha,
        levels=config.levels if table.states is None else None, n_states=n_states, grid={"noise": list(_NOISES)},
    )  # fmt: skip


def _quantized_score(bench: _Bench, table: DeviceTable, network: QuantizedNetwork) -> QuantizedScore:
    found = bench.train("quantized", network, table.device)
    real, exact = (next(c for c in found if ("noise", noise) in c.settings) for noise in _NOISES)
    ideal = next(curve for curve in found if curve.baseline)
    return QuantizedScore(
        _score(real), _score(exact), _score(ideal), _difference(ideal, exact), _difference(exact, real),
        network.n_states, network.levels,
    )  # fmt: skip


def score_device(
    table_path: Path,
    mnist: Path,
    folder: Path,
    config: ScorecardConfig | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    root_seed: int = 2022,
    other_data_set: bool = False,
) -> Scorecard:
    """Train the networks of a device's scorecard; what was trained before into `folder` is not trained again.

    folder    : where finished points and their CSV files go
    workers, scheduler, root_seed, other_data_set : see `netsim.sweep.run_sweep`
    Raises    : TableError or ConfigError for a device that cannot be trained, MnistError
    """
    config = config or ScorecardConfig()
    table = read_table(table_path)
    bench = _Bench(table_path, mnist, folder, workers, scheduler, root_seed, other_data_set)
    folder.mkdir(parents=True, exist_ok=True)
    if table.jump_set is None and table.states is None:
        raise ConfigError(f"{table_path}: holds neither jump-tables nor states: there is nothing to score.")
    network, reason = _quantized_network(table, config), ""
    try:
        check_device(network, table)
    except Dev2NetError as error:
        if table.jump_set is None:
            raise
        reason = str(error)
    return Scorecard(
        table.device,
        table.synthetic,
        config,
        _pair_score(bench, table, config) if table.jump_set is not None else None,
        None if reason else _quantized_score(bench, table, network),
        reason,
        Range.of(table),
    )
