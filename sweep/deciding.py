"""What a campaign does next: another round of points, or nothing, and why."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from learn import BoundarySampler, Proposal, RoundSummary, StopRule, propose, rebuild_study
from store import ExperimentStore
from sweep.campaign_labels import CampaignLabels
from sweep.certainty import known
from sweep.errors import SweepError
from sweep.labelling import Labelling, regime_partners
from sweep.point_cost import PointCost
from sweep.rounds import Round, map_of, observed, pending, search_space
from sweep.spec import SweepSpec
from sweep.taken_over import startup_left

# Sobol points on which the maps of two rounds are compared, and their seed.
COMPARED, COMPARED_SEED = 2048, 0
# Rounds that may be running while the next one is decided.
PENDING = 1


@final
@dataclass(frozen=True, eq=False)
class Verdict:
    """What was known after a round.

    Attributes
    ----------
    labelling : Labelling
        Of the points that were complete.
    regimes : int
        On the map.
    wrong_area : float
        Share of the box on which the map is expected to be wrong; not a number where it has one regime.
    labels : array of int
        Regime at fixed points of the box.
    """

    labelling: Labelling
    regimes: int
    wrong_area: float
    labels: NDArray[np.int64]


@final
@dataclass(frozen=True, eq=False)
class Decision:
    """The next round, or why there is none.

    Attributes
    ----------
    number : int
        Of the round.
    stop_reason : str or None
    proposals : tuple of Proposal
        None where the campaign stops.
    conditioned_on : int
        Last complete round that the choice knew; -1 for none.
    pending : tuple of str
        Ids of the points that were pending then.
    verdict : Verdict or None
        Behind it; None where no point was labelled, or no label was needed.
    changed_area : float or None
        Share of the box whose regime differs on the map before.
    unsettled : bool
        Whether the campaign seems to be at its end, which the last round is to bear out: nothing is decided.
    """

    number: int
    stop_reason: str | None = None
    proposals: tuple[Proposal, ...] = ()
    conditioned_on: int = -1
    pending: tuple[str, ...] = ()
    verdict: Verdict | None = None
    changed_area: float | None = None
    unsettled: bool = False

    @property
    def labelling(self) -> Labelling | None:
        """Labels that it knew."""
        return None if self.verdict is None else self.verdict.labelling

    def facts(self) -> dict[str, Any]:
        """Columns of the table of rounds, but for what the campaign had spent."""
        facts: dict[str, Any] = {"stop_reason": self.stop_reason, "changed_area": self.changed_area}
        if self.verdict is not None:
            facts["regimes"], facts["wrong_area"] = self.verdict.regimes, known(self.verdict.wrong_area)
            facts["label_version"] = self.verdict.labelling.version
        return facts


class AbandonedError(SweepError):
    """A decision that nobody waits for any more."""


@final
class Decider:
    """Decides round after round, from what has landed; remembers only what it could work out again.

    Parameters
    ----------
    spec : SweepSpec
    store : ExperimentStore
        Holds the series.
    given : Round
        Points that were there before.
    """

    def __init__(self, spec: SweepSpec, store: ExperimentStore, given: Round) -> None:
        self.space = search_space(spec)
        self.startup = startup_left(self.space, spec.campaign.startup, spec.seed, given.points)
        self.abandoned = threading.Event()
        self._spec = spec
        self._given = given
        self._labels = CampaignLabels(spec, store, given)
        self._cost = PointCost(spec, self.space) if spec.campaign.cost_aware else None
        self._rule = StopRule(target_wrong_area=spec.campaign.target_wrong_area)
        self._verdicts: dict[int, Verdict | None] = {}

    def is_free(self, rounds: Sequence[Round], budget: int) -> bool:
        """Whether the next round needs no result: it is spent already, or all of the start-up design."""
        chosen = _chosen(rounds)
        return chosen >= budget or chosen + min(self._spec.campaign.batch, budget - chosen) <= self.startup

    def decide(
        self, rounds: Sequence[Round], budget: int, overruled: str | None = None, *, settled: bool = False
    ) -> Decision:
        """What comes after these rounds, of which all but the last are complete, or none need be.

        That a campaign has reached its end is said of a map of all its points: what looks like it while a
        round is pending is decided again when that one is complete.

        Parameters
        ----------
        rounds : sequence of Round
        budget : int
            Points that the campaign may choose in all.
        overruled : str, optional
            Why it had stopped once, where a larger budget has it go on: then only the budget ends it.
        settled : bool
            Whether the last round is complete too, and its results are to count.

        Raises
        ------
        AbandonedError
            If `abandoned` was set meanwhile.
        """
        chosen, number = _chosen(rounds), len(rounds)
        if chosen >= budget:
            further = "" if overruled is None else f"; before it was extended: {overruled}"
            return Decision(number, f"the budget of {budget} points is spent{further}")
        if self.is_free(rounds, budget):
            return self._choose(rounds, budget, -1, None)
        last = number - 1 if settled else max(number - PENDING - 1, -1)
        sampler = self._sampler(rounds)
        verdict = self._verdict(rounds, last, sampler)
        reason, changed = None, None
        if verdict is not None and _chosen(rounds[: last + 1]) >= self.startup:
            history = self._history(rounds, last, budget)
            changed = history[-1].changed_area
            reason = self._rule.reason(history) if overruled is None else None
        if reason is not None and last < number - 1:
            return Decision(number, conditioned_on=last, unsettled=True)
        if reason is not None:
            return Decision(number, reason, conditioned_on=last, verdict=verdict, changed_area=changed)
        return self._choose(rounds, budget, last, sampler, verdict, changed)

    def _choose(
        self,
        rounds: Sequence[Round],
        budget: int,
        last: int,
        sampler: BoundarySampler | None,
        verdict: Verdict | None = None,
        changed: float | None = None,
    ) -> Decision:
        self._check()
        complete, waiting = [self._given, *rounds[: last + 1]], rounds[last + 1 :]
        labelling = None if verdict is None else verdict.labelling
        history = observed(self._spec, _rows(complete), labelling) + pending(_rows(waiting))
        study = rebuild_study(sampler or self._sampler(rounds), history)
        proposals = propose(study, min(self._spec.campaign.batch, budget - _chosen(rounds)))
        ids = tuple(point_id for members in waiting for point_id in members.point_ids)
        return Decision(len(rounds), None, tuple(proposals), last, ids, verdict, changed)

    def _sampler(self, rounds: Sequence[Round]) -> BoundarySampler:
        # It counts all points; those that it did not choose shorten no design.
        others = sum(members.others for members in (self._given, *rounds))
        startup = max(1, self.startup + others)
        if self._cost is None:
            return BoundarySampler(self.space, self._spec.seed, startup)
        return BoundarySampler(self.space, self._spec.seed, startup, cost=self._cost)

    def _history(self, rounds: Sequence[Round], last: int, budget: int) -> list[RoundSummary]:
        """Of the rounds that the rule looks at, oldest first.

        Points that were added by hand count with the chosen ones before them: they may lie where nothing is
        in doubt, and a map that they leave as it was is not stable for that.
        """
        ends = [n for n in range(-1, last + 1) if n == last or rounds[n + 1].chosen]
        verdicts = [self._verdict(rounds, number) for number in ends[-self._rule.stable_rounds - 1 :]]
        maps = [verdict for verdict in verdicts if verdict is not None]
        changes = [None, *(changed_share(before, after) for before, after in pairwise(maps))]
        return [
            RoundSummary(_chosen(rounds), budget, verdict.regimes, verdict.wrong_area, change)
            for verdict, change in zip(maps, changes, strict=True)
        ]

    def _verdict(
        self, rounds: Sequence[Round], last: int, sampler: BoundarySampler | None = None
    ) -> Verdict | None:
        """After the rounds up to `last`; remembered."""
        if last not in self._verdicts:
            self._check()
            labelling = self._labels.after(rounds, last)
            self._check()
            self._verdicts[last] = self._judged([self._given, *rounds[: last + 1]], labelling, sampler)
        return self._verdicts[last]

    def _judged(
        self, complete: Sequence[Round], labelling: Labelling | None, sampler: BoundarySampler | None
    ) -> Verdict | None:
        found = None if labelling is None else map_of(self._spec, _rows(complete), labelling, sampler)
        if labelling is None or found is None:
            return None
        labels = found.predict(self.space.sobol(COMPARED, COMPARED_SEED))
        return Verdict(labelling, found.K, found.wrong_area(), labels)

    def _check(self) -> None:
        if self.abandoned.is_set():
            raise AbandonedError("the campaign was stopped while it was decided what comes next")


def changed_share(before: Verdict, after: Verdict) -> float:
    """Share of the box whose regime differs, regimes being paired by the points that both maps have seen.

    Clusters are numbered anew in each round, and one that appears late shifts the others; a regime without a
    partner differs from all.
    """
    found = regime_partners(after.labelling, before.labelling.clusters)
    partners = np.array([-1 if partner is None else partner for partner in found])
    return float(np.mean(before.labels != partners[after.labels]))


def _chosen(rounds: Sequence[Round]) -> int:
    return sum(members.chosen for members in rounds)


def _rows(rounds: Sequence[Round]) -> list[Mapping[str, Any]]:
    return [row for members in rounds for row in members.rows]
