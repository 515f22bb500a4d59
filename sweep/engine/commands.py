"""What the scheduler tells the driver to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from sweep.chunk import Chunk


@final
@dataclass(frozen=True)
class Start:
    """Start a worker under this number."""

    worker: int


@final
@dataclass(frozen=True)
class Run:
    """Send a chunk to an idle worker."""

    worker: int
    chunk: Chunk
    attempt: int = 1


@final
@dataclass(frozen=True)
class Kill:
    """End a worker at once, whatever it does."""

    worker: int


@final
@dataclass(frozen=True)
class Record:
    """Write rows of trials that cannot be run."""

    chunk: Chunk
    attempt: int
    status: str
    reason: str
    traceback: str | None = None


@final
@dataclass(frozen=True)
class GiveUp:
    """Stop the job: it would fail for ever."""

    reason: str


Command = Start | Run | Kill | Record | GiveUp
