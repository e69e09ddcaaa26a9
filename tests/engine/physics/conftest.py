from pathlib import Path

import numpy as np
import pytest

from devicegen.engine.magnet import Magnet, Mesh

RACETRACK = {
    "Msat": 1e6,
    "Aex": 2e-11,
    "Dind": 0.6e-3,
    "Ku1": 7.5e5,
    "AnisU": (0, 0, 1),
    "alpha": 0.03,
    "Temp": 300,
    "J": (0, 0, 35e10),
    "Pol": 0.1,
    "FixedLayer": (0, 1, 0),
}


@pytest.fixture(scope="session")
def kernels(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("kernels")


@pytest.fixture
def make(kernels):
    """A magnet from its size, its cell edges and any parameters."""

    def build(nx, ny, cell=(2e-9, 2e-9, 1e-9), pbc=(0, 0), m=None, **parameters):
        magnet = Magnet(Mesh(nx, ny, 1, *cell, *pbc), kernels)
        for name, value in parameters.items():
            magnet.set_parameter(name, value)
        if m is not None:
            magnet.set_m(np.broadcast_to(np.reshape(m, (3, 1, 1)), (3, ny, nx)))
        return magnet

    return build


@pytest.fixture
def track(make):
    """A small rough racetrack with a wall, at 300 K and under current, for fixed Heun steps."""

    def build(seed=1, nx=40, ny=9, hold=1, **parameters):
        magnet = make(nx, ny, **(RACETRACK | parameters))
        random = np.random.Generator(np.random.PCG64(seed))
        fill = np.ones((ny, nx))
        fill[0, random.random(nx) < 0.4] = 0
        fill[-1, random.random(nx) < 0.4] = 0
        magnet.set_geometry(fill)
        m = np.zeros((3, ny, nx))
        m[2] = np.where(np.arange(nx) < nx // 3, 1, -1)
        m[0] = 0.1
        magnet.set_m(m)
        magnet.settings.solver = 2
        magnet.settings.fix_dt = 25e-15
        magnet.settings.demag_refresh = hold
        magnet.settings.disable_zhang_li = True
        magnet.thermal_seed(seed)
        return magnet

    return build
