"""Text to tokens, with Go's rule that a line's end closes a statement."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from devicegen.errors import ScriptError


class LocatedError(ScriptError):
    """A script error whose place is known; reads ``file:line: message``."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file, self.line, self.message = file, line, message


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the script. `kind` is ident, int, float, string, op, newline, pragma or end.

    A pragma is a comment for this engine, ``// mx3cpu: ...``, which stands where a statement would.
    """

    kind: str
    text: str
    line: int

    @property
    def shown(self) -> str:
        """How the token is named in an error message."""
        if self.kind == "newline":
            return "the end of the line" if self.text == "\n" else "';'"
        return "the end of the file" if self.kind == "end" else f"'{self.text}'"


_PATTERN = re.compile(
    r"""(?P<blank>[ \t\r\ufeff]+)
      | (?P<pragma>//[ \t]*(?i:mx3cpu)[ \t]*:[^\n]*)
      | (?P<comment>//[^\n]*)
      | (?P<block>/\*.*?\*/)
      | (?P<open>/\*)
      | (?P<newline>\n)
      | (?P<float>(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
      | (?P<int>0[xX][0-9a-fA-F]+|\d+)
      | (?P<ident>[^\W\d]\w*)
      | (?P<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)
      | (?P<op>&&|\|\||<<|>>|\+\+|--|\.\.\.|[-+*/%&|^:=!<>]=|[-+*/%&|^<>=!()\[\]{},;.:])
    """,
    re.VERBOSE | re.DOTALL,
)
_ENDS_STATEMENT = {")", "]", "}", "++", "--"}
_LOOKALIKES = {
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2212": "-",
    "\u2013": "-",
    "\u00a0": " ",
    "\u00d7": "*",
}


def tokenize(text: str, file: str) -> list[Token]:
    """All tokens of `text`; the last one is of kind ``end``.

    Raises LocatedError where a character begins no token, or a string or comment is never closed.
    """
    tokens: list[Token] = []
    place, line = 0, 1
    while place < len(text):
        match = _PATTERN.match(text, place)
        if match is None or match.lastgroup == "open":
            _refuse(text, place, line, file)
        kind, word = match.lastgroup or "", match.group()
        place = match.end()
        if kind == "newline" or (kind == "block" and "\n" in word):
            if _closes(tokens):
                tokens.append(Token("newline", "\n", line))
        elif kind == "op" and word == ";":
            tokens.append(Token("newline", ";", line))
        elif kind not in ("blank", "comment", "block"):
            tokens.append(Token(kind, word.rstrip(), line))
        line += word.count("\n")
    if _closes(tokens):
        tokens.append(Token("newline", "\n", line))
    tokens.append(Token("end", "", line))
    return tokens


def _closes(tokens: list[Token]) -> bool:
    """Whether a line's end here closes a statement."""
    if not tokens:
        return False
    last = tokens[-1]
    return last.kind in ("ident", "int", "float", "string", "pragma") or (
        last.kind == "op" and last.text in _ENDS_STATEMENT
    )


def _refuse(text: str, place: int, line: int, file: str) -> NoReturn:
    character = text[place]
    if text.startswith("/*", place):
        raise LocatedError(file, line, "found a comment '/*' that is never closed, expected '*/'")
    if character == '"' or character == "`":
        raise LocatedError(file, line, f"found a string that is never closed, expected {character}")
    if character == "'":
        raise LocatedError(file, line, "found a single quote, expected double quotes around text")
    hint = (
        f", expected '{_LOOKALIKES[character]}'"
        if character in _LOOKALIKES
        else ", expected a name, number or operator"
    )
    raise LocatedError(file, line, f"found the character '{character}' (U+{ord(character):04X}){hint}")
