"""What the command line says of a device's origin and of small amounts."""

import numpy as np
import pytest

from devicegen.show import engineering, show_table
from devicegen.table_file import read_table


@pytest.mark.parametrize(
    ("value", "said"),
    [(2.72e-15, "2.72 fJ"), (5.16e-16, "516 aJ"), (9.9999e-13, "1 pJ"), (0.0, "0 J"), (-4.36e-8, "-43.6 nJ")],
)
def test_amounts_have_a_fitting_prefix(value, said):
    assert engineering(value, "J") == said


def test_a_made_up_pulse_file_is_not_called_measured(table_path, capsys):
    show_table(table_path)
    shown = capsys.readouterr().out
    assert "pulse file, made up (nobody measured it)" in shown
    assert "real" not in shown
    states = read_table(table_path).states
    assert states is not None
    assert f"{np.std(states.mz[0], ddof=1):.3f}" in shown
