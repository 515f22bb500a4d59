"""The loop between a source of chunks, the scheduler and a backend."""

from __future__ import annotations

import abc
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import final

from store import ExperimentStore
from sweep.backends import Backend, Crashed, Event
from sweep.chunk import Chunk
from sweep.errors import BackendError
from sweep.progress import Progress
from sweep.provenance import Provenance
from sweep.scheduler import Bury, GiveUp, Respawn, Run, Scheduler
from sweep.upkeep import Upkeep
from sweep.worker import lost_rows

WAIT_SECONDS = 0.5
EXIT_TERMINATED = 143


class Source(abc.ABC):
    """Where chunks come from: a fixed plan, or a campaign that decides as it goes."""

    @abc.abstractmethod
    def take(self, done: set[str]) -> list[Chunk]:
        """Chunks that may run now and were not given before.

        Parameters
        ----------
        done : set of str
            Ids of the trials that have a row.
        """

    @property
    @abc.abstractmethod
    def expected(self) -> int:
        """Trials that the source will have given in all; an upper bound while it may stop early."""

    @property
    @abc.abstractmethod
    def exhausted(self) -> bool:
        """Whether no more chunks will come, whatever finishes."""


def drive(
    source: Source,
    store: ExperimentStore,
    backend: Backend,
    *,
    workers: int | None,
    provenance: Provenance,
    progress: Progress,
) -> None:
    """Run a source's chunks until none is left.

    Parameters
    ----------
    source : Source
    store : ExperimentStore
    backend : Backend
        Started and stopped here.
    workers : int or None
        None asks the backend for what there is.
    provenance : Provenance
    progress : Progress
    """
    done = set(store.statuses())
    first = source.take(done)
    if not first and source.exhausted:
        return
    try:
        scheduler = Scheduler(backend.start(workers))
        scheduler.offer(first)
        with sigterm_raises(), Upkeep(store) as upkeep:
            _Drive(source, scheduler, store, backend, provenance, progress, upkeep, done).loop()
    finally:
        backend.stop()


@final
@dataclass
class _Drive:
    """One run of the loop."""

    source: Source
    scheduler: Scheduler
    store: ExperimentStore
    backend: Backend
    provenance: Provenance
    progress: Progress
    upkeep: Upkeep
    done: set[str]

    def loop(self) -> None:
        self._obey()
        while not (self.scheduler.done and self.source.exhausted):
            landed = False
            for event in self.backend.wait(WAIT_SECONDS):
                landed |= self._hear(event)
            # The workers are fed before the source thinks: a campaign's fit takes its time.
            self._obey()
            if landed or self.scheduler.done:
                self.scheduler.offer(self.source.take(self.done))
                self.progress.expect(self.source.expected)
                self._obey()

    def _obey(self) -> None:
        for command in self.scheduler.commands():
            match command:
                case Run(worker, chunk):
                    self.backend.submit(worker, chunk)
                case Respawn(worker):
                    self.backend.respawn(worker)
                case GiveUp(reason):
                    raise BackendError(f"workers: expected them to start, but {reason}")
                case Bury(chunk, reason):
                    self.store.commit(chunk.name, lost_rows(chunk, reason, self.provenance), {})
                    self._land(chunk, ("lost",), reason)

    def _hear(self, event: Event) -> bool:
        if isinstance(event, Crashed):
            self.scheduler.crashed(event.worker, event.reason, event.cause)
            return False
        chunk = self.scheduler.finished(event.worker)
        self._land(chunk, event.report.statuses, event.report.reason)
        return True

    def _land(self, chunk: Chunk, statuses: tuple[str, ...], reason: str | None) -> None:
        self.done.update(trial.trial_id for trial in chunk.trials)
        self.progress.landed(statuses, reason)
        self.upkeep.landed()


@contextmanager
def sigterm_raises() -> Iterator[None]:
    """Turn SIGTERM into an exit with status 143; set after the backend has started, for Ray sets its own."""
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread may set handlers; whoever runs this elsewhere keeps their own.
        yield
        return
    received = False

    def leave(number: int, frame: FrameType | None) -> None:
        nonlocal received
        received = True
        raise SystemExit(EXIT_TERMINATED)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    except SystemExit as stop:
        # Ray's wait puts a status of its own in the place of ours.
        raise SystemExit(EXIT_TERMINATED if received else stop.code) from None
    finally:
        signal.signal(signal.SIGTERM, before)
