"""The ledger's rows: each claim of a paper judged against a study's results."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Literal

import numpy as np

from devicegen.errors import Dev2NetError
from devicegen.files import written_whole
from netsim.ledger.claims import Claim, ModelValue, NetworkValue, Paper, load_claims
from netsim.ledger.lookup import Findings, NotInStudy, NotRun, Samples

Verdict = Literal["met", "missed", "shape", "not run"]

_SLACK = 1e-9
"""Relative slack of a comparison, for numbers that are equal but for rounding."""


@dataclass(frozen=True)
class Row:
    """One row of the ledger, as it is written; several numbers of one row are parted by semicolons.

    ours_std : standard deviation over the seeds; empty for one seed or where nothing is random
    verdict  : met, missed, shape (a curve for people to compare), or not run
    """

    paper: str
    figure: str
    quantity: str
    paper_value: str
    ours_mean: str
    ours_std: str
    seeds: str
    tolerance: str
    verdict: Verdict
    note: str

    @property
    def ours(self) -> str:
        """Our numbers as people read them, with the spread of each where all have one."""
        means = [f"{float(mean):.4g}" for mean in self.ours_mean.split("; ") if mean]
        spreads = [f"{float(spread):.2g}" for spread in self.ours_std.split("; ") if spread]
        if len(spreads) == len(means):
            means = [f"{mean} ± {spread}" for mean, spread in zip(means, spreads, strict=True)]
        return "; ".join(means)


COLUMNS = tuple(field.name for field in fields(Row))


def judge(claim: Claim, ours: Sequence[float]) -> Verdict:
    """The verdict on a claim: see `Claim` for what each comparison means. Floating-point dust decides nothing."""
    paper, allowed = claim.paper_numbers, claim.tolerance
    mean = np.array(ours)
    dust = _SLACK * max(np.abs(mean).max(), *(abs(number) for number in paper), 0.0) if paper else _SLACK
    if claim.compare == "shape":
        return "shape"
    if claim.compare == "level":
        good = bool(np.ptp(mean) <= allowed + dust)
    elif claim.compare == "rising":
        good = bool(np.all(np.diff(mean) > -allowed))
    elif claim.compare == "falling":
        good = bool(np.all(np.diff(mean) < allowed))
    elif claim.compare == "between":
        good = bool(np.all((min(paper) - allowed - dust <= mean) & (mean <= max(paper) + allowed + dust)))
    else:
        of_each = np.broadcast_to(np.array(paper), mean.shape)
        comparisons = {
            "number": np.abs(mean - of_each) <= allowed + dust,
            "factor": (mean >= of_each / max(allowed, 1) - dust) & (mean <= of_each * max(allowed, 1) + dust),
            "at_least": mean >= of_each - allowed - dust,
            "at_most": mean <= of_each + allowed + dust,
        }
        good = bool(np.all(comparisons[claim.compare]))
    return "met" if good else "missed"


def _text(numbers: Sequence[float]) -> str:
    return "; ".join(f"{number:.6g}" for number in numbers)


def _tolerance_text(claim: Claim) -> str:
    words = {"number": "± {t}", "factor": "factor {t}", "between": "± {t}", "at_least": "at least, − {t}"}
    words |= {"at_most": "at most, + {t}", "rising": "rising, slack {t}", "falling": "falling, slack {t}"}
    text = (words | {"level": "within {t}", "shape": ""})[claim.compare].format(t=f"{claim.tolerance:g}")
    return text.removesuffix(", slack 0").removesuffix(", − 0").removesuffix(", + 0")


def _open_row(paper: Paper, claim: Claim, device: str | None) -> Row:
    """The row of a claim for one device, with nothing of ours in it yet."""
    of = f", {device}" if device is not None else ""
    unit = f" [{claim.unit}]" if claim.unit else ""
    return Row(
        paper=paper.paper,
        figure=claim.figure,
        quantity=f"{claim.quantity}{of}{unit}",
        paper_value=claim.paper if isinstance(claim.paper, str) else _text(claim.paper_numbers),
        ours_mean="",
        ours_std="",
        seeds="",
        tolerance=_tolerance_text(claim),
        verdict="not run",
        note=claim.note,
    )


def _row(paper: Paper, claim: Claim, device: str | None, findings: Findings) -> Row | None:
    """The row of a claim for one device; None where the study holds nothing of it."""
    ours: list[Samples] = []
    verdict: Verdict = "not run"
    note = claim.note
    try:
        ours = [samples for value in claim.values for samples in findings.look_up(value, device)]
        verdict = judge(claim, [float(samples.mean()) for samples in ours])
    except NotInStudy:
        return None
    except NotRun as missing:
        note = f"Not run: {missing}. {note}".rstrip()
    seeds = max((samples.size for samples in ours), default=0)
    return replace(
        _open_row(paper, claim, device),
        ours_mean=_text([float(samples.mean()) for samples in ours]),
        ours_std=_text([float(samples.std(ddof=1)) for samples in ours if samples.size > 1]),
        seeds=str(seeds) if any(isinstance(value, NetworkValue) for value in claim.values) and seeds else "",
        verdict=verdict,
        note=note,
    )


def _devices_of(claim: Claim) -> tuple[str | None, ...]:
    """Devices that a claim is judged for; None once where its values name their own."""
    open_ones = [
        value
        for value in claim.values
        if not isinstance(value, ModelValue)
        and value.device is None
        and not (isinstance(value, NetworkValue) and value.baseline)
    ]
    return claim.devices if open_ones else (None,)


def open_rows() -> list[tuple[Claim, Row]]:
    """Every claim with its row of a ledger in which nothing was run, one for each device that it is judged for."""
    return [
        (claim, _open_row(paper, claim, device))
        for paper in load_claims()
        for claim in paper.claims
        for device in _devices_of(claim)
    ]


def ledger_rows(
    networks: Mapping[str, Path],
    tables: Mapping[str, Path],
    models: Mapping[str, Path],
    papers: Sequence[Paper] | None = None,
) -> list[Row]:
    """Every claim that the study holds something of, judged, in the order of the papers' files.

    networks : CSV file of each network of the study;  tables: device table of each device
    models   : file of each model (columns `quantity` and `value`)
    """
    findings = Findings(networks, tables, models)
    judged = (
        _row(paper, claim, device, findings)
        for paper in (load_claims() if papers is None else papers)
        for claim in paper.claims
        for device in _devices_of(claim)
    )
    return [row for row in judged if row is not None]


def tally(rows: Sequence[Row]) -> str:
    """How many rows were met, missed, a shape, not run."""
    counts = Counter(row.verdict for row in rows)
    named = {"met": "met", "missed": "missed", "shape": "a shape, for people to compare", "not run": "not run"}
    return ", ".join(f"{counts[verdict]} {words}" for verdict, words in named.items() if counts[verdict]) + "."


def write_ledger(rows: Sequence[Row], output: Path) -> None:
    """Write the ledger as CSV, whole or not at all."""
    with written_whole(output) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def read_ledger(path: Path) -> list[Row]:
    """The rows of a ledger's file, for its page. Raises Dev2NetError if the columns are others."""
    with open(path, newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise Dev2NetError(f"{path}: expected the columns {', '.join(COLUMNS)}. Delete it and run again.")
        return [Row(**{name: row[name] for name in COLUMNS}) for row in reader]  # type: ignore[arg-type]
