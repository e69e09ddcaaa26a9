"""Short ways to look at what the reader gives."""

from pathlib import Path

from devicegen.measured.files import Dialect, Sheet, open_sheets


def rows(sheet: Sheet, first_line: int = 1, block_lines: int = 65536) -> list[list[str]]:
    return [row for block in sheet.blocks(first_line, block_lines) for row in block.rows]


def lines(sheet: Sheet, first_line: int = 1, block_lines: int = 65536) -> list[int]:
    return [line for block in sheet.blocks(first_line, block_lines) for line in block.lines]


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def the_sheet(path: Path, dialect: Dialect | None = None) -> Sheet:
    (sheet,) = open_sheets(path, dialect)
    return sheet
