"""A long trial that is killed goes on where it was saved, and ends in the same rows."""

from pathlib import Path

import pytest

from store import ExperimentStore, WriteError
from sweep import SweepSpec, run
from sweep.checkpointing import Checkpoints
from tests.sweep.conftest import SMALL
from tests.sweep.rows import series_rows, trial_rows

FEW = SMALL.replace("n = 6", "n = 1")


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> ExperimentStore:
    path = tmp_path_factory.mktemp("undisturbed") / "store"
    run(SweepSpec.from_text(FEW), path, backend="serial")
    return ExperimentStore(path)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save at every sample."""
    original = Checkpoints.__init__
    monkeypatch.setattr(Checkpoints, "__init__", lambda self, store: original(self, store, interval=-1.0))


def killed_at(saves: int, path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run until so many checkpoints were saved; how many more were found at the start."""
    save, counted = ExperimentStore.save_checkpoint, 0

    def counting(self: ExperimentStore, trial_id: str, payload: bytes) -> None:
        nonlocal counted
        save(self, trial_id, payload)
        counted += 1
        if counted == saves:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(ExperimentStore, "save_checkpoint", counting)
        with pytest.raises(Killed):
            run(SweepSpec.from_text(FEW), path, backend="serial")
    return counted


@pytest.mark.usefixtures("often")
def test_a_trial_that_is_killed_again_and_again_ends_in_the_rows_of_an_undisturbed_one(
    undisturbed: ExperimentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store"
    for saves in (3, 5, 4):
        killed_at(saves, path, monkeypatch)
    assert list((path / "checkpoints").rglob("*"))
    continued = []
    found = ExperimentStore.checkpoint

    def watched(self: ExperimentStore, trial_id: str) -> bytes | None:
        payload = found(self, trial_id)
        continued.append(payload is not None)
        return payload

    monkeypatch.setattr(ExperimentStore, "checkpoint", watched)
    run(SweepSpec.from_text(FEW), path, backend="serial")
    assert any(continued)
    assert trial_rows(ExperimentStore(path)) == trial_rows(undisturbed)
    assert series_rows(ExperimentStore(path)) == series_rows(undisturbed)
    assert not [file for file in (path / "checkpoints").rglob("*") if file.is_file()]


@pytest.mark.usefixtures("often")
def test_a_damaged_checkpoint_is_as_good_as_none(
    undisturbed: ExperimentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store"
    killed_at(4, path, monkeypatch)
    for file in (path / "checkpoints").rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:-1] + b"?")
    run(SweepSpec.from_text(FEW), path, backend="serial")
    assert trial_rows(ExperimentStore(path)) == trial_rows(undisturbed)


@pytest.mark.usefixtures("often")
def test_a_checkpoint_that_finds_no_room_does_not_end_the_trial(
    undisturbed: ExperimentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise WriteError("no space left")

    monkeypatch.setattr(ExperimentStore, "save_checkpoint", full)
    run(SweepSpec.from_text(FEW), tmp_path / "store", backend="serial")
    assert trial_rows(ExperimentStore(tmp_path / "store")) == trial_rows(undisturbed)
