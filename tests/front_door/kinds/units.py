"""Units, however they are spelt and wherever they stand."""

from __future__ import annotations

import numpy as np

from kinds.bench import Bench, Truth, kind
from kinds.ramps import both
from kinds.writing import across, kohm, nA, nS, text, uS

G0_S = 7.748091729e-5


@kind
def units_kilo_in_capitals(b: Bench) -> Truth:
    """KOhm."""
    up, down = both(b, 50, 8 * uS, 71 * uS)
    b.file("k.csv", text(["SET (KOhm)", "RESET (KOhm)"], across(1 / up / kohm, 1 / down / kohm)))
    b.told(first_read="before")
    return b.truth()


@kind
def units_ohms_in_square_brackets(b: Bench) -> Truth:
    """Ohms, in square brackets."""
    up, down = both(b, 51, 80 * uS, 600 * uS)
    b.file("o.csv", text(["LTP [Ohms]", "LTD [Ohms]"], across(1 / up, 1 / down)))
    b.told(first_read="before")
    return b.truth()


@kind
def units_written_out(b: Bench) -> Truth:
    """Siemens, written out."""
    up, down = both(b, 49, 2 * uS, 33 * uS)
    b.file("s.csv", text(["LTP / Siemens", "LTD / Siemens"], across(up, down)))
    b.told(first_read="before")
    return b.truth()


@kind
def units_micro_siemens_written_out(b: Bench) -> Truth:
    """microSiemens."""
    up, down = both(b, 48, 2 * uS, 33 * uS)
    b.file("ms.csv", text(["LTP (microsiemens)", "LTD (microsiemens)"], across(up / uS, down / uS)))
    b.told(first_read="before")
    return b.truth()


@kind
def units_mho(b: Bench) -> Truth:
    """umho, as in the sixties."""
    up, down = both(b, 47, 2 * uS, 33 * uS)
    b.file("mho.csv", text(["LTP (umho)", "LTD (umho)"], across(up / uS, down / uS)))
    b.told(first_read="before")
    return b.truth()


@kind
def units_of_the_quantum(b: Bench) -> Truth:
    """Conductances in units of the conductance quantum."""
    up, down = both(b, 46, 0.5 * G0_S, 9 * G0_S)
    b.file("quantum.csv", text(["LTP (G0)", "LTD (G0)"], across(up / G0_S, down / G0_S)))
    b.told(first_read="before")
    return b.truth()


@kind
def units_inverse(b: Bench) -> Truth:
    """1/kOhm, as some theses have it."""
    up, down = both(b, 45, 100 * uS, 900 * uS)
    b.file("inverse.csv", text(["LTP (1/kOhm)", "LTD (1/kOhm)"], across(up / 1e-3, down / 1e-3)))
    b.told(first_read="before")
    return b.truth()


@kind
def units_glued(b: Bench) -> Truth:
    """Headings without blanks: PotnS, DepnS."""
    up, down = both(b, 52, 12 * nS, 140 * nS)
    b.file("glued.csv", text(["LTPnS", "LTDnS"], across(up / nS, down / nS)))
    b.told(first_read="before")
    return b.truth()


@kind
def units_after_an_underscore(b: Bench) -> Truth:
    """Units after an underscore."""
    up, down = both(b, 53, 12 * nS, 140 * nS)
    b.file("under.csv", text(["LTP_nS", "LTD_nS"], across(up / nS, down / nS)))
    b.told(first_read="before")
    return b.truth()


@kind
def units_on_a_line_below(b: Bench) -> Truth:
    """A line of units below the headings."""
    up, down = both(b, 54, 12 * nS, 140 * nS)
    lines = [("(-)", "(nS)", "(nS)"), *across(range(55), up / nS, down / nS)]
    b.file("below.csv", text(["Pulse", "LTP", "LTD"], lines))
    b.told(first_read="before")
    return b.truth()


@kind
def units_of_a_current(b: Bench) -> Truth:
    """Two ramps of read currents; the read voltage is known to the user alone."""
    up, down = both(b, 55, 20 * nS, 200 * nS)
    b.file("currents.csv", text(["LTP (nA)", "LTD (nA)"], across(up * 0.25 / nA, down * 0.25 / nA)))
    b.told(read_voltage=0.25, first_read="before")
    return b.truth()


@kind
def units_arbitrary(b: Bench) -> Truth:
    """Conductances relative to the first one, in a.u.; the user knows what 0 and 1 are."""
    up, down = both(b, 56, 5 * uS, 55 * uS)
    b.file("au.csv", text(["LTP (a.u.)", "LTD (a.u.)"], across((up - 5 * uS) / (50 * uS), (down - 5 * uS) / (50 * uS))))
    b.told(zero_S=5e-6, unit_S=50e-6, first_read="before")
    return b.truth()


@kind
def units_of_one_column_only(b: Bench) -> Truth:
    """Only one column's heading has a unit of reads: the others are a temperature and a clock."""
    from kinds.synapse import by_turns

    reads, ups = b.synapse(1 * uS, 8 * uS).turns(*by_turns(2, 40, 40))
    b.chain(reads[1:], ups[1:])
    lines = across(np.arange(ups.size) * 1.3, 295 + 0.01 * np.arange(ups.size), np.where(ups, "P", "D"), reads[1:] / uS)
    b.file("warm.csv", text(["clock", "temperature", "pd", "state (uS)"], lines))
    b.told(column=["polarity=pd", "after=state (uS)"])
    return b.truth()
