"""What people ask of running drivers, by way of the store: cancel these trials, run those again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from store import ExperimentStore
from store.schema import FAILED_STATUSES
from sweep.any_trial import AnyTrial
from sweep.chunk import Chunk, chunked, trial_from_text
from sweep.lookup import rows_by_id

CANCEL, RETRY = "cancel", "retry"


@final
@dataclass(frozen=True)
class Request:
    """One request, as it was kept.

    Attributes
    ----------
    name : str
    kind : str
        "cancel" or "retry".
    driver : str
        Hold of the driver that is to do it; "" where every driver is to.
    trial_ids : tuple of str
    attempts : tuple of int
        Of the trials' rows when it was asked; 0 without a row.
    reason : str
        For the rows of cancelled trials.
    """

    name: str
    kind: str
    driver: str
    trial_ids: tuple[str, ...]
    attempts: tuple[int, ...]
    reason: str

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Request:
        """Request of a row of the ledger."""
        return cls(
            name=row["request"],
            kind=row["kind"],
            driver=row["driver"] or "",
            trial_ids=tuple(row["trial_ids"] or ()),
            attempts=tuple(row["attempts"] or ()),
            reason=f"cancelled by {row['asked_by']}, request {row['request']}: {row['condition']}",
        )


@final
class Requests:
    """Requests in the order in which they were asked, each given once.

    Parameters
    ----------
    store : ExperimentStore
    driver : str
        Hold of the driver that reads them.
    """

    def __init__(self, store: ExperimentStore, driver: str) -> None:
        self._store = store
        self._driver = driver
        self._last: str | None = None

    def fresh(self) -> Iterator[Request]:
        """Requests that came since the last call, and concern this driver."""
        for row in self._store.requests(after=self._last):
            request = Request.from_row(row)
            self._last = request.name
            if request.driver in ("", self._driver):
                yield request


def again(store: ExperimentStore, request: Request) -> Iterator[tuple[int, list[Chunk]]]:
    """Chunks of the trials that a request wants run again and that were not since, by their attempt.

    Yields
    ------
    attempt : int
        One more than that of the rows they have.
    chunks : list of Chunk
    """
    asked = dict(zip(request.trial_ids, request.attempts, strict=True))
    found = rows_by_id(store, request.trial_ids, ("status", "attempt"))
    attempts: dict[int, list[str]] = defaultdict(list)
    for trial_id, attempt in asked.items():
        status, now = found.get(trial_id, (None, 0))
        if status is None or (status in FAILED_STATUSES and now <= attempt):
            attempts[attempt + 1].append(trial_id)
    for attempt, ids in sorted(attempts.items()):
        yield attempt, list(chunked(planned_trials(store, ids)))


def planned_trials(store: ExperimentStore, trial_ids: Sequence[str]) -> list[AnyTrial]:
    """Trials of these ids, from the plans in the store."""
    query = (
        "SELECT trial_id, any_value(trial) FROM chunks WHERE trial_id IN (SELECT unnest(?::VARCHAR[])) "
        "GROUP BY trial_id"
    )
    texts = dict(store.sql(query, [list(trial_ids)]).rows())
    return [trial_from_text(texts[trial_id]) for trial_id in trial_ids if trial_id in texts]
