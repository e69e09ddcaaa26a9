import numpy as np
import pytest
from engine_twin import torque as twin_torque

from devicegen.engine.fields.demag_kernel import demag_kernel
from devicegen.engine.stepping.rungekutta import Stepper

SHARED = {
    "Msat": 8e5,
    "Aex": 1.3e-11,
    "alpha": 0.1,
    "AnisU": (1, 2, 3),
    "Ku1": 3e5,
    "B_ext": (0.1, -0.05, 0.2),
}
CASES = {
    "exchange and demag": {},
    "DMI": {"Dind": 2e-3},
    "no precession": {"Dind": 2e-3, "precess": False},
    "open edges": {"Dind": 2e-3, "open_bc": True},
    "periodic": {"Dind": 2e-3, "pbc": (2, 1)},
    "higher anisotropy": {
        "Ku2": 1e5,
        "Kc1": 2e5,
        "Kc2": 1e5,
        "Kc3": 3e5,
        "AnisC1": (1, 1, 0),
        "AnisC2": (0, 0, 2),
    },
    "Slonczewski": {
        "J": (0, 0, -4e11),
        "Pol": 0.4,
        "Lambda": 1.7,
        "EpsilonPrime": 0.02,
        "FixedLayer": (1, 2, 0.5),
    },
    "Zhang-Li": {"J": (2e12, -1e12, 0), "Pol": 0.6, "xi": 0.2},
    "Zhang-Li, periodic": {"J": (2e12, -1e12, 0), "Pol": 0.6, "xi": 0.2, "pbc": (1, 1)},
    "torques without precession": {"J": (1e12, 1e12, 1e11), "FixedLayer": (0, 1, 0), "precess": False},
    "regions": {
        "regions": {"Msat": 5e5, "Aex": 3e-11, "Dind": 1e-3, "Ku1": -1e5, "AnisU": (0, 0, 1), "alpha": 0.5},
        "J": (0, 1e12, 1e11),
        "FixedLayer": (0, 1, 0),
        "Dind": 2e-3,
    },
    "frozen region": {"regions": {"frozenspins": 1}},
    "region without demag": {"regions": {"NoDemagSpins": 1}},
}


def _magnet(make, nx, ny, case):
    settings = {name: case[name] for name in ("precess", "open_bc") if name in case}
    parameters = {k: v for k, v in case.items() if k not in (*settings, "pbc", "regions")}
    magnet = make(nx, ny, (3e-9, 2e-9, 1.5e-9), pbc=case.get("pbc", (0, 0)), **(SHARED | parameters))
    for name, value in settings.items():
        setattr(magnet.settings, name, value)
    random = np.random.Generator(np.random.PCG64(nx))
    magnet.set_geometry((random.random((ny, nx)) < 0.8) * random.choice([1.0, 0.5], (ny, nx)))
    magnet.set_regions(random.integers(0, 2, (ny, nx)))
    for name, value in case.get("regions", {}).items():
        magnet.set_parameter(name, value, region=1)
    magnet.set_m(random.standard_normal((3, ny, nx)))
    return magnet


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize(("nx", "ny"), [(7, 5), (18, 2)])
def test_kernel_and_quantity_agree_with_plain_loops(make, case, nx, ny):
    magnet = _magnet(make, nx, ny, case)
    kernel = demag_kernel((nx, ny), (3e-9, 2e-9, 1.5e-9), case.get("pbc", (0, 0)), 6.0, None)
    expected = twin_torque(magnet, kernel)
    size = np.abs(expected).max()
    assert size > 0
    # Relax compares energies that are summed in another way than those that scripts ask for.
    assert Stepper(magnet, noisy=False).energy() == pytest.approx(magnet.energy("E_total"), rel=2e-5)
    np.testing.assert_allclose(magnet.quantity("torque"), expected, atol=3e-6 * size)
    stepper = Stepper(magnet)
    (compiled,) = stepper.layout.unpack(stepper.torque_at(stepper.m), 1)
    np.testing.assert_allclose(compiled, expected, atol=3e-6 * size)


def test_exchange_of_a_uniform_m_is_exactly_zero(make):
    magnet = make(18, 6, Msat=8e5, Aex=1.3e-11, alpha=0.1)
    fill = np.ones((6, 18))
    fill[2, 5] = fill[:, -1] = 0
    magnet.set_geometry(fill)
    magnet.set_m(np.broadcast_to(np.reshape([1, 2, 3], (3, 1, 1)), (3, 6, 18)))
    assert not magnet.quantity("B_exch").any()
    magnet.settings.enable_demag = False
    stepper = Stepper(magnet)
    (torque,) = stepper.layout.unpack(stepper.torque_at(stepper.m), 1)
    inside = (slice(None), [1, 4], slice(1, 16))
    assert not torque[inside].any()
    strength = 2 * 1.3e-11 / 8e5 / 4e-18
    assert np.abs(torque).max() < 1e-6 * strength


def test_no_exchange_field_in_empty_cells(make):
    magnet = _magnet(make, 7, 5, {"Dind": 2e-3})
    empty = magnet.fill == 0
    field = magnet.quantity("B_exch")
    assert empty.any()
    assert not field[:, empty].any()
    assert np.abs(field[:, ~empty]).max() > 1


def test_damping_like_field_of_the_racetrack(make):
    """Source: hbar theta J / (2 e Ms t) = 11.5 mT for theta 0.1, Ms 1e6, t 1 nm, J 35e10 (reference values)."""
    magnet = make(1, 1, m=(0, 0, 1), Msat=1e6, J=(0, 0, 35e10), Pol=0.1, FixedLayer=(0, 1, 0))
    magnet.settings.disable_zhang_li = True
    torque = magnet.quantity("STTorque")[:, 0, 0]
    # m × (p × m) = p for m along z and p along y.
    np.testing.assert_allclose(torque, [0, 11.5e-3, 0], atol=0.05e-3)


def test_energies_are_the_fields_work(make):
    magnet = _magnet(make, 7, 5, CASES["regions"])
    volume = 3e-9 * 2e-9 * 1.5e-9
    weight = magnet.quantity("Msat")[0] * magnet.fill
    for energy, field, factor in (
        ("E_exch", "B_exch", 0.5),
        ("E_demag", "B_demag", 0.5),
        ("E_anis", "B_anis", 0.5),
        ("E_Zeeman", "B_ext", 1.0),
    ):
        work = -factor * volume * (weight * magnet.m * magnet.quantity(field)).sum(dtype=np.float64)
        assert magnet.energy(energy) == pytest.approx(work, rel=1e-5)
    parts = sum(magnet.energy(name) for name in ("E_exch", "E_demag", "E_anis", "E_Zeeman"))
    assert magnet.energy("E_total") == pytest.approx(parts, rel=1e-9)
    assert magnet.quantity("Edens_total").sum() * volume == pytest.approx(parts, rel=1e-5)


@pytest.mark.parametrize(("ku1", "ku2", "expected"), [(0, 1e6, -836344.9375), (1e6, 0, -914519)])
def test_uniaxial_energy_density_at_17_degrees(make, ku1, ku2, expected):
    """Source: Vansteenkiste et al., AIP Advances 4, 107133 (2014)."""
    theta = np.deg2rad(17)
    m = (np.cos(theta), np.sin(theta), 0)
    magnet = make(1, 1, (1e-9, 1e-9, 1e-9), m=m, Msat=1e6, AnisU=(1, 0, 0), Ku1=ku1, Ku2=ku2)
    assert magnet.energy("E_anis") / 1e-27 == pytest.approx(expected, abs=1)


def test_added_fields_and_time_dependence(make):
    magnet = make(4, 3, m=(1, 0, 0), Msat=1e6)
    mask = np.zeros((3, 3, 4))
    mask[2, 1, 2] = 1.0
    magnet.add_field(mask, lambda t: 0.1 * t)
    magnet.set_live("B_ext", lambda t: (t, 0.0, 0.0), region=None)
    magnet.t = 2.0
    field = magnet.quantity("B_ext")
    np.testing.assert_allclose(field[0], 2.0)
    assert field[2, 1, 2] == pytest.approx(0.2)
    assert np.count_nonzero(field[2]) == 1
    magnet.set_parameter("B_ext", (0, 0, 0))
    magnet.remove_added_fields("B_ext")
    assert not magnet.quantity("B_ext").any()
    assert not magnet.is_live
