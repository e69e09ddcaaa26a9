"""DemagRefresh, which MuMax3 does not have, as a comment that MuMax3 passes over."""

from __future__ import annotations

import pytest
from script_runs import run

from devicegen.engine.api.binding import bound_world
from devicegen.engine.api.simulation import Simulation
from devicegen.errors import ScriptError

SCRIPT = """
m = uniform(1, 1, 1)
SetSolver(2)
FixDt = 5e-14
ThermSeed(7)
Temp = 300
TableAutoSave(2e-13)
run(1e-12)
{held}
B_ext = vector(0, 0.1, 0)
run(3e-12)
Save(m)
"""


def outputs(folder, held):
    folder.mkdir()
    run(folder, SCRIPT.format(held=held))
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "log.txt"}


def test_comment_and_statement_give_the_same_bytes(tmp_path):
    statement = outputs(tmp_path / "statement", "DemagRefresh = 4")
    assert set(statement) == {"table.txt", "m000000.ovf"}
    assert outputs(tmp_path / "comment", "// mx3cpu: DemagRefresh = 4") == statement
    assert outputs(tmp_path / "neither", "")["m000000.ovf"] != statement["m000000.ovf"]


def test_it_is_the_only_name_that_mumax3_does_not_have(tmp_path):
    assert bound_world(Simulation(tmp_path / "a.mx3", tmp_path, echo=False)).own == ("DemagRefresh",)


@pytest.mark.parametrize("held", ["DemagRefresh = 0", "// mx3cpu: DemagRefresh = 0"])
def test_no_stage_at_all_is_refused(tmp_path, held):
    with pytest.raises(ScriptError, match="found DemagRefresh = 0, expected 1 or more"):
        outputs(tmp_path / "a", held)
