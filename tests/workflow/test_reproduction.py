"""The ledger that ships is of the claims that ship, judged as they are judged today, and its page is made from it."""

from dataclasses import replace
from pathlib import Path

from netsim.ledger import read_ledger
from netsim.ledger.rows import judge, open_rows
from workflow import reproduction

ROOT = Path(__file__).parent.parent.parent


def test_the_page_is_made_from_the_ledger():
    rows = read_ledger(ROOT / reproduction.LEDGER)
    assert (ROOT / reproduction.PAGE).read_text() == reproduction.page_text(rows), "write it anew with: make ledger"


def test_the_ledger_is_of_the_claims_and_their_comparisons():
    rows = read_ledger(ROOT / reproduction.LEDGER)
    claims = open_rows()
    nothing_run = {"ours_mean": "", "ours_std": "", "seeds": "", "verdict": "not run"}
    found = [replace(row, **nothing_run) for row in rows]
    assert found == [row for _, row in claims], "take a new run over with: make ledger"
    for row, (claim, _) in zip(rows, claims, strict=True):
        assert judge(claim, [float(number) for number in row.ours_mean.split("; ")]) == row.verdict, row
