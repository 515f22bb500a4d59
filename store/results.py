"""The answer to a query, read in batches, in whatever form the caller wants."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from typing import Any, TextIO

import duckdb
import pyarrow as pa

from store import encode, layout, textbox
from store.errors import DamagedStoreError, MissingPackageError, QueryError
from store.medium import Medium

_BATCH_ROWS = 8192
_DATA = (layout.FRAGMENTS, layout.COMPACTED, layout.LEDGER, layout.SCHEMA)


@contextmanager
def query_errors(medium: Medium) -> Iterator[None]:
    """Turn DuckDB's errors, also those that come through Arrow's stream, into ours.

    An error that names a file of the store's own is `DamagedStoreError`, any other `QueryError`.
    """
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        message = str(error)
        if any(f"{medium.place(part)}/" in message for part in _DATA):
            raise DamagedStoreError(
                f"expected every file of the store to be whole; got {message}; restore or remove that file"
            ) from error
        raise QueryError(message) from error


class Result:
    """The answer to one query on one state of the store.

    It runs when it is read, and again when it is read again: the files of its state do not change. One reader
    at a time.
    """

    def __init__(
        self, medium: Medium, connection: duckdb.DuckDBPyConnection, query: str, parameters: object = None
    ) -> None:
        self._medium = medium
        self._connection = connection
        with query_errors(medium):
            relation = connection.sql(query, params=parameters)
        if relation is None:  # an empty text, which only unsafe lets through
            raise QueryError("expected a statement; got none; write one")
        self._relation = relation

    @property
    def columns(self) -> list[str]:
        """Names of the columns, as the query gives them."""
        return list(self._relation.columns)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Stream the answer as Arrow record batches; memory is bounded by the batch, not by the answer."""
        with query_errors(self._medium):
            yield from self._relation.to_arrow_reader(_BATCH_ROWS)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Stream the answer as tuples of plain Python values."""
        for batch in self.batches():
            yield from zip(*(_values(column) for column in batch.columns), strict=True)

    def arrow(self) -> pa.Table:
        """Return the whole answer as an Arrow table."""
        with query_errors(self._medium):
            return self._relation.to_arrow_reader(_BATCH_ROWS).read_all()

    def df(self) -> Any:  # noqa: ANN401 - pandas is optional
        """Return the whole answer as a pandas DataFrame.

        Raises
        ------
        MissingPackageError
            If pandas is not installed.
        """
        _need("pandas")
        with query_errors(self._medium):
            return self._relation.df()

    def pl(self) -> Any:  # noqa: ANN401 - polars is optional
        """Return the whole answer as a polars DataFrame.

        Raises
        ------
        MissingPackageError
            If polars is not installed.
        """
        return _need("polars").from_arrow(self.arrow())

    def table(self, max_rows: int = 40, max_width: int | None = None) -> str:
        """Return the first rows as aligned text, with the count of all."""
        stream = self.rows()
        head = list(islice(stream, max_rows))
        if self._is_plan():
            return "".join(str(row[-1]) for row in head).rstrip("\n") + "\n"
        return textbox.draw(self.columns, head, len(head) + sum(1 for _ in stream), max_width)

    def write_csv(self, file: TextIO) -> int:
        """Write comma-separated values with a header; return the count of rows. NULL is an empty field."""
        return encode.write_csv(self.columns, self.rows(), file)

    def write_json(self, file: TextIO) -> int:
        """Write one array of objects; return the count of rows. NaN and the infinities become null."""
        return encode.write_json(self.columns, self.rows(), file)

    def write_jsonl(self, file: TextIO) -> int:
        """Write one object a line; return the count of rows. NaN and the infinities become null."""
        return encode.write_jsonl(self.columns, self.rows(), file)

    def _is_plan(self) -> bool:
        return self.columns == ["explain_key", "explain_value"]


def _values(column: pa.Array) -> list[Any]:
    """Return the values of a column; DuckDB's sums of integers arrive as decimals without a fraction."""
    values: list[Any] = column.to_pylist()
    if pa.types.is_decimal(column.type) and column.type.scale == 0:
        return [int(value) if isinstance(value, Decimal) else value for value in values]
    return values


def _need(package: str) -> Any:  # noqa: ANN401 - a module known at run time only
    try:
        return importlib.import_module(package)
    except ImportError:
        raise MissingPackageError(
            f"expected the package {package} for this form; got none; "
            f"pip install {package}, or use .arrow() or .rows()"
        ) from None
