"""The loop over a backend that exists on paper: what it writes, and when it ends."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep.backends import Backend, Event, Failed, Finished, Up
from sweep.chunk import Chunk, to_rows
from sweep.engine import driver
from sweep.engine.causes import Cause
from sweep.engine.driver import drive
from sweep.engine.happenings import Asked, Happening, Landed, Moved, Stopped
from sweep.engine.policy import Policy
from sweep.engine.source import Source
from sweep.engine.stops import Stop
from sweep.errors import BackendError
from sweep.provenance import Provenance
from sweep.worker import ChunkReport, failed_rows
from tests.sweep.engine.world import TRIALS, chunk, numbers

PROVENANCE = Provenance.collect()


@dataclass
class Given(Source):
    """Chunks that are given as they are."""

    chunks: list[Chunk]
    given: bool = False
    seen: list[int] = field(default_factory=list)

    expected = property(lambda self: sum(len(chunk.trials) for chunk in self.chunks))
    already = property(lambda self: 0)
    exhausted = property(lambda self: self.given)

    def take(self) -> Iterable[Chunk]:
        chunks = [] if self.given else self.chunks
        self.given = True
        return iter(chunks)

    def landed(self, chunk: Chunk) -> None:
        self.seen += numbers(chunk)


@dataclass
class Paper(Backend):
    """Commits at once, but for the trials that it is told to fail."""

    store: ExperimentStore
    failing: dict[int, Failed] = field(default_factory=dict)
    never_up: bool = False
    workers: int = 2
    calls: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def start(self) -> None:
        self.calls.append("start")

    def capacity(self) -> int:
        return self.workers

    def spawn(self, worker: int) -> None:
        if not self.never_up:
            self.events.append(Up(worker))

    def submit(self, worker: int, chunk: Chunk, attempt: int) -> None:
        bad = [self.failing[number] for number in numbers(chunk) if number in self.failing]
        if bad:
            failed = bad[0]
            self.events.append(Failed(worker, failed.cause, failed.reason, failed.traceback, failed.error))
            return
        rows = failed_rows(chunk, "invalid", "on paper", None, PROVENANCE)
        self.store.commit(chunk.name, rows, {}, attempt=attempt)
        self.events.append(Finished(worker, ChunkReport.of([{**row, "wall_s": 0.1} for row in rows])))

    def kill(self, worker: int) -> None:
        self.events = [event for event in self.events if event.worker != worker]

    def wait(self, timeout: float) -> list[Event]:
        events, self.events = self.events, []
        return events

    def shortage(self) -> str:
        return "there is only paper"

    def stop(self, *, hurry: bool = False) -> None:
        self.calls.append("stop")


@pytest.fixture
def store(tmp_path: Path) -> ExperimentStore:
    return ExperimentStore.create(tmp_path / "store")


@pytest.fixture(autouse=True)
def no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "LOOK_SECONDS", 0.0)


def driven(
    store: ExperimentStore, source: Source, backend: Backend, policy: Policy | None = None
) -> list[Happening]:
    with store.hold("plan", {}) as hold:
        return list(happening_stream(store, source, backend, policy, hold))


def happening_stream(store, source, backend, policy, hold) -> Iterator[Happening]:
    return drive(source, store, backend, policy or Policy(first_wait=0.0), PROVENANCE, hold)


def statuses(store: ExperimentStore) -> dict[int, str]:
    found = store.statuses()
    return {n: found[trial.trial_id] for n, trial in enumerate(TRIALS) if trial.trial_id in found}


def test_every_chunk_lands_and_the_source_is_told(store: ExperimentStore) -> None:
    source, backend = Given([chunk(0, 1), chunk(2)]), Paper(store)
    happenings = driven(store, source, backend)
    assert [numbers(h.chunk) for h in happenings if isinstance(h, Landed)] == [[0, 1], [2]]
    assert sorted(source.seen) == [0, 1, 2]
    assert backend.calls == ["start", "stop"]


def test_without_work_no_backend_is_started(store: ExperimentStore) -> None:
    backend = Paper(store)
    assert driven(store, Given([]), backend) == []
    assert backend.calls == []


def test_a_failed_trial_is_a_row_with_reason_attempt_and_traceback(store: ExperimentStore) -> None:
    backend = Paper(store, {1: Failed(0, Cause.RAISED, "disk on fire", "Traceback of it")})
    happenings = driven(store, Given([chunk(0, 1, 2)]), backend)
    query = "select status, reason, attempt, traceback from trials where trial_id = ?"
    ((status, reason, attempt, traceback),) = store.sql(query, [TRIALS[1].trial_id]).rows()
    assert status == "error"
    assert "disk on fire" in reason
    assert attempt > 2
    assert traceback == "Traceback of it"
    assert statuses(store).keys() == {0, 1, 2}
    assert {h.reason for h in happenings if isinstance(h, Moved)} == {"disk on fire"}


def test_workers_that_do_not_come_up_end_the_job_with_what_there_is(store: ExperimentStore) -> None:
    backend = Paper(store, never_up=True)
    with pytest.raises(BackendError, match="none was up within 0 s; there is only paper"):
        driven(store, Given([chunk(0)]), backend, Policy(start_timeout=0.01))
    assert backend.calls == ["start", "stop"]


def test_what_a_worker_raises_again_and_again_is_raised_in_the_end(store: ExperimentStore) -> None:
    error = OSError("no space left")
    backend = Paper(store, {0: Failed(0, Cause.FAULT, "no space left", None, error)})
    with pytest.raises(OSError, match="no space left"):
        driven(store, Given([chunk(0)]), backend, Policy(first_wait=0.001, patience=0.01))
    assert statuses(store) == {}


def test_a_generator_that_is_closed_ends_the_workers(store: ExperimentStore) -> None:
    backend = Paper(store)
    with store.hold("plan", {}) as hold:
        stream = happening_stream(store, Given([chunk(n) for n in range(9)]), backend, None, hold)
        next(h for h in stream if isinstance(h, Landed))
        stream.close()
    assert backend.calls == ["start", "stop"]
    assert 1 <= len(statuses(store)) < 9


def test_fail_fast_says_that_it_stopped(store: ExperimentStore) -> None:
    backend = Paper(store, {0: Failed(0, Cause.TIMEOUT, "slow")}, workers=1)
    happenings = driven(store, Given([chunk(0), chunk(1)]), backend, Policy(fail_fast=True))
    assert happenings[-1] == Stopped(Stop.FAIL_FAST)
    assert statuses(store) == {0: "timeout"}


def test_a_plan_that_was_taken_over_is_left(store: ExperimentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.hold("plan", {}) as hold:
        monkeypatch.setattr(type(hold), "lost", property(lambda self: True))
        happenings = list(happening_stream(store, Given([chunk(0)]), Paper(store), None, hold))
    assert happenings[-1] == Stopped(Stop.TAKEN_OVER)
    assert statuses(store) == {}


def test_what_landed_while_the_caller_took_its_time_is_no_timeout(store: ExperimentStore) -> None:
    source, policy = Given([chunk(n) for n in range(4)]), Policy(timeout=0.2)
    with store.hold("plan", {}) as hold:
        for happening in happening_stream(store, source, Paper(store), policy, hold):
            if isinstance(happening, Landed):
                assert happening.statuses == ("invalid",)
                time.sleep(0.5)
    assert set(statuses(store).values()) == {"invalid"}


class TestRequests:
    def test_cancelled_trials_get_a_row_that_says_by_whom(self, store: ExperimentStore) -> None:
        store.ask("cancel", "disorder > 1", [TRIALS[1].trial_id])
        driven(store, Given([chunk(0, 1)]), Paper(store))
        assert statuses(store) == {0: "invalid", 1: "cancelled"}
        ((reason,),) = store.sql("select reason from trials where status = 'cancelled'").rows()
        assert "disorder > 1" in reason
        assert "r000001" in reason

    def test_a_request_reaches_a_driver_at_work(self, store: ExperimentStore) -> None:
        with store.hold("plan", {}) as hold:
            stream = happening_stream(store, Given([chunk(n) for n in range(9)]), Paper(store), None, hold)
            next(h for h in stream if isinstance(h, Landed))
            store.ask("cancel", "the last", [TRIALS[8].trial_id])
            rest = list(stream)
        assert Asked("r000001", "cancel", 1) in rest
        assert statuses(store)[8] == "cancelled"

    def test_failed_trials_run_again_with_the_next_attempt(self, store: ExperimentStore) -> None:
        driven(store, Given([chunk(0, 1)]), Paper(store, {1: Failed(0, Cause.CRASH, "gone")}))
        store.append("chunks", "plan-p0", rows_of_plan())
        attempts = dict(store.sql("select status, attempt from trials").rows())
        ids = [TRIALS[1].trial_id]
        store.ask("retry", "lost ones", ids, attempts=[attempts["lost"]], driver="plan")
        driven(store, Given([]), Paper(store))
        query = "select status, attempt from trials where trial_id = ?"
        assert list(store.sql(query, ids).rows()) == [("invalid", attempts["lost"] + 1)]

    def test_and_only_once_and_only_by_the_driver_that_was_asked(self, store: ExperimentStore) -> None:
        driven(store, Given([chunk(0)]), Paper(store, {0: Failed(0, Cause.CRASH, "gone")}))
        store.append("chunks", "plan-p0", rows_of_plan())
        store.ask("retry", "lost ones", [TRIALS[0].trial_id], attempts=[1], driver="another")
        backend = Paper(store)
        driven(store, Given([]), backend)
        assert backend.calls == []

    def test_a_cancelled_trial_that_is_asked_for_again_runs(self, store: ExperimentStore) -> None:
        store.append("chunks", "plan-p0", rows_of_plan())
        ids = [TRIALS[0].trial_id]
        store.ask("cancel", "first", ids)
        driven(store, Given([chunk(0)]), Paper(store))
        assert statuses(store) == {0: "cancelled"}
        store.ask("retry", "first", ids, attempts=[1], driver="plan")
        driven(store, Given([]), Paper(store))
        assert statuses(store) == {0: "invalid"}
        backend = Paper(store)
        driven(store, Given([]), backend)
        assert backend.calls == []


def rows_of_plan() -> list[dict[str, object]]:
    return to_rows("plan", [chunk(*range(4))])
