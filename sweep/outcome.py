"""How a job ended: its trials by status, and why it stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from store import ExperimentStore
from store.schema import DATA_STATUSES
from sweep.engine.stops import Stop
from sweep.lookup import rows_by_id

# Stands in counts for the status of a trial without a row.
MISSING = "missing"


@final
@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes
    ----------
    statuses : tuple of (str, int)
        Trials of the job by status.
    stop_reason : str or None
        Why a campaign proposed no more.
    stopped : Stop or None
        Why the job ended with work left, where it did.
    """

    statuses: tuple[tuple[str, int], ...]
    stop_reason: str | None = None
    stopped: Stop | None = None

    @property
    def failed(self) -> dict[str, int]:
        """Trials by status, of those that give no data."""
        return {status: count for status, count in self.statuses if status not in (*DATA_STATUSES, MISSING)}

    @property
    def missing(self) -> int:
        """Trials that were not run."""
        return dict(self.statuses).get(MISSING, 0)


def count_statuses(store: ExperimentStore, trial_ids: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Trials by status, those without a row as missing."""
    found = rows_by_id(store, trial_ids, ("status",))
    statuses = (found.get(trial_id, (MISSING,))[0] for trial_id in trial_ids)
    return tuple(sorted(Counter(statuses).items()))
