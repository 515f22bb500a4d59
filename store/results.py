"""The answer to a query, read in batches, in whatever form the caller wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from typing import Any, TextIO

import duckdb
import pyarrow as pa

from store import encode, textbox
from store.errors import QueryError, StoreError
from store.medium import Medium
from store.needed import needed
from store.statements import check_reading
from store.unreadable import reading_error

_BATCH_ROWS = 8192
_FLOATS = frozenset(("DOUBLE", "FLOAT"))
_OTHERS = "use .arrow() or .rows()"


@contextmanager
def query_errors(medium: Medium) -> Iterator[None]:
    """Turn DuckDB's errors, also those that come through Arrow's stream, into ours.

    They are those of `reading_error`. What DuckDB makes of Ctrl-C becomes `KeyboardInterrupt` again.
    """
    try:
        yield
    except StoreError:  # some of ours are OSErrors
        raise
    except (duckdb.InterruptException, RuntimeError) as error:
        if "interrupted" not in str(error).lower():
            raise
        raise KeyboardInterrupt from error
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise reading_error(medium, error) from error


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

    def also(self, query: str, parameters: object = None) -> Result:
        """Ask another question of the same state of the store, once this answer has been read.

        Raises
        ------
        QueryError
            If the statement does more than read, or is wrong.
        """
        check_reading(self._connection, query)
        return Result(self._medium, self._connection, query, parameters)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Stream the answer as Arrow record batches; memory is bounded by the batch, not by the answer."""
        yield from self._read(self._relation)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Stream the answer as tuples of plain Python values."""
        for batch in self.batches():
            yield from _rows(batch)

    def arrow(self) -> pa.Table:
        """Return the whole answer as an Arrow table."""
        return self._whole(lambda: self._relation.to_arrow_reader(_BATCH_ROWS).read_all())

    def df(self) -> Any:  # noqa: ANN401 - pandas is optional
        """Return the whole answer as a pandas DataFrame.

        Raises
        ------
        MissingPackageError
            If pandas is not installed.
        """
        needed("pandas", instead=_OTHERS)
        return self._whole(self._relation.df)

    def pl(self) -> Any:  # noqa: ANN401 - polars is optional
        """Return the whole answer as a polars DataFrame.

        Raises
        ------
        MissingPackageError
            If polars is not installed.
        """
        return needed("polars", instead=_OTHERS).from_arrow(self.arrow())

    def table(self, max_rows: int = 40, max_width: int | None = None, max_count: int = 1_000_000) -> str:
        """Return the first rows as aligned text, and the count of all, or that it is above `max_count`.

        Rows beyond that are not computed, unless the query sorts or groups.
        """
        head: list[tuple[Any, ...]] = []
        total = 0
        for batch in self.batches():
            head += islice(_rows(batch), max_rows - len(head))
            total += batch.num_rows
            if total > max_count:
                break
        if self._is_plan():
            return "".join(str(row[-1]) for row in head).rstrip("\n") + "\n"
        return textbox.draw(self.columns, head, min(total, max_count), max_width, more=total > max_count)

    def csv(self, file: TextIO) -> Iterator[int]:
        """Write comma-separated values with a header, and give the count of rows so far after each batch.

        NULL is an empty field; NaN and the infinities are ``nan``, ``inf`` and ``-inf``; lists are JSON.
        """
        # DuckDB writes floats as fast as it reads them, and as Python would, but for the sign of a NaN.
        fields = ", ".join(
            f"if(isnan(#{n}), 'nan', CAST(#{n} AS VARCHAR))" if str(kind) in _FLOATS else f"#{n}"
            for n, kind in enumerate(self._relation.types, 1)
        )
        writer = encode.CsvWriter(file, self.columns)
        with query_errors(self._medium):
            texts = self._relation.project(fields)
        for batch in self._read(texts):
            yield writer.write(batch)

    def write_csv(self, file: TextIO) -> int:
        """Write what `csv` writes; return the count of rows."""
        count = 0
        for count in self.csv(file):  # noqa: B007 - the last one is the count of all
            pass
        return count

    def write_json(self, file: TextIO) -> int:
        """Write one array of objects; return the count of rows. NaN and the infinities become null."""
        return encode.write_json(self.columns, self.rows(), file)

    def write_jsonl(self, file: TextIO) -> int:
        """Write one object a line; return the count of rows. NaN and the infinities become null."""
        return encode.write_jsonl(self.columns, self.rows(), file)

    def _read(self, relation: duckdb.DuckDBPyRelation) -> Iterator[pa.RecordBatch]:
        with query_errors(self._medium), ThreadPoolExecutor(1) as thread:
            stream = self._wait(thread.submit(relation.to_arrow_reader, _BATCH_ROWS))
            while (batch := self._wait(thread.submit(next, stream, None))) is not None:
                yield batch

    def _whole(self, read: Callable[[], Any]) -> Any:  # noqa: ANN401 - what `read` gives
        with query_errors(self._medium), ThreadPoolExecutor(1) as thread:
            return self._wait(thread.submit(read))

    def _wait(self, future: Future[Any]) -> Any:  # noqa: ANN401 - what the future gives
        """Wait for DuckDB in such a way that Ctrl-C stops it: in its own code it hears no signal."""
        try:
            return future.result()
        except (KeyboardInterrupt, SystemExit):
            while not future.done():
                self._connection.interrupt()
                wait([future], timeout=0.1)
            raise

    def _is_plan(self) -> bool:
        return self.columns == ["explain_key", "explain_value"]


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    return zip(*(_values(column) for column in batch.columns), strict=True)


def _values(column: pa.Array) -> list[Any]:
    """Return the values of a column; DuckDB's sums of integers arrive as decimals without a fraction."""
    values: list[Any] = column.to_pylist()
    if pa.types.is_decimal(column.type) and column.type.scale == 0:
        return [int(value) if isinstance(value, Decimal) else value for value in values]
    return values
