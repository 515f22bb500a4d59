"""What a backend reports of its workers, and what a job makes of it."""

from pathlib import Path

import pytest

from store import ExperimentStore, WriteError
from sweep import BackendError, SweepSpec, run
from sweep.backends import make_backend
from sweep.provenance import Provenance


def test_an_unknown_backend_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="threads"):
        make_backend("threads", "somewhere", Provenance.collect())


def test_workers_that_cannot_open_the_store_end_the_job(
    small: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The driver writes here, its workers look elsewhere: as on a node that does not see the file system.
    elsewhere = str(tmp_path / "elsewhere")
    monkeypatch.setattr(
        "sweep.running.make_backend", lambda name, path, *rest: make_backend(name, elsewhere, *rest)
    )
    store = ExperimentStore.create(tmp_path / "store")
    with pytest.raises(BackendError, match="3 workers in a row died before they were up"):
        run(small, store, backend="process", workers=2)
    assert store.statuses() == {}


def test_a_store_that_cannot_be_written_to_is_no_fault_of_the_trials(
    small: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise WriteError("no space left")

    monkeypatch.setattr("store.store.commit_fragment", full)
    with pytest.raises(WriteError, match="no space left"):
        run(small, tmp_path / "store", backend="serial")
    assert ExperimentStore(tmp_path / "store").statuses() == {}
