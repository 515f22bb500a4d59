"""How a job ended: its trials by status, and why it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from store import ExperimentStore
from sweep.engine.stops import Stop


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
        return {
            status: count
            for status, count in self.statuses
            if status not in ("complete", "escaped", "missing")
        }

    @property
    def missing(self) -> int:
        """Trials that were not run."""
        return dict(self.statuses).get("missing", 0)


def count_statuses(store: ExperimentStore, trial_ids: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Trials by status, those without a row as "missing"."""
    query = """
    SELECT coalesce(status, 'missing') AS status, count(*) FROM (SELECT unnest(?::VARCHAR[]) AS trial_id)
    LEFT JOIN trials USING (trial_id) GROUP BY ALL ORDER BY ALL
    """
    return tuple((str(status), int(count)) for status, count in store.sql(query, [list(trial_ids)]).rows())
