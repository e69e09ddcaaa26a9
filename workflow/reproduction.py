"""The ledger of both papers as a page: docs/reproduction.csv and docs/reproduction.md.

``python -m workflow.reproduction results/paper/reproduction.csv`` takes over what ``snakemake paper`` found; a test
fails when page and ledger, or ledger and the papers' claims, disagree.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from devicegen.files import write_text_whole
from netsim.ledger import Row, read_ledger, tally, write_ledger
from netsim.ledger.rows import open_rows

LEDGER = Path("docs/reproduction.csv")
PAGE = Path("docs/reproduction.md")

_HEAD = """# Two papers, and what came out here
Every number that the papers state and a study can answer, beside ours. Made from `docs/reproduction.csv`, which
`snakemake --cores N paper` writes (to `results/paper/`) from `config/paper.yaml`, at full size, on the tables that
ship in `data/`. *Ours* is the mean over the seeds, ± their standard deviation; the tolerance is how far from the
paper's number a result may lie. Why something is missed: the notes here, [networks](networks.md), and
[the wall's calibration](devices/calibration.md). Fig. 5 of Al Misba 2022 states no number; it is drawn in the report
of that study, as all the others are.
"""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _table(rows: Iterable[Row]) -> list[str]:
    lines = ["| figure | quantity | paper | ours | seeds | tolerance | verdict | note |", "|---|" + "---|" * 7]
    for row in rows:
        cells = (row.figure, row.quantity, row.paper_value, row.ours, row.seeds, row.tolerance, row.verdict, row.note)
        lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    return lines


def page_text(rows: Sequence[Row]) -> str:
    """The page of a ledger."""
    lines = [_HEAD]
    for paper, of_paper in groupby(rows, key=lambda row: row.paper):
        listed = list(of_paper)
        lines += [f"## {paper}", tally(listed), "", *_table(listed), ""]
    return "\n".join(lines)


def main() -> None:
    """Write docs/reproduction.md, from a new ledger if one is named."""
    if len(sys.argv) > 1:
        found = read_ledger(Path(sys.argv[1]))
        missing = {(row.paper, row.figure, row.quantity) for _, row in open_rows()}
        missing -= {(row.paper, row.figure, row.quantity) for row in found if row.verdict != "not run"}
        if missing:
            raise SystemExit(f"{sys.argv[1]}: {len(missing)} rows were not run, such as {', '.join(min(missing))}.")
        write_ledger(found, LEDGER)
    write_text_whole(PAGE, page_text(read_ledger(LEDGER)))


if __name__ == "__main__":
    main()
