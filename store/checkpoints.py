"""Where long trials have come to: a file for each, sealed, replaced as the trial goes on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from io import SEEK_END

from store.digests import SEAL_BYTES, seal_line, sha256
from store.errors import DamagedStoreError
from store.layout import CHECKPOINTS, checked_name
from store.medium import Medium
from store.schema import FINAL_STATUSES
from store.session import open_session
from store.unnamed import opened


def checkpoint_key(trial_id: str) -> str:
    """Key of a trial's checkpoint."""
    return f"{CHECKPOINTS}/{checked_name('trial id', trial_id)}"


def save_checkpoint(medium: Medium, trial_id: str, payload: bytes) -> None:
    """Keep `payload` as the checkpoint of a trial in place of the one before, durably."""
    medium.replace(checkpoint_key(trial_id), seal_line(sha256(payload)), payload)


def checkpoint(medium: Medium, trial_id: str) -> bytes | None:
    """Return the checkpoint of a trial, or None.

    Raises
    ------
    DamagedStoreError
        If it is not what was saved.
    """
    key = checkpoint_key(trial_id)
    try:
        with opened(medium, key) as file:
            size = file.seek(0, SEEK_END)
            file.seek(0)
            seal = file.read(SEAL_BYTES)
            payload = file.read(max(size - SEAL_BYTES, 0))  # to a known end: without, there is a copy of it
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _damaged(medium, key, str(error)) from error
    if seal != seal_line(sha256(payload)):
        raise _damaged(medium, key, "other content")
    return payload


def drop_checkpoint(medium: Medium, trial_id: str) -> None:
    """Remove the checkpoint of a trial, if there is one."""
    medium.remove(checkpoint_key(trial_id))


def finished(medium: Medium, trial_ids: Sequence[str]) -> list[str]:
    """List those of the trials that have a final row."""
    query = "SELECT trial_id FROM trials WHERE trial_id IN (SELECT unnest($ids::VARCHAR[])) AND "
    query += "status IN (SELECT unnest($final::VARCHAR[])) ORDER BY trial_id"
    with closing(open_session(medium)) as session:
        given = {"ids": list(trial_ids), "final": list(FINAL_STATUSES)}
        return [trial_id for (trial_id,) in session.execute(query, given).fetchall()]


def drop_finished(medium: Medium) -> int:
    """Remove the checkpoints of trials that have a final row; return how many.

    A driver that was killed after the commit leaves one.
    """
    names = medium.names(CHECKPOINTS)
    doomed = finished(medium, names) if names else []
    for trial_id in doomed:
        drop_checkpoint(medium, trial_id)
    return len(doomed)


def _damaged(medium: Medium, key: str, found: str) -> DamagedStoreError:
    return DamagedStoreError(
        f"expected in {medium.place(key)} what its digest is of; got {found}; "
        "remove that file, and the trial starts again from its beginning"
    )
