"""What the driver asks of a backend."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import final

from sweep.chunk import Chunk
from sweep.engine.causes import Cause
from sweep.engine.happenings import Happening
from sweep.worker import ChunkReport


@final
@dataclass(frozen=True)
class Up:
    """A worker is ready: it sees the store and runs the driver's code."""

    worker: int


@final
@dataclass(frozen=True)
class Finished:
    """A worker committed a chunk."""

    worker: int
    report: ChunkReport


@final
@dataclass(frozen=True)
class Failed:
    """A worker is gone, or raised outside of a trial (then it goes on, and `error` is what it raised)."""

    worker: int
    cause: Cause
    reason: str
    traceback: str | None = None
    error: Exception | None = None


Event = Up | Finished | Failed


class Backend(abc.ABC):
    """Workers that run one chunk at a time each, and report. No number of a worker comes twice."""

    # Whether `wait` does the work itself, so that nothing else is heard meanwhile.
    works_in_wait = False

    @abc.abstractmethod
    def start(self) -> None:
        """Make ready to start workers.

        Raises
        ------
        BackendError
            If they cannot be had; the text says what there is.
        """

    @abc.abstractmethod
    def capacity(self) -> int:
        """Workers to have now; asked again while the job runs."""

    @abc.abstractmethod
    def spawn(self, worker: int) -> None:
        """Start a worker; it is up when an event says so."""

    @abc.abstractmethod
    def submit(self, worker: int, chunk: Chunk, attempt: int) -> None:
        """Give an idle worker a chunk."""

    @abc.abstractmethod
    def kill(self, worker: int) -> None:
        """End a worker at once, in the middle of C code too; no event of it comes any more."""

    @abc.abstractmethod
    def wait(self, timeout: float) -> list[Event]:
        """What happened since the last call; waits at most `timeout` seconds for something to."""

    def hear(self, happening: Happening) -> None:  # noqa: B027  # most have nobody to pass it on to
        """Pass on what happened to whatever watches this backend's workers."""

    @abc.abstractmethod
    def shortage(self) -> str:
        """What to tell a user whose workers do not come up: what there is, and what to do."""

    @abc.abstractmethod
    def stop(self, *, hurry: bool = False) -> None:
        """End all workers; chunks not committed are forgotten.

        Parameters
        ----------
        hurry : bool
            Whether to leave alone what ends by itself once the driver has.
        """
