"""Which worker runs which chunk next: a pure state machine, the same for every backend.

Events come in (:meth:`Scheduler.offer`, `finished`, `crashed`), commands go out
(:meth:`Scheduler.commands`); nothing here waits, spawns or touches a file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, final

from sweep.chunk import Chunk

# Deaths of its process that a chunk may see before its trials are told apart, and a lone trial
# before it is written down as lost.
CHUNK_CRASHES = 2
TRIAL_CRASHES = 3
# Workers that may die in a row before they took up any work: more, and none will ever start.
STILLBORN = 3

# Why a worker died: of the chunk it ran, before it was up, or of something that was no fault of its work.
Cause = Literal["chunk", "start", "elsewhere"]


@final
@dataclass(frozen=True)
class Run:
    """Send a chunk to an idle worker."""

    worker: int
    chunk: Chunk


@final
@dataclass(frozen=True)
class Respawn:
    """Put a new worker in the place of a dead one."""

    worker: int


@final
@dataclass(frozen=True)
class Bury:
    """Write a lone trial's row as lost: its process died each time."""

    chunk: Chunk
    reason: str


@final
@dataclass(frozen=True)
class GiveUp:
    """Stop the job: workers do not start."""

    reason: str


Command = Run | Respawn | Bury | GiveUp


@final
class Scheduler:
    """Chunks in, commands out.

    Parameters
    ----------
    workers : int
        Workers, numbered from 0. Each runs one chunk at a time, so a death is charged to the
        chunk that was running and to no other.
    """

    def __init__(self, workers: int) -> None:
        self._idle = deque(range(workers))
        self._dead: deque[int] = deque()
        self._queue: deque[Chunk] = deque()
        self._running: dict[int, Chunk] = {}
        self._crashes: dict[str, int] = {}
        self._lost: deque[Bury] = deque()
        self._stillborn = 0
        self._obituary: str | None = None

    @property
    def done(self) -> bool:
        """Whether nothing is queued, running or waiting to be written."""
        return not (self._queue or self._running or self._lost)

    @property
    def running(self) -> dict[int, Chunk]:
        """Chunk of each busy worker."""
        return dict(self._running)

    def offer(self, chunks: Iterable[Chunk]) -> None:
        """Queue chunks, in order."""
        self._queue.extend(chunks)

    def commands(self) -> Iterator[Command]:
        """What to do now; each command is given once."""
        if self._obituary is not None:
            yield GiveUp(self._obituary)
            return
        while self._lost:
            yield self._lost.popleft()
        while self._dead:
            worker = self._dead.popleft()
            self._idle.append(worker)
            yield Respawn(worker)
        while self._idle and self._queue:
            worker, chunk = self._idle.popleft(), self._queue.popleft()
            self._running[worker] = chunk
            yield Run(worker, chunk)

    def finished(self, worker: int) -> Chunk:
        """A worker committed its chunk; returns the chunk."""
        self._idle.append(worker)
        self._stillborn = 0
        return self._running.pop(worker)

    def crashed(self, worker: int, reason: str, cause: Cause = "chunk") -> None:
        """A worker's process died.

        A chunk that was running goes back to the front of the queue. It is charged only where it can
        have been the cause: then it runs in halves after the second death, down to the trial that
        kills its process, which is written down as lost while its neighbours complete.

        Parameters
        ----------
        worker : int
        reason : str
            What is known of the death.
        cause : {"chunk", "start", "elsewhere"}
            Of the chunk that was running; before the worker was up; or neither.
        """
        self._dead.append(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if cause == "start":
            self._stillborn += 1
            if self._stillborn >= STILLBORN:
                self._obituary = f"{self._stillborn} workers in a row died before they were up: {reason}"
        chunk = self._running.pop(worker, None)
        if chunk is None:
            return
        if cause == "chunk":
            self._charge(chunk, reason)
        else:
            self._queue.appendleft(chunk)

    def _charge(self, chunk: Chunk, reason: str) -> None:
        crashes = self._crashes.pop(chunk.name, 0) + 1
        if len(chunk.trials) == 1 and crashes >= TRIAL_CRASHES:
            self._lost.append(Bury(chunk, f"its process died {crashes} times: {reason}"))
        elif len(chunk.trials) > 1 and crashes >= CHUNK_CRASHES:
            self._queue.extendleft(reversed(chunk.halves()))
        else:
            self._crashes[chunk.name] = crashes
            self._queue.appendleft(chunk)
