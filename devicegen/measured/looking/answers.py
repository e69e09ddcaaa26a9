"""Answers to what files do not tell: from options, a file of answers, or a dialogue."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from devicegen.errors import PulseFileError

MEANINGS = (
    "device", "cycle", "pulse", "time", "polarity", "amplitude", "width", "before", "after", "current", "change",
    "read_voltage", "ignore", "set", "reset", "turns", "conductance", "set_change", "reset_change",
)  # fmt: skip
"""What a user may say that a column is."""

KNOWN = (
    "source", "licence", "synthetic", "sheet", "header", "layout", "column", "columns-are", "units", "zero-S", "unit-S",
    "amplitude-units", "width-units", "current-units", "read-voltage", "set", "reset", "read", "none", "set-amplitude",
    "reset-amplitude", "set-width", "reset-width", "turns", "pulse-between-lines", "first-read", "backwards", "start",
    "range", "skip-bad",
)  # fmt: skip
"""Names of all answers: options of ``measure add``, and keys of a file of answers."""


_OF_YES_AND_NO = ("synthetic", "pulse-between-lines")


@dataclass(frozen=True)
class Said:
    """What a user says of a column: in which file (None: in each that has it), what it is, and which one."""

    file: str | None
    meaning: str
    name: str


@dataclass
class Answers:
    """What was answered beforehand, and how to ask for the rest.

    given  : answers by name
    show   : shows a person what the columns are taken for, before questions about them come; None where nobody looks
    prompt : asks a person, with a question and a guess; None where nobody can answer
    used   : names of the answers that were needed
    asked  : what was asked, and what was answered
    """

    given: Mapping[str, Any] = field(default_factory=dict)
    prompt: Callable[[str, str | None], str] | None = None
    show: Callable[[Any, Any], None] | None = None
    used: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        odd = [name for name in self.given if name not in KNOWN]
        if odd:
            raise PulseFileError(f"answers: {odd[0]!r} answers nothing, expected of {', '.join(KNOWN)}.")

    def get(self, name: str) -> str | None:
        """An answer that was given, without asking for it."""
        value = self.given.get(name)
        if value is False and name in _OF_YES_AND_NO:  # as YAML reads no
            value = "no"
        if value is None or value == [] or value is False:
            return None
        self.used.add(name)
        if isinstance(value, bool):
            return "yes"
        if isinstance(value, list | tuple):
            return ",".join(map(str, value))
        return str(value)

    def ask(self, name: str, question: str, why: str, guess: str | None = None) -> str:
        """The answer to a question.

        why : the file and what it does not tell, for the message where nobody can answer
        """
        answer = self.get(name)
        if answer is None and name in self.asked:
            answer = self.asked[name]
        if answer is None and self.prompt is not None:
            answer = self.asked[name] = self.prompt(question, guess)
        if answer is None:
            raise PulseFileError(f"{why}: {question}? Give {option(name, guess)}.")
        return answer.strip()

    def yes(self, name: str, question: str, why: str) -> bool:
        """The answer to a question of yes or no."""
        answer = self.ask(name, f"{question} (yes/no)", why).casefold()
        if answer not in ("yes", "no", "y", "n", "true", "false"):
            raise PulseFileError(f"{name} is {answer!r}, expected yes or no: {question}.")
        return answer in ("yes", "y", "true")

    def columns(self) -> list[Said]:
        """What is said of columns: MEANING=NAME, or FILE:MEANING=NAME. Raises PulseFileError for anything else."""
        given = self.given.get("column")
        if given is None or given == []:
            return []
        self.used.add("column")
        said = []
        for text in given if isinstance(given, list | tuple) else [given]:
            left, equals, name = str(text).partition("=")
            file, colon, meaning = left.rpartition(":")
            meaning = meaning.strip().replace("-", "_")
            if not equals or not name.strip() or meaning not in MEANINGS:
                raise PulseFileError(
                    f"--column {text}: expected MEANING=NAME, for example after='Id (A)' or FILE:after=2, where "
                    f"MEANING is one of {', '.join(MEANINGS)}."
                )
            said.append(Said(file if colon else None, meaning, name.strip()))
        return said


def option(name: str, guess: str | None = None) -> str:
    """How an answer is given on the command line."""
    if name == "synthetic":
        return "--synthetic or --measured"
    return f"--{name} {guess}" if guess else f"--{name}"


def positions(name: str, headings: Sequence[str], where: str) -> list[int]:
    """Positions from 0 of the columns that a name means: a heading, a number from 1, a range 3-242, a pattern dev*."""
    exact = [at for at, heading in enumerate(headings) if heading.strip() == name.strip()]
    if len(exact) > 1:
        numbers = " or ".join(str(at + 1) for at in exact)
        raise PulseFileError(f"{where}: {len(exact)} columns are called {name!r}: give the number, {numbers}.")
    if exact:
        return exact
    found: list[int] = []
    for part in name.split(","):
        part = part.strip()
        span = re.fullmatch(r"(\d+)(?:\s*(?:-|\.\.|:)\s*(\d+))?", part)
        if span:
            first, last = int(span[1]), int(span[2] or span[1])
            if not 1 <= first <= last <= len(headings):
                raise PulseFileError(f"{where}: column {part} is named, but there are {len(headings)} columns.")
            found += range(first - 1, last)
            continue
        matches = [
            at for at, heading in enumerate(headings) if fnmatch.fnmatchcase(heading.casefold(), part.casefold())
        ]
        if not matches:
            shown = (
                ", ".join(map(repr, headings[:12])) if any(headings) else f"{len(headings)} columns without headings"
            )
            raise PulseFileError(f"{where}: has no column {part!r}, found {shown}; give a heading or a number from 1.")
        found += matches
    return found


def read_answers(path: Path) -> dict[str, Any]:
    """A file of answers: YAML, its keys the names of options. Raises PulseFileError for what is not one."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise PulseFileError(
            f"{path}: cannot be read ({error.strerror}), expected a file of answers (YAML)."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PulseFileError(f"{path}: not readable as YAML ({' '.join(str(error).split())}).") from error
    if not isinstance(content, dict):
        raise PulseFileError(f"{path}: found {type(content).__name__}, expected answers such as 'units: uS'.")
    return {str(name).removeprefix("--"): value for name, value in content.items()}
