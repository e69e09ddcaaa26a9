"""Finished tables: CrossSim's look-up tables, mean changes against the conductance."""

from __future__ import annotations

import numpy as np

from kinds.bench import Bench, Say, Truth, kind
from kinds.writing import across, number, text, uS


def lookup(b: Bench, n_g: int, n_p: int, up: bool, *, dips: bool = False, wide: float = 0.3, device: int = 0) -> str:
    """A look-up table in CrossSim's form of a device between 2 and 12 uS; its mean changes go to the truth."""
    g = np.linspace(2, 12, n_g) * uS
    p = np.linspace(0, 1, n_p)
    mean = 0.06 * ((12.5 * uS - g) if up else (1.5 * uS - g))
    shape = np.clip(np.sqrt(3) * (2 * p - 1), -1.73, 1.73)  # a flat distribution
    rows = mean[None, :] * (1 + wide * (shape if up else -shape)[:, None])
    if dips:
        at = b.rng.integers(2, n_p - 2, n_g)
        rows[at, np.arange(n_g)] -= 0.012 * np.abs(mean)
    inside = np.clip(rows, (2 * uS - g)[None, :], (12 * uS - g)[None, :])
    ordered = np.sort(inside, axis=0)
    change = ((ordered[1:] + ordered[:-1]) / 2 * np.diff(p)[:, None]).sum(axis=0)
    b.pairs(g, g + change, up, device)
    lines = [",".join(number(v, 9) for v in row) for row in (g, p, *rows)]
    return "made-up look-up table\n" + "\n".join(lines) + "\n"


@kind
def lookup_plain(b: Bench) -> Truth:
    """CrossSim's two look-up tables."""
    b.whole = True
    b.file("dG_increasing.txt", lookup(b, 25, 31, True))
    b.file("dG_decreasing.txt", lookup(b, 25, 31, False))
    b.told(reset="dG_decreasing.txt", layout="tables")
    return b.truth(finished=True)


@kind
def lookup_with_dips(b: Bench) -> Truth:
    """Look-up tables made of few pulses: some quantiles dip below the one before."""
    b.whole = True
    b.file("inc.txt", lookup(b, 21, 26, True, dips=True))
    b.file("dec.txt", lookup(b, 21, 26, False, dips=True))
    b.told(reset="dec.txt", layout="tables")
    return b.truth(Say((r"sort|order|dip|fall",)), finished=True)


@kind
def lookup_of_many_changes(b: Bench) -> Truth:
    """Look-up tables with 151 conductances and 160 probabilities: thinned to what the distribution needs."""
    b.whole = True
    b.file("inc.txt", lookup(b, 151, 160, True))
    b.file("dec.txt", lookup(b, 151, 160, False))
    b.told(reset="dec.txt", layout="tables")
    return b.truth(finished=True, at_most_bytes=1_000_000)


@kind
def lookup_of_two_devices(b: Bench) -> Truth:
    """Look-up tables of two instances, in four files: each is a device."""
    b.whole = True
    for k, wide in enumerate((0.2, 0.35)):
        b.file(f"dG_increasing_{k}.txt", lookup(b, 21, 26, True, wide=wide, device=k))
    for k, wide in enumerate((0.2, 0.35)):
        b.file(f"dG_decreasing_{k}.txt", lookup(b, 21, 26, False, wide=wide, device=k))
    b.told(
        layout="tables",
        column=[
            f"dG_{way}creasing_{k}.txt:{is_set}=1" for way, is_set in (("in", "set"), ("de", "reset")) for k in (0, 1)
        ],
    )
    return b.truth(finished=True)


def _mean_changes(b: Bench, signed: bool) -> None:
    g = np.linspace(3, 33, 25)
    up, down = 0.05 * (35 - g), -0.04 * (g - 1)
    b.pairs(g * uS, (g + up) * uS, True)
    b.pairs(g * uS, (g + down) * uS, False)
    lines = across(g, up, down if signed else -down)
    b.file("dg.csv", text(["G (uS)", "dG_pot (uS)", "dG_dep (uS)"], lines))
    b.told(layout="mean_changes", column=["conductance=G (uS)", "set_change=dG_pot (uS)", "reset_change=dG_dep (uS)"])
    b.whole = True


@kind
def mean_changes_with_signs(b: Bench) -> Truth:
    """Mean change of a pulse up and of a pulse down at 25 conductances."""
    _mean_changes(b, signed=True)
    return b.truth(finished=True)


@kind
def mean_changes_without_signs(b: Bench) -> Truth:
    """The same, both changes without their sign."""
    _mean_changes(b, signed=False)
    return b.truth(finished=True)
