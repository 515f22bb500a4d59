"""What DuckDB says when it cannot read a file of the store, in our words."""

from __future__ import annotations

import re

import duckdb

from store import layout
from store.errors import DamagedStoreError, QueryError, StoreError, carried, without_traceback
from store.local import LocalMedium
from store.medium import Medium

_RIGHTS = "Permission denied"
_DATA = (layout.FRAGMENTS, layout.COMPACTED, layout.LEDGER, layout.SCHEMA)


def reading_error(medium: Medium, error: Exception) -> StoreError:
    """Return what `error`, of DuckDB or of Arrow's stream, means.

    That a file of the store's own cannot be read is `DamagedStoreError`, or where this user lacks the rights
    `StoreError`; all else is `QueryError`.
    """
    message = without_traceback(str(error))
    if (ours := carried(message)) is not None:
        return ours
    part = next((part for part in _DATA if f"{medium.place(part)}/" in message), None)
    if part is None or isinstance(error, duckdb.PermissionException):  # that is the fence around the store
        return QueryError(message)
    if (closed := _closed(medium, message)) is not None:
        return closed
    if _RIGHTS in message:
        return StoreError(f"expected to read the store at {medium.url}; got {message}; check the rights")
    return DamagedStoreError(f"expected every file of the store to be whole; got {message}; {_advice(part)}")


def _closed(medium: Medium, message: str) -> StoreError | None:
    """Ask for the file again that DuckDB does not find: it says so of closed directories too."""
    named = re.search(rf'"{re.escape(medium.url)}/([^"]+)"', message)
    if named is None or not isinstance(medium, LocalMedium):
        return None
    try:
        medium.exists(named[1])
    except StoreError as error:
        return error
    return None


def _advice(part: str) -> str:
    if part == layout.FRAGMENTS:
        return "restore that file, or remove the directory that holds it and run the same command again"
    if part == layout.COMPACTED:
        return "restore that file from a copy"
    return "restore that file from a copy; regimap verify says what else can be done"
