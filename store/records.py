"""Records and series against the schema, into Arrow tables.

Everything is checked here, before the first byte is written.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from store.cells import checked_cell, checked_samples
from store.columns import Table
from store.errors import RecordError
from store.schema import BUILT_IN, STATUSES, Schema


def records_table(table: Table, records: Sequence[Mapping[str, object]], name: str) -> pa.Table:
    """Check `records` against `table`; absent columns become NULL.

    Parameters
    ----------
    table : Table
        The table the records are for.
    records : sequence of mappings
        Column name to value, one mapping a row.
    name : str
        What the records belong to, for messages.

    Returns
    -------
    pyarrow.Table
        With the table's full schema, rows in the order given.
    """
    for number, record in enumerate(records):
        if not isinstance(record, Mapping):
            raise RecordError(
                f"expected a mapping for row {number} of {name}; got {record!r}; pass column names too"
            )
        refuse_unknown(table, record, f"row {number} of {name}")
    arrays = []
    for column in table.columns:
        cells = [
            checked_cell(column, record.get(column.name), f"row {number} of {name}")
            for number, record in enumerate(records)
        ]
        arrays.append(pa.array(cells, type=column.field.type, from_pandas=False))
    return pa.Table.from_arrays(arrays, schema=table.arrow)


def refuse_unknown(table: Table, names: Iterable[str], where: str) -> None:
    """Raise `RecordError` if one of `names` is no column of `table`, naming the nearest that is."""
    for name in names:
        if name not in table.by_name:
            near = difflib.get_close_matches(str(name), table.by_name, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "leave it out"
            raise RecordError(f"expected a column of {table.name} in {where}; got {name!r}; {hint}")


def trials_table(
    chunk: str, attempt: int, trials: Sequence[Mapping[str, object]], schema: Schema = BUILT_IN
) -> pa.Table:
    """Check the trials of a chunk and write `chunk` and `attempt` into every row."""
    if not trials:
        raise RecordError(
            f"expected at least one trial in chunk {chunk!r}; got none; do not commit an empty chunk"
        )
    for number, trial in enumerate(trials):
        for key, value in (("chunk", chunk), ("attempt", attempt)):
            if isinstance(trial, Mapping) and trial.get(key, value) != value:
                raise RecordError(
                    f"expected {key} {value!r} in row {number} of chunk {chunk!r}; "
                    f"got {trial[key]!r}; leave it out"
                )
    keyed = [
        {**trial, "chunk": chunk, "attempt": attempt} if isinstance(trial, Mapping) else trial
        for trial in trials
    ]
    table = records_table(schema.trials, keyed, f"chunk {chunk!r}")
    _refuse_repeated(table.column("trial_id").to_pylist(), chunk)
    _refuse_statuses(table.column("status").to_pylist(), chunk)
    return table


def _refuse_repeated(trial_ids: Sequence[str], chunk: str) -> None:
    seen: set[str] = set()
    for trial_id in trial_ids:
        if trial_id in seen:
            raise RecordError(
                f"expected each trial once in chunk {chunk!r}; got {trial_id!r} twice; drop one"
            )
        seen.add(trial_id)


def _refuse_statuses(statuses: Sequence[str], chunk: str) -> None:
    for status in statuses:
        if status not in STATUSES:
            raise RecordError(
                f"expected a status of {', '.join(STATUSES)} in chunk {chunk!r}; "
                f"got {status!r}; use one of them"
            )


def series_table(
    trials: pa.Table, series: Mapping[str, Mapping[str, Any]], schema: Schema = BUILT_IN
) -> pa.Table:
    """Check the series of a chunk; the keys of each sample come from its trial's row.

    Parameters
    ----------
    trials : pyarrow.Table
        From `trials_table`.
    series : mapping of trial_id to mapping of column name to array of shape (samples,)
        A trial may lack a series; a series may not lack its trial.
    schema : Schema
        The columns of the store.
    """
    order = trials.column("trial_id").to_pylist()
    for trial_id in series:
        if trial_id not in order:
            raise RecordError(
                f"expected a trial for every series; got a series of {trial_id!r}; commit its trial too"
            )
    table = schema.series
    blocks = [_block(table, trial_id, series[trial_id]) if trial_id in series else {} for trial_id in order]
    lengths = [len(block["t"]) if block else 0 for block in blocks]
    rows = pa.array(np.repeat(np.arange(len(order)), lengths))
    arrays = {name: trials.column(name).take(rows) for name in schema.series_keys}
    for column in table.columns:
        if column.name not in arrays:
            arrays[column.name] = _stacked(column.name, blocks, lengths)
    return pa.Table.from_arrays([arrays[column.name] for column in table.columns], schema=table.arrow)


def _block(
    table: Table, trial_id: str, samples: Mapping[str, Any]
) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    where = f"the series of {trial_id!r}"
    refuse_unknown(table, samples, where)
    for name in samples:
        if name in table.keys:
            raise RecordError(
                f"expected observables only in {where}; got {name!r}; the trial's row carries the keys"
            )
    if "t" not in samples:
        raise RecordError(
            f"expected a column 't' in {where}; got {', '.join(samples) or 'nothing'}; add the times"
        )
    block = {name: checked_samples(table.by_name[name], values, where) for name, values in samples.items()}
    for name, values in block.items():
        if len(values) != len(block["t"]):
            raise RecordError(
                f"expected {len(block['t'])} samples of {name!r} in {where}, as many as of 't'; "
                f"got {len(values)}; cut it"
            )
    if (np.diff(block["t"]) <= 0).any():
        raise RecordError(
            f"expected increasing 't' in {where}; got a step back or a repeat; sort the samples"
        )
    return block


def _stacked(name: str, blocks: Sequence[Mapping[str, Any]], lengths: Sequence[int]) -> pa.ChunkedArray:
    parts = [
        pa.array(block[name], type=pa.float64(), from_pandas=False)
        if name in block
        else pa.nulls(n, pa.float64())
        for block, n in zip(blocks, lengths, strict=True)
    ]
    return pa.chunked_array(parts, type=pa.float64())
