"""``device.yaml``: what the pulse files of a measured device hold, and where they come from.

The keys are described for users in ``docs/devices/measured.md``. A mistake in the file becomes one
sentence: file, key, what was found, what was expected, and the nearest key that exists.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from devicegen.errors import PulseFileError
from devicegen.measured.description.blocks import (
    ArbitraryScale,
    ChangeColumns,
    Columns,
    Files,
    Part,
    Polarity,
    Pulses,
    Range,
    ReadNoiseBlock,
    Strict,
    Traces,
    Turns,
    Units,
)
from devicegen.measured.description.layouts import check_layout

FILE_NAME = "device.yaml"

Layout = Literal["one_row_a_pulse", "one_column_a_ramp", "one_row_a_trace", "crosssim_tables", "mean_changes"]

_OF_A_FILE = {
    "sheet", "header_line", "first_line", "parts", "encoding", "delimiter", "decimal", "columns", "ramp_columns",
    "trace_lines", "reads_from", "ramp_units", "turns", "read_voltage_V",
}  # fmt: skip
"""What may differ from file to file."""


DEVICE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,63}")
"""What a device may be called: its name is that of files."""


def _file_name(name: str) -> str:
    if not DEVICE_NAME.fullmatch(name):
        raise ValueError(
            f"device is {name!r}, expected letters, digits, '_' or '-', starting with a letter: it names files"
        )
    return name


class Description(Strict):
    """Content of ``device.yaml``."""

    device: Annotated[str, AfterValidator(_file_name)]
    synthetic: bool
    source: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    notes: str = ""
    layout: Layout
    files: Files
    sheet: str | int | None = None
    header_line: int = Field(default=1, ge=0)
    first_line: int | None = Field(default=None, ge=1)
    parts: list[Part] = []
    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal["auto", "point", "comma"] = "auto"
    columns: Columns | None = None
    ramp_columns: Traces | None = None
    trace_lines: Traces | None = None
    reads_from: int | None = Field(default=None, ge=1)
    ramp_units: Units | dict[str | int, Units] | None = None
    turns: Turns | Literal["found"] | None = None
    a_column_is: Literal["a_ramp", "a_device"] = "a_ramp"
    polarity: Polarity | None = None
    first_read: Literal["before", "after"] | None = None
    skip_bad: bool = False
    per_file: dict[str, dict[str, Any]] = {}
    pulse: Pulses = Pulses()
    read_voltage_V: float | None = None
    start_S: float | None = Field(default=None, gt=0)
    columns_of_changes: ChangeColumns | None = None
    conductance_range: Range | Literal["whole"] | None = None
    arbitrary_scale: ArbitraryScale | None = None
    read_noise: ReadNoiseBlock | None = None
    cell_size_m: float | dict[str, float] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Description:
        check_layout(self)
        for name, changes in self.per_file.items():
            if name not in self.file_names():
                raise ValueError(f"per_file names {name!r}, which 'files' does not")
            if odd := sorted(set(changes) - _OF_A_FILE):
                raise ValueError(f"per_file.{name} has the key '{odd[0]}', expected of {', '.join(sorted(_OF_A_FILE))}")
            self.of_file(name)
        return self

    def of_file(self, name: str) -> Description:
        """What holds for one of the files: the description, with what `per_file` says of it laid over."""
        changes = self.per_file.get(name)
        if not changes:
            return self
        content = self.model_dump(exclude_unset=True, exclude={"per_file"}) | changes
        return Description.model_validate(content)

    def cell_sizes_m(self, devices: tuple[str, ...]) -> dict[str, float]:
        """Cell size of each of the devices whose size is known."""
        if isinstance(self.cell_size_m, dict):
            return self.cell_size_m
        return {} if self.cell_size_m is None else dict.fromkeys(devices, self.cell_size_m)

    def file_names(self) -> tuple[str, ...]:
        """Names of all pulse files, relative to the folder."""
        return (*self.files.pulses, *self.files.set, *self.files.reset)

    def read_units(self) -> tuple[str, ...]:
        """Units of the columns that hold reads."""
        if isinstance(self.ramp_units, dict):
            return tuple(self.ramp_units.values())
        if self.ramp_units is not None:
            return (self.ramp_units,)
        if self.columns is None:
            return ()
        named = (self.columns.before, self.columns.after, self.columns.reads)
        return tuple(str(column.units) for column in named if column is not None)

    def units_of(self, place: str | int) -> str:
        """Units of the reads of one ramp."""
        if isinstance(self.ramp_units, dict):
            if place not in self.ramp_units:
                raise PulseFileError(f"{FILE_NAME}: ramp_units names no units of {place!r}.")
            return self.ramp_units[place]
        return str(self.ramp_units)


def _fields_at(location: tuple[str | int, ...]) -> list[str]:
    """Keys that `Description` knows at a place in it."""
    model: Any = Description
    for key in location:
        if isinstance(key, int) or key not in model.model_fields:
            return []
        annotation = model.model_fields[key].annotation
        options = [annotation, *getattr(annotation, "__args__", ())]
        options += [getattr(option, "__origin__", None) for option in options]
        model = next((o for o in options if isinstance(o, type) and issubclass(o, BaseModel)), None)
        if model is None:
            return []
    return list(model.model_fields)


def _sentence(path: Path, error: ValidationError) -> str:
    """The first mistake of a description, in one sentence."""
    mistakes = error.errors()
    first = next((mistake for mistake in mistakes if mistake["type"] == "extra_forbidden"), mistakes[0])
    location = tuple(first["loc"])
    key = ".".join(str(part) for part in location) or "the file"
    if first["type"] == "extra_forbidden":
        known = _fields_at(location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"expected one of {', '.join(known)}."
        return f"{path}: unknown key '{key}'; {hint}"
    if first["type"] == "missing":
        return f"{path}: the key '{key}' is missing."
    expected = first["msg"].removeprefix("Value error, ")
    if first["type"] == "literal_error":
        choices = str(first.get("ctx", {}).get("expected"))
        near = difflib.get_close_matches(str(first["input"]), re.findall("'(.*?)'", choices), 1)
        hint = f"; did you mean '{near[0]}'?" if near else "."
        return f"{path}: key '{key}' is {first['input']!r}, expected {choices}{hint}"
    if first["type"] == "value_error":
        return f"{path}: {key}: {expected}."
    return f"{path}: key '{key}' is {first['input']!r}: {expected[0].lower()}{expected[1:]}."


class _OnceLoader(yaml.SafeLoader):
    """YAML in which no key comes twice; the plain loader would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(problem=f"the key {key!r} comes twice")
        return super().construct_mapping(node, deep)


def read_description(folder: Path) -> Description:
    """Read and check ``device.yaml`` of a measured device's folder.

    Raises PulseFileError, in one sentence, for a file that is missing, is not YAML, has a wrong key or value, or
    names another device than its folder.
    """
    path = Path(folder) / FILE_NAME
    if not path.is_file():
        raise PulseFileError(f"{path}: no such file; a measured device is a folder of {FILE_NAME} and pulse files.")
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), _OnceLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise PulseFileError(f"{path}: not readable as YAML ({reason}).") from error
    if not isinstance(content, dict):
        raise PulseFileError(
            f"{path}: found {type(content).__name__}, expected keys and values such as 'device: name'."
        )
    try:
        description = Description.model_validate(content)
    except ValidationError as error:
        raise PulseFileError(_sentence(path, error)) from error
    folder_name = Path(folder).resolve().name
    if description.device != folder_name:
        raise PulseFileError(
            f"{path}: device is '{description.device}', but the folder is called '{folder_name}'; "
            "both name the table: make them the same."
        )
    return description
