"""The rows of compacted files, brought back together as the chunks that were committed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from store.columns import Table
from store.schema import Schema

Chunk = tuple[str, int]
"""A chunk's name and the attempt."""
_BATCH_ROWS = 8192


def members(
    session: duckdb.DuckDBPyConnection, loose: Sequence[str]
) -> Iterator[tuple[Chunk, dict[str, str]]]:
    """Give each chunk in compacted files with the status of its trials, by id.

    Parameters
    ----------
    session : DuckDBPyConnection
        With the views of a store.
    loose : sequence of str
        Names of the fragments that are not compacted.
    """
    query = f"SELECT chunk, attempt, trial_id, status FROM ({_compacted('trials')}) ORDER BY chunk, attempt"
    for chunk, rows in _runs(_stream(session, query, loose)):
        ids, statuses = rows.column("trial_id").to_pylist(), rows.column("status").to_pylist()
        yield chunk, dict(zip(ids, statuses, strict=True))


def chunks(
    session: duckdb.DuckDBPyConnection,
    second: duckdb.DuckDBPyConnection,
    loose: Sequence[str],
    wanted: Sequence[Chunk],
    schema: Schema,
) -> Iterator[tuple[Chunk, pa.Table, pa.Table]]:
    """Give the trials and the series of the chunks in `wanted`, sorted; one chunk is in memory at a time.

    Two sessions of one state of the store, for the two tables are read side by side.
    """
    if not wanted:
        return
    trials = _runs(_ordered(session, schema.trials, loose, wanted, "trial_id"))
    series = _runs(_ordered(second, schema.series, loose, wanted, "trial_id, t"))
    waiting = next(series, None)
    for chunk, rows in trials:
        samples = schema.series.arrow.empty_table()
        if waiting is not None and waiting[0] == chunk:
            samples, waiting = waiting[1], next(series, None)
        yield chunk, rows, samples


def _compacted(view: str) -> str:
    return f"SELECT * FROM {view} WHERE chunk || '-a' || attempt NOT IN (SELECT unnest(?::VARCHAR[]))"


def _ordered(
    session: duckdb.DuckDBPyConnection,
    table: Table,
    loose: Sequence[str],
    wanted: Sequence[Chunk],
    order: str,
) -> Iterator[pa.RecordBatch]:
    names, attempts = [name for name, _ in wanted], [attempt for _, attempt in wanted]
    session.register("wanted", pa.table({"chunk": names, "attempt": attempts}))
    query = f"""
        SELECT {", ".join(column.sql for column in table.columns)} FROM ({_compacted(table.name)})
        SEMI JOIN wanted USING (chunk, attempt)
        ORDER BY chunk, attempt, {order}
    """
    return (batch.cast(table.arrow) for batch in _stream(session, query, loose))


def _stream(session: duckdb.DuckDBPyConnection, query: str, loose: Sequence[str]) -> Iterator[pa.RecordBatch]:
    yield from session.sql(query, params=[list(loose)]).to_arrow_reader(_BATCH_ROWS)


def _runs(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[Chunk, pa.Table]]:
    """Cut sorted rows where the chunk or the attempt changes."""
    current: Chunk | None = None
    parts: list[pa.RecordBatch] = []
    for batch in batches:
        for chunk, part in _cut(batch):
            if current is not None and chunk != current:
                yield current, pa.Table.from_batches(parts)
                parts = []
            current = chunk
            parts.append(part)
    if current is not None:
        yield current, pa.Table.from_batches(parts)


def _cut(batch: pa.RecordBatch) -> Iterator[tuple[Chunk, pa.RecordBatch]]:
    if not batch.num_rows:
        return
    names, attempts = batch.column("chunk"), batch.column("attempt")
    changes = pc.or_(pc.not_equal(names[1:], names[:-1]), pc.not_equal(attempts[1:], attempts[:-1])).to_numpy(
        zero_copy_only=False
    )
    starts = [0, *(int(place) + 1 for place in np.flatnonzero(changes))]
    for start, end in zip(starts, [*starts[1:], batch.num_rows], strict=True):
        yield (names[start].as_py(), attempts[start].as_py()), batch.slice(start, end - start)
