"""Amounts as people write them: three digits and a prefix."""

from __future__ import annotations

_SMALL = ((1e-18, "a"), (1e-15, "f"), (1e-12, "p"), (1e-9, "n"), (1e-6, "µ"), (1e-3, "m"), (1.0, ""))


def prefix_for(value: float) -> tuple[float, str]:
    """The prefix that shows an amount in 1 to 1000, and its factor: 4.36e-8 gives 1e-9 and n."""
    size = abs(value) / 0.9995  # three digits of 0.9995 read 1.00
    return max(((factor, prefix) for factor, prefix in _SMALL if factor <= size), default=_SMALL[0])
