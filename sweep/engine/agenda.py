"""What is to be run next: chunks drawn from generators as room allows, the longest first.

Only so many chunks are looked at that the end of a run packs well: a sweep of any size takes the same memory.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import final

from sweep.chunk import Chunk
from sweep.engine.commands import Record

# Chunks that are drawn ahead of need.
LOOKAHEAD = 256


@final
@dataclass(frozen=True)
class Task:
    """A chunk to run.

    Attributes
    ----------
    chunk : Chunk
    attempt : int
        The attempt that was asked for, from 1.
    tries : int
        Times that these trials were charged with a failure, here or in a larger chunk.
    alone : int
        Times that this very chunk was.
    moved : int
        Times that it was lost through no fault of its own.
    """

    chunk: Chunk
    attempt: int = 1
    tries: int = 0
    alone: int = 0
    moved: int = 0


@final
@dataclass(order=True)
class _Entry:
    """A task in its order: earlier offers first, in an offer the longest, then as offered."""

    offer: int
    cost: float
    place: int
    task: Task = field(compare=False)


@final
@dataclass
class Agenda:
    """Tasks, given out in order."""

    _offers: deque[tuple[int, Iterator[Task]]] = field(default_factory=deque)
    _ready: list[_Entry] = field(default_factory=list)
    _waiting: list[tuple[float, int, Task]] = field(default_factory=list)
    _cancelled: Collection[str] = ()
    _reason: str = ""
    _records: deque[Record] = field(default_factory=deque)
    _offered: int = 0
    _placed: int = 0

    @property
    def empty(self) -> bool:
        """Whether no task is left; draws from the offers to find out."""
        return self.at_least(1) == 0

    @property
    def unwritten(self) -> bool:
        """Whether rows of trials that were taken out are to be written."""
        return bool(self._records)

    def offer(self, tasks: Iterable[Task]) -> None:
        """Add tasks behind all others."""
        self._offered += 1
        self._offers.append((self._offered, iter(tasks)))

    def again(self, task: Task, not_before: float) -> None:
        """Add a task before all others, but not to be given out before this time."""
        rest = self._without_cancelled(task)
        if rest is not None:
            self._placed += 1
            heapq.heappush(self._waiting, (not_before, self._placed, rest))

    def at_least(self, count: int) -> int:
        """Tasks that there are, counted up to `count`."""
        self._draw()
        return min(count, len(self._ready) + len(self._waiting))

    def any_below(self, cost: float) -> bool:
        """Whether a task of at most this cost is left among those in sight."""
        self._draw()
        tasks = [entry.task for entry in self._ready] + [task for _, _, task in self._waiting]
        return any(task.chunk.cost <= cost for task in tasks)

    def take(self, now: float, largest: float) -> Task | None:
        """Give out the next task of at most this cost; None if there is none for now."""
        self._draw()
        return self._take_waiting(now, largest) or self._take_ready(largest)

    def cancel(self, trial_ids: Collection[str], reason: str) -> None:
        """Take these trials out of all tasks, now and as they are drawn."""
        self._cancelled, self._reason = trial_ids, reason
        ready, self._ready = self._ready, []
        for entry in ready:
            self._place(entry.offer, entry.task)
        waiting, self._waiting = self._waiting, []
        for not_before, _, task in waiting:
            self.again(task, not_before)

    def cancellations(self) -> Iterator[Record]:
        """Rows to write for trials that were taken out."""
        while self._records:
            yield self._records.popleft()

    def _take_waiting(self, now: float, largest: float) -> Task | None:
        for entry in sorted(self._waiting):
            not_before, _, task = entry
            if not_before <= now and task.chunk.cost <= largest:
                self._waiting.remove(entry)
                heapq.heapify(self._waiting)
                return task
        return None

    def _take_ready(self, largest: float) -> Task | None:
        too_long, found = [], None
        while self._ready and found is None:
            first = heapq.heappop(self._ready)
            if -first.cost <= largest:
                found = first.task
            else:
                too_long.append(first)
        for entry in too_long:
            heapq.heappush(self._ready, entry)
        return found

    def _draw(self) -> None:
        while self._offers and len(self._ready) < LOOKAHEAD:
            offer, tasks = self._offers[0]
            task = next(tasks, None)
            if task is None:
                self._offers.popleft()
            else:
                self._place(offer, task)

    def _place(self, offer: int, task: Task) -> None:
        rest = self._without_cancelled(task)
        if rest is not None:
            self._placed += 1
            heapq.heappush(self._ready, _Entry(offer, -rest.chunk.cost, self._placed, rest))

    def _without_cancelled(self, task: Task) -> Task | None:
        if not self._cancelled:
            return task
        trials = task.chunk.trials
        stopped = [trial for trial in trials if trial.trial_id in self._cancelled]
        if not stopped:
            return task
        attempt = task.attempt + task.tries
        self._records.append(Record(Chunk.of(stopped), attempt, "cancelled", self._reason))
        rest = [trial for trial in trials if trial.trial_id not in self._cancelled]
        return replace(task, chunk=Chunk.of(rest), alone=0) if rest else None
