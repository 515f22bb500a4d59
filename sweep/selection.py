"""Which trials a user means: by an id, or by a condition in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from typing import final

from physics import Scenario
from store import ExperimentStore
from store.schema import OWN_RESERVED, TRIALS, Schema
from sweep.axes import AXIS_NAMES
from sweep.errors import SelectionError
from sweep.identity import ID_LENGTH

_ID = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")
# What a planned trial's text says of it, so that a condition on axes finds those without a row too.
PLANNED = (*AXIS_NAMES, "dimension", "realization", "packet", "frozen", "seed")
QUERY = """
SELECT trial_id, status, attempt FROM (
    SELECT * FROM trials
    UNION ALL BY NAME
    SELECT trial_id, 'queued' AS status, 0 AS attempt, {planned}
    FROM (SELECT trial_id, any_value(trial)::JSON AS trial FROM chunks GROUP BY trial_id) AS planned
    ANTI JOIN (SELECT trial_id FROM trials) AS landed USING (trial_id)
) AS trials WHERE ({condition}
) ORDER BY trial_id
"""


@final
@dataclass(frozen=True)
class Selected:
    """A trial that was meant.

    Attributes
    ----------
    trial_id : str
    status : str
        "queued" for a planned trial without a row.
    attempt : int
        Of its row; 0 without one.
    """

    trial_id: str
    status: str
    attempt: int


def select(store: ExperimentStore, where: str) -> list[Selected]:
    """Trials of a store that meet a condition.

    Parameters
    ----------
    store : ExperimentStore
    where : str
        A trial's id, or an SQL condition on the columns of `trials`, such as ``status = 'error'``; planned
        trials without a row have the status ``queued``.

    Raises
    ------
    SelectionError
        If no trial has this id.
    QueryError
        If the condition is wrong, with DuckDB's message.
    """
    found = _by_id(store, where) if _ID.fullmatch(where.strip()) else _by_condition(store, where)
    return [Selected(str(trial_id), str(status), int(attempt)) for trial_id, status, attempt in found]


def _by_id(store: ExperimentStore, where: str) -> list[tuple[str, str, int]]:
    found = list(store.sql(_query(store.schema, "trial_id = ?"), [where.strip()]).rows())
    if not found:
        raise SelectionError(
            f"{where.strip()}: expected the id of a trial that was planned or has landed here, found none; "
            f'regimap query {store.url} "select trial_id, status from trials" lists those that have landed'
        )
    return found


def _by_condition(store: ExperimentStore, where: str) -> list[tuple[str, str, int]]:
    return list(store.sql(_query(store.schema, where)).rows())


def _query(schema: Schema, condition: str) -> str:
    return QUERY.format(planned=", ".join(_own(schema) if schema.own else _built_in()), condition=condition)


def _built_in() -> Iterator[str]:
    defaults = {entry.name: entry.default for entry in fields(Scenario)}
    return (_planned(name, defaults[name]) for name in PLANNED)


def _own(schema: Schema) -> Iterator[str]:
    """Columns of a planned trial of a user's model: its parameters, and the draw."""
    yield "(trial->>'realization')::BIGINT AS realization"
    for column in schema.series.columns:
        if column.name in schema.series.keys and column.name not in OWN_RESERVED:
            yield f"(trial->'parameters'->>'{column.name}')::{column.type} AS {column.sql}"


def _planned(name: str, default: object) -> str:
    """A column of a planned trial: defaults are left out of its text."""
    value = f"(trial->'scenario'->>'{name}')::{TRIALS.by_name[name].type}"
    plain = "NULL" if default is None or default is MISSING else str(default)
    return f"coalesce({value}, {plain}) AS {name}"
