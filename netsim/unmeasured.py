"""In words and shares: where pulses were measured, and how many of a training were fired elsewhere.

A jump-table has rows over the whole range, also where no pulse was ever measured; there they hold the last mean.
Networks fire there all the same, and what comes out rests on a guess as far as they do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from devicegen.table import Coverage, DeviceTable
from netsim.prefixes import siemens_scale
from netsim.results import Curve

WORTH_SAYING = 0.05
"""A warning is given from this share of the SET or of the RESET pulses on, and of the range."""

Part = tuple[float, float]


@dataclass(frozen=True)
class Unmeasured:
    """Shares of a training's pulses that were fired where nobody measured what they do: of SET, of RESET, of all."""

    set_share: float
    reset_share: float
    share: float


@dataclass(frozen=True)
class Range:
    """The range of a device and the parts of it in which SET and RESET were measured [S]."""

    g_min_S: float
    g_max_S: float
    coverage: Coverage

    @classmethod
    def of(cls, table: DeviceTable) -> Range | None:
        """That of a table; None where it does not state what was measured."""
        return None if table.coverage is None else cls(table.g_min_S, table.g_max_S, table.coverage)

    @property
    def parts(self) -> tuple[tuple[str, Part], tuple[str, Part]]:
        """SET and RESET with their parts."""
        return ("SET", self.coverage.set_S), ("RESET", self.coverage.reset_S)

    def share(self, part_S: Part) -> float:
        """How much of the range a part is."""
        return (part_S[1] - part_S[0]) / (self.g_max_S - self.g_min_S)

    def inside(self, part_S: Part) -> str:
        """A part in words: "1 to 10.6 µS (83% of the range)"."""
        factor, unit = siemens_scale(self.g_max_S)
        return f"{part_S[0] * factor:.3g} to {part_S[1] * factor:.3g} {unit} ({self.share(part_S):.0%} of the range)"

    def outside(self, part_S: Part) -> str:
        """What of the range a part leaves out, in words: "above 10.6 µS"; "" for nothing."""
        factor, unit = siemens_scale(self.g_max_S)
        least = 1e-6 * (self.g_max_S - self.g_min_S)  # as kernels count
        below, above = part_S[0] - self.g_min_S > least, self.g_max_S - part_S[1] > least
        words = [f"below {part_S[0] * factor:.3g} {unit}"] * below + [f"above {part_S[1] * factor:.3g} {unit}"] * above
        return " and ".join(words)

    def facts(self) -> list[tuple[str, str]]:
        """Where each kind of pulse was measured: name and words."""
        return [(f"{name} measured", self.inside(part)) for name, part in self.parts]

    def gaps(self) -> list[str]:
        """A sentence for each kind of pulse that was not measured in some of the range."""
        return [
            f"{name} was never measured {self.outside(part)} ({1 - self.share(part):.0%} of the range): the table "
            "holds the last mean there."
            for name, part in self.parts
            if 1 - self.share(part) >= WORTH_SAYING
        ]

    def warnings(self, fired: Unmeasured, trainings: int) -> list[str]:
        """A sentence for each kind of pulse of which many were fired where it was never measured.

        fired : of one training, or the largest shares of several;  trainings: how many
        """
        up_to, whose = ("up to ", "a") if trainings > 1 else ("", "this")
        return [
            f"{up_to}{share:.0%} of the {name} pulses of {whose} training were fired where {name} was never measured "
            f"({self.outside(part)}): the table holds the last mean there; the accuracy rests on that."
            for share, (name, part) in zip((fired.set_share, fired.reset_share), self.parts, strict=True)
            if share >= WORTH_SAYING
        ]


def unmeasured_of(curve: Curve) -> list[Unmeasured] | None:
    """Of all epochs together, for each seed; None where nobody knows."""
    if "unmeasured_share" not in curve.measures:
        return None
    resets = curve.measures.get("reset_pulses", curve.pulses)  # attempts at levels are made of both
    sets = curve.pulses - curve.measures.get("reset_pulses", 0)
    columns = [
        np.nansum(curve.measures[name] * fired, axis=1) / np.maximum(fired.sum(axis=1), 1)
        for name, fired in (("unmeasured_set", sets), ("unmeasured_reset", resets), ("unmeasured_share", curve.pulses))
    ]
    return [Unmeasured(*(float(share) for share in of_seed)) for of_seed in zip(*columns, strict=True)]


def mean_of(found: Iterable[Unmeasured]) -> Unmeasured:
    """Means of the shares of several trainings."""
    return Unmeasured(*np.mean([(one.set_share, one.reset_share, one.share) for one in found], axis=0).tolist())


def largest_of(found: Iterable[Unmeasured]) -> Unmeasured:
    """The largest of each share of several trainings."""
    return Unmeasured(*np.max([(one.set_share, one.reset_share, one.share) for one in found], axis=0).tolist())
