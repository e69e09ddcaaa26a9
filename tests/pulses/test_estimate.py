"""Jump-tables from pulses: a known table is given back, and no table says more than its pulses do."""

import numpy as np
import pytest
from scipy.stats import kstest, norm

from devicegen.artificial.response import jump_table_of, read_response
from devicegen.pulses.bounds import keep_in_range
from devicegen.pulses.estimate import conductance_range, estimate_table, make_grid
from devicegen.pulses.histogram import DEVICES_IN_A_FOLD, FEW_PULSES, FOLDS, by_device
from devicegen.pulses.noise import NoiseModel

G_MIN, G_MAX = 1e-6, 11e-6

KNOWN = jump_table_of(
    read_response(
        {
            "form": "curves",
            "g_min_S": G_MIN,
            "g_max_S": G_MAX,
            "position": [0, 0.15, 0.85, 1],
            "set_median": [0.02, 0.008, 0.008, 0.001],
            "set_sigma": [0.012, 0.006, 0.004, 0.002],
            "reset_median": [0, -0.01, -0.01, -0.03],
            "reset_sigma": [0.01, 0.01, 0.01, 0.01],
        }
    ),
    True,
)


def pulses_of(table, n, rng, g=None):
    """`n` pulses drawn from a table; between two rows either is taken, the nearer one more often."""
    if g is None:
        g = rng.uniform(table.conductance[0], table.conductance[-1], n)
    place = np.interp(g, table.conductance, np.arange(table.conductance.size))
    row = np.floor(place + rng.random(n)).astype(int)
    delta = np.empty(n)
    for k in np.unique(row):
        mine = row == k
        first = max(int(np.searchsorted(table.cdf[k], 0.0, side="right")) - 1, 0)
        delta[mine] = np.interp(rng.random(mine.sum()), table.cdf[k, first:], table.delta[first:])
    return g, delta


def cdf_at(table, g, delta):
    """Probability of a change of at most `delta` at each `g`, linear in both."""
    place = np.clip(np.interp(g, table.conductance, np.arange(table.conductance.size)), 0, table.conductance.size - 1)
    low = np.minimum(place.astype(int), table.conductance.size - 2)
    part = place - low
    rows = [
        np.array([np.interp(d, table.delta, table.cdf[k]) for d, k in zip(delta, low + s, strict=True)]) for s in (0, 1)
    ]
    return (1 - part) * rows[0] + part * rows[1]


def estimated(n, seed):
    g, delta = pulses_of(KNOWN, n, np.random.default_rng(seed))
    return estimate_table(g, delta, make_grid(G_MIN, G_MAX, delta))


def distance(n, seed):
    """Mean distance between the estimated and the known CDF, and the same at the ends of the range."""
    table = estimated(n, seed).table
    known = np.array([np.interp(table.delta, KNOWN.delta, row) for row in KNOWN.cdf])
    at = np.array([np.interp(table.conductance, KNOWN.conductance, column) for column in known.T]).T
    wide = (at > 0.001) & (at < 0.999)
    error = np.abs(table.cdf - at)
    return error[wide].mean(), error[[1, -2]][wide[[1, -2]]].mean()


def test_known_table_comes_back_and_the_error_falls_with_the_pulses():
    errors = np.array([np.mean([distance(n, seed) for seed in range(4)], axis=0) for n in (1000, 8000, 64000)])
    assert np.all(errors[:-1, 0] > 1.7 * errors[1:, 0]), "eight times the pulses: expected a rate of n^-0.26 or better"
    assert errors[-1, 0] < 0.01
    assert errors[-1, 1] < 0.04, "the ends of the range"


def test_left_out_pulses_are_uniform_in_the_estimated_table():
    """Probability integral transform, at conductances that are not spread as in the pulses of the table."""
    table = estimated(200_000, 1).table
    rng = np.random.default_rng(2)
    span = G_MAX - G_MIN
    g, delta = pulses_of(KNOWN, 3000, rng, G_MIN + span * (0.05 + 0.85 * rng.beta(2, 1, 3000)))
    assert kstest(cdf_at(table, g, delta), "uniform").pvalue > 1e-3
    shifted = cdf_at(table, g, delta + 0.001 * span)
    assert kstest(shifted, "uniform").pvalue < 1e-4, "an error of a tenth of a step would have been seen"


def slow_twin(g, delta, at, width):
    """Local average of the step functions of the pulses about a local-linear mean, pulse by pulse."""

    def mean(x):
        w = np.exp(-0.5 * ((g - x) / width[0]) ** 2)
        centre = np.average(g, weights=w)
        slope = np.average((g - centre) * delta, weights=w) / np.average((g - centre) ** 2, weights=w)
        return np.average(delta, weights=w) + slope * (x - centre)

    residual = delta - np.array([mean(x) for x in g])
    cdf = np.empty((at.conductance.size, at.delta.size))
    for row, x in enumerate(at.conductance):
        w = np.exp(-0.5 * ((g - x) / width[1]) ** 2)
        cdf[row] = ((residual + mean(x))[:, None] <= at.delta).T @ w / w.sum()
    return cdf


def test_binned_estimate_agrees_with_the_sum_over_pulses():
    g, delta = pulses_of(KNOWN, 2000, np.random.default_rng(3))
    found = estimate_table(g, delta, make_grid(G_MIN, G_MAX, delta))
    slow = slow_twin(g, delta, found.table, (found.mean_bandwidth_S, found.spread_bandwidth_S))
    slow = keep_in_range(found.table.conductance, found.table.delta, slow, G_MIN, G_MAX)
    assert np.abs(found.table.cdf - slow).mean() < 2e-3
    assert np.abs(found.table.cdf - slow)[5:-5].max() < 0.03


def test_no_pulse_leads_out_of_the_range():
    rng = np.random.default_rng(4)
    g = rng.uniform(G_MIN, G_MAX, 3000)
    delta = rng.normal(0.3e-6, 0.5e-6, 3000)  # as if nothing held it at the ends
    table = estimate_table(g, delta, make_grid(G_MIN, G_MAX, delta)).table
    reached = table.conductance[:, None] + table.delta
    assert np.all(table.cdf[reached < G_MIN - 1e-15] == 0)
    assert np.all(table.cdf[reached > G_MAX + 1e-15] == 1)
    assert np.all(table.cdf[:, -1] == 1)
    assert np.all(np.diff(table.cdf, axis=1) >= 0)


def test_no_change_is_a_point_of_the_grid():
    rng = np.random.default_rng(5)
    for low, high in ((0.1e-6, 0.3e-6), (-0.3e-6, -0.1e-6), (-0.1e-6, 0.2e-6)):
        grid = make_grid(G_MIN, G_MAX, rng.uniform(low, high, 500))
        assert 0.0 in grid.delta
        assert grid.delta[0] < low + 1e-9
        assert grid.delta[-1] > high - 1e-9


def test_rows_without_pulses_borrow_and_say_so():
    rng = np.random.default_rng(6)
    g = rng.uniform(3e-6, 7e-6, 5000)
    delta = rng.normal(0.05e-6, 0.02e-6, 5000)
    found = estimate_table(g, delta, make_grid(G_MIN, G_MAX, delta))
    assert found.table.count.sum() == 5000
    empty = found.table.conductance > 9e-6
    assert np.all(found.table.count[empty] == 0)
    assert set(np.flatnonzero(empty)) <= set(found.sparse_rows)
    middle = np.abs(found.table.conductance - 5e-6) < 1e-6
    assert not set(np.flatnonzero(middle)) & set(found.sparse_rows)
    assert found.table.mean()[:-3] == pytest.approx(np.full(98, 0.05e-6), rel=0.35), "borrowed, not invented"
    assert found.effective_pulses.min() > FEW_PULSES / 3


@pytest.mark.parametrize("n", [50, 51, 100])
def test_few_pulses_still_give_a_table(n):
    found = estimated(n, 7)
    assert found.table.count.sum() == n
    assert np.all(np.isfinite(found.table.cdf))


def test_all_pulses_at_one_conductance():
    rng = np.random.default_rng(8)
    delta = rng.normal(0.1e-6, 0.01e-6, 200)
    found = estimate_table(np.full(200, 5e-6), delta, make_grid(G_MIN, G_MAX, delta))
    assert found.table.mean()[30:50] == pytest.approx(np.full(20, 0.1e-6), rel=0.05)


def test_pulses_that_change_nothing():
    rng = np.random.default_rng(9)
    g = rng.uniform(G_MIN, G_MAX, 500)
    found = estimate_table(g, np.zeros(500), make_grid(G_MIN, G_MAX, np.zeros(500)))
    assert np.abs(found.table.mean()).max() < 1e-5 * (G_MAX - G_MIN)


def test_bandwidth_narrows_as_pulses_become_many():
    few = np.mean([estimated(500, seed).mean_bandwidth_S for seed in range(6)])
    many = np.mean([estimated(50_000, seed).mean_bandwidth_S for seed in range(3)])
    assert many < 0.7 * few


def test_range_holds_off_stray_reads():
    reads = np.concatenate([np.linspace(1e-6, 2e-6, 10_000), [1e-3]])
    low, high = conductance_range(reads)
    assert low == pytest.approx(1e-6, rel=2e-3)
    assert high == pytest.approx(2e-6, rel=2e-3)


def known_at(table):
    """The known CDF on the grids of another table."""
    known = np.array([np.interp(table.delta, KNOWN.delta, row) for row in KNOWN.cdf])
    return np.array([np.interp(table.conductance, KNOWN.conductance, column) for column in known.T]).T


def inner(cdf):
    """Where a CDF is neither near 0 nor near 1, away from the ends of the range."""
    wide = (cdf > 0.05) & (cdf < 0.95)
    wide[:3] = wide[-3:] = False
    return wide


def test_bands_are_as_wide_as_estimates_spread():
    """Bootstrap bands of a few samples of pulses, against the spread of the estimates from many."""
    n, grid = 2000, make_grid(G_MIN, G_MAX, pulses_of(KNOWN, 20_000, np.random.default_rng(0))[1])
    samples = [pulses_of(KNOWN, n, np.random.default_rng(seed)) for seed in range(24)]
    found = [estimate_table(g, d, grid, bands=k < 4).table for k, (g, d) in enumerate(samples)]
    cdf = np.array([table.cdf for table in found])
    wide = inner(cdf.mean(axis=0))
    spread = cdf.std(axis=0, ddof=1)[wide]
    stated = np.mean([(table.cdf_high - table.cdf_low)[wide] for table in found[:4]], axis=0) / (2 * 1.645)
    assert np.median(stated / spread) == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("n", [500, 8000])
def test_bands_hold_most_of_the_truth(n):
    """Less than nine tenths of it: the smoothing's own error is not in the band."""
    held = []
    for seed in range(3):
        g, delta = pulses_of(KNOWN, n, np.random.default_rng(seed))
        table = estimate_table(g, delta, make_grid(G_MIN, G_MAX, delta), bands=True).table
        at = known_at(table)
        held.append(((table.cdf_low <= at) & (at <= table.cdf_high))[inner(at)].mean())
    assert 0.6 < np.mean(held) < 0.97


def test_bands_narrow_as_pulses_become_many():
    widths = []
    for n in (500, 8000, 64_000):
        g, delta = pulses_of(KNOWN, n, np.random.default_rng(1))
        table = estimate_table(g, delta, make_grid(G_MIN, G_MAX, delta), bands=True).table
        widths.append((table.cdf_high - table.cdf_low)[inner(table.cdf)].mean())
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


def trains_of_walls(devices, rng, pulses=40):
    """Device, conductance and change of pulses on devices that stay near a place and have a step of their own."""
    device = np.repeat(np.arange(devices), pulses)
    place, own = rng.uniform(G_MIN, G_MAX, devices), rng.normal(0, 0.4e-6, devices)
    g = np.clip(place[device] + rng.normal(0, 0.2e-6, device.size), G_MIN, G_MAX)
    return device, g, 0.5e-6 + own[device] + rng.normal(0, 0.2e-6, device.size)


def test_a_device_left_out_whole_does_not_pass_for_a_slope():
    """The mean change is 0.5 uS everywhere; what looks like more here and less there are the devices."""
    narrow, wide = [], []
    for seed in range(4):
        device, g, delta = trains_of_walls(40, np.random.default_rng(seed))
        grid = make_grid(G_MIN, G_MAX, delta)
        found = [estimate_table(g, delta, grid, dealt=dealt) for dealt in (None, by_device(device))]
        for estimate, kept in zip(found, (narrow, wide), strict=True):
            error = np.sqrt(np.mean((estimate.table.mean()[5:-5] - 0.5e-6) ** 2))
            kept.append((estimate.mean_bandwidth_S, error, estimate.devices_whole))
    narrow, wide = np.mean(narrow, axis=0), np.mean(wide, axis=0)
    assert wide[0] > 3 * narrow[0]
    assert wide[1] < 0.6 * narrow[1]
    assert (narrow[2], wide[2]) == (0, 1)


def test_bands_of_many_devices_hold_a_truth_that_bands_of_runs_miss():
    held = np.zeros(2)
    for seed in range(6):
        device, g, delta = trains_of_walls(40, np.random.default_rng([1, seed]))
        grid = make_grid(G_MIN, G_MAX, delta)
        truth = norm.cdf((grid.delta - 0.5e-6) / np.hypot(0.4e-6, 0.2e-6))
        for k, dealt in enumerate((None, by_device(device))):
            table = estimate_table(g, delta, grid, bands=True, dealt=dealt).table
            at = np.broadcast_to(truth, table.cdf.shape)
            held[k] += ((table.cdf_low <= at) & (at <= table.cdf_high))[inner(at)].mean() / 6
    assert held[1] > 0.6
    assert held[1] > held[0] + 0.25


def test_few_devices_are_dealt_as_one():
    fewest = FOLDS * DEVICES_IN_A_FOLD
    assert by_device(np.zeros(500, np.int32)) is None
    assert by_device(np.repeat(np.arange(fewest - 1) * 3, 20)) is None
    names = np.repeat(np.arange(70), 20)
    np.random.default_rng(12).shuffle(names)
    dealt = by_device(names)
    assert [np.unique(dealt[names == name]).size for name in range(70)] == [1] * 70
    assert np.unique(dealt).size == 50


STEP, SPREAD = 1 / 200, 0.6 / 200


def noisy_trains(sigma, n=20_000):
    """Reads before, and changes, of SET pulses in trains over the whole range, read with noise `sigma` [of a step]."""
    rng = np.random.default_rng(10)
    normal = rng.standard_normal((n, 2))
    u, is_set, true, up = 0.02, True, [0.02], []
    for change, _ in normal:
        u = min(max(u + (STEP if is_set else -3 * STEP) + SPREAD * change, 0.0), 1.0)
        true.append(u)
        up.append(is_set)
        is_set = u < 0.97 if is_set else u < 0.03
    reads = np.array(true)
    reads[1:] += sigma * STEP * normal[:, 1]
    up = np.array(up)
    return reads[:-1][up], np.diff(reads)[up]


def estimated_from_noisy(sigma, subtract):
    """Error (rms) of the mean change in steps, and the spread of a pulse in the device's own, of the estimate."""
    g, delta = noisy_trains(sigma)
    noise = NoiseModel(sigma * STEP) if subtract else None
    found = estimate_table(g, delta, make_grid(0.0, 1.0, delta), noise=noise)
    low, high = found.table.quantile([0.158655, 0.841345])[20:-20].T
    error = np.sqrt(np.mean((found.table.mean() / STEP - 1)[5:-5] ** 2))
    return error, float(np.mean(high - low)) / 2 / SPREAD, found


def test_read_noise_of_one_change_does_no_harm_to_the_mean_and_of_six_does():
    """The bounds behind the warning of `devicegen.measured.table.NOISY`."""
    assert estimated_from_noisy(1.0, False)[0] < 0.08
    assert estimated_from_noisy(6.0, False)[0] > 0.2


@pytest.mark.parametrize(("sigma", "seen"), [(0.25, 1.16), (0.5, 1.54), (1.0, 2.55), (2.0, 4.82)])
def test_spread_of_the_device_comes_back_from_under_read_noise(sigma, seen):
    """Up to a read noise three times the spread of a pulse, whose spread was then seen nearly five times too large."""
    assert estimated_from_noisy(sigma, False)[1] == pytest.approx(seen, rel=0.03)
    error, spread, found = estimated_from_noisy(sigma, True)
    assert spread == pytest.approx(1.0, abs=0.06)
    assert error < 0.08
    assert found.table.cdf_low is None


def test_what_read_noise_hides_does_not_come_back():
    """Six times the spread of the device: the mean gets better, the spread stays a bound, and the rows are named."""
    error, spread, found = estimated_from_noisy(6.0, True)
    assert error < 0.75 * estimated_from_noisy(6.0, False)[0]
    assert spread > 2
    assert found.buried_rows.size > 50


def test_shape_of_the_distribution_comes_back_from_under_read_noise():
    """Changes of one sign only, blurred by two thirds of their spread: narrowing alone would keep their shape."""
    rng = np.random.default_rng(11)
    n, sigma = 60_000, 0.0055 / np.sqrt(2)
    g, change = rng.uniform(0.1, 0.8, n), 0.008 * rng.exponential(size=n)
    delta = change + np.sqrt(2) * sigma * rng.standard_normal(n)
    table = estimate_table(g, delta, make_grid(0.0, 1.0, delta), noise=NoiseModel(sigma)).table
    known = np.where(table.delta > 0, 1 - np.exp(-np.maximum(table.delta, 0) / 0.008), 0.0)
    rows = table.cdf[20:75]
    narrowed = np.interp(table.delta, 0.008 + (np.sort(delta) - 0.008) * 0.824, (np.arange(n) + 0.5) / n)
    assert np.abs(rows - known).mean() < 0.75 * np.abs(narrowed - known).mean()
    assert rows[:, np.searchsorted(table.delta, 0.0)].mean() < 0.11, "0 in truth, narrowed 0.13, seen 0.19"


def test_bands_move_with_the_noise_that_is_taken_out():
    g, delta = noisy_trains(0.5)
    table = estimate_table(g, delta, make_grid(0.0, 1.0, delta), noise=NoiseModel(0.5 * STEP), bands=True).table
    width = (table.cdf_high - table.cdf_low)[inner(table.cdf)]
    assert 0.005 < width.mean() < 0.1
