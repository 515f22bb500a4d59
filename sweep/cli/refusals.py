"""Which errors are the user's, and the exit code of each."""

from __future__ import annotations

from store import DamagedStoreError, HeldError, UnreachableError

BAD_INPUT = 2
STORE_UNUSABLE = 3

_OF_THE_STORE = (DamagedStoreError, HeldError, UnreachableError)

# Named, not imported: what a command has not loaded cannot fail.
_EXPECTED = {
    ("learn.errors", "LearnError"),
    ("physics.errors", "PhysicsError"),
    ("store.errors", "StoreError"),
    ("sweep.errors", "SweepError"),
}


def explain(error: Exception) -> str | None:
    """What to tell the user; None for an error of ours, whose traceback is wanted."""
    bases = {(base.__module__, base.__name__) for base in type(error).__mro__}
    return str(error) if bases & _EXPECTED else None


def exit_code(error: Exception) -> int:
    """Exit code of an error that :func:`explain` knows."""
    return STORE_UNUSABLE if isinstance(error, _OF_THE_STORE) else BAD_INPUT
