"""A line a trace, a column a device."""

from __future__ import annotations

import numpy as np

from kinds.bench import Bench, Say, Truth, kind
from kinds.synapse import DOWN, UP
from kinds.writing import nS, number, text, uA, uS


@kind
def traces_along_lines(b: Bench) -> Truth:
    """An array saved without headings: four lines up, four lines down, 50 reads each."""
    cell, lines = b.synapse(1 * uS, 9 * uS), []
    for up in [UP] * 4 + [DOWN] * 4:
        ramp = cell.ramp(49, up, at=0.06 if up else 0.93)
        b.chain(ramp, up)
        lines.append(ramp / uS)
    b.file("array.csv", text(None, lines))
    b.told(header=0, layout="traces", set="1-4", reset="5-8", units="uS", first_read="before")
    return b.truth()


@kind
def traces_that_nobody_told(b: Bench) -> Truth:
    """The same kind of array, and nobody says that a line is a trace: neighbours along lines are the closer ones."""
    cell, lines = b.synapse(1 * uS, 9 * uS), []
    for up in [UP] * 4 + [DOWN] * 4:
        ramp = cell.ramp(39, up, at=0.06 if up else 0.93)
        b.chain(ramp, up)
        lines.append(ramp / uS)
    b.file("lines.csv", text(None, lines))
    b.told(units="uS")
    return b.truth(Say((r"line", r"\b1\b.*\b4\b")))


@kind
def traces_with_names(b: Bench) -> Truth:
    """A line a trace with sample, direction and unit in front of the reads; traces of unlike lengths."""
    lines = ["sample;what;unit;G"]
    for k, cell in enumerate(b.array(9, 40 * nS, 330 * nS)):
        for up in (UP, DOWN):
            ramp = cell.ramp(int(b.rng.integers(25, 38)), up)
            b.chain(ramp, up, k)
            lines.append(";".join([f"S-{k:02d}", "LTP" if up else "LTD", "nS", *map(number, ramp / nS)]))
    b.file("samples.csv", "\n".join(lines) + "\n")
    b.told(layout="traces", first_read="before", units="nS", column=["device=1", "polarity=2"], set="LTP", reset="LTD")
    return b.truth()


@kind
def columns_of_many_devices(b: Bench) -> Truth:
    """130 devices of an array read in parallel after each pulse, a column a device, the voltages in front."""
    columns = []
    for k, cell in enumerate(b.array(130, 3 * uS, 19 * uS, pulses=20)):
        reads, ups = cell.turns((20, UP), (20, DOWN))
        b.chain(reads, ups, k)
        columns.append(reads * 0.3 / uA)
    drive = [0.0, *np.where(ups, 1.15, -1.3)]
    lines = [(f"{v:g}", "0.3", *(column[n] for column in columns)) for n, v in enumerate(drive)]
    b.file("parallel.csv", text(["V_prog (V)", "V_read (V)", *(f"cell{k:03d} (uA)" for k in range(130))], lines))
    b.told(columns_are="devices", read_voltage=0.3, column=["amplitude=V_prog (V)", "ignore=V_read (V)", "after=cell*"])
    return b.truth()


@kind
def columns_of_devices_by_range(b: Bench) -> Truth:
    """Twelve devices without headings: column 1 counts, columns 2 to 13 are reads, by turns."""
    columns = []
    for k, cell in enumerate(b.array(12, 3 * uS, 19 * uS, pulses=30)):
        reads, ups = cell.turns((30, UP), (30, DOWN))
        b.chain(reads, ups, k)
        columns.append(reads / uS)
    lines = [(n, *(column[n] for column in columns)) for n in range(61)]
    b.file("dozen.txt", text(None, lines, "\t"))
    b.told(header=0, columns_are="devices", column=["pulse=1", "turns=2-13"], units="uS", turns="30,30",
           first_read="before")  # fmt: skip
    return b.truth()
