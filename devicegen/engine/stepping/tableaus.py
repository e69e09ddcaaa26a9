"""The Runge-Kutta methods by MuMax3's numbers, as Butcher tableaus."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np


@dataclass(frozen=True)
class Tableau:
    """One explicit method.

    rows   : for each stage the weights of the earlier slopes, (stages, stages) float32, lower triangular
    nodes  : the stages' times within the step, (stages,)
    result : weights of the slopes in the step's result, (stages,) float32
    error  : weights of the slopes in the error estimate, (stages,) float32
    order  : the step follows (MaxErr/error)^(1/order) after a good step, ^(1/(order + 1)) after a bad one
    last_is_first : the last stage is evaluated at the result, and serves as the next step's first
    normalise_stages : whether |m| is brought back to 1 before each evaluation
    """

    rows: np.ndarray
    nodes: np.ndarray
    result: np.ndarray
    error: np.ndarray
    order: int
    last_is_first: bool = False
    normalise_stages: bool = True

    @property
    def stages(self) -> int:
        """Number of evaluations a step."""
        return len(self.nodes)


def _tableau(
    rows: list[str],
    nodes: str,
    result: str,
    error: str,
    order: int,
    last_is_first: bool = False,
    normalise: bool = True,
) -> Tableau:
    def numbers(text: str) -> list[float]:
        return [float(Fraction(word)) for word in text.split()]

    stages = len(nodes.split())
    matrix = np.zeros((stages, stages), dtype=np.float32)
    for i, row in enumerate(rows, start=1):
        matrix[i, :i] = numbers(row)
    return Tableau(
        matrix,
        np.array(numbers(nodes)),
        np.array(numbers(result), dtype=np.float32),
        np.array(numbers(error), dtype=np.float32),
        order,
        last_is_first,
        normalise,
    )


def _difference(first: str, second: str) -> str:
    pairs = zip(first.split(), second.split(), strict=True)
    return " ".join(str(Fraction(a) - Fraction(b)) for a, b in pairs)


_DORMAND_PRINCE_5 = "35/384 0 500/1113 125/192 -2187/6784 11/84 0"
_DORMAND_PRINCE_4 = "5179/57600 0 7571/16695 393/640 -92097/339200 187/2100 1/40"

EULER, HEUN, BOGACKI_SHAMPINE, RUNGE_KUTTA, DORMAND_PRINCE, FEHLBERG = range(1, 7)

TABLEAUS: dict[int, Tableau] = {
    EULER: _tableau([], "0", "1", "1", 1),
    HEUN: _tableau(["1"], "0 1", "1/2 1/2", "-1 1", 2, normalise=False),
    BOGACKI_SHAMPINE: _tableau(
        ["1/2", "0 3/4", "2/9 1/3 4/9"],
        "0 1/2 3/4 1",
        "2/9 1/3 4/9 0",
        _difference("7/24 1/4 1/3 1/8", "2/9 1/3 4/9 0"),
        3,
        last_is_first=True,
    ),
    RUNGE_KUTTA: _tableau(["1/2", "0 1/2", "0 0 1"], "0 1/2 1/2 1", "1/6 1/3 1/3 1/6", "-1 0 0 1", 4),
    DORMAND_PRINCE: _tableau(
        [
            "1/5",
            "3/40 9/40",
            "44/45 -56/15 32/9",
            "19372/6561 -25360/2187 64448/6561 -212/729",
            "9017/3168 -355/33 46732/5247 49/176 -5103/18656",
            "35/384 0 500/1113 125/192 -2187/6784 11/84",
        ],
        "0 1/5 3/10 4/5 8/9 1 1",
        _DORMAND_PRINCE_5,
        _difference(_DORMAND_PRINCE_5, _DORMAND_PRINCE_4),
        5,
        last_is_first=True,
    ),
    FEHLBERG: _tableau(
        [
            "1/6",
            "4/75 16/75",
            "5/6 -8/3 5/2",
            "-8/5 144/25 -4 16/25",
            "361/320 -18/5 407/128 -11/80 55/128",
            "-11/640 0 11/256 -11/160 11/256 0",
            "93/640 -18/5 803/256 -11/160 99/256 0 1",
        ],
        "0 1/6 4/15 2/3 4/5 1 0 1",
        "7/1408 0 1125/2816 9/32 125/768 0 5/66 5/66",
        "-5/66 0 0 0 0 -5/66 5/66 5/66",
        6,
    ),
}
"""Solver number → method. Sources: Bogacki and Shampine 1989; Dormand and Prince 1980; Fehlberg 1968 (5(6))."""
