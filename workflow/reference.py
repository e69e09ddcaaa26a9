"""The configuration's reference, made from its models: config/schema.json and docs/configuration.md.

``python -m workflow.reference`` writes both anew; a test fails when they and the models disagree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devicegen.files import write_text_whole
from devicegen.racetrack.config import RacetrackConfig
from devicegen.racetrack.presets import PRESETS
from workflow.study import Study

SCHEMA = Path("config/schema.json")
PAGE = Path("docs/configuration.md")

_INTRODUCTION = """\
A study is one YAML file, such as `config/default.yaml` or `config/paper.yaml`. The settings of [Study](#study) stand at
its top level; each of the other blocks, here in alphabetical order, is the value of a setting that links to it:

- a device is a [SimulatedDevice](#simulateddevice) with a [RacetrackConfig](#racetrackconfig), an
  [ArtificialDevice](#artificialdevice) or a [FinishedTable](#finishedtable), told apart by `kind`; measured devices are
  folders of `raw`;
- a network is a [QuantizedNetwork](#quantizednetwork), an [ExSituNetwork](#exsitunetwork) or a
  [PairNetwork](#pairnetwork), told apart by `scheme`.

The end of a name is its unit: `_m`, `_s`, `_S`, `_V`, `_J`, `_K`, `_J_m3` (J/m3) and so on. "In parts of the range"
means that 0.1 is a tenth of the conductance range. `[M]` marks a value of Al Misba 2022, "assumed" one that no paper
states. `required`: there is no default.
"""


def schema_text() -> str:
    """The JSON schema of a study; editors complete and check YAML files with it."""
    return json.dumps(Study.model_json_schema(), indent=1, ensure_ascii=False) + "\n"


def _type(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    for union in ("anyOf", "oneOf", "allOf"):
        if union in field:
            return " or ".join(dict.fromkeys(_type(option) for option in field[union]))
    kind = field.get("type", "anything")
    if kind == "array":
        return f"list of {_type(field.get('items', {}))}"
    if kind == "object" and isinstance(field.get("additionalProperties"), Mapping):
        return f"name: {_type(field['additionalProperties'])}"
    return {"null": "null", "integer": "integer", "number": "number", "string": "text", "boolean": "true or false"}.get(
        kind, kind
    )


def _default(field: Mapping[str, Any], required: bool) -> str:
    if required:
        return "required"
    value = field.get("default")
    if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
        return "see there"
    return f"`{json.dumps(value, ensure_ascii=False)}`" if "default" in field else ""


def _flat(block: Mapping[str, Any], name: str = "") -> dict[str, str]:
    """Settings of a block by their dotted names, as they are written in YAML."""
    found: dict[str, str] = {}
    for key, value in block.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{name}{key}.")
        else:
            found[f"{name}{key}"] = json.dumps(value).replace('"', "")
    return found


def _presets() -> list[str]:
    """What the presets of a racetrack say; what they leave open has the default of its block."""
    presets = {name: _flat(block) for name, block in PRESETS.items()}
    lines = [
        "What the presets set. They all give `instances` and `timeout_s`; where a cell is empty the default holds.",
        "",
        f"| setting | {' | '.join(f'`{name}`' for name in presets)} |",
        f"|---{'|---' * len(presets)}|",
    ]
    blocks = list(RacetrackConfig.model_fields)
    settings = dict.fromkeys(setting for preset in presets.values() for setting in preset)
    for setting in sorted(settings, key=lambda setting: blocks.index(setting.split(".")[0])):
        cells = [f"`{preset[setting]}`" if setting in preset else "" for preset in presets.values()]
        lines.append(f"| `{setting}` | {' | '.join(cells)} |")
    return [*lines, ""]


def _section(title: str, model: Mapping[str, Any]) -> list[str]:
    lines = [f"## {title}", "", str(model.get("description", "")).split("\n\n")[0].replace("\n", " "), ""]
    lines += ["| setting | value | default | meaning |", "|---|---|---|---|"]
    required = set(model.get("required", []))
    for name, field in model.get("properties", {}).items():
        meaning = str(field.get("description", "")).replace("\n", " ").replace("|", "\\|")
        kind = _type(field).replace("|", "\\|")
        lines.append(f"| `{name}` | {kind} | {_default(field, name in required)} | {meaning} |")
    return [*lines, ""]


def page_text() -> str:
    """The reference page: every block, setting, default and unit."""
    schema = Study.model_json_schema()
    lines = [
        "# Every setting of a study",
        "Made from the models by `python -m workflow.reference`; edit the models, not this page.",
        "",
        _INTRODUCTION,
        *_section("Study", schema),
    ]
    for name, model in schema["$defs"].items():
        if "properties" in model:
            lines += _section(name, model)
        if name == "RacetrackConfig":
            lines += _presets()
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    write_text_whole(SCHEMA, schema_text())
    write_text_whole(PAGE, page_text())
