"""A DuckDB connection that sees one state of a store and, unless told otherwise, nothing else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import duckdb

from store import layout
from store.columns import FIRST_SCHEMA
from store.declarations import schema_of
from store.errors import DamagedStoreError, QueryError
from store.layout import schema_versions
from store.ledgers import LEDGERS
from store.manifests import newest_number
from store.medium import Medium
from store.schema import SCHEMA_VERSION
from store.snapshot import Snapshot, take_snapshot
from store.unreadable import reading_error
from store.views import SETTINGS, list_variables, literal, quoted, view_definitions

_TRIES = 10


def open_session(medium: Medium, *, unsafe: bool = False) -> duckdb.DuckDBPyConnection:
    """List the store once and define its views over that list.

    Parameters
    ----------
    medium : Medium
        The store.
    unsafe : bool
        Leave files outside the store and DuckDB's settings open to the queries.

    Returns
    -------
    duckdb.DuckDBPyConnection
        An in-memory database of its own.

    Raises
    ------
    DamagedStoreError
        If a file of the store cannot be read; DuckDB's message names it.
    """
    for tries in range(_TRIES):
        # Asked before the listing: a writer may add this version's columns meanwhile.
        grown = SCHEMA_VERSION not in schema_versions(medium)
        snapshot = take_snapshot(medium)
        try:
            return open_snapshot(medium, snapshot, grown=grown, unsafe=unsafe)
        except DamagedStoreError:
            # With a short grace, what was listed may be gone before it is read.
            if tries == _TRIES - 1 or newest_number(medium) == snapshot.newest:
                raise
    raise AssertionError("the last try returns or raises")


def open_snapshot(
    medium: Medium, snapshot: Snapshot, *, grown: bool = False, unsafe: bool = False
) -> duckdb.DuckDBPyConnection:
    """Define the store's views over `snapshot`.

    Parameters
    ----------
    medium, unsafe
        As for `open_session`.
    snapshot : Snapshot
        What to read.
    grown : bool
        Whether columns may have been added since the store was last written.

    Raises
    ------
    DamagedStoreError
        If a file of the store cannot be read; DuckDB's message names it.
    """
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    try:
        _configure(connection, medium, snapshot, grown=grown, unsafe=unsafe)
    except duckdb.Error as error:
        connection.close()
        found = reading_error(medium, error)
        if not isinstance(found, QueryError):
            raise found from error
        raise DamagedStoreError(
            f"expected to read the store at {medium.url}; got {found}; regimap verify says what to mend"
        ) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _configure(
    connection: duckdb.DuckDBPyConnection, medium: Medium, snapshot: Snapshot, *, grown: bool, unsafe: bool
) -> None:
    spill = Path(tempfile.gettempdir()) / f"regimap-spill-{os.getpid()}"
    connection.execute(f"SET temp_directory = {quoted(str(spill))}")
    connection.execute("SET enable_progress_bar = false")
    # Else FROM name would read a variable of this program.
    connection.execute("SET python_enable_replacements = false")
    connection.execute(SETTINGS)
    medium.attach(connection)
    absent: set[str] = set()
    schema = schema_of(medium)
    for name, kind, value in list_variables(medium, snapshot, schema):
        if name.endswith("_files") and not value:
            absent.add(_newer_table(medium, name.removesuffix("_files"), grown=grown))
        connection.execute(f"SET VARIABLE {name} = CAST(? AS {kind})", [value])
    if not unsafe:
        # The store as DuckDB finds it, and as the pattern that means it.
        fence = f"[{quoted(medium.url)}, {quoted(literal(medium.url))}]"
        connection.execute(f"SET allowed_directories = {fence}")
        connection.execute("SET enable_external_access = false")
    connection.execute(view_definitions(schema, grown=grown, absent=frozenset(absent)))
    if not unsafe:
        connection.execute("SET lock_configuration = true")


def _newer_table(medium: Medium, table: str, *, grown: bool) -> str:
    """Return a table without any file if it came after the store; a schema version has an empty one of each.

    Raises
    ------
    DamagedStoreError
        If its file was lost.
    """
    if grown and table in LEDGERS and LEDGERS[table].since != FIRST_SCHEMA:
        return table
    place = medium.place(layout.schema_file(SCHEMA_VERSION, table))
    raise DamagedStoreError(
        f"expected {place}; got no such file, nor any other of {table}; compact the store, which "
        "writes it anew"
    )
