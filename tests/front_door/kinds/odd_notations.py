"""Headings, languages and layouts that nobody made the reader for."""

from __future__ import annotations

import numpy as np

from kinds.bench import Bench, Refusal, Truth, oddity
from kinds.ramps import both
from kinds.synapse import DOWN, UP, by_turns
from kinds.writing import across, nS, ragged, text, uA, uS, workbook


@oddity
def odd_french_headings(b: Bench) -> Truth:
    """French headings, decimal commas, latin-1."""
    reads, ups = b.synapse(2 * uS, 14 * uS).turns(*by_turns(2, 36, 36))
    b.chain(reads[1:], ups[1:])
    lines = across(range(ups.size), np.where(ups, "écriture", "effacement"), reads[1:] / uS)
    b.file("mesure.csv", text(["numéro", "opération", "conductance (µS)"], lines, ";", ","), "latin-1")
    b.told(column=["polarity=opération", "after=conductance (µS)"], set="écriture", reset="effacement")
    b.asks = (r"column|polarity|encoding",)
    return b.truth()


@oddity
def odd_chinese_headings(b: Bench) -> Truth:
    """Chinese headings in GB 18030; the user gives columns by number."""
    up, down = both(b, 45, 3 * uS, 33 * uS)
    b.file(
        "测量.csv", text(["脉冲", "增强电导 (uS)", "抑制电导 (uS)"], across(range(46), up / uS, down / uS)), "gb18030"
    )
    b.told(units="uS", column=["pulse=1", "set=2", "reset=3"], first_read="before")
    b.asks = (r"column|encoding|unit|UTF-8",)
    return b.truth()


@oddity
def odd_japanese_headings(b: Bench) -> Truth:
    """Japanese headings in Shift-JIS, by turns."""
    reads, ups = b.synapse(2 * uS, 14 * uS).turns(*by_turns(2, 36, 36))
    b.chain(reads, ups)
    b.file("sokutei.csv", text(["パルス", "コンダクタンス(nS)"], across(range(reads.size), reads / nS)), "shift_jis")
    b.told(units="nS", column=["pulse=1", "turns=2"], turns="36,36", first_read="before")
    b.asks = (r"column|encoding|unit|UTF-8",)
    return b.truth()


@oddity
def odd_devices_by_four(b: Bench) -> Truth:
    """Four devices beside each other, each with an x and a y column, in blocks with the device's name above."""
    lines = [",".join(f"device {k},," for k in range(3)).rstrip(","), ",".join(["n,G (uS),"] * 3).rstrip(",")]
    runs = []
    for k, cell in enumerate(b.array(3, 3 * uS, 30 * uS)):
        reads, ups = cell.turns((34, UP), (34, DOWN))
        b.chain(reads, ups, k)
        runs.append(reads / uS)
    lines += [",".join(f"{n},{run[n]:.7g}," for run in runs).rstrip(",") for n in range(69)]
    b.file("blocks3.csv", "\n".join(lines) + "\n")
    b.told(
        turns="34,34", first_read="before", columns_are="devices", units="uS", column=["turns=2", "turns=5", "turns=8"]
    )
    b.asks = (r"column|heading|unit",)
    return b.truth()


@oddity
def odd_signs_as_words(b: Bench) -> Truth:
    """The polarity stands in words of a sentence."""
    reads, ups = b.synapse(2 * uS, 14 * uS).turns(*by_turns(2, 30, 30))
    b.chain(reads[1:], ups[1:])
    lines = across(np.where(ups, "apply +1.2V/1us to TE", "apply -1.1V/1us to TE"), reads[1:] / uS)
    b.file("words.csv", text(["action", "G_read (uS)"], lines))
    b.told(column=["polarity=action", "after=G_read (uS)"], set="apply +1.2V/1us to TE", reset="apply -1.1V/1us to TE")
    b.asks = (r"polarity|action",)
    return b.truth()


@oddity
def odd_pulse_first_then_reset_all(b: Bench) -> Refusal:
    """Trains of SET, each ended by one strong RESET that leads back to the start: no gradual RESET."""
    lines, cell = [], b.synapse(1 * uS, 9 * uS)
    for train in range(6):
        cell.at = 0.05
        for n, g in enumerate(cell.ramp(25, UP)):
            lines.append((train, n, g / uS))
    b.file("trains.csv", text(["train", "pulse", "G (uS)"], lines))
    b.told(first_read="before", column=["cycle=train"])
    return Refusal((r"RESET|polarity|both|turns",))


@oddity
def odd_blanks_in_the_middle(b: Bench) -> Truth:
    """Blank cells in the middle of a ramp, where the tester lost contact; told to leave them out."""
    up, down = both(b, 50, 3 * uS, 33 * uS)
    b._pulses.clear()
    b.pairs([*up[:19], *up[21:-1]], [*up[1:20], *up[22:]], True)
    b.chain(down, DOWN)
    cells: list[float | str] = list(up / uS)
    cells[20] = ""
    b.file("contact.csv", text(["LTP (uS)", "LTD (uS)"], across(cells, down / uS)))
    b.told(first_read="before", skip_bad=True)
    b.asks = (r"line 22|blank|empty|\b22\b",)
    return b.truth()


@oddity
def odd_saturated_reads(b: Bench) -> Refusal:
    """All reads stand at the compliance of the meter."""
    b.file("compliance.csv", text(["LTP (uA)", "LTD (uA)"], across(np.full(50, 100.0), np.full(50, 100.0))))
    b.told(read_voltage=0.1, first_read="before")
    return Refusal((r"constant|change|dead|same|all|flat|stuck",))


@oddity
def odd_one_number(b: Bench) -> Refusal:
    """One number."""
    b.file("one.csv", "42\n")
    return Refusal((r"\b1\b|one|few|no |line|column",))


@oddity
def odd_swapped_files(b: Bench) -> Refusal:
    """A file for each polarity, given the wrong way round."""
    up, down = both(b, 45, 3 * uS, 33 * uS)
    b.file("a.csv", text(["G (uS)"], across(down / uS)))
    b.file("b.csv", text(["G (uS)"], across(up / uS)))
    b.told(reset="b.csv", first_read="before")
    return Refusal((r"SET|RESET", r"exchang|lower|raise|fall|ris|swap|wrong"))


@oddity
def odd_the_same_file_twice(b: Bench) -> Refusal:
    """The same numbers are given for SET and for RESET."""
    up, _ = both(b, 45, 3 * uS, 33 * uS)
    b.file("up.csv", text(["G (uS)"], across(up / uS)))
    b.file("copy.csv", text(["G (uS)"], across(up / uS)))
    b.told(reset="copy.csv", first_read="before")
    return Refusal((r"same|equal|RESET|twice|copy|alike|raise|both",))


@oddity
def odd_units_against_numbers(b: Bench) -> Refusal:
    """The heading says S, the numbers are ohm: a million siemens."""
    up, down = both(b, 45, 0.3 * uS, 3 * uS)
    b.file("wrong_unit.csv", text(["LTP (S)", "LTD (S)"], across(1 / up, 1 / down)))
    b.told(first_read="before")
    return Refusal((r"unit|resistance|\bS\b",))


@oddity
def odd_a_column_of_kelvin(b: Bench) -> Truth:
    """A temperature that rises like a ramp beside the two ramps."""
    up, down = both(b, 45, 3 * uS, 33 * uS)
    lines = across(300 + np.arange(46) * 0.2 + 0.05 * b.rng.standard_normal(46), up / uS, down / uS)
    b.file("kelvin.csv", text(["T (K)", "LTP (uS)", "LTD (uS)"], lines))
    b.told(first_read="before")
    b.asks = (r"T \(K\)|column",)
    return b.truth()


@oddity
def odd_headings_of_numbers_only(b: Bench) -> Truth:
    """Headings that are numbers: 1 and 2, above two ramps."""
    up, down = both(b, 45, 3 * uS, 33 * uS)
    b.file("numbers.csv", text(["1", "2"], across(up / uS, down / uS)))
    b.told(header=1, units="uS", column=["set=1", "reset=2"], first_read="before")
    b.asks = (r"header|heading|column|line",)
    return b.truth()


@oddity
def odd_date_and_time(b: Bench) -> Truth:
    """A date and a time of day in front of each line."""
    reads, ups = b.synapse(2 * uS, 14 * uS).turns(*by_turns(2, 33, 33))
    b.chain(reads[1:], ups[1:])
    stamps = [f"2031-05-06 07:{k // 60:02d}:{k % 60:02d}" for k in range(ups.size)]
    lines = across(stamps, np.where(ups, "LTP", "LTD"), reads[1:] / uS)
    b.file("stamped.csv", text(["timestamp", "polarity", "G (uS)"], lines))
    b.asks = (r"timestamp|column|time",)
    return b.truth()


@oddity
def odd_thousands_separators(b: Bench) -> Refusal:
    """Resistances with a comma for thousands, in quotes: '12,345.6' may be read wrongly as 12.345."""
    up, down = both(b, 45, 3 * uS, 33 * uS)
    lines = [[f'"{1 / p:,.3f}"', f'"{1 / d:,.3f}"'] for p, d in zip(up, down, strict=True)]
    b.file("thousands.csv", text(["LTP (ohm)", "LTD (ohm)"], lines))
    b.told(first_read="before")
    return Refusal((r"thousand|comma|,",))


@oddity
def odd_units_in_cells(b: Bench) -> Truth:
    """The unit stands behind each number."""
    up, down = both(b, 45, 3 * uS, 33 * uS)
    lines = [[f"{p / uS:.7g} uS", f"{d / uS:.7g} uS"] for p, d in zip(up, down, strict=True)]
    b.file("cells.csv", text(["LTP", "LTD"], lines))
    b.told(first_read="before")
    b.asks = (r"uS|number|cell|line|unit",)
    return b.truth()


@oddity
def odd_two_units_in_one_file(b: Bench) -> Truth:
    """One ramp in uS, the other in nS."""
    up, down = both(b, 45, 3 * uS, 33 * uS)
    b.file("two_units.csv", text(["LTP (uS)", "LTD (nS)"], across(up / uS, down / nS)))
    b.told(first_read="before")
    b.asks = (r"unit",)
    return b.truth()


@oddity
def odd_conductance_and_resistance(b: Bench) -> Truth:
    """The same reads twice: as conductance and as resistance."""
    reads, ups = b.synapse(2 * uS, 14 * uS).turns(*by_turns(2, 33, 33))
    b.chain(reads[1:], ups[1:])
    lines = across(range(ups.size), np.where(ups, "SET", "RESET"), reads[1:] / uS, 1e-3 / reads[1:])
    b.file("twice.csv", text(["n", "polarity", "G (uS)", "R (kohm)"], lines))
    b.told(column=["after=G (uS)", "ignore=R (kohm)"])
    b.asks = (r"R \(kohm\)|column",)
    return b.truth()


@oddity
def odd_current_and_conductance(b: Bench) -> Truth:
    """Read current and conductance of the same read."""
    reads, ups = b.synapse(2 * uS, 14 * uS).turns(*by_turns(2, 33, 33))
    b.chain(reads[1:], ups[1:])
    lines = across(range(ups.size), np.where(ups, "SET", "RESET"), reads[1:] * 0.1 / uA, reads[1:] / uS)
    b.file("both.csv", text(["n", "polarity", "I_read (uA)", "G (uS)"], lines))
    b.told(column=["after=G (uS)", "ignore=I_read (uA)"])
    b.asks = (r"column|I_read",)
    return b.truth()


@oddity
def odd_wide_and_ragged(b: Bench) -> Truth:
    """Six ramps of unlike lengths with lines that end early, without a comma for what is missing."""
    header, columns = [], []
    for k in range(3):
        for name, up in (("up", UP), ("dn", DOWN)):
            ramp = b.synapse(3 * uS, 30 * uS, at=0.06 if up else 0.93).ramp(int(b.rng.integers(25, 45)), up)
            b.chain(ramp, up)
            columns.append(ramp / uS)
            header.append(f"{name}{k} (uS)")
    order = np.argsort([-len(column) for column in columns], kind="stable")  # so that only cells at the end are missing
    columns, header = [columns[k] for k in order], [header[k] for k in order]
    lines = [line.rstrip(",") for line in text(header, ragged(*columns)).splitlines()]
    b.file("ragged.csv", "\n".join(lines) + "\n")
    named = [f"{'set' if name.startswith('up') else 'reset'}={name}" for name in header]
    b.told(first_read="before", column=named)
    b.asks = (r"line|column|cells",)
    return b.truth()


@oddity
def odd_workbook_with_merged_title(b: Bench) -> Truth:
    """A workbook with a title, a blank line, headings on two lines and the mean below the numbers."""
    up, down = both(b, 36, 3 * uS, 33 * uS)
    rows: list[list] = [["Device 7, batch B"], [], ["Pulse", "G", "G"], [None, "LTP (uS)", "LTD (uS)"]]
    rows += [[k, p, d] for k, (p, d) in enumerate(zip(up / uS, down / uS, strict=True))]
    rows += [["mean", float(up.mean() / uS), float(down.mean() / uS)]]
    b.file("title.xlsx", workbook({"Sheet1": rows}))
    b.told(first_read="before")
    b.asks = (r"mean|line|column|header|heading",)
    return b.truth()
