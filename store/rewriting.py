"""From what a session's views show of some files to sorted compacted files.

The views have dropped what is superseded. DuckDB sorts, on disk where memory does not suffice; pyarrow
writes, for DuckDB's own writer would drop the units and meanings of the columns.
"""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, final

import duckdb
import pyarrow as pa

from store import layout
from store.columns import Table, sql_name
from store.declarations import schema_of
from store.errors import DamagedStoreError
from store.manifests import CompactedFile
from store.medium import Medium
from store.parquet import row_group_rows, sorted_writer
from store.results import query_errors
from store.schema import Schema
from store.sorting import z_order
from store.steps import Extent, pieces

_PLACES = """
CREATE OR REPLACE TEMP TABLE places AS
SELECT row_number() OVER (ORDER BY code, {keys}) - 1 AS place, {keys}
FROM codes
"""


def rewrite(medium: Medium, session: duckdb.DuckDBPyConnection, label: str) -> Iterator[CompactedFile]:
    """Write what the views `trials` and `series` of `session` hold as compacted files, sorted as a whole.

    Parameters
    ----------
    medium : Medium
        Where to.
    session : DuckDBPyConnection
        Its views are read once for each file.
    label : str
        What the names of the files begin with.

    Yields
    ------
    CompactedFile
        Each after it has been written; none is larger than the largest, or much smaller than the others.

    Raises
    ------
    DamagedStoreError
        If fewer or more samples were read than the files hold.
    """
    schema = schema_of(medium)
    whole = _place(session, schema)
    written = 0
    for begin, end in pieces(whole):
        name = f"{label}-{uuid.uuid4().hex[:12]}"
        file = _write_piece(medium, session, schema, name, begin, end, whole)
        written += file.samples
        yield file
    if written != whole.samples:
        raise DamagedStoreError(
            f"expected {whole.samples} samples of the trials in {medium.url}; got {written}; verify the store"
        )


def _place(session: duckdb.DuckDBPyConnection, schema: Schema) -> Extent:
    """Give every trial its place in the table `places`."""
    keys = ", ".join((*map(sql_name, schema.axis_names), "frozen", "realization", "packet", "trial_id"))
    trials = session.sql(f"SELECT {keys} FROM trials").to_arrow_table()
    code = z_order([trials.column(name) for name in schema.axis_names or ("realization",)])
    session.register("codes", trials.append_column("code", pa.array(code)))
    session.execute(_PLACES.format(keys=keys))
    session.unregister("codes")
    ((samples,),) = session.execute("SELECT count(*) FROM series").fetchall()
    return Extent(trials.num_rows, int(samples))


def _write_piece(
    medium: Medium,
    session: duckdb.DuckDBPyConnection,
    schema: Schema,
    name: str,
    begin: int,
    end: int,
    whole: Extent,
) -> CompactedFile:
    directory = f"{layout.COMPACTED}/{name}"
    ids = f"SELECT place, trial_id FROM places WHERE place >= {begin} AND place < {end}"
    source = f"JOIN ({ids}) USING (trial_id) WHERE {_ranges(session, schema, begin, end)} ORDER BY place"
    samples_each = max(whole.samples / whole.trials, 1.0)
    series = _write(medium, directory, schema.series, session, f"{source}, t", samples_each)
    trials = _write(medium, directory, schema.trials, session, source, 1.0)
    if trials.rows != end - begin:
        raise DamagedStoreError(
            f"expected each of {end - begin} trials once in {medium.url}; got {trials.rows} rows; "
            "verify the store"
        )
    size = trials.bytes + series.bytes
    return CompactedFile(name, trials.rows, series.rows, size, trials.sha256, series.sha256)


def _ranges(session: duckdb.DuckDBPyConnection, schema: Schema, begin: int, end: int) -> str:
    """Return a condition on the axes that lets a sorted input skip what lies in other pieces."""
    names = [sql_name(name) for name in schema.axis_names]
    if not names:
        return "true"
    ends = ", ".join(f"min({a}), max({a}), count({a})" for a in names)
    query = f"SELECT {ends} FROM places WHERE place >= {begin} AND place < {end}"
    (row,) = session.execute(query).fetchall()
    axes = zip(names, row[::3], row[1::3], row[2::3], strict=True)
    known = [(a, low, high) for a, low, high, count in axes if count == end - begin and math.isfinite(high)]
    finite = [f"{a} BETWEEN {low!r} AND {high!r}" for a, low, high in known if math.isfinite(low)]
    return " AND ".join(finite) or "true"


@dataclass(frozen=True)
class _Written:
    rows: int
    bytes: int
    sha256: str


def _write(
    medium: Medium,
    directory: str,
    table: Table,
    session: duckdb.DuckDBPyConnection,
    source: str,
    rows_each: float,
) -> _Written:
    names = ", ".join(f"{table.name}.{column.sql}" for column in table.columns)
    group_rows = row_group_rows(table)
    stream = session.sql(f"SELECT {names} FROM {table.name} {source}").to_arrow_reader(group_rows)
    rows = 0
    with medium.writing(f"{directory}/{table.name}.parquet") as file:
        digested = _Digested(file)
        with sorted_writer(digested, table, math.ceil(group_rows / rows_each)) as writer:
            for group in _groups(medium, stream, group_rows):
                writer.write_table(group.cast(table.arrow), row_group_size=group.num_rows)
                rows += group.num_rows
        return _Written(rows, digested.bytes, digested.sha256)


def _groups(medium: Medium, stream: pa.RecordBatchReader, rows: int) -> Iterator[pa.Table]:
    """Regroup the batches of a stream to tables of `rows` rows; the last may be shorter."""
    waiting = stream.schema.empty_table()
    for batch in _batches(medium, stream):
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
        while waiting.num_rows >= rows:
            yield waiting.slice(0, rows)
            waiting = waiting.slice(rows)
    if waiting.num_rows:
        yield waiting


def _batches(medium: Medium, stream: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    with query_errors(medium):  # else what cannot be read would pass for a file that cannot be written
        yield from stream


@final
class _Digested:
    """A file to write to, which counts and digests what goes through."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        """Digest of what was written, hexadecimal."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        """Write and digest."""
        self._hash.update(data)
        self.bytes += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Leave it to the file."""

    def close(self) -> None:
        """Leave it to whoever opened the file."""
