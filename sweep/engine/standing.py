"""How a job stands, as its driver says it and as others read it in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, final


@final
@dataclass(frozen=True)
class Standing:
    """How a job stands.

    Attributes
    ----------
    done, expected : int
        Trials that have rows, those found there included, and trials of the whole job.
    landed : int
        Trials that got rows from this driver.
    running : int
        Trials in the hands of workers.
    workers : int
        That are up.
    failed : dict of str to int
        Trials by status, of those that gave no data to this driver.
    rate : float or None
        Trials per second, of late; None in the first seconds.
    eta_s : float or None
        Seconds that are left; None where nothing can be said.
    elapsed_s : float
        Seconds since the driver began.
    last_failure : str or None
        Reason of the last trial that failed.
    started : str
        UTC, ISO 8601.
    """

    done: int
    expected: int
    landed: int
    running: int
    workers: int
    failed: dict[str, int]
    rate: float | None
    eta_s: float | None
    elapsed_s: float
    last_failure: str | None
    started: str

    @property
    def queued(self) -> int:
        """Trials that are neither done nor running; of a campaign, those not yet chosen too."""
        return max(0, self.expected - self.done - self.running)

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Standing | None:
        """Standing of what :meth:`state` gave; None of what another version may have written."""
        try:
            return cls(**{entry.name: state[entry.name] for entry in fields(cls)})
        except KeyError:
            return None

    def state(self) -> dict[str, Any]:
        """The same as a mapping that JSON can hold, numbers rounded."""
        return {
            "done": self.done,
            "expected": self.expected,
            "landed": self.landed,
            "running": self.running,
            "queued": self.queued,
            "failed": dict(self.failed),
            "rate": None if self.rate is None else float(f"{self.rate:.3g}"),
            "eta_s": None if self.eta_s is None else round(self.eta_s),
            "workers": self.workers,
            "last_failure": self.last_failure,
            "started": self.started,
            "elapsed_s": round(self.elapsed_s, 1),
        }
