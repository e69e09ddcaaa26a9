"""Encodings, separators, decimal commas, lines before the headings."""

from __future__ import annotations

import gzip

import numpy as np

from kinds.bench import Bench, Truth, kind
from kinds.ramps import both
from kinds.synapse import DOWN, UP, by_turns
from kinds.writing import across, nS, text, uS


@kind
def cells_of_a_german_table(b: Bench) -> Truth:
    """Semicolons, decimal commas, a micro sign in cp1252."""
    up, down = both(b, 48, 3 * uS, 36 * uS)
    b.file("excel.csv", text(["LTP (µS)", "LTD (µS)"], across(up / uS, down / uS), ";", ","), "cp1252")
    b.told(first_read="before")
    return b.truth()


@kind
def cells_in_utf16(b: Bench) -> Truth:
    """Excel's 'Unicode text': UTF-16 with a mark, tabs."""
    reads, ups = b.synapse(3 * uS, 36 * uS).turns(*by_turns(2, 40, 40))
    b.chain(reads[1:], ups[1:])
    lines = across(range(ups.size), np.where(ups, "LTP", "LTD"), reads[1:] / uS)
    b.file("unicode.txt", text(["n", "type", "G (µS)"], lines, "\t"), "utf-16")
    return b.truth()


@kind
def cells_with_a_mark_in_front(b: Bench) -> Truth:
    """UTF-8 with a byte-order mark and lines that end as in Windows."""
    up, down = both(b, 47, 3 * uS, 36 * uS)
    lines = text(["LTP (µS)", "LTD (µS)"], across(up / uS, down / uS)).replace("\n", "\r\n")
    b.file("mark.csv", lines, "utf-8-sig")
    b.told(first_read="before")
    return b.truth()


@kind
def cells_between_blanks(b: Bench) -> Truth:
    """numpy.savetxt: blanks between cells, a comment line above."""
    up, down = both(b, 60, 11 * nS, 88 * nS)
    lines = [f"{p:.18e} {d:.18e}" for p, d in zip(up, down, strict=True)]
    b.file("saved.txt", "# potentiation (S), depression (S)\n" + "\n".join(lines) + "\n")
    b.told(units="S", column=["set=1", "reset=2"], first_read="before")
    return b.truth()


@kind
def cells_in_fixed_width(b: Bench) -> Truth:
    """Columns of fixed width, several blanks between them."""
    up, down = both(b, 50, 11 * nS, 88 * nS)
    lines = [f"{'n':>6}{'LTP(nS)':>16}{'LTD(nS)':>16}"]
    lines += [f"{k:6d}{p / nS:16.6f}{d / nS:16.6f}" for k, (p, d) in enumerate(zip(up, down, strict=True))]
    b.file("fixed.txt", "\n".join(lines) + "\n")
    b.told(first_read="before")
    return b.truth()


@kind
def cells_below_settings(b: Bench) -> Truth:
    """Forty-five lines of settings with commas and numbers in them, then the headings."""
    reads, ups = b.synapse(2 * uS, 16 * uS).turns(*by_turns(2, 35, 35))
    b.chain(reads[1:], ups[1:])
    settings = [f"Setting.{k}, {0.25 * k:g}, {'ON' if k % 3 else 'OFF'}" for k in range(40)]
    settings += ["Sweep.V, 0.1, 0.2, 0.3", "Comment, a long night, 23 C", "", "Points, 140", ""]
    lines = across(range(1, ups.size + 1), np.where(ups, 1.5, -1.4), reads[1:] * 0.1)
    b.file("analyser.csv", "\n".join(settings) + "\n" + text(["Index", "Vpulse (V)", "Iread (A)"], lines))
    b.told(read_voltage=0.1)
    return b.truth()


@kind
def cells_under_comments(b: Bench) -> Truth:
    """Comment lines with '%' above the headings."""
    reads, ups = b.synapse(2 * uS, 16 * uS).turns(*by_turns(2, 34, 34))
    b.chain(reads[1:], ups[1:])
    lines = across(np.where(ups, "P", "D"), reads[1:] / uS)
    b.file("comments.csv", "% sample 12, 300 K\n% lot 4\n" + text(["type", "G (uS)"], lines))
    b.told(set="P", reset="D")
    return b.truth()


@kind
def cells_compressed(b: Bench) -> Truth:
    """A CSV file in gzip."""
    up, down = both(b, 46, 3 * uS, 36 * uS)
    b.file("packed.csv.gz", gzip.compress(text(["LTP (uS)", "LTD (uS)"], across(up / uS, down / uS)).encode(), mtime=0))
    b.told(first_read="before")
    return b.truth()


@kind
def cells_in_quotes(b: Bench) -> Truth:
    """All cells in quotes, a comma inside a heading."""
    up, down = both(b, 45, 3 * uS, 36 * uS)
    lines = [[f'"{p / uS:.7g}"', f'"{d / uS:.7g}"'] for p, d in zip(up, down, strict=True)]
    b.file("quoted.csv", text(['"LTP, device 3 (uS)"', '"LTD, device 3 (uS)"'], lines))
    b.told(first_read="before")
    return b.truth()


@kind
def cells_in_a_script(b: Bench) -> Truth:
    """A MATLAB script with the ramps as lists among other parameters, the ramp down from low to high."""
    up, down = both(b, 44, 60 * nS, 480 * nS)

    def listed(values: np.ndarray) -> str:
        return "[" + " ".join(f"{v / nS:.7g}" for v in values) + "]"

    b.file(
        "data.m",
        f"% fitting of the synapse\nVread = 0.1;\nnPulse = 44;\nA = [0.4 2.2 0.9];\n"
        f"LTP = {listed(up)}; % nS\nLTD = {listed(down[::-1])}; % nS, sorted\nplot(LTP); hold on;\n",
    )
    b.told(units="nS", column=["set=LTP", "reset=LTD"], backwards="LTD", first_read="before")
    return b.truth()


@kind
def cells_blank_lines_between(b: Bench) -> Truth:
    """Blank lines between blocks of a long table."""
    lines, n = ["n,type,G (uS)"], 0
    cell = b.synapse(4 * uS, 41 * uS)
    reads = [cell.read()]
    for up in (UP, DOWN, UP, DOWN):
        for _ in range(33):
            cell.pulse(up)
            reads.append(cell.read())
            b.pairs(reads[-2:-1], reads[-1:], up) if len(reads) > 2 else None
            lines.append(f"{n},{'LTP' if up else 'LTD'},{reads[-1] / uS:.7g}")
            n += 1
        lines.append("")
    b.file("spaced.csv", "\n".join(lines))
    return b.truth()
