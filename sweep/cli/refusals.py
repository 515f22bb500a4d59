"""Which errors are the user's, and the exit code of each."""

from __future__ import annotations

BAD_INPUT = 2
STORE_UNUSABLE = 3

# Named, not imported: what a command has not loaded cannot fail.
_OF_THE_STORE = {("store.errors", f"{what}Error") for what in ("DamagedStore", "Held", "Unreachable")}
_EXPECTED = {
    ("learn.errors", "LearnError"),
    ("physics.errors", "PhysicsError"),
    ("store.errors", "StoreError"),
    ("sweep.errors", "SweepError"),
}


def message(error: Exception) -> str | None:
    """What to tell the user; None for an error of ours, whose traceback is wanted."""
    return str(error) if _bases(error) & _EXPECTED else None


def exit_code(error: Exception) -> int:
    """Exit code of an error that :func:`message` knows."""
    return STORE_UNUSABLE if _bases(error) & _OF_THE_STORE else BAD_INPUT


def _bases(error: Exception) -> set[tuple[str, str]]:
    return {(base.__module__, base.__name__) for base in type(error).__mro__}
