"""Rows of trials that are known by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store import ExperimentStore


def rows_by_id(
    store: ExperimentStore, trial_ids: Sequence[str], columns: Sequence[str] = ()
) -> dict[str, tuple[Any, ...]]:
    """Columns of the trials that have a row, by trial id."""
    names = ", ".join(("trial_id", *columns))
    query = f"SELECT {names} FROM trials WHERE trial_id IN (SELECT unnest(?::VARCHAR[]))"
    return {row[0]: tuple(row[1:]) for row in store.sql(query, [list(trial_ids)]).rows()}
