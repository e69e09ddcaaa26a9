"""Reads in one column, up and down by turns; the time beside them, or nothing."""

from __future__ import annotations

import numpy as np

from kinds.bench import Bench, Truth, kind
from kinds.synapse import DOWN, UP, by_turns
from kinds.writing import across, nA, nS, ragged, text, uS, workbook


@kind
def turns_counted_anew(b: Bench) -> Truth:
    """Pulse numbers that begin anew each cycle, 40 up and 40 down, three times; each line read after its pulse."""
    b.whole = True
    reads, ups = b.synapse(0.6 * uS, 7 * uS).turns(*by_turns(3, 40, 40))
    b.chain(reads[1:], ups[1:])
    b.file("fig2.csv", text(["Pulse #", "Conductance (uS)"], across(np.tile(np.arange(1, 81), 3), reads[1:] / uS)))
    b.told(turns="40,40", first_read="after")
    return b.truth()


@kind
def turns_one_column(b: Bench) -> Truth:
    """A single column, five cycles of 35 and 35, the state before any pulse on the first line."""
    reads, ups = b.synapse(21 * nS, 350 * nS).turns(*by_turns(5, 35, 35))
    b.chain(reads, ups)
    b.file("plain.txt", text(["G[nS]"], across(reads / nS)))
    b.told(turns="35,35", first_read="before")
    return b.truth()


@kind
def turns_down_first(b: Bench) -> Truth:
    """A device that begins in its upper state: 32 down, then 32 up, twice."""
    reads, ups = b.synapse(3 * uS, 24 * uS, at=0.92).turns(*by_turns(2, 32, 32, first=DOWN))
    b.chain(reads, ups)
    b.file("down_first.csv", text(["n", "G (uS)"], across(range(reads.size), reads / uS)))
    b.told(turns="32,32", first_read="before")
    return b.truth()


@kind
def turns_found(b: Bench) -> Truth:
    """A controller that turns at two conductances: the number of pulses differs from turn to turn."""
    cell, ups, up = b.synapse(1 * uS, 9 * uS, vary=0.2, noise=0.0001), [], UP
    reads = [cell.read()]
    while len(ups) < 260:
        cell.pulse(up)
        reads.append(cell.read())
        ups.append(up)
        up = DOWN if reads[-1] > 7 * uS else UP if reads[-1] < 2.2 * uS else up
    b.chain(np.array(reads), ups)
    b.file("limits.csv", text(["i", "G (uS)"], across(range(len(reads)), np.array(reads) / uS)))
    b.told(turns="found", first_read="before")
    return b.truth()


@kind
def turns_unlike_exact(b: Bench) -> Truth:
    """An exact reference: 24 equal steps up, 72 equal steps down, twice."""
    up, down = np.linspace(2, 20, 25), np.linspace(20, 2, 73)
    reads = np.concatenate([up, down[1:], up[1:], down[1:]]) * uS
    b.chain(reads, np.repeat([UP, DOWN, UP, DOWN], [24, 72, 24, 72]))
    b.file("exact.csv", text(["pulse", "G (uS)"], across(range(reads.size), reads / uS)))
    b.told(turns="24,72", first_read="before")
    return b.truth()


@kind
def turns_with_cycles(b: Bench) -> Truth:
    """A cycle column beside the reads, 30 up and 30 down a cycle: what happened between two cycles nobody knows."""
    reads, ups = b.synapse(4 * uS, 44 * uS).turns(*by_turns(4, 30, 30))
    for cycle in range(4):
        part = slice(60 * cycle + 1, 60 * cycle + 61)
        b.chain(reads[part], ups[part.start : part.stop - 1])
    lines = across(np.repeat(range(1, 5), 60), np.tile(range(1, 61), 4), reads[1:] / uS)
    b.file("cycles.tsv", text(["Cycle", "Pulse", "G (uS)"], lines, "\t"))
    b.told(turns="30,30", first_read="after")
    return b.truth()


@kind
def turns_of_resistance(b: Bench) -> Truth:
    """The resistance by turns: a SET pulse lowers it."""
    reads, ups = b.synapse(30 * uS, 210 * uS).turns(*by_turns(3, 28, 28))
    b.chain(reads, ups)
    b.file("r_turns.csv", text(["pulse", "Resistance (Ohm)"], across(range(reads.size), 1 / reads)))
    b.told(turns="28,28", first_read="before")
    return b.truth()


@kind
def turns_in_time(b: Bench) -> Truth:
    """Time and current of a source-meter, 33 pulses up and 33 down, four times, one between two lines."""
    reads, ups = b.synapse(50 * nS, 540 * nS).turns(*by_turns(4, 33, 33))
    b.chain(reads, ups)
    b.file("smu.csv", text(["t (s)", "Id (nA)"], across(0.31 * np.arange(reads.size), reads * 0.2 / nA)))
    b.told(read_voltage=0.2, turns="33,33", pulse_between_lines="yes", first_read="before")
    return b.truth()


@kind
def turns_time_without_headings(b: Bench) -> Truth:
    """Two columns of numbers: the clock in ms and the conductance, once up and once down."""
    reads, ups = b.synapse(2 * uS, 13 * uS).turns((70, UP), (70, DOWN))
    b.chain(reads, ups)
    b.file("trace.dat", text(None, across(5 + 0.8 * np.arange(reads.size), reads / uS), " "))
    b.told(header=0, column=["time=1", "turns=2"], units="uS", turns="70,70", first_read="before",
           pulse_between_lines="yes")  # fmt: skip
    return b.truth()


@kind
def turns_a_column_each(b: Bench) -> Truth:
    """A workbook with a column a device, by turns, some stopped early; one number is stored as text."""
    columns = []
    for k, cell in enumerate(b.array(3, 60 * nS, 510 * nS)):
        reads, ups = cell.turns(*by_turns(3 - (k == 1), 36, 36))
        b.chain(reads, ups, k)
        columns.append([round(v, 6) for v in reads / nS])
    rows: list[list] = [["dev A (nS)", "dev B (nS)", "dev C (nS)"], *map(list, ragged(*columns))]
    rows[9][2] = str(rows[9][2])
    b.file("devices.xlsx", workbook({"Tabelle1": rows}))
    b.told(turns="36,36", columns_are="devices", first_read="before")
    return b.truth()


@kind
def turns_stopped_in_the_middle(b: Bench) -> Truth:
    """The measurement was stopped in the middle of its last turn."""
    reads, ups = b.synapse(1 * uS, 8 * uS).turns((45, UP), (45, DOWN), (45, UP), (20, DOWN))
    b.chain(reads, ups)
    b.file("stopped.csv", text(["n", "G (uS)"], across(range(reads.size), reads / uS)))
    b.told(turns="45,45", first_read="before")
    return b.truth()
