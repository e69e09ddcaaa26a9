import numpy as np
import pytest
from engine_twin import torque as twin_torque

from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.fields.demag_kernel import demag_kernel
from devicegen.engine.stepping import advance, fixed


def _twin_step(magnet, kernel):
    """One Heun step in double precision, with the noise that the engine's field of this step holds."""
    noise = magnet.quantity("B_therm").astype(float)
    h = magnet.settings.fix_dt * magnet.settings.gamma_ll
    m = magnet.m.astype(float)
    first = twin_torque(magnet, kernel, noise)
    magnet.m = m + h * first
    second = twin_torque(magnet, kernel, noise)
    m = m + h / 2 * (first + second)
    length = np.sqrt((m**2).sum(axis=0))
    return m / np.where(length > 0, length, 1)


def test_steps_agree_with_plain_steps(track):
    magnet, twin = track(nx=12, ny=5), track(nx=12, ny=5)
    kernel = demag_kernel((12, 5), (2e-9, 2e-9, 1e-9), (0, 0), 6.0, None)
    for _ in range(4):
        twin.m = _twin_step(twin, kernel)
        twin.n_steps += 1
        advance.fixed_steps(magnet, 1)
    moved = np.abs(twin.m - track(nx=12, ny=5).m).max()
    assert moved > 1e-2
    np.testing.assert_allclose(magnet.m, twin.m, atol=1e-5 * moved + 2e-6)
    assert magnet.t == pytest.approx(100e-15)


def test_errors_are_those_of_plain_steps(track):
    """The error of a Heun step is the largest difference of its two torques, times its length."""
    magnet, twin = track(nx=12, ny=5), track(nx=12, ny=5)
    kernel = demag_kernel((12, 5), (2e-9, 2e-9, 1e-9), (0, 0), 6.0, None)
    h, errors = magnet.settings.fix_dt * magnet.settings.gamma_ll, []
    for _ in range(3):
        noise = twin.quantity("B_therm").astype(float)
        m = twin.m.astype(float)
        first = twin_torque(twin, kernel, noise)
        twin.m = m + h * first
        difference = twin_torque(twin, kernel, noise) - first
        errors.append(h * np.sqrt((difference**2).sum(axis=0)).max())
        twin.m = m
        advance.fixed_steps(twin, 1)
    advance.fixed_steps(magnet, 3)
    assert magnet.last_err == pytest.approx(errors[-1], rel=1e-3)
    assert magnet.peak_err == pytest.approx(max(errors), rel=1e-3)


@pytest.mark.parametrize("hold", [1, 16])
def test_each_instance_of_a_company_has_its_own_errors(track, hold):
    company = [track(seed=seed, hold=hold, Temp=100 * seed) for seed in range(5)]
    fixed.heun(company, 20)
    for seed, beside in enumerate(company):
        alone = track(seed=seed, hold=hold, Temp=100 * seed)
        advance.fixed_steps(alone, 20)
        assert (alone.last_err, alone.peak_err) == (beside.last_err, beside.peak_err)
    assert len({magnet.peak_err for magnet in company}) == 5
    assert all(magnet.peak_err >= magnet.last_err > 0 for magnet in company)


@pytest.mark.parametrize("hold", [1, 7, 16])
def test_a_run_in_pieces_has_the_same_bytes(track, hold):
    whole, pieces = track(hold=hold), track(hold=hold)
    advance.fixed_steps(whole, 60)
    for n in (1, 13, 5, 41):
        advance.fixed_steps(pieces, n)
    assert whole.m.tobytes() == pieces.m.tobytes()
    assert (whole.t, whole.n_steps) == (pieces.t, pieces.n_steps)


def test_a_held_field_is_absent_too_where_demag_is_switched_off(track):
    def after_steps(hold, **parameters):
        magnet = track(Temp=0, hold=hold)
        magnet.set_regions(np.broadcast_to(np.arange(40) >= 20, (9, 40)).astype(np.uint8))
        for name, value in parameters.items():
            magnet.set_parameter(name, value, region=1)
        fixed.heun([magnet], 16)
        return magnet.m

    exact, held = after_steps(1, NoDemagSpins=1), after_steps(8, NoDemagSpins=1)
    assert np.abs(held - exact).max() < 0.05 * np.abs(after_steps(1) - exact).max()


@pytest.mark.parametrize("hold", [1, 16])
@pytest.mark.parametrize("company", [2, 16])
def test_company_does_not_change_a_byte(track, hold, company):
    """Instances that differ in shape, noise and every number, alone and side by side."""

    def instances():
        random = np.random.Generator(np.random.PCG64(4))
        for seed in range(company):
            numbers = {
                "Ku1": random.uniform(7e5, 8e5),
                "alpha": random.uniform(0.02, 0.1),
                "J": (0, 0, random.uniform(0, 5e11)),
                "Temp": 300 * (seed % 3),
                "Dind": 1e-3 * (seed % 2),
                "B_ext": (0, 0, 0.01 * seed),
            }
            yield track(seed=seed, hold=hold, **numbers)

    together = list(instances())
    assert fixed.heun(together, 40) == [None] * company
    for alone, beside in zip(instances(), together, strict=True):
        advance.fixed_steps(alone, 40)
        assert alone.m.tobytes() == beside.m.tobytes()
        assert alone.t == beside.t


def test_same_seed_gives_same_noise_and_another_gives_other(track):
    first, same, other = track(seed=3), track(seed=3), track(seed=3)
    other.thermal_seed(99)
    for magnet in (first, same, other):
        advance.fixed_steps(magnet, 20)
    assert first.m.tobytes() == same.m.tobytes()
    assert np.abs(first.m - other.m).max() > 1e-3


def test_held_far_field_approaches_the_exact_one(track):
    """What holding the far field for k stages changes falls in proportion to k."""
    exact = track(Temp=0)
    advance.fixed_steps(exact, 400)
    moved = np.abs(exact.m - track().m).max()
    errors = []
    for hold in (4, 8, 16):
        held = track(Temp=0, hold=hold)
        advance.fixed_steps(held, 400)
        errors.append(np.abs(exact.m - held.m).max() / moved)
    assert moved > 0.1
    assert errors[2] < 1e-2
    assert errors[0] < 0.6 * errors[1] < 0.36 * errors[2]
    # The first evaluation is of the whole field.
    first, held = track(), track(hold=16)
    advance.fixed_steps(first, 1)
    advance.fixed_steps(held, 1)
    assert np.abs(first.m - held.m).max() < 1e-4


def test_empty_cells_stay_empty_and_others_stay_of_unit_length(track):
    magnet = track(hold=16)
    advance.fixed_steps(magnet, 100)
    length = np.sqrt((magnet.m.astype(float) ** 2).sum(axis=0))
    np.testing.assert_allclose(length, magnet.fill > 0, atol=1e-6)


def test_frozen_spins_do_not_move(track):
    magnet = track()
    region = np.zeros((9, 40), dtype=np.uint8)
    region[:, 20:] = 1
    magnet.set_regions(region)
    magnet.set_parameter("frozenspins", 1, region=1)
    before = magnet.m.copy()
    advance.fixed_steps(magnet, 50)
    np.testing.assert_allclose(magnet.m[:, :, 20:], before[:, :, 20:], atol=2e-6)
    assert np.abs(magnet.m - before).max() > 1e-2


def test_nan_is_reported_with_time_and_cell_and_spares_the_company(track):
    good, bad = [track(seed=s) for s in range(9)], track(seed=9)
    field = np.zeros((3, 9, 40))
    field[0, 4, 17] = np.inf
    bad.add_field(field)
    failures = fixed.heun([*good[:4], bad, *good[4:]], 30)
    assert [f is None for f in failures] == [True] * 4 + [False] + [True] * 5
    assert "NaN" in str(failures[4])
    assert "cell (17, 4)" in str(failures[4])
    assert "t = 0 s" in str(failures[4])
    assert all(magnet.n_steps == 30 for magnet in good)
    alone = track(seed=2)
    advance.fixed_steps(alone, 30)
    assert alone.m.tobytes() == good[2].m.tobytes()
    with pytest.raises(RunTimeFailure, match="NaN"):
        advance.fixed_steps(bad, 1)


def test_steps_without_a_length_are_refused(track):
    magnet = track()
    magnet.settings.fix_dt = 0
    with pytest.raises(ValueError, match="FixDt above 0"):
        advance.fixed_steps(magnet, 1)
