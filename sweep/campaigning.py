"""The adaptive campaign as a source of chunks: rounds of points, each chosen from the rounds before it.

Round r is proposed from the rounds up to r - 2 complete and round r - 1 pending, so workers stay busy while
the model fits, and neither their number nor a kill changes what is proposed. It fits in a thread beside the
driver, which alone writes: proposals and chunks are persisted before they start, and the study is rebuilt
from them.
"""

from __future__ import annotations

from functools import partial
from typing import Any, final

from store import ExperimentStore
from sweep.campaign_ledger import CampaignLedger
from sweep.certainty import known
from sweep.chunk import Chunk
from sweep.deciding import PENDING, Decider, Decision
from sweep.engine.source import Source
from sweep.labelling import Labelling
from sweep.rounds import Round, map_of
from sweep.spec import SweepSpec
from sweep.taken_over import taken_over
from sweep.thought import Thought

# A decision that is abandoned may be in the middle of linear algebra: it is waited for no longer than this.
LEAVING_SECONDS = 1.0


@final
class CampaignSource(Source):
    """Proposes rounds of points until the stop rule speaks.

    Parameters
    ----------
    spec : SweepSpec
    store : ExperimentStore
        Rounds that it holds are read back, not proposed again; points of earlier sweeps are taken over once.
    budget : int
        Points to choose at most.
    """

    def __init__(self, spec: SweepSpec, store: ExperimentStore, budget: int) -> None:
        self.spec = spec
        self.campaign = spec.campaign_identity
        self._budget = budget
        self._ledger = CampaignLedger(store, spec)
        self.before = self._ledger.given(taken_over(spec, store))
        self._rounds = self._ledger.rounds()
        self._decider = Decider(spec, store, self.before)
        self._thought: Thought[Decision] | None = None
        self._given = 0
        self._complete = 0
        # Rounds of which the last is waited for before it is decided whether that was all.
        self._settling = -1
        self._began = False
        self._mean_costs: dict[int, float] = {}
        self._done: set[str] = set(store.statuses())
        self._already = len(self._done.intersection(self.trial_ids))
        self.overruled = self._ledger.stopped_below(budget)
        self.stop_reason = self._ledger.stopped_at(len(self._rounds), budget)

    @property
    def points(self) -> int:
        """Points that the campaign chose so far."""
        return sum(members.chosen for members in self._rounds)

    @property
    def rounds(self) -> tuple[Round, ...]:
        """Rounds proposed so far."""
        return tuple(self._rounds)

    @property
    def chunks(self) -> list[Chunk]:
        """Chunks of all rounds proposed so far."""
        return [chunk for members in self._rounds for chunk in members.chunks]

    @property
    def trial_ids(self) -> list[str]:
        """Ids of the trials of the points proposed so far."""
        return [trial_id for members in self._rounds for trial_id in members.trial_ids]

    @property
    def expected(self) -> int:
        """Trials of the whole budget and of what was added, or of the points proposed once it has stopped."""
        if self.stop_reason is not None:
            return len(self.trial_ids)
        added = sum(members.others for members in self._rounds)
        return (self._budget + added) * self.spec.samples_per_point * (2 if self.spec.twin else 1)

    @property
    def already(self) -> int:
        """Trials of the rounds that had rows when their round was proposed or read."""
        return self._already

    @property
    def mean_cost(self) -> float:
        """Predicted core-seconds of a trial of the points proposed so far, on average."""
        rounds = len(self._rounds)
        if rounds not in self._mean_costs:
            trials = sum(len(chunk.trials) for chunk in self.chunks)
            self._mean_costs = {rounds: sum(chunk.cost for chunk in self.chunks) / max(1, trials)}
        return self._mean_costs[rounds]

    @property
    def thinking(self) -> bool:
        """Whether the next round is being chosen."""
        return self._thought is not None

    @property
    def exhausted(self) -> bool:
        """Whether the stop rule has spoken and every round was given out."""
        return self.stop_reason is not None and self._given == len(self._rounds)

    def take(self) -> list[Chunk]:
        """Chunks of the rounds that may start now; trials that have a row already are left out.

        The next round is chosen meanwhile. Only where nothing can run until it is, at the very beginning,
        it is waited for.
        """
        if self._thought is None:
            self._look_for_added()
        while self.stop_reason is None and (decision := self._decision()) is not None:
            self._settle(decision)
        fresh = self._rounds[self._given :]
        self._given, self._began = len(self._rounds), True
        rests = (chunk.without(self._done) for members in fresh for chunk in members.chunks)
        return [rest for rest in rests if rest is not None]

    def landed(self, chunk: Chunk) -> None:
        """Take note of trials that have rows: a round that is complete lets another one start."""
        self._done.update(trial.trial_id for trial in chunk.trials)

    def conclude(self, labelling: Labelling) -> None:
        """Keep what the map is worth at the end, under labels of all points."""
        rows = [row for members in (self.before, *self._rounds) for row in members.rows]
        found = map_of(self.spec, rows, labelling)
        if found is not None:
            worth: dict[str, Any] = {"regimes": found.K, "wrong_area": known(found.wrong_area())}
            worth |= {"label_version": labelling.version}
            self._ledger.concluded(len(self._rounds), worth | {"budget": self._budget, "points": self.points})

    def leave(self) -> None:
        """Give up a decision that is being made, for nobody will take it."""
        self._decider.abandoned.set()
        if self._thought is not None:
            self._thought.wait(LEAVING_SECONDS)

    def _decision(self) -> Decision | None:
        """What comes next, if it may be decided and was."""
        settled = self._settling == len(self._rounds)
        decide = partial(self._decider.decide, self.rounds, self._budget, self.overruled, settled=settled)
        if self._thought is None and self._decider.is_free(self._rounds, self._budget):
            return decide()
        if self._thought is None and self._may_decide():
            self._thought = Thought(decide)
        if self._thought is None or not self._thought.wait(None if self._nothing_runs() else 0.0):
            return None
        return self._thought.result()

    def _may_decide(self) -> bool:
        while self._complete < len(self._rounds) and self._landed(self._rounds[self._complete]):
            self._complete += 1
        pending = 0 if self._settling == len(self._rounds) else PENDING
        return self._complete >= len(self._rounds) - pending

    def _landed(self, members: Round) -> bool:
        return all(chunk.without(self._done) is None for chunk in members.chunks)

    def _nothing_runs(self) -> bool:
        return not self._began and all(map(self._landed, self._rounds))

    def _settle(self, decision: Decision) -> None:
        """Put down what was decided; if somebody has put down this round meanwhile, that one counts."""
        self._thought = None
        if decision.unsettled:
            self._settling = decision.number
            return
        spent = {"budget": self._budget, "points": self.points}
        if decision.labelling is not None:
            decision.labelling.keep(self._ledger.store)
        if decision.verdict is not None or decision.stop_reason is not None:
            self._ledger.decided(decision.number, decision.facts() | spent)
        if decision.stop_reason is not None:
            self.stop_reason = decision.stop_reason
            return
        members = self._ledger.propose(
            decision.number,
            decision.proposals,
            conditioned_on=decision.conditioned_on,
            pending=decision.pending,
            label_version=None if decision.labelling is None else decision.labelling.version,
        )
        self._add(members)

    def _look_for_added(self) -> None:
        """Rounds that somebody has put down: a campaign that had ended goes on with them."""
        while (members := self._ledger.round(len(self._rounds))) is not None:
            self._add(members)
            self.stop_reason = None

    def _add(self, members: Round) -> None:
        self._rounds.append(members)
        self._already += len(self._done.intersection(members.trial_ids))
