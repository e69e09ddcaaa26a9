"""What devices do beside their jump-tables, and what a user should hear of it."""

from __future__ import annotations

import numpy as np

from kinds.bench import Bench, Refusal, Say, Truth, kind
from kinds.ramps import both
from kinds.synapse import DOWN, UP, by_turns
from kinds.writing import across, nS, text, uS


@kind
def physics_first_pulses_after_a_turn(b: Bench) -> Truth:
    """A device with memory: the first two pulses after each turn go three times as far as the others."""
    lines, part = [], np.log(10) / 45
    cell = b.synapse(2 * uS, 21 * uS, noise=0.0005)
    for up in (UP, DOWN) * 4:
        for n in range(45):
            cell.part = part * (3.5 if n < 2 else 1)
            before = cell.read()
            cell.pulse(up)
            after = cell.read()
            b.pairs([before], [after], up)
            lines.append((len(lines), "LTP" if up else "LTD", before / uS, after / uS))
    b.file("memory.csv", text(["n", "type", "before (uS)", "after (uS)"], lines))
    return b.truth(Say((r"first", r"turn|train|memory")))


@kind
def physics_devices_that_differ(b: Bench) -> Truth:
    """Four devices, one of which conducts ten times as much as the others."""
    lines = []
    for k, factor in enumerate((1.0, 1.2, 0.9, 10.0)):
        reads, ups = b.synapse(30 * nS * factor, 280 * nS * factor).turns(*by_turns(2, 40, 40))
        b.chain(reads[1:], ups[1:], k)
        lines += across([f"T{k}"] * ups.size, range(ups.size), np.where(ups, "P", "D"), reads[1:] / nS)
    b.file("unlike.csv", text(["device", "n", "polarity", "G (nS)"], lines))
    return b.truth(Say((r"device|T3", r"differ|unlike|apart|times|own")))


@kind
def physics_one_stray_read(b: Bench) -> Truth:
    """One read of three hundred far above the others: a real number, which the range must not rest on."""
    b.whole = True
    reads, ups = b.synapse(2 * uS, 21 * uS).turns(*by_turns(10, 60, 60))
    reads[640] = 24 * uS
    b.chain(reads[1:], ups[1:])
    lines = across(range(ups.size), np.where(ups, "LTP", "LTD"), reads[1:] / uS)
    b.file("stray.csv", text(["n", "type", "G (uS)"], lines))
    return b.truth()


@kind
def physics_devices_called_repeats(b: Bench) -> Refusal:
    """Three devices far apart, called three reads of one state: what the file shows speaks against it."""
    runs = []
    for factor in (1.0, 3.0, 9.0):
        reads, ups = b.synapse(2 * uS * factor, 15 * uS * factor).turns(*by_turns(2, 38, 38))
        runs.append(reads[1:])
    lines = across(range(ups.size), np.where(ups, "P", "D"), *(run / uS for run in runs))
    b.file("apart.csv", text(["n", "kind", "G1 (uS)", "G2 (uS)", "G3 (uS)"], lines))
    b.told(columns_are="repeats")
    return Refusal((r"G1|G3|repeat|reads of (one|each) state", r"apart|differ|devices|times"))


@kind
def physics_reads_at_the_limit_of_the_meter(b: Bench) -> Truth:
    """Half of the reads of one ramp are one and the same number: the meter's limit, no conductance."""
    up, down = both(b, 60, 2 * uS, 30 * uS)
    b._pulses.clear()
    cut = np.minimum(up, 12 * uS)
    b.chain(cut, UP)
    b.chain(down, DOWN)
    b.file("limit.csv", text(["LTP (uS)", "LTD (uS)"], across(cut / uS, down / uS)))
    b.told(first_read="before")
    return b.truth(Say((r"same|constant|limit|equal|stuck|cut off|clip|saturat",), 12 * uS))
