"""Tables to Parquet files and back, in the one encoding that the store uses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from store.columns import Table
from store.errors import DamagedStoreError
from store.medium import Medium
from store.schema import SERIES, TRIALS

ROW_GROUP_ROWS = MappingProxyType({SERIES.name: 122_880, TRIALS.name: 16_384})
"""Rows of a row group: small enough to be skipped by their ranges, large enough to be read at full speed."""


def encode_table(table: Table, rows: pa.Table) -> bytes:
    """Return `rows` of `table` as the bytes of a Parquet file."""
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, rows.schema, **encoding(table, rows.column_names)) as writer:
        writer.write_table(rows, row_group_size=row_group_rows(table))
    encoded: bytes = sink.getvalue().to_pybytes()
    return encoded


def sorted_writer(file: Any, table: Table, distinct: int) -> pq.ParquetWriter:  # noqa: ANN401 - what has write()
    """Open `file` for many rows of `table`, with bloom filters for about `distinct` trials in a row group."""
    bloom = {"trial_id": {"ndv": max(distinct, 1), "fpp": 0.01}}
    options = encoding(table, table.arrow.names)
    return pq.ParquetWriter(file, table.arrow, bloom_filter_options=bloom, **options)


def row_group_rows(table: Table) -> int:
    """Rows of a row group of `table`."""
    return ROW_GROUP_ROWS.get(table.name, 16_384)


def encoding(table: Table, names: list[str]) -> dict[str, Any]:
    """Observables split by byte and then compressed, keys dictionary-encoded.

    That is smaller and faster than a dictionary on everything, which floating-point noise defeats. A checksum
    of every page lets a reader that asks for it find a flipped bit.
    """
    return {
        "compression": "zstd",
        "use_dictionary": sorted(table.keys & set(names)),
        "use_byte_stream_split": [name for name in table.observables if name in names],
        # Least and greatest value leave NaN out, and DuckDB trusts them: isnan() would find nothing.
        "write_statistics": [n for n in names if n not in table.observables or table.by_name[n].required],
        "write_page_checksum": True,
    }


def read_rows(medium: Medium, key: str, columns: list[str] | None = None) -> pa.Table:
    """Read one file of the store, or some of its columns.

    Raises
    ------
    DamagedStoreError
        If it is missing or not whole.
    """
    with whole(medium.place(key)), pq.ParquetFile(pa.BufferReader(medium.read(key))) as file:
        return file.read(columns=columns)


def row_count(medium: Medium, key: str) -> int:
    """Count the rows of a file from its footer.

    Raises
    ------
    DamagedStoreError
        If it is missing or not whole.
    """
    with whole(medium.place(key)), pq.ParquetFile(pa.BufferReader(medium.read(key))) as file:
        return int(file.metadata.num_rows)


def column_names(medium: Medium, key: str) -> list[str]:
    """List the columns of a file from its footer.

    Raises
    ------
    DamagedStoreError
        If it is missing or not whole.
    """
    with whole(medium.place(key)), pq.ParquetFile(pa.BufferReader(medium.read(key))) as file:
        return list(file.schema_arrow.names)


@contextmanager
def whole(place: str) -> Iterator[None]:
    """Turn what a missing or broken file raises into `DamagedStoreError`, naming `place`."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise DamagedStoreError(
            f"expected a whole Parquet file at {place}; got {error}; "
            "restore that file; regimap verify says what else can be done"
        ) from error
