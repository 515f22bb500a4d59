"""The import walls: who may import whom, and which libraries live where."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ISLANDS = ("physics", "store", "learn")
PACKAGES = (*ISLANDS, "sweep")
HOMES = {
    "ray": {f"sweep/backends/ray_{part}.py" for part in ("actors", "metrics", "watch")},
    "pyarrow": {"store/"},
    "duckdb": {"store/"},
    "optuna": {"learn/"},
    "sklearn": {"learn/"},
    "dtaidistance": {"learn/"},
    "kmedoids": {"learn/"},
    "pyfftw": {"physics/"},
    "matplotlib": {"sweep/figures/"},
    "click": {"sweep/cli/"},
}
MODULES = sorted(path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names that a module imports, wherever the statement stands."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_stays_within_its_walls(path: Path) -> None:
    names, package = imported(path), path.parts[0]
    if package in ISLANDS:
        assert not names & (set(PACKAGES) - {package})
    for library, homes in HOMES.items():
        if library in names:
            assert any(path.as_posix().startswith(home) for home in homes), f"{path} imports {library}"


def test_ray_is_imported_only_when_it_is_chosen() -> None:
    importers = [path for path in MODULES if "ray" in imported(path)]
    assert {path.as_posix() for path in importers} == HOMES["ray"]


def test_the_packages_of_the_project_file_are_those_of_the_tree() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {path.parent.as_posix().replace("/", ".") for path in MODULES if path.name == "__init__.py"}
    assert set(listed) == found
