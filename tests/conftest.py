import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def measured_files() -> Path:
    """Real pulse files; they are not part of the project."""
    folder = Path(os.environ.get("DEV2NET_MEASURED", ROOT.parent / "shared" / "measured"))
    if not folder.is_dir():
        pytest.skip(f"no real pulse files in {folder}; set DEV2NET_MEASURED to their folder")
    return folder
