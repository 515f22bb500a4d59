"""Cancel trials and run failed ones again, whether or not a driver is at work on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from store import ExperimentStore, Holder
from store.schema import FAILED_STATUSES
from sweep.chunk import Chunk, chunked
from sweep.engine.requests import CANCEL, RETRY, Request, again, planned_trials
from sweep.engine.settings import Engine
from sweep.engine.source import Source
from sweep.engine.stops import Stop
from sweep.holds import drives
from sweep.job import Job
from sweep.memory import trials_memory
from sweep.provenance import Provenance
from sweep.selection import Selected, select
from sweep.worker import failed_rows

# Hold of the driver that runs trials again where no other is at work on them.
RETRYING = "retry"


@final
@dataclass(frozen=True)
class Asked:
    """What became of a request.

    Attributes
    ----------
    selected : int
        Trials that met the condition.
    done : int
        Trials that were cancelled, or are run again, by this call.
    handed : tuple of (Holder, int)
        Drivers that were asked, and how many trials each.
    """

    selected: int
    done: int
    handed: tuple[tuple[Holder, int], ...] = ()


def cancel(store: ExperimentStore, where: str) -> Asked:
    """Stop trials, running or queued; those that have landed stay as they are.

    Where a driver is at work on them it is asked, by way of the store; elsewhere they get their rows here.

    Parameters
    ----------
    store : ExperimentStore
    where : str
        A trial's id, or an SQL condition, see :func:`sweep.selection.select`.

    Raises
    ------
    SelectionError, QueryError
        If no trial has this id, or the condition is wrong.
    """
    selected = select(store, where)
    queued = [trial for trial in selected if trial.status == "queued"]
    if not queued:
        return Asked(len(selected), 0)
    name = store.ask(CANCEL, where, [trial.trial_id for trial in queued])
    (row,) = (row for row in store.requests() if row["request"] == name)
    handed, ours = _by_driver(store, queued)
    reason = Request.from_row(row).reason
    for chunk in chunked(planned_trials(store, [trial.trial_id for trial in ours])):
        store.commit(chunk.name, failed_rows(chunk, "cancelled", reason, None, Provenance.collect()), {})
    return Asked(len(selected), len(ours), tuple((holder, len(trials)) for holder, trials in handed))


def ask_again(store: ExperimentStore, where: str) -> Asked:
    """Ask for failed trials to be run again: a driver that is at work on them, or whoever calls `run_again`.

    Parameters
    ----------
    store : ExperimentStore
    where : str
        A trial's id, or an SQL condition; of the trials that meet it, those with the status error, timeout,
        lost or cancelled are run again: the others would only repeat what they gave.

    Raises
    ------
    SelectionError, QueryError
        If no trial has this id, or the condition is wrong.
    """
    selected = select(store, where)
    failed = [trial for trial in selected if trial.status in FAILED_STATUSES]
    handed, ours = _by_driver(store, failed)
    for holder, trials in handed:
        _ask(store, where, trials, holder.name)
    if ours:
        _ask(store, where, ours, RETRYING)
    return Asked(len(selected), len(ours), tuple((holder, len(trials)) for holder, trials in handed))


def run_again(store: ExperimentStore, engine: Engine) -> Stop | None:
    """Run what was asked to be run again and is no driver's yet; why it ended with work left, if it did.

    Raises
    ------
    HeldError
        If another process is at it.
    """
    requests = (Request.from_row(row) for row in store.requests() if row["driver"] == RETRYING)
    chunks = [chunk for request in requests for _, found in again(store, request) for chunk in found]
    trials = {trial.trial_id: trial for chunk in chunks for trial in chunk.trials}
    source, memory = RequestedSource(len(trials)), trials_memory(trials.values())
    return Job(source, store, "retry", RETRYING, engine, memory).finish()


@final
class RequestedSource(Source):
    """No chunks of its own: the requests that the driver reads bring them.

    Parameters
    ----------
    trials : int
        How many they are.
    """

    def __init__(self, trials: int) -> None:
        self._trials = trials

    @property
    def expected(self) -> int:
        """Trials that were asked for."""
        return self._trials

    @property
    def already(self) -> int:
        """None: they are run again."""
        return 0

    @property
    def exhausted(self) -> bool:
        """Always."""
        return True

    def take(self) -> tuple[Chunk, ...]:
        """Nothing."""
        return ()

    def landed(self, chunk: Chunk) -> None:
        """Nothing to note."""


def _ask(store: ExperimentStore, where: str, trials: Sequence[Selected], driver: str) -> None:
    ids, attempts = [trial.trial_id for trial in trials], [trial.attempt for trial in trials]
    store.ask(RETRY, where, ids, attempts=attempts, driver=driver)


def _by_driver(
    store: ExperimentStore, trials: Sequence[Selected]
) -> tuple[list[tuple[Holder, list[Selected]]], list[Selected]]:
    """The trials of each driver that may be alive and has them in its plan, and those of none."""
    alive = [holder for holder in store.holders() if holder.alive is not False]
    plans = _plans(store, [trial.trial_id for trial in trials]) if alive else {}
    handed: dict[str, list[Selected]] = defaultdict(list)
    ours: list[Selected] = []
    for trial in trials:
        names = [h.name for h in alive if any(drives(h.name, plan) for plan in plans.get(trial.trial_id, ()))]
        (handed[names[0]] if names else ours).append(trial)
    return [(holder, handed[holder.name]) for holder in alive if holder.name in handed], ours


def _plans(store: ExperimentStore, trial_ids: Sequence[str]) -> dict[str, list[str]]:
    query = (
        "SELECT trial_id, list(DISTINCT plan) FROM chunks WHERE trial_id IN (SELECT unnest(?::VARCHAR[])) "
        "GROUP BY trial_id"
    )
    return dict(store.sql(query, [list(trial_ids)]).rows())
