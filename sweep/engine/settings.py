"""How a job is run, as the user asks for it: nothing here changes a number in a row."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import final

from sweep.errors import EngineError

BACKENDS = ("ray", "process", "serial")
LOGS = ("text", "json")


@final
@dataclass(frozen=True)
class Engine:
    """Where work runs, and how patiently.

    Parameters
    ----------
    backend : str
        "ray", "process" or "serial".
    workers : int, optional
        One per core, or per CPU of the cluster, by default.
    address : str, optional
        Ray cluster to join; ``RAY_ADDRESS``, or this machine, by default.
    elastic : bool
        Start with the workers for which there is room, and add the others as nodes join a Ray cluster.
    walltime : float, optional
        Seconds, from the making of this value, after which the job must be over; it stops in time.
    timeout : float, optional
        Longest that a trial may take, seconds; 25 times its predicted time by default.
    recycle : int
        Trials after which a worker's process is replaced.
    fail_fast : bool
        Stop at the first failed trial.
    part : (int, int)
        Do the k-th of n parts of the chunks of a `run`, counted from 1.
    strict : bool
        Refuse to run code from a checkout with uncommitted changes.
    simulator : str
        Function that simulates a trial, as "package.module:function"; the deformation potential by default.
    began : float
        When this value was made, by the steady clock.
    log : str
        How progress is told on standard error: "text", a bar on a terminal and lines elsewhere, or "json".

    Raises
    ------
    EngineError
        If a value is outside its domain.
    """

    backend: str = "ray"
    workers: int | None = None
    address: str | None = None
    elastic: bool = False
    walltime: float | None = None
    timeout: float | None = None
    recycle: int = 10_000
    fail_fast: bool = False
    part: tuple[int, int] = (1, 1)
    strict: bool = False
    simulator: str = ""
    began: float = field(default_factory=time.monotonic, compare=False, repr=False)
    log: str = "text"

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise EngineError(f"backend: expected one of {', '.join(BACKENDS)}, got {self.backend!r}")
        if self.log not in LOGS:
            raise EngineError(f"log: expected one of {', '.join(LOGS)}, got {self.log!r}")
        for name in ("workers", "recycle"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < 1):
                raise EngineError(f"{name}: expected a whole number of 1 or above, got {value!r}")
        for name in ("walltime", "timeout"):
            value = getattr(self, name)
            if value is not None and not 0.0 < value < float("inf"):
                raise EngineError(f"{name}: expected seconds above 0, got {value!r}")
        number, count = self.part
        if not 1 <= number <= count:
            raise EngineError(f"part: expected k/n with k from 1 to n, got {number}/{count}")
        if self.backend != "ray":
            for name in ("address", "elastic"):
                if getattr(self, name):
                    raise EngineError(f"{name}: expected with backend ray only, got backend {self.backend!r}")
