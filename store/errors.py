"""What can go wrong with a store, each also the builtin exception that fits."""

from __future__ import annotations


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


class WriteError(StoreError, OSError):
    """The file system refused a write: read-only, full, or without hard links."""


class QueryError(StoreError, ValueError):
    """The SQL was refused or failed; the message carries DuckDB's own."""


class UnreachableError(StoreError, OSError):
    """The object store did not answer, or refused to."""


class MissingPackageError(StoreError, ImportError):
    """An optional package that the caller asked for is not installed."""
