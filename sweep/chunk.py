"""Chunks: the unit of scheduling, commit and retry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, product
from typing import Any, final

from sweep.cost import trial_cost
from sweep.spec import SweepSpec
from sweep.trial import Trial, digest

CHUNK_SECONDS = 10.0
CHUNK_TRIALS = 64


@final
@dataclass(frozen=True)
class Chunk:
    """Trials that one worker runs and commits together.

    Attributes
    ----------
    name : str
        Follows from the members, so that a chunk run twice commits the same fragment.
    trials : tuple of Trial
    """

    name: str
    trials: tuple[Trial, ...]

    @classmethod
    def of(cls, trials: Sequence[Trial]) -> Chunk:
        """Chunk of these trials, in this order."""
        return cls("c" + digest(",".join(trial.trial_id for trial in trials)), tuple(trials))

    @cached_property
    def cost(self) -> float:
        """Predicted core-seconds."""
        return sum(trial_cost(trial) for trial in self.trials)

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


def point_trials(spec: SweepSpec, point: Mapping[str, float]) -> list[Trial]:
    """Trials of a point: each packet in each realization, followed by its frozen twin where it has one."""
    scenario = spec.scenario(point)
    first = Trial(scenario, spec.numerics, spec.kelvin(point))
    trials = []
    for realization, packet in product(range(spec.realizations), range(spec.observe.centers)):
        trial = replace(first, scenario=replace(scenario, realization=realization, packet=packet))
        trials.append(trial)
        if spec.twin and scenario.sound_speed > 0.0:
            trials.append(replace(trial, scenario=trial.scenario.twin()))
    return trials


def chunked(trials: Iterable[Trial]) -> Iterator[Chunk]:
    """Consecutive trials grouped to seconds of work each.

    Parameters
    ----------
    trials : iterable of Trial

    Yields
    ------
    Chunk
        At most 64 trials, and about 10 predicted core-seconds unless one trial takes longer.
    """
    members: list[Trial] = []
    cost = 0.0
    for trial in trials:
        next_cost = trial_cost(trial)
        if members and (cost + next_cost > CHUNK_SECONDS or len(members) == CHUNK_TRIALS):
            yield Chunk.of(members)
            members, cost = [], 0.0
        members.append(trial)
        cost += next_cost
    if members:
        yield Chunk.of(members)


def missing(trials: Iterable[Trial], done: Collection[str]) -> Iterator[Trial]:
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
        Chunk(name, tuple(Trial.from_text(row["trial"]) for row in members))
        for name, members in groupby(rows, key=lambda row: str(row["chunk"]))
    ]
