"""A column a ramp: with x beside y, with counters, backwards, dead, few."""

from __future__ import annotations

import numpy as np

from kinds.bench import Bench, Refusal, Say, Truth, kind
from kinds.synapse import DOWN, UP
from kinds.writing import across, nS, ragged, text, uS


def both(b: Bench, n: int, low_S: float, high_S: float, **how: float) -> tuple[np.ndarray, np.ndarray]:
    """A ramp up and a ramp down of n pulses, n + 1 reads each [S]; the truth knows them."""
    cell = b.synapse(low_S, high_S, **{"pulses": n, **how})
    up, down = cell.ramp(n, UP), cell.ramp(n, DOWN)
    b.chain(up, UP)
    b.chain(down, DOWN)
    return up, down


@kind
def ramps_in_two_files(b: Bench) -> Truth:
    """Eight ramps up in one file, eight down in another, of unlike lengths; the user knows the unit."""
    for name, up in (("ltp", UP), ("ltd", DOWN)):
        ramps = []
        for _ in range(8):
            ramp = b.synapse(9 * uS, 47 * uS, at=0.05 if up else 0.94).ramp(int(b.rng.integers(40, 55)), up)
            b.chain(ramp, up)
            ramps.append(ramp / uS)
        b.file(f"{name}.csv", text([f"cycle{k}" for k in range(1, 9)], ragged(*ramps)))
    b.told(reset="ltd.csv", units="uS", first_read="before")
    return b.truth()


@kind
def ramps_several_in_one(b: Bench) -> Truth:
    """Four cycles side by side in one file: LTP1, LTD1, LTP2, ..."""
    columns, header = [], []
    for cycle in range(1, 5):
        up, down = both(b, 34, 0.3 * uS, 2.9 * uS)
        columns += [up / uS, down / uS]
        header += [f"LTP{cycle} (uS)", f"LTD{cycle} (uS)"]
    b.file("four_cycles.csv", text(header, across(*columns)))
    b.told(first_read="before")
    return b.truth()


@kind
def ramps_of_16_levels(b: Bench) -> Truth:
    """Sixteen levels, fifteen pulses of a polarity: the fewest that a table is made of."""
    b.whole = True
    up, down = both(b, 15, 10 * uS, 90 * uS, vary=0.15)
    b.file("four_bit.csv", text(["Set (uS)", "Reset (uS)"], across(up / uS, down / uS)))
    b.told(first_read="before")
    return b.truth(Say((r"few|only|\b15\b",)))


@kind
def ramps_of_32_levels(b: Bench) -> Truth:
    """Thirty-one pulses of a polarity."""
    up, down = both(b, 31, 14 * nS, 99 * nS)
    b.file("five.csv", text(["potentiation (nS)", "depression (nS)"], across(up / nS, down / nS)))
    b.told(first_read="before")
    return b.truth(Say((r"few|only|\b31\b",)))


@kind
def ramps_too_short(b: Bench) -> Refusal:
    """Eight levels: seven pulses of a polarity make no distribution."""
    up, down = both(b, 7, 10 * uS, 90 * uS)
    b.file("three_bit.csv", text(["LTP (uS)", "LTD (uS)"], across(up / uS, down / uS)))
    b.told(first_read="before")
    return Refusal((r"\b7\b", r"\b15\b|at least|few"))


@kind
def ramps_with_a_counter_each(b: Bench) -> Truth:
    """Pulse number beside conductance, for each ramp."""
    up, down = both(b, 64, 33 * nS, 190 * nS)
    b.file("pairs.csv", text(["x1", "LTP (nS)", "x2", "LTD (nS)"],
                             across(range(65), up / nS, range(65, 130), down / nS)))  # fmt: skip
    b.told(first_read="before")
    return b.truth()


@kind
def ramps_digitised(b: Bench) -> Truth:
    """Points clicked off a figure, two lines of headings, pulse numbers that are not whole."""
    up, down = both(b, 47, 5 * uS, 38 * uS)
    lines = ["LTP,,LTD,", "X,Y,X,Y"]
    for k in range(48):
        x = 2 * k + 0.06 * b.rng.standard_normal(2)
        lines.append(f"{x[0]:.5f},{up[k] / uS:.7g},{100 + x[1]:.5f},{down[k] / uS:.7g}")
    b.file("wpd_datasets.csv", "\n".join(lines) + "\n")
    b.told(units="uS", first_read="before")
    return b.truth()


@kind
def ramps_beside_an_index(b: Bench) -> Truth:
    """Saved by a data frame: an index without a name, then the two ramps."""
    up, down = both(b, 50, 100 * nS, 810 * nS)
    b.file("df.csv", text(["", "pot (nS)", "dep (nS)"], across(range(51), up / nS, down / nS)))
    b.told(first_read="before")
    return b.truth()


@kind
def ramps_sharing_a_counter(b: Bench) -> Truth:
    """One column of pulse numbers for both ramps."""
    up, down = both(b, 44, 1 * uS, 6 * uS)
    b.file("shared_x.csv", text(["Pulse number", "LTP (uS)", "LTD (uS)"], across(range(45), up / uS, down / uS)))
    b.told(first_read="before")
    return b.truth()


@kind
def ramps_of_two_clocks(b: Bench) -> Truth:
    """Two files without headings, each with a clock and the conductance."""
    for name, up in (("raise", UP), ("fall", DOWN)):
        ramp = b.synapse(25 * uS, 160 * uS, at=0.06 if up else 0.93).ramp(60, up)
        b.chain(ramp, up)
        b.file(f"{name}.dat", text(None, across(2.0 + 0.7 * np.arange(61), ramp / uS), "\t"))
    b.told(reset="fall.dat", header=0, units="uS", first_read="before", pulse_between_lines="yes",
           column=["raise.dat:time=1", "raise.dat:set=2", "fall.dat:time=1", "fall.dat:reset=2"])  # fmt: skip
    return b.truth()


@kind
def ramps_listed_backwards(b: Bench) -> Truth:
    """Both ramps in rising order: the depression was listed against the time."""
    up, down = both(b, 52, 31 * nS, 230 * nS)
    b.file("rising.csv", text(["LTP (nS)", "LTD (nS)"], across(up / nS, down[::-1] / nS)))
    b.told(backwards="LTD (nS)", first_read="before")
    return b.truth()


@kind
def ramps_with_a_dead_one(b: Bench) -> Truth:
    """A third column of a device that no longer switched; told to ignore it."""
    up, down = both(b, 55, 2 * uS, 12 * uS)
    dead = 6 * uS * (1 + 0.002 * b.rng.standard_normal(56))
    b.file("third.csv", text(["LTP (uS)", "LTD (uS)", "LTP b (uS)"], across(up / uS, down / uS, dead / uS)))
    b.told(column=["ignore=LTP b (uS)"], first_read="before")
    return b.truth()


@kind
def ramps_dead_and_not_told(b: Bench) -> Refusal:
    """The same file, and nobody says that the third column is dead."""
    ramps_with_a_dead_one(b)
    b.options.pop("column")
    return Refusal((r"LTP b", r"chang|dead|stuck|constant|flat|switch|mov|ignore|noise"))


@kind
def ramps_with_a_drop(b: Bench) -> Truth:
    """Three cycles with a rest between up and down, in which the conductance falls; a column a ramp."""
    b.whole = True
    columns, falls = [], []
    for _ in range(3):
        up = b.synapse(0.8 * uS, 12 * uS, at=0.03).ramp(48, UP)
        down = b.synapse(0.5 * uS, 7.5 * uS, at=0.9).ramp(48, DOWN)
        b.chain(up, UP)
        b.chain(down, DOWN)
        falls.append(up[-1] - down[0])
        columns += [up / uS, down / uS]
    header = [f"{name}{k} (uS)" for k in (1, 2, 3) for name in ("P", "D")]
    b.file("rest_between.csv", text(header, across(*columns)))
    b.told(first_read="before", range="whole", pulse_between_lines="yes",
           column=[*(f"set=P{k} (uS)" for k in (1, 2, 3)), *(f"reset=D{k} (uS)" for k in (1, 2, 3))])  # fmt: skip
    top = b.highest(DOWN)
    return b.truth(Say(("RESET",), top, 0.03), Say((r"fell|fall|drop|lower|jump",), float(np.mean(falls)), 0.15))


@kind
def ramps_headed_by_amplitudes(b: Bench) -> Truth:
    """A column for each amplitude, named after it; the user wants one of either sign."""
    columns, header = [], []
    for volt, pulses in ((1.2, 80), (1.5, 44), (-1.2, 80), (-1.5, 44)):
        up = volt > 0
        ramp = b.synapse(3 * uS, 27 * uS, pulses=pulses, at=0.05 if up else 0.95).ramp(40, up)
        columns.append(ramp / uS)
        header.append(f"{volt:+.1f} V")
        if abs(volt) == 1.5:
            b.chain(ramp, up)
    b.file("search.csv", text(header, across(*columns)))
    b.told(units="uS", set_amplitude=1.5, reset_amplitude=-1.5, first_read="before")
    return b.truth()


@kind
def ramps_stacked(b: Bench) -> Truth:
    """Two blocks in one text file, one above the other, each with its headings."""
    up, down = both(b, 42, 4 * uS, 29 * uS)
    first = text(["n", "G_pot (uS)"], across(range(43), up / uS))
    b.file("blocks.txt", first + "\n" + text(["n", "G_dep (uS)"], across(range(43), down / uS)))
    b.told(first_read="before")
    return b.truth()


@kind
def ramps_origin(b: Bench) -> Truth:
    """Origin's export: long names, a line of units, a line of comments, an x column beside each ramp."""
    up, down = both(b, 56, 45 * nS, 400 * nS)
    lines = ["Pulse number\tPotentiation\tPulse number\tDepression", "\tnS\t\tnS", "\tdevice 4\t\tdevice 4"]
    lines += ["\t".join(map(str, (k, f"{up[k] / nS:.7g}", k, f"{down[k] / nS:.7g}"))) for k in range(57)]
    b.file("Graph2.txt", "\n".join(lines) + "\n")
    b.told(first_read="before")
    return b.truth()


@kind
def ramps_beside_a_fit(b: Bench) -> Truth:
    """Measured ramps, and beside each the curve of a model; the user says which are measured."""
    up, down = both(b, 58, 2 * uS, 21 * uS)
    x = np.arange(59) / 58
    fit_up, fit_down = (up[0] + (up[-1] - up[0]) * x**0.6, down[0] + (down[-1] - down[0]) * x**0.6)
    lines = across(range(59), up / uS, fit_up / uS, down / uS, fit_down / uS)
    b.file("figure4.csv", text(["n", "LTP (uS)", "LTP fit (uS)", "LTD (uS)", "LTD fit (uS)"], lines))
    b.told(column=["set=LTP (uS)", "reset=LTD (uS)", "ignore=LTP fit (uS)", "ignore=LTD fit (uS)"], first_read="before")
    return b.truth()


@kind
def ramps_beside_a_fit_not_told(b: Bench) -> Truth:
    """The same figure, and nobody says which curves are a model's: the headings say it."""
    ramps_beside_a_fit(b)
    b.options.pop("column")
    return b.truth(Say((r"LTP fit", r"model|curve|not used|ignore")))


@kind
def ramps_read_after(b: Bench) -> Truth:
    """Each read was taken after a pulse, the first too: the change of the first pulse is not in the file."""
    cell = b.synapse(3 * uS, 19 * uS)
    up, down = cell.ramp(45, UP)[1:], cell.ramp(45, DOWN)[1:]
    b.chain(up, UP)
    b.chain(down, DOWN)
    b.file("after.csv", text(["LTP (uS)", "LTD (uS)"], across(up / uS, down / uS)))
    b.told(first_read="after", pulse_between_lines="yes")
    return b.truth()
