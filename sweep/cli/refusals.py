"""Which errors are the user's, and the exit code of each."""

from __future__ import annotations

from learn import LearnError
from physics import PhysicsError
from store import DamagedStoreError, StoreError
from sweep.errors import SweepError

BAD_INPUT = 2
STORE_UNUSABLE = 3


def explain(error: Exception) -> str | None:
    """What to tell the user; None for an error of ours, whose traceback is wanted."""
    expected = isinstance(error, (PhysicsError, StoreError, LearnError, SweepError))
    return str(error) if expected else None


def exit_code(error: Exception) -> int:
    """Exit code of an error that :func:`explain` knows."""
    return STORE_UNUSABLE if isinstance(error, DamagedStoreError) else BAD_INPUT
