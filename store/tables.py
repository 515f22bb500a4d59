"""Ledger tables and kept blobs: immutable files, put if absent."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from store.columns import Table
from store.durable import fsync, publish_file, put_file, staged, write_errors
from store.errors import RecordError
from store.layout import Layout, checked_name
from store.ledgers import LEDGERS
from store.parquet import read_rows, write_table
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


def append_rows(layout: Layout, table: str, name: str, rows: Sequence[Mapping[str, object]]) -> bool:
    """Add `rows` under `name` unless that name is there; whether this call did it."""
    schema = ledger_table(table)
    target = layout.ledger(table) / f"{checked_name('name', name)}{_SUFFIX}"
    checked = records_table(schema, rows, f"{table} {name!r}")
    if target.exists():
        fsync(target.parent)
        return False
    with write_errors(target), staged(layout.staging) as path:
        write_table(path, schema, checked)
        return publish_file(path, target)


def ledger_names(layout: Layout, table: str) -> list[str]:
    """List the names in a ledger table, sorted."""
    directory = layout.ledger(ledger_table(table).name)
    return sorted(path.name.removesuffix(_SUFFIX) for path in directory.glob(f"*{_SUFFIX}"))


def ledger_rows(layout: Layout, table: str, name: str | None = None) -> list[dict[str, Any]]:
    """Read a ledger table, all names in order or one; every column is present in every row."""
    schema = ledger_table(table)
    names = ledger_names(layout, table) if name is None else [checked_name("name", name)]
    paths = [layout.ledger(table) / f"{each}{_SUFFIX}" for each in names]
    if name is not None and not paths[0].exists():
        return []
    rows = (row for path in paths for row in read_rows(path).to_pylist())
    return [{column.name: row.get(column.name) for column in schema.columns} for row in rows]


def keep_blob(layout: Layout, name: str, payload: bytes) -> bytes:
    """Keep `payload` under `name` unless something is kept there; return what is."""
    target = layout.kept / checked_name("name", name)
    if not target.exists():
        put_file(target, payload, layout.staging)
    return target.read_bytes()


def kept_blob(layout: Layout, name: str) -> bytes | None:
    """Return what is kept under `name`, or None."""
    try:
        return (layout.kept / checked_name("name", name)).read_bytes()
    except FileNotFoundError:
        return None
