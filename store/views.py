"""The SQL views, and ``views.sql``, which makes a store readable by the plain duckdb command.

The views read lists of files from variables, so that one listing of the store drives all of them: a session
sees one state of the store, however it grows meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Template

from store import layout
from store.columns import FIRST_SCHEMA, Column, Table
from store.digests import sealed_script
from store.layout import SCHEMA, ledger, schema_file, schema_versions
from store.ledgers import LEDGERS, PROPOSALS
from store.medium import Medium
from store.schema import BUILT_IN, FINAL_STATUSES, SERIES, STATUSES, TRIALS, Schema
from store.snapshot import Snapshot

_HEADER = """\
-- Written by regimap. Reads this store with the plain duckdb command:
--     cd here && duckdb -init views.sql
-- Every session sees the store as it was when the session began.

"""

SETTINGS = """\
-- Joins of series and trials are 30 times slower with this pass, which DuckDB has since 2.0.
SET VARIABLE slow_passes = (
    SELECT coalesce(string_agg(name, ','), '')
    FROM duckdb_optimizers()
    WHERE name = 'partial_aggregate_pushdown'
);
SET disabled_optimizers = getvariable('slow_passes');
SET parquet_metadata_cache = true;
"""

_LIST_LEDGER = """\
SET VARIABLE {table}_files = (
    SELECT list(file ORDER BY place, file) FROM (
        SELECT file, 0 AS place FROM glob('schema/*/{table}.parquet')
        UNION ALL
        SELECT file, 1 AS place FROM glob('ledger/{table}/*.parquet')
    )
);
"""

_OF_LABELS = (Column("latest", "boolean", "", "whether this is the newest version of the labels"),)
_COUNTED = (
    Column("trials", "bigint", "1", "trials of the point"),
    *(Column(status, "bigint", "1", f"trials of the point that are {status}") for status in STATUSES),
    Column("regime", "varchar", "", "latest label of the point"),
    Column("membership", "double[]", "1", "membership behind the latest label"),
    Column("frozen_regime", "varchar", "", "latest label of the point's frozen twins"),
)


def quoted(text: str) -> str:
    """Return `text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def literal(path: str) -> str:
    """Return the pattern that means `path` alone: DuckDB takes every path for a pattern."""
    return re.sub(r"[\[*?]", lambda found: f"[{found[0]}]", path)


def described_columns(schema: Schema = BUILT_IN) -> list[tuple[str, Column]]:
    """List every column of every view with the view's name."""
    columns: dict[str, tuple[Column, ...]] = {table.name: table.columns for table in schema.tables}
    columns["labels"] += _OF_LABELS
    columns |= {"twins": _of_twins(schema), "points": _of_points(schema)}
    return [(name, column) for name, its in columns.items() for column in its]


def _of_twins(schema: Schema) -> tuple[Column, ...]:
    """Columns of the view of twins, which only the deformation potential has."""
    trials = BUILT_IN.trials.by_name
    return (
        trials["point_id"],
        Column("trial_id", "varchar", "", "the trial with the moving lattice"),
        Column("twin_id", "varchar", "", "its twin, the lattice frozen"),
        *schema.axes,
        *(trials[n] for n in ("realization", "packet", "twin_release_time", "twin_release_time_err")),
    )


def _of_points(schema: Schema) -> tuple[Column, ...]:
    return (schema.trials.by_name["point_id"], *_of_each_point(schema), *_COUNTED)


def _of_each_point(schema: Schema) -> tuple[Column, ...]:
    """What the trials of a point share; two versions of a user's model have points of equal axes."""
    return (*schema.axes, schema.trials.by_name["model_version"]) if schema.own else schema.axes


@cache
def view_definitions(
    schema: Schema = BUILT_IN, *, grown: bool = False, absent: frozenset[str] = frozenset()
) -> str:
    """Return the CREATE VIEW statements; they need the variables of `list_variables`.

    Parameters
    ----------
    schema : Schema
        The columns of the store.
    grown : bool
        Whether columns may have been added since the store was last written: those are NULL then.
    absent : frozenset of str
        Ledger tables that the store has no file of, for it is older than they are: those are empty then.
    """
    rows = [
        ", ".join(map(quoted, (table, column.name, column.type, column.unit, column.meaning)))
        for table, column in described_columns(schema)
    ]
    axes = [axis.sql for axis in schema.axes]
    # Columns of a user's model are declared when files are there already.
    grown_tables = [schema.trials, schema.series] if grown or schema.own else []
    grown_tables += [PROPOSALS] if grown else []
    return Template(_text("views.sql")).substitute(
        final=", ".join(map(quoted, FINAL_STATUSES)),
        shared="".join(f"any_value({c.sql}) AS {c.sql}, " for c in _of_each_point(schema)),
        twins=_nothing(_of_twins(schema)) if schema.own else _twins(axes),
        counts=", ".join(f"count(*) FILTER (status = {quoted(s)}) AS {s}" for s in STATUSES),
        columns=",\n".join(f"({row})" for row in rows),
        **{
            table.name: _nothing(table.columns) if table.name in absent else _every_file(table)
            for table in LEDGERS.values()
            if table.since != FIRST_SCHEMA
        },
        **{
            f"{table.name}_grown": _no_rows(table) if table in grown_tables else ""
            for table in (schema.trials, schema.series, PROPOSALS)
        },
    )


def _no_rows(table: Table) -> str:
    return f"\nUNION ALL BY NAME {_nothing(table.columns)}"


def _nothing(columns: Sequence[Column]) -> str:
    typed = ", ".join(f"CAST(NULL AS {column.type}) AS {column.sql}" for column in columns)
    return f"SELECT {typed} WHERE false"


def _twins(axes: Sequence[str]) -> str:
    """The view of twins, as text without the end of its last line."""
    names = ", ".join(f"trials.{name}" for name in axes)
    return Template(_text("twins.sql")).substitute(axes_of_trials=names).rstrip()


def _every_file(table: Table) -> str:
    files = f"literal(getvariable('{table.name}_files'))"
    return f"SELECT * FROM read_parquet({files}, union_by_name = getvariable('mixed_schemas'))"


def views_script(schema: Schema = BUILT_IN) -> str:
    """Return the text of ``views.sql``; its paths are relative to the store."""
    listing = _text("listing.sql") + ("SET VARIABLE mixed_schemas = true;\n" if schema.own else "")
    ledgers = "".join(_LIST_LEDGER.format(table=table) for table in LEDGERS)
    return sealed_script("\n".join((_HEADER + SETTINGS, listing, ledgers, view_definitions(schema))))


def _text(name: str) -> str:
    return files("store").joinpath(name).read_text(encoding="utf-8")


def list_variables(
    medium: Medium, snapshot: Snapshot, schema: Schema = BUILT_IN
) -> Iterator[tuple[str, str, object]]:
    """List what else the store has, and give the variables that the views read: name, SQL type and value.

    The first file of a table is an empty one with the whole schema, so that a new store answers too.
    """
    versions = schema_versions(medium)
    written = {version: medium.names(f"{SCHEMA}/{version}") for version in versions}
    yield "mixed_schemas", "BOOLEAN", len(versions) > 1 or schema.own
    listed = [
        *_empty(written),
        *_compacted(snapshot),
        *(("loose", f.trials, f.series) for f in snapshot.loose),
    ]
    yield "kinds", "VARCHAR[]", [kind for kind, _, _ in listed]
    yield "trials_files", "VARCHAR[]", [medium.place(trials) for _, trials, _ in listed]
    yield "series_files", "VARCHAR[]", [medium.place(series) for _, _, series in listed]
    yield (
        "hidden",
        "STRUCT(trials_file VARCHAR, trial_ids VARCHAR[])[]",
        [
            {"trials_file": medium.place(file.trials_key), "trial_ids": sorted(file.hidden)}
            for file in snapshot.manifest.files
            if file.hidden
        ],
    )
    for table in LEDGERS:
        empty = [schema_file(v, table) for v in versions if f"{table}.parquet" in written[v]]
        names = (name for name in medium.names(ledger(table)) if name.endswith(".parquet"))
        keys = [*empty, *(f"{ledger(table)}/{name}" for name in names)]
        yield f"{table}_files", "VARCHAR[]", [medium.place(key) for key in keys]


def _empty(written: Mapping[str, list[str]]) -> Iterator[tuple[str, str, str]]:
    for version, names in written.items():
        if layout.TRIALS_FILE in names and layout.SERIES_FILE in names:
            yield "empty", schema_file(version, TRIALS.name), schema_file(version, SERIES.name)


def _compacted(snapshot: Snapshot) -> Iterator[tuple[str, str, str]]:
    return (("compacted", file.trials_key, file.series_key) for file in snapshot.manifest.files)
