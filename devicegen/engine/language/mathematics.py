"""The numeric functions and constants of the script language, with Go's rules: no exceptions, but Inf and NaN."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from devicegen.engine.language.world import Signature

CONSTANTS = {"pi": math.pi, "inf": math.inf, "mu0": 4e-7 * math.pi}


def divide(a: float, b: float) -> float:
    """IEEE division."""
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0 or math.isnan(a):
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _total(name: str, fast: Callable[..., float]) -> Callable[..., float]:
    """`fast`, and NumPy's function of the same meaning where Python would raise instead of giving Inf or NaN."""

    def function(*arguments: float) -> float:
        try:
            return fast(*arguments)
        except (ValueError, OverflowError, ZeroDivisionError):
            import numpy as np

            with np.errstate(all="ignore"):
                return float(getattr(np, name)(*arguments))

    function.__name__ = name
    return function


def _special(name: str) -> Callable[..., float]:
    """A Bessel function, loaded when first called: SciPy is slow to import."""

    def function(*arguments: float) -> float:
        import scipy.special

        return float(getattr(scipy.special, name)(*arguments))

    function.__name__ = name
    return function


def _gamma(x: float) -> float:
    try:
        return math.gamma(x)
    except (ValueError, OverflowError):
        return math.nan if x < 0 else math.inf


def _integral(rounding: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: float(rounding(x)) if math.isfinite(x) else x


def heaviside(x: float) -> float:
    """1 above zero, 0 below, 0.5 at zero."""
    return 0.5 if x == 0 else (0.0 if x < 0 else 1.0)


def sinc(x: float) -> float:
    """sin(x)/x, 1 at zero."""
    return 1.0 if x == 0 else _total("sin", math.sin)(x) / x


def norm(x: float) -> float:
    """Density of the standard normal distribution."""
    return math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def sign(x: float) -> float:
    """-1, 0 or 1."""
    return float((x > 0) - (x < 0))


def _remainder(x: float, y: float) -> float:
    try:
        return math.remainder(x, y)
    except ValueError:
        return math.nan


def _logb(x: float) -> float:
    if x == 0:
        return -math.inf
    return float(math.frexp(x)[1] - 1) if math.isfinite(x) else abs(x)


def _largest(x: float, y: float) -> float:
    return math.nan if math.isnan(x) or math.isnan(y) else max(x, y)


def _smallest(x: float, y: float) -> float:
    return math.nan if math.isnan(x) or math.isnan(y) else min(x, y)


_ONE_TO_ONE = {
    "acos": _total("arccos", math.acos),
    "acosh": _total("arccosh", math.acosh),
    "asin": _total("arcsin", math.asin),
    "asinh": _total("arcsinh", math.asinh),
    "atan": math.atan,
    "atanh": _total("arctanh", math.atanh),
    "cbrt": _total("cbrt", math.cbrt),
    "ceil": _integral(math.ceil),
    "cos": _total("cos", math.cos),
    "cosh": _total("cosh", math.cosh),
    "erf": math.erf,
    "erfc": math.erfc,
    "exp": _total("exp", math.exp),
    "exp2": _total("exp2", math.exp2),
    "expm1": _total("expm1", math.expm1),
    "floor": _integral(math.floor),
    "gamma": _gamma,
    "heaviside": heaviside,
    "j0": _special("j0"),
    "j1": _special("j1"),
    "log": _total("log", math.log),
    "log10": _total("log10", math.log10),
    "log1p": _total("log1p", math.log1p),
    "log2": _total("log2", math.log2),
    "logb": _logb,
    "norm": norm,
    "sign": sign,
    "sin": _total("sin", math.sin),
    "sinc": sinc,
    "sinh": _total("sinh", math.sinh),
    "sqrt": _total("sqrt", math.sqrt),
    "tan": _total("tan", math.tan),
    "tanh": math.tanh,
    "trunc": _integral(math.trunc),
    "y0": _special("y0"),
    "y1": _special("y1"),
}
_TWO_TO_ONE = {
    "atan2": math.atan2,
    "hypot": math.hypot,
    "max": _largest,
    "min": _smallest,
    "mod": _total("fmod", math.fmod),
    "pow": _total("power", math.pow),
    "remainder": _remainder,
}


def _absolute(x: float) -> float:
    return abs(x)


def _is_nan(x: float) -> bool:
    return math.isnan(x)


def _is_inf(x: float, sign: int) -> bool:
    """Infinite with the given sign; either sign where `sign` is 0."""
    return math.isinf(x) and (sign == 0 or (x > 0) == (sign > 0))


def _ilogb(x: float) -> int:
    return int(_logb(x)) if x and math.isfinite(x) else (-(2**31) if x == 0 else 2**31 - 1)


def _jn(n: int, x: float) -> float:
    return _special("jv")(float(n), x)


def _yn(n: int, x: float) -> float:
    return _special("yn")(float(n), x)


def _ldexp(x: float, exponent: int) -> float:
    try:
        return math.ldexp(x, exponent)
    except OverflowError:
        return math.copysign(math.inf, x)


def _pow10(exponent: int) -> float:
    return _total("power", math.pow)(10.0, float(exponent))


class Dice:
    """The random numbers of a script: its own generator, seeded with 0 at the start.

    The stream differs from that of MuMax3 for the same seed; the distributions are the same.
    """

    def __init__(self) -> None:
        self._generator = random.Random(0)

    def seed(self, seed: int) -> None:
        """Start again from `seed`."""
        self._generator.seed(seed)

    def uniform(self) -> float:
        """Between 0 and 1."""
        return self._generator.random()

    def exponential(self) -> float:
        """Exponentially distributed with mean 1."""
        return self._generator.expovariate(1.0)

    def normal(self) -> float:
        """Standard normal."""
        return self._generator.gauss(0.0, 1.0)

    def integer(self, upper: int) -> int:
        """Whole number from 0 to `upper` - 1."""
        return self._generator.randrange(upper)


def functions() -> dict[str, tuple[Callable[..., object], Signature | None]]:
    """All functions by name, with the signature where annotations do not give it; each call has its own dice."""
    one, two = Signature(("x",), (float,), float), Signature(("x", "y"), (float, float), float)
    dice = Dice()
    annotated: dict[str, Callable[..., object]] = {
        "abs": _absolute,
        "isNaN": _is_nan,
        "isInf": _is_inf,
        "ilogb": _ilogb,
        "jn": _jn,
        "yn": _yn,
        "ldexp": _ldexp,
        "pow10": _pow10,
        "randSeed": dice.seed,
        "rand": dice.uniform,
        "randExp": dice.exponential,
        "randNorm": dice.normal,
        "randInt": dice.integer,
    }
    return {
        **{name: (function, one) for name, function in _ONE_TO_ONE.items()},
        **{name: (function, two) for name, function in _TWO_TO_ONE.items()},
        **{name: (function, None) for name, function in annotated.items()},
    }
