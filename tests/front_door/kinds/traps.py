"""Files of which a confident reading is wrong: no table, and the message names why."""

from __future__ import annotations

import numpy as np

from kinds.bench import Bench, Refusal, kind
from kinds.ramps import both
from kinds.synapse import UP, by_turns
from kinds.writing import across, kohm, text, uS


@kind
def trap_only_set(b: Bench) -> Refusal:
    """Only SET was measured: no RESET may be made up."""
    ramp = b.synapse(1 * uS, 9 * uS).ramp(60, UP)
    b.file("set.csv", text(["pulse", "G (uS)"], across(range(61), ramp / uS)))
    b.told(column=["set=G (uS)"], first_read="before")
    return Refusal((r"RESET", r"\bno\b|\bnone\b|\bonly\b|without|one polarity|not"))


@kind
def trap_retention(b: Bench) -> Refusal:
    """Two states watched over a week: one falls, the other rises."""
    t = np.geomspace(1, 6e5, 60)
    low, high = 4 + 0.3 * np.log10(t), 40 - 1.5 * np.log10(t)
    b.file("week.csv", text(["time (s)", "HCS (uS)", "LCS (uS)"], across(t, high, low)))
    return Refusal((r"time|retention", r"no pulse|not pulses|without pulses|retention|drift|relax"))


@kind
def trap_current_voltage(b: Bench) -> Refusal:
    """Four loops of current against voltage."""
    loop = np.concatenate([np.linspace(0, 2, 40), np.linspace(2, -2, 80), np.linspace(-2, 0, 40)])
    volts = np.tile(loop, 4)
    state = np.clip(np.cumsum(np.where(np.abs(volts) > 1.2, volts, 0)) / 40 + 0.3, 0.05, 1)
    current = state * volts * 1e-5 * (1 + 0.01 * b.rng.standard_normal(volts.size))
    b.file("iv.csv", text(["Voltage (V)", "Current (A)"], across(volts, current)))
    b.told(read_voltage=0.1)
    return Refusal((r"voltage", r"sweep|loop|another voltage|I-?V|at each|different|unlike|no read"))


@kind
def trap_no_unit(b: Bench) -> Refusal:
    """Reads before and after, whose unit nobody knows."""
    reads, ups = b.synapse(20 * uS, 70 * uS).turns(*by_turns(2, 40, 40))
    lines = across(range(ups.size), reads[:-1] / uS, reads[1:] / uS)
    b.file("left.csv", text(["n", "before", "after"], lines))
    return Refusal((r"unit",))


@kind
def trap_endurance(b: Bench) -> Refusal:
    """Low and high resistance of one cell over five hundred cycles."""
    n = 500
    low = 4e3 * np.exp(0.1 * b.rng.standard_normal(n))
    high = 2e5 * np.exp(0.3 * b.rng.standard_normal(n))
    b.file("endurance.csv", text(["cycle", "LRS (ohm)", "HRS (ohm)"], across(range(1, n + 1), low, high)))
    return Refusal((r"endurance|all the way|two states|LRS|HRS|no ramp|between",))


@kind
def trap_names_against_numbers(b: Bench) -> Refusal:
    """The heading says conductance, but the pulses called SET lower it and those called RESET raise it."""
    reads, ups = b.synapse(6 * uS, 50 * uS).turns(*by_turns(2, 40, 40))
    lines = across(range(ups.size), np.where(ups, "RESET", "SET"), reads[:-1] / uS, reads[1:] / uS)
    b.file("names.csv", text(["n", "type", "G0 before (uS)", "G0 after (uS)"], lines))
    return Refusal((r"SET|RESET", r"lower|raise|exchang|resistance|go down|falls|swap|direction|wrong"))


@kind
def trap_columns_far_apart(b: Bench) -> Refusal:
    """Reads before in uS and after in nS under one unit: a thousand times apart."""
    reads, ups = b.synapse(6 * uS, 50 * uS).turns(*by_turns(2, 40, 40))
    lines = across(np.where(ups, "P", "D"), reads[:-1] / uS, reads[1:] / uS * 1e3)
    b.file("mixed.csv", text(["type", "before (uS)", "after (uS)"], lines))
    return Refusal((r"before", r"times|unit|swapped|apart"))


@kind
def trap_clock_as_ramp(b: Bench) -> Refusal:
    """Two columns without headings, a clock and one that does not tell: nobody says what they are."""
    reads, _ = b.synapse(2 * uS, 13 * uS).turns((60, UP), (60, False))
    b.file("two.txt", text(None, across(0.5 * np.arange(121), reads / uS), "\t"))
    return Refusal((r"column|--column|--layout|unit|heading",))


@kind
def trap_resistance_as_conductance(b: Bench) -> Refusal:
    """Resistances in kohm, declared to be conductances of that number by the user's unit: SET would lower them."""
    reads, ups = b.synapse(6 * uS, 50 * uS).turns(*by_turns(2, 40, 40))
    lines = across(np.where(ups, "SET", "RESET"), 1 / reads[1:] / kohm)
    b.file("which.csv", text(["type", "value"], lines))
    b.told(units="uS", column=["after=value"])
    return Refusal((r"SET|RESET", r"lower|raise|exchang|resistance|falls|swap|direction|wrong"))


@kind
def trap_ramps_of_one_direction(b: Bench) -> Refusal:
    """Both ramps rise, and nobody says that one is listed backwards."""
    up, down = both(b, 52, 31e-9, 230e-9)
    b.file("rising2.csv", text(["LTP (nS)", "LTD (nS)"], across(up / 1e-9, down[::-1] / 1e-9)))
    b.told(first_read="before")
    return Refusal((r"LTD|RESET|depression", r"backward|ris|raise|order|exchang|both"))


@kind
def trap_turns_miscounted(b: Bench) -> Refusal:
    """40 pulses up and 40 down by turns, and the user says 44: soon SET and RESET are exchanged."""
    reads, _ = b.synapse(3 * uS, 24 * uS).turns(*by_turns(4, 40, 40))
    b.file("miscounted.csv", text(["n", "G (uS)"], across(range(reads.size), reads / uS)))
    b.told(turns="44,44", first_read="before")
    return Refusal((r"turn", r"\b40\b|\b44\b"))


@kind
def trap_units_against_the_heading(b: Bench) -> Refusal:
    """The heading says nS, the user says uS."""
    up, down = both(b, 52, 31e-9, 230e-9)
    b.file("whose.csv", text(["LTP (nS)", "LTD (nS)"], across(up / 1e-9, down / 1e-9)))
    b.told(units="uS", first_read="before")
    return Refusal((r"nS", r"uS|µS"))


@kind
def trap_codes_exchanged(b: Bench) -> Refusal:
    """The user says that P lowers and D raises, and the reads say the opposite."""
    reads, ups = b.synapse(6 * uS, 50 * uS).turns(*by_turns(2, 40, 40))
    b.file("codes.csv", text(["n", "type", "G (uS)"], across(range(ups.size), np.where(ups, "P", "D"), reads[1:] / uS)))
    b.told(set="D", reset="P")
    return Refusal((r"SET|RESET|\bP\b", r"lower|raise|exchang|resistance|falls|swap|direction|wrong"))
