"""Keeps numba's kernels on disk in step with all of their sources.

Numba recompiles a cached kernel when the file that defines it changes, but not when a function that it calls
changes in another file. Stale machine code would then run silently; so the cache of a package is dropped
whenever any source in it has changed. Called where a package is imported, before its kernels load. Processes that
import at once may each drop the cache; numba then compiles again. A cache that numba keeps elsewhere (where the
package cannot be written, or NUMBA_CACHE_DIR is set) is left alone.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from devicegen.files import write_text_whole

_STAMP = "kernels.sha256"


def drop_stale_kernels(folders: list[Path]) -> None:
    """Delete the cached kernels of packages in `folders`, which call each other, if any source there has changed."""
    sources = sorted(path for folder in folders for path in folder.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in sources)).hexdigest()
    stamp = folders[0] / "__pycache__" / _STAMP
    with suppress(OSError):
        if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
            return
    # Where nothing can be written, numba keeps no cache there either.
    with suppress(OSError):
        for folder in folders:
            for kept in (folder / "__pycache__").glob("*.nb[ic]"):
                kept.unlink(missing_ok=True)
        write_text_whole(stamp, digest)
