"""Numbers and values as Go prints them."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

_DIRECTIVE = re.compile(r"%([-+# 0]*)(\d*)(?:\.(\d*))?([a-zA-Z%])")


def go_float(value: float) -> str:
    """A double in its shortest exact decimal form: ``0.5``, ``1e-11``, ``1e+06``, ``NaN``, ``+Inf``."""
    return _shortest(repr(float(value)))


def go_float32(value: float) -> str:
    """A number rounded to single precision, in its shortest exact decimal form."""
    return _shortest(np.format_float_scientific(np.float32(value), unique=True, trim="-"))


def _shortest(text: str) -> str:
    """Python's shortest digits in Go's layout: exponents below -4 and from 6 on are written out."""
    if text in ("nan", "inf", "-inf"):
        return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[text]
    sign = "-" if text[0] == "-" else ""
    mantissa, _, exponent = text.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return sign + "0"
    point = int(exponent or 0) + len(digits) - len(fraction)
    digits = digits.rstrip("0")
    power = point - 1
    if power < -4 or power >= 6:
        tail = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{tail}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if len(digits) <= point:
        return sign + digits + "0" * (point - len(digits))
    return f"{sign}{digits[:point]}.{digits[point:]}"


def go_value(value: Any) -> str:
    """Any value of a script as ``%v`` prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, str)):
        return str(value)
    if isinstance(value, float):
        return go_float(value)
    if isinstance(value, (tuple, list)):
        return f"[{' '.join(go_value(one) for one in value)}]"
    return str(value)


def go_sprint(values: tuple[Any, ...]) -> str:
    """Values side by side, with a space only between two that are no texts."""
    parts: list[str] = []
    for place, value in enumerate(values):
        if place and not isinstance(value, str) and not isinstance(values[place - 1], str):
            parts.append(" ")
        parts.append(go_value(value))
    return "".join(parts)


def go_sprintf(template: str, values: tuple[Any, ...]) -> str:
    """C-style formatting with Go's marks for what does not fit: ``%!d(float64=3)``, ``%!s(MISSING)``."""
    waiting = list(values)

    def directive(match: re.Match[str]) -> str:
        flags, width, precision, verb = match.groups()
        if verb == "%":
            return "%"
        if not waiting:
            return f"%!{verb}(MISSING)"
        text = _directive(verb, precision, flags, waiting.pop(0))
        size = int(width or 0)
        if "-" in flags:
            return text.ljust(size)
        if "0" in flags and verb in "dfeEgGvxX":
            return text.zfill(size)
        return text.rjust(size)

    text = _DIRECTIVE.sub(directive, template)
    if waiting:
        extra = ", ".join(f"{_go_type(value)}={go_value(value)}" for value in waiting)
        text += f"%!(EXTRA {extra})"
    return text


def _directive(verb: str, precision: str | None, flags: str, value: Any) -> str:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    plus = "+" if "+" in flags else " " if " " in flags else ""
    if verb == "v":
        return go_value(value)
    if verb in "dxXob" and is_whole:
        return format(value, f"{plus}{verb}")
    if verb in "feEgG" and isinstance(value, float):
        return _float_directive(verb, precision, plus, value)
    if verb == "s" and isinstance(value, str):
        return value if precision is None else value[: int(precision or 0)]
    if verb == "q" and isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if verb == "t" and isinstance(value, bool):
        return go_value(value)
    if verb == "T":
        return _go_type(value)
    return f"%!{verb}({_go_type(value)}={go_value(value)})"


def _float_directive(verb: str, precision: str | None, plus: str, value: float) -> str:
    if not math.isfinite(value):
        return go_float(value)
    if verb in "gG" and precision is None:
        text = go_float(value)
        return plus + text if plus and value >= 0 else text
    return format(value, f"{plus}.{6 if precision is None else int(precision or 0)}{verb}")


def _go_type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float64"
    return "string" if isinstance(value, str) else type(value).__name__
