"""The code that numbers come from, in one hash: a result is made again when any of it was edited."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[1]

_TABLES = ("devicegen/artificial/response.py", "devicegen/measured/table.py", "devicegen/racetrack/reduction.py")
_EVERY_NETWORK = ("devicegen/seeds.py", "netsim/inputs.py", "netsim/points.py", "netsim/streams.py")
_TRAINING = {
    "pair": "netsim/train_pair.py",
    "quantized": "netsim/train_quantized.py",
    "ex_situ": "netsim/train_ex_situ.py",
    "float": "netsim/train_float.py",
}
_DATA = {".html", ".yaml"}
_NOT_FOLLOWED = "netsim.config"  # settings are hashed by their values


def _imported(source: Path) -> Iterable[Path]:
    """Modules of the project that a module imports, but for those of settings."""
    for node in ast.walk(ast.parse(source.read_bytes())):
        if not isinstance(node, ast.ImportFrom) or node.module is None or node.module.startswith(_NOT_FOLLOWED):
            continue
        for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
            if name.startswith(("netsim.", "devicegen.")):
                module = _ROOT / name.replace(".", "/")
                yield from filter(Path.is_file, (module.with_suffix(".py"), module / "__init__.py"))


def _with_imports(start: Path) -> set[Path]:
    """A module and all of the project that it needs, directly or not."""
    found, open_ends = {start}, [start]
    while open_ends:
        for path in _imported(open_ends.pop()):
            if path not in found:
                found.add(path)
                open_ends.append(path)
    return found


def _fingerprint(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.read_bytes())
    for library in ("numpy", "numba", "scipy"):
        digest.update(importlib.metadata.version(library).encode())
    return digest.hexdigest()


@cache
def code_fingerprint(module: str) -> str:
    """SHA-256 of a module (path from the project's root), of all it imports, and of the versions of its libraries.

    What lies beside a module and is no code, a page's template or a list of claims, counts as part of it.
    """
    modules = _with_imports(_ROOT / module)
    beside = {path for folder in {path.parent for path in modules} for path in folder.iterdir() if path.suffix in _DATA}
    return _fingerprint(modules | beside)


@cache
def training_fingerprint(scheme: str) -> str:
    """The same of the code that trains with a scheme, or without a device ("float").

    To edit one scheme does not touch what others have found.
    """
    return _fingerprint(_with_imports(_ROOT / _TRAINING[scheme]) | {_ROOT / name for name in _EVERY_NETWORK})


@cache
def table_fingerprint() -> str:
    """The same of the code that device tables come from, once pulses are measured and walls simulated."""
    return _fingerprint(set().union(*(_with_imports(_ROOT / module) for module in _TABLES)))
