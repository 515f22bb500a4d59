"""What is measured: a way to write trials and to ask about them; ours is one."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.store_data import Chunk, Data
from benchmarks.store_questions import Question, sql
from store import ExperimentStore


@dataclass(frozen=True)
class Answer:
    """What came back: how many rows, and the sum of the last column where it is a number."""

    rows: int
    total: float

    @classmethod
    def of(cls, table: pa.Table) -> Answer:
        """Answer of an Arrow table."""
        last = table.column(table.num_columns - 1)
        number = pa.types.is_floating(last.type) or pa.types.is_integer(last.type)
        return cls(table.num_rows, float(pc.sum(last).as_py() or 0.0) if number else 0.0)

    def agrees(self, other: Answer) -> bool:
        """Whether two candidates found the same, to rounding."""
        return self.rows == other.rows and bool(np.isclose(self.total, other.total, rtol=1e-9))


class Candidate(ABC):
    """A directory that trials are written to by several processes and asked about by others.

    Parameters
    ----------
    root : Path
        Its directory; what it holds is the candidate's own.
    """

    name: ClassVar[str]
    how: ClassVar[str]

    def __init__(self, root: Path) -> None:
        self.root = root

    @abstractmethod
    def prepare(self) -> None:
        """Make what the writers need; called once, before they start."""

    @abstractmethod
    def write(self, chunks: Iterable[Chunk], writer: int) -> Iterable[float]:
        """Write chunks, each durably, and yield the seconds each took."""

    @abstractmethod
    def ask(self, question: Question, data: Data) -> Answer:
        """Answer in a session of its own."""

    def size(self) -> int:
        """Bytes of all files."""
        return sum(path.stat().st_size for path in self.root.rglob("*") if path.is_file())


class Ours(Candidate):
    """The store, through its public methods only."""

    name = "ours"
    how = "store.commit per chunk; store.sql and store.statuses, fragments as they were committed"

    def prepare(self) -> None:
        """Create the store."""
        ExperimentStore.create(self.root)

    def write(self, chunks: Iterable[Chunk], writer: int) -> Iterable[float]:
        """Commit; a chunk of two attempts twice."""
        store = ExperimentStore(self.root)
        for chunk in chunks:
            for attempt in chunk.attempts:
                began = time.perf_counter()
                store.commit(chunk.name, chunk.trials, chunk.series, attempt=attempt)
                yield time.perf_counter() - began

    def ask(self, question: Question, data: Data) -> Answer:
        """Answer as a user would ask."""
        store = ExperimentStore(self.root)
        if question is Question.LISTING:
            return Answer(len(store.statuses()), 0.0)
        return Answer.of(store.sql(sql(question, data)).arrow())


@final
class Compacted(Ours):
    """The same store after `store.compact()`."""

    name = "ours, compacted"
    how = "the same after store.compact()"

    def compact(self) -> bool:
        """Compact, if this version can; whether it did."""
        store = ExperimentStore(self.root)
        if not hasattr(store, "compact"):
            return False
        store.compact()
        return True

    def size(self) -> int:
        """Bytes of the compacted files; the fragments behind them stay for the grace period."""
        return sum(path.stat().st_size for path in (self.root / "compacted").rglob("*") if path.is_file())
