"""A measurement that still runs writes to the file that is being read; half of it would look whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from devicegen.errors import PulseFileError


@contextmanager
def unchanged(paths: Iterable[Path]) -> Iterator[None]:
    """Watch files while the body reads them.

    Raises PulseFileError where one has another size or time afterwards, also if the body raised a PulseFileError
    itself: what is wrong with a file that grows is most often that it grows.
    """
    before = {Path(path): _state(Path(path)) for path in paths}
    try:
        yield
    except PulseFileError as error:
        _compare(before, error)
        raise
    _compare(before, None)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _compare(before: dict[Path, tuple[int, int] | None], cause: PulseFileError | None) -> None:
    for path, first in before.items():
        last = _state(path)
        if first == last:
            continue
        if last is None:
            what = "was removed while it was read: copy it and give the copy."
        else:
            sizes = f"size {first[0] if first else 0} -> {last[0]}"
            what = f"changed while it was read ({sizes}): is the measurement still running? Copy it and give the copy."
        raise PulseFileError(f"{path}: {what}") from cause
