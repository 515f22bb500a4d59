"""Chunks: the unit of scheduling, commit and retry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, final

from sweep.any_trial import AnyTrial
from sweep.cost import trial_cost
from sweep.identity import digest
from sweep.own_trial import OwnTrial
from sweep.spec import SweepSpec
from sweep.trial import Trial

CHUNK_SECONDS = 10.0
CHUNK_TRIALS = 64
# How the text of a user's trial begins, its keys being sorted.
OWN = '{"model":'
# Stands for the cost of a trial of which nothing is known: few of them travel together.
UNKNOWN_SECONDS = 2.5


@final
@dataclass(frozen=True)
class Chunk:
    """Trials that one worker runs and commits together.

    Attributes
    ----------
    name : str
        Follows from the members, so that a chunk run twice commits the same fragment.
    trials : tuple of AnyTrial
    """

    name: str
    trials: tuple[AnyTrial, ...]

    @classmethod
    def of(cls, trials: Sequence[AnyTrial]) -> Chunk:
        """Chunk of these trials, in this order."""
        return cls("c" + digest(",".join(trial.trial_id for trial in trials)), tuple(trials))

    @cached_property
    def cost(self) -> float:
        """Predicted core-seconds."""
        return sum(trial_cost(trial) for trial in self.trials)

    @property
    def is_predictable(self) -> bool:
        """Whether the cost is known well enough for a deadline."""
        return all(trial.is_predictable for trial in self.trials)

    def without(self, landed: Collection[str]) -> Chunk | None:
        """The chunk itself, a chunk of its trials that are not `landed`, or None if all of them are."""
        rest = [trial for trial in self.trials if trial.trial_id not in landed]
        if len(rest) == len(self.trials):
            return self
        return Chunk.of(rest) if rest else None

    def halves(self) -> tuple[Chunk, Chunk]:
        """Two chunks that share the members between them."""
        middle = len(self.trials) // 2
        return Chunk.of(self.trials[:middle]), Chunk.of(self.trials[middle:])


def point_trials(spec: SweepSpec, point: Mapping[str, float]) -> list[AnyTrial]:
    """Trials of a point: each draw of it, with its frozen twin where it has one."""
    return list(spec.model.trials(spec, point))


def chunked(trials: Iterable[AnyTrial]) -> Iterator[Chunk]:
    """Consecutive trials grouped to seconds of work each.

    Parameters
    ----------
    trials : iterable of AnyTrial

    Yields
    ------
    Chunk
        At most 64 trials, and about 10 predicted core-seconds unless one trial takes longer.
    """
    members: list[AnyTrial] = []
    cost = 0.0
    for trial in trials:
        next_cost = trial_cost(trial) or (0.0 if trial.is_predictable else UNKNOWN_SECONDS)
        if members and (cost + next_cost > CHUNK_SECONDS or len(members) == CHUNK_TRIALS):
            yield Chunk.of(members)
            members, cost = [], 0.0
        members.append(trial)
        cost += next_cost
    if members:
        yield Chunk.of(members)


def missing(trials: Iterable[AnyTrial], done: Collection[str]) -> Iterator[AnyTrial]:
    """Trials that have no row yet, `done` being the ids of those that have."""
    return (trial for trial in trials if trial.trial_id not in done)


def to_rows(plan: str, chunks: Iterable[Chunk]) -> list[dict[str, Any]]:
    """Ledger rows of a plan, one per trial."""
    return [
        {
            "plan": plan,
            "chunk": chunk.name,
            "ordinal": ordinal,
            "trial_id": trial.trial_id,
            "trial": trial.to_text(),
        }
        for chunk in chunks
        for ordinal, trial in enumerate(chunk.trials)
    ]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> list[Chunk]:
    """Chunks that :func:`to_rows` wrote, in their order."""
    return [
        Chunk(name, tuple(trial_from_text(row["trial"]) for row in members))
        for name, members in groupby(rows, key=lambda row: str(row["chunk"]))
    ]


def trial_from_text(text: str) -> AnyTrial:
    """The trial that its `to_text` wrote.

    Raises
    ------
    SweepError
        If another version of the physics wrote it: its numbers would be others here.
    """
    return OwnTrial.from_text(text) if text.startswith(OWN) else Trial.from_text(text)
