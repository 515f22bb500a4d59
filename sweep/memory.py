"""What a worker needs of a node's memory, before it starts."""

from __future__ import annotations

from collections.abc import Iterable

from physics import PhysicsError, memory_bytes
from sweep.any_trial import AnyTrial
from sweep.spec import SweepSpec
from sweep.trial import Trial

# Of a worker's process before it simulates: interpreter, libraries, the store's buffers.
BASELINE_BYTES = 400_000_000
RESERVE = 1.2


def worker_memory(spec: SweepSpec) -> int:
    """Bytes that a worker of this sweep needs at most, as far as its model knows."""
    return _reserved(spec.model.memory(spec))


def trials_memory(trials: Iterable[AnyTrial]) -> int:
    """Bytes that a worker of these trials needs at most, as far as is known."""
    return _reserved(max(map(_need, trials), default=0))


def _reserved(need: int) -> int:
    return round(BASELINE_BYTES + RESERVE * need)


def _need(trial: AnyTrial) -> int:
    if not isinstance(trial, Trial):
        return 0
    try:
        return memory_bytes(trial.scenario, trial.numerics)
    except PhysicsError:
        # Refused elsewhere, with what to do; it needs nothing.
        return 0
