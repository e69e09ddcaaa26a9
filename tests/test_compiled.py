"""Machine code on disk stays in step with every source of its package."""

import os
import subprocess
import sys

import pytest

from devicegen.compiled import drop_stale_kernels

INIT = """
from pathlib import Path
from devicegen.compiled import drop_stale_kernels
here = Path(__file__).parent
drop_stale_kernels([here, here / "inner"])
"""
CALLEE = """
from numba import njit
@njit(cache=True)
def step(x):
    return {}
"""
CALLER = """
from numba import njit
from kernels.inner.callee import step
@njit(cache=True)
def twice(x):
    return 2 * step(x)
"""


@pytest.fixture
def kernels(tmp_path):
    package = tmp_path / "kernels"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text(INIT)
    (package / "inner" / "__init__.py").write_text("")
    (package / "inner" / "callee.py").write_text(CALLEE.format("x + 1"))
    (package / "caller.py").write_text(CALLER)
    return package


def called(package):
    """What the package's kernel returns for 3 in a new process, and how many kernels that process took from disk."""
    code = "from kernels.caller import twice; print(twice(3), sum(twice.stats.cache_hits.values()))"
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=package.parent, env=environment, capture_output=True, text=True, check=True
    )
    return tuple(int(word) for word in done.stdout.split())


def test_a_kernel_is_compiled_again_when_one_that_it_calls_was_edited(kernels):
    assert called(kernels) == (8, 0)
    assert called(kernels) == (8, 1)
    (kernels / "inner" / "callee.py").write_text(CALLEE.format("x + 10"))
    assert called(kernels) == (26, 0)
    assert called(kernels) == (26, 1)


def test_a_folder_that_cannot_be_written_is_left_alone(kernels):
    (kernels / "__pycache__").write_text("not a folder")
    drop_stale_kernels([kernels])
    assert (kernels / "__pycache__").read_text() == "not a folder"
