"""What a running job tells as it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from sweep.chunk import Chunk
from sweep.engine.causes import Cause
from sweep.engine.stops import Stop


@final
@dataclass(frozen=True)
class Landed:
    """A chunk's rows are in the store.

    Attributes
    ----------
    chunk : Chunk
    statuses : tuple of str
        One per trial.
    reasons : tuple of (str or None)
        One per trial; None for one that is complete.
    seconds : tuple of float
        Wall seconds of each trial; none for trials that did not end by themselves.
    worker : int or None
        That ran it; None where the driver wrote the rows.
    """

    chunk: Chunk
    statuses: tuple[str, ...]
    reasons: tuple[str | None, ...]
    seconds: tuple[float, ...] = ()
    worker: int | None = None


@final
@dataclass(frozen=True)
class Moved:
    """A worker was lost or failed; its chunk, if it had one, runs again or is given up.

    Attributes
    ----------
    cause : Cause
    reason : str
    trials : int
        Of the chunk.
    """

    cause: Cause
    reason: str
    trials: int


@final
@dataclass(frozen=True)
class Pulse:
    """The job goes on.

    Attributes
    ----------
    running : mapping of int to Chunk
        What each busy worker does.
    workers : int
        Workers that are up.
    expected : int
        Trials of the whole job.
    """

    running: Mapping[int, Chunk]
    workers: int
    expected: int


@final
@dataclass(frozen=True)
class Stopping:
    """No more work is given out; what runs may finish, if it does so in time.

    Attributes
    ----------
    reason : Stop
    trials : int
        That are running.
    """

    reason: Stop
    trials: int


@final
@dataclass(frozen=True)
class Stopped:
    """The job ends although work may be left.

    Attributes
    ----------
    reason : Stop
    """

    reason: Stop


@final
@dataclass(frozen=True)
class Asked:
    """A request was taken up.

    Attributes
    ----------
    name, kind : str
    trials : int
    """

    name: str
    kind: str
    trials: int


Happening = Asked | Landed | Moved | Pulse | Stopped | Stopping
