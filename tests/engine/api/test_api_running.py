"""Commands that move time on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from script_runs import SMALL, run, said


def test_table_rows_come_at_the_first_step_past_each_period(tmp_path: Path):
    simulation = run(tmp_path, "SetSolver(2)\nFixDt = 3e-14\nTableAutoSave(1e-13)\nrun(4e-13)\n", SMALL)
    rows, saved, time, steps = [0.0], 0, 0.0, 0
    while time < 4e-13:
        time, steps = time + 3e-14, steps + 1
        if time - saved * 1e-13 >= 1e-13:
            rows, saved = [*rows, time], saved + 1
    np.testing.assert_array_equal(np.loadtxt(tmp_path / "table.txt")[:, 0], rows)
    assert simulation.magnet.n_steps == steps
    assert len(rows) == 5


def test_adaptive_runs_end_exactly(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        TableAutoSave(1e-12)
        run(7.3e-12)
        print(t)
        n := step
        steps(3)
        print(step - n, NEval() > 18, NEval.get() == NEval)
        """,
        SMALL,
    )
    assert said(simulation) == ["7.3e-12", "3 true true"]
    rows = np.loadtxt(tmp_path / "table.txt")[:, 0]
    within = rows[rows <= 7.3e-12]
    assert len(within) == 8
    assert (within >= np.arange(8) * 1e-12).all()


def test_output_does_not_change_the_run(tmp_path: Path):
    body = 'SetSolver(2)\nFixDt = 2e-14\nTemp = 100\nThermSeed(5)\nm = uniform(1, 1, 0)\n{}run(5e-13)\nsaveas(m, "end")'
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    run(tmp_path / "a", body.format(""), SMALL)
    run(tmp_path / "b", body.format("TableAutoSave(3e-14)\nAutoSave(m, 1e-13)\n"), SMALL)
    assert (tmp_path / "a" / "end.ovf").read_bytes() == (tmp_path / "b" / "end.ovf").read_bytes()
    assert sorted(path.name for path in (tmp_path / "b").glob("m*.ovf")) == [f"m{i:06d}.ovf" for i in range(6)]


def test_run_while_goes_step_by_step(tmp_path: Path):
    simulation = run(
        tmp_path,
        """
        m = uniform(1, 0, 0.01)
        B_ext = vector(0, 0, 1)
        RunWhile(m.comp(2).average() < 0.5)
        print(m.comp(2).average())
        """,
        SMALL,
    )
    assert 0.5 <= float(said(simulation)[0]) < 0.7


def test_the_errors_of_fixed_steps_are_known(tmp_path: Path):
    """Of a macrospin that precesses about z: both torques B/(1+alpha^2) sin(theta) long, turned by the step's angle."""
    text = """
        alpha = 0
        m = uniform(1, 0, 0)
        B_ext = vector(0, 0, 1)
        SetSolver(2)
        FixDt = 1e-13
        steps(20)
        print(LastErr, PeakErr, maxTorque)
        """
    last, peak, torque = map(float, said(run(tmp_path, text, SMALL.replace("13e-12", "0")))[-1].split())
    turned = 1.7595e11 * 1e-13
    assert last == pytest.approx(turned**2, rel=1e-3)
    assert peak == pytest.approx(turned**2, rel=1e-3)
    assert torque == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("command", ["relax", "minimize"])
def test_minima_are_found_and_the_time_is_kept(tmp_path: Path, command: str):
    text = f"B_ext = vector(0, 0.1, 0)\nm = uniform(1, 0.2, 0)\n{command}()\nprint(t, m.average()[1] > 0.9999)"
    assert said(run(tmp_path, text, SMALL)) == ["0 true"]
