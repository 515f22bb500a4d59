"""Runs in processes of their own, so that none inherits what another has imported or allocated."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.engine_accounts import Account, Watch
from benchmarks.engine_rivals import Candidate, Ours
from benchmarks.engine_trials import KINDS, Kind

_SPAWN = get_context("spawn")


@dataclass(frozen=True)
class Figures:
    """What a run came to.

    Attributes
    ----------
    kind, name : str
    trials : int
    load : float
        Of the machine before it, as `uptime` has it.
    efficiency, efficiency_to_last : float
        Until the first worker has nothing more to do, and until the last result.
    wall_ms, cpu_ms : float
        Per trial, between the first result and the last.
    first_s, shutdown_s, total_s : float
    """

    kind: str
    name: str
    trials: int
    load: float
    efficiency: float
    efficiency_to_last: float
    wall_ms: float
    cpu_ms: float
    first_s: float
    shutdown_s: float
    total_s: float


@dataclass(frozen=True)
class Swept:
    """A long sweep of trials of no work, and what it left.

    Attributes
    ----------
    name : str
    trials : int
    load : float
    total_s, again_s : float
        Of the command, and of the same command again.
    wall_ms, cpu_ms : float
        Per trial, between the first result and the last.
    rss_mb : tuple of float
        Median of the driver's memory in each tenth of the run.
    store_mb : float
    files : int
    """

    name: str
    trials: int
    load: float
    total_s: float
    again_s: float
    wall_ms: float
    cpu_ms: float
    rss_mb: tuple[float, ...]
    store_mb: float
    files: int


def measured(candidate: Candidate, kind: Kind, trials: int) -> Figures:
    """Run it once.

    Raises
    ------
    RuntimeError
        With its traceback if it fails.
    """
    load = os.getloadavg()[0]
    account = _account(candidate, kind, trials)
    if len(account.trips) != trials:
        raise RuntimeError(f"expected {trials} trials by {candidate.name}, got {len(account.trips)}")
    return Figures(
        kind.name,
        candidate.name,
        trials,
        load,
        account.efficiency(tail=False),
        account.efficiency(tail=True),
        account.wall_ms(),
        account.cpu_ms(),
        account.first_s,
        account.shutdown_s,
        account.total_s,
    )


def swept(ours: Ours, root: Path, trials: int) -> Swept:
    """Run a sweep of no work into a store, and once more."""
    load = os.getloadavg()[0]
    account = _account(ours, KINDS["nothing"], trials)
    sizes = [path.stat().st_size for path in root.rglob("*") if path.is_file()]
    began = time.time()
    _account(ours, KINDS["nothing"], trials)
    return Swept(
        ours.name,
        trials,
        load,
        account.total_s,
        time.time() - began,
        account.wall_ms(),
        account.cpu_ms(),
        tuple(_tenths(account.rss_mb)),
        sum(sizes) / 1e6,
        len(sizes),
    )


def _tenths(rss_mb: list[tuple[int, float]]) -> Iterator[float]:
    """Median memory in each tenth of the trials."""
    last = rss_mb[-1][0]
    for tenth in range(10):
        values = sorted(mb for count, mb in rss_mb if tenth <= 10 * (count - 1) // last < tenth + 1)
        if values:
            yield values[len(values) // 2]


def _account(candidate: Candidate, kind: Kind, trials: int) -> Account:
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_run, args=(candidate, kind, trials, theirs))
    process.start()
    theirs.close()
    try:
        found = ours.recv()
    finally:
        process.join()
    if isinstance(found, str):
        raise RuntimeError(f"{candidate.name} failed:\n{found}")
    return found


def _run(candidate: Candidate, kind: Kind, trials: int, pipe: Connection) -> None:
    os.dup2(2, 1)  # Tune talks on standard output whatever it is told, and that is for the tables
    with Watch() as watch:
        account = Account(time.time(), watch)
        try:
            candidate.run(kind, trials, account)
        except Exception:
            pipe.send(traceback.format_exc())
            return
        account.ended = account.ended or time.time()
    pipe.send(account)
