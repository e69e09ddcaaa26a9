"""What pulses show of the device beside its jump-tables, in sentences for people; each only where it is plain.

Relaxation between pulses, drops between ramps, first pulses that do more, devices that differ, and the part of the
range that was not measured. Nothing is corrected here: a table knows the conductance and nothing else.
"""

from __future__ import annotations

import numpy as np
from scipy.special import fdtrc

from devicegen.prefixes import prefix_for
from devicegen.pulses.record import FEW_PULSES, BoolArray, FloatArray, PulseRecord

_ENOUGH = 200_000
"""Pulses that are looked at, from the first on: patterns of trains need neighbours."""
_SIDES = (("SET", True), ("RESET", False))
_CLEAR = 4.0
"""Standard errors from which on a mean is taken for real."""
_OF_THE_RANGE = 0.03
_OF_A_CHANGE = 0.05
_ABRUPT, _ABRUPT_OF_THE_RANGE = 10.0, 0.1
_BINS = 20
_FEWEST = 8
_CHANCE = 1e-4
_DEAD = 0.1
_UNLIKE = 3.0
_NEIGHBOURS, _BRACKET, _MOST_FIRSTS = 12, 3, 500


def amount(value_S: float) -> str:
    """A conductance with three digits and its prefix: 4.36e-8 is 43.6 nS."""
    if value_S == 0:
        return "0 S"
    factor, prefix = prefix_for(value_S)
    return f"{value_S / factor:.3g} {prefix}S"


def findings(record: PulseRecord) -> list[str]:
    """Sentences about the pulses of a record; none where nothing is plain."""
    reads = np.array([record.g_before_S.min(), record.g_after_S.min(), record.g_before_S.max(), record.g_after_S.max()])
    low, high = float(reads.min()), float(reads.max())
    some = record
    if record.size > _ENOUGH:
        mask = np.zeros(record.size, np.bool_)
        mask[:_ENOUGH] = True
        some = record.select(mask)
    return [
        *_few(record),
        *_not_measured(record, low, high),
        *_relaxes(some, low),
        *_drops(some, low, high),
        *_first_pulses(some, low, high),
        *_devices_differ(some, low, high),
    ]


def _few(record: PulseRecord) -> list[str]:
    said = []
    for name, is_set in _SIDES:
        n = int(np.count_nonzero(record.is_set == is_set))
        if n < FEW_PULSES:
            said.append(f"only {n} {name} pulses: few for a distribution; the table is uncertain, as its bands show")
    return said


def _not_measured(record: PulseRecord, low: float, high: float) -> list[str]:
    """The part of the range from which no pulse of a polarity began, one sentence for each end."""
    said = []
    for name, is_set in _SIDES:
        mine = record.is_set if is_set else ~record.is_set
        first = float(record.g_before_S.min(where=mine, initial=np.inf))
        last = float(record.g_before_S.max(where=mine, initial=-np.inf))
        if first - low > _OF_THE_RANGE * (high - low):
            said.append(
                f"{name} was never measured below {amount(first)} (reads begin at {amount(low)}): the table holds its "
                "last mean there"
            )
        if high - last > _OF_THE_RANGE * (high - low):
            said.append(
                f"{name} was never measured above {amount(last)} (reads go to {amount(high)}): the table holds its "
                "last mean there"
            )
    return said


def _relaxes(record: PulseRecord, low: float) -> list[str]:
    """Whether the read before a pulse differs from the read after the pulse before it, on average."""
    follows = ~record.starts[1:]
    gap = (record.g_before_S[1:] - record.g_after_S[:-1])[follows]
    if gap.size < _FEWEST or np.count_nonzero(gap) < gap.size // 2:
        return []
    mean, error = float(gap.mean()), float(gap.std(ddof=1) / np.sqrt(gap.size))
    typical = float(np.abs(record.delta_S).mean())
    if abs(mean) < _CLEAR * error or abs(mean) < _OF_A_CHANGE * typical:
        return []
    way = "falls" if mean < 0 else "rises"
    said = (
        f"the device relaxes between pulses: by itself it {way} by {amount(abs(mean))} on average until the next pulse"
    )
    said += f" (a pulse changes it by {amount(typical)}). This is no read noise, and it is not in the table"
    over = float((record.g_after_S[:-1][follows] - low).mean())
    if mean < 0 and over > 0 and -mean < over:
        time = -1 / np.log1p(mean / over)
        said += (
            f"; a network can be given it as leakage: leakage_time: {time:.3g}, where an example takes as long as the "
            "time between two pulses here"
        )
    return [said]


def _drops(record: PulseRecord, low: float, high: float) -> list[str]:
    """Changes between one ramp and the next of the other polarity that no pulse made."""
    starts = np.flatnonzero(record.starts)
    inner = starts[starts > 0]
    inner = inner[record.device[inner] == record.device[inner - 1]]
    turned = inner[record.is_set[inner] != record.is_set[inner - 1]]
    said = []
    for after, before, is_set in (("SET", "RESET", True), ("RESET", "SET", False)):
        at = turned[record.is_set[turned - 1] == is_set]
        if at.size == 0 or (at.size < 2 and starts.size > 2) or 2 * turned.size < inner.size:
            continue
        change = record.g_before_S[at] - record.g_after_S[at - 1]
        mean = float(change.mean())
        error = float(change.std(ddof=1) / np.sqrt(change.size)) if change.size > 1 else 0.0
        least = _OF_THE_RANGE if change.size > 1 else _ABRUPT_OF_THE_RANGE
        if abs(mean) > max(3 * error, least * (high - low)):
            way = "fell" if mean < 0 else "rose"
            said.append(
                f"between the ramps of {after} and of {before} the conductance {way} by {amount(abs(mean))} on average "
                "without a pulse: the device relaxes in the pause, or was changed by what is not in the file"
            )
    return said


def _runs(record: PulseRecord) -> BoolArray:
    """(n,) True for the first pulse of each run of one polarity."""
    first = record.starts.copy()
    first[1:] |= (record.is_set[1:] != record.is_set[:-1]) | (record.device[1:] != record.device[:-1])
    return first


def _first_pulses(record: PulseRecord, low: float, high: float) -> list[str]:
    """First pulses of runs that do more, or less, than later ones from the same conductance."""
    first, delta = _runs(record), record.delta_S
    second = np.concatenate([[False], first[:-1]]) & ~first
    said = []
    for name, is_set in _SIDES:
        mine = record.is_set == is_set
        firsts, seconds = np.flatnonzero(first & mine), np.flatnonzero(second & mine)
        if firsts.size == 0 or seconds.size == 0:
            continue
        step, next_step = float(np.median(delta[firsts])), float(np.median(delta[seconds]))
        if abs(step) > _ABRUPT * abs(next_step) and abs(step) > _ABRUPT_OF_THE_RANGE * (high - low):
            sentence = (
                f"the first {name} pulse of a train is an abrupt step of {amount(abs(step))}, "
                f"{abs(step) / max(abs(next_step), 1e-300):.2g} times the next one ({amount(abs(next_step))}): the "
                "table "
                "keeps it apart, but a network that never leaves the gradual part does not see it"
            )
            if not record.starts[firsts].all():
                way = "fell" if step < 0 else "rose"
                sentence += (
                    f"; or the conductance {way} in a pause without a pulse, and the first read of each train came "
                    "before "
                    "its first pulse (--first-read before)"
                )
            said.append(sentence)
            continue
        beyond = _beyond_others(record, delta, firsts, np.flatnonzero(mine & ~first))
        typical, least = float(np.abs(delta[mine]).mean()), 0.3
        if beyond.size < _FEWEST // 2:  # all turn where nothing else began: beside what the later pulses lead back to
            beyond, least = _beyond_run(record, delta, firsts, first), 1.0
        if beyond.size < _FEWEST // 2:
            continue
        mean, error = float(beyond.mean()), float(beyond.std(ddof=1) / np.sqrt(beyond.size))
        if abs(mean) > _CLEAR * error and abs(mean) > least * typical:
            more = "more" if (mean > 0) == is_set else "less"
            said.append(
                f"the first {name} pulses after a turn differ: they do {amount(abs(mean))} {more} than later ones from "
                f"the same conductance (a pulse changes it by {amount(typical)}); the table mixes both"
            )
    return said


def _beyond_others(record: PulseRecord, delta: FloatArray, firsts: np.ndarray, others: np.ndarray) -> FloatArray:
    """Change of each first pulse less what a line through the nearest others of its device says there [S].

    Only of those that others lie on both sides of: beyond all others a line would be a guess.
    """
    beyond = []
    some = firsts[:: firsts.size // _MOST_FIRSTS + 1]
    for device in np.unique(record.device[some]):
        mine = others[record.device[others] == device]
        order = mine[np.argsort(record.g_before_S[mine])]
        g, change = record.g_before_S[order], delta[order]
        if g.size < _NEIGHBOURS:
            continue
        for at in some[record.device[some] == device]:
            x = record.g_before_S[at]
            middle = int(np.searchsorted(g, x))
            if not _BRACKET <= middle <= g.size - _BRACKET:
                continue
            first = int(np.clip(middle - _NEIGHBOURS // 2, 0, g.size - _NEIGHBOURS))
            places, values = g[first : first + _NEIGHBOURS] - x, change[first : first + _NEIGHBOURS]
            scale = float(np.abs(places).max())
            if scale > 0:
                beyond.append(delta[at] - float(np.polynomial.polynomial.polyfit(places / scale, values, 1)[0]))
    return np.array(beyond)


def _beyond_run(record: PulseRecord, delta: FloatArray, firsts: np.ndarray, first: BoolArray) -> FloatArray:
    """Change of each first pulse less what a line through the fourth to the tenth of its run says there [S]."""
    beyond = []
    runs = np.append(np.flatnonzero(first), record.size)
    for at in firsts[:: firsts.size // _MOST_FIRSTS + 1]:
        end = int(runs[np.searchsorted(runs, at) + 1])
        later = slice(at + 3, min(at + 10, end))
        g, change = record.g_before_S[later] - record.g_before_S[at], delta[later]
        if g.size < 5 or np.ptp(g) == 0:
            continue
        scale = float(np.abs(g).max())
        beyond.append(delta[at] - float(np.polynomial.polynomial.polyfit(g / scale, change, 1)[0]))
    return np.array(beyond)


def _devices_differ(record: PulseRecord, low: float, high: float) -> list[str]:
    """Whether the changes of several devices differ by more than their pulses do; devices that hardly change."""
    if len(record.device_names) < 2:
        return []
    delta, said = record.delta_S, _conduct_unlike(record)
    place = np.minimum(((record.g_before_S - low) / (high - low) * _BINS).astype(np.int64), _BINS - 1)
    for name, is_set in _SIDES:
        mine = record.is_set == is_set
        cells, device = place[mine], record.device[mine]
        n = np.bincount(cells, minlength=_BINS)
        mean = np.bincount(cells, delta[mine], _BINS) / np.maximum(n, 1)
        rest = delta[mine] - mean[cells]
        count = np.bincount(device, minlength=len(record.device_names))
        known = count >= _FEWEST
        if known.sum() < 2:
            continue
        own = np.bincount(device, rest, count.size)[known] / count[known]
        within = float(np.sum((rest - (np.bincount(device, rest, count.size) / np.maximum(count, 1))[device]) ** 2))
        within /= max(rest.size - known.sum(), 1)
        between = float(np.sum(count[known] * own**2)) / (known.sum() - 1)
        spread = float(np.sqrt(max(np.var(own, ddof=1) - within * np.mean(1 / count[known]), 0.0)))
        typical = float(np.abs(delta[mine]).mean())
        chance = float(fdtrc(known.sum() - 1, rest.size - known.sum(), between / within)) if within else 0.0
        if chance < _CHANCE and spread > 0.1 * typical:
            said.append(
                f"the {known.sum()} devices differ: their mean {name} changes spread by {amount(spread)} from device "
                f"to device, single pulses by {amount(float(np.sqrt(within)))} (a pulse changes it by "
                f"{amount(typical)})"
            )
    return [*said, *_dead(record)]


def _conduct_unlike(record: PulseRecord) -> list[str]:
    """Devices whose conductances lie many times apart."""
    count = np.bincount(record.device, minlength=len(record.device_names))
    known = [k for k in range(count.size) if count[k] >= _FEWEST]
    middles = np.array([np.median(record.g_after_S[record.device == k]) for k in known])
    if middles.size < 2 or middles.max() < _UNLIKE * middles.min():
        return []
    low, high = (record.device_names[known[int(pick(middles))]] for pick in (np.argmin, np.argmax))
    return [
        f"the devices differ: {high} conducts {middles.max() / middles.min():.2g} times as much as {low} (medians "
        f"{amount(float(middles.max()))} and {amount(float(middles.min()))}); one table of all mixes what each does"
    ]


def _dead(record: PulseRecord) -> list[str]:
    """Devices whose reads hardly change beside those of the others."""
    spans = []
    for index in range(len(record.device_names)):
        reads = record.g_after_S[record.device == index]
        spans.append(float(np.ptp(np.quantile(reads, (0.05, 0.95)))) if reads.size >= _FEWEST else np.nan)
    if np.isfinite(spans).sum() < 2:
        return []
    typical = float(np.nanmedian(spans))
    dead = [name for name, span in zip(record.device_names, spans, strict=True) if span < _DEAD * typical]
    if not dead:
        return []
    shown = ", ".join(dead[:8]) + (" …" if len(dead) > 8 else "")
    return [f"{len(dead)} of {len(spans)} devices hardly change beside the others: {shown}; they do not switch"]
