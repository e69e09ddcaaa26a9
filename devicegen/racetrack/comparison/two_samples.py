"""Two samples, one question: do they come from one distribution, and how large a difference would have been seen.

The Anderson-Darling distance of two samples looks at the whole of their distributions, with weight on the tails
(F. W. Scholz and M. A. Stephens, J. Am. Stat. Assoc. 82 (1987) 918, eq. 6, which allows equal values). Its probability
comes from permutations, its power from samples that are drawn anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, hypergeom, norm

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

POWER = 0.8
"""A difference is called detectable if it is found with this probability."""

_DRAWS = 500


def anderson_darling(values: FloatArray, first: BoolArray) -> FloatArray:
    """Distance of two samples, for many ways to deal the same values into two.

    values  : (n,) of both samples together
    first   : (ways, n) True where a value belongs to the first sample
    returns : (ways,) 1 on average where both come from one distribution; 0 if one of them is empty
    """
    order = np.argsort(values, kind="stable")
    ordered, n = values[order], values.size
    last = np.flatnonzero(np.append(np.diff(ordered) > 0, True))  # of each run of equal values
    below = last + 1.0
    repeats = np.diff(below, prepend=0.0)[:-1]
    in_first = np.cumsum(first[:, order], axis=1)[:, last].astype(np.float64)
    size = in_first[:, -1:]
    distance = (n * in_first[:, :-1] - size * below[:-1]) ** 2 / (below[:-1] * (n - below[:-1]))
    return (distance @ repeats) / np.maximum(size * (n - size), 1.0)[:, 0]


def share_of_larger(found: FloatArray, permuted: FloatArray) -> FloatArray:
    """Probability of a distance as large as `found` (k,) among those of permutations (ways, k); never 0."""
    return (1.0 + np.sum(permuted >= found * (1 - 1e-12), axis=0)) / (1.0 + permuted.shape[0])


def holm(probabilities: Sequence[float]) -> list[float]:
    """Probabilities adjusted for their number (S. Holm, 1979), whatever the dependence between the tests."""
    p = np.asarray(probabilities, np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(p.size)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)), 1.0)
    return adjusted.tolist()


def least_shift(
    values: FloatArray,
    sizes: tuple[int, int],
    critical: float,
    shifts: FloatArray,
    most: float,
    random: np.random.Generator,
) -> float:
    """Smallest shift of one sample against the other that the Anderson-Darling distance detects.

    values   : (n,) the law that both samples are drawn from: those of both together
    sizes    : of the two samples
    critical : distance from which on the samples count as different
    shifts   : that are tried, increasing
    most     : where a shifted value stops: the end of the track
    returns  : NaN where none of the shifts is detected with a probability of `POWER`
    """
    drawn = random.choice(values, (_DRAWS, sum(sizes)))
    dealt = np.zeros((1, sum(sizes)), np.bool_)
    dealt[0, : sizes[0]] = True

    def power(shift: float) -> float:
        moved = np.where(dealt, drawn, np.minimum(drawn + shift, most))
        return float(np.mean([anderson_darling(row, dealt)[0] >= critical for row in moved]))

    low, high = 0, shifts.size
    while low < high:  # the power grows with the shift
        middle = (low + high) // 2
        low, high = (low, middle) if power(float(shifts[middle])) >= POWER else (middle + 1, high)
    return float(shifts[low]) if low < shifts.size else float("nan")


def least_mean_difference(error: float, level: float) -> float:
    """Smallest difference of two means that a test at `level` detects, from the standard error of the difference."""
    return float(norm.isf(level / 2) + norm.ppf(POWER)) * error


def fisher(n_first: int, n_second: int) -> FloatArray:
    """(n_first + 1, n_second + 1) two-sided probability of Fisher's exact test, for every pair of counts."""
    probability = np.ones((n_first + 1, n_second + 1))
    for total in range(1, n_first + n_second):
        k = np.arange(max(0, total - n_second), min(total, n_first) + 1)
        mass = hypergeom.pmf(k, n_first + n_second, n_first, total)
        order = np.argsort(mass, kind="stable")
        upto = np.cumsum(mass[order])
        # what is as likely as the pair at hand, but for rounding, counts with it
        end = np.searchsorted(mass[order], mass * (1 + 1e-7), side="right") - 1
        probability[k, total - k] = np.minimum(upto[end], 1.0)
    return probability


def least_share(probabilities: FloatArray, share: float, level: float) -> float:
    """Smallest increase of a share in the second sample that Fisher's test at `level` detects; NaN if none.

    probabilities : of `fisher`
    share         : in the first sample
    """
    n_first, n_second = (size - 1 for size in probabilities.shape)
    before = binom.pmf(np.arange(n_first + 1), n_first, share)
    found = before @ (probabilities < level)
    for more in np.arange(0.01, 1.0 - share + 1e-9, 0.01):
        if float(found @ binom.pmf(np.arange(n_second + 1), n_second, min(share + more, 1.0))) >= POWER:
            return float(more)
    return float("nan")
