"""Where a job's chunks come from: a fixed plan, or a campaign that decides as it goes."""

from __future__ import annotations

import abc
from collections.abc import Iterable

from sweep.chunk import Chunk


class Source(abc.ABC):
    """Gives chunks, and is told which have landed."""

    stop_reason: str | None = None
    """Why no more is proposed, where the source decides that itself."""

    @property
    def thinking(self) -> bool:
        """Whether chunks may come before anything lands: the source is to be asked again soon."""
        return False

    @abc.abstractmethod
    def take(self) -> Iterable[Chunk]:
        """Chunks that may run now and were not given before; drawn as room allows."""

    @abc.abstractmethod
    def landed(self, chunk: Chunk) -> None:
        """The chunk's trials have rows."""

    @property
    @abc.abstractmethod
    def expected(self) -> int:
        """Trials that the source will have given in all; an upper bound while it may stop early."""

    @property
    @abc.abstractmethod
    def already(self) -> int:
        """Trials that had rows before, as far as the source has looked."""

    @property
    def mean_cost(self) -> float:
        """Predicted core-seconds of a trial, on average; 0 where nobody knows."""
        return 0.0

    @property
    @abc.abstractmethod
    def exhausted(self) -> bool:
        """Whether no more chunks will be given, whatever lands."""
