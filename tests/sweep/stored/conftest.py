"""A small store that knows everything of its trials: results, plans, labels, and why points were chosen."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import SweepSpec, run
from tests.sweep.conftest import SMALL

TINY = SMALL.replace("n = 6", "n = 3")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    """Twelve trials of three points, frozen and moving."""
    path = tmp_path_factory.mktemp("stored") / "store"
    run(SweepSpec.from_text(TINY), store=path, backend="serial")
    store = ExperimentStore(path)
    (point,) = next(store.sql("select point_id from trials where not frozen order by trial_id").rows())
    common = {"point_id": point, "frozen": False, "method": "by hand", "k": 2}
    for version, regime, membership, day in (
        ("v1", "diffusive", [0.4, 0.6], 1),
        ("v2", "ballistic", [0.9, 0.1], 2),
    ):
        when = datetime(2026, 11, day, tzinfo=UTC).replace(tzinfo=None)
        label = {
            **common,
            "label_version": version,
            "regime": regime,
            "membership": membership,
            "created": when,
        }
        store.append("labels", version, [label])
    asked = {"campaign": "c0ffee", "round": 3, "slot": 1, "point_id": point, "why": "boundary", "score": 0.41}
    store.append("proposals", "c0ffee-3", [{**asked, "membership": [0.55, 0.45], "label_version": "v1"}])
    return store


@pytest.fixture
def stored(whole: ExperimentStore, tmp_path: Path) -> ExperimentStore:
    """A copy to write to."""
    return ExperimentStore(shutil.copytree(whole.path, tmp_path / "copy"))


@pytest.fixture(scope="session")
def first(whole: ExperimentStore) -> str:
    """The id of a moving trial, the first."""
    (trial_id,) = next(whole.sql("select trial_id from trials where not frozen order by trial_id").rows())
    return str(trial_id)


@pytest.fixture
def tiny_spec(tmp_path: Path) -> Path:
    """The spec of the store."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return path
