"""Cancel trials and run failed ones again, whether or not a driver is at work on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import final

from store import ExperimentStore, Holder
from store.schema import FAILED_STATUSES
from sweep.chunk import Chunk, chunked
from sweep.engine.requests import CANCEL, RETRY, Request, again, planned_trials
from sweep.engine.settings import Engine
from sweep.engine.source import Source
from sweep.holds import drives
from sweep.job import Job
from sweep.memory import trials_memory
from sweep.outcome import Outcome, count_statuses
from sweep.own_directories import stored_directories
from sweep.own_function import OwnFunction
from sweep.provenance import Provenance, require_clean
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
        Trials that were cancelled by this call, or are to be run again by :func:`run_again`.
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
    # A trial that is run again has the row of its last attempt.
    retried = _retried(store)
    queued = [trial for trial in selected if trial.status == "queued" or trial.trial_id in retried]
    if not queued:
        return Asked(len(selected), 0)
    name = store.ask(CANCEL, where, [trial.trial_id for trial in queued])
    (row,) = (row for row in store.requests() if row["request"] == name)
    handed, ours = _by_driver(store, queued, retried)
    _write_cancelled(store, ours, Request.from_row(row).reason)
    return Asked(len(selected), len(ours), _counted(handed))


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
    handed, ours = _by_driver(store, failed, {trial.trial_id for trial in failed})
    for holder, trials in handed:
        _ask(store, where, trials, holder.name)
    if ours:
        _ask(store, where, ours, RETRYING)
    return Asked(len(selected), len(ours), _counted(handed))


def run_again(store: ExperimentStore, engine: Engine) -> Outcome:
    """Run what was asked to be run again and is no driver's yet.

    Raises
    ------
    DirtyTreeError
        If the engine is to be strict, and the code has uncommitted changes.
    SpecError
        If the function of a user's model is not here.
    HeldError
        If another process is at it.
    """
    requests = (Request.from_row(row) for row in store.requests() if row["driver"] == RETRYING)
    chunks = [chunk for request in requests for _, found in again(store, request) for chunk in found]
    trials = {trial.trial_id: trial for chunk in chunks for trial in chunk.trials}
    source, memory = RequestedSource(len(trials)), trials_memory(trials.values())
    if engine.strict:
        require_clean(Provenance.collect())
    directories = stored_directories(store)
    if store.schema.own:
        OwnFunction.load(store.model, directories)
    stopped = Job(source, store, "retry", RETRYING, engine, memory, directories).finish()
    return Outcome(count_statuses(store, list(trials)), stopped=stopped)


def unplanned(store: ExperimentStore) -> list[tuple[str, int]]:
    """Sweeps at work here, with their trials that no plan holds yet: no request reaches these."""
    query = """
    SELECT sweep, max(trials) - (SELECT count(DISTINCT trial_id) FROM chunks WHERE plan = sweep) AS missing
    FROM sweeps WHERE command = 'run' GROUP BY sweep HAVING missing > 0 ORDER BY sweep
    """
    alive = [holder.name for holder in store.holders() if holder.alive is not False]
    found = store.sql(query).rows() if alive else ()
    return [(name, missing) for name, missing in found if any(drives(hold, name) for hold in alive)]


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


def _retried(store: ExperimentStore) -> set[str]:
    """Trials that are asked to be run again and were not yet."""
    requests = (Request.from_row(row) for row in store.requests() if row["kind"] == RETRY)
    chunks = (chunk for request in requests for _, found in again(store, request) for chunk in found)
    return {trial.trial_id for chunk in chunks for trial in chunk.trials}


def _write_cancelled(store: ExperimentStore, trials: Sequence[Selected], reason: str) -> None:
    """Rows of the next attempt, so that they stand before those of the last one."""
    attempts = {trial.trial_id: trial.attempt + 1 for trial in trials}
    provenance = Provenance.collect()
    for attempt in sorted(set(attempts.values())):
        ids = [trial_id for trial_id, its in attempts.items() if its == attempt]
        for chunk in chunked(planned_trials(store, ids)):
            rows = failed_rows(chunk, "cancelled", reason, None, provenance)
            store.commit(chunk.name, rows, {}, attempt=attempt)


Handed = list[tuple[Holder, list[Selected]]]


def _counted(handed: Handed) -> tuple[tuple[Holder, int], ...]:
    return tuple((holder, len(trials)) for holder, trials in handed)


def _by_driver(
    store: ExperimentStore, trials: Sequence[Selected], retried: Collection[str]
) -> tuple[Handed, list[Selected]]:
    """The trials of each driver that may be alive and has them in hand, and those of none.

    A driver has those of its plan; whoever runs trials again has those of `retried` that no other has.
    """
    alive = [holder for holder in store.holders() if holder.alive is not False]
    plans = _plans(store, [trial.trial_id for trial in trials]) if alive else {}
    retrying = [holder.name for holder in alive if holder.name == RETRYING]
    handed: dict[str, list[Selected]] = defaultdict(list)
    ours: list[Selected] = []
    for trial in trials:
        names = [h.name for h in alive if any(drives(h.name, plan) for plan in plans.get(trial.trial_id, ()))]
        names += retrying if trial.trial_id in retried else []
        (handed[names[0]] if names else ours).append(trial)
    return [(holder, handed[holder.name]) for holder in alive if holder.name in handed], ours


def _plans(store: ExperimentStore, trial_ids: Sequence[str]) -> dict[str, list[str]]:
    query = (
        "SELECT trial_id, list(DISTINCT plan) FROM chunks WHERE trial_id IN (SELECT unnest(?::VARCHAR[])) "
        "GROUP BY trial_id"
    )
    return dict(store.sql(query, [list(trial_ids)]).rows())
