"""What a sweep did: its trials by status, what failed, what it cost, what was decided, what it ran on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import final

from store.schema import DATA_STATUSES
from sweep.reasons import kind_sql
from sweep.report.subject import Subject

MOST_KINDS = 30

_DATA = ", ".join(f"'{status}'" for status in DATA_STATUSES)
_STATUSES = """
SELECT status, count(*), count(*) FILTER (frozen) FROM trials SEMI JOIN planned USING (trial_id)
GROUP BY status ORDER BY count(*) DESC, status
"""
_FAILURES = f"""
SELECT status, coalesce({kind_sql("reason")}, '') AS kind, count(*), min(trial_id),
    arg_min(coalesce(reason, ''), trial_id)
FROM trials SEMI JOIN planned USING (trial_id) WHERE status NOT IN ({_DATA})
GROUP BY ALL ORDER BY count(*) DESC, status, kind
"""
_COST = """
SELECT (SELECT count(*) FROM planned), count(*), coalesce(sum(cpu_s), 0.0),
    coalesce(sum(cpu_s) FILTER (frozen), 0.0), min(started_at),
    max(started_at + to_microseconds((coalesce(wall_s, 0.0) * 1e6)::BIGINT)), count(DISTINCT host),
    max(peak_rss_mb)
FROM trials SEMI JOIN planned USING (trial_id)
"""
_VERSIONS = """
SELECT coalesce(regimap_version, ''), coalesce({version}, ''), coalesce(git_commit, ''),
    coalesce(python, ''), coalesce(processor, ''), coalesce(libraries, ''), count(*)
FROM trials SEMI JOIN planned USING (trial_id)
GROUP BY ALL ORDER BY 7 DESC, 1, 2, 3, 4, 5, 6 LIMIT 8
"""
_DECISIONS = """
SELECT round, points, budget, regimes, wrong_area, changed_area, stop_reason, decided_at
FROM rounds WHERE campaign = ? ORDER BY round, budget, decided_at
"""
_OTHERS = "SELECT name, command, trials FROM sweeps WHERE sweep != ? ORDER BY started_at"


@final
@dataclass(frozen=True)
class Failure:
    """Trials without data for one kind of reason."""

    status: str
    kind: str
    trials: int
    example: str
    reason: str


@final
@dataclass(frozen=True)
class Decision:
    """What a campaign knew when a round was to be proposed: a row of the table `rounds`."""

    round: int
    points: int
    budget: int
    regimes: int | None
    wrong_area: float | None
    changed_area: float | None
    stop_reason: str | None
    decided_at: datetime | None


@final
@dataclass(frozen=True)
class Version:
    """What some of the trials ran on."""

    regimap: str
    model: str
    commit: str
    python: str
    processor: str
    libraries: str
    trials: int


@final
@dataclass(frozen=True)
class Account:
    """All of it.

    Attributes
    ----------
    planned, landed : int
        Trials.
    core_s, frozen_core_s : float
        Processor time, of all trials and of those with a frozen lattice.
    began, ended : datetime or None
        First start and last end of a trial.
    hosts : int
    peak_mb : float or None
        Largest memory of a worker.
    statuses : tuple of (str, int, int)
        Status, trials, and those of them with a frozen lattice.
    failures, decisions, versions
    others : tuple of (str, str, int)
        Name, command and trials of the store's other sweeps.
    """

    planned: int
    landed: int
    core_s: float
    frozen_core_s: float
    began: datetime | None
    ended: datetime | None
    hosts: int
    peak_mb: float | None
    statuses: tuple[tuple[str, int, int], ...]
    failures: tuple[Failure, ...]
    decisions: tuple[Decision, ...]
    versions: tuple[Version, ...]
    others: tuple[tuple[str, str, int], ...]

    @property
    def failed(self) -> int:
        """Trials without data."""
        return sum(failure.trials for failure in self.failures)

    @property
    def stop_reason(self) -> str | None:
        """Why the campaign chose no more points, under the largest budget that stopped it."""
        stops = [decision for decision in self.decisions if decision.stop_reason]
        last = max(stops, key=lambda stop: (stop.round, stop.budget), default=None)
        return None if last is None else last.stop_reason


def read_account(subject: Subject) -> Account:
    """The account of a sweep.

    Parameters
    ----------
    subject : Subject
    """
    # A user's model has a version of its own.
    version = next(n for n in ("physics_version", "model_version") if n in subject.columns("trials"))
    ((planned, landed, core_s, frozen_s, began, ended, hosts, peak),) = subject.rows(_COST)
    return Account(
        int(planned),
        int(landed),
        float(core_s),
        float(frozen_s),
        began,
        ended,
        int(hosts),
        None if peak is None else float(peak),
        tuple((str(s), int(n), int(frozen)) for s, n, frozen in subject.rows(_STATUSES)),
        tuple(Failure(*row) for row in subject.rows(_FAILURES)),
        tuple(Decision(*row) for row in subject.ask(_DECISIONS, subject.campaign)),
        tuple(Version(*row) for row in subject.rows(_VERSIONS.format(version=version))),
        tuple((str(n), str(c), int(t or 0)) for n, c, t in subject.ask(_OTHERS, subject.sweep)),
    )
