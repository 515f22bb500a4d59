"""How many regimes a campaign knows: found again and again, and kept in between."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, log

from store import ExperimentStore
from sweep.campaign_ledger import CampaignLedger
from sweep.chunk import Chunk
from sweep.labelling import Labelling, label_chunks
from sweep.rounds import PENDING
from sweep.spec import SweepSpec

# By which the number of points has grown when the number of regimes is found anew. Along a continuum several
# numbers are nearly as good, and what is chosen anew in every round is another map in every round.
GROWTH = 4.0 / 3.0


def found_anew(before: int, now: int, startup: int) -> bool:
    """Whether the number of regimes is to be found anew, now that so many points are complete.

    It is whenever their number passes that of the start-up design times a power of GROWTH, so that it follows
    from the rounds alone, whenever they were run.

    Parameters
    ----------
    before, now : int
        Points, before the last round and with it.
    startup : int
        Of the start-up design.
    """
    return before == 0 or _steps(before, startup) != _steps(now, startup)


def _steps(points: int, startup: int) -> int:
    return floor(log(points / startup) / log(GROWTH) + 1e-9)


def label_campaign(store: ExperimentStore, spec: SweepSpec, chunks: Iterable[Chunk]) -> Labelling | None:
    """Labels of a campaign's points, with the number of regimes of its last decision while that is kept.

    Parameters
    ----------
    store : ExperimentStore
    spec : SweepSpec
    chunks : iterable of Chunk
        Of the campaign.

    Returns
    -------
    Labelling or None
        None where no point has series that can be compared.
    """
    kept = _kept(store, spec)
    return label_chunks(store, chunks, seed=spec.seed, regimes=spec.regimes, kept=kept)


def _kept(store: ExperimentStore, spec: SweepSpec) -> int | None:
    """Number of regimes at the last decision, unless it is to be found anew."""
    known = CampaignLedger(store, spec).regimes_known()
    if not known:
        return None
    last, campaign = max(known), spec.campaign_identity
    rounds = [int(row["round"]) for row in store.rows("proposals") if row["campaign"] == campaign]
    seen = sum(number < last - PENDING for number in rounds)
    return None if found_anew(seen, len(rounds), spec.campaign.startup) else known[last]
