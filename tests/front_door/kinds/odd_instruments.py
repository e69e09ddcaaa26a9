"""Exports of instruments and programs that nobody made the reader for; made up, with the forms of real ones."""

from __future__ import annotations

import json

import numpy as np

from kinds.bench import Bench, Refusal, Say, Truth, oddity
from kinds.ramps import both
from kinds.synapse import DOWN, UP, by_turns
from kinds.writing import across, kohm, nS, number, text, uA, uS


@oddity
def odd_parameter_analyser(b: Bench) -> Truth:
    """A parameter analyser's CSV: a word in front of each line that says what the line is."""
    reads, ups = b.synapse(2 * uS, 14 * uS).turns(*by_turns(2, 40, 40))
    b.chain(reads[1:], ups[1:])
    lines = ["SetupTitle, pulse train 3", "PrimitiveTest, I/V Sweep", "TestParameter, Channel.Unit, SMU1:HR, SMU2:MR",
             "MetaData, TestRecord.RecordTime, 01/02/2031 03:04:05", "AnalysisSetup, Analysis.Graph.Enabled, true",
             "Dimension1, 160, 160, 160", "Dimension2, 1, 1, 1", "DataName, Index, Vpulse, Iread"]  # fmt: skip
    lines += [
        f"DataValue, {k}, {1.6 if up else -1.5}, {number(g * 0.1)}"
        for k, (up, g) in enumerate(zip(ups, reads[1:], strict=True))
    ]
    b.file("pulse train 3.csv", "\n".join(lines) + "\n")
    b.told(read_voltage=0.1, units="A", amplitude_units="V", column=["amplitude=Vpulse", "after=Iread"])
    b.asks = (r"column|header|unit",)
    return b.truth()


@oddity
def odd_source_meter_dump(b: Bench) -> Truth:
    """A source-meter's dump: 'Time, Smu1.I[1][1], Smu1.V[1][1]', every line a read after a pulse, by turns."""
    reads, ups = b.synapse(20 * nS, 300 * nS).turns(*by_turns(2, 45, 45))
    b.chain(reads, ups)
    lines = across(0.2 * np.arange(reads.size), reads * 0.1, np.full(reads.size, 0.1))
    b.file("smu1.csv", "Series,Run 4\n" + text(["Time", "Smu1.I[1][1]", "Smu1.V[1][1]"], lines))
    b.told(units="A", read_voltage=0.1, turns="45,45", first_read="before", pulse_between_lines="yes",
           column=["time=Time", "turns=Smu1.I[1][1]", "ignore=Smu1.V[1][1]"])  # fmt: skip
    b.asks = (r"column|unit|turns",)
    return b.truth()


@oddity
def odd_labview_measurement(b: Bench) -> Truth:
    """LabVIEW's .lvm with its two headers, decimal points, a column for comments."""
    up, down = both(b, 42, 3 * uS, 33 * uS)
    head = ["LabVIEW Measurement", "Writer_Version\t2", "Separator\tTab", "Decimal_Separator\t.", "X_Columns\tOne",
            "***End_of_Header***", "", "Channels\t2", "Samples\t43\t43", "Y_Unit_Label\tS\tS", "X0\t0.0\t0.0",
            "Delta_X\t1.0\t1.0", "***End_of_Header***", "X_Value\tLTP\tLTD\tComment"]  # fmt: skip
    lines = [f"{k:.6f}\t{p:.9e}\t{d:.9e}\t" for k, (p, d) in enumerate(zip(up, down, strict=True))]
    b.file("run_01.lvm", "\n".join(head + lines) + "\n")
    b.told(units="S", column=["pulse=X_Value", "set=LTP", "reset=LTD"], first_read="before")
    b.asks = (r"column|header|unit|line",)
    return b.truth()


@oddity
def odd_crossbar_board(b: Bench) -> Truth:
    """A crossbar board's log: word line, bit line, resistance, amplitude and width of the pulse before it, tags."""
    lines = []
    for k, cell in enumerate(b.array(3, 40 * uS, 200 * uS)):
        reads, ups = cell.turns(*by_turns(2, 30, 30))
        b.chain(reads, ups, k)
        first = (k + 4, 9, 1 / reads[0], 0.0, 0.0, "S R1 V=0.2", "R1", 0.2)
        lines += [
            first,
            *(
                (k + 4, 9, 1 / g, 1.25 if up else -1.35, 1e-4, "P", "R1", 0.2)
                for g, up in zip(reads[1:], ups, strict=True)
            ),
        ]
    head = ["Wordline", "Bitline", "Resistance", "Amplitude (V)", "Pulse width (s)", "Tag", "ReadTag", "ReadVoltage"]
    b.file("board.csv", "Fri Jan 02 2031,,,,,,,\n" + text(head, lines))
    b.told(
        units="ohm",
        set_width=1e-4,
        reset_width=1e-4,
        column=[
            "device=Wordline",
            "after=Resistance",
            "amplitude=Amplitude (V)",
            "width=Pulse width (s)",
            "ignore=ReadVoltage",
        ],
    )
    b.asks = (r"column|width|amplitude|\b0\b",)
    return b.truth()


@oddity
def odd_igor_waves(b: Bench) -> Truth:
    """Igor's text of waves."""
    up, down = both(b, 44, 3 * uS, 33 * uS)
    lines = ["IGOR", "WAVES/D\tltp_wave\tltd_wave", "BEGIN"]
    lines += [f"\t{number(p)}\t{number(d)}" for p, d in zip(up, down, strict=True)]
    lines += ["END", 'X SetScale/P x 0,1,"", ltp_wave; SetScale y 0,0,"S", ltp_wave']
    b.file("waves.itx", "\n".join(lines) + "\n")
    b.told(units="S", first_read="before", column=["set=ltp_wave", "reset=ltd_wave"])
    b.asks = (r"column|header|line|heading",)
    return b.truth()


@oddity
def odd_data_frame_of_two_levels(b: Bench) -> Truth:
    """A data frame with headings on two levels and a line for the name of the index."""
    up, down = both(b, 41, 3 * uS, 33 * uS)
    lines = ["direction,LTP,LTP,LTD,LTD", "quantity,G (uS),T (K),G (uS),T (K)", "pulse,,,,"]
    lines += [f"{k},{p / uS:.7g},300,{d / uS:.7g},300" for k, (p, d) in enumerate(zip(up, down, strict=True))]
    b.file("frame2.csv", "\n".join(lines) + "\n")
    b.told(units="uS", first_read="before", column=["pulse=1", "set=2", "ignore=3", "reset=4", "ignore=5"])
    b.asks = (r"column|header|line|heading",)
    return b.truth()


@oddity
def odd_averages_and_deviations(b: Bench) -> Truth:
    """Means over cycles beside their standard deviations: the spread of single pulses is not in the reads."""
    up, down = both(b, 40, 3 * uS, 33 * uS, vary=0.05, noise=0.0)
    lines = across(range(41), up / uS, np.full(41, 0.4), down / uS, np.full(41, 0.5))
    b.file("mean_std.csv", text(["Pulse", "LTP1 Avg (uS)", "LTP1 Std (uS)", "LTD1 Avg (uS)", "LTD1 Std (uS)"], lines))
    b.told(first_read="before")
    b.asks = (r"Std|Avg|deviation|average|mean",)
    return b.truth(Say((r"averag|\bAvg|mean", r"spread|vary|variation|narrow|single pulses")))


@oddity
def odd_values_and_errors(b: Bench) -> Truth:
    """A figure's numbers with error bars: 'G (uS), err'."""
    up, down = both(b, 40, 3 * uS, 33 * uS)
    lines = across(up / uS, np.full(41, 0.3), down / uS, np.full(41, 0.3))
    b.file("bars.csv", text(["LTP (uS)", "err (uS)", "LTD (uS)", "err.1 (uS)"], lines))
    b.told(first_read="before")
    b.asks = (r"\berr",)
    return b.truth(Say((r"\berr", r"not used|ignore|no read|error")))


@oddity
def odd_a_file_a_cycle(b: Bench) -> Truth:
    """One file a cycle with numbered names, 40 up and 40 down in each."""
    cell = b.synapse(2 * uS, 12 * uS)
    for cycle in range(1, 5):
        reads, ups = cell.turns((40, UP), (40, DOWN))
        b.chain(reads, ups)
        b.file(f"cycle_{cycle:02d}.csv", text(["n", "G (uS)"], across(range(81), reads / uS)))
    b.told(turns="40,40", first_read="before")
    b.asks = (r"turns|file",)
    return b.truth()


@oddity
def odd_trailing_tabs(b: Bench) -> Truth:
    """Tabs between cells and two more at the end of each line."""
    up, down = both(b, 44, 3 * uS, 33 * uS)
    lines = [f"{p / uS:.7g}\t{d / uS:.7g}\t\t" for p, d in zip(up, down, strict=True)]
    b.file("tabs.txt", "LTP (uS)\tLTD (uS)\t\t\n" + "\n".join(lines) + "\n")
    b.told(first_read="before")
    b.asks = (r"column|heading",)
    return b.truth()


@oddity
def odd_matlab_by_fprintf(b: Bench) -> Truth:
    """fprintf with blanks in front and scientific notation, two columns by turns."""
    reads, ups = b.synapse(5 * nS, 44 * nS).turns(*by_turns(2, 32, 32))
    b.chain(reads, ups)
    b.file("out.dat", "".join(f"   {k:.7e}   {g:.7e}\n" for k, g in enumerate(reads)))
    b.told(header=0, units="S", turns="32,32", first_read="before", column=["pulse=1", "turns=2"])
    b.asks = (r"column|unit",)
    return b.truth()


@oddity
def odd_fortran_exponents(b: Bench) -> Truth:
    """Exponents with a D, as an old program writes them."""
    up, down = both(b, 44, 3 * uS, 33 * uS)
    lines = [f"{p:.8E} {d:.8E}".replace("E", "D") for p, d in zip(up, down, strict=True)]
    b.file("old.out", "LTP(S) LTD(S)\n" + "\n".join(lines) + "\n")
    b.told(first_read="before")
    b.asks = (r"D-0|number|line|cell",)
    return b.truth()


@oddity
def odd_json_lines(b: Bench) -> Truth:
    """A JSON object on each line."""
    reads, ups = b.synapse(3 * uS, 30 * uS).turns(*by_turns(2, 36, 36))
    b.chain(reads[1:], ups[1:])
    lines = [json.dumps({"k": k, "dir": "set" if up else "reset", "R_ohm": float(number(1 / g))})
             for k, (up, g) in enumerate(zip(ups, reads[1:], strict=True))]  # fmt: skip
    b.file("log.jsonl", "\n".join(lines) + "\n")
    b.told(units="ohm", column=["polarity=dir", "after=R_ohm"], set="set", reset="reset")
    b.asks = (r"JSON|column|heading",)
    return b.truth()


@oddity
def odd_markdown_table(b: Bench) -> Truth:
    """A table pasted from a README."""
    up, down = both(b, 30, 3 * uS, 33 * uS)
    lines = [f"| {k} | {p / uS:.7g} | {d / uS:.7g} |" for k, (p, d) in enumerate(zip(up, down, strict=True))]
    b.file("table.md", "| n | LTP (uS) | LTD (uS) |\n|---|---|---|\n" + "\n".join(lines) + "\n")
    b.told(first_read="before")
    b.asks = (r"line|column|number|separator|\||heading",)
    return b.truth()


@oddity
def odd_list_in_python(b: Bench) -> Truth:
    """Two lists in a Python script, without units."""
    up, down = both(b, 40, 3 * uS, 33 * uS)
    listed = [", ".join(number(v / uS) for v in ramp) for ramp in (up, down)]
    b.file("data.py", f"import numpy as np\nG_LTP = np.array([{listed[0]}])  # uS\nG_LTD = np.array([{listed[1]}])\n")
    b.told(units="uS", first_read="before", column=["set=G_LTP", "reset=G_LTD"])
    b.asks = (r"column|list|line|number|heading",)
    return b.truth()


@oddity
def odd_interleaved_devices(b: Bench) -> Truth:
    """Two devices pulsed by turns, line by line, told apart by a column."""
    runs = [cell.turns(*by_turns(2, 40, 40)) for cell in b.array(2, 3 * uS, 30 * uS)]
    lines = []
    for n in range(160):
        for k, (reads, ups) in enumerate(runs):
            lines.append((f"D{k}", n, "P" if ups[n] else "D", reads[n + 1] / uS))
    for k, (reads, ups) in enumerate(runs):
        b.chain(reads[1:], ups[1:], k)
    b.file("by_turns.csv", text(["device", "pulse", "polarity", "G (uS)"], lines))
    b.asks = (r"device",)
    return b.truth()


@oddity
def odd_currents_without_voltage(b: Bench) -> Refusal:
    """Currents, and the user does not know what voltage they were read at."""
    up, down = both(b, 40, 3 * uS, 33 * uS)
    b.file("i.csv", text(["LTP (uA)", "LTD (uA)"], across(up * 0.1 / uA, down * 0.1 / uA)))
    b.told(first_read="before")
    return Refusal((r"read-voltage|read voltage|voltage",))


@oddity
def odd_resistance_in_decades(b: Bench) -> Refusal:
    """log10 of the resistance, which is no unit."""
    up, down = both(b, 40, 3 * uS, 33 * uS)
    b.file("log.csv", text(["LTP log10(R/ohm)", "LTD log10(R/ohm)"], across(-np.log10(up), -np.log10(down))))
    b.told(first_read="before")
    return Refusal((r"log|unit",))


@oddity
def odd_percent(b: Bench) -> Refusal:
    """Changes of conductance in per cent of the first, whose value nobody gives."""
    up, down = both(b, 40, 3 * uS, 33 * uS)
    b.file(
        "percent.csv",
        text(["LTP dG/G0 (%)", "LTD dG/G0 (%)"], across((up / up[0] - 1) * 100, (down / up[0] - 1) * 100)),
    )
    b.told(first_read="before")
    return Refusal((r"unit|%|change",))


@oddity
def odd_semicolons_and_points(b: Bench) -> Truth:
    """Semicolons between cells, points in numbers, as a Swiss set-up writes."""
    up, down = both(b, 44, 3 * uS, 33 * uS)
    b.file("schweiz.csv", text(["LTP (uS)", "LTD (uS)"], across(up / uS, down / uS), ";"))
    b.told(first_read="before")
    b.asks = (r"separator|column",)
    return b.truth()


@oddity
def odd_kilo_resistance_by_file(b: Bench) -> Truth:
    """Resistances by turns in Mohm with a thousands separator nowhere, and a footer below."""
    reads, ups = b.synapse(30 * nS, 250 * nS).turns(*by_turns(2, 30, 30))
    b.chain(reads, ups)
    lines = across(range(reads.size), 1 / reads / kohm)
    b.file("foot.csv", text(["n", "R (kohm)"], lines) + "\nend of measurement,\noperator: N.N.,\n")
    b.told(turns="30,30", first_read="before")
    b.asks = (r"line|end of measurement|footer|number",)
    return b.truth()
