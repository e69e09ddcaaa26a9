import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lab(tmp_path: Path) -> Callable[..., Path]:
    """Write a measured device's folder: its description and its files."""

    def write(description: dict[str, Any], **files: str | bytes) -> Path:
        folder = tmp_path / "lab"
        folder.mkdir(exist_ok=True)
        (folder / "device.yaml").write_text(yaml.safe_dump(description, allow_unicode=True), encoding="utf-8")
        for name, content in files.items():
            raw = content.encode() if isinstance(content, str) else content
            name = name.replace("_csv", ".csv").replace("_gz", ".gz")
            (folder / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return folder

    return write
