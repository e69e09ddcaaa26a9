"""Example pulse files, made from published parameters as a lab would have measured them.

Everything made here says ``synthetic: true``: nobody measured these pulses. Same code, same bytes.
"""

from __future__ import annotations

import filecmp
import tempfile
from collections.abc import Callable
from pathlib import Path

from devicegen.artificial.examples.pcm import pcm_nandakumar
from devicegen.artificial.examples.pcmo import pcmo_fumarola
from devicegen.errors import ConfigError

EXAMPLES: dict[str, Callable[[Path], None]] = {"pcmo_fumarola": pcmo_fumarola, "pcm_nandakumar": pcm_nandakumar}
"""Example devices by name; each writes its folder."""


def make_example(name: str, output: Path) -> None:
    """Write the example device `name` into the folder `output`.

    Raises ConfigError for an unknown name, and where a file of the folder would be lost.
    """
    if name not in EXAMPLES:
        raise ConfigError(f"example {name!r} is unknown, expected one of {', '.join(EXAMPLES)}.")
    with tempfile.TemporaryDirectory() as made:
        EXAMPLES[name](Path(made))
        for file in Path(made).iterdir():
            there = output / file.name
            if there.exists() and not (there.is_file() and filecmp.cmp(there, file, shallow=False)):
                raise ConfigError(f"{there}: is there already and is another file; give another folder with --out.")
    EXAMPLES[name](output)
