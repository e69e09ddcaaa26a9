"""The reproduction ledger: every number that a paper states, beside what this program finds."""

from netsim.ledger.claims import Claim, Mark, Span, load_claims, marks_of, spans_of, success_of
from netsim.ledger.rows import Row, ledger_rows, read_ledger, tally, write_ledger

__all__ = [
    "Claim",
    "Mark",
    "Row",
    "Span",
    "ledger_rows",
    "load_claims",
    "marks_of",
    "read_ledger",
    "spans_of",
    "success_of",
    "tally",
    "write_ledger",
]
