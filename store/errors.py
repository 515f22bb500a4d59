"""What can go wrong with a store, each also the builtin exception that fits."""

from __future__ import annotations

import re

_TRACEBACK = "Traceback (most recent call last):"
_LAST_LINE = re.compile(r"^\w+: .*$", re.MULTILINE)


class StoreError(Exception):
    """Base of every exception this package raises on purpose."""


class StoreNotFoundError(StoreError, FileNotFoundError):
    """There is nothing at the path, or a directory that holds no store."""


class NotAStoreError(StoreError, ValueError):
    """The path is taken by something that is not a store."""


class ModelMismatchError(StoreError, ValueError):
    """The store holds the trials of another model."""


class VersionError(StoreError, ValueError):
    """The store was written in a format or a schema that this version cannot read."""


class RecordError(StoreError, ValueError):
    """A record, a series or a name does not fit the schema; nothing was written."""


class ConflictError(StoreError, ValueError):
    """A fragment of this name stands already and holds other trials; nothing was written."""


class DamagedStoreError(StoreError, ValueError):
    """A file of the store cannot be read."""


class HeldError(StoreError, BlockingIOError):
    """Another driver holds what was asked for, and lives."""


class SameStoreError(StoreError, ValueError):
    """Two stores that should be apart are one, or one lies inside the other."""


class WriteError(StoreError, OSError):
    """The file system refused a write: read-only, full, or without hard links."""


class QueryError(StoreError, ValueError):
    """The SQL was refused or failed; the message carries DuckDB's own."""


class UnreachableError(StoreError, OSError):
    """The object store did not answer, or refused to."""


class MissingPackageError(StoreError, ImportError):
    """An optional package that the caller asked for is not installed."""


def without_traceback(message: str) -> str:
    """Return DuckDB's `message` with only the last line of the Python traceback that may be in it.

    A file that DuckDB reads through Python fails with an exception of ours, of which it keeps the text.
    """
    if _TRACEBACK not in message:
        return message
    last = _LAST_LINE.search(message, message.index(_TRACEBACK))
    return last.group() if last else message


def carried(message: str) -> StoreError | None:
    """Return the exception of ours that `message`, as `without_traceback` gives it, tells of."""
    name, _, text = message.partition(": ")
    kinds: dict[str, type[StoreError]] = {kind.__name__: kind for kind in (UnreachableError, WriteError)}
    return kinds[name](text) if name in kinds else None
