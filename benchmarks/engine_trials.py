"""What the trials of the engine's benchmark do: sleep, compute, or nothing; each timed where it runs."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    # Rivals' workers need none of it.
    from sweep import Trial

COMPLETE: tuple[dict[str, Any], dict[str, Any]] = ({"status": "complete"}, {})
POINTS = 4096


@dataclass(frozen=True)
class Kind:
    """A kind of trial.

    Attributes
    ----------
    name : str
    seconds : float
        That it takes, of wall time if it sleeps, of processor time if it computes.
    simulator : str
        Name of the function of this module that does it for the engine.
    """

    name: str
    seconds: float
    simulator: str

    @property
    def place(self) -> str:
        """Where the engine finds the function."""
        return f"{__name__}:{self.simulator}"


KINDS = {
    kind.name: kind
    for kind in (
        Kind("sleep 1 s", 1.0, "sleep_long"),
        Kind("sleep 0.1 s", 0.1, "sleep_short"),
        Kind("compute 1 s", 1.0, "compute_long"),
        Kind("compute 0.1 s", 0.1, "compute_short"),
        Kind("nothing", 0.0, "nothing"),
    )
}


@dataclass(frozen=True)
class Trip:
    """One trial, from its start to the moment at which the driver has its result; seconds of the clock.

    Attributes
    ----------
    worker : int
    start, end, arrived : float
    """

    worker: int
    start: float
    end: float
    arrived: float


def timed(name: str) -> tuple[int, float, float]:
    """Do a trial of this kind for a rival: the process, start and end."""
    start = time.time()
    globals()[KINDS[name].simulator](None)
    return os.getpid(), start, time.time()


def sleep_long(trial: Trial | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Sleep 1 s."""
    time.sleep(1.0)
    return COMPLETE


def sleep_short(trial: Trial | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Sleep 0.1 s."""
    time.sleep(0.1)
    return COMPLETE


def compute_long(trial: Trial | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Compute until 1 s of processor time is spent."""
    return _compute(1.0)


def compute_short(trial: Trial | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Compute until 0.1 s of processor time is spent."""
    return _compute(0.1)


def nothing(trial: Trial | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return at once."""
    return COMPLETE


def _compute(seconds: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Transform to and fro: the thread's clock says when it is enough, whatever else the machine does."""
    wave = np.exp(1j * np.arange(POINTS))
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        wave = np.fft.ifft(np.fft.fft(wave))
    return COMPLETE
