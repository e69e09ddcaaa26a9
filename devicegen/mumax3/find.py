"""Finding the engine that runs the scripts: real MuMax3, the embedded one, or a program the user names."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import devicegen
from devicegen.errors import EngineError

PROBE_TIMEOUT_S = 60.0
"""How long ``mumax3 -test`` may take; starting CUDA on a cold machine takes seconds."""


Kind = Literal["mumax3", "embedded", "custom"]


@dataclass(frozen=True)
class Engine:
    """A program that runs ``.mx3`` scripts.

    kind    : mumax3 (real MuMax3), embedded (this project's own), or custom
    command : how it is started, before its options
    version : e.g. ``3.11.1``; "unknown" if the program does not say
    """

    kind: Kind
    command: tuple[str, ...]
    version: str

    @property
    def seeding(self) -> str:
        """Function that seeds the thermal noise: MuMax3 3.12.1 renamed ``ThermSeed`` to ``ThermReseed``."""
        if self.kind == "mumax3" and _numbers(self.version) >= (3, 12, 1):
            return "ThermReseed"
        return "ThermSeed"

    def __str__(self) -> str:
        names = {"mumax3": "MuMax3", "embedded": "embedded engine mx3cpu", "custom": Path(self.command[0]).name}
        return f"{names[self.kind]} {self.version}"


def find_engine(choice: str) -> Engine:
    """The engine that `choice` names: auto, mumax3, embedded, or the path of a program.

    auto takes real MuMax3 where it can run (``mumax3 -test`` exits 0), else the embedded engine; why a MuMax3 that
    is there cannot run is noted on stderr.
    Raises EngineError, in one sentence, if there is none.
    """
    if choice == "embedded":
        return _embedded()
    if choice in ("auto", "mumax3"):
        program = shutil.which("mumax3")
        if program is None:
            if choice == "auto":
                return _embedded()
            raise EngineError(
                "engine: mumax3 was asked for, but no program of that name is on PATH: install MuMax3, give its path, "
                "or choose embedded."
            )
        try:
            _, version = _probe(program)
        except EngineError as error:
            if choice == "auto":
                _note(f"{error}; the embedded engine runs instead.")
                return _embedded()
            raise EngineError(f"{error}: choose embedded, or mend its GPU.") from None
        return Engine("mumax3", (program,), version)
    path = Path(choice).expanduser()
    program = shutil.which(str(path))
    if program is None:
        raise EngineError(
            f"engine: {choice!r} is neither auto, mumax3, embedded nor a program that can be executed: "
            "check the path and its permissions."
        )
    program = str(Path(program).resolve())
    kind, version = _probe(program)
    return Engine(kind, (program,), version)


@functools.cache
def _note(text: str) -> None:
    """Say `text` on stderr, once however many batches this process runs."""
    print(f"note: {text}", file=sys.stderr, flush=True)


def _embedded() -> Engine:
    found = importlib.util.find_spec("devicegen.engine")
    beside = Path(sys.executable).with_name("mx3cpu")
    if found is not None and found.origin is not None:
        command = (str(beside),) if beside.is_file() else (sys.executable, "-m", "devicegen.engine.cli")
        return Engine("embedded", command, f"{devicegen.__version__}+{_fingerprint(Path(found.origin).parent)}")
    raise EngineError(
        "engine: the embedded engine mx3cpu is not installed beside this Python: install dev2net with pip install -e ."
    )


def _fingerprint(folder: Path) -> str:
    """Eight digits that change with any source of the embedded engine, so that no other code's events are reused."""
    sources = sorted(folder.rglob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]


def _probe(program: str) -> tuple[Kind, str]:
    """(kind, version) that a program states; raises EngineError unless ``-test`` exits 0."""
    try:
        # -v alone would go on to open an interactive session; -test ends the program in any case.
        done = subprocess.run(
            [program, "-v", "-test"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"engine: {program} cannot run here (no answer within {PROBE_TIMEOUT_S:g} s)") from None
    except OSError as error:
        raise EngineError(f"engine: {program} cannot run here ({error})") from None
    said = done.stdout + done.stderr
    if done.returncode != 0:
        lines = said.strip().splitlines()
        reason = f"exit code {done.returncode}" + (f": {lines[-1]}" if lines else "")
        raise EngineError(f"engine: {program} cannot run here ({reason})")
    found = re.search(r"(mumax3?|mx3cpu)[ /:v]+(\d+(?:\.\d+)+)", said, re.IGNORECASE)
    if found is None:
        return "custom", "unknown"
    return "embedded" if found[1].lower() == "mx3cpu" else "mumax3", found[2]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
