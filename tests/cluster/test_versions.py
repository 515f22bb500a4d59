"""One Python and one Ray in all files, and every path that a file names."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "cluster"
DOCKERFILE = (CLUSTER / "Dockerfile").read_text()
FILES = sorted(path for path in CLUSTER.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def pinned(package: str) -> str:
    return re.search(rf"(?m)^{package}==(\S+)$", (ROOT / "constraints.txt").read_text())[1]


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_image_has_the_ray_that_was_tested_and_a_python_that_the_project_allows() -> None:
    ray, python = re.search(r"(?m)^FROM rayproject/ray:([\d.]+)-py(\d+)-cpu$", DOCKERFILE).groups()
    assert ray == pinned("ray")
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project()["requires-python"]).groups()
    assert python[0] == "3"
    assert int(low) <= int(python[1:]) < int(high)


def test_the_image_is_installed_with_the_tested_versions() -> None:
    assert re.search(r"pip install \S+ -c constraints\.txt '\.\[cluster,s3\]'", DOCKERFILE)


def test_the_image_gets_every_package_and_each_path_that_it_copies_is_there() -> None:
    copied = [line.split()[2:-1] for line in DOCKERFILE.splitlines() if line.startswith("COPY")]
    names = {name for line in copied for name in line}
    assert all((ROOT / name).exists() for name in names)
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert {package.split(".")[0] for package in packages} <= names
    assert {project()["readme"], *project()["license-files"], "constraints.txt"} <= names


def test_the_images_of_the_clusters_are_of_this_version() -> None:
    tags = re.findall(r"registry\.example\.org/regimap:(\S+)", "".join(p.read_text() for p in FILES))
    assert set(tags) == {project()["version"]}


def test_kubernetes_is_told_the_ray_that_was_tested() -> None:
    job = yaml.safe_load((CLUSTER / "rayjob.yaml").read_text())
    assert job["spec"]["rayClusterSpec"]["rayVersion"] == pinned("ray")


def test_own_machines_get_the_python_of_the_image() -> None:
    minor = re.search(r"-py3(\d+)-cpu", DOCKERFILE)[1]
    assert f"python3.{minor} -m venv" in (CLUSTER / "ray-local.yaml").read_text()


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix != ".md"], ids=lambda path: path.name)
def test_each_file_says_what_was_run_for_real_and_what_was_not(path: Path) -> None:
    text = path.read_text()
    assert "Run for real: " in text
    for test in re.findall(r"tests/cluster/\w+\.py", text):
        assert (ROOT / test).is_file(), test


def test_the_command_is_installed_beside_this_python() -> None:
    assert (Path(sys.executable).parent / "regimap").is_file()
