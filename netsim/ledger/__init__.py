"""The reproduction ledger: every number that a paper states, beside what this program finds."""

from netsim.ledger.claims import Claim, Mark, load_claims, marks_of
from netsim.ledger.rows import Row, ledger_rows, read_ledger, tally, write_ledger

__all__ = ["Claim", "Mark", "Row", "ledger_rows", "load_claims", "marks_of", "read_ledger", "tally", "write_ledger"]
