"""The loop between a source of chunks, the scheduler and a backend."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import final

from store import ExperimentStore, Hold
from store.schema import DATA_STATUSES
from sweep.backends import Backend, Event, Failed, Finished, Up
from sweep.engine.causes import Cause
from sweep.engine.commands import GiveUp, Kill, Record, Run, Start
from sweep.engine.happenings import Asked, Happening, Landed, Moved, Pulse, Stopped, Stopping
from sweep.engine.policy import Policy
from sweep.engine.requests import CANCEL, Request, Requests, again
from sweep.engine.scheduler import Scheduler
from sweep.engine.source import Source
from sweep.engine.stopping import Signals
from sweep.engine.stops import Stop
from sweep.engine.upkeep import Upkeep
from sweep.errors import BackendError
from sweep.provenance import Provenance
from sweep.worker import failed_rows

WAIT_SECONDS = 0.25
CLOSING_SECONDS = 0.1
# While the source makes up its mind, and workers may wait for it.
THINKING_SECONDS = 0.05
# Between two looks at the requests and at what the cluster has.
LOOK_SECONDS = 5.0


def drive(
    source: Source,
    store: ExperimentStore,
    backend: Backend,
    policy: Policy,
    provenance: Provenance,
    hold: Hold,
) -> Iterator[Happening]:
    """Run a source's chunks until none is left, or until something stops the run.

    Parameters
    ----------
    source : Source
    store : ExperimentStore
    backend : Backend
        Started and stopped here.
    policy : Policy
    provenance : Provenance
        Of rows that the driver writes itself.
    hold : Hold
        What says in the store that this driver is at work.

    Yields
    ------
    Happening
        As it happens. Where work is left, the last one is a Stopped.

    Raises
    ------
    BackendError
        If workers cannot be had.
    Exception
        What a worker raised again and again outside of the trials, such as a store that is full.
    """
    drive = _Drive(source, Scheduler(policy, 1), store, backend, provenance, hold, Requests(store, hold.name))
    if drive.nothing_to_do():
        return
    signals = Signals(at_once=backend.works_in_wait)
    try:
        backend.start()
        with signals, Upkeep(store) as upkeep:
            yield from drive.loop(signals, upkeep)
    finally:
        backend.stop(hurry=signals.terminated)


@final
@dataclass
class _Drive:
    """One run of the loop."""

    source: Source
    scheduler: Scheduler
    store: ExperimentStore
    backend: Backend
    provenance: Provenance
    hold: Hold
    requests: Requests
    fault: Exception | None = None
    looked: float = float("-inf")
    landed: bool = False
    stopping: bool = False
    retried: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def nothing_to_do(self) -> bool:
        """Take the first chunks and the requests of old, and see whether any work follows."""
        self.scheduler.offer(self.source.take())
        for request in self.requests.fresh():
            self._heed(request)
        return self._over

    def loop(self, signals: Signals, upkeep: Upkeep) -> Iterator[Happening]:
        """Go on until all is done or stopped."""
        while True:
            for reason, grace in signals.heard():
                self.scheduler.stop(reason, time.monotonic(), grace)
            yield from self._tell_of_the_end()
            for happening in self._turn(signals):
                if isinstance(happening, Landed):
                    upkeep.landed()
                yield happening
            if self._over:
                break
        if self.scheduler.stopped is not None:
            yield Stopped(self.scheduler.stopped)

    def _tell_of_the_end(self) -> Iterator[Happening]:
        """Say once that no more work is given out."""
        if self.scheduler.stopped is not None and not self.stopping:
            self.stopping = True
            chunks = self.scheduler.running.values()
            yield Stopping(self.scheduler.stopped, sum(len(chunk.trials) for chunk in chunks))

    @property
    def _over(self) -> bool:
        return self.scheduler.done and (self.scheduler.stopped is not None or self.source.exhausted)

    @property
    def _patience(self) -> float:
        """Seconds to wait for an event."""
        if self.scheduler.stopped is not None:
            return CLOSING_SECONDS
        return THINKING_SECONDS if self.source.thinking else WAIT_SECONDS

    def _turn(self, signals: Signals) -> Iterator[Happening]:
        self.landed = False
        # What came in while the caller or the source took their time counts before any deadline does.
        for event in self.backend.wait(0.0):
            yield from self._hear(event)
        yield from self._look()
        yield from self._obey()
        if self._over:
            return
        for event in self.backend.wait(self._patience):
            yield from self._hear(event)
        # The workers are fed before the source is asked, which may have to write to the store.
        yield from self._obey()
        asking = self.landed or self.scheduler.done or self.source.thinking
        if self.scheduler.stopped is None and asking:
            with signals.at_once():
                self.scheduler.offer(self.source.take())
        yield Pulse(self.scheduler.running, self.scheduler.alive, self.source.expected)

    def _obey(self) -> Iterator[Happening]:
        self.scheduler.complete = self.source.exhausted
        for command in self.scheduler.commands(time.monotonic()):
            match command:
                case Start(worker):
                    self.backend.spawn(worker)
                case Run(worker, chunk, attempt):
                    self.backend.submit(worker, chunk, attempt)
                case Kill(worker):
                    self.backend.kill(worker)
                case Record(chunk, attempt, status, reason, traceback):
                    rows = failed_rows(chunk, status, reason, traceback, self.provenance)
                    self.store.commit(chunk.name, rows, {}, attempt=attempt)
                    count = len(chunk.trials)
                    yield self._land(Landed(chunk, (status,) * count, (reason,) * count))
                case GiveUp(reason):
                    raise self.fault or BackendError(
                        f"workers: expected them to come up and work, but {reason}; {self.backend.shortage()}"
                    )

    def _hear(self, event: Event) -> Iterator[Happening]:
        now = time.monotonic()
        match event:
            case Up(worker):
                self.scheduler.up(worker)
            case Finished(worker, report):
                failed = any(status not in DATA_STATUSES for status in report.statuses)
                chunk = self.scheduler.finished(worker, now, failed)
                if chunk is not None:
                    landed = Landed(chunk, report.statuses, report.reasons, report.seconds, worker)
                    yield self._land(landed)
            case Failed(worker, cause, reason, traceback, error):
                self.fault = error if cause in (Cause.FAULT, Cause.START) else self.fault
                chunk = self.scheduler.running.get(worker)
                self.scheduler.failed(worker, now, cause, reason, traceback)
                yield Moved(cause, reason, 0 if chunk is None else len(chunk.trials))

    def _land(self, landed: Landed) -> Landed:
        self.landed = True
        self.source.landed(landed.chunk)
        return landed

    def _look(self) -> Iterator[Happening]:
        """Now and then: requests, how many workers there may be, whether the plan is still ours."""
        now = time.monotonic()
        if now - self.looked < LOOK_SECONDS:
            return
        self.looked = now
        if self.hold.lost:
            self.scheduler.stop(Stop.TAKEN_OVER, now, 0.0)
        self.scheduler.workers = self.backend.capacity()
        for request in self.requests.fresh():
            self._heed(request)
            yield Asked(request.name, request.kind, len(request.trial_ids))

    def _heed(self, request: Request) -> None:
        if request.kind == CANCEL:
            self.scheduler.cancel(request.trial_ids, time.monotonic(), request.reason)
            return
        self.scheduler.spare(request.trial_ids)
        for attempt, chunks in again(self.store, request):
            # What was asked for twice runs once.
            offered = self.retried[attempt]
            fresh = [rest for chunk in chunks if (rest := chunk.without(offered)) is not None]
            offered.update(trial.trial_id for chunk in fresh for trial in chunk.trials)
            self.scheduler.offer(fresh, attempt)
