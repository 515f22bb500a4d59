"""The package as others get it: built, installed where the source tree is not, and tried."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.sweep.conftest import SMALL

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = ("physics", "store", "learn", "sweep")
# Files beside modules that the code reads, and that type checkers look for.
DATA = (".sql", ".html", ".css", ".js", "py.typed")
NOT_SOURCES = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "runs")
TINY = SMALL.replace("budget = 14", "budget = 8").replace("n = 6", "n = 2")


def files(root: Path, endings: tuple[str, ...]) -> set[str]:
    """Paths of the packages' files with these endings."""
    found = (path for package in PACKAGES for path in (root / package).rglob("*"))
    return {path.relative_to(root).as_posix() for path in found if path.name.endswith(endings)}


def test_every_package_says_that_it_is_typed() -> None:
    assert {f"{package}/py.typed" for package in PACKAGES} <= files(ROOT, DATA)


def test_every_data_file_is_covered_by_the_project_file() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = tool["package-data"]["*"]
    for name in files(ROOT, DATA):
        path = Path(name)
        assert any(path.match(pattern) for pattern in patterns), name
        assert path.parent.as_posix().replace("/", ".") in tool["packages"], name


def test_the_citation_names_this_version_licence_and_the_paper() -> None:
    yaml = pytest.importorskip("yaml")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["version"], citation["license"]) == (PROJECT["version"], PROJECT["license"])
    assert (citation["title"], citation["type"]) == (PROJECT["name"], "software")
    (paper,) = citation["references"]
    assert paper["doi"] == "10.3390/e26070552"
    assert paper["identifiers"][0]["value"] == "arXiv:2406.00042"
    assert paper["doi"] in (ROOT / "README.md").read_text(encoding="utf-8")
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel and a source distribution, made from a copy of the tree."""
    place = tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT, place / "tree", ignore=NOT_SOURCES)
    ask(place, sys.executable, "-m", "venv", "builder")
    ask(place, "builder/bin/pip", "install", "--quiet", "build")
    ask(place, "builder/bin/python", "-m", "build", "--outdir", "dist", "tree")
    return place / "dist"


@pytest.fixture(scope="module")
def installed(built: Path) -> Path:
    """The programs of an environment that has the wheel and what it requires, and nothing of the tree."""
    place = built.parent
    (wheel,) = built.glob("*.whl")
    ask(place, sys.executable, "-m", "venv", "clean")
    ask(place, "clean/bin/pip", "install", "--quiet", "-c", str(ROOT / "constraints.txt"), str(wheel))
    return place / "clean" / "bin"


def ask(place: Path, *command: str) -> str:
    """Run a command that cannot see the source tree; what it prints."""
    variables = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=place, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_the_wheel_has_code_and_data_and_nothing_else(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    inside = {name for name in names if name.split("/")[0] in PACKAGES}
    assert inside == files(built.parent / "tree", (*DATA, ".py"))
    assert {name.split("/")[0] for name in names - inside} == {f"regimap-{PROJECT['version']}.dist-info"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


@pytest.mark.slow
def test_the_source_distribution_has_what_the_tests_need(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    wanted = (
        "tests/conftest.py",
        "examples/quickstart.toml",
        "constraints.txt",
        "CITATION.cff",
        "LICENSE",
        "docs/store.md",
    )
    assert set(wanted) | files(built.parent / "tree", DATA) <= names
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_installed_wheel_plans_runs_and_draws(installed: Path, tmp_path: Path) -> None:
    regimap = str(installed / "regimap")
    (tmp_path / "tiny.toml").write_text(TINY)
    said = ask(tmp_path, regimap, "--version")
    assert said.startswith(f"regimap {PROJECT['version']}\nphysics ")
    assert "commit" not in said
    origin = ask(tmp_path, str(installed / "python"), "-c", "import sweep; print(sweep.__file__)")
    assert re.search(r"site-packages/sweep/__init__\.py$", origin.strip())
    assert "8" in ask(tmp_path, regimap, "plan", "tiny.toml")
    ask(tmp_path, regimap, "run", "tiny.toml", "--store", "ran", "--backend", "serial")
    assert "8" in ask(tmp_path, regimap, "query", "ran", "select count(*) from trials", "--csv")
    ask(tmp_path, regimap, "campaign", "tiny.toml", "--store", "found", "--backend", "serial")
    ask(tmp_path, regimap, "map", "found", "-o", "map.svg")
    ask(tmp_path, regimap, "report", "found", "-o", "page.html")
    assert "<svg" in (tmp_path / "map.svg").read_text()
    assert (tmp_path / "page.html").read_text().lower().startswith("<!doctype html>")
    said = ask(
        tmp_path, str(installed / "python"), "-m", "sweep", "replay", "ran", first_trial(tmp_path, regimap)
    )
    assert "the same, bit for bit" in said
    assert ask(tmp_path, regimap, "doctor", "ran").rstrip().endswith("0 troubles")


def first_trial(place: Path, regimap: str) -> str:
    return ask(place, regimap, "query", "ran", "select min(trial_id) from trials", "--csv").split()[1]
