"""Tables to Parquet files and back, in the one encoding that the store uses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.parquet as pq

from store.columns import Table
from store.durable import fsync
from store.errors import DamagedStoreError
from store.schema import SERIES, TRIALS

_ROW_GROUP_ROWS = MappingProxyType({SERIES.name: 122_880, TRIALS.name: 16_384})


def write_table(path: Path, table: Table, rows: pa.Table) -> None:
    """Write `rows` of `table` to a new file and flush it.

    Observables are split by byte and then compressed, keys are dictionary-encoded: smaller and faster than
    a dictionary on everything, which floating-point noise defeats.
    """
    pq.write_table(
        rows,
        path,
        compression="zstd",
        use_dictionary=sorted(table.keys & set(rows.column_names)),
        use_byte_stream_split=[name for name in table.observables if name in rows.column_names],
        row_group_size=_ROW_GROUP_ROWS.get(table.name, 16_384),
    )
    fsync(path)


def read_rows(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read one file of the store, or some of its columns.

    Raises
    ------
    DamagedStoreError
        If it is missing or not whole.
    """
    with _whole(path), pq.ParquetFile(path) as file:
        return file.read(columns=columns)


def row_count(path: Path) -> int:
    """Count the rows of a file from its footer.

    Raises
    ------
    DamagedStoreError
        If it is missing or not whole.
    """
    with _whole(path), pq.ParquetFile(path) as file:
        return int(file.metadata.num_rows)


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise DamagedStoreError(
            f"expected a whole Parquet file at {path}; got {error}; "
            "restore that file, or remove it and run again"
        ) from error
