"""The racetrack in motion at zero temperature against theory."""

import math

import numpy as np
import pytest
import scipy.integrate
from racetrack_checks import K_EFF, WALL_WIDTH, set_wall

from devicegen.engine.stepping import advance

GAMMA = 1.7595e11
B_DL = 11.5e-3
"""Damping-like field of 35e10 A/m² at a spin-Hall angle of 0.1 [T]."""

SOT = {"J": (0, 0, 35e10), "Pol": 0.1, "FixedLayer": (0, -1, 0)}


def test_ferromagnetic_resonance(make, record):
    """Coarse cells under strong exchange let the whole strip turn as one."""
    magnet = make(30, 3, cell=20e-9, m=(0.02, 0, 1), Aex=1e-9, Dind=0, alpha=1e-4)
    magnet.settings.solver, magnet.settings.fix_dt = 4, 1e-13
    samples = []
    for _ in range(4000):
        advance.fixed_steps(magnet, 10)
        samples.append(magnet.average("m")[0])
    spectrum = np.abs(np.fft.rfft(np.array(samples) * np.hanning(4000), 2**17))
    frequency = np.fft.rfftfreq(2**17, 1e-12)[np.argmax(spectrum)]
    field = [2 * 7.5e5 / 1e6 - 4e-7 * math.pi * 1e6 * (0.96805 - n) for n in (0.00278, 0.02916)]
    expected = GAMMA / (2 * math.pi) * math.sqrt(field[0] * field[1])
    assert expected == pytest.approx(8.49e9, rel=1e-3)
    record("ferromagnetic resonance", frequency, expected, 0.01 * expected, "Hz", "Kittel 1948")


def _wall_run(make, duration_s, pulse_s, current=1.0, cells=700):
    """Times, positions [m] and angles of a wall in an endless film without demag: a pulse of current, then none."""
    magnet = make(cells, 1, pbc=(0, 1), demag=False, Ku1=K_EFF, **SOT)
    magnet.set_parameter("J", (0, 0, 35e10 * current))
    magnet.settings.disable_zhang_li = True
    set_wall(magnet, 300e-9)
    magnet.settings.solver, magnet.settings.fix_dt = 2, 25e-15
    x = (np.arange(cells) + 0.5) * 2e-9
    rows = [(0.0, 300e-9, math.pi)]
    while magnet.t < duration_s - 1e-15:
        advance.fixed_steps(magnet, 800)
        if magnet.t > pulse_s - 1e-15:
            magnet.set_parameter("J", (0, 0, 0))
        mx, my, mz = magnet.m[:, 0].astype(float)
        weight = np.where(np.abs(mz) < 0.9, 1 - mz**2, 0)
        middle = (weight * x).sum() / weight.sum()
        rows.append((magnet.t, middle, math.atan2((weight * my).sum(), (weight * mx).sum())))
    return np.array(rows).T


def _collective_run(duration_s, pulse_s):
    """Times and positions [m] of the same wall by its collective coordinates (Thiaville et al. 2012), psi from rest.

    d psi/dt + alpha dq/dt / Delta = gamma (pi/2) B_DL cos psi
    dq/dt / Delta - alpha d psi/dt = gamma (pi/2) B_D sin psi
    """
    b_d = 0.6e-3 / (1e6 * WALL_WIDTH)

    def rates(t, state):
        drive = GAMMA * math.pi / 2 * (B_DL if t < pulse_s else 0.0) * math.cos(state[1])
        back = GAMMA * math.pi / 2 * b_d * math.sin(state[1])
        turning = (drive - 0.03 * back) / (1 + 0.03**2)
        return [WALL_WIDTH * (back + 0.03 * turning), turning]

    times = np.linspace(0, duration_s, 2001)
    run = scipy.integrate.solve_ivp(rates, (0, duration_s), [0, 0], t_eval=times, max_step=pulse_s / 100, rtol=1e-8)
    return run.t, run.y[0]


@pytest.mark.parametrize("current", [1.0, 2.5])
def test_wall_velocity_under_constant_current(make, record, current):
    t, q, _ = _wall_run(make, 12e-9, 12e-9, current, cells=1250)
    velocity = abs(q[-1] - q[-101]) / (t[-1] - t[-101])
    b_d = 0.6e-3 / (1e6 * WALL_WIDTH)
    limit = math.pi / 2 * GAMMA * 0.6e-3 / 1e6
    assert limit == pytest.approx(166, abs=0.5)
    expected = limit / math.sqrt(1 + (0.03 * b_d / (current * B_DL)) ** 2)
    source = "(pi/2) gamma D/Ms / sqrt(1 + (alpha B_D / B_DL)^2), limit 166 m/s"
    record(f"wall velocity at {35 * current:g}e10 A/m2", velocity, expected, 0.03 * expected, "m/s", source)


def test_travel_after_a_pulse(make, record):
    """Most of the travel is coasting: the whole of it follows from the wall's angle during the pulse."""
    t, q, angle = _wall_run(make, 16e-9, 1e-9)
    during = t <= 1e-9 + 1e-15
    impulse = np.trapezoid(np.abs(np.cos(angle[during])) * B_DL, t[during])
    expected = math.pi * GAMMA * WALL_WIDTH / (2 * 0.03) * impulse
    travel = abs(q[-1] - 300e-9)
    record("travel after a 1 ns pulse", travel, expected, 0.03 * expected, "m", "(pi gamma Delta / 2 alpha) int B_DL")
    times, path = _collective_run(16e-9, 1e-9)
    source = "collective coordinates, integrated"
    record("travel against collective coordinates", travel, path[-1], 0.03 * path[-1], "m", source)
    coasting = abs(q[-1] - q[during][-1]) / travel
    expected = 1 - np.interp(1e-9, times, path) / path[-1]
    record("share of coasting in the travel", coasting, expected, 0.03, source=source)


def test_energy_is_conserved_without_damping(make, record):
    magnet = make(32, 16, alpha=0.0)
    random = np.random.Generator(np.random.PCG64(1))
    x, y = np.meshgrid(np.arange(32), np.arange(16))
    waves = sum(
        random.standard_normal((3, 1, 1)) * np.cos(0.3 * (a * x + b * y) + random.uniform(0, 6))
        for a in range(3)
        for b in range(3)
    )
    magnet.set_m(waves)
    before = magnet.energy("E_total")
    span = abs(before - make(32, 16, m=(0, 0, 1)).energy("E_total"))
    advance.adaptive_until(magnet, 50e-12, 50e-12)
    drift = (magnet.energy("E_total") - before) / span
    record("energy drift in 50 ps without damping", drift, 0, 1e-3, source="share of the initial excess energy")


def test_mirror_image_moves_as_the_mirror_image(make, record):
    """A mirror across x flips my and mz, the fixed layer and the field along y and z; interfacial DMI stays."""
    random = np.random.Generator(np.random.PCG64(2))
    fill = np.ones((12, 40))
    fill[0, random.random(40) < 0.4] = 0
    whole = make(40, 12)
    set_wall(whole, 30e-9)
    m = whole.m + np.array([0.1, 0.2, 0.05]).reshape(3, 1, 1)
    ends = []
    for sign in (1, -1):
        flip = np.array([1, sign, sign])
        magnet = make(40, 12, J=(0, 0, 35e10), Pol=0.1, FixedLayer=(0, sign, 0), B_ext=flip * (0.01, 0.02, 0.03))
        magnet.settings.disable_zhang_li = True
        magnet.set_geometry(fill if sign == 1 else fill[:, ::-1])
        magnet.set_m(m if sign == 1 else m[:, :, ::-1] * flip.reshape(3, 1, 1))
        magnet.settings.solver, magnet.settings.fix_dt = 2, 25e-15
        advance.fixed_steps(magnet, 4000)
        ends.append(magnet.m if sign == 1 else magnet.m[:, :, ::-1] * flip.reshape(3, 1, 1))
    assert np.abs(ends[0][2] - ends[0][2][:, ::-1]).max() > 0.5
    record("difference of mirror images after 100 ps", np.abs(ends[0] - ends[1]).max(), 0, 1e-3)


SOLVERS = {1: ("Euler", 1), 2: ("Heun", 2), 3: ("Bogacki-Shampine", 3), 4: ("Runge-Kutta", 4)}
SOLVERS |= {5: ("Dormand-Prince", 5), 6: ("Fehlberg", 6)}
STEPS = {
    1: (5e-14, 2.5e-14, 1.25e-14),
    2: (4e-13, 2e-13, 1e-13),
    3: (4e-12, 2e-12, 1e-12),
    4: (6e-12, 3e-12, 1.5e-12),
    5: (12e-12, 6e-12, 3e-12),
    6: (48e-12 / 7, 48e-12 / 8, 48e-12 / 9),  # a narrow window: at 4 ps rounding (3e-7) is all that is left
}
"""Between steps too long for the leading error term to rule and errors lost in single precision [s]."""


@pytest.mark.parametrize("solver", SOLVERS, ids=[name for name, _ in SOLVERS.values()])
def test_order_of_convergence(make, record, solver):
    """Error of damped precession of a macrospin at three steps."""
    name, order = SOLVERS[solver]
    errors, steps = [], STEPS[solver]
    rate = GAMMA * 0.5 / (1 + 0.1**2)
    for dt in steps:
        magnet = make(1, 1, cell=5e-9, demag=False, m=(1, 0, 0), Ku1=0, Dind=0, alpha=0.1, B_ext=(0, 0, 0.5))
        magnet.settings.solver, magnet.settings.fix_dt = solver, dt
        advance.fixed_steps(magnet, round(48e-12 / dt))
        turn, rise = rate * magnet.t, 0.1 * rate * magnet.t
        exact = np.array([np.cos(turn) / np.cosh(rise), np.sin(turn) / np.cosh(rise), np.tanh(rise)])
        errors.append(np.abs(magnet.m[:, 0, 0] - exact).max())
    slope = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    record(
        f"order of convergence, {name}", slope, order, 0.6 if order == 6 else 0.35, source="error of damped precession"
    )
