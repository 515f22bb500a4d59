"""A fixed design as a source of chunks: planned page by page, persisted, and read back ever after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import final

from store import ExperimentStore
from sweep.any_trial import AnyTrial
from sweep.chunk import Chunk, chunked, from_rows, to_rows
from sweep.engine.source import Source
from sweep.lookup import rows_by_id
from sweep.own_cost import priced

# Trials whose chunks are persisted together, and held in memory at a time.
PAGE_TRIALS = 4096


@final
class PlannedSource(Source):
    """Chunks of a plan, or of one part of it.

    Parameters
    ----------
    store : ExperimentStore
    plan : str
        Names the plan: equal for equal trials.
    trials : iterable of AnyTrial
        All trials of the plan, always in the same order.
    total : int
        How many there are.
    part : (int, int)
        The k-th of n parts, counted from 1.
    mean_cost : float
        Predicted core-seconds of a trial, on average; 0 where nobody knows.
    """

    def __init__(
        self,
        store: ExperimentStore,
        plan: str,
        trials: Iterable[AnyTrial],
        total: int,
        part: tuple[int, int] = (1, 1),
        mean_cost: float = 0.0,
    ) -> None:
        self._store = store
        self._plan = plan
        self._trials = trials
        self._total = total
        self._part = part
        self._mean_cost = mean_cost
        self._given = False
        self._already = 0
        self._elsewhere = 0

    @property
    def expected(self) -> int:
        """Trials of the plan, but for those known to be of other parts."""
        return self._total - self._elsewhere

    @property
    def already(self) -> int:
        """Trials that had a row when their page was read."""
        return self._already

    @property
    def mean_cost(self) -> float:
        """Predicted core-seconds of a trial of the whole plan, on average."""
        return self._mean_cost

    @property
    def exhausted(self) -> bool:
        """Whether the chunks were given out."""
        return self._given

    def take(self) -> Iterable[Chunk]:
        """All chunks with work left, once: page after page, as they are drawn."""
        if self._given:
            return ()
        self._given = True
        return self._chunks()

    def landed(self, chunk: Chunk) -> None:
        """Nothing: what has landed is in the store."""

    def _chunks(self) -> Iterator[Chunk]:
        number = 0
        for page in self._pages():
            ours = []
            for chunk in page:
                if number % self._part[1] == self._part[0] - 1:
                    ours.append(chunk)
                else:
                    self._elsewhere += len(chunk.trials)
                number += 1
            yield from self._unlanded(ours)

    def _pages(self) -> Iterator[list[Chunk]]:
        """Pages as they were persisted first, by whatever driver."""
        trials, names = iter(self._trials), set(self._store.names("chunks"))
        number = 0
        while page := list(islice(trials, PAGE_TRIALS)):
            name = f"{self._plan}-p{number:05d}"
            if name not in names:
                self._store.append("chunks", name, to_rows(self._plan, chunked(priced(self._store, page))))
            yield from_rows(self._store.rows("chunks", name))
            number += 1

    def _unlanded(self, chunks: list[Chunk]) -> Iterator[Chunk]:
        """The chunks without their trials that have a row."""
        ids = [trial.trial_id for chunk in chunks for trial in chunk.trials]
        landed = rows_by_id(self._store, ids)
        self._already += len(landed)
        rests = (chunk.without(landed) for chunk in chunks)
        return (rest for rest in rests if rest is not None)
