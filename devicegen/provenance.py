"""Where a file came from: enough to make it again, and nothing that changes from run to run."""

from __future__ import annotations

import functools
import json
import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import devicegen
from devicegen.files import sha256_of

LIBRARIES = ("numpy", "scipy", "h5py", "numba", "rocket-fft", "pydantic")
"""Libraries whose version can change a number."""


def provenance(
    inputs: Iterable[Path] = (),
    config: Mapping[str, Any] | None = None,
    seeds: Mapping[str, Any] | None = None,
    **extra: Any,
) -> dict[str, Any]:
    """A record for a file's header: plain values that JSON holds, without clock times and machine names.

    inputs : files that the result was made from; their names and SHA-256 are kept
    config : the configuration that was in force
    seeds  : the root seed and what else fixes the random numbers
    extra  : anything else worth keeping, e.g. ``engine="MuMax3 3.11.1"``
    """
    record = {
        "dev2net": devicegen.__version__,
        "git": git_state(),
        "python": platform.python_version(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name)) is not None},
        "inputs": [{"name": _short(path), "sha256": sha256_of(path)} for path in map(Path, inputs)],
        "config": dict(config or {}),
        "seeds": dict(seeds or {}),
        **extra,
    }
    return json.loads(json.dumps(record))  # as a reader will see it: tuples become lists, here already


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _short(path: Path) -> str:
    """`path` below the working folder, else its name alone: where a checkout lies is nobody's business."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.name


@functools.cache
def git_state() -> dict[str, Any]:
    """Commit of the source tree, and whether files that git tracks differ from it; nulls outside git."""
    source = Path(devicegen.__file__).resolve().parent

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", "-C", str(source), *arguments], capture_output=True, text=True, timeout=30, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    # Source that merely lies inside somebody else's repository (a virtual environment) is not under git.
    tracked = git("ls-files", "--error-unmatch", str(source / "__init__.py"))
    if tracked is None:
        return {"commit": None, "dirty": None}
    changes = git("status", "--porcelain", "--untracked-files=no")
    return {"commit": git("rev-parse", "HEAD"), "dirty": None if changes is None else bool(changes)}
