"""What a heading tells: the meaning of its column, its units, and whether it names a polarity."""

from __future__ import annotations

import re

from devicegen.measured.description.units import READ_QUANTITIES, UNITS, amount, canonical

_WORDS = (
    ("fit", r"\bfit\b|_fit\b|\bfitted\b|\bmodel\b|simulat|\btheor|\bcalc"),
    ("error", r"\berr(or)?\b|\bstd\b|\bstdev\b|\bsigma\b|deviation|\bs\.?d\.?\b|uncert|^\+/?-$|\bsem\b|[±]"),
    ("change", r"^\|?[dΔδ][ _]?[gri](?![a-z])|\bdelta\b|\bchange\b|^\|?Δ"),
    (
        "read_voltage",
        r"v[_ ]?read|read[_ ]?v|read.*(voltage|bias)|\bsense\b|(voltage|bias).*read|^vds\b|^vd\b|lesespannung",
    ),
    ("before", r"before|initial|\bpre\b|_pre\b|\bold\b|vorher|avant"),
    ("after", r"after|final|\bpost\b|_post\b|\bnew\b|nachher|apr[eè]s"),
    ("time", r"^t$|\btime|\bzeit\b|\btemps\b|timestamp|\bdate\b|elapsed|^t[_ ]"),
    ("other", r"temp(erature)?\b|humid|freq|pressure|\bnote|comment|\bvth\b|threshold|tag\b|compliance|status"),
    ("width", r"width|duration|pulsbreite|\bpw\b|\bt_?pulse\b"),
    (
        "polarity",
        r"polarity|\bpol\b|direction|\bdir\b|operation|\bop\b|\btype\b|\bmode\b|\bkind\b|richtung|\bphase\b"
        r"|\baction\b|\bset[ _/]?reset\b|\bltp[ _/]?ltd\b|\bevent ?type\b",
    ),
    ("cycle", r"cycle|\btrain\b|\bloop\b|\bzyklus\b|\brepetition|\brep\b|\bsweep\b|\brun\b|\bblock\b|\bround\b"),
    ("current", r"(pulse|prog\w*|write|switching)[_ ]*(current|i\b)|\bi_?(pulse|prog|write)\b"),
    (
        "amplitude",
        r"amplitude|\bamp\b|v[_ ]?pulse|v[_ ]?prog|v[_ ]?write|v[_ ]?p\b|write.*voltage|\bdrive\b|voltage|spannung"
        r"|^v$|^vg|^v_?gs?\b|\bbias\b|tension|^u$",
    ),
    ("device", r"device|\bchip\b|\bcell\b|\bdut\b|\bsample\b|\bprobe\b|\bdie\b|\bbauteil\b|wordline|bitline|\bid\b"),
    (
        "pulse",
        r"pulse|\bpuls\b|\bn\b|\bno\b|\bnr\b|number|index|\bidx\b|#|\bstep\b|\bcount|\bline\b|\brow\b|\bevent\b"
        r"|impuls|\bimpulsion\b|^n_|^x$|\bk\b",
    ),
    (
        "read",
        r"conductance|resistance|current|leitwert|widerstand|strom\b|conductivit|\bg\b|\br\b|^g|^r(?=[_ \d]|$)"
        r"|^i(?=[_ \d]|d|$)|_g\b|_r\b|_i\b|\bids\b|\bpsc\b|\bepsc\b|\bweight\b|^w$|\bread\b|^y$|\bltp\b|\bltd\b",
    ),
)
"""Words in a heading, and the meaning of its column; the first that fits counts."""

_UP = r"\bltp|potentiat|\bpot\b|_pot\b|\bset\b|\bup\b|increas|\brise|\braise|\+$|^p$|\bprogram"
_DOWN = r"\bltd|depress|\bdep\b|_dep\b|\breset\b|\bdown\b|decreas|\bfall|\blower|-$|^d$|\berase"


def units_in(heading: str) -> str | None:
    """The unit that a heading names: ``G (uS)``, ``R [Ohms]``, ``before_nS``, ``I/nA``, ``LTPuS``; None without one."""
    for part in re.findall(r"[(\[{]\s*([^)\]}]+?)\s*[)\]}]", heading):
        if (unit := canonical(part)) is not None and part.strip() != "1":
            return unit
        for word in re.split(r"[,;\s]+", part):
            if len(word) > 1 and (unit := canonical(word)) not in (None, "1"):
                return unit
    last = re.split(r"[_\s/,]", heading.strip())[-1]
    if last != heading.strip() and (len(last) > 1 or last in "SAVΩs") and (unit := canonical(last)) not in (None, "1"):
        return unit
    glued = re.search(r"[A-Za-z0-9]{2,}?([pnuµμm]S|[kM][oO]hms?|[kM]Ω|[pnuµμm]A)$", heading.strip())
    return None if glued is None else canonical(glued[1])


def plain(heading: str) -> str:
    """A heading without its brackets and its unit, folded."""
    text = re.sub(r"[(\[{].*?[)\]}]", " ", heading).strip()
    parts = re.split(r"([_\s/,])", text)
    if len(parts) > 1 and len(parts[-1]) > 1 and canonical(parts[-1]) is not None:
        text = "".join(parts[:-2])
    return text.strip(" _/,:").casefold()


def meaning_of(heading: str) -> str | None:
    """The meaning of a column that its heading tells, None where it tells none."""
    if heading.strip() in ("i", "j"):
        return "pulse"
    if re.search(r"[(\[]\s*(°?C|K|°F|%|Hz|kHz|mbar|Oe|T|mT)\s*[)\]]", heading):
        return "other"
    if re.search(r"(^|[ _])[xX]$", heading.strip()):
        return "pulse"
    text = plain(heading)
    spaced = re.sub(r"[_\-.]+", " ", text)
    for name, words in _WORDS:
        if re.search(words, text) or re.search(words, spaced):
            return name
    unit = units_in(heading)
    return "read" if unit is not None and UNITS[unit][0] in READ_QUANTITIES else None


def names_polarity(text: str) -> bool | None:
    """True where words speak of potentiation or SET, False of depression or RESET, None of neither or of both."""
    folded = re.sub(r"[_.()\[\]]+", " ", text.strip().casefold())
    up = bool(re.search(_UP, folded)) or bool(re.match(r"(ltp|pot|set|up)", folded))
    down = bool(re.search(_DOWN, folded)) or bool(re.match(r"(ltd|dep|reset|down)", folded))
    return None if up == down else up


def amplitude_of(heading: str) -> float | None:
    """The amplitude that a heading names: ``+0.90 V`` above a ramp; None for anything else."""
    found = re.search(r"([+-−]?\d+(?:\.\d+)?)\s*([munµ]?[VA])\b", heading.replace("−", "-"))
    return (
        None if found is None else amount(f"{found[1]}{found[2]}", "voltage" if found[2].endswith("V") else "current")
    )
