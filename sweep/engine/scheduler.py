"""Which worker runs which chunk next: a pure state machine, the same for every backend.

Events and the time come in (:meth:`Scheduler.offer`, `up`, `finished`, `failed`, `cancel`, `stop`), commands
go out (:meth:`Scheduler.commands`); nothing here waits, spawns, reads a clock or touches a file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import final

from sweep.chunk import Chunk
from sweep.engine.agenda import Agenda, Task
from sweep.engine.causes import Cause, charge
from sweep.engine.commands import Command, GiveUp, Kill, Record, Run, Start
from sweep.engine.policy import Policy
from sweep.engine.stops import Stop

# Workers that may die in a row before they took up any work: more, and none will ever start.
STILLBORN = 3
# Times in a row that a worker may fail outside of its trials before another is put in its place.
WORST = 4


@final
@dataclass
class _Worker:
    """A worker that was started and is not known to be gone; without a task it is idle, or not up yet."""

    since: float
    up: bool = False
    task: Task | None = None
    deadline: float = 0.0
    trials: int = 0
    faults: int = 0
    rests_until: float = float("-inf")


@final
@dataclass
class _Closing:
    """No more work is given out; what still runs `until` is killed."""

    reason: Stop
    until: float


@final
@dataclass
class Scheduler:
    """Chunks and events in, commands out.

    Parameters
    ----------
    policy : Policy
    workers : int
        Workers to have, as long as there is work for them; may change at any time.
    complete : bool
        Whether every chunk was offered: then idle workers are ended, and their nodes free.

    Notes
    -----
    Workers are numbered as they start and no number comes twice. Each runs one chunk at a time, so a death is
    charged to the chunk that was running and to no other. Events of a worker that is gone are ignored. Times
    are seconds of any steady clock, the same in all calls.
    """

    policy: Policy
    workers: int
    complete: bool = False
    _agenda: Agenda = field(default_factory=Agenda)
    _workers: dict[int, _Worker] = field(default_factory=dict)
    _orders: deque[Command] = field(default_factory=deque)
    _cancelled: set[str] = field(default_factory=set)
    _next: int = 0
    _stillborn: int = 0
    _bad_starts: int = 0
    _start_after: float = float("-inf")
    _troubled_since: float | None = None
    _alone_since: float | None = None
    _pace: float = 1.0
    _closing: _Closing | None = None
    _obituary: str | None = None

    @property
    def done(self) -> bool:
        """Whether nothing is to be written or running, and nothing is queued or will be given out."""
        idle = self._closing is not None or self._agenda.empty
        return idle and not (self._orders or self.running or self._agenda.unwritten)

    @property
    def stopped(self) -> Stop | None:
        """Why work was left undone, where it was."""
        return None if self._closing is None else self._closing.reason

    @property
    def running(self) -> dict[int, Chunk]:
        """Chunk of each busy worker."""
        return {number: worker.task.chunk for number, worker in self._workers.items() if worker.task}

    @property
    def alive(self) -> int:
        """Workers that are up."""
        return sum(worker.up for worker in self._workers.values())

    def offer(self, chunks: Iterable[Chunk], attempt: int = 1) -> None:
        """Queue chunks behind those of earlier offers; drawn as room allows, the longest go first."""
        self._agenda.offer(Task(chunk, attempt) for chunk in chunks)

    def commands(self, now: float) -> Iterator[Command]:
        """What to do at this time; each command is given once."""
        if self._obituary is not None:
            yield GiveUp(self._obituary)
            return
        self._overdue(now)
        yield from self._drain_orders()
        if self._closing is None:
            yield from self._staff(now)
            yield from self._assign(now)
            self._close_if_nothing_fits(now)
            yield from self._drain_orders()

    def up(self, worker: int) -> None:
        """A worker is ready for work."""
        if worker in self._workers:
            self._workers[worker].up = True
            self._stillborn = 0
            self._bad_starts = max(0, self._bad_starts - 1)
            self._alone_since = None

    def finished(self, worker: int, now: float, failures: bool = False) -> Chunk | None:
        """A worker committed its chunk, with or without failed trials; returns it, if it was still wanted."""
        state = self._workers.get(worker)
        if state is None or state.task is None:
            return None
        chunk = state.task.chunk
        self._learn(chunk.cost, now - state.since)
        state.task, state.since = None, now
        state.trials += len(chunk.trials)
        state.faults, self._troubled_since = 0, None
        if failures and self.policy.fail_fast:
            self.stop(Stop.FAIL_FAST, now, self.policy.grace)
        if state.trials >= self.policy.recycle:
            self._end(worker)
        return chunk

    def failed(
        self, worker: int, now: float, cause: Cause, reason: str, traceback: str | None = None
    ) -> None:
        """A worker's process is gone, or raised outside of a trial.

        A chunk that was running is queued again. It is charged only where it can have been the cause: then it
        runs in halves, down to the trial that does it, which is written down while its neighbours complete.

        Parameters
        ----------
        worker : int
        now : float
        cause : Cause
        reason : str
            What is known of it.
        traceback : str, optional
        """
        state = self._workers.get(worker)
        if state is None:
            return
        if cause is Cause.FAULT:
            self._fault(worker, state, now, reason, traceback)
            return
        del self._workers[worker]
        if cause is Cause.START:
            self._bad_start(now, reason)
        if state.task is not None:
            self._charge(state.task, cause, reason, traceback, now)

    def cancel(self, trial_ids: Collection[str], now: float, reason: str) -> None:
        """Stop trials, running or queued: they get a row that says so; their neighbours run again."""
        self._cancelled.update(trial_ids)
        self._agenda.cancel(self._cancelled, reason)
        for number, worker in list(self._workers.items()):
            if worker.task and any(trial.trial_id in self._cancelled for trial in worker.task.chunk.trials):
                self._end(number)
                self._agenda.again(worker.task, now)

    def spare(self, trial_ids: Collection[str]) -> None:
        """Take back a cancellation that was not carried out yet."""
        self._cancelled.difference_update(trial_ids)

    def stop(self, reason: Stop, now: float, grace: float) -> None:
        """Give out no more work; what runs after `grace` seconds is killed. A later call may shorten that."""
        until = now + grace
        if self._closing is None:
            self._closing = _Closing(reason, until)
        self._closing.until = min(self._closing.until, until)

    def _end(self, number: int) -> None:
        self._orders.append(Kill(number))
        del self._workers[number]

    def _drain_orders(self) -> Iterator[Command]:
        while True:
            self._orders.extend(self._agenda.cancellations())
            if not self._orders:
                return
            yield self._orders.popleft()

    def _overdue(self, now: float) -> None:
        """Kill what runs past its deadline, or past the end of all work."""
        end = self.policy.last_moment
        if end is not None and now >= end and self._closing is None:
            self.stop(Stop.WALLTIME, now, 0.0)
        closed = self._closing is not None and now >= self._closing.until
        for number, worker in list(self._workers.items()):
            if worker.task is None:
                continue
            if closed:
                self._end(number)
                self._agenda.again(worker.task, now)
            elif now >= worker.deadline:
                self._end(number)
                spent = f"still running after {now - worker.since:.0f} s, its deadline"
                self._charge(worker.task, Cause.TIMEOUT, spent, None, now)

    def _staff(self, now: float) -> Iterator[Command]:
        """Start workers up to the number wanted, or end idle ones for which there will be no work."""
        busy = len(self.running)
        wanted = min(self.workers, busy + self._agenda.at_least(self.workers))
        while len(self._workers) < wanted and now >= self._start_after:
            self._workers[self._next] = _Worker(now)
            yield Start(self._next)
            self._next += 1
        idle = [number for number, worker in self._workers.items() if worker.task is None]
        spare = len(self._workers) - (wanted if self.complete else max(self.workers, busy))
        for number in reversed(idle[len(idle) - min(len(idle), max(0, spare)) :]):
            del self._workers[number]
            yield Kill(number)
        yield from self._check_alone(now)

    def _check_alone(self, now: float) -> Iterator[Command]:
        if self.alive or not self._workers:
            self._alone_since = None
            return
        self._alone_since = now if self._alone_since is None else self._alone_since
        if now - self._alone_since >= self.policy.start_timeout:
            self._obituary = f"none was up within {self.policy.start_timeout:.0f} s"
            yield GiveUp(self._obituary)

    def _assign(self, now: float) -> Iterator[Command]:
        for number, worker in self._workers.items():
            if not worker.up or worker.task is not None or now < worker.rests_until:
                continue
            task = self._agenda.take(now, self._fits(now))
            if task is None:
                return
            worker.task, worker.since = task, now
            worker.deadline = now + self.policy.allowance(self._predicted(task.chunk), len(task.chunk.trials))
            yield Run(number, task.chunk, task.attempt + task.tries)

    def _fits(self, now: float) -> float:
        """Largest cost that can still be done before the end of all work."""
        return self.policy.largest_cost(now, max(self._pace, 1e-9))

    def _close_if_nothing_fits(self, now: float) -> None:
        if self.policy.last_moment is None or self.running or self._agenda.empty:
            return
        if self.alive and not self._agenda.any_below(self._fits(now)):
            self.stop(Stop.WALLTIME, now, 0.0)

    def _predicted(self, chunk: Chunk) -> float:
        return chunk.cost * self._pace if chunk.is_predictable else inf

    def _learn(self, cost: float, seconds: float) -> None:
        """Follow how many seconds a predicted core-second takes, from the chunks that say something."""
        if cost > 0.1:
            self._pace += 0.2 * (seconds / cost - self._pace)

    def _charge(self, task: Task, cause: Cause, reason: str, traceback: str | None, now: float) -> None:
        verdict = charge(task, cause, reason)
        if verdict.status is not None:
            attempt = task.attempt + task.tries
            self._orders.append(Record(task.chunk, attempt, verdict.status, verdict.reason, traceback))
            if self.policy.fail_fast:
                self.stop(Stop.FAIL_FAST, now, self.policy.grace)
        for again in verdict.again:
            self._agenda.again(again, now + self.policy.backoff(verdict.delay))

    def _bad_start(self, now: float, reason: str) -> None:
        """A bad node among good ones is tried again, less and less often; alone it ends the job."""
        self._stillborn += 1
        self._start_after = now + self.policy.backoff(self._bad_starts)
        self._bad_starts += 1
        if self._troubled_since is not None:
            # No worker comes up where the store cannot be written to: that is waited for, as at work.
            if now - self._troubled_since >= self.policy.patience:
                self._obituary = self._despair(now, reason)
        elif self._stillborn >= STILLBORN and not self.alive:
            self._obituary = f"{self._stillborn} workers in a row died before they were up: {reason}"

    def _despair(self, now: float, reason: str) -> str:
        since = now if self._troubled_since is None else self._troubled_since
        return f"everything failed outside of the trials for {now - since:.0f} s: {reason}"

    def _fault(self, number: int, state: _Worker, now: float, reason: str, traceback: str | None) -> None:
        """The store or the machine is in trouble: try again later, and give up when nothing works."""
        task, state.task, state.since = state.task, None, now
        if self._troubled_since is None:
            self._troubled_since = now
        if task is None or now - self._troubled_since >= self.policy.patience:
            self._obituary = self._despair(now, reason)
            return
        self._charge(task, Cause.FAULT, reason, traceback, now)
        # It may be this worker's node alone: another worker shall have the chunk.
        state.faults += 1
        state.rests_until = now + self.policy.backoff(state.faults)
        if state.faults >= WORST:
            self._end(number)
