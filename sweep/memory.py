"""What a worker needs of a node's memory, before it starts."""

from __future__ import annotations

from collections.abc import Iterable

from physics import Numerics, PhysicsError, Scenario, memory_bytes
from sweep.spec import SweepSpec
from sweep.trial import Trial

# Of a worker's process before it simulates: interpreter, libraries, the store's buffers.
BASELINE_BYTES = 400_000_000
RESERVE = 1.2


def worker_memory(spec: SweepSpec) -> int:
    """Bytes that a worker of this sweep needs at most, by the corners of the swept box."""
    return _reserved(_need(spec.scenario(corner), spec.numerics) for corner in spec.corners())


def trials_memory(trials: Iterable[Trial]) -> int:
    """Bytes that a worker of these trials needs at most."""
    return _reserved(_need(trial.scenario, trial.numerics) for trial in trials)


def _reserved(needs: Iterable[int]) -> int:
    return round(BASELINE_BYTES + RESERVE * max(needs, default=0))


def _need(scenario: Scenario, numerics: Numerics) -> int:
    try:
        return memory_bytes(scenario, numerics)
    except PhysicsError:
        # Refused elsewhere, with what to do; it needs nothing.
        return 0
