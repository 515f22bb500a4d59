"""What a job has come to: counts, rate and time left, from what it tells."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import final

from store.schema import DATA_STATUSES
from sweep.engine.happenings import Happening, Landed, Pulse
from sweep.engine.source import Source
from sweep.engine.standing import Standing
from sweep.reasons import kind_of

# Landings that the rate is taken from: the last ones, for the longest chunks go first.
WINDOW = 256
# Before that, nothing is said of the rate, and of the time left.
RATE_SECONDS, ETA_SECONDS = 2.0, 5.0
# Failed trials that are remembered by name, so that one that is run again counts once.
REMEMBERED = 100_000
# Kinds of failures that are told apart.
KINDS = 1000


@final
@dataclass
class Tally:
    """Counts what happens in a job.

    Parameters
    ----------
    source : Source
        It knows how many trials to expect, and how many were there before.
    clock : callable
        Steady seconds.
    """

    source: Source
    clock: Callable[[], float] = time.monotonic
    landed: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    _running: int = 0
    _workers: int = 0
    _last_failure: str | None = None
    _failed_ids: dict[str, str] = field(default_factory=dict)
    _cost: float = 0.0
    _landings: deque[tuple[float, int, float]] = field(default_factory=lambda: deque(maxlen=WINDOW))
    _start: float = field(init=False)
    _started: str = field(init=False)

    def __post_init__(self) -> None:
        self._start = self.clock()
        self._started = datetime.now(UTC).isoformat(timespec="seconds")

    def hear(self, happening: Happening) -> list[tuple[str, str]]:
        """Count it; returns status and reason of each failure of a kind that is new."""
        match happening:
            case Landed():
                return self._count(happening)
            case Pulse(running, workers, _):
                self._running = sum(len(chunk.trials) for chunk in running.values())
                self._workers = workers
                if running and not self._landings:
                    # Until workers are up there is no rate to speak of.
                    self._landings.append((self.clock(), 0, 0.0))
        return []

    def standing(self) -> Standing:
        """How the job stands now."""
        done = self.source.already + self.landed
        return Standing(
            done=done,
            # What is run again for a request was counted before, by another driver maybe.
            expected=max(self.source.expected, done),
            landed=self.landed,
            running=self._running,
            workers=self._workers,
            failed={status: count for status, count in sorted(self.failed.items()) if count},
            rate=self._rate(),
            eta_s=self._eta(),
            elapsed_s=self.clock() - self._start,
            last_failure=self._last_failure,
            started=self._started,
        )

    def _count(self, landed: Landed) -> list[tuple[str, str]]:
        news = []
        for trial, status, reason in zip(landed.chunk.trials, landed.statuses, landed.reasons, strict=True):
            before = self._failed_ids.pop(trial.trial_id, None)
            if before is None:
                self.landed += 1
            else:
                self.failed[before] -= 1
            if status not in DATA_STATUSES:
                self._remember(trial.trial_id, status)
                self._last_failure = reason or status
                news += self._new_kind(status, self._last_failure)
        self._cost += landed.chunk.cost
        self._landings.append((self.clock(), self.landed, self._cost))
        return news

    def _remember(self, trial_id: str, status: str) -> None:
        self.failed[status] += 1
        if len(self._failed_ids) < REMEMBERED:
            self._failed_ids[trial_id] = status

    def _new_kind(self, status: str, reason: str) -> list[tuple[str, str]]:
        kind = (status, kind_of(reason))
        if kind not in self.kinds and len(self.kinds) >= KINDS:
            kind = (status, "other reasons")
        self.kinds[kind] += 1
        return [(status, reason)] if self.kinds[kind] == 1 else []

    def _rate(self) -> float | None:
        span = self._span()
        return None if span is None or span[0] < RATE_SECONDS else span[1] / span[0]

    def _eta(self) -> float | None:
        """Time that the cost left takes, at that of the last landings; it runs down until the next one."""
        span, left = self._span(), self.source.expected - self.source.already - self.landed
        if left <= 0:
            return 0.0
        if span is None or span[0] < ETA_SECONDS:
            return None
        seconds, trials, cost = span
        cost_left = (left + self.landed) * self.source.mean_cost - self._cost
        by_cost = cost_left / cost if cost > 0.0 and cost_left > 0.0 else left / trials if trials else None
        if by_cost is None:
            return None
        eta = by_cost * seconds - (self.clock() - self._landings[-1][0])
        return eta if eta > 0.0 else None

    def _span(self) -> tuple[float, int, float] | None:
        """Seconds, trials and cost from the oldest landing that is looked at to the newest."""
        if len(self._landings) < 2:
            return None
        (begin, trials, cost), (end, more_trials, more_cost) = self._landings[0], self._landings[-1]
        return end - begin, more_trials - trials, more_cost - cost
