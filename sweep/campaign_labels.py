"""Labels of a campaign's points.

How many regimes there are is looked for now and then, and kept in between: along a continuum several numbers
are nearly as good, and what is chosen anew in every round is another map in every round.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log
from typing import final

from store import ExperimentStore
from sweep.campaign_ledger import CampaignLedger
from sweep.labelling import Labelling, label_chunks
from sweep.rounds import BEFORE, Round
from sweep.spec import SweepSpec

# By which the number of points has grown when the number of regimes is looked for anew.
GROWTH = 4.0 / 3.0


@final
class CampaignLabels:
    """Labels after one round or another, which follow from the rounds alone; remembered.

    Parameters
    ----------
    spec : SweepSpec
    store : ExperimentStore
        Holds the series.
    given : Round
        Points that were there before.
    """

    def __init__(self, spec: SweepSpec, store: ExperimentStore, given: Round) -> None:
        self._spec = spec
        self._store = store
        self._given = given
        self._found: dict[int, Labelling | None] = {}

    def after(self, rounds: Sequence[Round], last: int) -> Labelling | None:
        """Labels of the points of the rounds up to `last`, from their own trials and no others in the store.

        Returns
        -------
        Labelling or None
            None where no point has series that can be compared.
        """
        if last not in self._found:
            kept = None
            looked = self._looked(rounds, last)
            if looked < last and (before := self.after(rounds, looked)) is not None:
                kept = len(before.names)
            self._found[last] = self._labelled(rounds, last, kept)
        return self._found[last]

    def _looked(self, rounds: Sequence[Round], last: int) -> int:
        """The round after which the number of regimes was looked for."""
        startup, sizes = self._spec.campaign.startup, [len(self._given.rows)]

        def step(points: int) -> int:
            return floor(log(points / startup) / log(GROWTH) + 1e-9)

        for members in rounds[: last + 1]:
            sizes.append(sizes[-1] + len(members.rows))
        while last >= 0 and sizes[last] >= startup and step(sizes[last]) == step(sizes[-1]):
            last -= 1
        return last

    def _labelled(self, rounds: Sequence[Round], last: int, kept: int | None) -> Labelling | None:
        chunks = [chunk for members in (self._given, *rounds[: last + 1]) for chunk in members.chunks]
        if not chunks:
            return None
        seed, regimes = self._spec.seed, self._spec.regimes
        return label_chunks(self._store, chunks, seed=seed, regimes=regimes, kept=kept)


def label_campaign(store: ExperimentStore, spec: SweepSpec) -> Labelling | None:
    """Labels of all points of a campaign that have landed.

    Parameters
    ----------
    store : ExperimentStore
    spec : SweepSpec

    Returns
    -------
    Labelling or None
        None where no point has series that can be compared.
    """
    ledger = CampaignLedger(store, spec)
    given, rounds = ledger.round(BEFORE) or Round(BEFORE), ledger.rounds()
    return CampaignLabels(spec, store, given).after(rounds, len(rounds) - 1)
