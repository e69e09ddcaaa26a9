"""What a workbook's reader keeps silent about: formulas without values, and errors. Found in the XML, by streaming.

Programs that write workbooks without computing (openpyxl, XlsxWriter) leave values out, or write 0 for all. Such cells
read as empty or as zeros, and a table would be made of them. Errors (#DIV/0!) read as empty.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from xml.parsers import expat

_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]|:formula=|\st=[\"']e[\"']")
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_FULL_CALC = re.compile(rb"fullCalcOnLoad=\"(1|true)\"")
_CHUNK = 1 << 18


@dataclass
class Formulas:
    """What the formulas of one sheet hold.

    missing : the first cell with a formula and no value, or None
    first   : the first cell with a formula, or None
    zeros   : whether each formula's value is 0
    errors  : what stands in cells that hold an error, by (row, column), from 1
    """

    missing: str | None = None
    first: str | None = None
    zeros: bool = True
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


class _SheetScan:
    """Follows the cells of a sheet of an .xlsx: ``<c r="D7" t="str"><f>..</f><v>..</v></c>``."""

    def __init__(self) -> None:
        self.found = Formulas()
        self._row, self._column = 0, 0
        self._cell = ""
        self._type = ""
        self._formula = self._in_value = self._has_value = False
        self._value = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            self._row, self._column = int(attributes.get("r") or self._row + 1), 0
        elif name == "c":
            self._column += 1
            self._cell = attributes.get("r") or f"{column_letters(self._column)}{self._row}"
            self._type = attributes.get("t", "")
            self._formula = self._has_value = False
            self._value = ""
        elif name == "f":
            self._formula = True
        elif name == "v":
            self._in_value = self._has_value = True

    def text(self, text: str) -> None:
        if self._in_value and (self._formula or self._type == "e"):
            self._value += text

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "v":
            self._in_value = False
        elif name != "c":
            return
        found = self.found
        if self._type == "e" and (place := _CELL.fullmatch(self._cell)):
            found.errors[int(place[2]), column_number(place[1])] = self._value or "#VALUE!"
        if self._formula:
            found.first = found.first or self._cell
            empty = not self._value and not (self._type == "str" and self._has_value)
            if empty:
                found.missing = found.missing or self._cell
            elif self._value != "0":
                found.zeros = False


class _OdsScan:
    """Follows the tables of an .ods: ``<table:table-cell table:formula=".." office:value-type="float" ..>``."""

    def __init__(self) -> None:
        self.sheets: dict[str, Formulas] = {}
        self._found = Formulas()
        self._row, self._column, self._next = 0, 0, 1
        self._error: tuple[int, int] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._found = self.sheets.setdefault(attributes.get("table:name", ""), Formulas())
            self._next = 1
        elif name == "table:table-row":
            self._row, self._column = self._next, 0
            self._next += int(attributes.get("table:number-rows-repeated", "1"))
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._error = None
            if "table:formula" in attributes:
                self._formula(attributes)
            self._column += int(attributes.get("table:number-columns-repeated", "1"))

    def _formula(self, attributes: dict[str, str]) -> None:
        cell = f"{column_letters(self._column + 1)}{self._row}"
        found = self._found
        found.first = found.first or cell
        if attributes.get("calcext:value-type") == "error":
            self._error = (self._row, self._column + 1)
            found.errors[self._error] = ""
        elif "office:value-type" not in attributes:
            found.missing = found.missing or cell
        if attributes.get("office:value") != "0":
            found.zeros = False

    def text(self, text: str) -> None:
        if self._error:
            self._found.errors[self._error] += text.strip()

    def end(self, name: str) -> None:
        if name == "table:table-cell":
            self._error = None


def column_letters(column: int) -> str:
    """Letters of a column, from 1: A, B, ... Z, AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Number of a column, from 1."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def formulas_of_xlsx(archive: zipfile.ZipFile) -> dict[str, Formulas]:
    """Formulas of each sheet that has any, by its name. Raises expat.ExpatError for damaged XML."""
    found = {}
    for title, member in _sheet_members(archive).items():
        if member in archive.namelist() and _mentions(archive, member):
            scan = _SheetScan()
            parser = _parser()
            parser.StartElementHandler, parser.EndElementHandler = scan.start, scan.end
            parser.CharacterDataHandler = scan.text
            _feed(parser, archive, member)
            found[title] = scan.found
    return found


def formulas_of_ods(archive: zipfile.ZipFile) -> dict[str, Formulas]:
    """Formulas of each table of an .ods, by its name. Raises expat.ExpatError for damaged XML."""
    if not _mentions(archive, "content.xml"):
        return {}
    scan = _OdsScan()
    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler = scan.start, scan.end
    parser.CharacterDataHandler = scan.text
    _feed(parser, archive, "content.xml")
    return scan.sheets


def computes_on_opening(archive: zipfile.ZipFile) -> bool:
    """Whether a workbook asks to be computed when it is opened, as one does whose values were never computed."""
    with archive.open("xl/workbook.xml") as stream:
        return bool(_FULL_CALC.search(stream.read(1 << 20)))


def _mentions(archive: zipfile.ZipFile, member: str) -> bool:
    tail = b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            if _FORMULA.search(tail + chunk):
                return True
            tail = chunk[-64:]
    return False


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise expat.ExpatError("it declares entities, which no workbook needs")

    parser.EntityDeclHandler = refuse
    return parser


def _feed(parser: expat.XMLParserType, archive: zipfile.ZipFile, member: str) -> None:
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _sheet_members(archive: zipfile.ZipFile) -> dict[str, str]:
    """The file in the archive that holds each sheet, by the sheet's name."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            target = attributes.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            targets[attributes.get("Id", "")] = full

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            identity = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            sheets[attributes.get("name", "")] = identity

    for member, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = _parser()
        parser.StartElementHandler = handler
        _feed(parser, archive, member)
    return {title: targets[identity] for title, identity in sheets.items() if identity in targets}
