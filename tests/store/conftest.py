"""A store to write to, and chunks to write."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from store import ExperimentStore
from store.care.apart import Decoder
from store.care.checking import Checking
from store.care.verification import steps

Chunk = tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]


def make_chunk(*trial_ids: str, samples: int = 5, status: str = "complete", **columns: Any) -> Chunk:
    """Trials of one point, each with a series whose msd is its number plus t."""
    trials = [
        {
            "trial_id": trial_id,
            "point_id": "point",
            "status": status,
            "disorder": 1.5,
            "sound_speed": 0.25,
            "dimension": 2,
            "realization": number,
            "frozen": False,
            **columns,
        }
        for number, trial_id in enumerate(trial_ids)
    ]
    t = np.linspace(0.0, 1.0, samples)
    return trials, {trial_id: {"t": t, "msd": number + t} for number, trial_id in enumerate(trial_ids)}


def underway(store: ExperimentStore) -> dict[str, str]:
    """What a verification finds in holds and checkpoints: file name to kind."""
    with Decoder() as decoder:
        checking = Checking(store._medium, None, decoder)
        looks = [
            (key, look) for key, look in steps(store._medium) if key.startswith(("holds", "checkpoints"))
        ]
        found = [finding for key, look in looks for finding in look(checking, key)]
    return {Path(finding.place).name: finding.kind for finding in found}


@pytest.fixture(scope="session")
def chunk() -> Callable[..., Chunk]:
    return make_chunk


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ExperimentStore.create(tmp_path_factory.mktemp("new") / "store").path


@pytest.fixture
def store(tmp_path: Path, new_store: Path) -> ExperimentStore:
    return ExperimentStore(shutil.copytree(new_store, tmp_path / "store"))
