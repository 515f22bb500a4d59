"""What the driver asks of a backend."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import final

from sweep.chunk import Chunk
from sweep.scheduler import Cause
from sweep.worker import ChunkReport


@final
@dataclass(frozen=True)
class Finished:
    """A worker committed a chunk."""

    worker: int
    report: ChunkReport


@final
@dataclass(frozen=True)
class Crashed:
    """A worker's process is gone; `cause` as for :meth:`sweep.scheduler.Scheduler.crashed`."""

    worker: int
    reason: str
    cause: Cause = "chunk"


Event = Finished | Crashed


class Backend(abc.ABC):
    """Workers that run one chunk at a time each, and report."""

    @abc.abstractmethod
    def start(self, workers: int | None) -> int:
        """Start the workers, and return how many there are; None asks for one per core."""

    @abc.abstractmethod
    def submit(self, worker: int, chunk: Chunk) -> None:
        """Give an idle worker a chunk."""

    @abc.abstractmethod
    def respawn(self, worker: int) -> None:
        """Start a new worker in the place of a dead one."""

    @abc.abstractmethod
    def wait(self, timeout: float) -> list[Event]:
        """What happened since the last call; waits at most `timeout` seconds for something to.

        Raises
        ------
        Exception
            What a worker raised outside of its trials, such as a store that cannot be written to: it
            would repeat on every worker.
        """

    @abc.abstractmethod
    def stop(self) -> None:
        """End all workers; chunks not committed are forgotten."""
