"""Rows as CSV, JSON and JSON lines, one row at a time."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TextIO, final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

Row = tuple[Any, ...]
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def plain(value: object) -> Json:
    """Return `value` as JSON can carry it.

    NaN and the infinities become None, timestamps ISO 8601 in UTC, bytes hexadecimal digits, and what JSON
    has no word for its text.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, Decimal)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat() + ("Z" if value.tzinfo is None else "")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def distinct_names(names: Sequence[str]) -> list[str]:
    """Return `names` with `_1`, `_2`, ... after those that came before, as a JSON object needs."""
    taken: set[str] = set()
    distinct = []
    for name in names:
        candidate, number = name, 0
        while candidate in taken:
            number += 1
            candidate = f"{name}_{number}"
        taken.add(candidate)
        distinct.append(candidate)
    return distinct


@final
class CsvWriter:
    """Comma-separated values, batch by batch, under a header.

    NULL is an empty field; lists and structures are JSON; timestamps ISO 8601 in UTC.

    Parameters
    ----------
    file : text file
        Where to write.
    columns : sequence of str
        The header.
    """

    def __init__(self, file: TextIO, columns: Sequence[str]) -> None:
        self._file = file
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(columns)
        self._count = 0

    def write(self, batch: pa.RecordBatch) -> int:
        """Write a batch of rows; return the count of rows so far."""
        fields = [_fields(column) for column in batch.columns]
        try:
            self._file.write(_joined(fields))
        except pa.ArrowInvalid:  # a text with a comma, a quote or an end of line
            self._writer.writerows(zip(*(column.to_pylist() for column in fields), strict=True))
        self._count += batch.num_rows
        return self._count


def _joined(fields: Sequence[pa.Array]) -> str:
    """Join columns of text that need no quotes, fast."""
    if len(fields) == 1 and (fields[0].null_count or pc.any(pc.equal(fields[0], "")).as_py()):
        raise pa.ArrowInvalid("an empty line is no row; it needs quotes")
    sink = pa.BufferOutputStream()
    batch = pa.record_batch(list(fields), names=[str(n) for n in range(len(fields))])
    arrow_csv.write_csv(batch, sink, arrow_csv.WriteOptions(include_header=False, quoting_style="none"))
    text: str = sink.getvalue().to_pybytes().decode()
    return text


def _fields(column: pa.Array) -> pa.Array:
    """Return the values of a column as text."""
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_string(kind):
        return column.cast(pa.string())
    return pa.array([None if value is None else _field(value) for value in column.to_pylist()], pa.string())


def _field(value: object) -> str:
    if isinstance(value, float):
        return repr(value)
    plain_value = plain(value)
    return json.dumps(plain_value) if isinstance(plain_value, (dict, list)) else str(plain_value)


def write_jsonl(columns: Sequence[str], rows: Iterable[Row], file: TextIO) -> int:
    """Write one object a line. Return the count of rows."""
    return _write_objects(columns, rows, file, before="", between="\n", after="\n")


def write_json(columns: Sequence[str], rows: Iterable[Row], file: TextIO) -> int:
    """Write one array of objects. Return the count of rows."""
    file.write("[")
    count = _write_objects(columns, rows, file, before="\n", between=",\n", after="\n")
    file.write("]\n")
    return count


def _write_objects(
    columns: Sequence[str], rows: Iterable[Row], file: TextIO, *, before: str, between: str, after: str
) -> int:
    names = distinct_names(columns)
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    count = 0
    for row in rows:
        file.write(between if count else before)
        file.write(encode(dict(zip(names, map(plain, row), strict=True))))
        count += 1
    file.write(after if count else "")
    return count
