"""The racetrack at finite temperature against statistical mechanics, with the steps that are shipped."""

import math

import numpy as np
import pytest
import scipy.fft
import scipy.stats
from racetrack_checks import K_EFF, WALL_WIDTH, set_wall, wall_position

from devicegen.engine.stepping import advance, fixed
from devicegen.racetrack.heun import GAMMA, heat, wave_frequency

KB = 1.380650424e-23
REFRESH = 16
WALL, TRAIN = {"Msat": 1.03e6, "alpha": 0.012}, {"Msat": 1e6, "alpha": 0.1}
SHIPPED = {
    "2 nm, 20 fs": (2e-9, 2e-9, 20e-15, 100, 30, WALL),
    "2 nm, 25 fs": (2e-9, 2e-9, 25e-15, 100, 30, WALL),
    "4 nm x 2 nm, 30 fs": (4e-9, 2e-9, 30e-15, 50, 30, WALL),
    "4 nm x 2 nm, 40 fs": (4e-9, 2e-9, 40e-15, 50, 30, WALL),
    "4 nm, 100 fs": (4e-9, 4e-9, 100e-15, 100, 15, TRAIN),
}
"""Cells along x and y, step, grid and material of the presets and of the ensembles that ship."""
WAYS = [("exact", 1), ("refreshed", REFRESH)]


@pytest.mark.parametrize("setting", SHIPPED)
@pytest.mark.parametrize(("way", "refresh"), WAYS, ids=[way for way, _ in WAYS])
def test_equipartition(make, record, setting, way, refresh):
    """Mean energy above the ground state over kT a cell (two degrees of freedom), at 20 K, where it is harmonic.

    A step of Heun's method heats the fastest waves; by how much is known, and is 5 % on average at the presets' steps.
    """
    cx, cy, dt, nx, ny, material = SHIPPED[setting]
    ground = make(nx, ny, cell=(cx, cy), m=(0, 0, 1), **material)
    advance.minimize(ground)
    lowest = ground.energy("E_total")
    energies = []
    for seed in range(3):
        magnet = make(nx, ny, cell=(cx, cy), Temp=20, **material)
        magnet.set_m(ground.m)
        magnet.settings.solver, magnet.settings.fix_dt, magnet.settings.demag_refresh = 2, dt, refresh
        magnet.thermal_seed(seed)
        advance.fixed_steps(magnet, round(0.6e-9 / dt))
        for _ in range(100):
            advance.fixed_steps(magnet, round(4e-12 / dt))
            energy = magnet.energy("E_total") - magnet.energy("E_therm")
            energies.append((energy - lowest) / (nx * ny * KB * 20))
    anisotropy = 7.5e5 - 0.5 * 4e-7 * math.pi * material["Msat"] ** 2
    waves = wave_frequency((cx, cy), material["Msat"], 2e-11, anisotropy)
    expected = heat(waves, dt, material["alpha"]).mean()
    name = f"energy a degree of freedom over kT, {setting}, {way}"
    record(name, np.mean(energies), expected, 0.03, source="equipartition, heated by Heun's step")


BANDS = {"100 to 350 GHz": (100e9, 350e9, 0.03), "350 to 800 GHz": (350e9, 800e9, 0.03), "above": (800e9, 1e13, 0.05)}


def test_heun_heats_the_fast_waves_alone(make, record):
    """Energy of each wave over kT, at the step of the shipped ensemble: those that move a wall carry what they should.

    Without demagnetizing field and DMI, where cosines are the waves exactly. Waves below 100 GHz take longer to settle
    than a test has; nothing of the method sets them apart from the next.
    """
    nx, ny, cell, dt, stiffness = 50, 30, (4e-9, 2e-9), 40e-15, 0.833e5
    waves = np.pi * np.arange(nx) / nx, np.pi * np.arange(ny) / ny
    along_x, along_y = ((2 - 2 * np.cos(phase)) / edge**2 for phase, edge in zip(waves, cell, strict=True))
    energy_density = stiffness + 2e-11 * (along_x[None, :] + along_y[:, None])
    frequency = 2 * GAMMA / WALL["Msat"] * energy_density
    power = np.zeros((ny, nx))
    samples = 0
    for seed in range(2):
        magnet = make(nx, ny, cell=cell, m=(0, 0, 1), demag=False, Temp=10, Dind=0, Ku1=stiffness, **WALL)
        magnet.settings.solver, magnet.settings.fix_dt = 2, dt
        magnet.thermal_seed(seed)
        advance.fixed_steps(magnet, round(0.5e-9 / dt))
        for _ in range(150):
            advance.fixed_steps(magnet, round(10e-12 / dt))
            power += sum(scipy.fft.dctn(magnet.m[axis], norm="ortho") ** 2 for axis in (0, 1))
            samples += 1
    carried = power / samples * energy_density * cell[0] * cell[1] * 1e-9 / (KB * 10)
    for band, (low, high, tolerance) in BANDS.items():
        inside = (frequency >= 2 * np.pi * low) & (frequency < 2 * np.pi * high)
        expected = heat(frequency[inside], dt, WALL["alpha"]).mean()
        name = f"energy of waves over kT, 4 nm x 2 nm, 40 fs, {band}"
        record(name, carried[inside].mean(), expected, tolerance, source="equipartition, heated by Heun's step")


def test_independent_spins(make, record):
    magnet = make(256, 256, cell=10e-9, thickness=10e-9, demag=False, m=(0, 0, 1), Aex=0, Dind=0, Ku1=2500, alpha=0.1)
    magnet.set_parameter("Temp", 100)
    magnet.settings.solver, magnet.settings.fix_dt = 4, 2e-12
    advance.fixed_steps(magnet, 2500)
    record("independent spins, mz", magnet.average("m")[2], 0.8366, 1e-3, source="MuMax3's temperature test")


def test_wall_diffusion(make, record):
    """The mean square displacement grows by 2 D a unit of time, D = kB T gamma Delta / (2 alpha Ms w t).

    The angle recovers within 0.13 ns at damping 0.5; what that adds to the displacement is the same for all times
    beyond, so D is the slope between 0.5 and 2 ns.
    """
    magnets = []
    for seed in range(160):
        magnet = make(80, 5, cell=4e-9, demag=False, Ku1=K_EFF, alpha=0.5, Temp=30)
        set_wall(magnet, 160e-9)
        magnet.settings.solver, magnet.settings.fix_dt = 2, 100e-15
        magnet.thermal_seed(seed)
        magnets.append(magnet)
    positions = []
    for _ in range(15):
        for magnet in magnets:
            advance.fixed_steps(magnet, 5000)
        positions.append([wall_position(magnet) for magnet in magnets])
    q = np.array(positions)
    short, long = (((q[lag:] - q[:-lag]) ** 2).mean(axis=0) for lag in (1, 4))
    diffusion = (long - short) / (2 * 1.5e-9)
    expected = KB * 30 * 1.7595e11 * WALL_WIDTH / (2 * 0.5 * 1e6 * 20e-9 * 1e-9)
    tolerance = 4 * diffusion.std() / math.sqrt(len(diffusion)) + 0.02 * expected
    source = "kB T gamma Delta / (2 alpha Ms w t)"
    record("wall diffusion", diffusion.mean(), expected, tolerance, "m2/s", source)


def _events(make, refresh, n, first_seed):
    """Wall positions after one pulse, in rough tracks of 300 x 32 nm that all differ."""
    positions = []
    for seed in range(first_seed, first_seed + n):
        random = np.random.Generator(np.random.PCG64(seed))
        magnet = make(75, 8, cell=4e-9, Temp=300, J=(0, 0, 35e10), Pol=0.1, FixedLayer=(0, -1, 0))
        fill = np.ones((8, 75))
        fill[0, random.random(75) < 0.3] = 0
        fill[-1, random.random(75) < 0.3] = 0
        magnet.set_geometry(fill)
        set_wall(magnet, 60e-9)
        settings = magnet.settings
        settings.solver, settings.fix_dt, settings.demag_refresh = 2, 100e-15, refresh
        settings.disable_zhang_li = True
        magnet.thermal_seed(seed)
        advance.fixed_steps(magnet, 2500)
        magnet.set_parameter("J", (0, 0, 0))
        assert fixed.heun([magnet], 10000) == [None]
        positions.append(wall_position(magnet))
    return np.array(positions)


def test_refreshed_far_field_gives_the_same_wall_positions(make, record):
    """Two-sample Kolmogorov-Smirnov test of 128 exact against 128 refreshed events, with independent noise."""
    exact, refreshed = _events(make, 1, 128, 0), _events(make, REFRESH, 128, 1000)
    assert exact.std() > 10e-9
    p = scipy.stats.ks_2samp(exact, refreshed).pvalue
    record("wall positions, exact against refreshed: p of KS", p, 1, 1 - 1e-3, source="two-sample Kolmogorov-Smirnov")
    error = math.hypot(exact.std(), refreshed.std()) / math.sqrt(128)
    record("wall positions, exact less refreshed mean", exact.mean() - refreshed.mean(), 0, 3.5 * error, "m")
