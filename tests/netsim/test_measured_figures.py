"""Pictures of a measured device: each holds what it says."""

from dataclasses import replace

import numpy as np
import pytest
from device_tables import linear_device
from PIL import Image

from devicegen.evidence import SwitchingEnergy, Trains
from devicegen.table import Coverage
from devicegen.table_file import write_table
from netsim.figures import measured as figures
from netsim.figures.device import draw_device
from netsim.figures.measured import _inside, _median_band, _scaling, draw_energies


def trains() -> Trains:
    k = np.arange(20)
    g = 0.1 + 0.02 * k
    missed = np.where(k > 0, 0.01, np.nan)
    return Trains(k, np.full(20, 9), g, g - 0.05, g + 0.05, g, g - 0.1, g + 0.1, missed, missed / 3)


def energies(size_m: float = 150e-9, decades: float = 1.0) -> SwitchingEnergy:
    energy = 1e-9 * np.logspace(0, decades, 6)
    one = np.ones(6, np.int64)
    return SwitchingEnergy(
        1e-8 * np.arange(1, 7), energy, 0.9 * energy, 1.1 * energy, one, one * (np.arange(6) % 2), 0 * one,
        np.full(6, size_m),
    )  # fmt: skip


@pytest.fixture
def measured():
    plain = linear_device(steps=20, noise=0.01)
    jump = plain.jump_set
    banded = replace(jump, cdf_low=np.maximum(jump.cdf - 0.05, 0) * (jump.cdf < 1) + (jump.cdf == 1), cdf_high=jump.cdf)
    return replace(plain, jump_set=banded, trains=(trains(), trains()), switching_energy=energies())


def test_all_that_a_table_holds_is_drawn(measured, tmp_path):
    write_table(tmp_path / "t.h5", measured)
    made = draw_device(tmp_path / "t.h5", tmp_path / "pictures")
    assert [path.name for path in made] == ["jump_tables.png", "responses.png", "trains.png", "energies.png"]
    for path in made:
        with Image.open(path) as picture:
            assert len(picture.convert("RGB").getcolors(1 << 22)) > 50, path


def test_what_was_never_measured_looks_different(measured, tmp_path):
    pictures = []
    for coverage in (None, Coverage((0.0, 1.0), (0.0, 1.0)), Coverage((0.0, 0.5), (0.25, 1.0))):
        write_table(tmp_path / "t.h5", replace(measured, coverage=coverage))
        made = draw_device(tmp_path / "t.h5", tmp_path / "pictures")
        pictures.append({path.name: path.read_bytes() for path in made})
    nobody_knows, everywhere, half = pictures
    for name in ("jump_tables.png", "responses.png"):
        assert everywhere[name] == nobody_knows[name]
        assert half[name] != everywhere[name]
    assert half["trains.png"] == everywhere["trains.png"]


@pytest.mark.parametrize(
    ("part", "lit"), [((0.25, 0.5), [1, 2]), ((0.0, 1.0), [0, 1, 2, 3, 4]), (None, [0, 1, 2, 3, 4])]
)
def test_the_measured_part_of_a_line_is_the_part_that_was_covered(part, lit):
    assert np.flatnonzero(_inside(np.linspace(0, 1, 5), part)).tolist() == lit


@pytest.mark.parametrize("kind", ["measured", "simulated"])
def test_trains_are_called_what_they_are(measured, kind, tmp_path, monkeypatch):
    called = []
    monkeypatch.setattr(figures, "draw_trains", lambda *arguments: called.append(arguments[-1]))
    figures.draw_measured(replace(measured, kind=kind), tmp_path)
    assert called == [kind]


def test_band_of_the_median_encloses_it(measured):
    jump = measured.jump_set
    low, high = _median_band(jump)
    middle = jump.quantile([0.5])[:, 0]
    step = jump.delta[1] - jump.delta[0]
    assert np.all(low - step <= middle)
    assert np.all(middle <= high + step)
    assert (high - low).mean() > step
    assert _median_band(measured.jump_reset) is None


def test_energy_scales_with_the_area():
    """1 to 10 nJ at 150 nm, 4 nJ on average: a 36th of it at 25 nm."""
    mean = float(energies().energy.mean())
    assert (
        _scaling(energies()) == f"at 25 nm a pulse would take {mean / 36 * 1e12:.2g} pJ\n(36 times less than at 150 nm)"
    )


def test_energies_without_a_cell_size_are_drawn(tmp_path):
    for name, seen in (("unknown", energies(np.nan)), ("wide", energies(decades=4.0))):
        draw_energies("device", seen, tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000
