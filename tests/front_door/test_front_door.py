"""Pulse files as laboratories have them go through `measure add`, and nothing wrong comes out.

What they are made from is in `kinds/`; what is judged, in `judge.py`; how they are put through, in `run.py`.
"""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from judge import Verdict, judge
from kinds import Truth, every, odd
from kinds.bench import Kind, made, readable
from run import Outcome, put_through, run_cases

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


def through(kind: Kind, folder: Path) -> tuple[Outcome, Verdict]:
    """What comes of a kind, and the verdict on it."""
    outcome = put_through(folder, kind.write(folder), kind.options, table=kind.whole)
    return outcome, judge(kind, outcome, folder / "raw" / "device")


def told(kind: Kind, outcome: Outcome, verdict: Verdict) -> str:
    return f"{kind.what}\n{verdict}\n{outcome.command}\n{outcome.log}"


@pytest.mark.parametrize("name", every())
def test_a_kind_is_read_rightly_or_refused_with_its_reason(name, tmp_path):
    kind = made(name)
    outcome, verdict = through(kind, tmp_path)
    assert verdict.right, told(kind, outcome, verdict)
    assert not (tmp_path / "a_pickle_was_run").exists()


@pytest.mark.parametrize("name", readable())
def test_without_answers_nothing_wrong_comes_of_a_kind(name, tmp_path):
    kind = unanswered(made(name))
    outcome, verdict = through(kind, tmp_path)
    if verdict.wrong and not outcome.traceback:  # then the user is told what is odd in it
        assert isinstance(kind.expected, Truth)
        assert len(verdict.unsaid) < len(kind.expected.say), told(kind, outcome, verdict)
    else:
        assert not verdict.wrong, told(kind, outcome, verdict)


def unanswered(kind: Kind) -> Kind:
    """The same files, and nothing is said of them but which is which."""
    files = {name: content for name, content in kind.files.items() if name != kind.options.get("answers")}
    options = {key: value for key, value in kind.options.items() if value in list(files)}
    return replace(kind, files=files, options=options, whole=False)


@pytest.mark.parametrize("name", odd())
def test_an_odd_file_is_read_rightly_or_asked_about(name, tmp_path):
    kind = made(name)
    outcome, verdict = through(kind, tmp_path)
    assert not verdict.wrong, told(kind, outcome, verdict)
    assert not verdict.unsaid, told(kind, outcome, verdict)
    if verdict.refused:
        named = [re.search(pattern, outcome.log, re.IGNORECASE) for pattern in kind.asks]
        assert named, f"{name} is not to be asked about"
        assert all(named), told(kind, outcome, verdict)


def test_there_are_many_kinds():
    assert len(every()) >= 75
    assert len(odd()) >= 40
    assert len(every()) - len(readable()) >= 20


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
