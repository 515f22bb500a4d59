"""A DuckDB connection that sees one state of a store and, unless told otherwise, nothing else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import duckdb

from store.errors import DamagedStoreError
from store.layout import schema_versions
from store.medium import Medium
from store.schema import SCHEMA_VERSION
from store.views import SETTINGS, list_variables, quoted, view_definitions


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
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    try:
        _configure(connection, medium, unsafe=unsafe)
    except duckdb.Error as error:
        connection.close()
        raise DamagedStoreError(
            f"expected to read the store at {medium.url}; got {error}; restore or remove the file it names"
        ) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _configure(connection: duckdb.DuckDBPyConnection, medium: Medium, *, unsafe: bool) -> None:
    spill = Path(tempfile.gettempdir()) / f"regimap-spill-{os.getpid()}"
    connection.execute(f"SET temp_directory = {quoted(str(spill))}")
    connection.execute("SET enable_progress_bar = false")
    # Else FROM name would read a variable of this program.
    connection.execute("SET python_enable_replacements = false")
    connection.execute(SETTINGS)
    medium.attach(connection)
    # Asked before the listing: a writer may add this version's columns meanwhile.
    grown = SCHEMA_VERSION not in schema_versions(medium)
    for name, value in list_variables(medium).items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])
    if not unsafe:
        connection.execute(f"SET allowed_directories = [{quoted(medium.url)}]")
        connection.execute("SET enable_external_access = false")
    connection.execute(view_definitions(grown=grown))
    if not unsafe:
        connection.execute("SET lock_configuration = true")
