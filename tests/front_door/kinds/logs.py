"""Logs of machines: no headings, events, waveforms, sweeps."""

from __future__ import annotations

import json

import numpy as np

from kinds.bench import Bench, Say, Truth, kind
from kinds.synapse import DOWN, UP, by_turns
from kinds.writing import across, kohm, nS, text, uA, uS


@kind
def log_without_headings(b: Bench) -> Truth:
    """A prober's dump: die, operation code, gate voltage, pulse voltage, resistances before and after, width."""
    lines = []
    for k, cell in enumerate(b.array(4, 12 * uS, 105 * uS)):
        reads, ups = cell.turns(*by_turns(2, 40, 40))
        b.chain(reads, ups, k)
        n = ups.size
        lines += across(
            [301 + k] * n, np.where(ups, 7, 9), np.where(ups, 1.25, 2.2), np.where(ups, 1.6, 1.45),
            1 / reads[:-1], 1 / reads[1:], [120] * n,
        )  # fmt: skip
    b.file("dump.dat", text(None, lines, "\t"))
    b.told(
        header=0,
        column=["device=1", "polarity=2", "ignore=3", "amplitude=4", "before=5", "after=6", "width=7"],
        units="ohm", amplitude_units="V", width_units="ns", set="7", reset="9",
    )  # fmt: skip
    return b.truth()


@kind
def log_sweep_from_zero(b: Bench) -> Truth:
    """A sweep of the pulse voltage from 0 V, a file for each polarity, SET measured in a narrower range than RESET."""
    b.whole = True
    n, ends = 60, {}
    for name, up, low, high, chosen in (("up", UP, 55, 88, 0.9), ("dn", DOWN, 30, 120, 1.2)):
        lines = []
        for volt in (0.0, 0.3, 0.6, 0.9, 1.2):
            start = b.rng.uniform(low, high, n)
            part = 0.14 * volt**2 * np.exp(0.25 * b.rng.standard_normal(n))
            after = start + part * ((135 - start) if up else (20 - start)) + 0.1 * b.rng.standard_normal(n)
            lines += across(range(n), [volt] * n, kohm / start, kohm / after)
            if volt == chosen:
                for k in range(n):
                    b.pairs([start[k] * uS], [after[k] * uS], up, k)
                ends[up] = (start.min() * uS, start.max() * uS)
        b.file(f"{name}.txt", text(None, lines, "\t"))
    b.told(
        reset="dn.txt", header=0, column=["device=1", "amplitude=2", "before=3", "after=4"],
        units="kohm", amplitude_units="V", set_amplitude=0.9, reset_amplitude=1.2, range="whole",
    )  # fmt: skip
    return b.truth(Say((r"\bSET\b",), ends[UP][0], 0.03), Say((r"\bSET\b",), ends[UP][1], 0.03))


@kind
def log_events(b: Bench) -> Truth:
    """A line an event: PGM, ERS, and a READ after each; the current in pulse rows is that during the pulse."""
    reads, ups = b.synapse(6 * uS, 33 * uS).turns(*by_turns(2, 45, 45))
    lines = [(0, "READ", 0.1, reads[0] * 0.1 / uA)]
    for k, up in enumerate(ups):
        lines.append((2 * k + 1, "PGM" if up else "ERS", 2.0 if up else -2.3, 55.0 + b.rng.standard_normal()))
        lines.append((2 * k + 2, "READ", 0.1, reads[k + 1] * 0.1 / uA))
    b.chain(reads, ups)
    b.file("events.csv", text(["event", "command", "V (V)", "I (uA)"], lines))
    b.told(layout="events", set="PGM", reset="ERS", read="READ", read_voltage=0.1,
           column=["polarity=command", "amplitude=V (V)", "after=I (uA)"])  # fmt: skip
    return b.truth()


@kind
def log_events_other_way(b: Bench) -> Truth:
    """The same log with two reads before the first pulse and a pause line."""
    reads, ups = b.synapse(40 * nS, 420 * nS).turns(*by_turns(2, 40, 40))
    lines = [("read", 1 / reads[0] / 1e6), ("read", 1 / reads[0] / 1e6)]
    for k, up in enumerate(ups):
        lines += [("+" if up else "-", 0.02), ("read", 1 / reads[k + 1] / 1e6)]
    b.chain(reads, ups)
    b.file("steps.csv", text(["what", "R (MOhm)"], lines))
    b.told(layout="events", set="+", reset="-", read="read", column=["polarity=what", "after=R (MOhm)"])
    return b.truth()


@kind
def log_waveform(b: Bench) -> Truth:
    """A source-meter's waveform: rest at 0 V, pulse, rest, read at 0.15 V, over and over."""
    reads, ups = b.synapse(2 * uS, 17 * uS).turns(*by_turns(2, 40, 40))
    lines, t = [], 0.0

    def line(volt: float, current: float, seconds: float) -> None:
        nonlocal t
        lines.append((t, volt, current))
        t += seconds

    line(0.0, 1e-12, 0.1)
    line(0.15, reads[0] * 0.15, 0.1)
    for k, up in enumerate(ups):
        line(0.0, 1e-12 * b.rng.standard_normal(), 0.1)
        line(1.7 if up else -1.5, (1.7 if up else -1.5) * reads[k] * 6, 0.01)
        line(0.0, 1e-12 * b.rng.standard_normal(), 0.1)
        line(0.15, reads[k + 1] * 0.15, 0.1)
    b.chain(reads, ups)
    b.file("waveform.csv", text(["Time (s)", "Voltage (V)", "Current (A)"], lines))
    b.told(layout="events", read="0.15", set="1.7", reset="-1.5", read_voltage=0.15)
    return b.truth()


@kind
def log_json_list(b: Bench) -> Truth:
    """A Python script's log: a list with an object for each pulse."""
    reads, ups = b.synapse(3 * uS, 30 * uS).turns(*by_turns(2, 36, 36))
    b.chain(reads[1:], ups[1:])
    found = [
        {"pulse": k, "direction": "up" if up else "down", "G_uS": float(f"{g / uS:.7g}")}
        for k, (up, g) in enumerate(zip(ups, reads[1:], strict=True))
    ]
    b.file("log.json", json.dumps(found, indent=1))
    b.told(column=["polarity=direction", "after=G_uS"], units="uS")
    return b.truth()


@kind
def log_two_files_unlike(b: Bench) -> Truth:
    """A file for each polarity, by two versions of a script: other names, other units, another order."""
    up = b.synapse(7 * uS, 70 * uS).ramp(50, UP)
    down = b.synapse(7 * uS, 70 * uS).ramp(50, DOWN, at=0.93)
    b.chain(up, UP)
    b.chain(down, DOWN)
    b.file("pot_v1.csv", text(["pulse", "G_before (uS)", "G_after (uS)"], across(range(50), up[:-1] / uS, up[1:] / uS)))
    b.file("dep_v2.csv", text(["R_new (kOhm)", "R_old (kOhm)", "index"],
                              across(1 / down[1:] / kohm, 1 / down[:-1] / kohm, range(50))))  # fmt: skip
    b.told(reset="dep_v2.csv", column=["dep_v2.csv:before=R_old (kOhm)", "dep_v2.csv:after=R_new (kOhm)"])
    return b.truth()
