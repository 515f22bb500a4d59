"""What a campaign's rounds say to the learner: which points were seen, which regimes they showed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from learn import Axis, BoundarySampler, Observation, RegimeMap, SearchSpace, rebuild_study
from sweep.chunk import Chunk
from sweep.errors import SpecError
from sweep.labelling import Labelling
from sweep.spec import SweepSpec

Point = Mapping[str, float]

# Why a point is in a round, where the campaign did not choose it: somebody asked for it, or the store had it.
ENQUEUED, GIVEN = "enqueued", "given"
# The round of points that were in the store before the campaign began.
BEFORE = -1


@final
@dataclass(frozen=True)
class Round:
    """Points that were proposed together.

    Attributes
    ----------
    number : int
        From 0; -1 for points that were in the store before.
    rows : tuple of dict
        Of the table of proposals, by slot.
    chunks : tuple of Chunk
        Of their trials.
    """

    number: int
    rows: tuple[dict[str, Any], ...] = ()
    chunks: tuple[Chunk, ...] = ()

    @property
    def chosen(self) -> int:
        """Points that the campaign chose itself, which its budget counts."""
        return sum(row["why"] not in (ENQUEUED, GIVEN) for row in self.rows)

    @property
    def others(self) -> int:
        """Points that were asked for by hand, or were there before."""
        return len(self.rows) - self.chosen

    @property
    def point_ids(self) -> list[str]:
        """Ids of its points, by slot."""
        return [str(row["point_id"]) for row in self.rows]

    @property
    def points(self) -> list[dict[str, float]]:
        """Its points, by slot."""
        return [json.loads(row["point"]) for row in self.rows]

    @property
    def trial_ids(self) -> list[str]:
        """Ids of the trials of its points."""
        return [trial.trial_id for chunk in self.chunks for trial in chunk.trials]


def search_space(spec: SweepSpec) -> SearchSpace:
    """The swept box as the learner sees it.

    Raises
    ------
    SpecError
        If an axis is a list of values: a boundary needs an interval.
    """
    for axis in spec.axes:
        if axis.values:
            raise SpecError(
                f"[axes] {axis.name}: expected low and high for a campaign, got values; "
                "use `run` with a grid, or give an interval"
            )
    return SearchSpace([Axis(axis.name, axis.low, axis.high, axis.scale) for axis in spec.axes])


def observed(
    spec: SweepSpec, rows: Iterable[Mapping[str, Any]], labelling: Labelling | None
) -> list[Observation]:
    """Points that have landed, with the regimes that a labelling found there.

    Parameters
    ----------
    spec : SweepSpec
    rows : iterable of mapping
        Of the table of proposals.
    labelling : Labelling or None
        A point without a label counts as failed.
    """
    count = float(spec.samples_per_point)
    memberships = {} if labelling is None else dict(zip(labelling.keys, labelling.memberships, strict=True))
    return [
        Observation(json.loads(row["point"]), memberships.get((str(row["point_id"]), False)), count=count)
        for row in rows
    ]


def pending(rows: Iterable[Mapping[str, Any]]) -> list[Observation]:
    """Points whose results are still to come, or count as such."""
    return [Observation(json.loads(row["point"]), pending=True) for row in rows]


def map_of(
    spec: SweepSpec,
    members: Sequence[Mapping[str, Any]],
    labelling: Labelling,
    sampler: BoundarySampler | None = None,
) -> RegimeMap | None:
    """Regime map of proposed points under a labelling; None without a labelled point.

    Parameters
    ----------
    spec : SweepSpec
    members : sequence of mapping
        Proposal rows.
    labelling : Labelling
    sampler : BoundarySampler, optional
        One that is to propose from the same points next: it need not fit them again.
    """
    observations = observed(spec, members, labelling)
    if all(observation.membership is None for observation in observations):
        return None
    sampler = sampler or BoundarySampler(search_space(spec))
    return sampler.classify(rebuild_study(sampler, observations), labelling.names)
