"""A campaign in the store: its rounds, their chunks, what was decided and why it stopped.

Everything is put under a name of its own unless that is taken, and read back: whoever comes second, be it the
same driver after a kill, another one, or somebody who adds points by hand, finds what the first one wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, final

from learn import Proposal
from store import ExperimentStore
from sweep.chunk import chunked, from_rows, point_trials, to_rows
from sweep.identity import canonical_json
from sweep.own_cost import priced
from sweep.rounds import BEFORE, ENQUEUED, GIVEN, Point, Round
from sweep.spec import SweepSpec


@final
@dataclass(frozen=True)
class CampaignLedger:
    """Reads and writes the rounds of a spec's campaign.

    Parameters
    ----------
    store : ExperimentStore
    spec : SweepSpec
    """

    store: ExperimentStore
    spec: SweepSpec

    @property
    def campaign(self) -> str:
        """Id of the campaign."""
        return self.spec.campaign_identity

    def rounds(self) -> list[Round]:
        """Rounds that were proposed so far, in order, from round 0."""
        named = re.compile(re.escape(self.campaign) + r"-r(\d+)")
        found = (named.fullmatch(name) for name in self.store.names("proposals"))
        return [self._stored(number) for number in sorted(int(match[1]) for match in found if match)]

    def round(self, number: int) -> Round | None:
        """A round, if it was proposed."""
        return self._stored(number) if self.store.rows("proposals", self._name(number)) else None

    def given(self, find: Iterable[Point]) -> Round:
        """Points that the store held when the campaign began: taken from `find` once, and read ever after.

        A campaign that has chosen points already, before this was recorded, has none.
        """
        name = self._name(BEFORE)
        if name not in self.store.names("proposals"):
            if any(members.chosen for members in self.rounds()):
                return Round(BEFORE)
            rows = [self._row(BEFORE, slot, point, GIVEN) for slot, point in enumerate(find)]
            self.store.append("proposals", name, rows)
        return self._stored(BEFORE)

    def propose(
        self,
        number: int,
        proposals: Sequence[Proposal],
        *,
        conditioned_on: int,
        pending: Sequence[str],
        label_version: str | None,
    ) -> Round:
        """Put down a round, unless somebody else has put down this one; the one that stands."""
        known = {"conditioned_on": conditioned_on, "pending": list(pending), "label_version": label_version}
        rows = [
            self._row(number, slot, proposal.point, proposal.why)
            | {
                "score": proposal.score,
                "membership": None if proposal.membership is None else list(proposal.membership),
            }
            | known
            for slot, proposal in enumerate(proposals)
        ]
        self.store.append("proposals", self._name(number), rows)
        return self._stored(number)

    def enqueue(self, points: Sequence[Point]) -> Round:
        """Put down points that somebody asked for as the next round."""
        number = len(self.rounds())
        while True:
            rows = [self._row(number, slot, point, ENQUEUED) for slot, point in enumerate(points)]
            if self.store.append("proposals", self._name(number), rows):
                return self._stored(number)
            number += 1

    def decided(self, number: int, facts: dict[str, Any]) -> None:
        """Keep what was known when a round was to be proposed, and why none was, if `stop_reason` says so."""
        stopped = facts.get("stop_reason") is not None
        self._keep(self._name(number) + (f"-b{facts['budget']}" if stopped else ""), number, facts)

    def concluded(self, number: int, facts: dict[str, Any]) -> None:
        """Keep what is known once all points are complete, and no round is to follow."""
        self._keep(f"{self._name(number)}-end-{facts['label_version']}", number, facts)

    def stops(self) -> list[dict[str, Any]]:
        """Every time that the campaign stopped, in order of rounds and budgets."""
        names = (name for name in self.store.names("rounds") if name.startswith(f"{self.campaign}-r"))
        rows = [row for name in names if "-b" in name for row in self.store.rows("rounds", name)]
        return sorted(rows, key=lambda row: (row["round"], row["budget"]))

    def stopped_below(self, budget: int) -> str | None:
        """Why the campaign had stopped with points left of a smaller budget than this, if it had."""
        stops = (stop for stop in self.stops() if stop["points"] < stop["budget"] < budget)
        return next((str(stop["stop_reason"]) for stop in stops), None)

    def stopped_at(self, number: int, budget: int) -> str | None:
        """Why a round was not proposed under this budget, if so it was decided."""
        stops = (stop for stop in self.stops() if (stop["round"], stop["budget"]) == (number, budget))
        return next((str(stop["stop_reason"]) for stop in stops), None)

    def _keep(self, name: str, number: int, facts: dict[str, Any]) -> None:
        row = {"campaign": self.campaign, "round": number, "decided_at": datetime.now(UTC)}
        self.store.append("rounds", name, [row | facts])

    def _stored(self, number: int) -> Round:
        rows = self.store.rows("proposals", self._name(number))
        rows.sort(key=lambda row: int(row["slot"]))
        members = Round(number, tuple(rows))
        plan = self._name(number)
        stored = self.store.rows("chunks", plan)
        if not stored and rows:
            trials = [priced(self.store, point_trials(self.spec, point)) for point in members.points]
            chunks = (chunk for some in trials for chunk in chunked(some))
            self.store.append("chunks", plan, to_rows(plan, chunks))
            stored = self.store.rows("chunks", plan)
        return Round(number, tuple(rows), tuple(from_rows(stored)))

    def _name(self, number: int) -> str:
        return f"{self.campaign}-r-given" if number == BEFORE else f"{self.campaign}-r{number:04d}"

    def _row(self, number: int, slot: int, point: Point, why: str) -> dict[str, Any]:
        trial = point_trials(self.spec, point)[0]
        return {
            "campaign": self.campaign,
            "round": number,
            "slot": slot,
            "point_id": trial.point_id,
            "why": why,
            "point": canonical_json(dict(point)),
        }
