"""OVF files, versions 1 and 2, text and binary: the fields of a run, and the masks and states read into one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from devicegen.engine.output.numbers import go_float, go_float32
from devicegen.errors import ScriptError
from devicegen.files import written_whole

CHECK_4, CHECK_8 = 1234567.0, 123456789012345.0
_AXES = "xyz"


@dataclass(frozen=True, slots=True)
class Field:
    """A space-dependent quantity at one moment.

    values    : (components, nz, ny, nx) float32; x varies fastest in the file
    cell_m    : cell size along x, y, z [m]
    time_s    : simulated time [s]
    """

    name: str
    unit: str
    values: npt.NDArray[np.float32]
    cell_m: tuple[float, float, float]
    time_s: float = 0.0


def write_ovf(path: Path, field: Field, version: int = 2, text: bool = False) -> None:
    """Write `field` whole or not at all. MuMax3 writes version 2 little-endian and version 1 big-endian."""
    body = _text_rows(field.values) if text else _binary(field.values, "<f4" if version == 2 else ">f4")
    header = _header_2(field) if version == 2 else _header_1(field)
    form = "Text" if text else "Binary 4"
    with written_whole(path) as draft, open(draft, "wb") as stream:
        stream.write("".join(f"# {line}\n" for line in [*header, f"Begin: Data {form}"]).encode())
        stream.write(body)
        stream.write(f"# End: Data {form}\n# End: Segment\n".encode())


def _nodes(field: Field) -> tuple[int, int, int]:
    _, nz, ny, nx = field.values.shape
    return nx, ny, nz


def _header_2(field: Field) -> list[str]:
    components = field.values.shape[0]
    labels = [field.name] if components == 1 else [f"{field.name}_{_AXES[c]}" for c in range(components)]
    units = [field.unit or "1"] * components
    sizes = list(zip(_AXES, _nodes(field), field.cell_m, strict=True))
    return [
        "OOMMF OVF 2.0",
        "Segment count: 1",
        "Begin: Segment",
        "Begin: Header",
        f"Title: {field.name}",
        "meshtype: rectangular",
        "meshunit: m",
        *(f"{axis}min: 0" for axis in _AXES),
        *(f"{axis}max: {go_float(cell * nodes)}" for axis, nodes, cell in sizes),
        f"valuedim: {components}",
        f"valuelabels: {' '.join(labels)}",
        f"valueunits: {' '.join(units)}",
        f"Desc: Total simulation time:  {go_float(field.time_s)}  s",
        *(f"{axis}base: {go_float(cell / 2)}" for axis, _, cell in sizes),
        *(f"{axis}nodes: {nodes}" for axis, nodes, _ in sizes),
        *(f"{axis}stepsize: {go_float(cell)}" for axis, _, cell in sizes),
        "End: Header",
    ]


def _header_1(field: Field) -> list[str]:
    sizes = list(zip(_AXES, _nodes(field), field.cell_m, strict=True))
    return [
        "OOMMF: rectangular mesh v1.0",
        "Segment count: 1",
        "Begin: Segment",
        "Begin: Header",
        f"Desc: Time (s) : {go_float(field.time_s)}",
        f"Title: {field.name}",
        "meshtype: rectangular",
        "meshunit: m",
        *(f"{axis}base: {go_float(cell / 2)}" for axis, _, cell in sizes),
        *(f"{axis}stepsize: {go_float(cell)}" for axis, _, cell in sizes),
        *(f"{axis}min: 0" for axis in _AXES),
        *(f"{axis}max: {go_float(cell * nodes)}" for axis, nodes, cell in sizes),
        *(f"{axis}nodes: {nodes}" for axis, nodes, _ in sizes),
        "ValueRangeMinMag: 1e-08",
        "ValueRangeMaxMag: 1",
        f"valueunit: {field.unit}",
        "valuemultiplier: 1",
        "End: Header",
    ]


def _binary(values: npt.NDArray[np.float32], kind: str) -> bytes:
    cells = np.moveaxis(values, 0, -1).astype(kind)
    return np.array([CHECK_4], dtype=kind).tobytes() + cells.tobytes()


def _text_rows(values: npt.NDArray[np.float32]) -> bytes:
    rows = np.moveaxis(values, 0, -1).reshape(-1, values.shape[0])
    return "".join("".join(go_float32(one) + " " for one in row) + "\n" for row in rows).encode()


def read_ovf(path: Path) -> Field:
    """Read an OVF file of version 1 or 2, text or binary of 4 or 8 bytes.

    Raises ScriptError: file, place, found, expected.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise ScriptError(f"{path}: found no readable file ({error.strerror}), expected an OVF file") from None
    begin = raw.find(b"# Begin: Data ")
    if not raw.startswith(b"# OOMMF") or begin < 0:
        raise ScriptError(f"{path}: found no OVF header, expected '# OOMMF OVF 2.0' and '# Begin: Data'")
    header = _parse_header(raw[:begin].decode("utf-8", "replace"))
    line_end = raw.index(b"\n", begin)
    form = raw[begin + len(b"# Begin: Data ") : line_end].decode("ascii", "replace").strip().lower()
    return _assemble(path, header, form, raw[line_end + 1 :], version=2 if raw.startswith(b"# OOMMF OVF 2") else 1)


def _parse_header(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.lstrip("# ").partition(":")
        if colon:
            key, value = key.strip().lower(), value.strip()
            if key == "desc":
                key, _, value = value.partition(":")
                key = "desc " + key.strip().lower()
            found[key] = value.strip()
    return found


def _assemble(path: Path, header: dict[str, str], form: str, body: bytes, version: int) -> Field:
    try:
        nodes = [int(header[f"{axis}nodes"]) for axis in _AXES]
        cell = tuple(float(header[f"{axis}stepsize"]) for axis in _AXES)
        components = int(header.get("valuedim", "3"))
    except (KeyError, ValueError) as error:
        raise ScriptError(
            f"{path}: found a header without a usable {error.args[0]}, expected nodes and step sizes"
        ) from None
    count = nodes[0] * nodes[1] * nodes[2] * components
    if form == "text":
        numbers = np.array(body.split(b"#")[0].split(), dtype=np.float64)
    elif form in ("binary 4", "binary 8"):
        size, check = (4, CHECK_4) if form == "binary 4" else (8, CHECK_8)
        kind = f"{'<' if version == 2 else '>'}f{size}"
        if len(body) < size * (count + 1):
            raise ScriptError(
                f"{path}: found {len(body) // size - 1} values, expected {count} from its header: the file is truncated"
            )
        numbers = np.frombuffer(body, dtype=kind, count=count + 1)
        if numbers[0] != check:
            raise ScriptError(f"{path}: found the check value {numbers[0]}, expected {check}")
        numbers = numbers[1:]
    else:
        raise ScriptError(f"{path}: found data of the form '{form}', expected Text, Binary 4 or Binary 8")
    if numbers.size != count:
        raise ScriptError(f"{path}: found {numbers.size} values, expected {count} from its header")
    values = np.moveaxis(numbers.reshape(nodes[2], nodes[1], nodes[0], components), -1, 0)
    time = header.get("desc total simulation time", "0").split() or ["0"]
    return Field(
        header.get("title", ""),
        header.get("valueunits", header.get("valueunit", "")).split(" ")[0],
        np.ascontiguousarray(values, dtype=np.float32),
        (cell[0], cell[1], cell[2]),
        float(time[0]),
    )
