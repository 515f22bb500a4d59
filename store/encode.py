"""Rows as CSV, JSON and JSON lines, one row at a time."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TextIO

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


def write_csv(columns: Sequence[str], rows: Iterable[Row], file: TextIO) -> int:
    """Write a header and the rows; NULL is an empty field, lists are JSON. Return the count of rows."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([_field(value) for value in row])
        count += 1
    return count


def _field(value: object) -> Json:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    plain_value = plain(value)
    return json.dumps(plain_value) if isinstance(plain_value, (dict, list)) else plain_value


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
    count = 0
    for row in rows:
        file.write(between if count else before)
        file.write(
            json.dumps(dict(zip(names, map(plain, row), strict=True)), ensure_ascii=False, allow_nan=False)
        )
        count += 1
    file.write(after if count else "")
    return count
