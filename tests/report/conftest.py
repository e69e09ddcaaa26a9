import csv
from pathlib import Path

import numpy as np
import pytest

from devicegen.table import DeviceTable, JumpTable, StateDistribution
from devicegen.table_file import write_table
from netsim.results import FIXED_COLUMNS


def linear_jump(sign: float) -> JumpTable:
    conductance = np.linspace(2e-6, 10e-6, 21)  # no change of the grid leads out of the range
    delta = np.linspace(-1e-6, 1e-6, 81)
    cdf = 1 / (1 + np.exp(-(delta[None, :] - sign * 0.2e-6) / 0.05e-6)) * np.ones((21, 1))
    cdf[:, -1] = 1.0
    return JumpTable(conductance, delta, cdf, np.full(21, 12))


@pytest.fixture
def table_path(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    mz = np.clip(rng.normal([[-0.8], [0.0], [0.6]], 0.3, (3, 50)), -1, 1)
    outcome = np.zeros((3, 50), np.uint8)
    outcome[2, :5] = 1
    states = StateDistribution(
        control=np.array([8e5, 7.5e5, 7e5]),
        control_name="anisotropy Ku",
        control_units="J/m^3",
        target=np.array([-0.833, 0.0, 1.0]),
        mz=mz,
        position=(mz + 1) * 300e-9,
        outcome=outcome,
    )
    table = DeviceTable(
        device="made_up<b>",
        kind="measured",
        synthetic=True,
        g_min_S=1e-6,
        g_max_S=11e-6,
        provenance={
            "engines": ["embedded engine"],
            "inputs": [{"name": "pulses.csv", "sha256": "0123456789abcdef"}],
        },
        jump_set=linear_jump(+1),
        jump_reset=linear_jump(-1),
        states=states,
        energy_J={"write_J": 2.7e-15, "write_piezo_J": 5e-16, "erase_slowly_J": 1.5e-12},
        energy_source="test",
    )
    path = tmp_path / "tables" / "made_up.h5"
    write_table(path, table)
    return path


@pytest.fixture
def runs_path(tmp_path: Path) -> Path:
    path = tmp_path / "net.csv"
    with open(path, "w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*FIXED_COLUMNS[:4], "alpha", *FIXED_COLUMNS[4:]])
        for baseline, device, alpha, level in ((True, "", "", 0.97), (False, "wall", "0.15", 0.95)):
            for seed in (0, 1):
                for epoch in (1, 2, 3):
                    test = level - 0.1 / epoch + 0.002 * seed
                    writer.writerow(
                        ["net", "quantized", device, int(baseline), alpha, seed, epoch - 1]
                        + [test + 0.01, test, 100 * epoch, 1.5]
                    )
    return path
