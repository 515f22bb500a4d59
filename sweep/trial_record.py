"""Everything a store knows of one trial, as plain values in parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isnan
from typing import Any

from store import ExperimentStore, Result
from store.schema import Schema

IDENTITY = ("trial_id", "point_id", "status", "reason", "traceback", "chunk", "attempt")
DRAW = ("realization", "packet", "frozen", "seed")
OPTIONS = (
    *("center_x", "center_y", "energy_filter_e", "energy_filter_delta"),
    *("classical", "amplitudes", "zero_point", "boundary"),
)
NUMERICS = (
    *("grid_points", "box_length", "dt", "field_interval", "integrator", "precision", "tolerance"),
    *("t_final", "samples"),
)
GUARDS = ("norm_drift", "edge_probability", "absorbed", "spectral_tail", "time_step_error", "t_valid")
PROVENANCE = (
    *("physics_version", "model_version", "regimap_version", "git_commit", "git_dirty", "host", "processor"),
    *("python", "libraries", "started_at", "wall_s", "cpu_s", "peak_rss_mb"),
)
# Columns that a row of `series` repeats from its trial, beside the axes.
REPEATED = ("trial_id", "chunk", "attempt", "realization", "packet", "frozen")

_LABELS = """
SELECT label_version, regime, membership, method, k, latest, created FROM labels
WHERE point_id = ? AND frozen IS NOT DISTINCT FROM ? ORDER BY latest DESC, created DESC, label_version
"""
_PROPOSALS = """
SELECT campaign, round, slot, why, score, membership, label_version, conditioned_on FROM proposals
WHERE point_id = ? ORDER BY campaign, round, slot
"""
_PLANS = "SELECT DISTINCT plan FROM chunks WHERE trial_id = ? ORDER BY plan"
_TWINS = "SELECT trial_id, frozen, status FROM trials WHERE trial_id = ? OR twin_of = ? ORDER BY trial_id"
_RELEASE = "SELECT twin_id, twin_release_time, twin_release_time_err FROM twins WHERE trial_id = ?"


def trial_record(store: ExperimentStore, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a store knows of a trial.

    Parameters
    ----------
    store : ExperimentStore
    row : mapping
        Its row, every column by name, such as :func:`sweep.locating.find_trial` gives.

    Returns
    -------
    dict
        The columns of `IDENTITY`; ``model``; ``parameters``, ``draw``, ``numerics``, ``guards``, ``scalars``
        and ``provenance``, each a mapping of columns without those that are NULL; ``twins``, ``releases``
        (when the moving packet parts from its frozen twin), ``labels`` (newest first), ``proposals`` (why the
        point was chosen) and ``plans``, each a list; ``series``, a list of numbers by column.
    """
    parts = _parts(store.schema, row)
    trial_id, point_id, partner = row["trial_id"], row["point_id"], row["twin_of"]
    questions = {
        "twins": (_TWINS, [partner, trial_id]),
        "releases": (_RELEASE, [partner or trial_id]),
        "labels": (_LABELS, [point_id, row["frozen"]]),
        "proposals": (_PROPOSALS, [point_id]),
        "plans": (_PLANS, [trial_id]),
    }
    around = dict(zip(questions, _answers(store, questions.values()), strict=True))
    return {
        **{name: row.get(name) for name in IDENTITY},
        "model": store.model,
        **{part: _known(row, names) for part, names in parts.items()},
        **around,
        "plans": [each["plan"] for each in around["plans"]],
        "series": trial_series(store, trial_id),
    }


def trial_series(store: ExperimentStore, trial_id: str) -> dict[str, list[float]]:
    """Recorded series of a trial by column, ``t`` first, without columns that hold nothing."""
    names = [column.name for column in store.schema.series.columns]
    repeated = {*store.schema.series_keys}
    recorded = store.series([trial_id], [name for name in names if name not in repeated and name != "t"])
    series = {name: values.tolist() for name, values in recorded.items() if name != "trial_id"}
    return {name: values for name, values in series.items() if not all(map(isnan, values))}


def described(store: ExperimentStore) -> dict[str, tuple[str, str]]:
    """Unit and meaning of each column of `trials`."""
    columns = store.schema.trials.columns
    return {column.name: (column.unit, column.meaning) for column in columns}


def _parts(schema: Schema, row: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Columns by what they tell; a user's model has its own, under whatever names."""
    axes = tuple(name for name in schema.series_keys if name not in REPEATED)
    parts = {
        "parameters": axes if schema.own else (*axes, *OPTIONS),
        "draw": DRAW,
        "numerics": ("samples",) if schema.own else NUMERICS,
        "guards": () if schema.own else GUARDS,
        "provenance": PROVENANCE,
    }
    others = {*IDENTITY, "twin_of", *(name for names in parts.values() for name in names)}
    return parts | {"scalars": tuple(name for name in row if name not in others)}


def _known(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names if row.get(name) is not None}


def _answers(
    store: ExperimentStore, questions: Iterable[tuple[str, list[Any]]]
) -> Iterator[list[dict[str, Any]]]:
    """Rows of each answer, all of one state of the store."""
    result: Result | None = None
    for query, parameters in questions:
        result = store.sql(query, parameters) if result is None else result.also(query, parameters)
        columns = result.columns
        yield [dict(zip(columns, row, strict=True)) for row in result.rows()]
