"""What a column of voltages says beside the reads: pulses, a sweep through zero, or a log of pulses and reads."""

from __future__ import annotations

import numpy as np

from devicegen.errors import PulseFileError
from devicegen.measured.description.units import UNITS
from devicegen.measured.looking.answers import Answers
from devicegen.measured.looking.look import Look
from devicegen.measured.looking.meaning import Meant

_SMALL_STEP = 0.12
_MOST_LEVELS = 8


def refuse_sweeps(look: Look, meant: list[Meant]) -> None:
    """Refuse I-V loops: the voltage goes in small steps through zero, and each current was read at another voltage."""
    voltage = next((m for m in meant if m.meaning == "amplitude" and m.by != "user"), None)
    if voltage is None or any(m.meaning in ("before", "read_voltage") for m in meant):
        return
    v = voltage.facts.known
    if v.size < 12 or voltage.facts.levels < 6:
        return
    span = float(np.ptp(v))
    steps = np.abs(np.diff(v))
    steps = steps[steps > 0]
    through_zero = float(np.min(np.abs(v))) < _SMALL_STEP * span / 2 and (v > 0).any()
    small = steps.size > 0 and np.quantile(steps, 0.95) <= _SMALL_STEP * span
    if not (through_zero and small):
        return
    current = next((m for m in meant if m.meaning in ("read", "after") and m.facts.units is not None), None)
    reads_current = current is not None and UNITS[str(current.facts.units)][0] == "current"
    both = (v < 0).any()
    if reads_current or both:
        raise PulseFileError(
            f"{look.path}: {voltage.title} is swept in small steps through 0 V ({v.min():g} to {v.max():g}), as in "
            "an I-V loop: each current was read at another voltage, so there is no fixed read voltage and there are "
            "no pulses, expected pulses with reads at one voltage before or after each."
        )


def ask_for_levels(look: Look, meant: list[Meant], answers: Answers) -> bool:
    """Whether a voltage of few levels tells pulses from reads; then the level of the reads is asked for.

    True where the answer `read` names a level of the voltage; which of the others raises is told by the reads.
    """
    voltage = next((m for m in meant if m.meaning in ("amplitude", "levels")), None)
    if voltage is None or any(m.meaning == "polarity" for m in meant):
        return False
    if answers.get("read") is not None:
        return True
    v = np.round(voltage.facts.known, 6)
    levels, counts = np.unique(v, return_counts=True)
    wanted = answers.get("layout") == "events"
    if not wanted and (not 3 <= levels.size <= _MOST_LEVELS or voltage.meaning == "levels"):
        return False
    small = levels[levels != 0][np.argmin(np.abs(levels[levels != 0]))]
    often = int(counts[levels == small][0])
    between = 0.3 * v[v != 0].size < often and abs(small) < 0.5 * np.abs(levels).max()
    if not between and not wanted:
        return False
    shown = ", ".join(f"{level:g} V ({n} rows)" for level, n in zip(levels[:8], counts[:8], strict=True))
    why = (
        f"{look.path}: {voltage.title} holds {levels.size} levels ({shown}), and rows at {small:g} V stand among the "
        "pulses as reads do"
    )
    read_voltage = answers.get("read-voltage")
    if read_voltage is not None and "read" not in answers.given:
        answers.asked.setdefault("read", read_voltage)
    answers.ask("read", "At which voltage are rows reads", why, f"{small:g}")
    return True
