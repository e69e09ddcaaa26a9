"""aihwkit's PiecewiseStepDevice, both ways."""

import ast

import numpy as np
import pytest

from devicegen.artificial.response import artificial_table, read_response
from devicegen.errors import TableError
from devicegen.formats.aihwkit import NODES, export_preset, preset_text, response_of_preset

RESPONSE = {
    "form": "soft_bounds", "set_pulses": 50, "reset_pulses": 25, "sigma_of_step": 0.4, "g_min_S": 2e-6, "g_max_S": 12e-6
}  # fmt: skip


def test_export_and_import_give_the_response_back(tmp_path):
    first = artificial_table("soft_one", read_response(RESPONSE))
    path = export_preset(first, tmp_path)
    assert path.name == "soft_one_aihwkit.py"
    again = artificial_table("again", read_response(response_of_preset(path, first.g_min_S, first.g_max_S)))
    assert (again.g_min_S, again.g_max_S) == (first.g_min_S, first.g_max_S)
    inside = slice(10, -10)
    for ours, theirs in ((again.jump_set, first.jump_set), (again.jump_reset, first.jump_reset)):
        step = np.abs(theirs.mean()).max()
        assert ours.mean()[inside] == pytest.approx(theirs.mean()[inside], abs=0.01 * step)
        found, expected = (np.diff(jump.quantile([0.1587, 0.8413])[50:-50]).mean() for jump in (ours, theirs))
        assert found == pytest.approx(expected, rel=0.05)


def test_text_is_a_module_with_one_preset():
    text = preset_text(artificial_table("my-device_2", read_response(RESPONSE)))
    classes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    assert [node.name for node in classes] == ["MyDevice2PresetDevice"]
    assert "made up, not measured" in text
    assert NODES < 64, "more nodes than aihwkit takes on a GPU"


CALL = """
from aihwkit.simulator.configs import PiecewiseStepDevice
device = PiecewiseStepDevice(w_min=-1, w_max=1, dw_min=0.02, up_down=0.5, dw_min_std=0.1,
    piecewise_up=[1.5, 1, 0.5], piecewise_down=[0.5, 1, 1.5])
"""


def test_a_call_of_the_device_is_read(tmp_path):
    """A positive up_down makes the steps up longer and those down shorter."""
    (tmp_path / "call.py").write_text(CALL)
    found = response_of_preset(tmp_path / "call.py", 1e-6, 2e-6)
    assert found["set_median"] == pytest.approx([0.0225, 0.015, 0.0075])
    assert found["reset_median"] == pytest.approx([-0.0025, -0.005, -0.0075])
    assert found["sigma_of_step"] == 0.1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CALL.replace("dw_min=", "dw="), "no plain value of dw_min found"),
        (CALL.replace("[1.5, 1, 0.5]", "measured_values"), "no plain value of piecewise_up found"),
        (CALL.replace("[1.5, 1, 0.5]", "[1, 2]"), "piecewise_up has 2 values and piecewise_down 3"),
        ("device = (", "cannot be read as Python text"),
    ],
)
def test_what_is_not_a_preset_is_refused(tmp_path, text, message):
    (tmp_path / "wrong.py").write_text(text)
    with pytest.raises(TableError, match=message):
        response_of_preset(tmp_path / "wrong.py", 1e-6, 2e-6)


def test_nothing_of_the_file_is_run(tmp_path):
    (tmp_path / "evil.py").write_text(CALL + f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    response_of_preset(tmp_path / "evil.py", 1e-6, 2e-6)
    assert not (tmp_path / "ran").exists()
