"""Files are opened in a process of its own, where the library that reads them may end the process that it runs in.

Damaged lengths make readers written in other languages ask for memory that there is not, or read where nothing is:
the process is killed, and nothing can catch that.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from devicegen.errors import PulseFileError

_LIMITS = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except (ImportError, ValueError, OSError):
    pass
"""
_LONGEST_S = 300


def run_apart(path: Path, program: str, *more: str) -> str | None:
    """Run a Python program that reads the file named by its first argument; at most 6 GB and 5 minutes.

    Returns None where it ends well, else what it wrote to stderr.
    Raises PulseFileError where the file needs more memory or time than it should.
    """
    # -P: a module beside the user's files is never imported in place of the library
    command = [sys.executable, "-P", "-c", _LIMITS + program, str(path.resolve()), *more]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_LONGEST_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise PulseFileError(f"{path}: not read after {_LONGEST_S} s; give its numbers as CSV.") from error
    except OSError as error:
        raise PulseFileError(f"{path}: no process could be started to read it ({error}).") from error
    if not done.returncode:
        return None
    said = done.stderr.decode("utf-8", "replace")
    if "memory allocation" in said or "MemoryError" in said:
        raise PulseFileError(
            f"{path}: needs more memory than it should: a damaged file, or a cell far below or right of the others; "
            "save its numbers as CSV."
        )
    return said or f"it ended the process that read it ({done.returncode})"


def last_error(said: str) -> str:
    """The message of the error that ended a program, out of what it wrote to stderr."""
    lines = said.strip().splitlines()
    errors = [line.partition(": ")[2] for line in lines if "Error: " in line or "Exception: " in line]
    return (errors or lines or [said])[-1]
