"""One trial of a store, by the first characters of its id."""

from __future__ import annotations

from typing import Any

from store import ExperimentStore
from sweep.errors import SelectionError

# Candidates that a refusal names.
SHOWN = 8


def find_trial(store: ExperimentStore, prefix: str) -> dict[str, Any]:
    """The row of the trial whose id begins with `prefix`: every column of `trials` by name.

    Parameters
    ----------
    store : ExperimentStore
    prefix : str
        An id, or enough of its first characters to mean one trial.

    Raises
    ------
    SelectionError
        If there is no such trial, if it has not been run yet, or if there are several.
    """
    if not prefix:
        raise SelectionError("trial: expected an id or its first characters, got an empty text; give one")
    # One more than are shown, to know of more.
    query = (
        "SELECT * FROM trials WHERE starts_with(trial_id, ?) "
        f"ORDER BY trial_id <> ?, trial_id LIMIT {SHOWN + 1}"
    )
    result = store.sql(query, [prefix, prefix])
    rows = [dict(zip(result.columns, row, strict=True)) for row in result.rows()]
    if not rows:
        raise SelectionError(_nothing(store, prefix))
    if len(rows) > 1 and rows[0]["trial_id"] != prefix:
        ids = ", ".join(str(row["trial_id"]) for row in rows[:SHOWN])
        more = ", ..." if len(rows) > SHOWN else ""
        raise SelectionError(
            f"trial: expected one whose id begins with {prefix!r}, got {ids}{more}; name one"
        )
    return rows[0]


def _nothing(store: ExperimentStore, prefix: str) -> str:
    """Why there is no row."""
    planned = "SELECT min(trial_id) FROM chunks WHERE starts_with(trial_id, ?)"
    ((waiting,),) = store.sql(planned, [prefix]).rows()
    if waiting is not None:
        return (
            f"trial: expected one that has been run, got {waiting}, which is planned and has no row yet; "
            "wait for it, or run its sweep again"
        )
    return (
        f"trial: expected one whose id begins with {prefix!r}, got none in {store.url}; "
        'regimap query DIR "select trial_id from trials" lists them'
    )
