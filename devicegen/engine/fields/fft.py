"""Fourier transforms of sixteen zero-padded signals at once, for convolutions.

A work buffer holds the real and the imaginary parts of sixteen signals: element j of all of them is one
vector at 16·j. The forward transform decimates in frequency and leaves the spectrum in a scrambled order
(`FftPlan.position`); the backward one takes that order and decimates in time, so nothing is ever reordered.
Signals fill at most half of the padded length: the forward's first pass leaves out the zeros it would add,
and the backward's last pass computes only the half that is wanted. Each of the sixteen signals goes through
the same operations in the same order, so its result does not depend on the other fifteen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from devicegen.engine.fields.simd import LANES, load, pointer, splat, store

_RADICES = (5, 4, 3, 2)
_SIN3 = np.float32(np.sin(2 * np.pi / 3))
_COS5A, _COS5B = np.float32(np.cos(2 * np.pi / 5)), np.float32(np.cos(4 * np.pi / 5))
_SIN5A, _SIN5B = np.float32(np.sin(2 * np.pi / 5)), np.float32(np.sin(4 * np.pi / 5))
_HALF = np.float32(0.5)


@dataclass(frozen=True)
class FftPlan:
    """How to transform `cells` samples padded with zeros to `length`.

    radices  : (passes,) int64, the passes after the first, which is always of radix 4
    twiddles : flat float32, cosine and sine of each factor in the order the passes use them
    position : (length,) int64, where the scrambled spectrum holds each frequency
    """

    cells: int
    length: int
    radices: np.ndarray
    twiddles: np.ndarray
    position: np.ndarray


def padded_length(cells: int) -> int:
    """Shortest length the transforms can do that keeps `cells` samples from wrapping onto themselves."""
    if cells == 1:
        return 1
    length = 4 * -(-cells // 2)
    while _factors(length // 4) is None:
        length += 4
    return length


def plan(cells: int) -> FftPlan:
    """The plan for signals of `cells` samples."""
    length = padded_length(cells)
    if length == 1:
        return FftPlan(cells, 1, np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(1, np.int64))
    tail = _factors(length // 4)
    assert tail is not None
    twiddles, remaining = [], length
    for radix in (4, *tail):
        j, p = np.meshgrid(np.arange(remaining // radix), np.arange(1, radix), indexing="ij")
        angle = -2 * np.pi * j * p / remaining
        twiddles.append(np.stack([np.cos(angle), np.sin(angle)], axis=-1).ravel())
        remaining //= radix
    return FftPlan(
        cells,
        length,
        np.array(tail, dtype=np.int64),
        np.concatenate(twiddles).astype(np.float32),
        _positions(length, (4, *tail)),
    )


def _factors(number: int) -> tuple[int, ...] | None:
    """`number` as a product of the radices, or None."""
    factors = []
    for radix in _RADICES:
        while number % radix == 0:
            factors.append(radix)
            number //= radix
    return tuple(factors) if number == 1 else None


def _positions(length: int, radices: tuple[int, ...]) -> np.ndarray:
    frequency = np.arange(length)
    position, block = np.zeros(length, dtype=np.int64), length
    for radix in radices:
        block //= radix
        position += (frequency % radix) * block
        frequency = frequency // radix
    return position


@njit(forceinline=True)
def _times(ar, ai, cosine, sine):
    """(ar + i ai) · (cosine + i sine)."""
    return ar * cosine - ai * sine, ar * sine + ai * cosine


@njit(forceinline=True)
def _dft2(ar, ai, br, bi):
    return ar + br, ai + bi, ar - br, ai - bi


@njit(forceinline=True)
def _dft3(ar, ai, br, bi, cr, ci):
    sr, si = br + cr, bi + ci
    sine = splat(_SIN3)
    dr, di = sine * (br - cr), sine * (bi - ci)
    half = splat(_HALF)
    er, ei = ar - half * sr, ai - half * si
    return ar + sr, ai + si, er + di, ei - dr, er - di, ei + dr


@njit(forceinline=True)
def _dft4(ar, ai, br, bi, cr, ci, dr, di):
    pr, pi, qr, qi = ar + cr, ai + ci, ar - cr, ai - ci
    rr, ri, sr, si = br + dr, bi + di, br - dr, bi - di
    return pr + rr, pi + ri, qr + si, qi - sr, pr - rr, pi - ri, qr - si, qi + sr


@njit(forceinline=True)
def _dft5(ar, ai, br, bi, cr, ci, dr, di, er, ei):
    c1, c2, s1, s2 = splat(_COS5A), splat(_COS5B), splat(_SIN5A), splat(_SIN5B)
    t1r, t1i, t2r, t2i = br + er, bi + ei, cr + dr, ci + di
    t3r, t3i, t4r, t4i = br - er, bi - ei, cr - dr, ci - di
    m1r, m1i = ar + c1 * t1r + c2 * t2r, ai + c1 * t1i + c2 * t2i
    m2r, m2i = ar + c2 * t1r + c1 * t2r, ai + c2 * t1i + c1 * t2i
    n1r, n1i = s1 * t3r + s2 * t4r, s1 * t3i + s2 * t4i
    n2r, n2i = s2 * t3r - s1 * t4r, s2 * t3i - s1 * t4i
    return (
        ar + t1r + t2r,
        ai + t1i + t2i,
        m1r + n1i,
        m1i - n1r,
        m2r + n2i,
        m2i - n2r,
        m2r - n2i,
        m2i + n2r,
        m1r - n1i,
        m1i + n1r,
    )


@njit(forceinline=True)
def _put(re, im, i, xr, xi, twiddles, w, turned):
    """Store an element, times a twiddle factor if `turned`."""
    if turned:
        xr, xi = _times(xr, xi, splat(twiddles[w]), splat(twiddles[w + 1]))
    store(re, i, xr)
    store(im, i, xi)


@njit(forceinline=True)
def _get(re, im, i, twiddles, w, turned):
    """Load an element, times a twiddle factor if `turned`."""
    xr, xi = load(re, i), load(im, i)
    if turned:
        xr, xi = _times(xr, xi, splat(twiddles[w]), splat(twiddles[w + 1]))
    return xr, xi


@njit(forceinline=True)
def _butterfly2(re, im, i, s, twiddles, w, first, turned):
    """One butterfly of radix 2 in place; twiddles come before it (`first`) or after it, or not at all."""
    ar, ai = load(re, i), load(im, i)
    br, bi = _get(re, im, i + s, twiddles, w, first and turned)
    y = _dft2(ar, ai, br, bi)
    _put(re, im, i, y[0], y[1], twiddles, w, False)
    _put(re, im, i + s, y[2], y[3], twiddles, w, turned and not first)


@njit(forceinline=True)
def _butterfly3(re, im, i, s, twiddles, w, first, turned):
    ar, ai = load(re, i), load(im, i)
    br, bi = _get(re, im, i + s, twiddles, w, first and turned)
    cr, ci = _get(re, im, i + 2 * s, twiddles, w + 2, first and turned)
    y = _dft3(ar, ai, br, bi, cr, ci)
    _put(re, im, i, y[0], y[1], twiddles, w, False)
    _put(re, im, i + s, y[2], y[3], twiddles, w, turned and not first)
    _put(re, im, i + 2 * s, y[4], y[5], twiddles, w + 2, turned and not first)


@njit(forceinline=True)
def _butterfly4(re, im, i, s, twiddles, w, first, turned):
    ar, ai = load(re, i), load(im, i)
    br, bi = _get(re, im, i + s, twiddles, w, first and turned)
    cr, ci = _get(re, im, i + 2 * s, twiddles, w + 2, first and turned)
    dr, di = _get(re, im, i + 3 * s, twiddles, w + 4, first and turned)
    y = _dft4(ar, ai, br, bi, cr, ci, dr, di)
    _put(re, im, i, y[0], y[1], twiddles, w, False)
    _put(re, im, i + s, y[2], y[3], twiddles, w, turned and not first)
    _put(re, im, i + 2 * s, y[4], y[5], twiddles, w + 2, turned and not first)
    _put(re, im, i + 3 * s, y[6], y[7], twiddles, w + 4, turned and not first)


@njit(forceinline=True)
def _butterfly5(re, im, i, s, twiddles, w, first, turned):
    ar, ai = load(re, i), load(im, i)
    br, bi = _get(re, im, i + s, twiddles, w, first and turned)
    cr, ci = _get(re, im, i + 2 * s, twiddles, w + 2, first and turned)
    dr, di = _get(re, im, i + 3 * s, twiddles, w + 4, first and turned)
    er, ei = _get(re, im, i + 4 * s, twiddles, w + 6, first and turned)
    y = _dft5(ar, ai, br, bi, cr, ci, dr, di, er, ei)
    _put(re, im, i, y[0], y[1], twiddles, w, False)
    _put(re, im, i + s, y[2], y[3], twiddles, w, turned and not first)
    _put(re, im, i + 2 * s, y[4], y[5], twiddles, w + 2, turned and not first)
    _put(re, im, i + 3 * s, y[6], y[7], twiddles, w + 4, turned and not first)
    _put(re, im, i + 4 * s, y[8], y[9], twiddles, w + 6, turned and not first)


@njit(forceinline=True)
def _pass(re, im, start, stop, radix, m, twiddles, w, first, turned):
    """One pass over the blocks of radix·m elements between `start` and `stop` (in floats)."""
    s = m * LANES
    for block in range(start, stop, radix * s):
        v = w
        if radix == 2:
            for i in range(block, block + s, LANES):
                _butterfly2(re, im, i, s, twiddles, v, first, turned)
                v += 2
        elif radix == 3:
            for i in range(block, block + s, LANES):
                _butterfly3(re, im, i, s, twiddles, v, first, turned)
                v += 4
        elif radix == 4:
            for i in range(block, block + s, LANES):
                _butterfly4(re, im, i, s, twiddles, v, first, turned)
                v += 6
        else:
            for i in range(block, block + s, LANES):
                _butterfly5(re, im, i, s, twiddles, v, first, turned)
                v += 8


@njit(cache=True)
def _frequency_pass(re, im, start, stop, radix, m, twiddles, w):
    """One decimation-in-frequency pass; in the last one, of blocks of `radix` elements, every twiddle is 1."""
    if m == 1:
        _pass(re, im, start, stop, radix, m, twiddles, w, False, False)
    else:
        _pass(re, im, start, stop, radix, m, twiddles, w, False, True)


@njit(cache=True)
def _time_pass(re, im, start, stop, radix, m, twiddles, w):
    """One decimation-in-time pass; in the first one, of blocks of `radix` elements, every twiddle is 1."""
    if m == 1:
        _pass(re, im, start, stop, radix, m, twiddles, w, True, False)
    else:
        _pass(re, im, start, stop, radix, m, twiddles, w, True, True)


@njit(cache=True)
def forward(re, im, length, radices, twiddles):
    """Transform the first half of the buffers in place; the second half need not be set, and counts as zeros.

    re, im : flat float32 (16·length,); on return the spectrum, in the plan's scrambled order
    """
    if length == 1:
        return
    re, im, twiddles = pointer(re), pointer(im), pointer(twiddles)
    m = length // 4
    s = m * LANES
    w = 0
    for i in range(0, s, LANES):
        ar, ai, br, bi = load(re, i), load(im, i), load(re, i + s), load(im, i + s)
        store(re, i, ar + br)
        store(im, i, ai + bi)
        _put(re, im, i + s, ar + bi, ai - br, twiddles, w, True)
        _put(re, im, i + 2 * s, ar - br, ai - bi, twiddles, w + 2, True)
        _put(re, im, i + 3 * s, ar - bi, ai + br, twiddles, w + 4, True)
        w += 6
    for start in range(0, 4 * s, s):
        block = m
        w = 6 * m
        for radix in radices:
            inner = block // radix
            _frequency_pass(re, im, start, start + s, radix, inner, twiddles, w)
            w += 2 * (radix - 1) * inner
            block = inner


@njit(cache=True)
def backward(re, im, length, radices, twiddles):
    """The inverse of `forward`, times `length`; only the first half of the buffers is meaningful on return."""
    if length == 1:
        return
    last = len(twiddles)
    # Exchanging the parts before and after turns the forward transform into the backward one.
    re, im, twiddles = pointer(im), pointer(re), pointer(twiddles)
    m = length // 4
    s = m * LANES
    for start in range(0, 4 * s, s):
        block = 1
        w = last
        for k in range(len(radices) - 1, -1, -1):
            radix = radices[k]
            w -= 2 * (radix - 1) * block
            _time_pass(re, im, start, start + s, radix, block, twiddles, w)
            block *= radix
    w = 0
    for i in range(0, s, LANES):
        ar, ai = load(re, i), load(im, i)
        br, bi = _get(re, im, i + s, twiddles, w, True)
        cr, ci = _get(re, im, i + 2 * s, twiddles, w + 2, True)
        dr, di = _get(re, im, i + 3 * s, twiddles, w + 4, True)
        store(re, i, ar + cr + (br + dr))
        store(im, i, ai + ci + (bi + di))
        store(re, i + s, ar - cr + (bi - di))
        store(im, i + s, ai - ci - (br - dr))
        w += 6
