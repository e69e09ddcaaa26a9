"""The estimator of jump-tables on made-up truth: how its error falls with the pulses, and how honest its bands are.

``pytest validation/measured`` writes results/validation/estimator.json and estimator.png. Two minutes of one core.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest

from devicegen.artificial.response import artificial_table, read_response
from devicegen.files import write_text_whole
from devicegen.pulses.estimate import estimate_table, make_grid
from netsim.figures.style import COLOURS, figure

FOLDER = Path(__file__).parents[2] / "results" / "validation"
PULSES = (250, 1_000, 4_000, 16_000, 64_000, 256_000)
SEEDS = 6
DEVICES = {
    "PCMO, SET": ("fumarola2016_pcmo", True),
    "PCMO, RESET": ("fumarola2016_pcmo", False),
    "PCM, SET": ("nandakumar2018_pcm", True),
}


def truth(name):
    preset, is_set = DEVICES[name]
    table = artificial_table(preset, read_response({"preset": preset}))
    return table, table.jump_set if is_set else table.jump_reset


def drawn(jump, n, rng):
    """`n` pulses from a table, evenly over its conductances; between two rows either, the nearer more often."""
    g = rng.uniform(jump.conductance[0], jump.conductance[-1], n)
    row = np.floor(np.interp(g, jump.conductance, np.arange(jump.conductance.size)) + rng.random(n)).astype(int)
    delta = np.empty(n)
    for k in np.unique(row):
        mine = row == k
        first = max(int(np.searchsorted(jump.cdf[k], 0.0, side="right")) - 1, 0)
        delta[mine] = np.interp(rng.random(mine.sum()), jump.cdf[k, first:], jump.delta[first:])
    return g, delta


def on_grids(jump, table):
    """The CDF of the truth on the grids of an estimate."""
    rows = np.array([np.interp(table.delta, jump.delta, row, left=0.0, right=1.0) for row in jump.cdf])
    return np.array([np.interp(table.conductance, jump.conductance, column) for column in rows.T]).T


def inner(cdf):
    wide = (cdf > 0.02) & (cdf < 0.98)
    wide[:3] = wide[-3:] = False
    return wide


@pytest.fixture(scope="module")
def errors():
    """Mean distance of the CDF, and share of the truth within the bands, by device and number of pulses."""
    found = {}
    for name in DEVICES:
        device, jump = truth(name)
        for n in PULSES:
            distance, held = [], []
            for seed in range(SEEDS):
                g, delta = drawn(jump, n, np.random.default_rng([seed, n]))
                grid = make_grid(device.g_min_S, device.g_max_S, delta)
                table = estimate_table(g, delta, grid, bands=seed < 2).table
                known = on_grids(jump, table)
                wide = inner(known)
                distance.append(np.abs(table.cdf - known)[wide].mean())
                if table.cdf_low is not None:
                    held.append(((table.cdf_low <= known) & (known <= table.cdf_high))[wide].mean())
            row = {"error": float(np.mean(distance)), "deviation": float(np.std(distance, ddof=1))}
            found.setdefault(name, {})[n] = row | {"within_bands": float(np.mean(held))}
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_text_whole(FOLDER / "estimator.json", json.dumps(found, indent=1) + "\n")
    draw(found, FOLDER / "estimator.png")
    return found


def draw(found, path):
    with figure(path, 8.6, 3.8) as drawing:
        error, held = drawing.subplots(1, 2)
        for (name, rows), colour in zip(found.items(), COLOURS, strict=False):
            n = list(rows)
            mean, deviation = (np.array([row[key] for row in rows.values()]) for key in ("error", "deviation"))
            error.errorbar(n, 100 * mean, yerr=100 * deviation, color=colour, marker="o", ms=4, capsize=2, label=name)
            share = [100 * row["within_bands"] for row in rows.values()]
            held.plot(n, share, color=colour, marker="o", ms=4, label=name)
        n = np.array(PULSES, float)
        first = 100 * np.mean([rows[PULSES[0]]["error"] for rows in found.values()])
        error.plot(n, first * (n / n[0]) ** -0.4, color="#777777", lw=1, ls=":", label="$n^{-0.4}$")
        error.set_yscale("log")
        error.set_ylabel("mean error of the CDF [%]")
        held.axhline(90, color="#777777", lw=1, ls=":")
        held.set_ylim(0, 100)
        held.set_ylabel("truth within the 90% band [%]")
        for axes in (error, held):
            axes.set_xscale("log")
            axes.set_xlabel("pulses")
        drawing.legend(*error.get_legend_handles_labels(), loc="outside lower center", ncols=4)


@pytest.mark.parametrize("name", DEVICES)
def test_error_falls_with_the_pulses(errors, name):
    error = np.array([row["error"] for row in errors[name].values()])
    assert np.all(np.diff(error) < 0)
    rate = np.polyfit(np.log(PULSES), np.log(error), 1)[0]
    assert rate < -0.3, (
        f"n^{rate:.2f}; a histogram in fixed bins would keep a constant error, a parametric fit has -0.5"
    )
    assert error[-1] < 0.01


@pytest.mark.parametrize("name", DEVICES)
def test_bands_hold_most_of_the_truth(errors, name):
    held = np.array([row["within_bands"] for row in errors[name].values()])
    assert held.min() > 0.5
    assert held.max() < 0.99


@pytest.mark.parametrize("name", DEVICES)
def test_fresh_pulses_are_uniform_in_the_estimate(name):
    """Probability integral transform of pulses that the table was not made of."""
    device, jump = truth(name)
    g, delta = drawn(jump, 200_000, np.random.default_rng(1))
    table = estimate_table(g, delta, make_grid(device.g_min_S, device.g_max_S, delta)).table
    span = device.g_max_S - device.g_min_S
    g, delta = drawn(jump, 6000, np.random.default_rng(2))
    inside = (g > device.g_min_S + 0.3 * span) & (g < device.g_max_S - 0.3 * span)
    place = np.interp(g[inside], table.conductance, np.arange(table.conductance.size))
    low = place.astype(int)
    part = place - low
    transform = np.array(
        [
            (1 - p) * np.interp(d, table.delta, table.cdf[k]) + p * np.interp(d, table.delta, table.cdf[k + 1])
            for d, k, p in zip(delta[inside], low, part, strict=True)
        ]
    )
    assert kstest(transform, "uniform").pvalue > 1e-4
