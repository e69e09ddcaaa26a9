import numpy as np
import pytest

from devicegen.engine.failure import RunTimeFailure
from devicegen.engine.stepping import advance
from devicegen.engine.stepping.tableaus import TABLEAUS

GAMMA = 1.7595e11
SOLVERS = {1: "Euler", 2: "Heun", 3: "Bogacki-Shampine", 4: "Runge-Kutta", 5: "Dormand-Prince", 6: "Fehlberg"}


def _macrospin(make, alpha=0.1, field=0.5):
    magnet = make(1, 1, (5e-9, 5e-9, 5e-9), m=(1, 0, 0), Msat=1e6, alpha=alpha, B_ext=(0, 0, field))
    magnet.settings.enable_demag = False
    return magnet


def _exact(t, alpha=0.1, field=0.5):
    """Damped precession of a macrospin that starts along x in a field along z."""
    rate = GAMMA * field / (1 + alpha**2)
    mz = np.tanh(alpha * rate * t)
    return np.array([np.cos(rate * t) / np.cosh(alpha * rate * t), np.sin(rate * t) / np.cosh(alpha * rate * t), mz])


@pytest.mark.parametrize("solver", SOLVERS, ids=SOLVERS.values())
def test_weights_meet_the_order_conditions(solver):
    """The conditions up to third order (Hairer, Nørsett and Wanner 1993, section II.2)."""
    tableau = TABLEAUS[solver]
    a, b, c = tableau.rows.astype(float), tableau.result.astype(float), tableau.nodes
    order = {1: 1, 2: 2}.get(solver, 3)
    np.testing.assert_allclose(a.sum(axis=1), c, atol=1e-6)
    conditions = [(b.sum(), 1), (b @ c, 1 / 2), (b @ c**2, 1 / 3), (b @ a @ c, 1 / 6)]
    for value, expected in conditions[: {1: 1, 2: 2, 3: 4}[order]]:
        assert value == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("solver", "dt", "tolerance"),
    [(1, 1e-15, 5e-3), (2, 5e-14, 1e-4), (3, 1e-13, 1e-5), (4, 2e-13, 1e-5), (5, 5e-13, 1e-5), (6, 5e-13, 1e-5)],
    ids=SOLVERS.values(),
)
def test_fixed_steps_follow_damped_precession(make, solver, dt, tolerance):
    magnet = _macrospin(make)
    magnet.settings.solver, magnet.settings.fix_dt = solver, dt
    advance.fixed_steps(magnet, round(2e-11 / dt))
    np.testing.assert_allclose(magnet.m[:, 0, 0], _exact(magnet.t), atol=tolerance)


@pytest.mark.parametrize("solver", SOLVERS, ids=SOLVERS.values())
def test_adaptive_steps_follow_damped_precession_and_stop_at_the_end(make, solver):
    magnet = _macrospin(make)
    magnet.settings.solver = solver
    magnet.settings.max_err = 1e-3 if solver == 1 else 1e-5
    advance.adaptive_until(magnet, 2e-11, 2e-11)
    assert magnet.t == pytest.approx(2e-11, rel=1e-12)
    np.testing.assert_allclose(magnet.m[:, 0, 0], _exact(2e-11), atol=2e-3)
    assert magnet.peak_err >= magnet.last_err > 0


def test_step_limits_are_kept(make):
    magnet = _macrospin(make)
    magnet.settings.max_dt = 1e-14
    advance.adaptive_until(magnet, 1e-12, 1e-12)
    assert magnet.n_steps >= 100
    magnet = _macrospin(make)
    magnet.settings.min_dt, magnet.settings.max_err = 1e-13, 1e-12
    advance.adaptive_until(magnet, 1e-12, 1e-12)
    assert magnet.n_steps <= 13


def test_live_field_is_followed_within_the_step(make):
    """A field that turns with the Larmor frequency keeps a spin still in the turning frame."""
    constant, live = _macrospin(make, alpha=0.0), _macrospin(make, alpha=0.0)
    live.set_live("B_ext", lambda t: (0.0, 0.0, 0.5 * (1 + t / 1e-11)))
    for magnet in (constant, live):
        magnet.settings.fix_dt = 2e-13
        advance.fixed_steps(magnet, 50)
    phase = GAMMA * 0.5 * (1e-11 + 0.5e-11)
    np.testing.assert_allclose(live.m[:, 0, 0], [np.cos(phase), np.sin(phase), 0], atol=2e-5)
    assert np.abs(live.m - constant.m).max() > 0.1


def test_thermal_step_that_is_rejected_keeps_its_random_numbers(make):
    magnet = make(4, 4, m=(0, 0, 1), Msat=1e6, alpha=0.1, Temp=300)
    magnet.settings.dt = 1e-13
    first = magnet.quantity("B_therm")
    magnet.settings.dt = 0.25e-13
    np.testing.assert_allclose(magnet.quantity("B_therm"), 2 * first, rtol=1e-6)


def test_solvers_see_the_noise_they_report(make):
    magnet = make(4, 4, m=(0, 0, 1), Msat=1e6, alpha=0.1, Temp=300)
    magnet.settings.enable_demag = False
    magnet.settings.solver, magnet.settings.fix_dt = 4, 1e-16
    torque = magnet.quantity("torque")
    before = magnet.m.astype(float)
    advance.fixed_steps(magnet, 1)
    moved = (magnet.m - before) / (1e-16 * GAMMA)
    np.testing.assert_allclose(moved[:2], torque[:2], atol=0.02 * np.abs(torque).max())


def test_a_step_without_hope_is_reported(make):
    magnet = make(8, 8, Msat=1e6, Aex=1e-11, alpha=0.1)
    magnet.settings.max_err = 1e-30
    with pytest.raises(RunTimeFailure, match=r"time step fell to .* cell \(\d+, \d+\)"):
        advance.adaptive_until(magnet, 1e-12, 1e-12)
    magnet = make(8, 8, Msat=1e6, Aex=1e-11, alpha=0.1, B_ext=(np.nan, 0, 0))
    with pytest.raises(RunTimeFailure, match="NaN"):
        advance.adaptive_until(magnet, 1e-12, 1e-12)


def test_unknown_solver_is_refused(make):
    magnet = _macrospin(make)
    magnet.settings.solver = 7
    with pytest.raises(ValueError, match="1 to 6"):
        advance.adaptive_until(magnet, 1e-12, 1e-12)


def test_independent_spins_reach_the_boltzmann_average(make):
    """Source: MuMax3's temperature test; 10 nm cells, Ms 1e6, Ku 2500, alpha 0.1, 100 K, 5 ns from +z: 0.8366."""
    magnet = make(
        256, 256, (10e-9, 10e-9, 10e-9), m=(0, 0, 1), Msat=1e6, alpha=0.1, AnisU=(0, 0, 1), Ku1=2500, Temp=100
    )
    magnet.settings.enable_demag = False
    magnet.settings.solver, magnet.settings.fix_dt = 2, 2e-12
    advance.fixed_steps(magnet, 2500)
    np.testing.assert_allclose(magnet.average("m"), [0, 0, 0.8366], atol=1e-3)
