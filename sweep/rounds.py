"""The adaptive campaign: rounds of points, each chosen from the rounds before it.

Round r is proposed from the rounds up to r - 2 complete and round r - 1 pending, so workers stay
busy while the model fits, and neither their number nor a kill changes what is proposed. Proposals
and chunks are persisted before they start; the study is rebuilt from them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, final

from learn import (
    Axis,
    BoundarySampler,
    Observation,
    Proposal,
    RegimeMap,
    RoundSummary,
    SearchSpace,
    StopRule,
    changed_area,
    propose,
    rebuild_study,
)
from store import ExperimentStore
from sweep.chunk import Chunk, chunked, from_rows, point_trials, to_rows
from sweep.engine.source import Source
from sweep.errors import SpecError
from sweep.labelling import Labelling, label_chunks
from sweep.spec import SweepSpec
from sweep.trial import Trial, canonical_json

Point = Mapping[str, float]


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


@final
class CampaignSource(Source):
    """Proposes rounds of points until the stop rule speaks.

    Parameters
    ----------
    spec : SweepSpec
    store : ExperimentStore
        Rounds that it holds are read back, not proposed again.
    budget : int
        Points to spend at most.
    """

    def __init__(self, spec: SweepSpec, store: ExperimentStore, budget: int) -> None:
        self.spec = spec
        self.space = search_space(spec)
        self.campaign = spec.campaign_identity
        self.stop_reason: str | None = None
        self._store = store
        self._budget = budget
        self._rule = StopRule(target_wrong_area=spec.campaign.target_wrong_area)
        self._rounds: list[list[dict[str, Any]]] = _stored_rounds(store, self.campaign)
        self._chunks = [self._persisted_chunks(number) for number in range(len(self._rounds))]
        self._given = 0
        self._mean_costs: dict[int, float] = {}
        self._done: set[str] = set(store.statuses())
        self._already = len(self._done.intersection(self.trial_ids))
        self._labellings: dict[int, Labelling | None] = {}
        self._maps: dict[int, RegimeMap | None] = {}

    @property
    def points(self) -> int:
        """Points proposed so far."""
        return sum(len(members) for members in self._rounds)

    @property
    def proposals(self) -> list[dict[str, Any]]:
        """Rows of the points proposed so far, in the order of rounds and slots."""
        return [row for members in self._rounds for row in members]

    @property
    def chunks(self) -> list[Chunk]:
        """Chunks of all rounds proposed so far."""
        return [chunk for chunks in self._chunks for chunk in chunks]

    @property
    def trial_ids(self) -> list[str]:
        """Ids of the trials of the points proposed so far."""
        chunks = [chunk for chunks in self._chunks for chunk in chunks]
        return [trial.trial_id for chunk in chunks for trial in chunk.trials]

    @property
    def expected(self) -> int:
        """Trials of the whole budget, or of the points proposed once the rule has spoken."""
        if self.stop_reason is not None:
            return len(self.trial_ids)
        return self._budget * self.spec.samples_per_point * (2 if self.spec.twin else 1)

    @property
    def already(self) -> int:
        """Trials of the rounds found in the store that had rows."""
        return self._already

    @property
    def mean_cost(self) -> float:
        """Predicted core-seconds of a trial of the points proposed so far, on average."""
        rounds = len(self._chunks)
        if rounds not in self._mean_costs:
            trials = sum(len(chunk.trials) for chunk in self.chunks)
            self._mean_costs = {rounds: sum(chunk.cost for chunk in self.chunks) / max(1, trials)}
        return self._mean_costs[rounds]

    @property
    def exhausted(self) -> bool:
        """Whether the stop rule has spoken and every round was given out."""
        return self.stop_reason is not None and self._given == len(self._rounds)

    def take(self) -> list[Chunk]:
        """Chunks of the rounds that may start now; trials that have a row already are left out."""
        while self.stop_reason is None and self._may_propose():
            self._propose()
        fresh = self._chunks[self._given :]
        self._given = len(self._rounds)
        rests = (chunk.without(self._done) for chunks in fresh for chunk in chunks)
        return [rest for rest in rests if rest is not None]

    def landed(self, chunk: Chunk) -> None:
        """Take note of trials that have rows: a round that is complete lets another one start."""
        self._done.update(trial.trial_id for trial in chunk.trials)

    def _may_propose(self) -> bool:
        ready = self._chunks[: max(0, len(self._rounds) - 1)]
        return all(chunk.without(self._done) is None for chunks in ready for chunk in chunks)

    def _propose(self) -> None:
        number = len(self._rounds)
        self.stop_reason = self._reason_to_stop(number)
        if self.stop_reason is not None:
            return
        complete, pending = self._rounds[: max(0, number - 1)], self._rounds[max(0, number - 1) :]
        labelling = self._labelling(number - 2)
        history = [_observed(row, labelling, self.spec) for members in complete for row in members]
        history += [_pending(row) for members in pending for row in members]
        count = min(self.spec.campaign.batch, self._budget - self.points)
        sampler = BoundarySampler(self.space, self.spec.seed, self.spec.campaign.startup)
        proposals = propose(rebuild_study(sampler, history), count)
        waiting = [str(row["point_id"]) for members in pending for row in members]
        rows = [self._row(number, slot, proposal, waiting) for slot, proposal in enumerate(proposals)]
        name = f"{self.campaign}-r{number:04d}"
        self._store.append("proposals", name, rows)
        # Read back: another driver of this campaign may have been first.
        self._rounds.append(self._store.rows("proposals", name))
        self._chunks.append(self._persisted_chunks(number))

    def _reason_to_stop(self, number: int) -> str | None:
        if self.points >= self._budget:
            return f"the budget of {self._budget} points is spent"
        if sum(len(members) for members in self._rounds[: max(0, number - 1)]) < self.spec.campaign.startup:
            return None
        first = max(0, number - 2 - self._rule.stable_rounds)
        maps = [self._map_after(last) for last in range(first, number - 1)]
        known = [entry for entry in maps if entry is not None]
        if not known:
            return None
        changes = [None, *(changed_area(before, after) for before, after in pairwise(known))]
        history = [
            RoundSummary(self.points, self._budget, entry.K, entry.wrong_area(), change)
            for entry, change in zip(known, changes, strict=True)
        ]
        return self._rule.reason(history)

    def _map_after(self, last: int) -> RegimeMap | None:
        """Map from the rounds up to `last`; kept, for the rule looks back."""
        if last not in self._maps:
            members = [row for rows in self._rounds[: last + 1] for row in rows]
            labelling = self._labelling(last)
            self._maps[last] = None if labelling is None else map_of(self.spec, members, labelling)
        return self._maps[last]

    def _labelling(self, last: int) -> Labelling | None:
        """Regimes found in the rounds up to `last`, from their own trials and no others in the store."""
        if last not in self._labellings:
            chunks = [chunk for chunks in self._chunks[: last + 1] for chunk in chunks]
            self._labellings[last] = label_chunks(self._store, chunks, seed=self.spec.seed)
        return self._labellings[last]

    def _persisted_chunks(self, number: int) -> list[Chunk]:
        """Chunks of a round: membership is persisted before work starts, and read back ever after."""
        plan = f"{self.campaign}-r{number:04d}"
        stored = self._store.rows("chunks", plan)
        if not stored:
            points = [json.loads(row["point"]) for row in self._rounds[number]]
            chunks = [chunk for point in points for chunk in chunked(point_trials(self.spec, point))]
            self._store.append("chunks", plan, to_rows(plan, chunks))
            stored = self._store.rows("chunks", plan)
        return from_rows(stored)

    def _row(self, number: int, slot: int, proposal: Proposal, pending: list[str]) -> dict[str, Any]:
        trial = Trial(self.spec.scenario(proposal.point), self.spec.numerics)
        return {
            "campaign": self.campaign,
            "round": number,
            "slot": slot,
            "point_id": trial.point_id,
            "why": proposal.why,
            "score": proposal.score,
            "membership": None if proposal.membership is None else list(proposal.membership),
            "conditioned_on": max(number - 2, -1),
            "pending": pending,
            "point": canonical_json(dict(proposal.point)),
        }


def map_of(spec: SweepSpec, members: list[dict[str, Any]], labelling: Labelling) -> RegimeMap | None:
    """Regime map of proposed points under a labelling; None without a labelled point.

    Parameters
    ----------
    spec : SweepSpec
    members : list of dict
        Proposal rows.
    labelling : Labelling
    """
    observed = [_observed(row, labelling, spec) for row in members]
    if all(observation.membership is None for observation in observed):
        return None
    sampler = BoundarySampler(search_space(spec))
    return sampler.classify(rebuild_study(sampler, observed), labelling.names)


def _pending(row: Mapping[str, Any]) -> Observation:
    return Observation(json.loads(row["point"]), pending=True)


def _observed(row: Mapping[str, Any], labelling: Labelling | None, spec: SweepSpec) -> Observation:
    membership = None if labelling is None else labelling.of(str(row["point_id"]))
    return Observation(json.loads(row["point"]), membership, count=float(spec.samples_per_point))


def _stored_rounds(store: ExperimentStore, campaign: str) -> list[list[dict[str, Any]]]:
    rounds: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in store.rows("proposals"):
        if row["campaign"] == campaign:
            rounds[int(row["round"])].append(row)
    return [sorted(rounds[number], key=lambda row: int(row["slot"])) for number in sorted(rounds)]
