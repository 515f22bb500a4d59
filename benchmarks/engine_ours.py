"""Our engine on one of its backends: trials in chunks, each in the store before it counts as landed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from math import gcd
from pathlib import Path

from benchmarks.engine_accounts import WORKERS, Account, rss_mb
from benchmarks.engine_trials import Kind, Trip
from store import ExperimentStore
from sweep import Engine, SweepSpec
from sweep.chunk import point_trials
from sweep.cost import trial_cost
from sweep.engine.happenings import Landed
from sweep.running import stream

MOST_REALIZATIONS = 100
# A prediction that is a little short of a trial's length, so that ten seconds hold ten trials of a second.
SHARE = 0.95
SPEC = """
[sweep]
name = "bench"
realizations = {realizations}
twin = false
[axes]
disorder = {{ low = 0.3, high = 0.3001 }}
[fixed]
wavenumber = 0.5
dimension = 1
sound_speed = 0.2
[numerics]
t_final = {t_final}
samples = 32
max_grid = 4096
box_length = 400.0
[design]
kind = "grid"
points = [{points}]
"""


def run_ours(backend: str, root: Path, kind: Kind, trials: int, account: Account, *, watch: bool) -> None:
    """Run trials of a kind into a store and write down what happened.

    Parameters
    ----------
    backend : str
    root : Path
    kind : Kind
    trials : int
    account : Account
    watch : bool
        Whether to write down the driver's memory as it goes.
    """
    landed: dict[str, tuple[int, float]] = {}
    count = 0
    for chunk, worker, size in _landings(backend, root, kind, trials):
        count += size
        landed[chunk] = worker, time.time()
        account.note_spent(count, trials)
        if watch:
            account.rss_mb.append((count, rss_mb()))
    account.ended = time.time()
    account.trips += _trips(root, landed)


def _landings(backend: str, root: Path, kind: Kind, trials: int) -> Iterator[tuple[str, int, int]]:
    """Name, worker and trials of each chunk as it lands."""
    engine = Engine(backend=backend, workers=WORKERS, simulator=kind.place)
    for happening in stream(spec_of(kind, trials), root, engine):
        if isinstance(happening, Landed) and happening.worker is not None:
            yield happening.chunk.name, happening.worker, len(happening.statuses)


def spec_of(kind: Kind, trials: int) -> SweepSpec:
    """Spec of so many trials, each predicted to take what a trial of this kind does."""
    realizations = gcd(trials, MOST_REALIZATIONS)
    text = SPEC.format(realizations=realizations, points=trials // realizations, t_final=10.0)
    spec = SweepSpec.from_text(text)
    (first, *_) = point_trials(spec, {"disorder": 0.3})
    low, high = 10.0, 1e5
    while high / low > 1.001:
        middle = (low * high) ** 0.5
        longer = replace(first, numerics=replace(first.numerics, t_final=middle))
        low, high = (middle, high) if trial_cost(longer) < SHARE * kind.seconds else (low, middle)
    return replace(spec, numerics=replace(spec.numerics, t_final=low))


def _trips(root: Path, landed: dict[str, tuple[int, float]]) -> Iterator[Trip]:
    """Trials of the chunks that landed, their times from their rows."""
    rows = ExperimentStore(root).sql("SELECT chunk, started_at, wall_s FROM trials").rows()
    for chunk, started_at, wall_s in rows:
        if chunk in landed:
            start = started_at.replace(tzinfo=UTC).timestamp()
            worker, arrived = landed[chunk]
            yield Trip(worker, start, start + wall_s, arrived)
