"""The schema and the settings page are what the models say."""

from pathlib import Path

import pytest

from workflow import reference

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("path", "text"), [(reference.SCHEMA, reference.schema_text), (reference.PAGE, reference.page_text)]
)
def test_shipped_reference_is_the_models_own(path, text):
    assert (ROOT / path).read_text() == text(), "write it anew with: python -m workflow.reference"


def test_presets_are_on_the_page():
    page = reference.page_text()
    assert "| `material.damping` | `0.012` | `0.012` | `0.1` |" in page
    assert "| `end_stops.length_m` |  |  | `3e-08` |" in page


def test_every_setting_is_explained():
    schema = reference.Study.model_json_schema()
    silent = [
        f"{title}.{name}"
        for title, model in {"Study": schema, **schema["$defs"]}.items()
        for name, field in model.get("properties", {}).items()
        if not field.get("description") and "$ref" not in field and "const" not in field
    ]
    assert silent == []
