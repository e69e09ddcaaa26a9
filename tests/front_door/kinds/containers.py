"""Workbooks, NumPy's and MATLAB's files, JSON."""

from __future__ import annotations

import json

import numpy as np

from kinds.bench import Bench, Truth, kind
from kinds.ramps import both
from kinds.synapse import DOWN, UP, by_turns
from kinds.writing import across, mat, npy, npz, nS, uS, workbook


@kind
def workbook_of_sheets(b: Bench) -> Truth:
    """Notes on the first sheet, one sheet a temperature, the numbers in the third column under a title."""
    notes = [["Sample W12"], [], ["measured by", "the night shift"], ["date", 43831]]
    sheets: dict[str, list[list]] = {"Notes": notes}
    for name in ("300 K", "350 K"):
        cell = b.synapse(2 * uS, 15 * uS)
        up, down = cell.ramp(44, UP), cell.ramp(44, DOWN)
        rows: list[list] = [[], [None, None, f"at {name}"], [], [None, None, "LTP (uS)", "LTD (uS)"]]
        sheets[name] = rows + [[None, None, p, d] for p, d in across(up / uS, down / uS)]
        if name == "350 K":
            b.chain(up, UP)
            b.chain(down, DOWN)
    b.file("temperatures.xlsx", workbook(sheets))
    b.told(sheet="350 K", first_read="before")
    return b.truth()


@kind
def workbook_of_blocks(b: Bench) -> Truth:
    """Two blocks side by side on one sheet, an empty column between them, each with a counter."""
    up, down = both(b, 40, 30 * nS, 270 * nS)
    rows: list[list] = [["n", "LTP (nS)", None, "n", "LTD (nS)"]]
    rows += [[k, p, None, k, d] for k, (p, d) in enumerate(zip(up / nS, down / nS, strict=True))]
    b.file("beside.xlsx", workbook({"Sheet1": rows}))
    b.told(first_read="before")
    return b.truth()


@kind
def workbook_of_rows(b: Bench) -> Truth:
    """One sheet with a line a pulse, an empty sheet behind it."""
    reads, ups = b.synapse(2 * uS, 15 * uS).turns(*by_turns(2, 36, 36))
    b.chain(reads[1:], ups[1:])
    rows = [
        ["no.", "polarity", "G (µS)"],
        *across(range(1, ups.size + 1), np.where(ups, "SET", "RESET").tolist(), reads[1:] / uS),
    ]
    b.file("rows.xlsx", workbook({"data": rows, "Sheet2": []}))
    return b.truth()


@kind
def numpy_array_of_ramps(b: Bench) -> Truth:
    """A NumPy array (8, 41): four ramps up, four down, in S."""
    ramps = []
    for up in [UP] * 4 + [DOWN] * 4:
        ramps.append(b.synapse(2 * uS, 15 * uS, at=0.05 if up else 0.94).ramp(40, up))
        b.chain(ramps[-1], up)
    b.file("ramps.npy", npy(np.array(ramps)))
    b.told(layout="traces", set="1-4", reset="5-8", units="S", first_read="before")
    return b.truth()


@kind
def numpy_named_arrays(b: Bench) -> Truth:
    """An .npz with the arrays ltp and ltd in uS, and the read voltage."""
    up, down = both(b, 47, 2 * uS, 15 * uS)
    b.file("measured.npz", npz(ltp=up / uS, ltd=down / uS, v_read=np.array(0.1)))
    b.told(units="uS", column=["set=ltp", "reset=ltd"], first_read="before")
    return b.truth()


@kind
def matlab_arrays(b: Bench) -> Truth:
    """A MATLAB file (version 5) with two ramps and other variables."""
    up, down = both(b, 49, 2 * uS, 15 * uS)
    b.file("session.mat", mat(Gp=up[:, None], Gd=down[:, None], Vr=0.2, name="chip 9"))
    b.told(units="S", column=["set=Gp", "reset=Gd"], first_read="before")
    return b.truth()


@kind
def json_of_arrays(b: Bench) -> Truth:
    """A JSON object with a list for each ramp."""
    up, down = both(b, 43, 90 * nS, 990 * nS)
    lists = {"ltp_nS": [round(v, 6) for v in up / nS], "ltd_nS": [round(v, 6) for v in down / nS]}
    b.file("arrays.json", json.dumps(lists))
    b.told(units="nS", column=["set=ltp_nS", "reset=ltd_nS"], first_read="before")
    return b.truth()
