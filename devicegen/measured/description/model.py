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
    Columns,
    Files,
    Polarity,
    Pulses,
    RampColumns,
    Range,
    ReadNoiseBlock,
    Strict,
    Units,
)
from devicegen.measured.description.units import UNITS

FILE_NAME = "device.yaml"

Layout = Literal["one_row_a_pulse", "one_column_a_ramp", "crosssim_tables"]


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
    header_line: int = Field(default=1, ge=0)
    encoding: str = "utf-8"
    decimal: Literal["auto", "point", "comma"] = "auto"
    columns: Columns | None = None
    ramp_columns: RampColumns | None = None
    ramp_units: Units | None = None
    polarity: Polarity | None = None
    pulse: Pulses = Pulses()
    read_voltage_V: float | None = None
    conductance_range: Range | None = None
    arbitrary_scale: ArbitraryScale | None = None
    read_noise: ReadNoiseBlock | None = None
    cell_size_m: float | dict[str, float] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Description:
        if self.layout == "crosssim_tables":
            self._check_tables()
            return self
        rows = self.layout == "one_row_a_pulse"
        needed, idle = ("columns", ("ramp_columns", "ramp_units")) if rows else ("ramp_units", ("columns", "polarity"))
        if getattr(self, needed) is None:
            raise ValueError(f"layout {self.layout} needs the key '{needed}'")
        for key in idle:
            if getattr(self, key) is not None:
                raise ValueError(f"layout {self.layout} has no use for the key '{key}'")
        if rows:
            self._check_rows()
        elif bool(self.files.pulses) != (self.ramp_columns is not None):
            raise ValueError("ramps of both polarities in one file need 'ramp_columns', ramps in two files have none")
        quantities = {UNITS[units][0] for units in self.read_units()}
        if "current" in quantities and not self.read_voltage_V:
            raise ValueError("reads given as currents need 'read_voltage_V', the voltage they were read at")
        if ("arbitrary" in quantities) != (self.arbitrary_scale is not None):
            raise ValueError("units '1' and the key 'arbitrary_scale' come together: one of them is missing")
        return self

    def _check_tables(self) -> None:
        """Finished tables: nothing is left to say of how pulses are read."""
        if len(self.files.set) != 1 or len(self.files.reset) != 1:
            raise ValueError("layout crosssim_tables needs 'files' of one file each for 'set' and 'reset'")
        said = self.model_fields_set - {"device", "synthetic", "source", "licence", "notes", "layout", "files", "pulse"}
        if said:
            raise ValueError(f"layout crosssim_tables has no use for the key '{min(said)}'")

    def _check_rows(self) -> None:
        assert self.columns is not None
        if not self.files.pulses:
            if self.polarity is not None:
                raise ValueError("a file for each polarity needs no key 'polarity'")
            return
        if self.polarity is None:
            raise ValueError("files of both polarities need the key 'polarity'")
        source = "amplitude" if self.polarity.set_sign else "polarity"
        if getattr(self.columns, source) is None:
            raise ValueError(f"the polarity is told by the {source}, but columns names no '{source}'")

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
        if self.columns is None:
            return (str(self.ramp_units),)
        return tuple(str(c.units) for c in (self.columns.before, self.columns.after) if c is not None)


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
