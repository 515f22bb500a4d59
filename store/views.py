"""The SQL views, and ``views.sql``, which makes a store readable by the plain duckdb command.

The views read lists of files from variables, so that one listing of the store drives all of them: a session
sees one state of the store, however it grows meanwhile.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template

from store.columns import Column, Table
from store.layout import SCHEMA, ledger, schema_file, schema_versions
from store.ledgers import LEDGERS
from store.medium import Medium
from store.schema import AXIS_NAMES, FINAL_STATUSES, SERIES, STATUSES, TRIALS

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

_LIST_FILES = """
SET VARIABLE {table}_files = (
    SELECT list(file ORDER BY place, file) FROM (
        SELECT file, 0 AS place FROM glob('schema/*/{table}.parquet')
        UNION ALL
        SELECT file, 1 AS place FROM glob('{pattern}')
    )
);
"""

_DERIVE_SERIES = """\
SET VARIABLE series_files = list_transform(
    getvariable('trials_files'), lambda file: regexp_replace(file, 'trials[.]parquet$', 'series.parquet')
);
-- Files of one schema version agree in their columns: then one file is opened to define a view, and not all.
SET VARIABLE mixed_schemas = (SELECT count(*) > 1 FROM glob('schema/*/trials.parquet'));
"""

_VIEW_COLUMNS = {
    "twins": (
        TRIALS.by_name["point_id"],
        Column("trial_id", "varchar", "", "the trial with the moving lattice"),
        Column("twin_id", "varchar", "", "its twin, the lattice frozen"),
        *(TRIALS.by_name[name] for name in (*AXIS_NAMES, "realization", "packet")),
        TRIALS.by_name["twin_release_time"],
        TRIALS.by_name["twin_release_time_err"],
    ),
    "labels": (Column("latest", "boolean", "", "whether this is the newest version of the labels"),),
    "points": (
        TRIALS.by_name["point_id"],
        *(TRIALS.by_name[name] for name in AXIS_NAMES),
        Column("trials", "bigint", "1", "trials of the point"),
        *(Column(status, "bigint", "1", f"trials of the point that are {status}") for status in STATUSES),
        Column("regime", "varchar", "", "latest label of the point"),
        Column("membership", "double[]", "1", "membership behind the latest label"),
        Column("frozen_regime", "varchar", "", "latest label of the point's frozen twins"),
    ),
}


def quoted(text: str) -> str:
    """Return `text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def described_columns() -> list[tuple[str, Column]]:
    """List every column of every view with the view's name."""
    tables = {table.name: table.columns for table in (TRIALS, SERIES, *LEDGERS.values())}
    names = dict.fromkeys((*tables, *_VIEW_COLUMNS))
    return [(name, c) for name in names for c in (*tables.get(name, ()), *_VIEW_COLUMNS.get(name, ()))]


@cache
def view_definitions(*, grown: bool = False) -> str:
    """Return the CREATE VIEW statements; they need the variables of `list_variables`.

    Parameters
    ----------
    grown : bool
        Whether columns may have been added since the store was last written: those are NULL then.
    """
    rows = [
        ", ".join(map(quoted, (table, column.name, column.type, column.unit, column.meaning)))
        for table, column in described_columns()
    ]
    return Template(files("store").joinpath("views.sql").read_text(encoding="utf-8")).substitute(
        final=", ".join(map(quoted, FINAL_STATUSES)),
        axes=", ".join(f"any_value({name}) AS {name}" for name in AXIS_NAMES),
        axes_of_trials=", ".join(f"trials.{name}" for name in AXIS_NAMES),
        counts=", ".join(f"count(*) FILTER (status = {quoted(s)}) AS {s}" for s in STATUSES),
        columns=",\n".join(f"({row})" for row in rows),
        **{f"{table.name}_grown": _no_rows(table) if grown else "" for table in (TRIALS, SERIES)},
    )


def _no_rows(table: Table) -> str:
    columns = ", ".join(f"CAST(NULL AS {column.type}) AS {column.name}" for column in table.columns)
    return f"\nUNION ALL BY NAME SELECT {columns} WHERE false"


def views_script() -> str:
    """Return the text of ``views.sql``; its paths are relative to the store."""
    patterns = {TRIALS.name: "fragments/*-a*/trials.parquet"} | {t: f"ledger/{t}/*.parquet" for t in LEDGERS}
    lists = "".join(_LIST_FILES.format(table=table, pattern=pattern) for table, pattern in patterns.items())
    return "\n".join((_HEADER + SETTINGS + lists, _DERIVE_SERIES, view_definitions()))


def list_variables(medium: Medium) -> dict[str, list[str] | bool]:
    """List the store once and return the variables that the views read: the files of every table, in order.

    The first file is an empty one with the whole schema, so that a new store answers too.
    """
    fragments, versions = medium.fragments(), schema_versions(medium)
    listing = {
        TRIALS.name: [fragment.trials for fragment in fragments],
        SERIES.name: [fragment.series for fragment in fragments],
    }
    for table in LEDGERS:
        names = (name for name in medium.names(ledger(table)) if name.endswith(".parquet"))
        listing[table] = [f"{ledger(table)}/{name}" for name in names]
    variables: dict[str, list[str] | bool] = {"mixed_schemas": len(versions) > 1}
    written = {version: medium.names(f"{SCHEMA}/{version}") for version in versions}
    for table, keys in listing.items():
        empty = [schema_file(v, table) for v in versions if f"{table}.parquet" in written[v]]
        variables[f"{table}_files"] = [medium.place(key) for key in (*empty, *keys)]
    return variables
