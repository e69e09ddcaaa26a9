"""Finished mean changes as an artificial device."""

import numpy as np
import pytest

from devicegen.artificial.mean_changes import NO_SPREAD, mean_changes_table
from devicegen.errors import PulseFileError

G = np.linspace(2e-6, 22e-6, 15)
UP, DOWN = 0.05 * (23e-6 - G), 0.02 * (G - 1e-6)


def made(up=UP, down=-DOWN, g=G):
    return mean_changes_table("d", g, up, down, source="a test", licence="none", synthetic=False)


@pytest.mark.parametrize("down", [DOWN, -DOWN])
def test_the_means_come_back_with_signs_or_sizes(down):
    table = made(down=down)
    inner = slice(1, -1)  # at the ends, what would lead out of the range is held
    for jump, expected in ((table.jump_set, UP), (table.jump_reset, -DOWN)):
        found = np.interp(G, jump.conductance, jump.mean())
        assert found[inner] == pytest.approx(expected[inner], rel=5e-3)
        assert jump.count.sum() == 0
    assert (table.kind, table.synthetic, table.coverage) == ("artificial", False, None)
    assert table.provenance["config"]["spread"] == NO_SPREAD


def test_pulses_do_not_spread():
    low, high = made().jump_set.quantile([0.1, 0.9])[20:-40].T
    assert np.all(high - low <= 2 * np.diff(made().jump_set.delta).max())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"up": np.where(np.arange(15) == 3, -1e-8, UP)}, "mean SET change at 6.286e-06 S is -1e-08 S, expected rises"),
        ({"down": np.where(np.arange(15) == 3, 1e-8, -DOWN)}, "mean RESET changes have both signs"),
        ({"g": G[::-1]}, "rising conductances"),
    ],
)
def test_what_is_no_response_is_refused(change, message):
    with pytest.raises(PulseFileError, match=message):
        made(**change)
