"""A line a pulse, under headings."""

from __future__ import annotations

import numpy as np

from kinds.bench import Bench, Refusal, Say, Truth, kind
from kinds.synapse import DOWN, UP, by_turns
from kinds.writing import across, kohm, nA, nS, text, uA, uS


@kind
def rows_before_and_after(b: Bench) -> Truth:
    """Five cells of a wafer map, reads on either side of each pulse, all units in the headings."""
    lines = []
    for k, cell in enumerate(b.array(5, 3 * uS, 28 * uS, pulses=40)):
        reads, ups = cell.turns(*by_turns(2, 36, 36))
        b.chain(reads, ups, k)
        codes = np.where(ups, "pot", "dep")
        lines += across([f"R{k}C7"] * ups.size, range(ups.size), codes, reads[:-1] / uS, reads[1:] / uS)
    b.file("wafer7.csv", text(["cell", "pulse", "type", "G_before (uS)", "G_after (uS)"], lines))
    return b.truth()


@kind
def rows_resistance_after(b: Bench) -> Truth:
    """Only the resistance after each pulse is kept; SET lowers it."""
    reads, ups = b.synapse(4 * uS, 40 * uS).turns(*by_turns(3, 41, 41))
    b.chain(reads[1:], ups[1:])
    lines = across(range(1, ups.size + 1), np.where(ups, "set", "reset"), 1 / reads[1:] / kohm)
    b.file("r_after.csv", text(["#", "operation", "R (kohm)"], lines))
    return b.truth()


@kind
def rows_sign_of_amplitude(b: Bench) -> Truth:
    """The polarity stands in the sign of the voltage alone."""
    reads, ups = b.synapse(0.2 * uS, 3 * uS).turns(*by_turns(2, 55, 48))
    b.chain(reads[1:], ups[1:])
    lines = across(np.where(ups, 0.85, -1.05), np.full(ups.size, 100), reads[1:] / uS)
    b.file("volts.csv", text(["V_pulse (V)", "t_pulse (ns)", "G (uS)"], lines))
    return b.truth()


@kind
def rows_negative_raises(b: Bench) -> Truth:
    """An oxide whose negative pulses raise the conductance."""
    reads, ups = b.synapse(15 * uS, 90 * uS).turns(*by_turns(2, 45, 45))
    b.chain(reads[1:], ups[1:])
    lines = across(range(ups.size), np.where(ups, -2.4, 2.1), reads[1:] / uS)
    b.file("pcmo_like.csv", text(["pulse", "amplitude (V)", "conductance (uS)"], lines))
    return b.truth()


@kind
def rows_current_pulses(b: Bench) -> Truth:
    """A spin-orbit torque device written by current pulses in mA, its resistance in ohm."""
    reads, ups = b.synapse(0.9e-3, 1.6e-3, at=0.1).turns(*by_turns(2, 33, 33))
    b.chain(reads[1:], ups[1:])
    lines = across(range(1, ups.size + 1), np.where(ups, 6.5, -6.8), 1 / reads[1:])
    b.file("sot.csv", text(["n", "I_write (mA)", "R (ohm)"], lines))
    return b.truth()


@kind
def rows_rising_amplitude(b: Bench) -> Truth:
    """Incremental steps: each SET pulse 20 mV above the one before, RESET likewise, four times over."""
    reads, ups = b.synapse(6 * uS, 31 * uS).turns(*by_turns(4, 30, 30))
    steps = np.tile(np.arange(30), 8)
    volts = np.where(ups, 0.6 + 0.02 * steps, -0.7 - 0.02 * steps)
    b.chain(reads[1:], ups[1:])
    b.file("ispp.csv", text(["no", "Vp (V)", "G (uS)"], across(range(ups.size), volts, reads[1:] / uS)))
    b.told(set_amplitude="all", reset_amplitude="all")
    return b.truth(Say((r"amplitude|volt", r"ris|increas|\ball\b|step|unlike|scheme")))


@kind
def rows_two_amplitudes(b: Bench) -> Truth:
    """A comparison of two SET voltages in one log; the table is wanted of the stronger one."""
    cell, lines = b.synapse(1 * uS, 12 * uS), []
    for volt in (1.1, 1.4):
        cell.part = np.log(10) / (60 if volt == 1.1 else 42)
        reads, ups = cell.turns(*by_turns(2, 35, 35))
        lines += across(np.where(ups, volt, -1.2), reads[:-1] / uS, reads[1:] / uS)
        for before, after, up in zip(reads[:-1], reads[1:], ups, strict=True):
            if not up or volt == 1.4:
                b.pairs([before], [after], bool(up))
    b.file("two_volts.csv", text(["V (V)", "G0_uS", "G1_uS"], lines))
    b.told(set_amplitude=1.4, column=["before=G0_uS", "after=G1_uS"], units="uS")
    return b.truth()


@kind
def rows_two_widths(b: Bench) -> Truth:
    """Pulses of 50 and of 200 ns in one log; the table is wanted of the long ones."""
    cell, lines = b.synapse(1 * uS, 12 * uS), []
    for width in (50, 200):
        reads, ups = cell.turns(*by_turns(2, 32, 32))
        lines += across(np.where(ups, "LTP", "LTD"), [width] * ups.size, reads[:-1] / uS, reads[1:] / uS)
        if width == 200:
            b.chain(reads, ups)
    b.file("widths.csv", text(["pulse type", "width (ns)", "G before (uS)", "G after (uS)"], lines))
    b.told(set_width="200e-9", reset_width="200e-9")
    return b.truth()


@kind
def rows_state_before_all(b: Bench) -> Truth:
    """The first line of each device is its state before any pulse: the polarity there is 'init'."""
    lines = []
    for k, cell in enumerate(b.array(2, 20 * nS, 240 * nS)):
        reads, ups = cell.turns(*by_turns(1, 60, 60))
        b.chain(reads, ups, k)
        codes = ["init", *np.where(ups, "up", "down")]
        lines += across([k + 1] * reads.size, range(reads.size), codes, reads / nS)
    b.file("tidy.csv", text(["device", "step", "direction", "G (nS)"], lines))
    b.told(none="init")
    return b.truth()


@kind
def rows_devices_beside(b: Bench) -> Truth:
    """Three transistors pulsed together: a column of drain currents for each."""
    runs = []
    for k, cell in enumerate(b.array(3, 30 * nS, 300 * nS)):
        reads, ups = cell.turns(*by_turns(2, 38, 38))
        b.chain(reads[1:], ups[1:], k)
        runs.append(reads[1:] * 0.2 / nA)
    lines = across(range(1, ups.size + 1), np.where(ups, "P", "D"), *runs)
    b.file("three.csv", text(["pulse", "kind", "Id_T1 (nA)", "Id_T2 (nA)", "Id_T3 (nA)"], lines))
    b.told(read_voltage=0.2, columns_are="devices")
    return b.truth()


@kind
def rows_repeated_reads(b: Bench) -> Truth:
    """Three reads of one state after each pulse, in three columns."""
    cell, lines, states = b.synapse(5 * uS, 50 * uS, noise=0.02), [], []
    ups = np.repeat([UP, DOWN, UP, DOWN], 44)
    for n, up in enumerate(ups):
        cell.pulse(bool(up))
        three = np.array([cell.read() for _ in range(3)])
        states.append(three.mean())
        lines.append((n, "LTP" if up else "LTD", *(three / uS)))
    b.chain(np.array(states), ups[1:])
    b.file("thrice.csv", text(["n", "polarity", "read1 (uS)", "read2 (uS)", "read3 (uS)"], lines))
    b.told(columns_are="repeats")
    return b.truth(Say((r"mean|average", r"\b3\b|three|read1")))


@kind
def rows_drain_current(b: Bench) -> Truth:
    """An organic transistor: 'Id', in A, at a drain voltage that stands nowhere; negative gate pulses raise."""
    reads, ups = b.synapse(2 * nS, 31 * nS).turns(*by_turns(2, 50, 40))
    b.chain(reads[1:], ups[1:])
    lines = across(range(1, ups.size + 1), np.where(ups, "-", "+"), reads[1:] * 0.1)
    b.file("ofet.csv", text(["pulse", "gate", "Id (A)"], lines))
    b.told(read_voltage=0.1, column=["polarity=gate", "after=Id (A)"], set="-", reset="+")
    return b.truth()


@kind
def rows_read_and_write_voltage(b: Bench) -> Truth:
    """Read voltage, write voltage, write width and read current of each pulse, the read voltage first."""
    reads, ups = b.synapse(3 * uS, 25 * uS).turns(*by_turns(2, 46, 46))
    b.chain(reads[1:], ups[1:])
    lines = across(np.full(ups.size, 0.1), np.where(ups, 1.9, -2.2), np.full(ups.size, 1.0), reads[1:] * 0.1 / uA)
    b.file("write.csv", text(["Vread (V)", "Vwrite (V)", "width (us)", "Iread (uA)"], lines))
    b.told(read_voltage=0.1)
    return b.truth()


@kind
def rows_weight(b: Bench) -> Truth:
    """A normalised weight from -1 to 1; the user knows that -1 is 1 uS and 1 is 9 uS."""
    reads, ups = b.synapse(1 * uS, 9 * uS).turns(*by_turns(2, 52, 52))
    b.chain(reads[1:], ups[1:])
    lines = across(range(ups.size), np.where(ups, "inc", "dec"), (reads[1:] - 5 * uS) / (4 * uS))
    b.file("w.csv", text(["step", "update", "w"], lines))
    b.told(units="1", zero_S=5e-6, unit_S=4e-6, column=["after=w"])
    return b.truth()


@kind
def rows_postsynaptic_current(b: Bench) -> Truth:
    """'PSC (nA)' of a synaptic transistor, read at half a volt after each spike."""
    reads, ups = b.synapse(8 * nS, 77 * nS).turns(*by_turns(3, 30, 30))
    b.chain(reads[1:], ups[1:])
    lines = across(range(1, ups.size + 1), np.where(ups, "potentiation", "depression"), reads[1:] * 0.5 / nA)
    b.file("psc.csv", text(["spike", "type", "PSC (nA)"], lines))
    b.told(read_voltage=0.5)
    return b.truth()


@kind
def rows_negative_currents(b: Bench) -> Truth:
    """All currents are negative: they were read at -0.2 V."""
    reads, ups = b.synapse(12 * uS, 66 * uS).turns(*by_turns(2, 40, 40))
    b.chain(reads[1:], ups[1:])
    lines = across(np.where(ups, "SET", "RESET"), reads[1:] * -0.2 / uA)
    b.file("negative.csv", text(["pulse type", "I (uA)"], lines))
    b.told(read_voltage=-0.2)
    return b.truth()


@kind
def rows_volatile(b: Bench) -> Truth:
    """A diffusive device that loses a twelfth of its gain between two pulses; read before and after each."""
    cell, lines, fallen = b.synapse(2 * uS, 22 * uS, noise=0.0), [], []
    for n, up in enumerate(np.repeat([UP, DOWN, UP, DOWN], 60)):
        before = cell.read()
        cell.pulse(bool(up))
        after = cell.read()
        b.pairs([before], [after], bool(up))
        lines.append((n, "P" if up else "D", before / uS, after / uS))
        cell.at *= 11 / 12
        fallen.append(after - cell.read())
    b.file("relaxing.csv", text(["n", "polarity", "before (uS)", "after (uS)"], lines))
    words = (r"relax|by itself|between (the )?pulses|volatile",)
    return b.truth(Say(words), Say((r"fall|fell|relax|los|drop|lower",), float(np.mean(fallen)), 0.15))


@kind
def rows_bad_cells_left_out(b: Bench) -> Truth:
    """Three bad reads of a night: an overflow of the meter, one not a number, one negative; told to leave them out."""
    return _bad_cells(b, skip=True)


@kind
def rows_bad_cells(b: Bench) -> Refusal:
    """The same night, and nobody said what to do with the bad reads."""
    _bad_cells(b, skip=False)
    return Refusal((r"line (21|73|132)\b", r"skip-bad", r"9\.9e\+?37|not a conductance|overflow|expected"))


def _bad_cells(b: Bench, skip: bool) -> Truth:
    reads, ups = b.synapse(0.7 * uS, 5 * uS).turns(*by_turns(2, 40, 40))
    cells: list[float | str] = list(reads[1:] / uS)
    bad = {19: "9.9e37", 71: "nan", 130: "-0.004"}
    for place, cell in bad.items():
        cells[place] = cell
    lines = across(range(1, ups.size + 1), np.where(ups, "s", "r"), cells)
    b.file("night.csv", text(["n", "op", "G (uS)"], lines))
    b.told(set="s", reset="r")
    if skip:
        b.told(skip_bad=True)
    for k in range(1, ups.size):
        if k not in bad and k - 1 not in bad:
            b.pairs([reads[k]], [reads[k + 1]], bool(ups[k]))
    return b.truth(Say((r"\b3\b|three", r"bad|left out|skip|no read|cell")))


@kind
def rows_first_read_before(b: Bench) -> Truth:
    """A line a read in blocks with a rest between them: the first read of each block came before its first pulse."""
    b.whole = True
    lines, falls = [], []
    for cycle in range(3):
        up = b.synapse(0.9 * uS, 14 * uS, at=0.03).ramp(45, UP)
        down = b.synapse(0.5 * uS, 9 * uS, at=0.88).ramp(45, DOWN)
        b.chain(up, UP)
        b.chain(down, DOWN)
        falls.append(up[-1] - down[0])
        lines += [(cycle, "pot", g / uS) for g in up] + [(cycle, "dep", g / uS) for g in down]
    b.file("rests.csv", text(["cycle", "phase", "G (uS)"], lines))
    b.told(first_read="before", range="whole")
    top = b.highest(DOWN)
    return b.truth(Say(("RESET",), top, 0.03), Say((r"fell|fall|drop|lower|jump",), float(np.mean(falls)), 0.15))


@kind
def rows_changes(b: Bench) -> Truth:
    """The change by each pulse instead of the conductance; the start is known."""
    reads, ups = b.synapse(5 * uS, 25 * uS).turns(*by_turns(1, 55, 55))
    b.chain(reads, ups)
    b.file("deltas.csv", text(["pulse", "dG (nS)"], across(range(1, ups.size + 1), np.diff(reads) / nS)))
    b.told(start=f"{reads[0] / uS:.7g} uS", column=["change=dG (nS)"], turns="55,55")
    return b.truth()


@kind
def rows_german(b: Bench) -> Truth:
    """Headings in German; the user names the columns."""
    reads, ups = b.synapse(11 * uS, 61 * uS).turns(*by_turns(2, 40, 40))
    b.chain(reads[1:], ups[1:])
    lines = across(range(1, ups.size + 1), np.where(ups, "setzen", "löschen"), reads[1:] / uS)
    b.file("messung.csv", text(["Puls Nr.", "Vorgang", "Leitwert (uS)"], lines))
    b.told(column=["polarity=Vorgang", "after=Leitwert (uS)"], set="setzen", reset="löschen")
    return b.truth()


@kind
def rows_answers_file(b: Bench) -> Truth:
    """All answers stand in a file, as a script gives them."""
    reads, ups = b.synapse(4 * uS, 19 * uS).turns(*by_turns(2, 37, 37))
    b.chain(reads[1:], ups[1:])
    b.file(
        "scripted.csv",
        text(["k", "A or B", "I"], across(range(ups.size), np.where(ups, "A", "B"), reads[1:] * 0.3 / uA)),
    )
    b.file(
        "answers.yaml",
        'column: ["polarity=A or B", "after=I", "pulse=k"]\nset: A\nreset: B\nunits: uA\nread-voltage: 0.3\n',
    )
    b.told(answers="answers.yaml")
    return b.truth()


@kind
def rows_abrupt_first_reset(b: Bench) -> Truth:
    """A filament: the first RESET pulse of a train breaks it, the rest go on gradually; five trains of each."""
    b.whole = True
    lines = []
    for train in range(5):
        n = np.arange(60)
        down = np.append(120.0, 6 / (n + 1) ** 0.7 * np.exp(0.03 * b.rng.standard_normal(60))) * uS
        up = (0.4 + 9 * (1 - np.exp(-np.arange(61) / 25)) * np.exp(0.02 * b.rng.standard_normal(61))) * uS
        for code, ramp, is_up in (("RESET", down, DOWN), ("SET", up, UP)):
            b.chain(ramp, is_up)
            lines += [(train, code, k, g / uS) for k, g in enumerate(ramp)]
    b.file("filament5.csv", text(["train", "operation", "pulse", "G (uS)"], lines))
    b.told(first_read="before", range="whole", column=["cycle=train"])
    return b.truth(Say((r"\bSET\b",), b.highest(UP), 0.03), by_ratio=True)
