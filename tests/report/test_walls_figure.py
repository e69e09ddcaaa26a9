"""Pictures of states, drawn from the table alone."""

import struct
from dataclasses import replace

import numpy as np
import pytest

from devicegen.table import OUTCOMES, StateDistribution
from netsim.figures.states import draw_states
from netsim.figures.walls import draw_cumulative, success

WEIGHTS = np.array([[-0.9, -0.8, -0.55, -0.8], [-0.1, 0.0, 0.2, np.nan], [0.45, 0.7, 1.0, 1.0]])


@pytest.fixture
def states():
    position = 300e-9 * (WEIGHTS + 1)
    position[2, 2:] = np.nan
    outcome = np.zeros(WEIGHTS.shape, np.uint8)
    outcome[1, 3], outcome[2, 2:] = OUTCOMES.index("failed"), OUTCOMES.index("expelled")
    return StateDistribution(
        control=np.array([-0.12, 0.0, 0.12]),
        control_name="control voltage across the piezoelectric",
        control_units="V",
        target=np.array([-0.833, 0.0, 1.0]),
        mz=WEIGHTS,
        position=position,
        outcome=outcome,
    )


def test_success_counts_what_lies_within_the_margin(states):
    assert success(states, 0, 0.15) == pytest.approx(3 / 4)
    assert success(states, 1, 0.15) == pytest.approx(2 / 3)  # an event that failed is no write
    assert success(states, 1, 0.25) == 1.0
    assert success(states, 2, 0.15) == pytest.approx(2 / 4)


@pytest.mark.parametrize("positions", [True, False])
def test_states_are_drawn_with_and_without_positions(states, positions, tmp_path):
    if not positions:
        states = replace(states, position=np.full_like(states.position, np.nan))
    draw_states("dw", states, tmp_path / "states.png", *(([60e-9, 135e-9], 600e-9) if positions else ()))
    draw_cumulative("dw", states, tmp_path / "cumulative.png")
    widths = []
    for name in ("states.png", "cumulative.png"):
        width, height = struct.unpack(">II", (tmp_path / name).read_bytes()[16:24])
        assert height > 300
        widths.append(width)
    assert (widths[0] > 1400) == positions  # the column of positions is there only where they are known
