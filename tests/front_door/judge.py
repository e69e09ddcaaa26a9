"""Judges what a user gets of a kind of pulse file: the pulses exact, the table close, all that must be said.

A verdict is a list of faults, empty where all is right. `wrong` are those that no user may meet: a table that is
wrong, a table where a refusal is due, a traceback.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from kinds import Refusal, Say, Truth
from kinds.bench import Kind
from run import Outcome

from devicegen.measured.description.model import read_description
from devicegen.measured.reading.pulses import read_pulses
from devicegen.pulses.record import PulseRecord
from devicegen.table import DeviceTable, JumpTable
from devicegen.table_file import read_table

BINS = 5
ERRORS, SMOOTHING = 3.0, 0.02
DIGITS = 3e-6
"""What seven digits in a file leave of a read, in parts of the largest, and a little more."""
FREE_OF_THE_RANGE = 0.01
_PREFIX = {"p": 1e-12, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "": 1.0}
_SIEMENS = re.compile(r"(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s?([pnuµμm]?)S\b")


@dataclass(frozen=True)
class Verdict:
    """What is wrong with what a user got, what was left unsaid, and whether the door was shut instead.

    wrong   : faults that no user may meet
    unsaid  : what must be told and was not, or a refusal that names something else
    refused : no table, though one can be made
    """

    wrong: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    refused: bool = False

    @property
    def right(self) -> bool:
        return not (self.wrong or self.unsaid or self.refused)


def judge(kind: Kind, outcome: Outcome, folder: Path) -> Verdict:
    """Judge what came of a kind.

    folder : of the device, where `measure add` made one
    """
    log = outcome.log
    for name in kind.files:  # the name of a file tells nothing
        log = log.replace(name, "FILE")
    if outcome.traceback:
        return Verdict(wrong=("a traceback instead of a sentence",))
    made = folder.is_dir()
    if isinstance(kind.expected, Refusal):
        if made:
            return Verdict(wrong=("a device was made where a refusal is due",))
        missing = [words for words in kind.expected.words if not re.search(words, log, re.IGNORECASE)]
        return Verdict(unsaid=tuple(f"the refusal does not name /{words}/" for words in missing))
    if not made:
        return Verdict(refused=True)
    faults = (
        [] if kind.expected.finished else faults_of_pulses(kind.expected, read_pulses(folder, read_description(folder)))
    )
    if outcome.table is not None:
        faults += faults_of_table(kind.expected, read_table(outcome.table))
        most = kind.expected.at_most_bytes
        if most is not None and outcome.table.stat().st_size > most:
            faults.append(f"the table is {outcome.table.stat().st_size / 1e6:.2f} MB large")
    elif kind.whole:
        faults.append("the device was made, its table was not")
    unsaid = [f"not said: {say}" for say in kind.expected.say if not told(say, log)]
    return Verdict(tuple(faults), tuple(unsaid))


def told(say: Say, log: str) -> bool:
    """Whether a line of the log and the next one hold what must be said."""
    lines = log.splitlines() or [""]
    for two in zip(lines, [*lines[1:], ""], strict=True):
        place = " ".join(two)
        if all(re.search(words, place, re.IGNORECASE) for words in say.words):
            amounts = [float(value) * _PREFIX[prefix] for value, prefix in _SIEMENS.findall(place)]
            if say.about_S is None or any(abs(a / say.about_S - 1) <= say.within for a in amounts):
                return True
    return False


# -- pulses ----------------------------------------------------------------------------------------


def faults_of_pulses(truth: Truth, record: PulseRecord) -> list[str]:
    """What is wrong with the pulses that were read: number, before, after, change, device."""
    faults = []
    for name, is_set in (("SET", True), ("RESET", False)):
        expected, found = truth.is_set == is_set, record.is_set == is_set
        if expected.sum() != found.sum():
            faults.append(f"{found.sum()} {name} pulses, expected {expected.sum()}")
            continue
        before, change = truth.before_S[expected], truth.change_S[expected]
        columns = (
            ("before", before, record.g_before_S[found]),
            ("after", before + change, record.g_after_S[found]),
            ("change", change, record.delta_S[found]),
        )
        free = DIGITS * float((before + np.abs(change)).max())
        for what, right, read in columns:
            off = np.abs(np.sort(right) - np.sort(read)).max()
            if off > free:
                faults.append(f"{name}: {what} is off by up to {off:.3g} S")
    expected_of, found_of = (
        sorted(np.bincount(device)[np.bincount(device) > 0].tolist()) for device in (truth.device, record.device)
    )
    if expected_of != found_of:
        faults.append(f"{len(found_of)} devices of {found_of[:4]}... pulses, expected {len(expected_of)}")
    return faults


# -- tables ----------------------------------------------------------------------------------------


def faults_of_table(truth: Truth, table: DeviceTable) -> list[str]:
    """What is wrong with a table: pulses counted, mean changes, ranges, slopes where nothing was measured."""
    faults = []
    for name, is_set, jump in (("SET", True, table.jump_set), ("RESET", False, table.jump_reset)):
        if jump is None:
            faults.append(f"no {name} table")
            continue
        mask = truth.is_set == is_set
        faults += _faults_of_jump(name, 1 if is_set else -1, truth.before_S[mask], truth.change_S[mask], jump, truth)
    n = np.unique(truth.device).size
    if n > 1 and 0 < len(table.per_device) != n:
        faults.append(f"{len(table.per_device)} devices with tables of their own, expected {n}")
    if n == 1 and len(table.per_device) > 1:
        faults.append(f"{len(table.per_device)} devices, expected one")
    return faults


def _faults_of_jump(
    name: str, sign: int, before: np.ndarray, change: np.ndarray, jump: JumpTable, truth: Truth
) -> list[str]:
    faults, g, mean, counted = [], jump.conductance, jump.mean(), int(jump.count.sum())
    if counted != (0 if truth.finished else before.size):
        faults.append(f"{name} counts {counted} pulses, expected {0 if truth.finished else before.size}")
    low, high = float(before.min()), float(before.max())
    row = float(np.diff(g).max())
    seen = g[jump.count > 0] if counted else g
    free = FREE_OF_THE_RANGE * float(g[-1] - g[0]) + row
    cut = np.quantile(np.concatenate([truth.before_S, truth.before_S + truth.change_S]), (0.001, 0.999))
    for what, end, inner, edge in (("from", low, max(low, cut[0]), seen[0]), ("to", high, min(high, cut[1]), seen[-1])):
        if not min(end, inner) - free <= edge <= max(end, inner) + free:
            faults.append(f"{name} is seen {what} {edge:.4g} S, expected {end:.4g} S")
    largest, widest = 0.0, 0.0
    for where, (at, wanted, error) in _bins(before, change, truth).items():
        found = float(np.interp(at, g, mean).mean())
        largest, widest = max(largest, abs(wanted)), max(widest, error)
        if abs(found - wanted) > ERRORS * error + SMOOTHING * abs(wanted):
            faults.append(f"{name} {where}: mean change {found:.4g} S, expected {wanted:.4g} +- {error:.2g} S")
    outside = sign * mean[(g < low - row) | (g > high + row)]
    free = SMOOTHING * largest + widest
    if outside.size and (outside.min() < -free or outside.max() > 1.5 * largest + free):
        faults.append(f"{name}: a change of {outside.min():.3g} to {outside.max():.3g} S where no pulse was")
    return faults


def _bins(before: np.ndarray, change: np.ndarray, truth: Truth) -> dict[str, tuple[np.ndarray, float, float]]:
    """In each of five bins with pulses: where they began, their mean change and its standard error [S]."""
    edges = (np.geomspace if truth.by_ratio else np.linspace)(before.min(), before.max(), BINS + 1)
    of = np.clip(np.digitize(before, edges) - 1, 0, BINS - 1)
    line = np.polyval(np.polyfit(before / edges[-1], change, 2), before / edges[-1])
    everywhere = float(np.std(change - line)) * np.sqrt(change.size / max(change.size - 3, 1))
    bins = {}
    for k in range(BINS):
        here = of == k
        n = int(here.sum())
        if n:
            spread = float(change[here].std(ddof=1)) if n > 1 else 0.0
            error = (spread if n >= 8 else max(spread, everywhere)) / np.sqrt(n)
            wanted = float(change[here].mean())
            bins[f"{edges[k]:.3g} to {edges[k + 1]:.3g} S"] = (
                before[here],
                wanted,
                0.003 * abs(wanted) if truth.finished else error,
            )
    return bins
