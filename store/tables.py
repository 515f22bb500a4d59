"""Ledger tables and kept blobs: immutable files, put if absent."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from store.columns import Table
from store.digests import open_blob, sealed_blob
from store.errors import DamagedStoreError, RecordError
from store.layout import KEPT, checked_name, ledger
from store.ledgers import LEDGERS
from store.medium import Medium
from store.parquet import encode_table, read_rows
from store.records import records_table

_SUFFIX = ".parquet"


def ledger_table(name: str) -> Table:
    """Return the schema of a ledger table.

    Raises
    ------
    RecordError
        If there is none of that name; the message names the nearest.
    """
    if name in LEDGERS:
        return LEDGERS[name]
    near = difflib.get_close_matches(str(name), LEDGERS, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "use one of them"
    raise RecordError(f"expected a ledger table of {', '.join(LEDGERS)}; got {name!r}; {hint}")


def append_rows(medium: Medium, table: str, name: str, rows: Sequence[Mapping[str, object]]) -> bool:
    """Add `rows` under `name` unless that name is there; whether this call did it."""
    schema = ledger_table(table)
    checked_name("name", name)
    checked = records_table(schema, rows, f"{table} {name!r}")
    return medium.put(_key(table, name), encode_table(schema, checked))


def ledger_names(medium: Medium, table: str) -> list[str]:
    """List the names in a ledger table, sorted."""
    files = medium.names(ledger(ledger_table(table).name))
    return sorted(file.removesuffix(_SUFFIX) for file in files if file.endswith(_SUFFIX))


def ledger_rows(medium: Medium, table: str, name: str | None = None) -> list[dict[str, Any]]:
    """Read a ledger table, all names in order or one; every column is present in every row."""
    schema = ledger_table(table)
    names = ledger_names(medium, table) if name is None else [checked_name("name", name)]
    if name is not None and not medium.exists(_key(table, name)):
        return []
    rows = (row for each in names for row in read_rows(medium, _key(table, each)).to_pylist())
    return [{column.name: row.get(column.name) for column in schema.columns} for row in rows]


def _key(table: str, name: str) -> str:
    return f"{ledger(table)}/{name}{_SUFFIX}"


def keep_blob(medium: Medium, name: str, payload: bytes) -> bytes:
    """Keep `payload` under `name`, with its digest, unless something is kept there; return what is."""
    key = f"{KEPT}/{checked_name('name', name)}"
    return payload if medium.put(key, sealed_blob(payload)) else _unsealed(medium, key)


def kept_blob(medium: Medium, name: str) -> bytes | None:
    """Return what is kept under `name`, or None."""
    try:
        return _unsealed(medium, f"{KEPT}/{checked_name('name', name)}")
    except FileNotFoundError:
        return None


def _unsealed(medium: Medium, key: str) -> bytes:
    payload, sound = open_blob(medium.read(key))
    if sound is False:
        raise DamagedStoreError(
            f"expected in {medium.place(key)} what its digest is of; got other content; "
            "remove that file and run again"
        )
    return payload
