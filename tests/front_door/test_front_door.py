"""Pulse files as laboratories have them go through `measure add`, and nothing wrong comes out.

What they are made from is in `kinds/`; what is judged, in `judge.py`; how they are put through, in `run.py`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from judge import judge
from kinds import Refusal, every, odd
from kinds.bench import Kind, made
from run import put_through, run_cases

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


def through(kind: Kind, folder: Path, answered: bool = True):
    """What comes of a kind, and its verdict."""
    files = kind.write(folder)
    options = {key: value for key, value in kind.options.items() if answered or value in kind.files}
    outcome = put_through(folder, files, options, table=kind.whole and answered)
    return outcome, judge(kind, outcome, folder / "raw" / "device")


@pytest.mark.parametrize("name", every())
def test_a_kind_is_read_rightly_or_refused_with_its_reason(name, tmp_path):
    kind = made(name)
    outcome, verdict = through(kind, tmp_path)
    assert verdict.right, f"{kind.what}\n{verdict}\n{outcome.command}\n{outcome.log}"
    assert not (tmp_path / "a_pickle_was_run").exists()


@pytest.mark.parametrize("name", odd())
def test_an_odd_file_is_read_rightly_or_asked_about(name, tmp_path):
    kind = made(name)
    outcome, verdict = through(kind, tmp_path)
    assert not verdict.wrong, f"{kind.what}\n{verdict}\n{outcome.command}\n{outcome.log}"
    if verdict.refused:
        named = [re.search(pattern, outcome.log, re.IGNORECASE) for pattern in kind.asks]
        assert all(named), f"{kind.what}\n{kind.asks}\n{outcome.command}\n{outcome.log}"
    else:
        assert not verdict.unsaid, f"{kind.what}\n{verdict}\n{outcome.command}\n{outcome.log}"


def test_there_are_many_kinds():
    assert len(every()) >= 75
    assert len(odd()) >= 40
    assert sum(isinstance(made(name).expected, Refusal) for name in every()) >= 20


def test_a_kind_is_made_alike_each_time():
    assert made("rows_before_and_after").files == made("rows_before_and_after").files


def test_shared_cases(tmp_path):
    shared = Path(os.environ.get("DEV2NET_FRONT_DOOR", ROOT.parent / "shared" / "front_door"))
    if not shared.is_dir():
        pytest.skip(f"no cases in {shared}; set DEV2NET_FRONT_DOOR to their folder")
    answers = yaml.safe_load((HERE / "shared_answers.yaml").read_text(encoding="utf-8"))
    made_of = dict(run_cases(shared / "cases", answers, tmp_path, processes=2))
    assert made_of
    words = [sys.executable, str(shared / "score.py"), str(tmp_path), "--cases", str(shared / "cases")]
    score = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    others = [line for line in score.stdout.splitlines() if line.startswith(("refused", "UNSAID", "WRONG"))]
    assert not others, score.stdout + score.stderr
