"""Cancel and retry: with a driver at work, and without one."""

from pathlib import Path

import pytest

from store import ExperimentStore
from sweep import Engine, SweepSpec, run
from sweep.asking import ask_again, cancel, run_again, unplanned
from sweep.chunk import Chunk, to_rows
from sweep.cli import invoke
from sweep.errors import SelectionError
from sweep.holds import drives
from sweep.provenance import Provenance
from sweep.selection import select
from sweep.worker import failed_rows
from tests.sweep.engine.world import TRIALS, chunk
from tests.sweep.rows import series_rows, trial_rows

SERIAL = Engine(backend="serial")


@pytest.fixture
def planned(tmp_path: Path) -> ExperimentStore:
    """A store with a plan of six trials, of which none has run."""
    store = ExperimentStore.create(tmp_path / "store")
    store.append("chunks", "run-x-p00000", to_rows("run-x", [chunk(0, 1, 2), chunk(3, 4, 5)]))
    return store


def fail(store: ExperimentStore, of: Chunk, status: str = "error") -> None:
    store.commit(of.name, failed_rows(of, status, "for a test", None, Provenance.collect()), {})


class TestSelecting:
    def test_queued_trials_are_found_by_axes_that_no_row_holds_yet(self, planned: ExperimentStore) -> None:
        assert [s.status for s in select(planned, "realization >= 4 and disorder = 1.0")] == [
            "queued",
            "queued",
        ]

    def test_what_is_left_out_of_a_plan_has_its_default(self, planned: ExperimentStore) -> None:
        assert len(select(planned, "dimension = 2 and temperature = 1.0 and not frozen and seed = 0")) == 6

    def test_an_id_stands_for_itself(self, planned: ExperimentStore) -> None:
        fail(planned, chunk(0, 1, 2))
        (found,) = select(planned, TRIALS[1].trial_id)
        assert (found.status, found.attempt) == ("error", 1)

    def test_an_id_that_nobody_knows_is_refused(self, planned: ExperimentStore) -> None:
        with pytest.raises(SelectionError, match=r"0{20}: expected the id of a trial"):
            select(planned, "0" * 20)


class TestCancelling:
    def test_without_a_driver_the_rows_are_written_here(self, planned: ExperimentStore) -> None:
        asked = cancel(planned, "realization < 2")
        assert (asked.selected, asked.done, asked.handed) == (2, 2, ())
        assert sorted(planned.statuses().values()) == ["cancelled"] * 2
        ((reason,),) = planned.sql("select distinct reason from trials").rows()
        assert "realization < 2" in reason

    def test_what_has_landed_stays(self, planned: ExperimentStore) -> None:
        fail(planned, chunk(0, 1, 2))
        asked = cancel(planned, "true")
        assert (asked.selected, asked.done) == (6, 3)
        assert sorted(planned.statuses().values()) == ["cancelled"] * 3 + ["error"] * 3

    def test_twice_is_once(self, planned: ExperimentStore) -> None:
        cancel(planned, "true")
        assert cancel(planned, "true").done == 0
        assert len(planned.requests()) == 1

    def test_a_driver_at_work_is_asked(self, planned: ExperimentStore) -> None:
        with planned.hold("run-x", {}):
            asked = cancel(planned, "realization = 0")
        ((holder, count),) = asked.handed
        assert (holder.name, count, asked.done) == ("run-x", 1, 0)
        assert planned.statuses() == {}
        (request,) = planned.requests()
        assert request["trial_ids"] == [TRIALS[0].trial_id]

    def test_a_driver_of_other_trials_is_not(self, planned: ExperimentStore) -> None:
        with planned.hold("run-y", {}):
            assert cancel(planned, "realization = 0").done == 1


class TestRetrying:
    def test_only_what_failed_is_run_again(self, small: SweepSpec, tmp_path: Path) -> None:
        path = tmp_path / "store"
        run(small, path, backend="serial")
        store = ExperimentStore(path)
        before = trial_rows(store), series_rows(store)
        assert ask_again(store, "true").done == 0
        assert store.requests() == []
        assert (trial_rows(store), series_rows(store)) == before

    def test_without_a_driver_they_run_here_and_give_what_they_would_have_given(
        self, small: SweepSpec, tmp_path: Path
    ) -> None:
        undisturbed = ExperimentStore.create(tmp_path / "undisturbed")
        run(small, undisturbed, backend="serial")
        store = ExperimentStore.create(tmp_path / "store")
        run(small, store, engine=Engine(backend="serial", simulator="tests.sweep.test_asking:breaks"))
        assert set(store.statuses().values()) == {"error"}
        asked = ask_again(store, "status = 'error'")
        assert asked.done == len(store.statuses())
        assert not run_again(store, SERIAL).failed
        assert trial_rows(store) == trial_rows(undisturbed)
        assert {row[0] for row in store.sql("select distinct attempt from trials").rows()} == {2}
        assert run_again(store, SERIAL).statuses == ()
        assert {row[0] for row in store.sql("select distinct attempt from trials").rows()} == {2}

    def test_a_driver_at_work_is_asked_by_name(self, planned: ExperimentStore) -> None:
        fail(planned, chunk(0, 1, 2))
        with planned.hold("run-x-1of2", {}):
            asked = ask_again(planned, "status = 'error'")
        assert (asked.done, asked.handed[0][1]) == (0, 3)
        (request,) = planned.requests()
        assert request["driver"] == "run-x-1of2"
        assert request["attempts"] == [1, 1, 1]

    def test_asked_twice_they_run_once(self, small: SweepSpec, tmp_path: Path) -> None:
        store = ExperimentStore.create(tmp_path / "store")
        broken = Engine(backend="serial", simulator="tests.sweep.test_asking:breaks")
        run(small, store, engine=broken)
        for _ in range(3):
            ask_again(store, "status = 'error'")
        outcome = run_again(store, broken)
        assert outcome.failed == {"error": len(store.statuses())}
        assert {row[0] for row in store.sql("select distinct attempt from trials").rows()} == {2}

    def test_what_is_run_again_can_be_cancelled(self, planned: ExperimentStore) -> None:
        fail(planned, chunk(0, 1, 2))
        ask_again(planned, "status = 'error'")
        with planned.hold("retry", {}):
            asked = cancel(planned, TRIALS[0].trial_id)
        assert (asked.done, asked.handed[0][1]) == (0, 1)
        assert cancel(planned, TRIALS[1].trial_id).done == 1
        assert sorted(planned.statuses().values()) == ["cancelled", "error", "error"]

    def test_whoever_runs_trials_again_is_given_more(self, planned: ExperimentStore) -> None:
        fail(planned, chunk(0, 1, 2))
        with planned.hold("retry", {}):
            asked = ask_again(planned, "status = 'error'")
        assert (asked.done, asked.handed[0][1]) == (0, 3)


def test_trials_that_no_plan_holds_yet_are_told_of(planned: ExperimentStore) -> None:
    row = {"sweep": "run-x", "name": "x", "command": "run", "trials": 10}
    planned.append("sweeps", "run-x", [row])
    assert unplanned(planned) == []
    with planned.hold("run-x", {}):
        assert unplanned(planned) == [("run-x", 4)]


def test_retry_exits_1_where_trials_fail_again(
    small_text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "store"
    monkeypatch.setattr("sweep.checkpointing.Checkpoints.simulate", breaks)
    run(SweepSpec.from_text(small_text), path, backend="serial")
    assert invoke(["retry", str(path), "status = 'error'", "--backend", "serial"]) == 1
    assert "24 error" in capsys.readouterr().err
    monkeypatch.undo()
    assert invoke(["retry", str(path), "status = 'error'", "--backend", "serial"]) == 0
    assert invoke(["retry", str(path), "status = 'nonsense'", "--backend", "serial"]) == 0
    assert "no trial meets the condition" in capsys.readouterr().err


def test_a_driver_is_known_by_its_plan() -> None:
    assert drives("run-a", "run-a")
    assert drives("run-a-2of8", "run-a")
    assert drives("campaign-c", "c-r0003")
    assert not drives("run-b", "run-a")
    assert not drives("campaign-d", "c-r0003")


def breaks(*_: object) -> None:
    raise ValueError("for a test")
