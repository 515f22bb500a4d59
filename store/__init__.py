"""The experiment store: Parquet chunks committed by rename, read in SQL through DuckDB.

`ExperimentStore` is the way in. `AXIS_NAMES`, `STATUSES`, `FINAL_STATUSES` and `FAILED_STATUSES` are the
words that records must use.
"""

from __future__ import annotations

from store.compaction import Compacted
from store.errors import (
    ConflictError,
    DamagedStoreError,
    HeldError,
    MissingPackageError,
    ModelMismatchError,
    NotAStoreError,
    QueryError,
    RecordError,
    SameStoreError,
    StoreError,
    StoreNotFoundError,
    UnreachableError,
    VersionError,
    WriteError,
)
from store.fragments import Receipt
from store.hold import Hold
from store.holders import Holder
from store.holding import Waiting
from store.identity import FORMAT_VERSION
from store.results import Result
from store.schema import AXIS_NAMES, FAILED_STATUSES, FINAL_STATUSES, SCHEMA_VERSION, STATUSES
from store.store import ExperimentStore

__all__ = [
    "AXIS_NAMES",
    "FAILED_STATUSES",
    "FINAL_STATUSES",
    "FORMAT_VERSION",
    "SCHEMA_VERSION",
    "STATUSES",
    "Compacted",
    "ConflictError",
    "DamagedStoreError",
    "ExperimentStore",
    "HeldError",
    "Hold",
    "Holder",
    "MissingPackageError",
    "ModelMismatchError",
    "NotAStoreError",
    "QueryError",
    "Receipt",
    "RecordError",
    "Result",
    "SameStoreError",
    "StoreError",
    "StoreNotFoundError",
    "UnreachableError",
    "VersionError",
    "Waiting",
    "WriteError",
]
