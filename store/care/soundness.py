"""Whether a Parquet file is what was written: every page decoded, and all that its footer claims recomputed.

Page checksums cover the pages and nothing covers the footer, so the footer is compared with the rows: their
count, the columns and their types, the ranges that let readers skip. A small file must, besides, be the very
bytes that this process writes for its rows, or if another pyarrow wrote it, be read alike by DuckDB.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from store.columns import Table
from store.parquet import encoding, row_group_rows

READ_ERRORS = (OSError, EOFError, pa.ArrowException, ValueError, KeyError, OverflowError, MemoryError)
"""What pyarrow raises on bytes that are no Parquet file, or a broken one."""

_OPTIONS: tuple[Mapping[str, object], ...] = (
    {},
    {"write_statistics": True},
    {"write_statistics": True, "write_page_checksum": False},
)
"""How the encoding of older versions differed: add to it when `store.parquet.encoding` changes."""


class UnsoundError(Exception):
    """A file is not what was written; its text says what was found in it."""


def row_groups(file: BinaryIO | pa.NativeFile, table: Table) -> Iterator[pa.Table]:
    """Decode a file of `table`, row group by row group, each compared with what the footer says of it.

    Raises
    ------
    UnsoundError
        As soon as something does not fit.
    """
    try:
        with pq.ParquetFile(file, page_checksum_verification=True) as opened:
            _check_columns(opened.schema_arrow, table)
            groups = opened.metadata.num_row_groups
            if sum(opened.metadata.row_group(n).num_rows for n in range(groups)) != opened.metadata.num_rows:
                raise UnsoundError("a footer whose row groups do not add up to its rows")
            for number in range(groups):
                rows = opened.read_row_group(number)
                rows.validate(full=True)
                _check_ranges(opened.metadata.row_group(number), rows)
                yield rows
    except READ_ERRORS as error:
        raise UnsoundError(f"what cannot be decoded: {_short(error)}") from error


def whole_table(payload: bytes, table: Table) -> pa.Table:
    """Decode a small file of `table`, and compare it with the bytes that this process would write.

    Raises
    ------
    UnsoundError
        If something does not fit.
    """
    groups = list(row_groups(pa.BufferReader(payload), table))
    try:
        with pq.ParquetFile(pa.BufferReader(payload)) as opened:
            schema, program = _named_as_ours(opened.schema_arrow, table), opened.metadata.created_by
        rows = (pa.concat_tables(groups) if groups else schema.empty_table()).cast(schema)
        # Another pyarrow may write other bytes; then both readers must at least agree.
        alike = _rewritten(payload, rows, table) if program == _program() else _read_alike(payload, rows)
        if not alike:
            raise UnsoundError("bytes that differ from those written for these rows")
    except READ_ERRORS as error:
        raise UnsoundError(f"what cannot be decoded: {_short(error)}") from error
    return rows


def _named_as_ours(schema: pa.Schema, table: Table) -> pa.Schema:
    """Return `schema` with the types of `table`: a list read back calls its items by another name."""
    fields = [table.arrow.field(field.name).with_metadata(field.metadata) for field in schema]
    return pa.schema(fields, metadata=schema.metadata)


def _rewritten(payload: bytes, rows: pa.Table, table: Table) -> bool:
    """Whether this process writes `rows` as `payload`, by the options of this version or of an older one."""
    return any(_written(rows, table, options) == payload for options in _OPTIONS)


def _written(rows: pa.Table, table: Table, options: Mapping[str, object]) -> bytes:
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, rows.schema, **{**encoding(table, rows.column_names), **options}) as writer:
        writer.write_table(rows, row_group_size=row_group_rows(table))
    written: bytes = sink.getvalue().to_pybytes()
    return written


def _read_alike(payload: bytes, rows: pa.Table) -> bool:
    """Whether DuckDB reads `payload` as `rows`."""
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file, duckdb.connect() as connection:
        file.write(payload)
        file.flush()
        try:
            read = connection.execute("SELECT * FROM read_parquet(?)", [file.name]).fetchall()
        except duckdb.Error:
            return False
    # As text, where NaN equals NaN.
    return repr(read) == repr([tuple(row.values()) for row in rows.to_pylist()])


@cache
def _program() -> str:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"x": pa.array([], pa.int64())}), sink)
    return str(pq.read_metadata(pa.BufferReader(sink.getvalue())).created_by)


def described(schema: pa.Schema, table: Table) -> bool:
    """Whether units and meanings in `schema` are this version's."""
    return all(schema.field(name).metadata == table.arrow.field(name).metadata for name in schema.names)


def _check_columns(schema: pa.Schema, table: Table) -> None:
    if len(set(schema.names)) < len(schema.names):
        raise UnsoundError("a column twice")
    for field in schema:
        if field.name not in table.by_name:
            raise UnsoundError(f"a column {field.name!r}, which {table.name} does not have")
        expected = table.arrow.field(field.name).type
        if field.type != expected:
            raise UnsoundError(f"a column {field.name!r} of type {field.type} instead of {expected}")
    for column in table.columns:
        if column.required and column.name not in schema.names:
            raise UnsoundError(f"no column {column.name!r}")


def _check_ranges(group: Any, rows: pa.Table) -> None:  # noqa: ANN401 - pyarrow's footer is not typed
    if group.num_rows != rows.num_rows:
        raise UnsoundError(f"{rows.num_rows} rows where the footer says {group.num_rows}")
    for number in range(group.num_columns):
        chunk = group.column(number)
        name = chunk.path_in_schema.partition(".")[0]
        values = rows.column(name)
        nested = pa.types.is_list(values.type)
        if nested:
            values = pc.list_flatten(values)
        if chunk.is_stats_set and not _in_range(chunk.statistics, values, counted=not nested):
            raise UnsoundError(f"a footer whose range of {name!r} is not that of the rows")


def _in_range(statistics: Any, values: pa.ChunkedArray, *, counted: bool) -> bool:  # noqa: ANN401 - pyarrow's are not typed
    if pa.types.is_floating(values.type):
        known = pc.drop_null(values)
        values = known.filter(pc.invert(pc.is_nan(known)))
    elif counted and statistics.has_null_count and statistics.null_count != values.null_count:
        return False
    if not statistics.has_min_max:
        return True
    ends = pc.min_max(values).as_py()
    return bool(statistics.min == ends["min"] and statistics.max == ends["max"])


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
