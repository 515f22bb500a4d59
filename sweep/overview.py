"""What a store's work stands at: who drives it, what has landed, what failed and why, what is left."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

from store import FAILED_STATUSES, ExperimentStore, Holder, Result
from store.schema import DATA_STATUSES
from sweep.holds import drives
from sweep.reasons import kind_sql

TOP = 10
_WITH_DATA = ", ".join(f"'{status}'" for status in DATA_STATUSES)
_FAILED = ", ".join(f"'{status}'" for status in FAILED_STATUSES)
# One pass over three columns.
_TRIALS = f"""
SELECT status, CASE WHEN status NOT IN ({_WITH_DATA}) THEN coalesce({kind_sql("reason")}, '') END AS kind,
    count(*), min(trial_id)
FROM trials GROUP BY ALL ORDER BY count(*) DESC, status, kind
"""
# But for what campaigns took over from other sweeps.
_PLANS = """
SELECT plan, count(*), count(landed.trial_id)
FROM (SELECT DISTINCT plan, trial_id FROM chunks WHERE plan NOT LIKE '%-r-given') AS planned
LEFT JOIN (SELECT trial_id FROM trials) AS landed USING (trial_id)
GROUP BY plan
"""
_SWEEPS = "SELECT sweep, name, command, trials FROM sweeps ORDER BY started_at, sweep"
_ROUNDS = """
WITH proposed AS (
    SELECT campaign, max(round) + 1 AS rounds, count(*) FILTER (round >= 0) AS points,
        count(*) FILTER (why = 'boundary') AS boundary, count(*) FILTER (why = 'enqueued') AS enqueued,
        count(*) FILTER (round < 0) AS given, max(round) FILTER (why NOT IN ('enqueued', 'given')) AS last
    FROM proposals GROUP BY campaign
), known AS (
    SELECT campaign, arg_max(regimes, decided_at) AS regimes, arg_max(wrong_area, decided_at) AS wrong_area,
        arg_max(label_version, decided_at) AS label_version
    FROM rounds GROUP BY campaign
), stopped AS (
    SELECT campaign, arg_max(stop_reason, (round, budget)) AS stop_reason, max(round) AS round
    FROM rounds WHERE stop_reason IS NOT NULL GROUP BY campaign
), spent AS (
    SELECT regexp_extract(plan, '^(.*)-r[0-9]+$', 1) AS campaign, sum(cpu_s) / 3600 AS core_hours
    FROM (SELECT DISTINCT plan, trial_id FROM chunks WHERE plan NOT LIKE 'run-%') AS planned
    JOIN trials USING (trial_id) GROUP BY ALL
)
SELECT campaign, rounds, points, boundary,
    CASE WHEN stopped.round > coalesce(last, -1) THEN stop_reason END AS stop_reason,
    enqueued, given, regimes, wrong_area, label_version, core_hours
FROM proposed LEFT JOIN known USING (campaign) LEFT JOIN stopped USING (campaign)
    LEFT JOIN spent USING (campaign)
ORDER BY campaign
"""
_REQUESTS = f"""
WITH asked AS (
    SELECT request, kind, condition, asked_by, unnest(trial_ids) AS trial_id, unnest(attempts) AS before
    FROM requests
)
SELECT request, kind, condition, asked_by, count(*), count(*) FILTER (
    landed.trial_id IS NULL OR (kind = 'retry' AND status IN ({_FAILED}) AND attempt <= coalesce(before, 0))
) AS open
FROM asked LEFT JOIN (SELECT trial_id, status, attempt FROM trials) AS landed USING (trial_id)
GROUP BY ALL HAVING open > 0 ORDER BY request
"""


@final
@dataclass(frozen=True)
class Failure:
    """Trials that gave no data for one kind of reason: numbers, ids and paths do not count.

    Attributes
    ----------
    trials : int
    status, reason : str
    example : str
        Id of one of them.
    """

    trials: int
    status: str
    reason: str
    example: str


@final
@dataclass(frozen=True)
class Sweep:
    """A spec that was run here.

    Attributes
    ----------
    sweep, name, command : str
        Identity, the spec's own name, "run" or "campaign".
    trials : int
        In the design; of a campaign, the most it may take.
    planned, landed : int
        Trials whose chunks are in the store, and those of them that have a row.
    drivers : tuple of Holder
        Of each hold on it the last one, whether it lives, died or has let go.
    stop_reason : str or None
        Why a campaign proposes no more.
    """

    sweep: str
    name: str
    command: str
    trials: int
    planned: int
    landed: int
    drivers: tuple[Holder, ...]
    stop_reason: str | None = None

    @property
    def left(self) -> int:
        """Trials that have no row; of a campaign that may go on, at most."""
        whole = self.planned if self.stop_reason else max(self.trials, self.planned)
        return whole - self.landed

    @property
    def driven(self) -> bool:
        """Whether a driver may be at work."""
        return any(driver.alive is not False for driver in self.drivers)


@final
@dataclass(frozen=True)
class Campaign:
    """A campaign's rounds.

    Attributes
    ----------
    campaign : str
    rounds, points : int
        Proposed, points added by hand included.
    boundary : int
        Points that were chosen at a boundary.
    stop_reason : str or None
        Why it proposes no more.
    enqueued, given : int
        Points that were added by hand, and points that were taken over from earlier sweeps.
    regimes : int or None
        Found, when it was decided last.
    wrong_area : float or None
        Share of the box on which the map was expected to be wrong then.
    label_version : str or None
        Of the labels then.
    core_hours : float or None
        Spent on the trials of its rounds.
    """

    campaign: str
    rounds: int
    points: int
    boundary: int
    stop_reason: str | None
    enqueued: int
    given: int
    regimes: int | None
    wrong_area: float | None
    label_version: str | None
    core_hours: float | None


@final
@dataclass(frozen=True)
class Open:
    """A request with trials for which it was not carried out yet."""

    request: str
    kind: str
    condition: str
    asked_by: str
    trials: int
    open: int


@final
@dataclass(frozen=True)
class Overview:
    """The whole of it.

    Attributes
    ----------
    store : str
        Where the store is.
    drivers : tuple of Holder
        Those that live, or may.
    statuses : dict of str to int
        Trials by status.
    failures : tuple of Failure
        All kinds, the most frequent first.
    sweeps, campaigns, requests
    """

    store: str
    drivers: tuple[Holder, ...]
    statuses: dict[str, int]
    failures: tuple[Failure, ...]
    sweeps: tuple[Sweep, ...]
    campaigns: tuple[Campaign, ...]
    requests: tuple[Open, ...]

    @property
    def running(self) -> int:
        """Trials in the hands of workers, as the drivers said last."""
        return sum(int(driver.state.get("running", 0)) for driver in self.drivers)

    @property
    def queued(self) -> int:
        """Planned trials without a row that are not running; of a campaign, what it may yet take too."""
        return max(0, sum(sweep.left for sweep in self.sweeps) - self.running)

    def next_steps(self) -> Iterator[str]:
        """Commands that go on with what is left, or try again what failed."""
        for sweep in self.sweeps:
            if sweep.left > 0 and not sweep.driven:
                said = (driver.note.get("command") for driver in sweep.drivers)
                commands = dict.fromkeys(as_typed(command) for command in said if command)
                yield from commands or [f"regimap {sweep.command} SPEC --store {shlex.quote(self.store)}"]
        failed = [s for s in FAILED_STATUSES if s != "cancelled" and self.statuses.get(s)]
        if failed:
            one_of = f"= '{failed[0]}'" if len(failed) == 1 else f"in ({str(failed)[1:-1]})"
            yield f'regimap retry {shlex.quote(self.store)} "status {one_of}"'

    def failed_sql(self) -> str:
        """Command that lists every trial without data."""
        return (
            f'regimap query {shlex.quote(self.store)} "select trial_id, status, reason from trials '
            f'where status not in ({_WITH_DATA})"'
        )


def read_overview(store: ExperimentStore) -> Overview:
    """Look at a store: at its holds, then at one state of its tables.

    Parameters
    ----------
    store : ExperimentStore
    """
    last = store.holders(ended=True)
    trials = store.sql(_TRIALS)
    statuses: Counter[str] = Counter()
    failures = []
    for status, kind, count, example in trials.rows():
        statuses[status] += count
        if kind is not None:
            failures.append(Failure(count, status, kind, example))
    campaigns = tuple(_campaigns(trials, last))
    reasons = {f"campaign-{campaign.campaign}": campaign.stop_reason for campaign in campaigns}
    asked = bool(store.names("requests"))
    return Overview(
        store=store.url,
        drivers=tuple(holder for holder in last if holder.alive is not False),
        statuses=dict(statuses),
        failures=tuple(failures),
        sweeps=tuple(_sweeps(trials, last, reasons)),
        campaigns=campaigns,
        requests=tuple(Open(*row) for row in trials.also(_REQUESTS).rows()) if asked else (),
    )


def _campaigns(session: Result, last: list[Holder]) -> Iterator[Campaign]:
    """Campaigns with rounds; of one whose reasons were not kept yet, what its last driver said."""
    for row in session.also(_ROUNDS).rows():
        campaign = Campaign(*row)
        said = (h.state.get("stop_reason") for h in last if h.name == f"campaign-{campaign.campaign}")
        reason = campaign.stop_reason
        if reason is None and campaign.regimes is None:
            reason = next((str(text) for text in said if text), None)
        yield replace(campaign, stop_reason=reason)


def _sweeps(session: Result, last: list[Holder], reasons: Mapping[str, str | None]) -> Iterator[Sweep]:
    """The ledger's sweeps with what their plans have come to, then plans that no sweep claims."""
    plans = {str(plan): (int(planned), int(landed)) for plan, planned, landed in session.also(_PLANS).rows()}
    for sweep, name, command, trials in session.also(_SWEEPS).rows():
        ours = [plan for plan in plans if drives(sweep, plan)]
        counts = [plans.pop(plan) for plan in ours]
        planned, landed = sum(count[0] for count in counts), sum(count[1] for count in counts)
        drivers = tuple(holder for holder in last if drives(holder.name, sweep))
        yield Sweep(sweep, name, command, trials or 0, planned, landed, drivers, reasons.get(sweep))
    for plan, (planned, landed) in sorted(plans.items()):
        yield Sweep(plan, plan, "run", planned, planned, landed, ())


def as_typed(command: str) -> str:
    """The command as it is typed, without where Python found the program."""
    program, *arguments = shlex.split(command)
    return shlex.join(["regimap" if Path(program).name == "__main__.py" else Path(program).name, *arguments])


def as_mapping(overview: Overview) -> dict[str, Any]:
    """An overview as JSON has it: see ``regimap status --help``."""
    return {
        "store": overview.store,
        "drivers": [_driver(holder) for holder in overview.drivers],
        "trials": overview.statuses | {"running": overview.running, "queued": overview.queued},
        "sweeps": [
            {
                "sweep": sweep.sweep,
                "name": sweep.name,
                "command": sweep.command,
                "trials": sweep.trials,
                "planned": sweep.planned,
                "landed": sweep.landed,
                "left": sweep.left,
                "last_drivers": [_driver(holder) for holder in sweep.drivers],
            }
            for sweep in overview.sweeps
        ],
        "failures": [vars(failure) for failure in overview.failures],
        "campaigns": [vars(campaign) for campaign in overview.campaigns],
        "requests": [vars(request) for request in overview.requests],
        "next": list(overview.next_steps()),
    }


def _driver(holder: Holder) -> dict[str, Any]:
    return {
        "name": holder.name,
        "host": holder.host,
        "pid": holder.pid,
        "since": holder.since.isoformat(timespec="seconds") + "Z",
        "command": holder.note.get("command"),
        "alive": holder.alive,
        "ended": holder.ended,
        "state": holder.state,
    }
