"""How a text's bytes become characters, found in one pass that also makes sure that it is text at all."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from charset_normalizer import from_bytes

from devicegen.errors import PulseFileError
from devicegen.measured.files.streams import DAMAGED, open_bytes, read_head, unreadable

CHUNK = 1 << 20
LONGEST_LINE = 64 * CHUNK
"""Bytes. Longer lines are no table; without a limit one line of many gigabytes would fill the memory."""
_SAMPLE = 1 << 16
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ASCII = bytes(range(128))
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1a\x1b")) + b"\x7f"
_UNIT = re.compile(r"(?<![^\W\d_])(?:[kMG]?Ω(?=[\s\])},;/\"·]|$)|[µμ](?:[SAVsmWCJ]|Ω|Ohm|ohm)\b|°C)")
"""Signs of units, without a letter before them: the right code page shows them, a wrong one does not."""
_PAGES = ("cp1252", "mac_roman", "cp932", "gb18030", "cp949", "big5", "cp1251", "cp437", "cp850")
_WESTERN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüµ°²³±·–—‘’“”€\xa0")


def encoding_of(path: Path, given: str | None = None) -> str:
    """The encoding of a whole text file; `given` is tried alone, where it is not None.

    UTF-8 where the whole file is that, else UTF-16 by its zeros, else a code page by the signs of units that it
    shows, else the one of western Windows, which lab programs write.
    Raises PulseFileError for an empty file, binary content, a line above the limit, and bytes that do not fit.
    """
    encoding = given or _marked(read_head(path, 4096))
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError:
        raise PulseFileError(f"{path}: unknown encoding {encoding!r}, expected for example utf-8 or cp1252.") from None
    wide = encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32"))
    sample, high, fits, content, line = b"", set[int](), True, False, 0
    for chunk in _chunks(path):
        line = _line_so_far(path, chunk, line)
        content = content or bool(chunk.strip(b" \t\r\n\x0b\x0c\x1a\x00\xff\xfe"))
        if not wide:
            _refuse_binary(path, chunk)
        if chunk.isascii() and not wide and not decoder.getstate()[0]:
            continue
        try:
            if fits and "\x00" in decoder.decode(chunk):
                raise PulseFileError(f"{path}: a binary file of an unknown kind (zeros among its text).")
        except UnicodeDecodeError as error:
            if given or wide:
                raise not_text(path, encoding, error) from error
            fits = False
        high |= set(chunk.translate(None, _ASCII))
        if len(sample) < _SAMPLE:
            sample += b"\n".join(re.findall(rb"[^\r\n]{0,200}[\x80-\xff][^\r\n]{0,200}", chunk[: _SAMPLE * 4]))[
                :_SAMPLE
            ]
    if not content:
        raise PulseFileError(f"{path}: an empty file; was it written whole?")
    try:
        if fits:
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        if given or wide:
            raise not_text(path, encoding, error) from error
        fits = False
    return encoding if fits else code_page(sample, bytes(sorted(high)))


def not_text(path: Path, encoding: str, error: UnicodeError) -> PulseFileError:
    """The error for bytes that an encoding does not know."""
    return PulseFileError(f"{path}: not {encoding} text ({error.args[-1]}); save the file as UTF-8.")


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with open_bytes(path) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except DAMAGED as error:
        raise unreadable(path, error) from error


def _marked(head: bytes) -> str:
    """The encoding that a byte-order mark tells, or zeros at every second byte; else UTF-8 to be tried."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = head[start::2], head[1 - start :: 2]
        if len(head) >= 4 and zeros.count(0) > 0.9 * len(zeros) and others.count(0) < 0.1 * len(others):
            return encoding
    return "utf-8"


def _line_so_far(path: Path, chunk: bytes, before: int) -> int:
    """Bytes since the last end of a line, after this chunk."""
    end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
    length = before + len(chunk) if end < 0 else len(chunk) - end - 1
    if length > LONGEST_LINE:
        raise PulseFileError(
            f"{path}: a line is longer than {LONGEST_LINE >> 20} MB, expected a table with rows; is it a text file?"
        )
    return length


def _refuse_binary(path: Path, chunk: bytes) -> None:
    if b"\x00" in chunk:
        raise PulseFileError(f"{path}: a binary file of an unknown kind (it holds zero bytes); export it as CSV.")
    head = chunk[:4096]
    if len(head) - len(head.translate(None, _CONTROLS)) > 0.02 * len(head) + 1:
        raise PulseFileError(f"{path}: a binary file of an unknown kind (it holds control bytes); export it as CSV.")


def code_page(sample: bytes, high: bytes) -> str:
    """The code page of text that is no UTF-8.

    sample : lines that hold bytes above 127
    high   : all bytes above 127 in the file
    """
    shown = {page: text for page in _PAGES if (text := _decoded(sample, page)) is not None}
    units = {page: len(_UNIT.findall(text)) for page, text in shown.items()}
    best = max(units, key=lambda page: units[page], default="")
    if best and units[best]:
        return _whole(best, high)
    western = shown.get("cp1252", "")
    if western and _WESTERN.issuperset(letter for letter in western if letter > "\x7f"):
        return "cp1252"
    guess = from_bytes(sample, cp_isolation=list(_PAGES), enable_fallback=False).best()
    sure = guess is not None and guess.chaos < 0.05 and (guess.coherence > 0.2 or bool(guess.language != "Unknown"))
    return _whole(guess.encoding if guess is not None and sure else "cp1252", high)


def _whole(page: str, high: bytes) -> str:
    """Western Windows leaves five bytes undefined; Latin-1 leaves none."""
    if page == "cp1252" and _decoded(high, page) is None:
        return "latin-1"
    return page


def _decoded(sample: bytes, page: str) -> str | None:
    try:
        return sample.decode(page)
    except UnicodeDecodeError:
        return None
