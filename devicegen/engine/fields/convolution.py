"""The demagnetizing field of one layer, by convolution with its kernel in Fourier space.

The rows of the three components are transformed two at a time (one as the real part, one as the imaginary
part), pulled apart, and only the non-negative frequencies along x are kept. Then come the columns, which are
multiplied by the kernel between their forward and backward transform while they are in the cache. In one
layer z couples to z alone, and x and y to each other; the kernel's spectrum is real and (anti)symmetric in y,
so that half of the quarter plane is stored.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np
import scipy.fft
from numba import njit

from devicegen.engine.fields import fft
from devicegen.engine.fields.layout import HALO, Layout
from devicegen.engine.fields.simd import LANES, load, splat, store, transpose_block

Convolution = namedtuple(
    "Convolution",
    "lanes nx ny row size width groups length_x radices_x twiddles_x position_x length_y radices_y twiddles_y "
    "kernel_row kernel_sign kernel_width kernel spectrum_re spectrum_im dense buffers without",
)
"""All that `demag_field` needs: sizes, transforms, the kernel's spectrum, and scratch memory.

without : places in the field, as `far_field_buffer` holds it, that are kept at zero; usually none
"""


def prepare(layout: Layout, kernel: np.ndarray) -> Convolution:
    """Make the convolution with a demagnetizing kernel.

    kernel : (4, 2·ny - 1, 2·nx - 1) float64, components N_xx, N_yy, N_zz, N_xy at the displacements
             -(n - 1) … n - 1 from source to field point, in the unit that turns sources into fields
    """
    nx, ny = layout.nx, layout.ny
    along_x, along_y = fft.plan(nx), fft.plan(ny)
    length_x, length_y = along_x.length, along_y.length
    n_frequencies = length_x // 2 + 1
    kernel_width = _whole_vectors(n_frequencies)
    wrapped = np.zeros((4, length_y, length_x))
    iy, ix = np.arange(-(ny - 1), ny) % length_y, np.arange(-(nx - 1), nx) % length_x
    wrapped[:, iy[:, None], ix[None, :]] = kernel
    # Half, because two rows that share a transform are pulled apart without halving.
    spectrum = np.asarray(scipy.fft.rfft2(wrapped), dtype=np.complex128).real / (2.0 * length_x * length_y)
    half = np.zeros((4, length_y // 2 + 1, kernel_width), dtype=np.float32)
    half[:, :, :n_frequencies] = spectrum[:, : length_y // 2 + 1]
    kernel_row = np.zeros(length_y, dtype=np.int64)
    kernel_sign = np.ones(length_y, dtype=np.float32)
    frequency = np.arange(length_y)
    kernel_row[along_y.position] = np.minimum(frequency, length_y - frequency) * kernel_width
    kernel_sign[along_y.position] = np.where(frequency > length_y // 2, -1, 1)
    groups = kernel_width // LANES if layout.lanes == 1 else n_frequencies
    rows = _dense_rows(layout)
    longest = _whole_vectors(max(length_x, length_y, layout.nx))
    return Convolution(
        layout.lanes,
        nx,
        ny,
        layout.row,
        layout.size,
        layout.width,
        groups,
        length_x,
        along_x.radices,
        along_x.twiddles,
        along_x.position,
        length_y,
        along_y.radices,
        along_y.twiddles,
        kernel_row,
        kernel_sign,
        kernel_width,
        half.reshape(4, -1),
        np.zeros(rows * groups * LANES, dtype=np.float32),
        np.zeros(rows * groups * LANES, dtype=np.float32),
        np.zeros(rows * layout.width, dtype=np.float32),
        np.zeros((6, longest * LANES), dtype=np.float32),
        np.zeros(0, dtype=np.int64),
    )


def with_places_without_field(c: Convolution, layout: Layout, cells: np.ndarray) -> Convolution:
    """The same convolution of one instance, with a field that is zero in some `cells`, (ny, nx) of bool."""
    iy, ix = np.nonzero(cells)
    places = np.arange(3)[:, None] * layout.ny * layout.width + iy * layout.width + ix
    return c._replace(without=places.reshape(-1))


def far_field_buffer(layout: Layout) -> np.ndarray:
    """Memory for the field that `demag_field` writes: dense rows without halo, component after component."""
    return np.zeros(_dense_rows(layout) * layout.width, dtype=np.float32)


def _whole_vectors(n: int) -> int:
    return -(-n // LANES) * LANES


def _dense_rows(layout: Layout) -> int:
    """Rows of the three components, rounded up to what the transforms take at once."""
    pairs = -(-3 * layout.ny // 2)
    return 2 * (_whole_vectors(pairs) if layout.lanes == 1 else pairs)


@njit(cache=True)
def demag_field(c, m, weight, out):
    """The field of the magnetization m · weight.

    m, weight : packed (3 components; 1 component or one vector)
    out       : from `far_field_buffer`
    """
    step = 1 if len(weight) > LANES else 0
    for component in range(3):
        for iy in range(c.ny):
            place = (iy + 1) * c.row + HALO
            target = (component * c.ny + iy) * c.width
            for i in range(0, c.width, LANES):
                value = load(m, component * c.size + place + i) * load(weight, step * (place + i))
                store(c.dense, target + i, value)
    _rows_forward(c)
    _columns(c)
    _rows_backward(c, out)
    for place in c.without:
        out[place] = 0


@njit(cache=True)
def _rows_forward(c):
    """From the dense rows to the spectrum along x."""
    re, im = c.buffers[0], c.buffers[1]
    spectrum_row = c.groups * LANES
    last = c.length_x // 2
    zero = splat(np.float32(0))
    batch = LANES if c.lanes == 1 else 1
    for pair in range(0, (3 * c.ny + 1) // 2, batch):
        a = 2 * pair * c.width
        if c.lanes == 1:
            for x in range(0, c.nx, LANES):
                transpose_block(c.dense, a + x, 2 * c.width, re, x * LANES, LANES)
                transpose_block(c.dense, a + c.width + x, 2 * c.width, im, x * LANES, LANES)
        else:
            for i in range(0, c.width, LANES):
                store(re, i, load(c.dense, a + i))
                store(im, i, load(c.dense, a + c.width + i))
        for i in range(c.nx * LANES, last * LANES, LANES):
            store(re, i, zero)
            store(im, i, zero)
        fft.forward(re, im, c.length_x, c.radices_x, c.twiddles_x)
        target = 2 * pair * spectrum_row
        if c.lanes == 1:
            for k in range(0, last + 1, LANES):
                for j in range(LANES):
                    _pull_apart(c, min(k + j, last), c.buffers[2], c.buffers[3], c.buffers[4], c.buffers[5], j * LANES)
                transpose_block(c.buffers[2], 0, LANES, c.spectrum_re, target + k, 2 * spectrum_row)
                transpose_block(c.buffers[3], 0, LANES, c.spectrum_im, target + k, 2 * spectrum_row)
                transpose_block(c.buffers[4], 0, LANES, c.spectrum_re, target + spectrum_row + k, 2 * spectrum_row)
                transpose_block(c.buffers[5], 0, LANES, c.spectrum_im, target + spectrum_row + k, 2 * spectrum_row)
        else:
            for k in range(last + 1):
                spectrum_a = c.spectrum_re[target:], c.spectrum_im[target:]
                spectrum_b = c.spectrum_re[target + spectrum_row :], c.spectrum_im[target + spectrum_row :]
                _pull_apart(c, k, spectrum_a[0], spectrum_a[1], spectrum_b[0], spectrum_b[1], k * LANES)


@njit(forceinline=True)
def _pull_apart(c, k, a_re, a_im, b_re, b_im, place):
    """Twice the spectra, at frequency k, of the two rows that are the real and imaginary part of one transform."""
    p = c.position_x[k] * LANES
    q = c.position_x[(c.length_x - k) % c.length_x] * LANES
    re, im = c.buffers[0], c.buffers[1]
    pr, pi, qr, qi = load(re, p), load(im, p), load(re, q), load(im, q)
    store(a_re, place, pr + qr)
    store(a_im, place, pi - qi)
    store(b_re, place, pi + qi)
    store(b_im, place, qr - pr)


@njit(forceinline=True)
def _put_together(c, k, a_re, a_im, b_re, b_im, place):
    """The opposite of `_pull_apart`, without the factor 2."""
    ar, ai, br, bi = load(a_re, place), load(a_im, place), load(b_re, place), load(b_im, place)
    p = c.position_x[k] * LANES
    q = c.position_x[(c.length_x - k) % c.length_x] * LANES
    re, im = c.buffers[0], c.buffers[1]
    store(re, q, ar + bi)
    store(im, q, br - ai)
    store(re, p, ar - bi)
    store(im, p, ai + br)


@njit(cache=True)
def _rows_backward(c, out):
    """From the spectrum along x to the dense rows of the field."""
    re, im = c.buffers[0], c.buffers[1]
    spectrum_row = c.groups * LANES
    last = c.length_x // 2
    batch = LANES if c.lanes == 1 else 1
    for pair in range(0, (3 * c.ny + 1) // 2, batch):
        source = 2 * pair * spectrum_row
        if c.lanes == 1:
            for k in range(0, last + 1, LANES):
                transpose_block(c.spectrum_re, source + k, 2 * spectrum_row, c.buffers[2], 0, LANES)
                transpose_block(c.spectrum_im, source + k, 2 * spectrum_row, c.buffers[3], 0, LANES)
                transpose_block(c.spectrum_re, source + spectrum_row + k, 2 * spectrum_row, c.buffers[4], 0, LANES)
                transpose_block(c.spectrum_im, source + spectrum_row + k, 2 * spectrum_row, c.buffers[5], 0, LANES)
                for j in range(min(LANES, last + 1 - k)):
                    _put_together(c, k + j, c.buffers[2], c.buffers[3], c.buffers[4], c.buffers[5], j * LANES)
        else:
            for k in range(last + 1):
                spectrum_a = c.spectrum_re[source:], c.spectrum_im[source:]
                spectrum_b = c.spectrum_re[source + spectrum_row :], c.spectrum_im[source + spectrum_row :]
                _put_together(c, k, spectrum_a[0], spectrum_a[1], spectrum_b[0], spectrum_b[1], k * LANES)
        fft.backward(re, im, c.length_x, c.radices_x, c.twiddles_x)
        a = 2 * pair * c.width
        if c.lanes == 1:
            for x in range(0, c.nx, LANES):
                transpose_block(re, x * LANES, LANES, out, a + x, 2 * c.width)
                transpose_block(im, x * LANES, LANES, out, a + c.width + x, 2 * c.width)
        else:
            for i in range(0, c.width, LANES):
                store(out, a + i, load(re, i))
                store(out, a + c.width + i, load(im, i))


@njit(forceinline=True)
def _kernel_at(c, component, row, group):
    """The kernel's spectrum for one group of columns: sixteen frequencies, or one for sixteen instances."""
    if c.lanes == 1:
        return load(c.kernel[component], row + group * LANES)
    return splat(c.kernel[component, row + group])


@njit(cache=True)
def _columns(c):
    """Transform the columns, multiply them by the kernel and transform them back."""
    xr, xi, yr, yi = c.buffers[0], c.buffers[1], c.buffers[2], c.buffers[3]
    for group in range(c.groups):
        _column_forward(c, 0, group, xr, xi)
        _column_forward(c, 1, group, yr, yi)
        for j in range(c.length_y):
            row, p = c.kernel_row[j], j * LANES
            kxx, kyy = _kernel_at(c, 0, row, group), _kernel_at(c, 1, row, group)
            kxy = _kernel_at(c, 3, row, group) * splat(c.kernel_sign[j])
            ar, ai, br, bi = load(xr, p), load(xi, p), load(yr, p), load(yi, p)
            store(xr, p, kxx * ar + kxy * br)
            store(xi, p, kxx * ai + kxy * bi)
            store(yr, p, kxy * ar + kyy * br)
            store(yi, p, kxy * ai + kyy * bi)
        _column_backward(c, 0, group, xr, xi)
        _column_backward(c, 1, group, yr, yi)
        _column_forward(c, 2, group, xr, xi)
        for j in range(c.length_y):
            kzz, p = _kernel_at(c, 2, c.kernel_row[j], group), j * LANES
            store(xr, p, kzz * load(xr, p))
            store(xi, p, kzz * load(xi, p))
        _column_backward(c, 2, group, xr, xi)


@njit(cache=True)
def _column_forward(c, component, group, re, im):
    spectrum_row = c.groups * LANES
    place = component * c.ny * spectrum_row + group * LANES
    zero = splat(np.float32(0))
    for y in range(c.ny):
        store(re, y * LANES, load(c.spectrum_re, place + y * spectrum_row))
        store(im, y * LANES, load(c.spectrum_im, place + y * spectrum_row))
    for i in range(c.ny * LANES, c.length_y // 2 * LANES, LANES):
        store(re, i, zero)
        store(im, i, zero)
    fft.forward(re, im, c.length_y, c.radices_y, c.twiddles_y)


@njit(cache=True)
def _column_backward(c, component, group, re, im):
    spectrum_row = c.groups * LANES
    place = component * c.ny * spectrum_row + group * LANES
    fft.backward(re, im, c.length_y, c.radices_y, c.twiddles_y)
    for y in range(c.ny):
        store(c.spectrum_re, place + y * spectrum_row, load(re, y * LANES))
        store(c.spectrum_im, place + y * spectrum_row, load(im, y * LANES))


def put_far_field(layout: Layout, buffer: np.ndarray, fields: list[np.ndarray]) -> None:
    """Write one plain field (3, ny, nx) an instance into a buffer of `far_field_buffer`."""
    cells = buffer[: 3 * layout.ny * layout.width].reshape(3, layout.ny, layout.width)[:, :, : layout.nx * layout.lanes]
    view = cells.reshape(3, layout.ny, layout.nx, layout.lanes)
    for lane in range(layout.lanes):
        view[..., lane] = fields[lane] if lane < len(fields) else fields[0]
    cells[:] = view.reshape(cells.shape)


def get_far_field(layout: Layout, buffer: np.ndarray, instances: int) -> list[np.ndarray]:
    """The plain fields (3, ny, nx) of the first `instances` in a buffer of `far_field_buffer`."""
    cells = buffer[: 3 * layout.ny * layout.width].reshape(3, layout.ny, layout.width)[:, :, : layout.nx * layout.lanes]
    view = cells.reshape(3, layout.ny, layout.nx, layout.lanes)
    return [np.ascontiguousarray(view[..., lane]) for lane in range(instances)]
