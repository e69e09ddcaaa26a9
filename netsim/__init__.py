"""Networks trained and scored on device tables. Knows the table's format, not how a table came about."""

from __future__ import annotations

from pathlib import Path

from devicegen.compiled import drop_stale_kernels

_here = Path(__file__).parent
drop_stale_kernels([_here, _here / "synapse"])
