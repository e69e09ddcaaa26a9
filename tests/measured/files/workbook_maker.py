"""Small workbooks of any kind, written with the standard library alone."""

import struct
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

Cell = str | float | int | bool | None
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def letters(column: int) -> str:
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def cell_xml(place: str, value: Cell) -> str:
    """XML of a cell; a text that begins with '<' is taken as it is, one that begins with '#' is an error."""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str) and value.startswith("<"):
        return f'<c r="{place}">{value}</c>'
    if isinstance(value, str) and value.startswith("#"):
        return f'<c r="{place}" t="e"><v>{value}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'


def sheet_xml(cells: dict[str, Cell]) -> str:
    rows: dict[int, list[str]] = {}
    for place, value in cells.items():
        rows.setdefault(int(place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), []).append(cell_xml(place, value))
    body = "".join(f'<row r="{row}">{"".join(cells)}</row>' for row, cells in sorted(rows.items()))
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def write_xlsx(
    path: Path,
    sheets: dict[str, dict[str, Cell]],
    *,
    hidden: tuple[str, ...] = (),
    more: dict[str, bytes] | None = None,
    full_calc: bool = False,
) -> Path:
    """An .xlsx with these sheets: cells by their place, such as {"C7": 1.5}."""
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}"' + ' state="hidden"' * (name in hidden) + "/>"
        for i, name in enumerate(sheets, start=1)
    )
    calc = '<calcPr fullCalcOnLoad="1"/>' if full_calc else ""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/s{i}.xml" ContentType="{kind}.worksheet+xml"/>'
            for i in range(1, len(sheets) + 1)
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        f"<sheets>{listed}</sheets>{calc}</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{i}" Type="{_RELATIONS}/worksheet" Target="worksheets/s{i}.xml"/>'
            for i in range(1, len(sheets) + 1)
        )
        + "</Relationships>",
    }
    for i, cells in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/s{i}.xml"] = sheet_xml(cells)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | (more or {})).items():
            archive.writestr(name, content)
    return path


def write_ods(path: Path, rows: str, name: str = "T") -> Path:
    """An .ods with one table of these rows of XML."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    content = (
        f"<office:document-content {spaces} {calc}><office:body><office:spreadsheet>"
        f'<table:table table:name="{name}">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def write_ole2(path: Path, name: str, stream: bytes) -> Path:
    """An OLE2 file with one stream of at most 60 kB."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    header = struct.pack("<8s16sHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
                         0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)  # fmt: skip
    header += b"\xff" * (108 * 4)
    table = [0xFFFFFFFD, 0xFFFFFFFE] + [i + 3 for i in range(sectors - 1)] + [0xFFFFFFFE]
    table += [0xFFFFFFFF] * (128 - len(table))

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = title.encode("utf-16-le") + b"\0\0"
        return struct.pack("<64sHBBIII16sI8s8sIQ", raw, len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child, b"", 0, b"",
                           b"", start, size)  # fmt: skip

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, 0xFFFFFFFF, 2, len(stream)) + b"\0" * 256
    path.write_bytes(header + struct.pack("<128I", *table) + folder + stream)
    return path


def write_xls(path: Path, sheet: str, numbers: dict[tuple[int, int], float], more: bytes = b"") -> Path:
    """A BIFF8 workbook with one sheet of numbers, by (row, column) from 0, after other records."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 1997, 0, 6))

    title = sheet.encode("latin-1")
    end = record(0x0A, b"")
    bound = record(0x85, struct.pack("<IBBBB", 0, 0, 0, len(title), 0) + title)
    at = len(begin(5)) + len(bound) + len(end)
    bound = record(0x85, struct.pack("<IBBBB", at, 0, 0, len(title), 0) + title)
    body = b"".join(record(0x203, struct.pack("<HHHd", row, column, 0, x)) for (row, column), x in numbers.items())
    return write_ole2(path, "Workbook", begin(5) + bound + end + begin(0x10) + more + body + end)
