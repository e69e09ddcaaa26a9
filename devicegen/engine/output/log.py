"""log.txt: the statements of the script as they run, and what the engine says, behind ``//``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

from devicegen.errors import ScriptError


class Log:
    """The log of one run, echoed to the screen where `echo` is set."""

    def __init__(self, path: Path, echo: bool) -> None:
        self._path, self._echo = path, echo
        self._stream: TextIO | None = None

    def open(self) -> None:
        """Begin the file. Raises ScriptError if it cannot be written."""
        try:
            self._stream = open(self._path, "w", encoding="utf-8", newline="\n")  # noqa: SIM115
        except OSError as error:
            raise ScriptError(f"{self._path}: cannot be written: {error.strerror}") from None

    def statement(self, text: str) -> None:
        """A statement of the script, before it runs."""
        self._line(text)

    def say(self, text: str) -> None:
        """Something the engine or the script's print has to say."""
        self._line("//" + text)

    def complain(self, text: str) -> None:
        """An error or warning; shown on the error stream too."""
        self._write("//" + text)
        print("//" + text, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _line(self, text: str) -> None:
        self._write(text)
        if self._echo:
            print(text, flush=True)

    def _write(self, line: str) -> None:
        if self._stream is not None:
            self._stream.write(line + "\n")
            self._stream.flush()
