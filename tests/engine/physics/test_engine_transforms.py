import numpy as np
import pytest
import scipy.fft
from numba import njit

from devicegen.engine.fields import convolution, fft, simd
from devicegen.engine.fields.layout import Layout


@njit
def _every_operation(a, b, out):
    x, y = simd.load(a, 0), simd.load(b, 0)
    z = simd.root(simd.at_least(x * y + simd.splat(np.float32(2)) - x / y, simd.splat(np.float32(1e-30))))
    simd.store(out, 0, -z)


@njit
def _turn(a, out):
    simd.transpose_block(a, 0, 16, out, 0, 16)


def test_vectors_compute_what_numpy_computes():
    random = np.random.Generator(np.random.PCG64(1))
    a, b = (random.random(16).astype(np.float32) + np.float32(0.5) for _ in range(2))
    out = np.zeros(16, dtype=np.float32)
    _every_operation(a, b, out)
    np.testing.assert_array_equal(out, -np.sqrt(np.maximum(a * b + np.float32(2) - a / b, np.float32(1e-30))))


def test_blocks_are_transposed():
    a, out = np.arange(256, dtype=np.float32), np.zeros(256, dtype=np.float32)
    _turn(a, out)
    np.testing.assert_array_equal(out.reshape(16, 16), a.reshape(16, 16).T)


def _transform(signals):
    """Forward and backward transform of sixteen complex signals (16, cells)."""
    cells = signals.shape[1]
    plan = fft.plan(cells)
    re, im = np.zeros((2, plan.length, 16), dtype=np.float32)
    re[:cells], im[:cells] = signals.T.real, signals.T.imag
    # The second half need not be set.
    if plan.length > 1:
        re[plan.length // 2 :] = im[plan.length // 2 :] = np.nan
    re, im = re.ravel(), im.ravel()
    fft.forward(re, im, plan.length, plan.radices, plan.twiddles)
    spectrum = (re + 1j * im).reshape(plan.length, 16)[plan.position].T
    fft.backward(re, im, plan.length, plan.radices, plan.twiddles)
    return spectrum, (re + 1j * im).reshape(plan.length, 16)[:cells].T / plan.length


@pytest.mark.parametrize("cells", [1, 2, 3, 5, 7, 8, 13, 27, 30, 61, 75, 128, 300])
def test_transform_agrees_with_scipy(cells):
    random = np.random.Generator(np.random.PCG64(cells))
    signals = (random.standard_normal((16, cells)) + 1j * random.standard_normal((16, cells))).astype(np.complex64)
    spectrum, back = _transform(signals)
    expected = scipy.fft.fft(signals.astype(np.complex128), fft.padded_length(cells), axis=1)
    assert np.abs(spectrum - expected).max() < 1e-6 * np.abs(expected).max()
    assert np.abs(back - signals).max() < 2e-6 * np.abs(signals).max()


def test_a_signal_transforms_to_the_same_bytes_in_any_place_and_company():
    random = np.random.Generator(np.random.PCG64(5))
    signals = (random.standard_normal((16, 45)) + 1j * random.standard_normal((16, 45))).astype(np.complex64)
    first, _ = _transform(signals)
    moved, _ = _transform(np.roll(signals * (np.arange(16) == 3)[:, None], 8, axis=0))
    assert first[3].tobytes() == moved[11].tobytes()


@pytest.mark.parametrize("lanes", [1, 16])
def test_packing_and_unpacking_keeps_every_cell(lanes):
    random = np.random.Generator(np.random.PCG64(6))
    layout = Layout(37, 5, lanes)
    fields = [random.random((3, 5, 37)).astype(np.float32) for _ in range(lanes)]
    packed = layout.pack(fields)
    for field, back in zip(fields, layout.unpack(packed, lanes), strict=True):
        np.testing.assert_array_equal(field, back)
    assert np.count_nonzero(packed) == 3 * 5 * 37 * lanes


def test_coefficient_that_is_equal_in_all_magnetic_cells_takes_one_vector():
    layout = Layout(4, 3, 1)
    magnetic = np.ones((3, 4), dtype=bool)
    magnetic[0, 0] = False
    field = np.full((2, 3, 4), 5.0)
    field[:, 0, 0] = 7.0
    assert layout.pack_coefficient([field], [magnetic]).shape == (32,)
    field[1, 1, 1] = 6.0
    assert layout.pack_coefficient([field], [magnetic]).shape == (2 * layout.size,)


def _symmetric_kernel(nx, ny, random):
    quarter = random.standard_normal((4, ny, nx))
    ix, iy = np.arange(-(nx - 1), nx), np.arange(-(ny - 1), ny)
    kernel = quarter[:, np.abs(iy)][:, :, np.abs(ix)]
    kernel[3] *= np.sign(iy)[:, None] * np.sign(ix)
    return kernel


def _direct(m, kernel):
    _, ny, nx = m.shape
    field = np.zeros(m.shape)
    for jy in range(ny):
        for jx in range(nx):
            xx, yy, zz, xy = kernel[:, ny - 1 - jy : 2 * ny - 1 - jy, nx - 1 - jx : 2 * nx - 1 - jx]
            x, y, z = m[:, jy, jx]
            field += np.stack([xx * x + xy * y, xy * x + yy * y, zz * z])
    return field


@pytest.mark.parametrize(("nx", "ny"), [(1, 1), (7, 5), (1, 4), (3, 1), (33, 16), (75, 8)])
def test_convolution_is_the_sum_over_all_pairs_and_does_not_depend_on_company(nx, ny):
    random = np.random.Generator(np.random.PCG64(nx))
    kernel = _symmetric_kernel(nx, ny, random)
    fields = [random.standard_normal((3, ny, nx)).astype(np.float32) for _ in range(16)]
    weights = [np.full((1, ny, nx), 1 + 0.1 * lane) for lane in range(16)]
    magnetic = [np.ones((ny, nx), dtype=bool)] * 16
    results = {}
    for lanes, who in ((1, [5]), (16, range(16))):
        layout = Layout(nx, ny, lanes)
        out = convolution.far_field_buffer(layout)
        convolution.demag_field(
            convolution.prepare(layout, kernel),
            layout.pack([fields[i] for i in who]),
            layout.pack_coefficient([weights[i] for i in who], magnetic[:lanes]),
            out,
        )
        results[lanes] = convolution.get_far_field(layout, out, lanes)
    expected = _direct(fields[5] * 1.5, kernel)
    assert np.abs(results[1][0] - expected).max() < 1e-6 * np.abs(expected).max()
    np.testing.assert_array_equal(results[1][0], results[16][5])
