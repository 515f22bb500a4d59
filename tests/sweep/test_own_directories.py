"""The module of a stored model is found from wherever a command is given, and after the store has moved."""

from datetime import datetime
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import SweepSpec
from sweep.own_directories import stored_directories
from tests.sweep.own_specs import TEXT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a module in a directory of its own, and the store of a run from the project's root."""
    (tmp_path / "project" / "code").mkdir(parents=True)
    (tmp_path / "project" / "code" / "wheel.py").write_text("def f(point, seed):\n    return {}\n")
    monkeypatch.chdir(tmp_path / "project")
    text = TEXT.replace("tests.sweep.own_models:growth", "wheel:f")
    spec = SweepSpec.from_text(text, directory="code").to_text()
    store = ExperimentStore.create("runs/s", model="wheel:f", parameters=[])
    row = {"sweep": "a", "name": "s", "command": "run", "spec": spec, "started_at": datetime(2026, 1, 1)}
    store.append("sweeps", "a", [row])
    return tmp_path / "project"


def test_what_is_stored_is_no_absolute_path(project: Path) -> None:
    (row,) = ExperimentStore("runs/s").rows("sweeps")
    assert 'model_path = "code"' in str(row["spec"])
    assert str(project) not in str(row["spec"])


def test_it_is_found_from_here_from_elsewhere_and_when_all_has_moved(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stored_directories(ExperimentStore("runs/s")) == (str(project / "code"),)
    moved = project.rename(project.with_name("moved"))
    monkeypatch.chdir("/")
    assert stored_directories(ExperimentStore(moved / "runs" / "s")) == (str(moved / "code"),)


def test_one_that_is_nowhere_is_looked_for_from_here(project: Path) -> None:
    (project / "code" / "wheel.py").unlink()
    looked = stored_directories(ExperimentStore("runs/s"))
    assert looked == (str(project / "code"), str(project))


def test_the_deformation_potential_has_no_module(tmp_path: Path) -> None:
    assert stored_directories(ExperimentStore.create(tmp_path / "s")) == ()
