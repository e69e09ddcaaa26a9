"""Pulses of one polarity pair as arrays, whatever file they came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devicegen.errors import PulseFileError

MIN_PULSES = 15
"""Fewest pulses of one polarity that a table is made of: devices of 16 or 32 levels are usual."""

FEW_PULSES = 100
"""With fewer pulses of a polarity the table is called uncertain."""

MIN_OWN_PULSES = 50
"""Fewest pulses of either polarity that one device of several needs for tables of its own."""

ALL_THE_WAY = 0.6
"""Pulses that go this part of the way between two states only switch between them."""

RISES_IN, PARTS = 0.25, 12
"""SET pulses must raise the mean in at least this part of so many parts of where they began."""

MOST_RATIO = 30.0
"""Largest ratio of the median reads before and after pulses that units of their own for each column do not explain."""

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PulseRecord:
    """Programming pulses with the conductance read before and after each.

    device       : (n,) index into `device_names`
    is_set       : (n,) True for SET (potentiation), False for RESET (depression)
    g_before_S   : (n,) conductance read before the pulse [S]
    g_after_S    : (n,) conductance read after the pulse [S]
    starts       : (n,) True where the pulse does not follow the one before it in the array
    device_names : names of the devices
    energy_J     : (n,) energy of the pulse [J], where current and voltage were measured
    left_out     : why rows of the files are not here, and how many
    """

    device: npt.NDArray[np.int32]
    is_set: BoolArray
    g_before_S: FloatArray
    g_after_S: FloatArray
    starts: BoolArray
    device_names: tuple[str, ...]
    energy_J: FloatArray | None = None
    left_out: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        n = self.device.size
        for name in ("is_set", "g_before_S", "g_after_S", "starts", "energy_J"):
            values = getattr(self, name)
            if values is not None and values.shape != (n,):
                raise ValueError(f"{name} has shape {values.shape}, expected {(n,)}")

    @property
    def size(self) -> int:
        """Number of pulses."""
        return self.device.size

    @property
    def delta_S(self) -> FloatArray:
        """(n,) conductance change of each pulse [S]."""
        return self.g_after_S - self.g_before_S

    def columns(self) -> dict[str, npt.NDArray]:
        """Arrays (n,) by name, as pandas.DataFrame takes them; `starts`: not right after the pulse before it."""
        columns: dict[str, npt.NDArray] = {
            "device": np.array(self.device_names)[self.device],
            "polarity": np.where(self.is_set, "SET", "RESET"),
            "g_before_S": self.g_before_S,
            "g_after_S": self.g_after_S,
            "starts": self.starts,
        }
        return columns if self.energy_J is None else columns | {"energy_J": self.energy_J}

    def select(self, mask: BoolArray) -> PulseRecord:
        """The pulses where `mask` is True; one whose predecessor is left out starts a new run."""
        kept_before = np.concatenate([[False], mask[:-1]])
        return PulseRecord(
            device=self.device[mask],
            is_set=self.is_set[mask],
            g_before_S=self.g_before_S[mask],
            g_after_S=self.g_after_S[mask],
            starts=(self.starts | ~kept_before)[mask],
            device_names=self.device_names,
            energy_J=None if self.energy_J is None else self.energy_J[mask],
            left_out=self.left_out,
        )


def check_record(record: PulseRecord, where: str) -> None:
    """Refuse pulses that no table can be made of, see below; `where` names their source in the message."""
    check_amounts(record, where)
    check_directions(record, where)
    check_states(record, where)


def check_amounts(record: PulseRecord, where: str) -> None:
    """Refuse too few pulses, and reads that no device has.

    Raises PulseFileError for one polarity only, too few pulses, and conductances that no device has (units that
    are wrong by orders of magnitude, or swapped).
    """
    n_set, n_reset = int(record.is_set.sum()), int((~record.is_set).sum())
    for name, n in (("SET", n_set), ("RESET", n_reset)):
        if n == 0:
            raise PulseFileError(
                f"{where}: {record.size} pulses, and no {name} pulse among them; a table needs both polarities: check "
                f"the key 'polarity', measure {name}, or describe an artificial device (kind: artificial)."
            )
        if n < MIN_PULSES:
            raise PulseFileError(f"{where}: {n} {name} pulses, expected at least {MIN_PULSES} for a table.")
    typical = float(np.median(record.g_before_S))
    if not 1e-13 < typical < 1.0:
        raise PulseFileError(
            f"{where}: the median conductance comes out as {typical:.3g} S, expected 1e-13 to 1 S: are the units "
            "right, and is a resistance or a current declared as a conductance?"
        )
    ratio = float(np.median(record.g_after_S)) / typical
    if not 1 / MOST_RATIO < ratio < MOST_RATIO:
        raise PulseFileError(
            f"{where}: the median read after a pulse is {ratio:.3g} times the median read before one, expected about "
            "the same: are the units of the two columns swapped?"
        )


def check_directions(record: PulseRecord, where: str) -> None:
    """Refuse SET pulses that lower the conductance beside RESET pulses: polarities, or reads, are exchanged.

    Raises PulseFileError; `where` names the source of the pulses.
    """
    delta = record.delta_S
    mean_set, mean_reset = (float(delta.mean(where=mask)) for mask in (record.is_set, ~record.is_set))
    if mean_set <= mean_reset:
        raise PulseFileError(
            f"{where}: SET pulses change the conductance by {mean_set:.3g} S and RESET pulses by {mean_reset:.3g} S "
            "on average, expected SET to raise it: are the polarities, or before and after, exchanged?"
        )


def check_states(record: PulseRecord, where: str) -> None:
    """Refuse pulses that only switch between two states: nothing was measured between them.

    Raises PulseFileError; `where` names the source of the pulses.
    """
    of_set, of_reset = record.g_before_S[record.is_set], record.g_before_S[~record.is_set]
    low, high = float(np.quantile(of_set, 0.95)), float(np.quantile(of_reset, 0.05))
    apart = float(np.median(of_reset) - np.median(of_set))
    if low >= high:
        return
    steps = [float(np.median(record.delta_S[mask])) for mask in (record.is_set, ~record.is_set)]
    if min(steps[0], -steps[1]) > ALL_THE_WAY * apart:
        raise PulseFileError(
            f"{where}: the reads alternate between two states, about {np.median(of_set):.3g} and "
            f"{np.median(of_reset):.3g} S: each pulse goes all the way, so that SET was given at the lower state "
            "only and RESET at the upper one, and nothing was measured in between (an endurance test?); a "
            "jump-table needs pulses that start in between."
        )


def check_response(record: PulseRecord, where: str) -> None:
    """Refuse SET pulses that raise the conductance from few of their places only, and RESET pulses that raise it.

    A network could not be trained with the table of such pulses. Raises PulseFileError with the likely causes.
    """
    for is_set in (True, False):
        mine = record.is_set == is_set
        edges = np.unique(np.quantile(record.g_before_S[mine], np.linspace(0, 1, PARTS + 1)))
        if edges.size < 2:
            continue
        part = np.clip(np.searchsorted(edges, record.g_before_S[mine], side="right") - 1, 0, edges.size - 2)
        n = np.bincount(part, minlength=edges.size - 1)
        mean = np.bincount(part, record.delta_S[mine], edges.size - 1) / np.maximum(n, 1)
        at = mean[n > 0]
        if is_set and np.mean(at > 0) < RISES_IN:
            raise PulseFileError(
                f"{where}: SET pulses raise the conductance in only {np.mean(at > 0):.0%} of where they began, "
                "expected a rise over most of it: are SET and RESET exchanged, is a clock or a fit taken for a "
                "ramp, or does the device fall back by itself before it is read?"
            )
        if not is_set and at.mean() >= 0:
            raise PulseFileError(
                f"{where}: RESET pulses change the conductance by {at.mean():+.3g} S on average where they began, "
                "expected a fall: are SET and RESET exchanged, or is a clock or a fit taken for a ramp?"
            )
