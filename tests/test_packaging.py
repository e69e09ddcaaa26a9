"""The three lists of packages say the same: pyproject.toml, requirements.lock, environment.yml."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", name.strip(), maxsplit=1)[0]).lower()


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def lock() -> dict[str, str]:
    lines = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if line and line[0] != "#"]
    return {canonical(line): line for line in lines}


def test_every_line_of_the_lock_is_one_exact_version(lock):
    for line in lock.values():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line), line


def test_the_lock_holds_every_package_of_the_project(project, lock):
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"] + ["setuptools"]
    missing = [name for name in wanted if canonical(name) not in lock]
    assert missing == [], "add them with: make lock"


def test_conda_users_get_the_lock_and_the_same_python(project):
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = next(entry["pip"] for entry in dependencies if isinstance(entry, dict))
    assert pip == ["-r requirements.lock", "-e ."]
    assert f"python{project['requires-python']}" in dependencies


def test_imports_point_one_way():
    """Networks know the table's format and nothing of how tables come about; nothing imports the workflow."""
    of_the_table = {"table", "table_file", "evidence"}
    allowed = of_the_table | {"figure", "seeds", "errors", "files", "compiled"}
    for package in ("devicegen", "netsim"):
        for path in (ROOT / package).rglob("*.py"):
            for line in path.read_text().splitlines():
                found = re.match(r"\s*(?:from|import)\s+(workflow|netsim|devicegen)(?:\.(\w+))?", line)
                if not found:
                    continue
                assert found[1] != "workflow", f"{path}: {line}"
                if package == "devicegen":
                    assert found[1] == "devicegen", f"{path}: {line}"
                elif found[1] == "devicegen":
                    assert found[2] in allowed, f"{path}: {line}"


def test_names_of_packages_are_the_installed_ones(lock):
    from importlib.metadata import version

    for name in ("numpy", "numba", "snakemake", "distributed"):
        assert lock[name] == f"{name}=={version(name)}", f"the environment is not the lock's: {name}"
